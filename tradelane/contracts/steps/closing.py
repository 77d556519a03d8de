"""Closing: evidence and the end of a consignment."""

from __future__ import annotations

from tradelane.contracts.effect import QUICK, Effect
from tradelane.contracts.steps.export import Paper, Papers
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.export_declaration import ExportDeclaration, Filing, Loading
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.import_regime import ImportAssessment
from tradelane.domain.trade_time import Timetable
from tradelane.domain.transport import Booking, TransportProgress


class EvidenceRequest(Wire):
    """Everything that proves one export."""

    ucr: Ucr
    orders: tuple[OrderId, ...]
    filings: tuple[Filing, ...]
    loadings: tuple[Loading, ...]
    booking: Booking | None
    progress: TransportProgress
    assessment: ImportAssessment | None
    papers: tuple[Paper, ...]
    declared: tuple[ExportDeclaration, ...] = ()
    """What was declared, in the order of the parts."""
    list_cleared: tuple[ExportDeclaration, ...] = ()
    """What the carrier cleared by its list instead."""
    timetable: Timetable


class CloseRequest(Wire):
    """The end of a journey and of its consignment."""

    ucr: Ucr | None
    order_id: OrderId
    outcome: str
    timetable: Timetable


FILE_EVIDENCE = Effect("file_evidence", EvidenceRequest, Papers, QUICK, "house", "Keep the evidence of this export")
ARCHIVE_DOSSIER = Effect("archive_dossier", CloseRequest, Nothing, QUICK, "house", "Close the consignment")
