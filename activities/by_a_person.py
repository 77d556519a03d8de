"""Filing by a person: what is handed out, what is checked of what was typed, and what only a person can answer."""

from __future__ import annotations

from datetime import date

from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.broker_filing import wrong_with
from tradelane.adapters.manual.filing import kind_for
from tradelane.contracts.handmade import FiledByHand, reports_done, shape_of
from tradelane.contracts.steps import LODGE_EXPORT_DECLARATION, READ_EXPORT_ACCEPTANCE, FilingRequest, LodgeRequest
from tradelane.documents import broker_file, declaration_worksheet
from tradelane.domain import paperwork
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import Filing
from tradelane.domain.holds import Fault
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


def check_typed(request: LodgeRequest, typed: FiledByHand) -> None:
    """A broker's number begins with the broker's code: another one is asked for again.

    Raises:
        Refused: reason `manual_work`.
    """
    if request.channel is not FilingChannel.BROKER:
        return
    if wrong := wrong_with(typed.number, request.declaration.exporter):
        step = f"{LODGE_EXPORT_DECLARATION.name}:{request.declaration.part.name}"
        raise Refused(
            "desk",
            "mistyped",
            f"the number typed by hand is wrong: {wrong} Type it again",
            fault=Fault.OURS,
            reason="manual_work",
            commands=(reports_done(str(request.order_id), step),),
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
