"""What one run knows of its order: the state that the legs read and write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from temporalio import workflow

from workflows.steps import Steps

with workflow.unsafe.imports_passed_through():
    from tradelane.contracts.messages import Fact, FulfilOrderRequest
    from tradelane.contracts.steps import (
        READ_CUSTOMS_RATE,
        RENDER_DOCUMENTS,
        OpenJourney,
        Papers,
        RateRequest,
        RenderRequest,
        TransportRequest,
    )
    from tradelane.domain.catalogue import Exporter, FilingChannel
    from tradelane.domain.consignment import Consignment
    from tradelane.domain.decided import Decided
    from tradelane.domain.export_declaration import CustomsRate, ExportDeclaration, Filing, FilingState, Loading
    from tradelane.domain.export_route import ExportRoute, GoodsFacts
    from tradelane.domain.holds import Resolution
    from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk, OrderId, Ucr
    from tradelane.domain.import_regime import ImportAssessment
    from tradelane.domain.language import Language
    from tradelane.domain.order import BuyerTaxId, Order, Shipment
    from tradelane.domain.transport import Booking, TransportProgress


def never() -> bool:
    """A condition that does not come."""
    return False


@dataclass
class Journey:
    """State of one order's journey. Everything here comes from replies and facts, so a replay rebuilds it."""

    order_id: OrderId
    steps: Steps
    seller_id: str = ""
    live: bool = True
    go_live: datetime | None = None
    order: Order | None = None
    orders: dict[OrderId, Order] = field(default_factory=dict)
    shipment: Shipment | None = None
    buyer: BuyerTaxId | None = None
    ucr: Ucr | None = None
    claimed: tuple[OrderId, ...] = ()
    carried_by: OrderId | None = None
    consignment: Consignment | None = None
    rate: CustomsRate | None = None
    papers: Papers | None = None
    filings: dict[str, Filing] = field(default_factory=dict)
    loadings: dict[str, Loading] = field(default_factory=dict)
    booking: Booking | None = None
    tracking_url: str = ""
    assessment: ImportAssessment | None = None
    progress: TransportProgress = field(default_factory=TransportProgress)
    warnings: list[str] = field(default_factory=list)
    acknowledged: set[tuple[str, str, str]] = field(default_factory=set)
    """Events a person has taken note of; they hold no more."""
    facts: dict[str, int] = field(default_factory=dict)
    attended: dict[str, int] = field(default_factory=dict)
    closed_outcome: str | None = None
    carry_on: bool = False
    planning: bool = False
    overtaken: bool = False
    """An amendment came while the plan was being made, which may have been read before it."""
    amending: int = 0
    """Amendments being written down, planned in and drawn up: costly steps wait for them."""
    rounds_filed: dict[str, int] = field(default_factory=dict)
    """Declaration -> the round in which it was last sent."""
    lodging: set[str] = field(default_factory=set)
    """Declarations that are being sent."""
    exporters: tuple[str, ...] = ()
    """Ids of the exporters of the plan, known before the parcel is packed."""
    decided: list[Decided] = field(default_factory=list)
    """What people decided in this run, as its page shows it."""
    declared: dict[str, ExportDeclaration] = field(default_factory=dict)
    """Declaration -> what customs was last told; a plan that differs is brought in line before the next costly step."""
    rates: dict[str, CustomsRate] = field(default_factory=dict)
    """Declaration -> the rate it was filed at; an amendment keeps it."""
    routes: dict[str, ExportRoute] = field(default_factory=dict)
    """Declaration -> the route it was filed by; an amendment keeps it, and its loading is watched by it."""
    channel: FilingChannel = FilingChannel.KTNET
    """The installation's way to customs; an exporter may have its own."""
    goods_facts: GoodsFacts | None = None
    """What customs says of every tariff code of the plan."""
    carrier_clears: dict[str, ExportDeclaration] = field(default_factory=dict)
    """Parts that the carrier clears by its list, with what a declaration would have said."""
    language: Language = Language.ENGLISH
    versions_before: int = 0
    """Highest version of papers that an earlier run of the order has made."""
    carried_before: Ucr | None = None
    """The consignment that an earlier run of this order claimed and carries."""
    read_again: Callable[[], Awaitable[None]] | None = None
    """Reads the live orders again; the intake leg hands it in."""
    documents_needed: bool = False
    questioned: set[str] = field(default_factory=set)
    """Declarations that are over their deadline or gone, until that is settled or a person has said to go on."""
    watched: set[str] = field(default_factory=set)
    """Declarations whose loading is being watched."""

    def opening_request(self, asked: FulfilOrderRequest | None = None) -> OpenJourney:
        """What the first step is asked, at the start and again when a person has changed the seller's record."""
        return OpenJourney(
            order_id=self.order_id,
            seller=asked.seller if asked else self.seller_id,
            timetable=asked.timetable if asked else self.steps.timetable,
            workflow_id=workflow.info().workflow_id,
            reopened=asked.reopened if asked else "",
        )

    def now(self) -> datetime:
        """Trade time."""
        return self.steps.timetable.clock.at(workflow.now())

    def being_amended(self) -> bool:
        """Whether something was amended that plan and papers do not say yet."""
        return self.amending > 0 or any(one.action == Resolution.AMEND for one in self.steps.answers.values())

    # --- facts ------------------------------------------------------------------------------------------------

    def hear(self, fact: Fact) -> None:
        """Take a fact in: it only says that something changed, the next reading says what."""
        if fact.kind == "consignment_closed":
            self.closed_outcome = fact.reference
        elif fact.kind == "carry_on":
            self.carry_on = True
        else:
            for key in (fact.source, f"{fact.source}:{fact.reference}"):
                self.facts[key] = self.facts.get(key, 0) + 1

    def hear_of(self, source: str) -> None:
        """Take note ourselves that something changed: a watch looks again at once."""
        self.facts[source] = self.facts.get(source, 0) + 1

    def heard(self, *keys: str) -> int:
        """How many facts came from these sources so far."""
        return sum(self.facts.get(key, 0) for key in keys)

    async def news(self, *sources: str, within: timedelta, summary: str, or_else: Callable[[], bool] = never) -> bool:
        """Wait for a fact from one of the sources (or another condition); False when the trade time ran out.

        What was heard is remembered by `summary`, so that a fact that arrives while the last one is being read
        wakes the next wait at once.
        """

        def woken() -> bool:
            return self.heard(*sources) > self.attended.get(summary, 0) or or_else()

        try:
            await workflow.wait_condition(
                woken, timeout=self.steps.timetable.real_wait(within), timeout_summary=summary
            )
        except TimeoutError:
            return False
        self.attended[summary] = self.heard(*sources)
        return True

    # --- the plan -----------------------------------------------------------------------------------------------

    @property
    def next_version(self) -> int:
        """Version of the next plan: above every paper that was made, by whatever run."""
        return max(self.consignment.version if self.consignment else 0, self.versions_before) + 1

    def knows(self, codes: Iterable[Hsk]) -> bool:
        """Whether customs was asked about all these tariff codes."""
        return self.goods_facts is not None and {one.hsk for one in self.goods_facts.facts}.issuperset(codes)

    def channel_of(self, exporter: Exporter) -> FilingChannel:
        """The way to customs of one exporter."""
        return exporter.channel or self.channel

    async def read_rate(self) -> None:
        """Read the customs rate of the week anew."""
        self.rate = await self.rate_of(None)

    async def rate_of(self, day: date | None) -> CustomsRate:
        """The customs rate of the week of a Korean day; without a day that of today."""
        return await self.steps.perform(
            READ_CUSTOMS_RATE,
            RateRequest(currency=self.plan.goods_value.currency, timetable=self.steps.timetable, day=day),
        )

    async def make_papers(self) -> None:
        """Render invoice and packing list of the plan's version."""
        self.documents_needed = True
        while True:
            papers = await self.steps.perform(
                RENDER_DOCUMENTS,
                lambda: RenderRequest(
                    consignment=self.plan,
                    timetable=self.steps.timetable,
                    declarations={
                        name: filing.number
                        for name, filing in sorted(self.filings.items())
                        if filing.state is FilingState.ACCEPTED and filing.number is not None
                    },
                    declared=tuple(declared for _, declared in sorted(self.declared.items())) if self.booking else (),
                    waybill=self.booking.waybill if self.booking else None,
                ),
            )
            if all(paper.version == self.plan.version for paper in papers.papers):
                break  # else the plan changed while they were drawn
        self.papers = papers

    @property
    def skus(self) -> frozenset[str]:
        """SKUs of the goods as they were sold; empty before the orders are read."""
        return frozenset(line.sku.strip() for order in self.orders.values() for line in order.lines if line.sku)

    @property
    def plan(self) -> Consignment:
        """The consignment as planned; legs after intake may rely on it."""
        assert self.consignment is not None, "a leg ran before the plan"
        return self.consignment

    @property
    def current_papers(self) -> Papers:
        assert self.papers is not None, "a leg ran before the papers"
        return self.papers

    def declaration_numbers(self) -> tuple[str, ...]:
        """Numbers of accepted declarations in the order of the parts; a number proves nothing before acceptance."""
        return tuple(str(filing.number) for filing in self.accepted())

    def accepted(self) -> tuple[Filing, ...]:
        """The accepted declarations with their numbers, in the order of the parts."""
        return tuple(
            filing
            for _, filing in sorted(self.filings.items())
            if filing.state is FilingState.ACCEPTED and filing.number is not None
        )

    def numbers(self) -> tuple[ExportDeclarationNumber, ...]:
        """Numbers of the accepted declarations, in the order of the parts."""
        return tuple(filing.number for filing in self.accepted() if filing.number is not None)

    def transport_request(self) -> TransportRequest:
        papers = self.current_papers
        return TransportRequest(
            consignment=self.plan,
            declarations=self.numbers(),
            carrier_clears=bool(self.carrier_clears),
            invoice_number=papers.invoice_number,
            invoiced_at=papers.invoiced_at,
            papers=papers.papers,
            timetable=self.steps.timetable,
            waybill=self.booking.waybill if self.booking else None,
        )
