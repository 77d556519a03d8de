"""Mercado Libre, Global Selling: reading sales and shipments, reporting tracking, the life of a token."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.adapters.books import MemorySellers
from tests.adapters.counterparty import Counterparty
from tradelane.adapters.errors import Garbled, Refused, Unavailable
from tradelane.adapters.mercadolibre import MercadoLibreAccess, MercadoLibreMarketplace, mapper, wire
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, PackId, ShipmentId, WaybillNumber
from tradelane.domain.order import OrderStatus
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.ports import SellerToken

SELLER = "7001"
ORDER = OrderId("2000003508419013")
SHIPMENT = ShipmentId("45848383497")
WAYBILL = WaybillNumber("1234567891")
REAL_NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

ORDER_MESSAGE: dict[str, Any] = {
    "id": 2000003508419013,
    "status": "paid",
    "status_detail": {"code": "", "description": None},
    "date_created": "2026-11-23T12:31:23.000-04:00",
    "last_updated": "2026-11-23T12:35:00.000-04:00",
    "pack_id": None,
    "shipping": {"id": 45848383497},
    "paid_amount": 25.80,
    "currency_id": "USD",
    "order_items": [
        {
            "item": {
                "id": "MLC2401498834",
                "title": "Crema facial",
                "seller_sku": "HB-CREAM-50",
                "parent_item_id": "CBT910504819",
            },
            "quantity": 2,
            "unit_price": 12.90,
            "currency_id": "USD",
            "base_exchange_rate": 941.27,
        }
    ],
    "payments": [{"id": 1, "status": "approved", "transaction_amount": 25.8, "transaction_amount_refunded": 0}],
    "seller": {"id": 7009},
    "tags": ["paid", "not_delivered"],
    "context": {"channel": "marketplace", "site": "MLC", "flows": ["cbt"]},
    "a_field_of_next_year": {"x": 1},
}

SHIPMENT_MESSAGE: dict[str, Any] = {
    "id": 45848383497,
    "order_id": 2000003508419013,
    "status": "handling",
    "substatus": None,
    "date_created": "2026-11-23T12:31:24.000-04:00",
    "currency_id": "USD",
    "tracking_number": None,
    "tracking_method": "CBT CustomShipping",
    "logistic": {"mode": "me1", "type": "default", "direction": "forward"},
    "destination": {
        "receiver_name": "Ñusta Pérez Inventada",
        "receiver_phone": "XXXXXXX",
        "receiver_identification": {"number": "", "type": ""},
        "shipping_address": {
            "address_line": "Avenida Ejemplo 1234",
            "street_name": "Avenida Ejemplo",
            "street_number": "1234",
            "comment": "206",
            "zip_code": None,
            "city": {"id": "TUxDQ9FV0WU0MmM2", "name": "Ñuñoa"},
            "state": {"id": "CL-RM", "name": "RM (Metropolitana)"},
            "country": {"id": "CL", "name": "Chile"},
            "municipality": {"id": None, "name": None},
        },
    },
    "source": {"site_id": "MLC"},
}

COSTS: dict[str, Any] = {"gross_amount": 9.99, "currency_id": "USD", "receiver": {"cost": 4.03}, "senders": []}


def token(generation: int = 1, expires_in: float = 3600) -> SellerToken:
    return SellerToken(
        access_token=f"APP_USR-{generation}",
        refresh_token=f"TG-{generation}",
        expires_at=REAL_NOW + timedelta(seconds=expires_in),
        generation=generation,
    )


def marketplace(party: Counterparty, sellers: MemorySellers | None = None) -> MercadoLibreMarketplace:
    access = MercadoLibreAccess(
        base_url="https://api.example/ml", client_id="app", client_secret=SecretStr("app-secret")
    )
    return MercadoLibreMarketplace(access, party.client(), sellers or MemorySellers(token()), real_now=lambda: REAL_NOW)


def order(**changes: Any) -> Any:
    return mapper.order(wire.OrderMessage.model_validate({**ORDER_MESSAGE, **changes}), SELLER)


# --- orders ------------------------------------------------------------------------------------------------------


async def test_an_order_is_read_as_the_seller_with_exact_money_and_text_ids() -> None:
    party = Counterparty().answers(ORDER_MESSAGE)
    found = await marketplace(party).order(SELLER, ORDER)
    assert party.paths == ["/ml/marketplace/orders/2000003508419013"]
    assert party.requests[0].headers["Authorization"] == "Bearer APP_USR-1"
    assert (found.id, found.shipment_id, found.pack_id, found.site) == (ORDER, SHIPMENT, None, "MLC")
    assert found.seller_id == SELLER, "the account that reads, not the child account in the message"
    assert found.status is OrderStatus.PAID and found.payable
    (line,) = found.lines
    assert (line.sku, line.quantity) == ("HB-CREAM-50", 2)
    assert (line.unit_price.amount, line.unit_price.currency) == (Decimal("12.90"), "USD")
    assert found.purchased_at == datetime(2026, 11, 23, 16, 31, 23, tzinfo=UTC), "the offset given, not Chile's"


@pytest.mark.parametrize(
    ("told", "list_price", "sale_fee"),
    [
        ({}, None, None),
        ({"full_unit_price": None, "sale_fee": None}, None, None),
        ({"full_unit_price": "14.90", "sale_fee": "2.19"}, "14.90 USD", "2.19 USD"),
        ({"full_unit_price": "0", "sale_fee": "0"}, None, None),
        ({"full_unit_price": "13990", "full_unit_price_currency_id": "CLP"}, "13990 CLP", None),
    ],
    ids=["absent", "null", "told", "zero", "in another currency"],
)
def test_the_price_without_discount_and_the_fee_may_be_absent(
    told: dict[str, Any], list_price: str | None, sale_fee: str | None
) -> None:
    """`full_unit_price` appears or vanishes by order; whether `sale_fee` is of a unit or the line is not certain."""
    [sold] = ORDER_MESSAGE["order_items"]
    (line,) = order(order_items=[{**sold, **told}]).lines
    assert str(line.unit_price) == "12.90 USD"
    assert (line.list_price and str(line.list_price), line.sale_fee and str(line.sale_fee)) == (list_price, sale_fee)


async def test_money_never_passes_through_a_float() -> None:
    text = '{"paid":0,"unit":12.900000000000000001}'
    assert wire.OrderItem.model_validate(
        {"item": {"id": "MLC1"}, "quantity": 1, "unit_price": Decimal("12.900000000000000001")}
    ).unit_price == Decimal("12.900000000000000001")
    answer = Counterparty().answers(text=text)
    async with answer.client() as client:
        reply = await client.get("https://x.example")
    from tradelane.adapters.http import Answer

    parsed = Answer("x", 200, reply.headers, reply.content).json()
    assert parsed["unit"] == Decimal("12.900000000000000001")


def test_a_listing_without_sku_is_not_guessed_from_its_title() -> None:
    item = {**ORDER_MESSAGE["order_items"][0], "item": {"id": "MLC1", "title": "X", "seller_sku": None}}
    assert order(order_items=[item]).lines[0].sku is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tags": ["paid", "fraud_risk_detected"]}, "fraud"),
        ({"tags": ["unfulfilled"]}, "not to be fulfilled"),
        ({"tags": ["claim_opened"]}, "claim"),
        ({"status": "partially_refunded"}, "partly refunded"),
        ({"status": "pending_cancel"}, "cancellation"),
        ({"payments": [{"status": "refunded"}]}, "refunded"),
        ({"payments": [{"status": "charged_back"}]}, "charged back"),
        ({"payments": [{"status": "in_mediation"}]}, "mediation"),
        ({"payments": [{"status": "approved", "transaction_amount_refunded": 3.1}]}, "given back"),
    ],
)
def test_paid_does_not_mean_ship(changes: dict[str, Any], words: str) -> None:
    found = order(**changes)
    assert found.status is OrderStatus.PAID
    assert found.do_not_ship is not None and words in found.do_not_ship
    assert not found.payable


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": None},
        {"tags": ["claim_opened", "claim_closed"]},
        {"payments": None},
        {"payments": [{"status": "rejected"}, {"status": "approved"}]},
        {"mediations": [{"id": 5}]},
    ],
)
def test_what_is_over_or_absent_does_not_stop_a_sale(changes: dict[str, Any]) -> None:
    assert order(**changes).payable


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("confirmed", OrderStatus.UNPAID),
        ("payment_required", OrderStatus.UNPAID),
        ("payment_in_process", OrderStatus.UNPAID),
        ("partially_paid", OrderStatus.UNPAID),
        ("cancelled", OrderStatus.CANCELLED),
        ("invalid", OrderStatus.CANCELLED),
        ("a_new_word", OrderStatus.NOT_UNDERSTOOD),
    ],
)
def test_each_status_has_one_meaning_and_a_new_one_is_said_to_be_new(status: str, ours: OrderStatus) -> None:
    found = order(status=status)
    assert found.status is ours
    assert found.status_words.startswith(status)
    assert not found.payable


def test_a_split_pack_is_told_from_a_lost_sale() -> None:
    found = order(status="cancelled", cancel_detail={"group": "internal", "code": "pack_splitted"})
    assert found.status_words == "cancelled: pack_splitted"


async def test_a_message_without_a_needed_field_is_garbled_and_names_the_field() -> None:
    broken = {name: value for name, value in ORDER_MESSAGE.items() if name != "order_items"}
    with pytest.raises(Garbled, match="order_items"):
        await marketplace(Counterparty().answers(broken)).order(SELLER, ORDER)


async def test_an_instant_without_offset_is_garbled() -> None:
    naive = {**ORDER_MESSAGE, "date_created": "2026-11-23T12:31:23"}
    with pytest.raises(Garbled, match="date_created"):
        await marketplace(Counterparty().answers(naive)).order(SELLER, ORDER)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)), st.text(max_size=30), st.lists(st.text(max_size=9)))
def test_no_word_of_theirs_breaks_the_mapper(more: dict[str, str], status: str, tags: list[str]) -> None:
    found = order(**{f"x_{name}": value for name, value in more.items()}, status=status, tags=tags)
    assert found.status in OrderStatus


# --- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "code", "fault"),
    [
        (404, {"message": "Order does not exist", "error": "order_not_found"}, "order_unknown", Fault.MARKETPLACE),
        (
            403,
            {"message": "The user has not access to the order", "error": "not_owned_order"},
            "order_of_another_seller",
            Fault.MARKETPLACE,
        ),
        (
            403,
            {"message": "Invalid caller.id", "error": "forbidden", "status": 403, "cause": None},
            "order_of_another_seller",
            Fault.MARKETPLACE,
        ),
        (
            403,
            {"status": 403, "code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", "blocked_by": "PolicyAgent"},
            "application_not_permitted",
            Fault.OURS,
        ),
        (401, {"message": "x", "error": "unauthorized_scopes"}, "unauthorized_scopes", Fault.OURS),
        (400, {"message": "Malformed access_token: x", "error": "bad_request"}, "bad_request", Fault.OURS),
        (400, {"message": "not a number", "error": "invalid_order_id"}, "invalid_order_id", Fault.MARKETPLACE),
        (451, {"message": "unavailable.for.legal.reasons"}, "legal_block", Fault.MARKETPLACE),
        (403, {"message": "something new"}, "403", Fault.MARKETPLACE),
    ],
)
async def test_a_refusal_is_sorted_by_its_body(status: int, body: dict[str, Any], code: str, fault: Fault) -> None:
    with pytest.raises(Refused) as failure:
        await marketplace(Counterparty().answers(body, status=status)).order(SELLER, ORDER)
    assert (failure.value.code, failure.value.fault) == (code, fault)


async def test_a_partial_answer_is_unavailable_so_that_it_overwrites_nothing() -> None:
    party = Counterparty().answers(ORDER_MESSAGE, status=206, headers={"X-Content-Missing": "buyer, shipping"})
    with pytest.raises(Unavailable, match="buyer, shipping"):
        await marketplace(party).order(SELLER, ORDER)


async def test_a_web_page_with_a_403_is_still_a_refusal() -> None:
    with pytest.raises(Refused):
        await marketplace(Counterparty().answers(status=403, text="<html>blocked</html>")).order(SELLER, ORDER)


# --- packs, shipments, tax identity --------------------------------------------------------------------------------


async def test_a_pack_tells_its_orders_and_dates_without_a_colon_do_not_matter() -> None:
    party = Counterparty().answers(
        {
            "id": 2000003508553677,
            "status": "released",
            "date_created": "2026-11-23T17:00:48.000-0400",
            "shipment": {"id": 45848383497},
            "orders": [{"id": 2000003508897196}, {"id": 2000003508911076, "static_tags": []}],
        }
    )
    pack = await marketplace(party).pack(SELLER, PackId("2000003508553677"))
    assert party.paths == ["/ml/marketplace/orders/pack/2000003508553677"]
    assert pack.orders == (OrderId("2000003508897196"), OrderId("2000003508911076"))
    assert pack.shipment_id == SHIPMENT


async def test_a_shipment_comes_with_its_consignee_and_the_buyers_charge() -> None:
    party = Counterparty().answers(SHIPMENT_MESSAGE).answers(COSTS)
    found = await marketplace(party).shipment(SELLER, SHIPMENT)
    assert party.paths == [
        "/ml/marketplace/shipments/45848383497",
        "/ml/marketplace/shipments/45848383497/costs",
    ]
    assert found.own_carrier
    assert str(found.shipping_charge) == "4.03 USD"
    address = found.consignee.address
    assert (address.lines, address.comuna, address.region) == (("Avenida Ejemplo 1234",), "Ñuñoa", "CL-RM")
    assert (address.country, address.postcode, address.note) == ("CL", None, "206")
    assert found.consignee.phone is None, "a masked phone is no phone"
    assert found.consignee.rut is None


async def test_the_old_shape_of_a_shipment_is_understood_too() -> None:
    old = {
        **{k: v for k, v in SHIPMENT_MESSAGE.items() if k not in ("logistic", "destination", "source")},
        "mode": "me2",
        "logistic_type": "drop_off",
        "site_id": "MLC",
        "receiver_address": {
            "receiver_name": "Ñusta Pérez",
            "receiver_phone": "+56900000000",
            "street_name": "Avenida Ejemplo",
            "street_number": "SN",
            "city": {"name": "Ñuñoa"},
            "state": {"id": "CL-RM"},
        },
    }
    found = await marketplace(Counterparty().answers(old).answers(COSTS)).shipment(SELLER, SHIPMENT)
    assert (found.mode, found.logistic_type, found.own_carrier) == ("me2", "drop_off", False)
    assert found.consignee.address.lines == ("Avenida Ejemplo",)
    assert (found.consignee.phone, found.consignee.address.country) == ("+56900000000", "CL")


async def test_before_payment_the_destination_is_empty_not_an_error() -> None:
    unpaid = {**SHIPMENT_MESSAGE, "status": "pending", "destination": None}
    found = await marketplace(Counterparty().answers(unpaid).answers(COSTS)).shipment(SELLER, SHIPMENT)
    assert found.consignee.name == "" and found.consignee.address.lines == ()
    assert found.consignee.address.country == "CL"


async def test_a_charge_without_currency_is_garbled() -> None:
    silent = {**SHIPMENT_MESSAGE, "currency_id": None}
    party = Counterparty().answers(silent).answers({"receiver": {"cost": 4}})
    with pytest.raises(Garbled):
        await marketplace(party).shipment(SELLER, SHIPMENT)


async def test_orders_of_a_shipment_are_named_once_each() -> None:
    party = Counterparty().answers(
        [{"order_id": "2000003508911076"}, {"order_id": 2000003508897196}, {"order_id": "2000003508911076"}]
    )
    found = await marketplace(party).shipment_orders(SELLER, SHIPMENT)
    assert found == (OrderId("2000003508897196"), OrderId("2000003508911076"))


async def test_an_unknown_shipment_is_named_a_shipment() -> None:
    party = Counterparty().answers({"message": "x", "error": "not_found_shipping_id"}, status=404)
    with pytest.raises(Refused) as failure:
        await marketplace(party).shipment(SELLER, SHIPMENT)
    assert failure.value.code == "shipment_unknown"


PERSON = {
    "name": "ñusta",
    "last_name": "pérez",
    "identification": {"type": "RUT", "number": "123456785"},
    "attributes": {"cust_type": "CO"},
}


@pytest.mark.parametrize(
    ("party", "rut", "name", "company"),
    [
        (PERSON, "123456785", "ñusta pérez", False),
        (
            {
                "name": "Empresa Inventada SpA",
                "identification": {"type": "RUT", "number": "6k"},
                "attributes": {"cust_type": "BU"},
            },
            "6K",
            "Empresa Inventada SpA",
            True,
        ),
        ({**PERSON, "identification": {"type": "RUT", "number": "123456789"}}, None, "ñusta pérez", False),
        ({**PERSON, "identification": {"type": "PASSPORT", "number": "123456785"}}, None, "ñusta pérez", False),
        ({"name": None, "identification": None, "attributes": None}, None, None, False),
    ],
)
async def test_the_buyers_rut_is_taken_only_when_it_is_one(
    party: dict[str, Any], rut: str | None, name: str | None, company: bool
) -> None:
    answer = Counterparty().answers({"site_id": "MLC", "buyer": {"cust_id": 5, "billing_info": party}})
    found = await marketplace(answer).buyer_tax_id(SELLER, ORDER)
    assert found is not None
    assert (found.rut, found.name, found.is_company) == (rut, name, company)


async def test_the_old_shape_of_billing_is_understood_too() -> None:
    old = {
        "billing_info": {
            "doc_type": "RUT",
            "doc_number": "123456785",
            "additional_info": [{"type": "FIRST_NAME", "value": "ñusta"}, {"type": "LAST_NAME", "value": "pérez"}],
        }
    }
    found = await marketplace(Counterparty().answers(old)).buyer_tax_id(SELLER, ORDER)
    assert found is not None and (found.rut, found.name) == ("123456785", "ñusta pérez")


async def test_no_tax_identity_is_none() -> None:
    party = Counterparty().answers({"error": "not_found"}, status=404)
    assert await marketplace(party).buyer_tax_id(SELLER, ORDER) is None


# --- search --------------------------------------------------------------------------------------------------------


def page(total: int, offset: int, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"paging": {"total": total, "offset": offset, "limit": 50}, "results": list(rows)}


async def test_a_search_takes_the_orders_inside_its_rows_and_asks_for_cancelled_ones_apart() -> None:
    cart = {"id": 2000003508553677, "orders": [{"id": 2000003508897196}, {"id": 2000003508911076}]}
    party = (
        Counterparty()
        .answers(page(2, 0, cart))
        .answers(page(2, 1, {"id": 2000003508419013, "orders": [{"id": 2000003508419013}]}))
        .answers(page(1, 0, {"id": 2000003508419099}))
    )
    until = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    found = await marketplace(party).orders_updated(SELLER, until - timedelta(hours=2), until)
    assert found == ("2000003508897196", "2000003508911076", "2000003508419013", "2000003508419099")
    first, second, third = (party.query(number) for number in range(3))
    assert first["last_updated.from"] == "2026-11-24T07:00:00.000-00:00"
    assert first["last_updated.to"] == "2026-11-24T09:00:00.000-00:00"
    assert "order.status" not in first
    assert (first["offset"], second["offset"]) == ("0", "1")
    assert (third["order.status"], third["offset"]) == ("cancelled", "0")


# --- reports -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "number", "found"),
    [
        ("handling", None, NotDone("handling")),
        ("ready_to_ship", "", NotDone("ready_to_ship")),
        ("shipped", "1234567891", Done("1234567891")),
        ("delivered", "1234567891", Done("1234567891")),
        ("shipped", None, CannotTell("The shipment is shipped, but without a tracking number.")),
        ("handling", "1234567891", CannotTell("A tracking number is there, but the shipment is handling.")),
        ("cancelled", None, CannotTell("The shipment is cancelled.")),
        ("a_new_word", None, CannotTell("The shipment is a_new_word.")),
    ],
)
async def test_published_tracking_is_seen_in_the_shipment(status: str, number: str | None, found: object) -> None:
    party = Counterparty().answers({**SHIPMENT_MESSAGE, "status": status, "tracking_number": number})
    assert await marketplace(party).find_tracking(SELLER, SHIPMENT) == found


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("shipped", NotDone("shipped")),
        ("delivered", Done("delivered")),
        ("not_delivered", Done("not_delivered")),
        ("lost_in_space", CannotTell("The shipment is lost_in_space.")),
    ],
)
async def test_a_reported_delivery_is_seen_in_the_shipment(status: str, found: object) -> None:
    party = Counterparty().answers({**SHIPMENT_MESSAGE, "status": status})
    assert await marketplace(party).find_delivery(SELLER, SHIPMENT) == found


async def test_tracking_is_published_with_number_page_and_carrier() -> None:
    party = Counterparty().answers({"status": "success"})
    await marketplace(party).publish_tracking(SELLER, SHIPMENT, WAYBILL, "https://dhl.example/1", "DHL Express")
    assert party.requests[0].method == "POST"
    assert party.paths == ["/ml/marketplace/shipments/45848383497/tracking"]
    assert party.body() == {
        "tracking_id": "1234567891",
        "tracking_url": "https://dhl.example/1",
        "carrier": "DHL Express",
    }


async def test_a_delivery_is_published_with_the_number_reported_before() -> None:
    party = Counterparty().answers({"status": "success"})
    await marketplace(party).publish_delivery(SELLER, SHIPMENT, WAYBILL, "delivered")
    assert party.paths == ["/ml/marketplace/shipments/45848383497/tracking/status"]
    assert party.body() == {"tracking_id": "1234567891", "status": "delivered"}


async def test_only_the_two_finals_can_be_published() -> None:
    party = Counterparty()
    with pytest.raises(ValueError, match="delivered or not_delivered"):
        await marketplace(party).publish_delivery(SELLER, SHIPMENT, WAYBILL, "shipped")
    assert party.requests == []


async def test_a_report_on_the_marketplaces_own_carrier_is_refused_as_such() -> None:
    party = Counterparty().answers({"error": "not_acceptable"}, status=406)
    with pytest.raises(Refused) as failure:
        await marketplace(party).publish_tracking(SELLER, SHIPMENT, WAYBILL, "u", "c")
    assert failure.value.code == "not_own_carrier"


async def test_a_report_without_a_word_of_success_is_garbled() -> None:
    with pytest.raises(Garbled):
        await marketplace(Counterparty().answers({})).publish_tracking(SELLER, SHIPMENT, WAYBILL, "u", "c")


# --- tokens --------------------------------------------------------------------------------------------------------

RENEWED = {
    "access_token": "APP_USR-2",
    "token_type": "bearer",
    "expires_in": 10800,
    "scope": "offline_access read write",
    "user_id": 7001,
    "refresh_token": "TG-2",
}
DEAD = {"message": "invalid_token", "error": "not_found", "status": 401, "cause": []}
SPENT = {"error_description": "Error validating grant.", "error": "invalid_grant", "status": 400, "cause": []}


async def test_a_dead_token_is_renewed_once_and_saved_before_it_is_used() -> None:
    sellers = MemorySellers(token())
    party = Counterparty().answers(DEAD, status=401).answers(RENEWED).answers(ORDER_MESSAGE)
    await marketplace(party, sellers).order(SELLER, ORDER)
    assert party.paths[1] == "/ml/oauth/token"
    assert party.requests[1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert party.form(1) == {
        "grant_type": "refresh_token",
        "client_id": "app",
        "client_secret": "app-secret",
        "refresh_token": "TG-1",
    }
    assert party.requests[1].url.query == b"", "secrets go in the body, never in the query"
    assert party.requests[2].headers["Authorization"] == "Bearer APP_USR-2"
    (saved,) = sellers.saved
    assert saved.expires_at == REAL_NOW + timedelta(seconds=10800), "expires_in is trusted, not a constant"
    assert (saved.refresh_token, saved.generation) == ("TG-2", 2)
    assert sellers.holder is None, "the lease is given back"


async def test_a_token_about_to_end_is_renewed_before_the_call() -> None:
    party = Counterparty().answers(RENEWED).answers(ORDER_MESSAGE)
    await marketplace(party, MemorySellers(token(expires_in=60))).order(SELLER, ORDER)
    assert party.paths[0] == "/ml/oauth/token"


async def test_a_second_401_after_renewing_is_a_refusal_not_a_loop() -> None:
    party = Counterparty().answers(DEAD, status=401).answers(RENEWED).answers(DEAD, status=401)
    with pytest.raises(Refused) as failure:
        await marketplace(party).order(SELLER, ORDER)
    assert failure.value.code == "invalid_token"
    assert len(party.requests) == 3


async def test_a_401_of_a_blocked_application_burns_no_refresh_token() -> None:
    party = Counterparty().answers({"error": "unauthorized_scopes", "message": "x"}, status=401)
    with pytest.raises(Refused):
        await marketplace(party).order(SELLER, ORDER)
    assert len(party.requests) == 1


async def test_a_spent_refresh_token_asks_for_a_new_authorisation() -> None:
    sellers = MemorySellers(token())
    party = Counterparty().answers(DEAD, status=401).answers(SPENT, status=400)
    with pytest.raises(Refused) as failure:
        await marketplace(party, sellers).order(SELLER, ORDER)
    assert failure.value.code == "invalid_grant"
    assert failure.value.reason == "authorisation_needed"
    assert failure.value.fault is Fault.MARKETPLACE
    assert "7001" in failure.value.commands[0]
    assert sellers.holder is None


async def test_a_spent_refresh_token_is_read_again_once_because_we_may_have_won_ourselves() -> None:
    sellers = MemorySellers(token())

    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth/token"):
            sellers.tokens[SELLER] = token(generation=2)  # the earlier call's answer was saved meanwhile
            return httpx.Response(400, json=SPENT)
        known = request.headers["Authorization"] == "Bearer APP_USR-2"
        return httpx.Response(200, json=ORDER_MESSAGE) if known else httpx.Response(401, json=DEAD)

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as client:
        access = MercadoLibreAccess(base_url="https://x.example", client_id="a", client_secret=SecretStr("b"))
        shop = MercadoLibreMarketplace(access, client, sellers, real_now=lambda: REAL_NOW)
        assert (await shop.order(SELLER, ORDER)).id == ORDER


async def test_who_finds_the_lease_taken_waits_and_takes_the_others_token() -> None:
    sellers = MemorySellers(token(expires_in=10))
    sellers.foreign_lease = 2

    async def other() -> None:
        await asyncio.sleep(0.1)
        sellers.tokens[SELLER] = token(generation=2)

    party = Counterparty().answers(ORDER_MESSAGE)
    await asyncio.gather(marketplace(party, sellers).order(SELLER, ORDER), other())
    assert party.requests[0].headers["Authorization"] == "Bearer APP_USR-2"
    assert sellers.saved == []


async def test_many_callers_with_a_dead_token_refresh_once() -> None:
    sellers = MemorySellers(token(expires_in=0))
    refreshed = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal refreshed
        await asyncio.sleep(0.01)
        if request.url.path.endswith("/oauth/token"):
            refreshed += 1
            return httpx.Response(200, json=RENEWED)
        return httpx.Response(200, json=ORDER_MESSAGE)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        access = MercadoLibreAccess(base_url="https://x.example", client_id="a", client_secret=SecretStr("b"))
        shop = MercadoLibreMarketplace(access, client, sellers, real_now=lambda: REAL_NOW)
        await asyncio.gather(*(shop.order(SELLER, ORDER) for _ in range(5)))
    assert refreshed == 1


async def test_a_lost_answer_to_a_refresh_is_unavailable_and_gives_the_lease_back() -> None:
    sellers = MemorySellers(token(expires_in=0))
    party = Counterparty().fails(httpx.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        await marketplace(party, sellers).order(SELLER, ORDER)
    assert sellers.holder is None


async def test_a_seller_that_never_authorised_us_is_asked_to() -> None:
    with pytest.raises(Refused) as failure:
        await marketplace(Counterparty(), MemorySellers()).order(SELLER, ORDER)
    assert failure.value.code == "no_token"


def test_secrets_do_not_show_in_a_printed_access() -> None:
    access = MercadoLibreAccess(client_id="app", client_secret=SecretStr("app-secret"))
    assert "app-secret" not in repr(access)
