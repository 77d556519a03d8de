"""What a run shows of itself: the progress query, the details on its page, its search attributes. No personal data."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from workflows.journey import Journey
from workflows.legs.handover import deadline

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts import search_attributes as sa
    from tradelane.contracts.messages import Progress

Shown = dict[str, str | datetime | tuple[str, ...] | None]
"""What the search attributes were last set to, so that only changes cost an upsert."""


LONGEST_LIST = 1_800
"""Bytes of a list's entries: the server takes 2 KiB for a search attribute."""


def progress_of(j: Journey, state: str) -> Progress:
    """The run's standing for CLI, desk and demo."""
    assessment = j.assessment
    delivered = next((e for e in reversed(j.progress.events) if e.status == "delivered"), None)
    return Progress(
        order_id=str(j.order_id),
        seller=j.seller_id or None,
        stage=j.steps.stage,
        state=state,
        ucr=str(j.ucr) if j.ucr else None,
        orders=tuple(map(str, j.claimed)),
        exporters=tuple(e.id for e in j.consignment.exporters) if j.consignment else (),
        brands=tuple(sorted({i.brand_name for i in j.consignment.items})) if j.consignment else (),
        declarations=j.declaration_numbers(),
        declaration_states={name: filing.state.value for name, filing in sorted(j.filings.items())},
        load_before=load_before(j),
        waybill=str(j.booking.waybill) if j.booking else None,
        transport_status=j.progress.furthest.value if j.progress.events else None,
        import_regime=assessment.regime.value if assessment else None,
        duty=str(assessment.duty) if assessment else None,
        iva=str(assessment.iva) if assessment else None,
        payable=str(assessment.payable) if assessment else None,
        delivered_at=delivered.occurred_at if delivered else None,
        holds=tuple(j.steps.holds[key] for key in sorted(j.steps.holds)),
        papers=tuple(f"{p.kind}:v{p.version}:{p.sha256}" for p in (j.papers.papers if j.papers else ())),
        steps=tuple(j.steps.ended),
        warnings=tuple(j.warnings),
        carried_by=str(j.carried_by) if j.carried_by else None,
        trade_now=j.now(),
    )


def load_before(j: Journey) -> datetime | None:
    """The earliest loading deadline of declarations that are not loaded yet."""
    open_ = [deadline(loading) for loading in j.loadings.values() if not loading.loaded]
    return min((end for end in open_ if end is not None), default=None)


def search_attributes(j: Journey, shown: Shown) -> list[SearchAttributeUpdate[Any]]:
    """Updates for what has changed since it was last shown; `shown` is brought up to date."""
    due = min((hold.due for hold in j.steps.holds.values()), default=None)
    holds = tuple(
        entry
        for key in sorted(j.steps.holds)
        for hold in (j.steps.holds[key],)
        for entry in (f"reason={hold.reason}", f"step={hold.key}", f"owner={hold.owner}")
    )
    wanted: list[tuple[str, SearchAttributeUpdate[Any] | None, str | datetime | tuple[str, ...] | None]] = []
    keywords = (
        (sa.STAGE, j.steps.stage),
        (sa.SELLER, j.seller_id or None),
        (sa.WAYBILL, str(j.booking.waybill) if j.booking else None),
        (sa.TRACKING_NUMBER, str(j.booking.waybill) if j.booking else None),
    )
    for keyword, text in keywords:
        wanted.append((keyword.name, keyword.value_set(text) if text else keyword.value_unset(), text))
    lists = (
        (sa.EXPORTER, tuple(e.id for e in j.consignment.exporters) if j.consignment else ()),
        (sa.DECLARATION_NUMBER, j.declaration_numbers()),
        (sa.HOLD, tuple(dict.fromkeys(holds))),
    )
    for keyword_list, every in lists:
        texts = _within_limit(every)
        wanted.append(
            (
                keyword_list.name,
                keyword_list.value_set(list(texts)) if texts else keyword_list.value_unset(),
                texts or None,
            )
        )
    instants = (
        (sa.DUE_AT, due),
        (sa.LOAD_BEFORE, load_before(j)),
        (sa.SHIP_BY, j.shipment.ship_by if j.shipment else None),
    )
    for instant, when in instants:
        wanted.append((instant.name, instant.value_set(when) if when else instant.value_unset(), when))
    updates = [update for name, update, value in wanted if update is not None and shown.get(name) != value]
    shown.update({name: value for name, _, value in wanted})
    return updates


def _within_limit(texts: tuple[str, ...]) -> tuple[str, ...]:
    """As many as the server takes in one value; a longer list would be refused and stop the run."""
    sizes = itertools.accumulate(len(text.encode()) + 4 for text in texts)
    return tuple(text for text, size in zip(texts, sizes, strict=True) if size <= LONGEST_LIST)


def details(j: Journey, state: str) -> str:
    """The run's page in Markdown: stage, holds with their way out, numbers, papers."""
    p = progress_of(j, state)
    lines = [f"## Order {p.order_id}: {p.stage} ({p.state})", ""]
    for hold in p.holds:
        lines += [
            f"### Held: {hold.key}",
            f"- **Why** ({hold.fault.value}, {hold.reason}): {hold.words}",
            f"- **Who and by when**: {hold.owner}, {hold.due:%Y-%m-%d %H:%M} UTC",
            f"- **Ways out**: {', '.join(way.value for way in hold.resolutions)}",
            *(f"- `{command}`" for command in hold.commands),
            "",
        ]
    if p.carried_by:
        lines += [f"Travels in the parcel of order {p.carried_by}.", ""]
    rows = (
        ("Consignment (UCR)", p.ucr),
        ("Orders", ", ".join(p.orders)),
        ("Exporters", ", ".join(p.exporters)),
        ("Export declarations", ", ".join(p.declarations)),
        ("Load before", f"{p.load_before:%Y-%m-%d %H:%M} UTC" if p.load_before else None),
        ("Waybill", p.waybill),
        ("Transport", p.transport_status),
        ("Import regime", p.import_regime),
        ("Duty and IVA", f"{p.duty} + {p.iva}" if p.duty else None),
        ("Warnings", "; ".join(p.warnings)),
    )
    lines += ["| What | Now |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows if value)]
    if j.papers:
        lines += [
            "",
            "**Papers**",
            "",
            *(f"- {paper.kind} v{paper.version}: `{paper.path}`" for paper in j.papers.papers),
        ]
    return "\n".join(lines)
