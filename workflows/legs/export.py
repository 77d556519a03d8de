"""Korean export: papers, one declaration per exporter, acceptance; an error notice asks a person and is filed anew."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from temporalio import workflow

from workflows.journey import Journey
from workflows.legs import intake
from workflows.steps import Failure, side_by_side

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import (
        AMEND_EXPORT_DECLARATION,
        LODGE_EXPORT_DECLARATION,
        READ_EXPORT_ACCEPTANCE,
        AmendRequest,
        FilingRequest,
        LodgeRequest,
    )
    from tradelane.domain.amendment import is_declared, sku_of
    from tradelane.domain.consignment import DeclarationPart
    from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState, draw_up
    from tradelane.domain.holds import Fault
    from tradelane.domain.trade_time import today_in_korea

ENDED = (FilingState.REJECTED, FilingState.WITHDRAWN)
"""States after which a declaration may be sent anew."""

LOOK_AGAIN_EVERY = 4
"""Looks without news before a hold: the acceptance patience is split into this many waits."""


def concerns(j: Journey, key: str, paths: Iterable[str]) -> bool:
    """Whether an amendment of these paths speaks of the goods of the declaration that holds under a key."""
    step, _, name = key.partition(":")
    if step != LODGE_EXPORT_DECLARATION.name:
        return True
    own = {item.sku for item in _part(j, name).items}
    return any(sku_of(path) is None or sku_of(path) in own for path in paths)


def fixed_by_customs(j: Journey, paths: Iterable[str]) -> str | None:
    """Why an amendment is not possible now, in one sentence: what customs looks at stays as it is until it answers."""
    for part in j.plan.parts if j.rounds_filed else ():
        filing = j.filings.get(part.name)
        sending = part.name in j.lodging and f"{LODGE_EXPORT_DECLARATION.name}:{part.name}" not in j.steps.holds
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


async def declare(j: Journey) -> None:
    """File one declaration per exporter, side by side, until customs has accepted them all."""
    await intake.reread(j)
    await side_by_side(*(_accepted(j, part.name) for part in j.plan.parts))


def _part(j: Journey, name: str) -> DeclarationPart:
    return next(part for part in j.plan.parts if part.name == name)


async def _accepted(j: Journey, name: str) -> None:
    filing_round = 1
    while True:
        filing = await _lodged(j, name, filing_round)
        while filing.state in (FilingState.SUBMITTED, FilingState.SELECTED, FilingState.NOT_UNDERSTOOD):
            filing = await _news(j, name, filing)
        j.filings[name] = filing
        if filing.state is FilingState.ACCEPTED:
            j.steps.changed()
            return
        if name not in j.declared:  # an earlier run was told so, and the goods were amended since: no news for anybody
            filing_round += 1
            continue
        await j.steps.hold(
            f"{LODGE_EXPORT_DECLARATION.name}:{name}",
            LODGE_EXPORT_DECLARATION.name,
            Failure(
                reason="error_notice",
                fault=Fault.SELLER_DATA,
                words=filing.words or f"customs ended the declaration as {filing.state.value}",
                commands=_mending(j, name, filing),
            ),
            outside=True,
        )
        filing_round += 1  # only an error notice frees the reference for a new one


async def bring_in_line(j: Journey) -> None:
    """Amend (정정) every accepted declaration that says other than the plan does now, before a costly step.

    The amounts stay at the rate of the day it was filed: an amendment corrects that declaration.
    """
    for part in j.plan.parts:
        filing = j.filings.get(part.name)
        if filing is not None and filing.state is FilingState.ACCEPTED:
            await _in_line(j, part.name, filing)


async def _in_line(j: Journey, name: str, filing: Filing) -> None:
    told: ExportDeclaration | None = None

    def request() -> AmendRequest:
        nonlocal told
        told = _declaration(j, name)
        return AmendRequest(
            declaration=told,
            accepted=j.declared.get(name),
            filing=filing,
            version=j.plan.version,
            reason="the seller corrected the data",
            timetable=j.steps.timetable,
            order_id=j.order_id,
        )

    while (before := j.declared.get(name)) is None or before.digest != _declaration(j, name).digest:
        reply = await j.steps.perform(AMEND_EXPORT_DECLARATION, request, part=name)
        j.filings[name] = reply.filing
        if told is not None:
            j.declared[name] = told
        j.steps.changed()


def _declaration(j: Journey, name: str) -> ExportDeclaration:
    """What the plan says now, in the words of the declaration that customs accepted."""
    rate = j.rates[name]
    drawn = draw_up(j.plan, _part(j, name), rate, rate.valid_from, j.rounds_filed[name])
    before = j.declared.get(name)
    return drawn.model_copy(update={"route": before.route}) if before else drawn


async def _lodged(j: Journey, name: str, filing_round: int) -> Filing:
    declared: ExportDeclaration | None = None

    def request() -> LodgeRequest:
        nonlocal declared
        assert j.rate is not None
        declared = declaration = draw_up(j.plan, _part(j, name), j.rate, today_in_korea(j.now()), filing_round)
        return LodgeRequest(declaration=declaration, timetable=j.steps.timetable, order_id=j.order_id)

    j.rounds_filed[name] = filing_round
    j.lodging.add(name)
    try:
        reply = await j.steps.perform(LODGE_EXPORT_DECLARATION, request, part=name, renew=j.read_rate)
    finally:
        j.lodging.discard(name)
    j.filings[name] = reply.filing
    if declared is not None:
        if reply.rate is not None and reply.rate != declared.rate:  # filed by an earlier run, in an earlier week
            declared = draw_up(j.plan, _part(j, name), reply.rate, reply.rate.valid_from, filing_round)
        if reply.in_line:
            j.declared[name] = declared
        else:
            j.declared.pop(name, None)
        j.rates[name] = declared.rate
    j.steps.changed()
    return reply.filing


async def _news(j: Journey, name: str, filing: Filing) -> Filing:
    """Wait for the sweep to notice a change, or look ourselves after a while; too long a silence is a hold."""
    source = f"ktnet:{filing.order_no}"
    for _ in range(LOOK_AGAIN_EVERY):
        await j.news(
            source,
            within=j.steps.timetable.acceptance_patience / LOOK_AGAIN_EVERY,
            summary=f"customs' answer to {filing.order_no}",
        )
        reply = await j.steps.perform(
            READ_EXPORT_ACCEPTANCE,
            FilingRequest(
                order_no=filing.order_no,
                exporter_id=_part(j, name).exporter_id,
                orders=j.claimed,
                part=name,
            ),
            part=name,
        )
        if reply.filing.state is not filing.state:
            return reply.filing
    await j.steps.hold(
        f"{READ_EXPORT_ACCEPTANCE.name}:{name}",
        READ_EXPORT_ACCEPTANCE.name,
        Failure(
            reason="no_answer",
            fault=Fault.AUTHORITY,
            words=f"customs has not answered {filing.order_no} (state {filing.state.value})",
        ),
    )
    return filing


def _mending(j: Journey, name: str, filing: Filing) -> tuple[str, ...]:
    """The commands that mend what an error notice names (`hsk`, or `line 2: hsk` where it names the line)."""
    items = _part(j, name).items
    line, _, named = filing.field.rpartition(": ")
    number = int(line.removeprefix("line ")) if line.removeprefix("line ").isdigit() else 0
    skus = dict.fromkeys([items[number - 1].sku] if 0 < number <= len(items) else [item.sku for item in items])
    field = named or "hsk"
    return tuple(f"tradelane orders amend {j.order_id} --set {quote(f'items.{sku}.{field}=VALUE')}" for sku in skus)
