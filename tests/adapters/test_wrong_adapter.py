"""Adapters that make the mistakes an adapter can make, and simulators that refuse each of them as the real ones do.

Each mistake is put into the real adapter at the one place where it would be made; the right adapter is the control.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from tests.adapters.office import Office
from tests.adapters.parcels import drawn_up
from tradelane.adapters.errors import Refused, Stale
from tradelane.adapters.ktnet import KtnetAccess, KtnetFiling
from tradelane.adapters.ktnet import adapter as ktnet_adapter
from tradelane.adapters.ktnet import amendment as ktnet_amendment
from tradelane.adapters.ktnet import extension as ktnet_extension
from tradelane.adapters.ktnet.declaration import document
from tradelane.adapters.mydhl import booking as mydhl_booking
from tradelane.adapters.unipass import Direction, UnipassAccess, UnipassCustoms, demo_keys
from tradelane.adapters.unipass import rates as unipass_rates
from tradelane.adapters.unipass import requirements as unipass_requirements
from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.export_route import ExportRoute, GoodsFacts, RouteRefused
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk
from tradelane.domain.outside import Done
from tradelane.domain.papers import Incoterm
from tradelane.domain.trade_time import KOREA, today_in_korea


class Misspelt(str):
    """A declaration number that did not go through our own type: it stands as it was given."""

    __slots__ = ()
    printed: ClassVar[str] = ""


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def ktnet(office: Office, http: httpx.AsyncClient) -> KtnetFiling:
    settings = office.settings
    access = KtnetAccess(
        base_url=f"{settings.simulators_url}/ktnet",
        api_key=settings.ktnet_api_key,
        key_header=settings.ktnet_key_header,
        mall_id=settings.ktnet_mall_id,
    )
    return KtnetFiling(access, http, office.resources.exporters)


def unipass(office: Office, http: httpx.AsyncClient) -> UnipassCustoms:
    settings = office.settings
    access = UnipassAccess(base_url=f"{settings.simulators_url}/unipass/ext/rest", keys=demo_keys())
    return UnipassCustoms(access, http)


async def test_the_import_rate_is_refused(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`imexTp=2` gives a rate that looks right and is not the one of exports."""
    parcel = await office.parcel()
    day = today_in_korea(office.now())
    right = await unipass(office, http).export_rate(day, "USD")
    monkeypatch.setattr(unipass_rates, "FOR_EXPORTS", Direction.IMPORT)
    wrong = await unipass(office, http).export_rate(day, "USD")
    part = parcel.consignment.parts[0]

    assert wrong.krw_per_unit != right.krw_per_unit
    with pytest.raises(RouteRefused, match="valued at the export rate of customs"):
        drawn_up(parcel.consignment, part, wrong.model_copy(update={"kind": "import"}), day)
    wrong = wrong.model_copy(update={"kind": right.kind})  # a reader that mixed them up would not know it either
    with pytest.raises(Stale, match="PaymentExchangeRate"):
        await ktnet(office, http).lodge(drawn_up(parcel.consignment, part, wrong, day), day)
    assert await office.acted("declare", parcel.shipment) == 0

    await ktnet(office, http).lodge(drawn_up(parcel.consignment, part, right, day), day)
    assert await office.acted("declare", parcel.shipment) == 1


async def test_the_rate_of_last_week_is_refused(office: Office, http: httpx.AsyncClient) -> None:
    """A rate kept from the order day is no rate of the filing day."""
    parcel = await office.parcel()
    day = today_in_korea(office.now())
    old = await unipass(office, http).export_rate(day - timedelta(days=7), "USD")
    declaration = drawn_up(parcel.consignment, parcel.consignment.parts[0], old, day)

    with pytest.raises(Stale, match="PaymentExchangeRate"):
        await ktnet(office, http).lodge(declaration, day)
    assert await office.acted("declare", parcel.shipment) == 0


async def test_the_day_in_utc_is_refused_while_seoul_has_tomorrow(office: Office, http: httpx.AsyncClient) -> None:
    """Half past midnight in Seoul is still yesterday in UTC; the declaration must bear the Korean day."""
    tomorrow = (office.now().astimezone(KOREA) + timedelta(days=1)).replace(hour=0, minute=30)
    office.set_clock(tomorrow)
    parcel = await office.parcel()
    declaration = await parcel.drawn_up()
    now = office.now()
    in_utc, in_korea = now.astimezone(UTC).date(), today_in_korea(now)

    assert in_utc == in_korea - timedelta(days=1)
    with pytest.raises(Stale, match="DeclarationDate"):
        await ktnet(office, http).lodge(declaration, in_utc)
    assert await office.acted("declare", parcel.shipment) == 0

    await ktnet(office, http).lodge(declaration, in_korea)
    assert await office.acted("declare", parcel.shipment) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda number: number.removesuffix("X"),
        lambda number: "".join(sign for sign in number if sign.isdigit()),
        lambda number: f"{number[:5]}-{number[5:7]}-{number[7:]}",
        lambda number: number[:-1] + "0",
    ],
    ids=["without its X", "digits only", "with hyphens", "a digit for the X"],
)
async def test_a_declaration_number_that_is_not_whole_is_refused_everywhere(
    office: Office, http: httpx.AsyncClient, spoilt: Any
) -> None:
    """UNI-PASS names the parameter, KTNET the field; nothing is withdrawn, and the whole number is understood."""
    parcel = await office.parcel()
    filing = await parcel.accepted()
    assert filing.number is not None
    wrong: Any = Misspelt(spoilt(str(filing.number)))

    with pytest.raises(Refused, match="expDclrNo"):
        await unipass(office, http).loading(wrong)
    spoilt_filing = Filing.model_construct(order_no=filing.order_no, state=filing.state, number=wrong)
    with pytest.raises(Refused, match="ExportDeclarationNo"):
        await ktnet(office, http).withdraw(spoilt_filing, parcel.declared.exporter.id, "the buyer cancelled")
    assert await office.acted("amend", parcel.shipment) == 0

    assert (await unipass(office, http).loading(filing.number)).found
    await ktnet(office, http).withdraw(filing, parcel.declared.exporter.id, "the buyer cancelled")
    assert await office.acted("amend", parcel.shipment) == 1


async def test_our_own_type_refuses_such_numbers_before_anybody_is_asked() -> None:
    """The mistake needs a broken type first: this is the door in front of the test above."""
    for wrong in ("6N00226000123", "00226000123", "6N002260001230"):
        with pytest.raises(ValueError, match="declaration number"):
            ExportDeclarationNumber(wrong)


async def test_a_total_rounded_up_is_refused(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The total is the sum of floored lines; an adapter that rounds the whole amount is one won off."""
    parcel = await office.parcel()
    declaration = await parcel.drawn_up()
    whole = declaration.amount.converted(declaration.rate.krw_per_unit, "KRW").amount
    real = document

    def rounded_up(*given: Any) -> dict[str, Any]:
        return {**real(*given), "TotalDeclAmountKRW": str(int(whole) + 1)}

    monkeypatch.setattr(ktnet_adapter, "document", rounded_up)
    with pytest.raises(Refused, match="TotalDeclAmountKRW"):
        await ktnet(office, http).lodge(declaration, today_in_korea(office.now()))
    assert await office.acted("declare", parcel.shipment) == 0


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (lambda instant: f"{instant:%Y-%m-%dT%H:%M:%S}GMT+09:00", "998"),
        (lambda instant: f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S} GMT+09:00", "too_late"),
    ],
    ids=["without the blank before GMT", "UTC said to be Korean time"],
)
async def test_a_pickup_time_in_the_wrong_words_or_zone_books_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, wanted: Any, code: str
) -> None:
    """DHL wants the origin's local time with a blank before GMT; the UTC hour read as Korean has passed long ago."""
    parcel = await office.parcel()
    await parcel.accepted()
    await parcel.rendered()

    def planned(_wanted: datetime, now: datetime, _lead: timedelta) -> str:
        return str(wanted((now + timedelta(hours=2)).astimezone(KOREA)))

    monkeypatch.setattr(mydhl_booking, "planned", planned)
    with pytest.raises(ApplicationError) as caught:
        await parcel.book()
    assert caught.value.details[0]["code"] == code
    assert await office.acted("book", parcel.shipment) == 0


async def lodge_wrongly(office: Office, http: httpx.AsyncClient, shipment: str, declaration: ExportDeclaration) -> str:
    """Send a declaration that KTNET must refuse; gives its words."""
    with pytest.raises(Refused) as refused:
        await ktnet(office, http).lodge(declaration, today_in_korea(office.now()))
    assert await office.acted("declare", shipment) == 0
    return refused.value.words


@pytest.mark.parametrize(
    ("mistake", "named"),
    [
        ({"TotalPackageUnitCode": "PK"}, "TotalPackageUnitCode"),
        ({"TotalPackageUnitCode": "PT"}, "TotalPackageUnitCode"),
        ({"GoodsUsedCode": "O"}, "GoodsUsedCode"),
        ({"CustomsTaxRefundRequest": "AD"}, "CustomsTaxRefundRequest"),
        ({"RefundCode": "2"}, "RefundCode"),
        ({"ExportPartyTypeCode": "A"}, "ExportPartyTypeCode"),
        ({"LoadingLocPortCode": "KRINC"}, "LoadingLocPortType"),
        ({"FreightAmount": "9000"}, "DeclAmount1"),
        ({"CustomsCode": "999"}, "CustomsCode"),
    ],
    ids=["PK", "PT", "used", "drawback", "applicant", "maker", "sea port", "freight", "office"],
)
async def test_a_box_that_a_copied_sample_would_fill_wrongly_is_refused_by_name(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, mistake: dict[str, str], named: str
) -> None:
    """korea-export, traps 3, 9, 10, 11, 12 and 14: the maker of the goods is not known to customs."""
    parcel = await office.parcel()
    unknown = tuple(
        one.model_copy(update={"maker_name": None, "maker_customs_id": None}) for one in parcel.consignment.items
    )
    rate = (await parcel.drawn_up()).rate
    of = parcel.consignment.model_copy(update={"items": unknown})
    declaration = drawn_up(of, of.parts[0], rate, today_in_korea(office.now()))
    real = document
    monkeypatch.setattr(ktnet_adapter, "document", lambda *given: {**real(*given), **mistake})
    assert f"[{named}]" in await lodge_wrongly(office, http, parcel.shipment, declaration)

    monkeypatch.setattr(ktnet_adapter, "document", real)
    await ktnet(office, http).lodge(declaration, today_in_korea(office.now()))
    assert await office.acted("declare", parcel.shipment) == 1


async def test_terms_that_hold_carriage_without_their_boxes_are_refused(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Boxes 47 and 48 are needed for terms with C and D (korea-export, section 1.7)."""
    parcel = await office.parcel()
    costs = CarriageCosts(freight_base_krw=Decimal(900), insurance_permille=Decimal(3))
    of = parcel.consignment.model_copy(update={"incoterm": Incoterm.DAP, "carriage_costs": costs})
    rate = (await parcel.drawn_up()).rate
    declaration = drawn_up(of, of.parts[0], rate, today_in_korea(office.now()))
    with monkeypatch.context() as mistaken:
        mistaken.setattr("tradelane.adapters.ktnet.declaration.charge_boxes", lambda _: {})
        assert "[DeliveryTermsCode]" in await lodge_wrongly(office, http, parcel.shipment, declaration)

    await ktnet(office, http).lodge(declaration, today_in_korea(office.now()))
    assert await office.acted("declare", parcel.shipment) == 1


async def test_requirements_asked_for_imports_let_through_what_ktnet_refuses(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API029 with `imexTp=2` says nothing of goods that are confirmed for export: they would go simplified."""
    parcel = await office.parcel()
    day, code = today_in_korea(office.now()), Hsk("9303200000")
    right = await unipass(office, http).requirements(code, day)
    monkeypatch.setattr(unipass_requirements, "FOR_EXPORTS", "2")
    wrong = await unipass(office, http).requirements(code, day)
    assert right.confirmation and not wrong.confirmation

    rate = (await parcel.drawn_up()).rate
    goods = tuple(one.model_copy(update={"hsk": code, "permits": "no. 1"}) for one in parcel.consignment.items)
    of = parcel.consignment.model_copy(update={"items": goods})
    routes = [
        drawn_up(of, of.parts[0], rate, day, facts=GoodsFacts(day=day, facts=(facts,))) for facts in (right, wrong)
    ]
    assert [one.route for one in routes] == [ExportRoute.FORMAL, ExportRoute.SIMPLIFIED]
    assert "[TransactionType]" in await lodge_wrongly(office, http, parcel.shipment, routes[1])
    await ktnet(office, http).lodge(routes[0], day)
    assert await office.acted("declare", parcel.shipment) == 1


async def test_an_extension_asked_for_after_the_deadline_is_refused_and_moves_nothing(
    office: Office, http: httpx.AsyncClient
) -> None:
    parcel = await office.parcel()
    filing = await parcel.accepted()
    assert filing.number is not None
    exporter = parcel.declared.exporter.id
    deadline = (await unipass(office, http).loading(filing.number)).load_before
    assert deadline is not None
    until = deadline + timedelta(days=20)
    last = datetime(deadline.year, deadline.month, deadline.day, 23, 0, tzinfo=KOREA)
    office.set_clock(last + timedelta(hours=2))

    await ktnet(office, http).extend(filing, exporter, deadline, until, "the airline cancelled the flight")
    office.later(minutes=31)
    found = await ktnet(office, http).find_extension(filing, exporter, until)
    assert isinstance(found, Done) and found.content.startswith("refused: ")
    assert (await unipass(office, http).loading(filing.number)).load_before == deadline


async def test_an_extension_that_does_not_say_from_which_day_is_refused(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right one is granted on the last day itself."""
    parcel = await office.parcel()
    filing = await parcel.accepted()
    assert filing.number is not None
    exporter = parcel.declared.exporter.id
    deadline = (await unipass(office, http).loading(filing.number)).load_before
    assert deadline is not None
    until = deadline + timedelta(days=20)
    office.set_clock(datetime(deadline.year, deadline.month, deadline.day, 20, 0, tzinfo=KOREA))

    monkeypatch.setattr(ktnet_extension, "LOADING_DEADLINE", "DeclarationDate")
    with pytest.raises(Refused, match="AmendRequestTerms"):
        await ktnet(office, http).extend(filing, exporter, deadline, until, "no flight")
    assert await office.acted("amend", parcel.shipment) == 0

    monkeypatch.setattr(ktnet_extension, "LOADING_DEADLINE", "A608")
    await ktnet(office, http).extend(filing, exporter, deadline, until, "no flight")
    office.later(minutes=31)
    assert await ktnet(office, http).find_extension(filing, exporter, until) == Done("approved")
    assert (await unipass(office, http).loading(filing.number)).load_before == until


async def test_an_amendment_of_a_box_that_stays_is_refused(
    office: Office, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The route, the rate and the day of a declaration are not amended."""
    parcel = await office.parcel()
    filing = await parcel.accepted()
    goods = tuple(one.model_copy(update={"composition": "Hemp 100%"}) for one in parcel.consignment.items)
    of = parcel.consignment.model_copy(update={"items": goods, "version": 2})
    after = drawn_up(of, of.parts[0], parcel.declared.rate, today_in_korea(office.now()))
    after = after.model_copy(update={"incoterm": Incoterm.FOB})
    boxes = (*ktnet_amendment.BOXES, ("DeliveryTermsCode", "DeliveryTermsCode"))
    monkeypatch.setattr(ktnet_amendment, "BOXES", boxes)
    with pytest.raises(Refused, match="DeliveryTermsCode"):
        await ktnet(office, http).amend(after, filing, 2, "hemp", parcel.declared)
    assert await office.acted("amend", parcel.shipment) == 0

    monkeypatch.undo()
    await ktnet(office, http).amend(after, filing, 2, "hemp", parcel.declared)
    assert await office.acted("amend", parcel.shipment) == 1
