"""Korean export: rate, papers, filing, acceptance, withdrawal."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from tradelane.contracts.effect import NETWORK, OFFICE, QUICK, Effect
from tradelane.contracts.steps.wire import Nothing, Wire
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.consignment import Consignment
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing
from tradelane.domain.export_route import ExportRoute, GoodsFacts
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk, OrderId, Ucr, WaybillNumber
from tradelane.domain.screening import Screening
from tradelane.domain.trade_time import Instant, Timetable


class RateRequest(Wire):
    """A currency to be valued in won at today's rate of the trade clock, or at that of another Korean day."""

    currency: str
    timetable: Timetable
    day: date | None = None


class RequirementsRequest(Wire):
    """Tariff codes about which customs is asked: confirmation by the customs head, shortened loading."""

    codes: tuple[Hsk, ...]
    orders: tuple[OrderId, ...]
    timetable: Timetable


class ScreeningRequest(Wire):
    """The parties of a consignment, compared with the lists before `filing` and again before `handover`."""

    consignment: Consignment
    moment: str
    timetable: Timetable
    buyer: str | None = None
    """The name of the buyer's tax identity, where the marketplace tells it; it may differ from the consignee's."""


class RenderRequest(Wire):
    """A consignment whose papers are to be drawn; with what customs and the carrier gave it, once they have."""

    consignment: Consignment
    timetable: Timetable
    declarations: dict[str, ExportDeclarationNumber] = Field(default_factory=dict)
    """Part, such as `d1`, -> the number customs gave it."""
    declared: tuple[ExportDeclaration, ...] = ()
    """What customs was told: its figures are compared with those of the papers."""
    waybill: WaybillNumber | None = None


class Paper(Wire):
    """One stored paper: kind, version of the plan, hash of its bytes and where it lies."""

    kind: str
    version: int
    sha256: str
    path: str


class Papers(Wire):
    """The papers of one version, with the number and instant the invoice carries."""

    papers: tuple[Paper, ...]
    invoice_number: str
    invoiced_at: Instant


class LodgeRequest(Wire):
    """One declaration to be filed, once."""

    declaration: ExportDeclaration
    channel: FilingChannel = FilingChannel.KTNET
    """The way to customs when it was drawn up; what was filed before keeps its own."""
    version: int = 1
    """Version of the plan it was drawn up from."""
    timetable: Timetable
    order_id: OrderId


class FilingRequest(Wire):
    """One filing to be asked about; `part` is the declaration's name, such as `d1`."""

    order_no: str
    exporter_id: str
    orders: tuple[OrderId, ...]
    part: str


class FilingReply(Wire):
    """Where a filing stands."""

    filing: Filing
    in_line: bool = True
    """False when what was found at customs is not what was to be declared: it was filed by an earlier run."""
    rate: CustomsRate | None = None
    """The rate it was filed at, where an earlier run filed it."""
    route: ExportRoute | None = None
    """The route it was filed by, where our books know it: what is told later is told of that declaration."""


class AmendRequest(Wire):
    """An accepted declaration to be brought in line (정정) with what is true now; `declaration` is drawn up anew."""

    declaration: ExportDeclaration
    accepted: ExportDeclaration | None = None
    """What customs was last told; None when an earlier run told it."""
    filing: Filing
    version: int
    """Version of the plan it was drawn up from: each version is an amendment of its own."""
    reason: str
    timetable: Timetable
    order_id: OrderId


class ExtensionRequest(Wire):
    """An accepted declaration whose loading period is to be extended (적재기간 연장) before it ends."""

    ucr: Ucr
    part: str
    exporter_id: str
    filing: Filing
    load_before: date
    """The last day in force."""
    until: date
    """The last day asked for."""
    reason: str
    timetable: Timetable


class ExtensionReply(Wire):
    """What came of it: `asked` or `approved`."""

    state: str


class WithdrawRequest(Wire):
    """A filing to be withdrawn (취하), with the reason customs is told."""

    ucr: Ucr
    part: str
    """The declaration's name, such as `d1`."""
    exporter_id: str
    filing: Filing
    reason: str
    timetable: Timetable


READ_CUSTOMS_RATE = Effect(
    "read_customs_rate", RateRequest, CustomsRate, NETWORK, "customs", "Weekly export rate of Korean customs (API012)"
)
READ_EXPORT_REQUIREMENTS = Effect(
    "read_export_requirements",
    RequirementsRequest,
    GoodsFacts,
    NETWORK,
    "customs",
    "Ask what the goods need for export (API029, API017)",
    completable=True,
)
SCREEN_PARTIES = Effect(
    "screen_parties",
    ScreeningRequest,
    Screening,
    QUICK,
    "house",
    "Compare the parties with the lists",
    completable=True,
)
RENDER_DOCUMENTS = Effect("render_documents", RenderRequest, Papers, QUICK, "house", "Invoice and packing list")
LODGE_EXPORT_DECLARATION = Effect(
    "lodge_export_declaration", LodgeRequest, FilingReply, OFFICE, "filing", "File the export declaration", outside=True
)
READ_EXPORT_ACCEPTANCE = Effect(
    "read_export_acceptance",
    FilingRequest,
    FilingReply,
    NETWORK,
    "filing",
    "Ask whether customs accepted",
    completable=True,
)
EXTEND_LOADING_PERIOD = Effect(
    "extend_loading_period",
    ExtensionRequest,
    ExtensionReply,
    OFFICE,
    "filing",
    "Ask for a later loading deadline",
    outside=True,
)
AMEND_EXPORT_DECLARATION = Effect(
    "amend_export_declaration",
    AmendRequest,
    FilingReply,
    OFFICE,
    "filing",
    "Amend the export declaration",
    outside=True,
)
WITHDRAW_EXPORT_DECLARATION = Effect(
    "withdraw_export_declaration",
    WithdrawRequest,
    Nothing,
    OFFICE,
    "filing",
    "Withdraw the export declaration",
    outside=True,
)
