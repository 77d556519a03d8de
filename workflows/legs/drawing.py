"""Drawing a declaration up from the plan: goods without a way to customs, or without their papers, wait for a person."""

from __future__ import annotations

from shlex import quote

from temporalio import workflow

from workflows import planning
from workflows.journey import Journey
from workflows.steps import Failure

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.steps import LODGE_EXPORT_DECLARATION
    from tradelane.domain.consignment import DeclarationPart
    from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, draw_up
    from tradelane.domain.export_route import ExportRoute, RouteRefused
    from tradelane.domain.holds import Fault, Resolution
    from tradelane.domain.route_choice import papers_missing
    from tradelane.domain.trade_time import today_in_korea

CHOOSE_ROUTE = "choose_route"
"""Key of the hold of goods that no route takes as they stand."""


class PartGone(Exception):
    """The plan has no declaration of this name any more: its goods go with another exporter, or not at all."""


def part_of(j: Journey, name: str) -> DeclarationPart:
    """The goods of one declaration, by its name."""
    return next(part for part in j.plan.parts if part.name == name)


def shortened(j: Journey, name: str) -> bool:
    """Whether customs shortens the loading period of any goods of a declaration."""
    facts = j.goods_facts
    return facts is not None and any(facts.of(item.hsk).shortened_loading for item in part_of(j, name).items)


async def as_accepted(j: Journey, name: str) -> ExportDeclaration:
    """What the plan says now, in the words of the declaration that customs accepted."""
    return await drawn_up(j, name, j.rounds_filed[name], rate=j.rates[name], route=j.routes[name])


async def drawn_up(
    j: Journey, name: str, filing_round: int, *, rate: CustomsRate | None = None, route: ExportRoute | None = None
) -> ExportDeclaration:
    """Draw up a declaration for today, or at the rate and by the route it was filed with.

    Goods that have no way to customs, or that lack the papers of a requirement, wait for a person.

    Raises:
        PartGone: meanwhile it was planned without this declaration; nothing of it was sent.
    """
    while True:
        await workflow.wait_condition(lambda: not j.planning)  # what is amended is planned in first
        if all(part.name != name for part in j.plan.parts):
            raise PartGone(name)
        if not j.knows(item.hsk for item in part_of(j, name).items):
            await planning.know_goods(j, lambda: j.plan)
        part, known = part_of(j, name), rate or j.rate
        assert j.goods_facts is not None and known is not None, "every plan is made with rate and requirements"
        channel = j.channel_of(j.plan.exporter(part.exporter_id))
        day = rate.valid_from if rate else today_in_korea(j.now())
        try:
            drawn = draw_up(j.plan, part, known, day, filing_round, facts=j.goods_facts, channel=channel, route=route)
        except RouteRefused as refused:
            failure = Failure(
                reason="route",
                fault=Fault.SELLER_DATA,
                words=str(refused),
                commands=_other_ways(j, part, name, filed=route is not None),
            )
        else:
            missing = papers_missing(part, j.goods_facts)
            if not missing:
                return drawn
            failure = Failure(
                reason="requirement_papers",
                fault=Fault.SELLER_DATA,
                words="; ".join(missing),
                commands=(*_mending_field(j, part, "permits"), _again(j, name)),
            )
        answer = await j.steps.hold(f"{CHOOSE_ROUTE}:{name}", LODGE_EXPORT_DECLARATION.name, failure)
        if answer.action != Resolution.AMEND:  # which has planned anew
            await planning.replan(j)  # product or exporter may say otherwise now


def _other_ways(j: Journey, part: DeclarationPart, name: str, *, filed: bool) -> tuple[str, ...]:
    """What may be done about goods that no way takes: another way before they are filed, other words afterwards."""
    if filed:
        return (*_mending_field(j, part, "FIELD"), f"tradelane orders cancel {j.order_id} --reason WHY")
    return (f"tradelane exporters set {part.exporter_id} channel=ktnet", _again(j, name))


def _again(j: Journey, name: str) -> str:
    return f"tradelane holds resolve {j.order_id} --step {CHOOSE_ROUTE}:{name} --action retry"


def _mending_field(j: Journey, part: DeclarationPart, field: str) -> tuple[str, ...]:
    return tuple(
        f"tradelane orders amend {j.order_id} --set {quote(f'items.{sku}.{field}=VALUE')}"
        for sku in dict.fromkeys(item.sku for item in part.items)
    )


def mending(j: Journey, name: str, filing: Filing) -> tuple[str, ...]:
    """The commands that mend what an error notice names (`hsk`, or `line 2: hsk` where it names the line)."""
    items = part_of(j, name).items
    line, _, named = filing.field.rpartition(": ")
    number = int(line.removeprefix("line ")) if line.removeprefix("line ").isdigit() else 0
    skus = dict.fromkeys([items[number - 1].sku] if 0 < number <= len(items) else [item.sku for item in items])
    field = named or "hsk"
    return tuple(f"tradelane orders amend {j.order_id} --set {quote(f'items.{sku}.{field}=VALUE')}" for sku in skus)
