"""From a sale to a consignment: everything that is missing is named at once, with the command that supplies it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.parcel import (
    BOUGHT,
    COMPANY_RUT,
    ORDER,
    RUT,
    UCR,
    consignee,
    exporter,
    order,
    product,
    seller,
    shipment,
    sold,
    usd,
)
from tradelane.domain.amendment import checked
from tradelane.domain.catalogue import NEEDED, Product
from tradelane.domain.consignment import Consignment
from tradelane.domain.gaps import Gap
from tradelane.domain.identifiers import Rut
from tradelane.domain.money import Money
from tradelane.domain.order import Address, BuyerTaxId, Order
from tradelane.domain.papers import Incoterm
from tradelane.domain.planning import LaneTerms, Unplannable, plan

ESTIMATE = LaneTerms(packing_by_estimate=True)
NO_RUT = LaneTerms(rut_required=False)
RETRY = f"tradelane holds resolve {ORDER} --step plan_consignment --action retry"


def planned(*orders: Order, products: tuple[Product, ...] = (product(),), **changes: Any) -> Consignment:
    fields: dict[str, Any] = {
        "ucr": UCR,
        "orders": orders or (order(sold()),),
        "shipment": shipment(),
        "buyer": None,
        "seller": seller(),
        "products": {one.sku: one for one in products},
        "exporters": {id_: exporter(id_) for id_ in ("dotori", "haneul")},
        "amendments": (),
        "terms": LaneTerms(),
    }
    return plan(**{**fields, **changes})


def gaps(*orders: Order, **changes: Any) -> tuple[Gap, ...]:
    with pytest.raises(Unplannable) as stopped:
        planned(*orders, **changes)
    return stopped.value.gaps


def lacking(fields: set[str]) -> Product:
    return product().model_copy(update=dict.fromkeys(fields))


def address(**changes: Any) -> Address:
    fields = {"lines": ("Avenida Inventada 1234",), "comuna": "Providencia", "region": "CL-RM", "country": "CL"}
    return Address.model_validate({**fields, **changes})


def test_a_sale_that_lacks_nothing_becomes_a_consignment() -> None:
    parcel = planned(order(sold(quantity=2)))
    [goods] = parcel.items
    assert (goods.sku, goods.quantity, goods.hsk.printed, goods.cl_tariff.printed) == (
        "HN-1", 2, "6109.10-1000", "6109.1010",
    )  # fmt: skip
    assert (parcel.incoterm, parcel.goods_value, parcel.shipping_charge) == (Incoterm.FCA, usd(20), usd("6.90"))
    assert [one.id for one in parcel.exporters] == ["haneul"]
    assert parcel.packages == ()


def test_everything_missing_is_named_at_once_with_its_command() -> None:
    """One hold for a person, not one after the other."""
    stranger = consignee(rut=None, name=" ", address=address(lines=(), comuna=""))
    found = gaps(
        order(sold("NEW-1"), sold(None, price="0.00", quantity=0)),
        shipment=shipment(consignee=stranger),
        products=(),
    )
    amend = f"tradelane orders amend {ORDER} --set"
    mend = f"correct the sale or the listing in Mercado Libre, then: {RETRY}"
    assert [(gap.what, gap.command) for gap in found] == [
        *((f"SKU NEW-1: {field} is missing", f"{amend} items.NEW-1.{field}=VALUE") for field in NEEDED),
        ("listing MLC1001 has no SELLER_SKU", mend),
        ("listing MLC1001: the quantity is 0", mend),
        ("listing MLC1001: the price is 0.00 USD; customs wants a value", mend),
        ("the consignee's name is not visible yet", f"{amend} consignee.name=NAME"),
        (
            "the consignee's RUT is missing (carriers ask for it on waybill and invoice)",
            f"{amend} consignee.rut=RUT",
        ),
        ("the delivery address is not visible yet", f"{amend} 'consignee.address=LINE 1|LINE 2'"),
        ("the comuna of delivery is not visible yet", f"{amend} consignee.comuna=COMUNA"),
    ]


@given(st.sets(st.sampled_from(NEEDED), min_size=1))
def test_each_missing_field_is_one_gap_and_nothing_else_is(missing: set[str]) -> None:
    found = gaps(products=(lacking(missing),))
    assert [gap.what for gap in found] == [f"SKU HN-1: {field} is missing" for field in NEEDED if field in missing]


@given(st.sets(st.sampled_from(NEEDED), min_size=1))
def test_the_named_commands_close_the_gaps(missing: set[str]) -> None:
    """A person who does exactly what each command says gets a plan."""
    right = {**product().model_dump(), "needs_permit": "no"}
    paths = [gap.command.split("--set ")[1].removesuffix("=VALUE") for gap in gaps(products=(lacking(missing),))]
    amendments = [checked(path, str(right[path.rpartition(".")[2]])) for path in paths]
    parcel = planned(products=(lacking(missing),), amendments=amendments)
    assert parcel.items == planned().items


def test_a_description_of_blanks_is_missing() -> None:
    found = gaps(products=(product(description_en="  ", description_ko=""),))
    assert [gap.what for gap in found] == [
        "SKU HN-1: description_en is missing",
        "SKU HN-1: description_ko is missing",
    ]


def test_codes_of_different_subheadings_are_a_gap_before_anything_is_filed() -> None:
    """HSK and Chilean code extend the same six international digits."""
    [gap] = gaps(products=(product(hsk="6109101000", cl_tariff="61099010"),))
    assert "Korean code 6109.10-1000 and Chilean code 6109.9010" in gap.what
    assert gap.command == f"tradelane orders amend {ORDER} --set items.HN-1.cl_tariff=VALUE"
    amended = [checked("items.HN-1.cl_tariff", "6109.10.10")]
    assert planned(products=(product(cl_tariff="61099010"),), amendments=amended).items == planned().items


def test_two_orders_with_the_same_sku_are_two_items_of_one_consignment() -> None:
    early = order(sold(), id_="2000000000000001", purchased_at=BOUGHT - timedelta(hours=1))
    parcel = planned(order(sold(quantity=2), id_="2000000000000002"), early)
    assert [(one.order_id, one.quantity) for one in parcel.items] == [
        ("2000000000000001", 1),
        ("2000000000000002", 2),
    ]
    assert parcel.orders == ("2000000000000001", "2000000000000002")
    assert parcel.purchased_at == BOUGHT - timedelta(hours=1)


def test_what_two_lines_lack_together_is_asked_once() -> None:
    """One product record feeds both lines; the command names the lowest order."""
    found = gaps(
        order(sold(), sold(), id_="2000000000000002"),
        order(sold(), id_="2000000000000001"),
        products=(product(hsk=None),),
    )
    assert [gap.command for gap in found] == ["tradelane orders amend 2000000000000001 --set items.HN-1.hsk=VALUE"]


def test_orders_are_counted_by_number_not_by_letter() -> None:
    parcel = planned(order(sold(), id_="9"), order(sold(), id_="10"))
    assert parcel.orders == ("9", "10")
    assert [one.order_id for one in parcel.items] == ["9", "10"]


def test_goods_of_several_exporters_bring_each_exporter_once() -> None:
    parcel = planned(
        order(sold("HN-1"), sold("DT-1"), sold("HN-2")),
        products=(product(), product("HN-2"), product("DT-1", exporter_id="dotori")),
    )
    assert [one.id for one in parcel.exporters] == ["dotori", "haneul"]
    assert [one.exporter_id for one in parcel.items] == ["haneul", "dotori", "haneul"]


def test_an_exporter_nobody_registered_is_a_gap() -> None:
    [gap] = gaps(products=(product(exporter_id="nobody"),))
    assert gap.what == "SKU HN-1: exporter nobody is not registered"
    assert gap.command.startswith("tradelane exporters import FILE")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (sold(price="0.00"), "the price is 0.00 USD; customs wants a value"),
        (sold(price="-1.00"), "the price is -1.00 USD; customs wants a value"),
        (sold(quantity=0), "the quantity is 0"),
        (sold(quantity=-2), "the quantity is -2"),
        (sold(price=Money(amount=Decimal(1), currency="CLP")), "the price is in CLP, not in USD"),
        (sold(sku=""), "has no SELLER_SKU"),
        (sold(sku="  "), "has no SELLER_SKU"),
    ],
)
def test_a_sale_that_cannot_be_declared_is_a_gap(line: Any, words: str) -> None:
    [gap] = gaps(order(line))
    assert words in gap.what
    assert gap.command.endswith((RETRY, "unit_price=USD"))


def test_an_order_without_items_is_a_gap() -> None:
    assert [gap.what for gap in gaps(order())] == [f"order {ORDER} has no items"]


@pytest.mark.parametrize("charge", [usd(-1), Money(amount=Decimal(4990), currency="CLP")])
def test_carriage_that_cannot_be_added_to_the_invoice_is_a_gap(charge: Money) -> None:
    [gap] = gaps(shipment=shipment(shipping_charge=charge))
    assert str(charge) in gap.what


def test_what_is_copied_into_a_shell_is_quoted() -> None:
    """SELLER_SKU is free text of a listing."""
    [gap] = gaps(order(sold("A 1; rm -rf ~")), products=(product("A 1; rm -rf ~", hsk=None),))
    assert gap.command == f"tradelane orders amend {ORDER} --set 'items.A 1; rm -rf ~.hsk=VALUE'"


def test_gaps_repeat_no_personal_data() -> None:
    stranger = consignee(rut=None, address=address(comuna=" "))
    words = " ".join(f"{gap.what} {gap.command}" for gap in gaps(shipment=shipment(consignee=stranger)))
    assert "María" not in words and "Inventada" not in words and "5555" not in words


def test_no_rut_is_asked_where_none_is_required() -> None:
    parcel = planned(shipment=shipment(consignee=consignee(rut=None)), terms=NO_RUT)
    assert parcel.consignee.rut is None


def test_the_buyers_tax_identity_fills_in_what_the_shipment_lacks() -> None:
    company = BuyerTaxId(rut=Rut(COMPANY_RUT), name="Compañía Inventada", is_company=True)
    filled = planned(shipment=shipment(consignee=consignee(rut=None)), buyer=company).consignee
    assert (filled.rut, filled.is_company) == (Rut(COMPANY_RUT), True)
    kept = planned(buyer=company).consignee
    assert (kept.rut, kept.name) == (Rut(RUT), "María Ñuñoa Pérez")


def test_an_amended_rut_wins_over_every_other() -> None:
    parcel = planned(
        buyer=BuyerTaxId(rut=Rut(RUT), name=None, is_company=False),
        amendments=[checked("consignee.rut", "11.111.111-1")],
    )
    assert parcel.consignee.rut == Rut("11.111.111-1")


def test_an_estimate_stacks_the_units_and_adds_the_tare() -> None:
    """Two of 30 x 20 x 3 cm and one of 28 x 25 x 4.25: 30 x 25 on the longest sides, 3 + 3 + 4.25 high, rounded up."""
    hat = product("HN-2", length_cm="4.25", width_cm="28", height_cm="25", gross_weight_g=None, net_weight_g=95)
    [box] = planned(order(sold(quantity=2), sold("HN-2")), products=(product(), hat), terms=ESTIMATE).packages
    assert (box.length_cm, box.width_cm, box.height_cm) == (Decimal("30.0"), Decimal("25.0"), Decimal("10.3"))
    assert (box.gross_weight_g, box.estimated) == (2 * 260 + 95 + 150, True)


@pytest.mark.parametrize(
    ("goods", "quantity"),
    [
        (product(length_cm=None), 1),
        (product(), 334),  # stacked 3 cm each, more than ten metres high
        (product(gross_weight_g=1_000_000), 1),  # a tonne and the tare
    ],
)
def test_what_cannot_be_estimated_is_left_to_the_bench(goods: Product, quantity: int) -> None:
    assert planned(order(sold(quantity=quantity)), products=(goods,), terms=ESTIMATE).packages == ()


def test_what_the_bench_measured_is_not_laid_over_here() -> None:
    """That is the packing step's work, and it needs the estimate as it was."""
    amendments = [checked("package.gross_weight_g", "700"), checked("package.boxes", "2")]
    assert planned(terms=ESTIMATE, amendments=amendments).packages == planned(terms=ESTIMATE).packages


def test_the_same_sale_is_always_planned_the_same() -> None:
    once, again = (planned(terms=ESTIMATE, amendments=iter([checked("items.HN-1.hsk", "6109102000")])) for _ in "12")
    assert once.model_dump_json() == again.model_dump_json()
    assert once.items[0].hsk == "6109102000"


def test_the_value_a_person_gives_stands_in_for_the_sales_price() -> None:
    """A gift of 0 USD has a customs value all the same, and somebody answers for it."""
    free = order(sold("HN-1", price="0.00"))
    [gap] = gaps(free)
    assert gap.command == f"tradelane orders amend {ORDER} --set items.HN-1.unit_price=USD"
    parcel = planned(
        free, amendments=[checked("items.HN-1.unit_price", "1.5"), checked("items.HN-1.unit_price", "2.40")]
    )
    assert parcel.goods_value == usd("2.40")
    for nonsense in ("0", "-1", "1.234", "free", "1e99"):
        with pytest.raises(ValueError, match=r"unit_price"):
            checked("items.HN-1.unit_price", nonsense)
