"""From price to FOB: what is told apart, what is deducted, and that nothing is lost. Figures are worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.parcel import consignment, item, package, usd
from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.consignment import Consignment
from tradelane.domain.customs_rate import CustomsRate
from tradelane.domain.money import Money
from tradelane.domain.papers import Incoterm
from tradelane.domain.valuation import NotValued, Valuation, price, value

SUNDAY = date(2026, 11, 22)
COSTS = CarriageCosts(freight_base_krw=Decimal(5000), freight_per_kg_krw=Decimal(4000), insurance_permille=Decimal(5))
WITH_FREIGHT = (Incoterm.CPT, Incoterm.CFR)
WITH_BOTH = (Incoterm.CIP, Incoterm.CIF, Incoterm.DAP, Incoterm.DPU, Incoterm.DDP)
WITH_NEITHER = (Incoterm.FCA, Incoterm.FOB, Incoterm.FAS, Incoterm.EXW)


def rate(krw_per_unit: str, currency: str = "USD", **changes: Any) -> CustomsRate:
    return CustomsRate.model_validate(
        {"currency": currency, "krw_per_unit": krw_per_unit, "valid_from": SUNDAY, **changes}
    )


def krw(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


def clp(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="CLP")


def sold(term: Incoterm, **changes: Any) -> Consignment:
    """Goods of 60 and 40 dollars, net 400 and 100 g, a parcel of a kilogram, 10 dollars for carriage."""
    goods = (item("30.00", sku="A", quantity=2, net_weight_g=200), item("40.00", sku="B", net_weight_g=100))
    fields: dict[str, Any] = {
        "incoterm": term,
        "shipping_charge": usd("10.00"),
        "packages": (package(gross_weight_g=1000),),
        "carriage_costs": COSTS,
    }
    return consignment(*goods, **{**fields, **changes})


def won(valuation: Valuation) -> list[tuple[int, int, int]]:
    return [
        (int(line.fob_krw.amount), int(line.freight_krw.amount), int(line.insurance_krw.amount))
        for line in valuation.lines
    ]


# --- by terms of delivery ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", WITH_NEITHER)
def test_goods_priced_where_they_leave_are_worth_their_price(term: Incoterm) -> None:
    """A blank term and those that hold no freight: the price is FOB, the buyer's charge for carriage is outside."""
    valuation = value(sold(term), rate("1000"))
    assert won(valuation) == [(60_000, 0, 0), (40_000, 0, 0)]
    assert (valuation.payment, valuation.paid, valuation.carriage) == (usd(100), usd(100), usd(10))


@pytest.mark.parametrize("term", WITH_FREIGHT)
def test_trap_03_carriage_paid_to_has_freight_and_no_insurance(term: Incoterm) -> None:
    """CFR, CPT: freight > 0 and insurance 0 (paper 1.7). 110,000 won less freight of 9,000, shared 400 to 100."""
    valuation = value(sold(term), rate("1000"))
    assert won(valuation) == [(66_000 - 7_200, 7_200, 0), (44_000 - 1_800, 1_800, 0)]
    assert (valuation.fob_krw, valuation.freight_krw, valuation.insurance_krw) == (krw(101_000), krw(9_000), krw(0))
    assert (valuation.payment, valuation.paid) == (usd(110), usd(100))


@pytest.mark.parametrize("term", WITH_BOTH)
def test_trap_03_delivered_goods_have_freight_and_insurance(term: Incoterm) -> None:
    """CIF, CIP, DAP, DDP and (as DAT was) DPU: both above zero (paper 1.7). 5 permille of 110,000 won are 550."""
    valuation = value(sold(term), rate("1000"))
    assert won(valuation) == [(66_000 - 7_200 - 330, 7_200, 330), (44_000 - 1_800 - 220, 1_800, 220)]
    assert (valuation.fob_krw, valuation.freight_krw, valuation.insurance_krw) == (krw(100_450), krw(9_000), krw(550))


def test_every_term_is_covered() -> None:
    assert sorted((*WITH_NEITHER, *WITH_FREIGHT, *WITH_BOTH)) == sorted(Incoterm)


def test_freight_of_a_price_without_a_charge_is_deducted_all_the_same() -> None:
    """Free shipping under CPT: the seller pays the forwarder out of the price of the goods."""
    valuation = value(sold(Incoterm.CPT, shipping_charge=usd(0)), rate("1000"))
    assert won(valuation) == [(60_000 - 7_200, 7_200, 0), (40_000 - 1_800, 1_800, 0)]
    assert valuation.payment == usd(100)


def test_charges_for_carriage_are_shared_by_price_to_the_last_cent() -> None:
    """Ten dollars over three equal lines: 3.34, 3.33, 3.33."""
    goods = [item("5.00", sku=f"S-{number}") for number in range(3)]
    prices = price(consignment(*goods, shipping_charge=usd("10.00")))
    assert [line.carriage for line in prices.lines] == [usd("3.34"), usd("3.33"), usd("3.33")]


def test_exporters_share_the_parcels_freight() -> None:
    goods = (
        item("30.00", sku="A", exporter_id="dotori", quantity=2, net_weight_g=200),
        item("40.00", sku="B", exporter_id="haneul", net_weight_g=100),
    )
    parcel = consignment(*goods, incoterm=Incoterm.CPT, packages=(package(gross_weight_g=1000),), carriage_costs=COSTS)
    whole = value(parcel, rate("1000"))
    parts = [whole.of(part.exporter_id) for part in parcel.parts]
    assert [(part.freight_krw, part.fob_krw) for part in parts] == [
        (krw(7_200), krw(52_800)),
        (krw(1_800), krw(38_200)),
    ]


# --- discounts and fees ------------------------------------------------------------------------------------------------


def test_trap_03_a_price_in_pesos_is_told_apart_from_discount_fee_and_carriage() -> None:
    """A Chilean sale: 54,990 pesos less a discount are 52,240, fee 5,746; 2 x 52,240 x 1.4763 = 154,243.824."""
    sale = item(clp(52_240), quantity=2, list_price=clp(54_990), sale_fee=clp(5_746))
    valuation = value(consignment(sale, shipping_charge=clp(3_990)), rate("1.4763", "CLP"))
    [line] = valuation.lines
    assert (line.gross, line.discount, line.paid) == (clp(109_980), clp(5_500), clp(104_480))
    assert (line.carriage, line.payment, line.fob_krw) == (clp(3_990), clp(104_480), krw(154_243))
    assert (valuation.fees, line.fee_certain) == (clp(5_746), False)


def test_trap_03_the_marketplaces_fee_never_lowers_a_customs_value() -> None:
    fees = [None, usd("0.01"), usd("9.99"), usd("500")]
    values = {value(consignment(item("10.00", sale_fee=fee)), rate("1000")).fob_krw.amount for fee in fees}
    assert values == {Decimal(10_000)}


def test_a_fee_of_one_unit_is_certain_and_one_of_several_is_not() -> None:
    """Nobody knows whether `sale_fee` is of the line or of one unit; of one unit both are the same."""
    marks = [price(consignment(item(quantity=units, sale_fee=usd(1)))).lines[0].fee_certain for units in (1, 2)]
    assert marks == [True, False]


@pytest.mark.parametrize("fees", [(None, usd(1)), (clp(900), usd(1))])
def test_fees_that_are_not_all_told_have_no_sum(fees: tuple[Money | None, Money]) -> None:
    goods = [item(sku=f"S-{number}", sale_fee=fee) for number, fee in enumerate(fees)]
    assert price(consignment(*goods)).fees is None


@pytest.mark.parametrize("listed", [None, usd("9.99"), clp(9_400)])
def test_a_list_price_that_tells_no_discount_is_none(listed: Money | None) -> None:
    """It may be absent, in another currency, or below a price that a person amended upwards."""
    prices = price(consignment(item("10.00", list_price=listed)))
    assert (prices.gross, prices.discount, prices.paid) == (usd(10), usd(0), usd(10))


# --- won ---------------------------------------------------------------------------------------------------------------


def test_trap_04_totals_are_sums_of_cut_lines() -> None:
    """0.33 x 1389.57 = 458.5581 for each of three lines; the whole 0.99 would be 1375.6743."""
    valuation = value(consignment(*(item("0.33", sku=f"S-{number}") for number in range(3))), rate("1389.57"))
    assert valuation.fob_krw == krw(1374)
    assert valuation.payment_krw == krw(1376)


# --- what has no value -------------------------------------------------------------------------------------------------


def test_trap_02_the_import_rate_values_no_export() -> None:
    """`imexTp` 2 gives a rate that looks right (trap 2 of the paper)."""
    with pytest.raises(NotValued, match="valued at the export rate of customs; this one is for imports"):
        value(consignment(item()), rate("1389.57", kind="import"))


@pytest.mark.parametrize(
    ("goods", "changes", "words"),
    [
        (item("0"), {}, r"SKU HN-1 was sold for 0\.00 USD; a gift has a customs value too: amend items\.HN-1\.unit"),
        (item("-1"), {}, "SKU HN-1 was sold for -1.00 USD"),
        (item(quantity=0), {}, "SKU HN-1: the quantity is 0"),
        (item(net_weight_g=0), {}, "SKU HN-1: the net weight is 0 g; set net_weight_g in the catalogue"),
        (item("0.00001"), {}, "is 0 KRW; customs wants a value of at least one won"),
        (item(clp(9_400)), {}, "The goods are priced in CLP, but the rate is that of USD"),
        (item(), {"shipping_charge": clp(900)}, "priced in USD, but the charge for carriage is 900 CLP"),
        (item(), {"shipping_charge": usd("-1")}, "cannot be below zero"),
        (
            item("5.00"),
            {"incoterm": Incoterm.DAP, "carriage_costs": COSTS},
            r"5\.00 USD, less freight of 25000 KRW and insurance of 25 KRW, is -20025 KRW",
        ),
    ],
)
def test_what_has_no_value_is_refused_in_a_sentence(goods: Any, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(NotValued, match=words):
        value(consignment(goods, **changes), rate("1000"))


def test_goods_in_two_currencies_have_no_sum() -> None:
    with pytest.raises(NotValued, match=r"SKU B is priced in CLP, other goods in USD\."):
        price(consignment(item(sku="A"), item(clp(900), sku="B")))


@pytest.mark.parametrize(
    ("term", "costs", "setting"),
    [
        (Incoterm.CPT, CarriageCosts(), "TRADELANE_FREIGHT_BASE_KRW or TRADELANE_FREIGHT_PER_KG_KRW"),
        (Incoterm.DAP, CarriageCosts(freight_base_krw=Decimal(1)), "set TRADELANE_INSURANCE_PERMILLE"),
        (Incoterm.DDP, CarriageCosts(), "FREIGHT_PER_KG_KRW and TRADELANE_INSURANCE_PERMILLE"),
    ],
)
def test_trap_03_charges_that_nobody_knows_are_never_declared_as_zero(
    term: Incoterm, costs: CarriageCosts, setting: str
) -> None:
    with pytest.raises(NotValued, match=setting):
        value(sold(term, carriage_costs=costs), rate("1000"))


# --- properties --------------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.tuples(st.decimals(min_value=50, max_value=9000, places=2), st.integers(1, 9), st.integers(1, 30_000)),
    min_size=1,
    max_size=8,
)
CHARGES = st.decimals(min_value=0, max_value=500, places=2)
RATES = st.decimals(min_value=900, max_value=1700, places=2)
PERMILLE = st.decimals(min_value="0.1", max_value=20, places=1)


@given(LINES, CHARGES, RATES, PERMILLE, st.integers(1, 20_000), st.sampled_from(Incoterm))
def test_everything_that_is_shared_out_sums_to_the_unit(
    lines: list[tuple[Decimal, int, int]],
    charge: Decimal,
    krw_per_unit: Decimal,
    permille: Decimal,
    base: int,
    term: Any,
) -> None:
    """Lines make the parcel, exporters' parts make it too, and FOB with its charges is the price cut to the won."""
    goods = [
        item(usd(unit), quantity=units, net_weight_g=net, exporter_id=f"e{number % 3}", sku=f"S-{number}")
        for number, (unit, units, net) in enumerate(lines)
    ]
    costs = CarriageCosts(freight_base_krw=Decimal(base), insurance_permille=permille)
    parcel = consignment(*goods, incoterm=term, shipping_charge=usd(charge), carriage_costs=costs)
    known = rate(str(krw_per_unit))
    try:
        valuation = value(parcel, known)
    except NotValued as refused:
        assert "customs wants a value of at least one won" in str(refused)
        return
    inside = term in (*WITH_FREIGHT, *WITH_BOTH)
    assert valuation.carriage == usd(charge)
    assert valuation.payment == (parcel.goods_value + usd(charge) if inside else parcel.goods_value)
    assert valuation.freight_krw == (costs.freight(parcel.gross_weight_g) if inside else krw(0))
    for line in valuation.lines:
        # won are cut off, never rounded: floor(amount x rate) by line (paper 1.7), in ten-thousandths
        ten_thousandths = int(line.payment.amount * 100) * int(krw_per_unit * 100)
        assert line.fob_krw + line.freight_krw + line.insurance_krw == krw(ten_thousandths // 10_000)
    parts = [valuation.of(part.exporter_id) for part in parcel.parts]
    assert sum(part.fob_krw.amount for part in parts) == valuation.fob_krw.amount
    assert sum(part.insurance_krw.amount for part in parts) == valuation.insurance_krw.amount
    assert sum(part.payment.amount for part in parts) == valuation.payment.amount


@given(st.lists(st.integers(1_000, 900_000), min_size=1, max_size=8), st.integers(0, 90_000))
def test_pesos_are_shared_in_whole_pesos(prices: list[int], charge: int) -> None:
    goods = [item(clp(one), sku=f"S-{number}") for number, one in enumerate(prices)]
    lines = price(consignment(*goods, incoterm=Incoterm.CPT, shipping_charge=clp(charge))).lines
    assert sum(line.carriage.amount for line in lines) == charge
    assert all(line.carriage.amount == int(line.carriage.amount) for line in lines)


@given(LINES, RATES)
def test_the_declared_total_loses_less_than_a_won_a_line(lines: list[tuple[Decimal, int, int]], at: Decimal) -> None:
    goods = [item(usd(unit), quantity=units, sku=f"S-{number}") for number, (unit, units, _) in enumerate(lines)]
    whole = sum((unit * units for unit, units, _ in lines), Decimal(0)) * at
    declared = value(consignment(*goods), rate(str(at))).fob_krw.amount
    assert whole - len(lines) < declared <= whole


def test_a_valuation_comes_back_from_json_unchanged() -> None:
    valuation = value(sold(Incoterm.DAP), rate("1389.57"))
    assert Valuation.model_validate_json(valuation.model_dump_json()) == valuation
