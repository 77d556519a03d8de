"""What Chilean customs asks for a parcel; figures from worked checks of the sources, cents half up."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.parcel import COMPANY_RUT, consignee, consignment, item, usd
from tradelane.domain.catalogue import IvaAccreditation, IvaRegime
from tradelane.domain.identifiers import Rut
from tradelane.domain.import_regime import ImportPolicy, ImportRegime, assess, customs_value
from tradelane.domain.money import Money

NOT_ACCREDITED = IvaAccreditation()
LAST_OLD_PURCHASE = datetime(2025, 10, 25, 2, 59, 59, tzinfo=UTC)
FIRST_NEW_PURCHASE = datetime(2025, 10, 25, 3, 0, 0, tzinfo=UTC)
FOREIGN = IvaAccreditation(regime=IvaRegime.FOREIGN_OPERATOR, operator_name="Platform", operator_id="sii-user")


def test_the_worked_check_of_an_item_above_the_limit() -> None:
    """FOB 600 + freight 40 + insurance 12.00 (2 %) = CIF 652.00: duty 39.12, IVA 131.31, together 170.43."""
    result = assess(consignment(item("600"), shipping_charge=usd(40)))
    assert result.regime is ImportRegime.GENERAL
    assert (result.cif, result.duty, result.iva) == (usd("652.00"), usd("39.12"), usd("131.31"))
    assert result.payable == usd("170.43")
    assert result.channel == "courier"


def test_the_iva_of_a_real_declaration_is_rounded_half_up() -> None:
    """A real DIN: CIF 646.74 + 39.74 + 1.23 = 687.71, no duty, IVA 130.6649 printed as 130.66."""
    policy = ImportPolicy(theoretical_insurance=Decimal("0.0019"), duty_without_accreditation=False)
    parcel = consignment(item("323.37", quantity=2), shipping_charge=usd("39.74"), accreditation=NOT_ACCREDITED)
    result = assess(parcel, policy)
    assert (result.cif, result.duty, result.iva) == (usd("687.71"), usd(0), usd("130.66"))


@pytest.mark.parametrize("accreditation", [FOREIGN, consignment().accreditation])
def test_an_accredited_item_within_the_limit_pays_nothing_at_the_border(accreditation: IvaAccreditation) -> None:
    """IVA was charged at sale: import IVA and the 6 % duty are exempt (art. 12 B 18)."""
    result = assess(consignment(item("60"), accreditation=accreditation))
    assert result.regime is ImportRegime.IVA_CHARGED_AT_SALE
    assert result.payable == usd(0)


@pytest.mark.parametrize("gap", ["operator_name", "operator_id"])
def test_an_operator_without_name_or_id_accredits_nothing(gap: str) -> None:
    nameless = FOREIGN.model_copy(update={gap: " "})
    assert assess(consignment(item("100"), accreditation=nameless)).regime is ImportRegime.GENERAL


def test_without_accreditation_even_a_cheap_item_pays_duty_and_iva() -> None:
    """FOB 100 + 10 + 2 = 112.00: duty 6.72, IVA 0.19 x 118.72 = 22.5568."""
    result = assess(consignment(item("100"), shipping_charge=usd(10), accreditation=NOT_ACCREDITED))
    assert result.regime is ImportRegime.GENERAL
    assert (result.duty, result.iva) == (usd("6.72"), usd("22.56"))


def test_the_purchase_instant_decides_in_chilean_time() -> None:
    """The new rule begins on 25-10-2025 at midnight in Chile, which is 03:00 UTC, whatever the arrival."""
    bought = [
        assess(consignment(item("60"), purchased_at=instant)).regime
        for instant in (LAST_OLD_PURCHASE, FIRST_NEW_PURCHASE)
    ]
    assert bought == [ImportRegime.BEFORE_OCTOBER_2025, ImportRegime.IVA_CHARGED_AT_SALE]


@pytest.mark.parametrize(("price", "duty", "iva"), [("41.00", "0", "0"), ("41.01", "2.63", "8.84")])
def test_a_purchase_under_the_old_rule_is_free_up_to_41_dollars(price: str, duty: str, iva: str) -> None:
    """FOB 41.01 with 5 % freight 2.05 and 2 % insurance 0.82 is CIF 43.88: duty 2.6328, IVA 0.19 x 46.51."""
    result = assess(consignment(item(price), purchased_at=LAST_OLD_PURCHASE, accreditation=NOT_ACCREDITED))
    assert (result.duty, result.iva) == (usd(duty), usd(iva))


@pytest.mark.parametrize(
    ("items", "charge", "regime"),
    [
        ([item("500.00")], "0", ImportRegime.IVA_CHARGED_AT_SALE),
        ([item("500.00")], "0.01", ImportRegime.GENERAL),
        ([item("500.01")], "0", ImportRegime.GENERAL),
        ([item("490.00")], "10.00", ImportRegime.IVA_CHARGED_AT_SALE),
        ([item("480.00", sku="A"), item("480.00", sku="B")], "40.00", ImportRegime.IVA_CHARGED_AT_SALE),
        ([item("480.00", sku="A"), item("480.00", sku="B")], "40.02", ImportRegime.GENERAL),
        ([item("300.00", quantity=10)], "0", ImportRegime.IVA_CHARGED_AT_SALE),
        ([item("499.00", quantity=2)], "2.00", ImportRegime.IVA_CHARGED_AT_SALE),
        ([item("10.00", sku="A"), item("501.00", sku="B")], "0", ImportRegime.GENERAL),
    ],
)
def test_the_limit_is_per_item_with_its_accessory_charges(items: list[Any], charge: str, regime: ImportRegime) -> None:
    """US$500 is a price per item with every accessory charge billed for it, not a parcel's total (Res. SII 84)."""
    assert assess(consignment(*items, shipping_charge=usd(charge))).regime is regime


def test_permit_goods_leave_the_fast_lane_at_any_value() -> None:
    """Cosmetics and food follow the ordinary procedure even under US$500: 12 + 0.60 + 0.24 = 12.84."""
    result = assess(consignment(item("2", sku="A"), item("10", sku="B", needs_permit=True)))
    assert result.regime is ImportRegime.PERMIT
    assert (result.cif, result.duty, result.iva) == (usd("12.84"), usd("0.77"), usd("2.59"))


def test_a_buyer_who_is_an_iva_contributor_imports_by_the_general_rule() -> None:
    """Art. 3 bis LIVS does not apply to sales to an IVA contributor."""
    buyer = consignee(rut=COMPANY_RUT, is_company=True)
    result = assess(consignment(item("100"), consignee=buyer, shipping_charge=usd(10)))
    assert result.regime is ImportRegime.IVA_CONTRIBUTOR
    assert (result.duty, result.iva) == (usd("6.72"), usd("22.56"))


def test_a_companys_rut_alone_is_a_hint_and_no_proof() -> None:
    """Bodies from 50,000,000 belong to companies; what the buyer declared at the sale decides."""
    buyer = consignee(rut=COMPANY_RUT, is_company=False)
    assert Rut(COMPANY_RUT).body >= 50_000_000
    assert assess(consignment(item("100"), consignee=buyer)).regime is ImportRegime.IVA_CHARGED_AT_SALE


@pytest.mark.parametrize(("price", "channel"), [("300.00", "courier"), ("300.01", "broker")])
def test_above_3000_dollars_a_customs_agent_clears(price: str, channel: str) -> None:
    """US$3,000 FOB is the courier's limit without an agent (decree 9 of 18-01-2019)."""
    assert assess(consignment(item(price, quantity=10))).channel == channel


def test_freight_nobody_documented_is_five_percent() -> None:
    assert customs_value(usd(100), usd(0), ImportPolicy()) == usd("107.00")
    assert customs_value(usd(100), usd("0.01"), ImportPolicy()) == usd("102.01")


def test_what_the_sources_leave_open_is_policy() -> None:
    """For low-value goods without accreditation one vendor says 19 % of CIF and no duty: 0.19 x 112 = 21.28."""
    parcel = consignment(item("100"), shipping_charge=usd(10), accreditation=NOT_ACCREDITED)
    result = assess(parcel, ImportPolicy(duty_without_accreditation=False))
    assert (result.duty, result.iva) == (usd(0), usd("21.28"))


def test_an_item_above_the_limit_pays_duty_whatever_the_policy_on_accreditation() -> None:
    parcel = consignment(item("600"), shipping_charge=usd(40), accreditation=NOT_ACCREDITED)
    assert assess(parcel, ImportPolicy(duty_without_accreditation=False)).duty == usd("39.12")


def test_a_parcel_valued_in_pesos_is_not_assessed() -> None:
    """Customs amounts are US dollars; one peso is no dollar."""
    with pytest.raises(ValueError, match="USD"):
        assess(consignment(item(Money(amount=Decimal(1), currency="CLP"))))


@given(
    st.decimals(min_value="0.01", max_value=5000, places=2),
    st.decimals(min_value=0, max_value=300, places=2),
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from([LAST_OLD_PURCHASE, FIRST_NEW_PURCHASE]),
)
def test_taxes_are_whole_cents_and_never_below_zero(
    price: Decimal, charge: Decimal, quantity: int, permit: bool, bought: datetime
) -> None:
    goods = item(usd(price), quantity=quantity, needs_permit=permit)
    result = assess(consignment(goods, shipping_charge=usd(charge), purchased_at=bought))
    for tax in (result.duty, result.iva):
        assert tax >= usd(0)
        assert tax.amount == round(tax.amount, 2)
