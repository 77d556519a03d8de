"""Adapters that make the mistakes an adapter can make, and simulators that refuse each of them as the real ones do.

Each mistake is put into the real adapter at the one place where it would be made; the right adapter is the control.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
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
from tradelane.adapters.ktnet.declaration import document
from tradelane.adapters.mydhl import booking as mydhl_booking
from tradelane.adapters.unipass import Direction, UnipassAccess, UnipassCustoms, demo_keys
from tradelane.adapters.unipass import rates as unipass_rates
from tradelane.domain.export_declaration import Filing
from tradelane.domain.export_route import RouteRefused
from tradelane.domain.identifiers import ExportDeclarationNumber
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
