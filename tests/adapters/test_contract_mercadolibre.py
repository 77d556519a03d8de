"""Mercado Libre's tables (docs/counterparties/mercadolibre.md) held against adapter and simulator, each alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests.adapters.books import MemorySellers
from tests.adapters.contract import Field, faults, free, like, needed, one_of, text, without_each
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office, shown
from tradelane.adapters.errors import OutsideFailure
from tradelane.adapters.mercadolibre import MercadoLibreAccess, MercadoLibreMarketplace
from tradelane.domain.identifiers import OrderId, PackId, ShipmentId, WaybillNumber
from tradelane.ports import SellerToken

SELLER, ORDER, PACK, SHIPMENT = (
    "7001",
    OrderId("2000003508419013"),
    PackId("2000003508419001"),
    ShipmentId("45848383497"),
)
WAYBILL = WaybillNumber("1234567891")
REAL_NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

TRACKING: tuple[Field, ...] = (
    needed("tracking_id", text(50)),
    needed("tracking_url", like("https?://.+")),
    needed("carrier", text(50)),
)
FINAL: tuple[Field, ...] = (
    needed("tracking_id", text(50)),
    needed("status", one_of("delivered", "not_delivered")),
)
REFRESH: tuple[Field, ...] = (
    needed("grant_type", one_of("refresh_token")),
    needed("client_id", text(100)),
    needed("client_secret", text(100)),
    needed("refresh_token", like("TG-.+")),
)
WITH_OFFSET = like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")
SEARCH: tuple[Field, ...] = (
    free("seller.id", like("[0-9]+")),
    free("order.status", one_of("cancelled")),
    free("last_updated.from", WITH_OFFSET),
    free("last_updated.to", WITH_OFFSET),
    free("sort", one_of("date_asc", "date_desc")),
    free("offset", like("[0-9]+")),
    free("limit", like("[1-9]|[1-4][0-9]|50")),
)

Call = Callable[[MercadoLibreMarketplace], Awaitable[Any]]
READS: list[tuple[str, str, Call]] = [
    ("order", f"/marketplace/orders/{ORDER}", lambda m: m.order(SELLER, ORDER)),
    ("pack", f"/marketplace/orders/pack/{PACK}", lambda m: m.pack(SELLER, PACK)),
    ("shipment", f"/marketplace/shipments/{SHIPMENT}", lambda m: m.shipment(SELLER, SHIPMENT)),
    ("items", f"/marketplace/shipments/{SHIPMENT}/items", lambda m: m.shipment_orders(SELLER, SHIPMENT)),
    ("tax identity", f"/marketplace/orders/{ORDER}/billing_info", lambda m: m.buyer_tax_id(SELLER, ORDER)),
    ("tracking", f"/marketplace/shipments/{SHIPMENT}", lambda m: m.find_tracking(SELLER, SHIPMENT)),
    ("delivery", f"/marketplace/shipments/{SHIPMENT}", lambda m: m.find_delivery(SELLER, SHIPMENT)),
]
WRITES: list[tuple[str, str, tuple[Field, ...], Call]] = [
    (
        "tracking",
        f"/marketplace/shipments/{SHIPMENT}/tracking",
        TRACKING,
        lambda m: m.publish_tracking(SELLER, SHIPMENT, WAYBILL, "https://tracking.invalid/1", "DHL Express"),
    ),
    *(
        (
            status,
            f"/marketplace/shipments/{SHIPMENT}/tracking/status",
            FINAL,
            lambda m, status=status: m.publish_delivery(SELLER, SHIPMENT, WAYBILL, status),
        )
        for status in ("delivered", "not_delivered")
    ),
]


def marketplace(party: Counterparty, *, token_lives: bool = True) -> MercadoLibreMarketplace:
    life = timedelta(hours=1 if token_lives else 0)
    token = SellerToken(access_token="APP_USR-1", refresh_token="TG-1", expires_at=REAL_NOW + life, generation=1)
    access = MercadoLibreAccess(base_url="https://api.example", client_id="4417", client_secret=SecretStr("the-secret"))
    return MercadoLibreMarketplace(access, party.client(), MemorySellers(token), real_now=lambda: REAL_NOW)


@pytest.mark.parametrize(("path", "call"), [row[1:] for row in READS], ids=[row[0] for row in READS])
async def test_a_read_is_a_get_of_its_path_with_the_sellers_token(path: str, call: Call) -> None:
    party = Counterparty().answers({"error": "not_found", "status": 404}, status=503)
    with pytest.raises(OutsideFailure):
        await call(marketplace(party))
    [request] = party.requests
    assert (request.method, request.url.path, request.url.query) == ("GET", path, b"")
    assert request.headers["Authorization"] == "Bearer APP_USR-1"
    assert request.content == b""


@pytest.mark.parametrize(("path", "table", "call"), [row[1:] for row in WRITES], ids=[row[0] for row in WRITES])
async def test_a_report_has_every_field_in_its_form_and_no_other(
    path: str, table: tuple[Field, ...], call: Call
) -> None:
    party = Counterparty().answers({"status": "success"})
    await call(marketplace(party))
    [request] = party.requests
    assert (request.method, request.url.path) == ("POST", path)
    assert request.headers["Authorization"] == "Bearer APP_USR-1"
    assert request.headers["Content-Type"] == "application/json"
    assert faults(shown(request), table) == []


async def test_a_status_that_is_not_final_never_leaves_the_house() -> None:
    party = Counterparty()
    with pytest.raises(ValueError, match="not_delivered"):
        await marketplace(party).publish_delivery(SELLER, SHIPMENT, WAYBILL, "shipped")
    assert party.requests == []


async def test_a_refresh_is_a_form_with_every_field_in_the_body() -> None:
    renewed = {"access_token": "APP_USR-2", "refresh_token": "TG-2", "expires_in": 10800}
    party = Counterparty().answers(renewed).answers({"status": "success"})
    await marketplace(party, token_lives=False).publish_delivery(SELLER, SHIPMENT, WAYBILL, "delivered")
    refresh, report = party.requests
    assert (refresh.method, refresh.url.path, refresh.url.query) == ("POST", "/oauth/token", b"")
    assert refresh.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert faults(party.form(0), REFRESH) == []
    assert report.headers["Authorization"] == "Bearer APP_USR-2"


async def test_a_search_has_only_parameters_that_are_not_ignored_in_silence() -> None:
    page = {"paging": {"total": 0, "offset": 0, "limit": 50}, "results": []}
    party = Counterparty().answers(page).answers(page)
    since = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    await marketplace(party).orders_updated(SELLER, since, REAL_NOW)
    dotted = [{name.replace(".", "_"): value for name, value in party.query(n).items()} for n in range(2)]
    table = tuple(Field(field.path.replace(".", "_"), field.form, required=False) for field in SEARCH)
    assert [faults(query, table) for query in dotted] == [[], []]
    assert {"last_updated_from", "last_updated_to"} <= set(dotted[0])
    assert [query.get("order_status") for query in dotted] == [None, "cancelled"]


# --- the simulator, apart from us ----------------------------------------------------------------------------------


async def test_the_simulator_refuses_a_report_without_any_one_required_field(office: Office) -> None:
    """The whole report was taken before, so what is refused is refused for the field; nothing more is done."""
    parcel = await office.parcel()
    await parcel.tracked()
    tracking = [one for one in office.line.sent if one.url.path.endswith("/tracking") and one.method == "POST"][-1]
    final = {"tracking_id": parcel.waybill, "status": "delivered"}
    to_final = type(tracking)("POST", f"{tracking.url}/status", headers=tracking.headers)

    for request, whole, table in ((tracking, shown(tracking), TRACKING), (to_final, final, FINAL)):
        for field, lacking in without_each(whole, table):
            answer = await office.again(request, lacking)
            assert (answer.status_code, answer.json()["error"]) == (400, "bad_request"), field
    assert await office.acted("publish_tracking", parcel.shipment) == 1
    assert await office.acted("publish_tracking_status", parcel.shipment) == 0

    assert (await office.again(to_final, final)).json() == {"status": "success"}


async def test_the_simulator_refuses_a_refresh_without_any_one_required_field(office: Office) -> None:
    known = (await office.stage.get("/mercadolibre/tokens")).json()
    whole = {
        "grant_type": "refresh_token",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
        "refresh_token": known["sellers"][0]["refresh_token"],
    }
    url = f"{office.settings.simulators_url}/mercadolibre/oauth/token"
    for field, lacking in without_each(whole, REFRESH):
        answer = await office.stage.post(url, data=lacking)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), field
    in_query = await office.stage.post(url, params=whole)
    assert in_query.status_code == 400
    assert (await office.stage.post(url, data=whole)).status_code == 200


@pytest.mark.parametrize("path", sorted({path for _, path, _ in READS}))
async def test_the_simulator_answers_no_read_without_a_token(office: Office, path: str) -> None:
    answer = await office.stage.get(f"{office.settings.simulators_url}/mercadolibre{path}")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
