"""What a run shows of itself: the progress query, the details on its page, its search attributes. No personal data."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from workflows.journey import Journey
from workflows.legs.loading import deadline

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts import search_attributes as sa
    from tradelane.contracts.messages import Progress
    from tradelane.domain import wording
    from tradelane.domain.decided import Decided
    from tradelane.domain.holds import Hold, Resolution
    from tradelane.domain.language import Language
    from tradelane.domain.loading_period import last_day_before

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
        exporters=j.exporters,
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
        (sa.EXPORTER, j.exporters),
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
    """The run's page in Markdown, in the language of the desk: stage, holds with their way out, numbers, papers."""
    p, language = progress_of(j, state), j.language
    stage, standing = wording.stage_name(language, p.stage), wording.state_name(language, p.state)
    lines = [f"## {wording.label(language, 'order')} {p.order_id}: {stage} ({standing})", ""]
    for hold in p.holds:
        lines += [*_held(language, hold), ""]
    if p.carried_by:
        lines += [wording.say(language, "sentence.carried", order=p.carried_by), ""]
    rows = (
        ("ucr", p.ucr),
        ("orders", ", ".join(p.orders)),
        ("exporters", ", ".join(p.exporters)),
        ("declarations", ", ".join(p.declarations)),
        ("load_before", str(last_day_before(p.load_before)) if p.load_before else None),
        ("waybill", p.waybill),
        ("transport", wording.transport_name(language, p.transport_status) if p.transport_status else None),
        ("regime", wording.regime_name(language, p.import_regime) if p.import_regime else None),
        ("duty_and_iva", f"{p.duty} + {p.iva}" if p.duty else None),
        ("warnings", "; ".join(p.warnings)),
    )
    lines += [f"| {wording.label(language, 'what')} | {wording.label(language, 'now')} |", "|---|---|"]
    lines += [f"| {wording.label(language, name)} | {_cell(value)} |" for name, value in rows if value]
    if j.decided:
        lines += ["", f"**{wording.label(language, 'decisions')}**", ""]
        lines += [f"- {_decision(one)}" for one in j.decided]
    if j.papers:
        lines += ["", f"**{wording.label(language, 'papers')}**", ""]
        lines += [f"- {wording.paper_name(language, one.kind)} v{one.version}: `{one.path}`" for one in j.papers.papers]
    return "\n".join(lines)


def _held(language: Language, hold: Hold) -> list[str]:
    """One hold: why, what it means and what to do, the counterparty's words as they came, who, by when, how."""

    def row(name: str, value: str) -> str:
        return f"- **{wording.label(language, name)}**: {value}"

    ways = (f"{wording.resolution_name(language, way)} (`{way.value}`)" for way in hold.resolutions)
    reason, advice = wording.reason_title(language, hold.reason), wording.reason_advice(language, hold.reason)
    lines = [
        f"### {wording.label(language, 'held')}: {wording.step_name(language, hold.key)} (`{hold.key}`)",
        row("why", f"{reason} (`{hold.reason}`)"),
        *([row("advice", advice)] if advice else []),
        row("words", _flat(hold.words)),
        row("fault", wording.fault_name(language, hold.fault)),
        row("owner", wording.desk_name(language, hold.owner)),
    ]
    if hold.assignee:
        lines.append(row("assignee", _flat(hold.assignee)))
    lines.append(row("due", _minute(hold.due)))
    if hold.snoozed_until:
        lines.append(row("snoozed", _minute(hold.snoozed_until)))
    lines.append(row("ways", ", ".join(ways)))
    if hold.result_shape and Resolution.COMPLETE in hold.resolutions:
        lines.append(row("result", f"`{hold.result_shape}`"))
    lines.append(row("here", "More Actions, Send an Update: " + _update(hold)))
    return [*lines, *(f"- `{command}`" for command in hold.commands)]


def _update(hold: Hold) -> str:
    """The Update that answers a hold from the page itself: its name and its one small object."""
    if hold.reason == "packing":
        return '`confirm_packing` `{"gross_weight_g": "640", "length_cm": "30", "width_cm": "20", "height_cm": "10"}`'
    told = {"step": hold.key, "action": hold.resolutions[0].value, "reason": "...", "actor": "..."}
    return f"`resolve_hold` `{json.dumps(told)}`"


def _decision(one: Decided) -> str:
    """One decision: when, who, what, why, old and new values."""
    what = one.kind if one.step == "*" else f"{one.kind} `{one.step}`"
    said = [f"{_minute(one.at)} {_flat(one.actor)}: {what}", *(_flat(str(change)) for change in one.changes)]
    return "; ".join(said) + (f" ({_flat(one.reason)})" if one.reason else "")


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _flat(words: str) -> str:
    """Words on one line, so that they stay in their item; a tag is shown, not obeyed."""
    return " ".join(words.split()).replace("<", "&lt;")


def _cell(value: str) -> str:
    """A value inside a table."""
    return _flat(value).replace("|", "\\|")
