"""Our activities and adapters against the simulators over real sockets, without an engine: one step at a time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from temporalio.testing import ActivityEnvironment

from activities.customs import CustomsActivities
from activities.delivery import DeliveryActivities
from activities.export import ExportActivities
from activities.intake import IntakeActivities
from activities.papers import PaperActivities
from activities.retracting import RetractingActivities
from activities.transport import TransportActivities
from tests.adapters.parcels import drawn_up
from tests.lane import count, fill, introduce, lane_settings, serving, write_clock
from tradelane.contracts.handmade import checked_result
from tradelane.contracts.steps import (
    BookingReply,
    ClaimRequest,
    DeliveryRequest,
    DocumentRequest,
    FilingReply,
    FilingRequest,
    LodgeRequest,
    OrderRef,
    PackingRequest,
    Papers,
    PlanRequest,
    RateRequest,
    RegisterRequest,
    RenderRequest,
    ShipmentRef,
    TrackingRequest,
    TransportRequest,
    WithdrawRequest,
)
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.consignment import Consignment
from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, FilingState
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import Timetable, TradeClock, today_in_korea
from tradelane.domain.transport import Booking, CarrierDocument
from tradelane.ports import Decision
from tradelane.resources import Resources, wired
from tradelane.settings import Settings
from tradelane.simulators.app import create_app
from tradelane.simulators.clock import FileClock as StageClock
from tradelane.simulators.stage import Stage
from tradelane.stores import open_stores

Twist = Callable[[httpx.Request], httpx.Response | None]


class Line(httpx.AsyncBaseTransport):
    """The line to the counterparties: counts what is sent and may answer in their place."""

    def __init__(self) -> None:
        self._real = httpx.AsyncHTTPTransport()
        self.sent: list[httpx.Request] = []
        self.twist: Twist | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.twist(request) if self.twist else None
        return answer or await self._real.handle_async_request(request)

    @contextlib.contextmanager
    def answering(self, path: str, content: Any, *, said: str = "") -> Any:
        """Within the block, requests whose path ends so (and whose body holds `said`) get this JSON."""

        def twist(request: httpx.Request) -> httpx.Response | None:
            fits = request.url.path.endswith(path) and said in request.content.decode()
            return httpx.Response(200, json=content) if fits else None

        self.twist = twist
        try:
            yield
        finally:
            self.twist = None

    async def aclose(self) -> None:
        await self._real.aclose()


@dataclass
class Office:
    """An installation without engine: stores, adapters and the activities that use them."""

    settings: Settings
    resources: Resources
    stage: httpx.AsyncClient
    line: Line
    intake: IntakeActivities = field(init=False)
    customs: CustomsActivities = field(init=False)
    papers: PaperActivities = field(init=False)
    export: ExportActivities = field(init=False)
    retracting: RetractingActivities = field(init=False)
    delivery: DeliveryActivities = field(init=False)
    transport: TransportActivities = field(init=False)

    def __post_init__(self) -> None:
        self.intake = IntakeActivities(self.resources)
        self.customs = CustomsActivities(self.resources)
        self.papers = PaperActivities(self.resources)
        self.export = ExportActivities(self.resources)
        self.retracting = RetractingActivities(self.resources)
        self.delivery = DeliveryActivities(self.resources)
        self.transport = TransportActivities(self.resources)

    async def step(self, activity: Callable[..., Any], request: object) -> Any:
        """One try of a step, as a worker makes it."""
        return await ActivityEnvironment().run(activity, request)

    async def fault(self, counterparty: str, operation: str, kind: str, match: str = "", **more: Any) -> None:
        body = {"counterparty": counterparty, "operation": operation, "kind": kind, "match": match, **more}
        assert (await self.stage.post("/faults", json=body)).is_success

    async def acted(self, operation: str, text: str) -> int:
        """How often an operation acted, by the counterparties' own books."""
        return count((await self.stage.get("/ledger")).json()["rows"], operation, text)

    async def asked(self, counterparty: str, operation: str) -> int:
        """How many requests of an operation arrived, whether they acted or not."""
        counts = (await self.stage.get("/requests")).json()
        return int(counts.get(counterparty, {}).get(operation, 0))

    async def again(
        self, request: httpx.Request, content: Any = None, query: dict[str, str] | None = None
    ) -> httpx.Response:
        """A request as it was sent, with another body or query in its place: nothing of ours speaks here."""
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        url = request.url if query is None else request.url.copy_with(params=query)
        return await self.stage.request(request.method, url, headers=headers, json=content)

    def now(self) -> datetime:
        """Trade time."""
        return self.resources.clock.read().at(datetime.now(UTC))

    def later(self, **span: float) -> None:
        """Move the trade clock forward, as `timedelta` counts."""
        self.set_clock(self.now() + timedelta(**span))

    def set_clock(self, trade_now: datetime) -> None:
        """Let the trade clock of everybody show an instant."""
        clock = TradeClock(trade_epoch=trade_now, real_epoch=datetime.now(UTC), pace=1.0)
        self.settings.clock_file.write_text(clock.model_dump_json(), encoding="utf-8")

    def timetable(self) -> Timetable:
        return Timetable(clock=self.resources.clock.read())

    async def parcel(self, scenario: str = "plain", sku: str = "HNG-TEE-01") -> Parcel:
        """A sale, read and planned."""
        wish = {"scenario": scenario, "orders": [{"items": [{"sku": sku}]}], "shipping": {"cost": "6.90"}}
        answer = await self.stage.post("/mercadolibre/sell", json=wish)
        assert answer.is_success, answer.text
        [sold] = answer.json()
        [seller] = self.resources.sellers.all()
        ref = OrderRef(seller_id=seller.id, order_id=OrderId(sold["order_id"]))
        order = await self.step(self.intake.read_order, ref)
        shipment = await self.step(
            self.intake.read_shipment, ShipmentRef(seller_id=seller.id, shipment_id=order.shipment_id)
        )
        buyer = (await self.step(self.intake.read_buyer_tax_id, ref)).buyer
        claim = await self.step(
            self.intake.claim_consignment,
            ClaimRequest(
                seller_id=seller.id, shipment_id=shipment.id, created_at=shipment.created_at, orders=(order.id,)
            ),
        )
        planned = await self.step(
            self.intake.plan_consignment,
            PlanRequest(ucr=claim.ucr, seller_id=seller.id, orders=(order,), shipment=shipment, buyer=buyer, version=1),
        )
        packed = await self.step(self.intake.confirm_packing, PackingRequest(consignment=planned.consignment))
        return Parcel(self, packed.consignment)


@dataclass
class Parcel:
    """One consignment of one order, and every step that writes outside for it; requests are made anew each time."""

    office: Office
    consignment: Consignment
    declaration: ExportDeclaration | None = None
    filing: Filing | None = None
    papers: Papers | None = None
    booking: Booking | None = None

    @property
    def shipment(self) -> str:
        return str(self.consignment.shipment_id)

    @property
    def order(self) -> OrderId:
        return self.consignment.orders[0]

    @property
    def waybill(self) -> str:
        assert self.booking is not None
        return self.booking.waybill

    # --- what comes before -------------------------------------------------------------------------------------

    async def drawn_up(self, day: date | None = None) -> ExportDeclaration:
        """The declaration at this week's export rate, or at that of another day."""
        currency = self.consignment.goods_value.currency
        request = RateRequest(currency=currency, timetable=self.office.timetable(), day=day)
        rate: CustomsRate = await self.office.step(self.office.customs.read_customs_rate, request)
        declared_on = day or today_in_korea(self.office.now())
        self.declaration = drawn_up(self.consignment, self.consignment.parts[0], rate, declared_on)
        return self.declaration

    async def accepted(self) -> Filing:
        """The declaration filed and accepted."""
        await self.drawn_up()
        await self.lodge()
        self.office.later(minutes=25)
        request = FilingRequest(
            order_no=self.declared.order_no,
            exporter_id=self.declared.exporter.id,
            orders=self.consignment.orders,
            part=self.consignment.parts[0].name,
        )
        reply: FilingReply = await self.office.step(self.office.export.read_export_acceptance, request)
        self.filing = reply.filing
        assert self.filing.state is FilingState.ACCEPTED
        return self.filing

    @property
    def declared(self) -> ExportDeclaration:
        assert self.declaration is not None
        return self.declaration

    async def booked(self) -> Booking:
        """Filed, papers made, transport booked."""
        await self.accepted()
        await self.rendered()
        reply = await self.book()
        self.booking = reply.booking
        return self.booking

    async def rendered(self) -> Papers:
        request = RenderRequest(consignment=self.consignment, timetable=self.office.timetable())
        papers: Papers = await self.office.step(self.office.papers.render_documents, request)
        self.papers = papers
        return papers

    async def tracked(self) -> None:
        """Booked, and the number published."""
        await self.booked()
        await self.publish_tracking()

    def typed_by_hand(self, step: str, **result: str) -> dict[str, str]:
        """A person has done a step outside and typed what proves it; gives the result as it was written down."""
        content = checked_result(step, result)
        self.office.resources.decisions.record(
            Decision(
                id=uuid4().hex,
                scope=self.order,
                step=step,
                kind="complete",
                content=content,
                actor="kim",
                reason="done outside",
                at=self.office.now(),
            )
        )
        return content

    # --- the steps that write outside --------------------------------------------------------------------------

    async def lodge(self, channel: FilingChannel = FilingChannel.KTNET) -> FilingReply:
        request = LodgeRequest(
            declaration=self.declared, channel=channel, timetable=self.office.timetable(), order_id=self.order
        )
        reply: FilingReply = await self.office.step(self.office.export.lodge_export_declaration, request)
        return reply

    async def withdraw(self) -> Any:
        assert self.filing is not None
        request = WithdrawRequest(
            ucr=self.consignment.ucr,
            part=self.consignment.parts[0].name,
            exporter_id=self.consignment.parts[0].exporter_id,
            filing=self.filing,
            reason="the buyer cancelled",
            timetable=self.office.timetable(),
        )
        return await self.office.step(self.office.retracting.withdraw_export_declaration, request)

    def _transport(self) -> TransportRequest:
        assert self.papers is not None
        return TransportRequest(
            consignment=self.consignment,
            declarations=(self.filing.number,) if self.filing and self.filing.number else (),
            invoice_number=self.papers.invoice_number,
            invoiced_at=self.papers.invoiced_at,
            papers=self.papers.papers,
            timetable=self.office.timetable(),
            waybill=self.booking.waybill if self.booking else None,
        )

    async def book(self) -> BookingReply:
        reply: BookingReply = await self.office.step(self.office.transport.book_transport, self._transport())
        return reply

    async def preadvise(self) -> Any:
        return await self.office.step(self.office.transport.send_import_preadvice, self._transport())

    def _paper(self, document: CarrierDocument, suffix: str = "") -> DocumentRequest:
        assert self.papers is not None
        assert self.booking is not None
        return DocumentRequest(
            ucr=self.consignment.ucr,
            waybill=self.booking.waybill,
            document=document.value,
            sha256=self.papers.papers[0].sha256,
            timetable=self.office.timetable(),
            suffix=suffix,
        )

    async def attach(self) -> Any:
        request = self._paper(CarrierDocument.COMMERCIAL_INVOICE)
        return await self.office.step(self.office.transport.attach_documents, request)

    async def answer(self) -> Any:
        request = self._paper(CarrierDocument.CUSTOMS_ANSWER, "20261128T100000Z")
        return await self.office.step(self.office.transport.answer_information_request, request)

    async def publish_tracking(self) -> Any:
        assert self.booking is not None
        request = TrackingRequest(
            ucr=self.consignment.ucr,
            seller_id=self.consignment.seller_id,
            shipment_id=self.consignment.shipment_id,
            waybill=self.booking.waybill,
            url="https://tracking.invalid/1",
            carrier=self.booking.carrier,
            timetable=self.office.timetable(),
        )
        return await self.office.step(self.office.delivery.publish_tracking, request)

    async def watch(self) -> Any:
        assert self.booking is not None
        request = RegisterRequest(
            ucr=self.consignment.ucr,
            waybill=self.booking.waybill,
            order_id=self.order,
            timetable=self.office.timetable(),
        )
        return await self.office.step(self.office.delivery.watch_tracking, request)

    async def publish_delivery(self) -> Any:
        assert self.booking is not None
        request = DeliveryRequest(
            ucr=self.consignment.ucr,
            seller_id=self.consignment.seller_id,
            shipment_id=self.consignment.shipment_id,
            waybill=self.booking.waybill,
            status="delivered",
            timetable=self.office.timetable(),
        )
        return await self.office.step(self.office.delivery.publish_delivery_status, request)


@contextlib.asynccontextmanager
async def open_office(folder: Path, **more: Any) -> AsyncIterator[Office]:
    """Open an installation without engine; trade time goes at the pace of real time until it is moved."""
    settings = lane_settings(folder, 0, 1.0, **more)
    clock = write_clock(settings)
    async with contextlib.AsyncExitStack() as stack:
        app = create_app(Stage(settings.data_dir, StageClock(settings.clock_file)))
        await stack.enter_async_context(serving(app, settings.simulators_port))
        stage = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"{settings.simulators_url}/_stage", timeout=20)
        )
        settings = await introduce(stage, settings)
        await stage.post("/17track/webhook", json={"url": None})
        stores = stack.enter_context(open_stores(settings))
        await fill(stage, stores, clock.trade_epoch - timedelta(days=30))
        line = Line()
        http = await stack.enter_async_context(httpx.AsyncClient(transport=line))
        yield Office(settings=settings, resources=wired(settings, stores, http), stage=stage, line=line)


def shown(request: httpx.Request) -> Any:
    """The JSON body of a request."""
    return json.loads(request.content)
