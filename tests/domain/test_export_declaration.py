"""What a Korean export declaration says, its won, its reference and its digest."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.domain.parcel import ORDER, UCR, consignment, drawn_up, exporter, facts, item, package, part, usd
from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.catalogue import Drawback, FilingChannel
from tradelane.domain.export_declaration import (
    CustomsRate,
    ExportDeclaration,
    ExportRoute,
    Filing,
    FilingState,
    draw_up,
    fob_krw,
    invoice_number,
    order_number,
)
from tradelane.domain.export_route import GoodsFacts, RouteRefused
from tradelane.domain.identifiers import CustomsClearanceCode
from tradelane.domain.money import Money
from tradelane.domain.papers import Incoterm

SUNDAY = date(2026, 11, 22)


def rate(krw: str, first: date = SUNDAY) -> CustomsRate:
    return CustomsRate(currency="USD", krw_per_unit=Decimal(krw), valid_from=first)


def krw(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


THOUSAND = rate("1000")


@pytest.mark.parametrize(
    ("amount", "krw_per_unit", "won"),
    [("12.90", "1389.57", 17925), ("0.01", "1389.57", 13), ("0.01", "99.99", 0), ("1", "1389.9999", 1389)],
)
def test_won_are_floored_never_rounded(amount: str, krw_per_unit: str, won: int) -> None:
    assert fob_krw(usd(amount), rate(krw_per_unit)) == krw(won)


def test_a_rate_values_only_its_own_currency() -> None:
    with pytest.raises(ValueError, match="A USD rate cannot value an amount in CLP"):
        fob_krw(Money(amount=Decimal(1), currency="CLP"), THOUSAND)


def test_a_rate_is_valid_from_sunday_to_saturday() -> None:
    """Weekly rates: Sunday 00:00 to Saturday 24:00, Korean days (관세평가 운영 고시 제3조)."""
    week = [THOUSAND.covers(SUNDAY + timedelta(days=days)) for days in range(-1, 8)]
    assert week == [False] + [True] * 7 + [False]
    assert SUNDAY.strftime("%A") == "Sunday"


def drawn(round_: int = 1) -> ExportDeclaration:
    parcel = consignment(
        item("12.90", sku="B-1", exporter_id="dotori", quantity=3, net_weight_g=70),
        item("0.33", sku="B-2", exporter_id="dotori", net_weight_g=5),
        item("600", sku="A-1", exporter_id="haneul", net_weight_g=1450),
        packages=(package(gross_weight_g=2001),),
    )
    return drawn_up(parcel, parcel.parts[0], rate("1389.57"), SUNDAY, round_)


def test_a_declaration_says_what_one_exporter_sends() -> None:
    """38.70 x 1389.57 = 53776.359; 0.33 x 1389.57 = 458.5581."""
    declaration = drawn()
    assert declaration.exporter.id == "dotori"
    assert [(line.number, line.item.sku, line.fob_krw) for line in declaration.lines] == [
        (1, "B-1", krw(53776)),
        (2, "B-2", krw(458)),
    ]
    assert (declaration.fob, declaration.amount) == (krw(54234), usd("39.03"))
    assert (declaration.route, declaration.destination, declaration.packages) == (ExportRoute.SIMPLIFIED, "CL", 1)
    assert declaration.why.startswith(
        "simplified declaration (전자상거래 간이수출신고): FOB 54,234 KRW is within the cap of"
    )
    assert (declaration.payment, declaration.freight, declaration.insurance) == (usd("39.03"), None, None)


def test_the_parcels_gross_weight_is_shared_by_net_weight_without_loss() -> None:
    """Net 215 g and 1450 g of 1665 g; gross 2001 g: floor(2001 x 215 / 1665) = 258, the rest is 1743."""
    parcel = consignment(
        item(exporter_id="dotori", net_weight_g=215),
        item(exporter_id="haneul", net_weight_g=1450),
        packages=(package(gross_weight_g=2001),),
    )
    assert [drawn_up(parcel, one, THOUSAND, SUNDAY).gross_weight_g for one in parcel.parts] == [258, 1743]


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=6), st.integers(0, 50_000))
def test_no_part_weighs_less_than_its_goods_and_all_weigh_the_parcel(nets: list[int], tare: int) -> None:
    goods = [item(exporter_id=f"e{number}", net_weight_g=net) for number, net in enumerate(nets)]
    parcel = consignment(*goods, packages=(package(gross_weight_g=sum(nets) + tare),))
    shares = [drawn_up(parcel, one, THOUSAND, SUNDAY).gross_weight_g for one in parcel.parts]
    assert sum(shares) == parcel.gross_weight_g
    assert all(share >= one.net_weight_g for share, one in zip(shares, parcel.parts, strict=True))


def test_a_retry_draws_up_the_same_declaration() -> None:
    assert drawn().model_dump_json() == drawn().model_dump_json()


def test_only_an_error_notice_renews_the_reference() -> None:
    """KTNET and customs key on the order number: only an error notice frees it (trap 22)."""
    first, second = part(item()), part(item(), index=2)
    assert order_number(UCR, first, 1) == "6KRMLC45848383497-1"
    assert order_number(UCR, second, 1) == "6KRMLC45848383497-2"
    assert order_number(UCR, first, 2) == "6KRMLC45848383497-1~2"
    assert drawn(3).order_no == "6KRMLC45848383497-1~3"


def test_the_invoice_number_fits_box_39() -> None:
    """송품장부호 has at most 17 characters."""
    assert invoice_number(UCR) == "MLC45848383497"
    assert len(invoice_number(UCR, part(item(), index=9))) <= 17


def test_a_filing_keeps_the_x_of_its_number() -> None:
    """Digits-only normalisation kills the final X and letters of the declarant (trap 5)."""
    filing = Filing(order_no="x", state=FilingState.ACCEPTED, number="6N002-26-000123X")
    assert Filing.model_validate_json(filing.model_dump_json()).number == "6N00226000123X"
    with pytest.raises(ValidationError, match="final X"):
        Filing(order_no="x", state=FilingState.ACCEPTED, number="6N00226000123")


def test_a_declaration_comes_back_from_json_unchanged() -> None:
    assert ExportDeclaration.model_validate_json(drawn().model_dump_json()) == drawn()
    assert drawn().lines[0].item.order_id == ORDER


def test_the_route_by_which_it_was_filed_is_kept() -> None:
    """A declaration that was accepted as formal stays so, though a later price would have gone the easier way."""
    cheap = consignment(item("40"))
    assert drawn_up(cheap, cheap.parts[0], THOUSAND, SUNDAY).route is ExportRoute.SIMPLIFIED
    kept = drawn_up(cheap, cheap.parts[0], THOUSAND, SUNDAY, route=ExportRoute.FORMAL)
    assert (kept.route, kept.fob) == (ExportRoute.FORMAL, krw(40_000))
    assert kept.why == "formal declaration (정식 수출신고): it was filed so before"


@pytest.mark.parametrize(("dollars", "open_to"), [("3999.999", True), ("4000", True), ("4000.001", False)])
def test_an_amendment_above_the_cap_makes_no_other_kind_of_declaration(dollars: str, open_to: bool) -> None:
    """Simplified since 2024-08-01 up to KRW 4,000,000 (korea-export 1.2); amended above it, it cannot stay what it is."""
    parcel = consignment(item(dollars))

    def amended() -> ExportDeclaration:
        return drawn_up(parcel, parcel.parts[0], THOUSAND, SUNDAY, route=ExportRoute.SIMPLIFIED)

    if open_to:
        assert amended().route is ExportRoute.SIMPLIFIED
        return
    with pytest.raises(RouteRefused, match=r"4,000,001 KRW is above the cap of 4,000,000 KRW .* amend them back"):
        amended()


def test_packages_of_several_kinds_are_no_one_kind() -> None:
    """Box 42 names one kind: three packages are not three cartons because the first is one."""
    parcel = consignment(item(), packages=(package(), package(kind="BX")))
    with pytest.raises(RouteRefused, match=r"these are BX, CT: confirm the packing again with one kind"):
        drawn_up(parcel, parcel.parts[0], THOUSAND, SUNDAY)


def test_goods_customs_was_not_asked_about_have_no_route() -> None:
    parcel = consignment(item())
    with pytest.raises(RouteRefused, match=r"Customs has not been asked what goods under HSK 6109\.10-1000 need"):
        drawn_up(parcel, parcel.parts[0], THOUSAND, SUNDAY, facts=GoodsFacts(day=SUNDAY))


def test_goods_without_a_value_have_no_route() -> None:
    """A gift has a customs value too; the sentence names the amendment that gives it."""
    parcel = consignment(item("0"))
    with pytest.raises(RouteRefused, match=r"a gift has a customs value too: amend items\.HN-1\.unit_price"):
        drawn_up(parcel, parcel.parts[0], THOUSAND, SUNDAY)


def test_what_customs_says_and_the_way_to_it_are_never_guessed() -> None:
    unchecked: Any = draw_up
    with pytest.raises(TypeError, match="'facts' and 'channel'"):
        unchecked(consignment(), part(item()), THOUSAND, SUNDAY, 1)


DELIVERED: dict[str, Any] = {
    "incoterm": Incoterm.DAP,
    "shipping_charge": usd("10.00"),
    "packages": (package(gross_weight_g=1000),),
    "carriage_costs": CarriageCosts(
        freight_base_krw=Decimal(5000), freight_per_kg_krw=Decimal(4000), insurance_permille=Decimal(5)
    ),
}


def delivered(krw_per_unit: str = "1000", **changes: Any) -> ExportDeclaration:
    """Goods of 60 and 40 dollars, sold delivered; net 400 and 100 g."""
    goods = (item("30.00", sku="A", quantity=2, net_weight_g=200), item("40.00", sku="B", net_weight_g=100))
    parcel = consignment(*goods, **{**DELIVERED, **changes})
    return draw_up(
        parcel, parcel.parts[0], rate(krw_per_unit), SUNDAY, 1, facts=facts(*goods), channel=FilingChannel.KTNET
    )


def test_delivered_goods_declare_freight_and_insurance_apart_from_fob() -> None:
    """Boxes 46 to 49 by hand: 110 dollars are 110,000 won; freight 5,000 + 4,000 x 1 kg, insurance 5 permille of it."""
    declaration = delivered()
    assert (declaration.payment, declaration.freight, declaration.insurance) == (usd(110), krw(9000), krw(550))
    assert declaration.fob == krw(100_450)
    assert [(line.payment, line.unit_payment, line.fob_krw) for line in declaration.lines] == [
        (usd(66), usd(33), krw(58_470)),
        (usd(44), usd(44), krw(41_980)),
    ]


def test_unit_prices_with_carriage_in_them_make_the_payment_to_two_decimals() -> None:
    """KTNET: the sum of quantity times unit price is PaymentAmount to two decimals; a unit price has six of them."""
    declaration = delivered(shipping_charge=usd("4.01"))
    [first, second] = declaration.lines
    assert [line.unit_payment.amount for line in declaration.lines] == [Decimal("31.205000"), Decimal("41.600000")]
    assert first.unit_payment * 2 + second.unit_payment == declaration.payment == usd("104.01")


def test_the_digest_follows_what_customs_sees_of_carriage() -> None:
    before = delivered().digest
    dearer = DELIVERED["carriage_costs"].model_copy(update={"freight_base_krw": Decimal(6000)})
    insured = DELIVERED["carriage_costs"].model_copy(update={"insurance_permille": Decimal(6)})
    others = [
        delivered(shipping_charge=usd("11.00")).digest,
        delivered(carriage_costs=dearer).digest,
        delivered(carriage_costs=insured).digest,
        delivered(incoterm=Incoterm.CPT).digest,
    ]
    assert len({before, *others}) == 5
    assert delivered(krw_per_unit="1100").digest == before, "the week's rate and what follows from it do not count"


def test_the_digest_of_goods_priced_at_the_airport_knows_no_carriage() -> None:
    """What the buyer pays the marketplace for carriage is on no box of an FCA declaration."""
    free, charged = (delivered(incoterm=Incoterm.FCA, shipping_charge=usd(charge)) for charge in (0, 10))
    assert free.digest == charged.digest


def test_the_digest_covers_every_box_that_an_amendment_may_change() -> None:
    """Composition, maker's code, papers of a requirement and drawback are boxes too (korea-export, section 1.4)."""
    maker = CustomsClearanceCode("흙공장**1991015")

    def digest(exporters: dict[str, Any] | None = None, **goods: Any) -> str:
        known = {"exporters": (exporter(**exporters),)} if exporters else {}
        parcel = consignment(item(**goods), **known)
        return drawn_up(parcel, parcel.parts[0], THOUSAND, SUNDAY).digest

    told = [
        digest(),
        digest(composition="Cotton 100%"),
        digest(composition="Cotton 95%, elastane 5%"),
        digest(maker_customs_id=maker),
        digest(permits="수출허가서 제2026-1호"),
        digest({"drawback": Drawback.SIMPLIFIED}, maker_customs_id=maker),
        digest({"drawback": Drawback.SIMPLIFIED, "drawback_applicant": "2"}, maker_customs_id=maker),
    ]
    assert len(set(told)) == len(told)
