"""The plan of a consignment: drawn up, packed, its goods asked about at customs; again whenever somebody amends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio import workflow

from workflows.journey import Journey
from workflows.steps import Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        CONFIRM_PACKING,
        PLAN_CONSIGNMENT,
        READ_EXPORT_REQUIREMENTS,
        PackingRequest,
        PlanRequest,
        RequirementsRequest,
    )
    from tradelane.domain.consignment import Consignment
    from tradelane.domain.holds import Fault
    from tradelane.domain.identifiers import Hsk


async def replan(j: Journey) -> None:
    """Plan again with every amendment laid over; papers that were made before get a new version."""
    if j.planning:
        j.overtaken = True  # the planning under way begins again
        return
    if j.consignment is None:
        return  # nothing is planned yet: the first plan reads the amendment
    j.amending += 1
    try:
        await make_plan(j, j.next_version)
        if j.documents_needed:
            await j.make_papers()
    finally:
        j.amending -= 1


async def make_plan(j: Journey, version: int) -> None:
    """Plan the consignment and settle its packing."""
    j.planning = j.overtaken = True
    try:
        while j.overtaken:
            consignment = await _planned(j, version)
            if not j.overtaken:
                consignment = await _with_known_goods(j, consignment, version)
    finally:
        j.planning = False
    j.consignment = consignment
    for name in j.carrier_clears.keys() - {part.name for part in consignment.parts}:
        del j.carrier_clears[name]  # its goods do not travel in this parcel


async def _planned(j: Journey, version: int) -> Consignment:
    draft = await _draft(j, version)

    async def draft_again() -> None:
        nonlocal draft
        draft = await _draft(j, version)

    packed = await j.steps.perform(CONFIRM_PACKING, lambda: PackingRequest(consignment=draft), refresh=draft_again)
    return packed.consignment


async def _draft(j: Journey, version: int) -> Consignment:
    """The plan without its packing; declarations that were sent keep their exporters."""
    while True:
        reply = await j.steps.perform(PLAN_CONSIGNMENT, lambda: _plan_request(j, version), refresh=j.read_again)
        j.exporters = tuple(exporter.id for exporter in reply.consignment.exporters)
        sent = [part.exporter_id for part in j.consignment.parts] if j.consignment else []
        if not j.rounds_filed or [part.exporter_id for part in reply.consignment.parts] == sent:
            return reply.consignment
        words = f"declarations of {', '.join(sent)} were sent; the exporters of the parcel cannot change any more"
        failure = Failure(reason="exporters_changed", fault=Fault.OURS, words=words)
        await j.steps.hold(PLAN_CONSIGNMENT.name, PLAN_CONSIGNMENT.name, failure)


def _plan_request(j: Journey, version: int) -> PlanRequest:
    assert j.ucr is not None and j.shipment is not None
    j.overtaken = False  # what is amended from here on may come too late for this reading
    return PlanRequest(
        ucr=j.ucr,
        seller_id=j.seller_id,
        orders=tuple(j.orders[order_id] for order_id in sorted(j.orders) if j.orders[order_id].live),
        shipment=j.shipment,
        buyer=j.buyer,
        version=version,
    )


async def _with_known_goods(j: Journey, consignment: Consignment, version: int) -> Consignment:
    """The plan, once customs has been asked about its goods; what a person mends at that step is planned in."""

    async def planned_again() -> None:
        nonlocal consignment
        consignment = await _planned(j, version)

    await know_goods(j, lambda: consignment, refresh=planned_again)
    return consignment


async def know_goods(
    j: Journey,
    planned: Callable[[], Consignment],
    *,
    anew: bool = False,
    refresh: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Ask customs about every tariff code of a plan; what was asked before is kept, unless `anew`.

    Facts of codes that the plan has no more stay too: another task may still be drawing up what was planned before.
    """

    def codes() -> tuple[Hsk, ...]:
        return tuple(dict.fromkeys(item.hsk for item in planned().items))

    if not anew and j.knows(codes()):
        return
    read = await j.steps.perform(
        READ_EXPORT_REQUIREMENTS,
        lambda: RequirementsRequest(codes=codes(), orders=j.claimed, timetable=j.steps.timetable),
        refresh=refresh,
    )
    fresh = {one.hsk for one in read.facts}
    before = j.goods_facts.facts if j.goods_facts else ()
    j.goods_facts = read.model_copy(update={"facts": (*read.facts, *(one for one in before if one.hsk not in fresh))})
