"""Routes, caps and won of the Korean export declaration; figures from the notices and KTNET's own checks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.domain.parcel import ORDER, UCR, consignment, item, package, part, usd
from tradelane.domain.export_declaration import (
    CustomsRate,
    ExportDeclaration,
    ExportRoute,
    Filing,
    FilingState,
    choose_route,
    draw_up,
    fob_krw,
    invoice_number,
    order_number,
    simplified_cap,
)
from tradelane.domain.money import Money

SUNDAY = date(2026, 11, 22)
DAY_BEFORE, DAY_OF_CHANGE = date(2024, 7, 31), date(2024, 8, 1)
PRICES = st.decimals(min_value="0.01", max_value=9000, places=2)


def rate(krw: str, first: date = SUNDAY) -> CustomsRate:
    return CustomsRate(currency="USD", krw_per_unit=Decimal(krw), valid_from=first)


def krw(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


THOUSAND = rate("1000")


@pytest.mark.parametrize(
    ("dollars", "day", "route"),
    [
        ("2000.000", DAY_BEFORE, ExportRoute.SIMPLIFIED),
        ("2000.001", DAY_BEFORE, ExportRoute.FORMAL),  # one won above the cap of 2,000,000
        ("2000.001", DAY_OF_CHANGE, ExportRoute.SIMPLIFIED),
        ("4000.000", DAY_OF_CHANGE, ExportRoute.SIMPLIFIED),
        ("4000.001", DAY_OF_CHANGE, ExportRoute.FORMAL),  # one won above the cap of 4,000,000
        ("4000.000", date(2026, 11, 23), ExportRoute.SIMPLIFIED),
        ("0.01", date(2014, 6, 30), ExportRoute.FORMAL),
        ("2000.000", date(2014, 7, 1), ExportRoute.SIMPLIFIED),
    ],
)
def test_the_cap_is_that_of_the_day(dollars: str, day: date, route: ExportRoute) -> None:
    """KRW 4,000,000 FOB since 2024-08-01, 2,000,000 before (taxtimes.co.kr no. 265254)."""
    choice = choose_route(part(item(dollars)), THOUSAND, day)
    assert choice.route is route
    assert str(day) in choice.why


def test_there_was_no_cap_before_the_scheme() -> None:
    assert simplified_cap(date(2014, 6, 30)) is None
    assert simplified_cap(DAY_BEFORE) == krw(2_000_000)
    assert simplified_cap(DAY_OF_CHANGE) == krw(4_000_000)


def test_goods_that_need_confirmation_are_never_simplified() -> None:
    """세관장확인대상 are excluded from the simplified route at any value (tradenpu.com pk_id=560)."""
    choice = choose_route(part(item("1.00")), THOUSAND, DAY_OF_CHANGE, confirmation_goods=True)
    assert choice.route is ExportRoute.FORMAL


def test_each_line_is_cut_to_the_won_before_the_sum() -> None:
    """Declared won of a line is floor(amount x export rate); 0.33 x 1389.57 = 458.5581, three lines make 1374."""
    lines = [item("0.33", sku=f"HN-{number}") for number in range(3)]
    assert choose_route(part(*lines), rate("1389.57"), SUNDAY).fob == krw(1374)


def test_a_total_above_the_cap_is_formal_although_its_cut_lines_are_within() -> None:
    """KTNET compares round(rate x amount): two lines of 2,000,000.6 won are cut to 4,000,000 but make 4,000,001."""
    lines = [item("2000.0006", sku=sku) for sku in ("HN-1", "HN-2")]
    choice = choose_route(part(*lines), THOUSAND, DAY_OF_CHANGE)
    assert (choice.fob, choice.route) == (krw(4_000_000), ExportRoute.FORMAL)


def test_the_cap_is_compared_for_each_exporter_alone() -> None:
    parcel = consignment(item("3900", exporter_id="dotori"), item("3900", exporter_id="haneul"))
    routes = [choose_route(one, THOUSAND, SUNDAY).route for one in parcel.parts]
    assert routes == [ExportRoute.SIMPLIFIED, ExportRoute.SIMPLIFIED]


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


@given(PRICES, PRICES, st.dates(date(2014, 7, 1), date(2030, 1, 1)))
def test_dearer_goods_never_get_the_easier_route(one: Decimal, other: Decimal, day: date) -> None:
    cheap, dear = sorted((one, other))
    routes = [choose_route(part(item(usd(price))), THOUSAND, day).route for price in (cheap, dear)]
    assert routes != [ExportRoute.FORMAL, ExportRoute.SIMPLIFIED]


@given(PRICES, st.dates(date(2014, 7, 1), date(2030, 1, 1)), st.integers(0, 4000))
def test_a_later_day_never_makes_a_simplified_declaration_formal(price: Decimal, day: date, later: int) -> None:
    goods = part(item(usd(price)))
    routes = [choose_route(goods, THOUSAND, day + timedelta(days=days)).route for days in (0, later)]
    assert routes != [ExportRoute.SIMPLIFIED, ExportRoute.FORMAL]


@given(st.lists(PRICES, min_size=1, max_size=8))
def test_the_declared_total_is_the_sum_of_the_lines_and_loses_less_than_a_won_each(prices: list[Decimal]) -> None:
    lines = [item(usd(price), sku=f"HN-{number}") for number, price in enumerate(prices)]
    declared = choose_route(part(*lines), rate("1389.57"), SUNDAY).fob.amount
    whole = sum(prices, Decimal(0)) * Decimal("1389.57")
    assert whole - len(prices) < declared <= whole


def drawn(round_: int = 1) -> ExportDeclaration:
    parcel = consignment(
        item("12.90", sku="B-1", exporter_id="dotori", quantity=3, net_weight_g=70),
        item("0.33", sku="B-2", exporter_id="dotori", net_weight_g=5),
        item("600", sku="A-1", exporter_id="haneul", net_weight_g=1450),
        packages=(package(gross_weight_g=2001),),
    )
    return draw_up(parcel, parcel.parts[0], rate("1389.57"), SUNDAY, round_)


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


def test_the_parcels_gross_weight_is_shared_by_net_weight_without_loss() -> None:
    """Net 215 g and 1450 g of 1665 g; gross 2001 g: floor(2001 x 215 / 1665) = 258, the rest is 1743."""
    parcel = consignment(
        item(exporter_id="dotori", net_weight_g=215),
        item(exporter_id="haneul", net_weight_g=1450),
        packages=(package(gross_weight_g=2001),),
    )
    assert [draw_up(parcel, one, THOUSAND, SUNDAY, 1).gross_weight_g for one in parcel.parts] == [258, 1743]


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=6), st.integers(0, 50_000))
def test_no_part_weighs_less_than_its_goods_and_all_weigh_the_parcel(nets: list[int], tare: int) -> None:
    goods = [item(exporter_id=f"e{number}", net_weight_g=net) for number, net in enumerate(nets)]
    parcel = consignment(*goods, packages=(package(gross_weight_g=sum(nets) + tare),))
    shares = [draw_up(parcel, one, THOUSAND, SUNDAY, 1).gross_weight_g for one in parcel.parts]
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
