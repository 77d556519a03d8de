"""Korean export: papers, one declaration per exporter, acceptance; an error notice asks a person and is filed anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from temporalio import workflow

from workflows import planning
from workflows.journey import Journey
from workflows.legs import acceptance, intake
from workflows.legs.acceptance import ANSWERED, ENDED
from workflows.legs.drawing import CHOOSE_ROUTE, PartGone, as_accepted, drawn_up, mending, part_of
from workflows.steps import Failure, side_by_side

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.messages import ResolveHold
    from tradelane.contracts.steps import (
        AMEND_EXPORT_DECLARATION,
        CONFIRM_LOADING,
        EXTEND_LOADING_PERIOD,
        LODGE_EXPORT_DECLARATION,
        READ_EXPORT_ACCEPTANCE,
        SCREEN_PARTIES,
        AmendRequest,
        LodgeRequest,
        ScreeningRequest,
    )
    from tradelane.domain.amendment import is_declared, sku_of
    from tradelane.domain.combined_packing import why_apart
    from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, FilingState
    from tradelane.domain.export_route import ExportRoute
    from tradelane.domain.holds import Fault, Resolution
    from tradelane.domain.trade_time import today_in_korea


OF_ONE_DECLARATION = (
    LODGE_EXPORT_DECLARATION.name,
    READ_EXPORT_ACCEPTANCE.name,
    AMEND_EXPORT_DECLARATION.name,
    CHOOSE_ROUTE,
)
"""Steps whose keys name the declaration whose goods they are about."""

NOT_MENDED = (CONFIRM_LOADING.name, EXTEND_LOADING_PERIOD.name, "await_release", "silence", "returning")
"""Steps that hold for what happens to the parcel: words about the goods answer none of it."""


def concerns(j: Journey, key: str, paths: Iterable[str]) -> bool:
    """Whether an amendment of these paths speaks of the goods of the declaration that holds under a key."""
    step, _, name = key.partition(":")
    if step in NOT_MENDED:
        return False
    if step not in OF_ONE_DECLARATION or all(part.name != name for part in j.plan.parts):
        return True
    own = {item.sku for item in part_of(j, name).items}
    return any(sku_of(path) is None or sku_of(path) in own for path in paths)


def to_be_declared(j: Journey) -> bool:
    """Whether goods wait for a person to mend what is to be declared of them: for the first time, or anew."""
    return any(key.partition(":")[0] in (LODGE_EXPORT_DECLARATION.name, CHOOSE_ROUTE) for key in j.steps.holds)


def fixed_by_customs(j: Journey, paths: Iterable[str]) -> str | None:
    """Why an amendment is not possible now, in one sentence: what customs looks at stays as it is until it answers."""
    for part in j.plan.parts if j.rounds_filed else ():
        if f"{CHOOSE_ROUTE}:{part.name}" in j.steps.holds:
            continue  # it asks for an amendment, also where an earlier run has sent the declaration
        filing = j.filings.get(part.name)
        holding = (f"{step}:{part.name}" in j.steps.holds for step in (LODGE_EXPORT_DECLARATION.name, CHOOSE_ROUTE))
        sending = part.name in j.lodging and not any(holding)
        if not sending and (part.name in j.lodging or filing is None or filing.state in ENDED):
            continue
        own = {item.sku for item in part.items}
        if not any(is_declared(path) and (sku_of(path) is None or sku_of(path) in own) for path in paths):
            continue
        if filing is not None and filing.state is FilingState.ACCEPTED:
            continue  # amended (정정) before the goods are booked
        return f"Customs has declaration {part.name} before it: wait for its answer."
    return None


async def prepare(j: Journey) -> None:
    """Read this week's export rate and make the papers."""
    await j.read_rate()
    await j.make_papers()


async def screen(j: Journey, moment: str) -> None:
    """Compare everybody concerned with the lists of restricted parties; a hit waits for a person."""
    await j.steps.perform(
        SCREEN_PARTIES,
        lambda: ScreeningRequest(
            consignment=j.plan,
            moment=moment,
            timetable=j.steps.timetable,
            buyer=j.buyer.name if j.buyer else None,
        ),
        part=moment,
    )


async def declare(j: Journey) -> None:
    """File one declaration per exporter, side by side, until customs has accepted them all."""
    await intake.reread(j)
    await screen(j, "filing")
    await _in_one_parcel(j)
    await side_by_side(*(_accepted(j, part.name) for part in j.plan.parts))


async def declare_anew(j: Journey, name: str) -> None:
    """File once more what customs has ended: a new reference, a new number."""
    await _accepted(j, name, j.rounds_filed[name] + 1)


async def _in_one_parcel(j: Journey) -> None:
    """Goods of several exporters travel in one parcel only where the rules allow it (합포장)."""
    while len(j.plan.parts) > 1:
        try:
            routes = {part.exporter_id: (await drawn_up(j, part.name, 1)).route for part in j.plan.parts}
        except PartGone:
            continue
        apart = why_apart(routes, today_in_korea(j.now()))
        if apart is None:
            return
        key = "combined_packing"
        commands = (
            f"tradelane holds resolve {j.order_id} --step {key} --action complete --result evidence='answer of customs'",
            f"tradelane orders cancel {j.order_id} --reason 'to be sent in parcels of one exporter each'",
        )
        failure = Failure(reason="combined_packing", fault=Fault.SELLER_DATA, words=apart, commands=commands)
        answer = await j.steps.hold(key, LODGE_EXPORT_DECLARATION.name, failure, outside=True)
        if answer.action == Resolution.COMPLETE:
            return
        if answer.action != Resolution.AMEND:  # which has planned anew
            await planning.replan(j)  # an exporter may go another way now


async def _accepted(j: Journey, name: str, filing_round: int = 1) -> None:
    while True:
        try:
            drawn = await drawn_up(j, name, filing_round)
        except PartGone:
            return
        j.carrier_clears.pop(name, None)
        if drawn.route is ExportRoute.LIST_CLEARANCE:
            if not drawn.rate.covers(today_in_korea(j.now())):  # nothing is sent whose answer would say so
                await j.read_rate()
                continue
            j.carrier_clears[name] = drawn  # the carrier's list stands in for a declaration: there is nothing to file
            return
        filing = await _lodged(j, name, filing_round)
        while filing.state not in ANSWERED:
            filing = await acceptance.news(j, name, filing)
        j.filings[name] = filing
        if filing.state is FilingState.ACCEPTED:
            j.steps.changed()
            return
        if name not in j.declared:  # an earlier run was told so, and the goods were amended since: no news for anybody
            filing_round += 1
            continue
        answer = await j.steps.hold(
            f"{LODGE_EXPORT_DECLARATION.name}:{name}",
            LODGE_EXPORT_DECLARATION.name,
            Failure(
                reason="error_notice",
                fault=Fault.SELLER_DATA,
                words=filing.words or f"customs ended the declaration as {filing.state.value}",
                commands=mending(j, name, filing),
            ),
            outside=True,
        )
        if answer.action == Resolution.RETRY:
            await planning.replan(j)  # product or exporter may say otherwise now
        filing_round += 1  # only an error notice frees the reference for a new one


async def bring_in_line(j: Journey) -> None:
    """Amend (정정) every accepted declaration that says other than the plan does now, before a costly step.

    The amounts stay at the rate of the day it was filed: an amendment corrects that declaration. Goods on the carrier's
    list are drawn up anew: amended, they may have to be declared after all. So may goods of an exporter who joined while
    nothing was sent.
    """
    known = j.filings.keys() | j.carrier_clears.keys()
    if any(part.name not in known for part in j.plan.parts):
        await _in_one_parcel(j)
    for part in j.plan.parts:
        filing = j.filings.get(part.name)
        if filing is not None and filing.state is FilingState.ACCEPTED:
            await _in_line(j, part.name, filing)
        elif filing is None or part.name in j.carrier_clears:
            await _accepted(j, part.name, j.rounds_filed.get(part.name, 0) + 1)


class _Ended(Exception):
    """Customs has ended the declaration that was to be amended: its goods are declared anew, as they are now."""


def not_amended(j: Journey, name: str) -> None:
    """Have nobody amend a declaration that customs has ended."""
    key = f"{AMEND_EXPORT_DECLARATION.name}:{name}"
    j.steps.recall(key)
    if key in j.steps.holds:
        j.steps.answers.setdefault(key, ResolveHold(step=key, action=Resolution.RETRY))


async def _in_line(j: Journey, name: str, filing: Filing) -> None:
    told: ExportDeclaration | None = None

    def stands() -> bool:
        now = j.filings[name]
        return now.state is FilingState.ACCEPTED and now.order_no == filing.order_no

    async def request() -> AmendRequest:
        nonlocal told
        told = await as_accepted(j, name) if stands() else None
        if told is None or not stands():
            raise _Ended
        return AmendRequest(
            declaration=told,
            accepted=j.declared.get(name),
            filing=filing,
            version=j.plan.version,
            reason="the seller corrected the data",
            timetable=j.steps.timetable,
            order_id=j.order_id,
        )

    while stands() and (
        (before := j.declared.get(name)) is None or before.digest != (await as_accepted(j, name)).digest
    ):
        try:
            reply = await j.steps.perform(AMEND_EXPORT_DECLARATION, request, part=name)
        except _Ended:
            return
        if not stands():  # the loading watch saw it end while the amendment was under way
            return
        j.filings[name] = reply.filing
        if told is not None:
            j.declared[name] = told
        j.steps.changed()


async def _lodged(j: Journey, name: str, filing_round: int) -> Filing:
    declared: ExportDeclaration | None = None
    rate_then: CustomsRate | None = None

    async def request() -> LodgeRequest:
        nonlocal declared
        declared = await drawn_up(j, name, filing_round, rate=rate_then)
        channel = j.channel_of(declared.exporter)
        return LodgeRequest(
            declaration=declared,
            channel=channel,
            version=j.plan.version,
            timetable=j.steps.timetable,
            order_id=j.order_id,
        )

    async def renew(stale: Failure) -> None:
        nonlocal rate_then
        if stale.about:  # a person has declared it, in another week than it was handed out in
            rate_then = await j.rate_of(date.fromisoformat(stale.about))
            return
        rate_then = None
        await j.read_rate()
        await planning.know_goods(j, lambda: j.plan, anew=True)

    j.rounds_filed[name] = filing_round
    j.lodging.add(name)
    try:
        reply = await j.steps.perform(LODGE_EXPORT_DECLARATION, request, part=name, renew=renew, planned=True)
    finally:
        j.lodging.discard(name)
    j.filings[name] = reply.filing
    if declared is not None:
        sent = declared.digest
        filed = (reply.rate or declared.rate, reply.route or declared.route)
        if filed != (declared.rate, declared.route):  # by an earlier run, in another week or by another route
            declared = await drawn_up(j, name, filing_round, rate=filed[0], route=filed[1])
        if reply.in_line and declared.digest == sent:
            j.declared[name] = declared
        else:
            j.declared.pop(name, None)
        j.rates[name], j.routes[name] = declared.rate, declared.route
    j.steps.changed()
    return reply.filing
