"""Filing by a person: what is handed out, what is checked of what was typed, and what only a person can answer."""

from __future__ import annotations

from datetime import date, datetime

from tradelane.adapters.errors import Refused, Stale
from tradelane.adapters.manual.broker_filing import wrong_with
from tradelane.adapters.manual.filing import kind_for
from tradelane.contracts.handmade import FiledByHand, SeenByHand, reports_done, shape_of
from tradelane.contracts.steps import LODGE_EXPORT_DECLARATION, READ_EXPORT_ACCEPTANCE, FilingRequest, LodgeRequest
from tradelane.documents import broker_file, declaration_worksheet
from tradelane.domain import paperwork
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import Filing
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber
from tradelane.domain.trade_time import KOREA, today_in_korea
from tradelane.ports import Declarations, Documents

BY_A_PERSON = frozenset({FilingChannel.BROKER, FilingChannel.MANUAL})
"""Ways on which somebody keys the declaration: they get a worksheet and a file."""

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def hand_out(documents: Documents, request: LodgeRequest, day: date) -> None:
    """Put the worksheet, and for a broker the file and the mail, where a person takes them from.

    Raises:
        ValueError: figures or names that cannot be written.
        MissingGlyph: a character that is in no font.
    """
    declaration = request.declaration
    papers = [("declaration_worksheet", declaration_worksheet.render(paperwork.worksheet(declaration, day)), PDF)]
    broker = declaration.exporter.broker
    if broker is not None:
        papers += [
            ("broker_handoff_xlsx", broker_file.xlsx([declaration], day), XLSX),
            ("broker_handoff_ms949", broker_file.flat([declaration], day), "text/plain"),
            ("broker_mail", broker_file.mail(declaration, broker, day).encode(), "text/plain"),
        ]
    for kind, content, media in papers:
        documents.put(declaration.ucr, kind_for(kind, declaration.part.name), request.version, content, media)


def typed_day(typed: FiledByHand, now: datetime) -> date:
    """The Korean day (신고일자) that was typed: where it was not, that of the acceptance, else of typing."""
    accepted_on = today_in_korea(typed.accepted_at) if typed.accepted_at is not None else None
    return typed.declared_on or accepted_on or today_in_korea(now)


def check_typed(request: LodgeRequest, typed: FiledByHand, *, drawn_on: date | None, now: datetime) -> date:
    """The Korean day (신고일자) of a filing typed by hand, once it is found possible.

    `drawn_on` is the day on which the first papers of the parcel were drawn, `now` trade time. Won are declared at the
    rate of the week of that day: where it cannot be known that this is the week of the papers handed out, it is asked for.

    Raises:
        Refused: reason `manual_work`; it is to be typed again.
        Stale: it was declared in another week than it was drawn up for, `about` the day: other won are declared then.
    """
    day, rate = typed_day(typed, now), request.declaration.rate
    wrong = wrong_with(typed.number, request.declaration.exporter) if request.channel is FilingChannel.BROKER else ""
    if not wrong:
        wrong = _impossible(day, typed.accepted_at, drawn_on, now)
    if not wrong and typed.declared_on is None and not rate.covers(day):
        wrong = f"the papers are of the week from {rate.valid_from}: say with declared_on on which day it was declared."
    if wrong:
        step = f"{LODGE_EXPORT_DECLARATION.name}:{request.declaration.part.name}"
        raise mistyped(step, str(request.order_id), wrong)
    if not rate.covers(day):
        words = f"declared on {day}, drawn up with the rate of the week from {rate.valid_from}"
        raise Stale("customs", "rate_week", words, about=day.isoformat())
    return day


def check_seen(
    request: FilingRequest,
    seen: SeenByHand,
    *,
    known: ExportDeclarationNumber | None,
    drawn_on: date | None,
    now: datetime,
) -> None:
    """What was read must be possible, and of the declaration whose number is `known`; `drawn_on` and `now` as for what was typed of its filing.

    Raises:
        Refused: reason `manual_work`; it is to be typed again.
    """
    wrong = ""
    if seen.accepted_at is not None:
        wrong = _impossible(today_in_korea(seen.accepted_at), seen.accepted_at, drawn_on, now)
    if not wrong and known is not None and seen.number not in (None, known):
        wrong = f"{known.printed} is asked about, not {seen.number.printed if seen.number else ''}."
    if wrong:
        step = f"{READ_EXPORT_ACCEPTANCE.name}:{request.part}"
        raise mistyped(step, str(min(request.orders, key=int)), wrong)


def _impossible(day: date, accepted_at: datetime | None, first_day: date | None, now: datetime) -> str:
    """Why nothing can have been declared or accepted on a day; empty when it can."""
    if day > today_in_korea(now) or (accepted_at is not None and accepted_at > now):
        return (
            f"{accepted_at.astimezone(KOREA):%Y-%m-%d %H:%M} KST is still to come."
            if accepted_at
            else f"{day} is still to come."
        )
    if first_day is not None and day < first_day:
        return f"on {day} there was nothing to accept: it was drawn up on {first_day}."
    return ""


def mistyped(step: str, order: str, wrong: str) -> Refused:
    """The refusal of a result that cannot be: it stays with the desk that typed it."""
    return Refused(
        "desk",
        "mistyped",
        f"what was typed by hand cannot be: {wrong} Type it again",
        fault=Fault.AUTHORITY,
        reason="manual_work",
        commands=(reports_done(order, step),),
        result_shape=shape_of(step)[1],
    )


def ask_a_person(declarations: Declarations, request: FilingRequest, filing: Filing) -> None:
    """Where a person filed, nobody else can tell what customs answered.

    Raises:
        Refused: reason `manual_work`.
    """
    record = declarations.find(request.order_no)
    if record is None or record.channel not in BY_A_PERSON:
        return
    step = f"{READ_EXPORT_ACCEPTANCE.name}:{request.part}"
    raise Refused(
        "desk",
        "manual_work",
        f"Say what customs answered to {filing.number.printed if filing.number else filing.order_no}",
        fault=Fault.AUTHORITY,
        reason="manual_work",
        commands=(reports_done(str(min(request.orders, key=int)), step),),
        result_shape=shape_of(step)[1],
    )
