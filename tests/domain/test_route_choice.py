"""The route by which goods leave Korea. Caps and days are typed from the paper on Korean export, sections 1.2 and 1.7."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.parcel import consignment, exporter, facts, item, package, usd
from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.catalogue import Drawback, FilingChannel
from tradelane.domain.consignment import Consignment
from tradelane.domain.customs_rate import CustomsRate
from tradelane.domain.export_route import ExportRoute, GoodsFacts, RouteChoice, RouteRefused, cap_on
from tradelane.domain.money import Money
from tradelane.domain.papers import Incoterm
from tradelane.domain.route_choice import choose_route, papers_missing
from tradelane.domain.valuation import value

TODAY = date(2026, 11, 24)
PRICES = st.decimals(min_value="0.01", max_value=9000, places=2)
DAYS = st.dates(date(2014, 7, 1), date(2030, 1, 1))

FORMAL, SIMPLIFIED = ExportRoute.FORMAL, ExportRoute.SIMPLIFIED
CONVERSION, CLEARANCE = ExportRoute.LIST_CONVERSION, ExportRoute.LIST_CLEARANCE
KTNET, BROKER, CARRIER, MANUAL = FilingChannel.KTNET, FilingChannel.BROKER, FilingChannel.CARRIER, FilingChannel.MANUAL


def rate(krw: str) -> CustomsRate:
    return CustomsRate(currency="USD", krw_per_unit=Decimal(krw), valid_from=date(2026, 11, 22))


def krw(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


def chosen(
    parcel: Consignment,
    day: date = TODAY,
    channel: FilingChannel = KTNET,
    *,
    at: str = "1000",
    known: GoodsFacts | None = None,
    **of_exporter: Any,
) -> RouteChoice:
    part = parcel.parts[0]
    return choose_route(
        part,
        value(parcel, rate(at)).of(part.exporter_id),
        day,
        known or facts(*parcel.items),
        exporter(part.exporter_id, **of_exporter),
        channel,
    )


def worth(won: int) -> Consignment:
    """Goods of so many won at a thousand won for a dollar."""
    return consignment(item(usd(Decimal(won) / 1000)))


# --- the table ---------------------------------------------------------------------------------------------------------

# simplified: KRW 4,000,000 FOB since 2024-08-01, 2,000,000 before (paper 1.2: taxtimes.co.kr no. 265254); the launch is
# known from an article of 2014-07-30 alone, so that its first day is a reading
# list conversion: open since 2020-10-14, follows the simplified cap (paper 1.2, marked M)
# list clearance: KRW 2,000,000 FOB (paper 1.2, marked M), at every customs house since 2023-02-01
# one won below, at and above each cap, on the last day before and the first day of each date
BY_KTNET = [
    (date(2014, 6, 30), 1, FORMAL),
    (date(2014, 6, 30), 1_999_999, FORMAL),
    (date(2014, 6, 30), 2_000_000, FORMAL),
    (date(2014, 6, 30), 2_000_001, FORMAL),
    (date(2014, 7, 1), 1_999_999, SIMPLIFIED),
    (date(2014, 7, 1), 2_000_000, SIMPLIFIED),
    (date(2014, 7, 1), 2_000_001, FORMAL),
    (date(2024, 7, 31), 1_999_999, SIMPLIFIED),
    (date(2024, 7, 31), 2_000_000, SIMPLIFIED),
    (date(2024, 7, 31), 2_000_001, FORMAL),
    (date(2024, 7, 31), 3_999_999, FORMAL),
    (date(2024, 7, 31), 4_000_000, FORMAL),
    (date(2024, 7, 31), 4_000_001, FORMAL),
    (date(2024, 8, 1), 1_999_999, SIMPLIFIED),
    (date(2024, 8, 1), 2_000_000, SIMPLIFIED),
    (date(2024, 8, 1), 2_000_001, SIMPLIFIED),
    (date(2024, 8, 1), 3_999_999, SIMPLIFIED),
    (date(2024, 8, 1), 4_000_000, SIMPLIFIED),
    (date(2024, 8, 1), 4_000_001, FORMAL),
    (date(2026, 11, 24), 1_999_999, SIMPLIFIED),
    (date(2026, 11, 24), 2_000_000, SIMPLIFIED),
    (date(2026, 11, 24), 2_000_001, SIMPLIFIED),
    (date(2026, 11, 24), 3_999_999, SIMPLIFIED),
    (date(2026, 11, 24), 4_000_000, SIMPLIFIED),
    (date(2026, 11, 24), 4_000_001, FORMAL),
]
BY_BROKER_WITH_LISTS = [
    (date(2020, 10, 13), 1_999_999, SIMPLIFIED),
    (date(2020, 10, 13), 2_000_000, SIMPLIFIED),
    (date(2020, 10, 13), 2_000_001, FORMAL),
    (date(2020, 10, 14), 1_999_999, CONVERSION),
    (date(2020, 10, 14), 2_000_000, CONVERSION),
    (date(2020, 10, 14), 2_000_001, FORMAL),
    (date(2024, 7, 31), 1_999_999, CONVERSION),
    (date(2024, 7, 31), 2_000_000, CONVERSION),
    (date(2024, 7, 31), 2_000_001, FORMAL),
    (date(2024, 7, 31), 3_999_999, FORMAL),
    (date(2024, 7, 31), 4_000_000, FORMAL),
    (date(2024, 7, 31), 4_000_001, FORMAL),
    (date(2024, 8, 1), 1_999_999, CONVERSION),
    (date(2024, 8, 1), 2_000_000, CONVERSION),
    (date(2024, 8, 1), 2_000_001, CONVERSION),
    (date(2024, 8, 1), 3_999_999, CONVERSION),
    (date(2024, 8, 1), 4_000_000, CONVERSION),
    (date(2024, 8, 1), 4_000_001, FORMAL),
    (date(2026, 11, 24), 1_999_999, CONVERSION),
    (date(2026, 11, 24), 2_000_000, CONVERSION),
    (date(2026, 11, 24), 2_000_001, CONVERSION),
    (date(2026, 11, 24), 3_999_999, CONVERSION),
    (date(2026, 11, 24), 4_000_000, CONVERSION),
    (date(2026, 11, 24), 4_000_001, FORMAL),
]
BY_CARRIER = [
    (date(2023, 1, 31), 1_999_999, None),
    (date(2023, 1, 31), 2_000_000, None),
    (date(2023, 1, 31), 2_000_001, None),
    (date(2023, 2, 1), 1_999_999, CLEARANCE),
    (date(2023, 2, 1), 2_000_000, CLEARANCE),
    (date(2023, 2, 1), 2_000_001, None),
    (date(2024, 7, 31), 1_999_999, CLEARANCE),
    (date(2024, 7, 31), 2_000_000, CLEARANCE),
    (date(2024, 7, 31), 2_000_001, None),
    (date(2024, 8, 1), 1_999_999, CLEARANCE),
    (date(2024, 8, 1), 2_000_000, CLEARANCE),
    (date(2024, 8, 1), 2_000_001, None),
    (date(2024, 8, 1), 4_000_000, None),
    (date(2026, 11, 24), 1_999_999, CLEARANCE),
    (date(2026, 11, 24), 2_000_000, CLEARANCE),
    (date(2026, 11, 24), 2_000_001, None),
    (date(2026, 11, 24), 4_000_000, None),
]


@pytest.mark.parametrize(("day", "won", "route"), BY_KTNET)
def test_trap_01_the_simplified_cap_is_that_of_the_day(day: date, won: int, route: ExportRoute) -> None:
    choice = chosen(worth(won), day)
    assert (choice.route, choice.fob) == (route, krw(won))
    assert str(day) in choice.why


@pytest.mark.parametrize(("day", "won", "route"), BY_BROKER_WITH_LISTS)
@pytest.mark.parametrize("channel", [BROKER, MANUAL])
def test_trap_01_list_conversion_follows_the_simplified_cap(
    channel: FilingChannel, day: date, won: int, route: ExportRoute
) -> None:
    assert chosen(worth(won), day, channel, preferred_route=CONVERSION).route is route


@pytest.mark.parametrize(("day", "won", "route"), BY_CARRIER)
def test_trap_01_the_cap_of_list_clearance_did_not_move(day: date, won: int, route: ExportRoute | None) -> None:
    """No other route is taken in silence: the carrier files no declaration for anybody."""
    if route is not None:
        assert chosen(worth(won), day, CARRIER).route is route
        return
    with pytest.raises(RouteRefused, match=r"The carrier cannot clear .*Give exporter haneul another way to customs"):
        chosen(worth(won), day, CARRIER)


def test_there_was_no_cap_before_a_route_was_open() -> None:
    assert cap_on(SIMPLIFIED, date(2014, 6, 30)) is None
    assert cap_on(CLEARANCE, date(2023, 1, 31)) is None
    assert cap_on(FORMAL, TODAY) is None


def test_before_2023_02_01_a_list_was_taken_at_three_customs_houses_and_nobody_guesses_which() -> None:
    """Paper 1.2: list clearance allowed at all 34 customs houses since 2023-02-01 (was 3)."""
    with pytest.raises(RouteRefused, match="three customs houses alone took a list, and which they were is not known"):
        chosen(worth(1_000), date(2023, 1, 31), CARRIER)


def test_what_the_sources_leave_uncertain_is_marked_and_said() -> None:
    marks = [(cap.most, cap.certain) for route in (SIMPLIFIED, CONVERSION, CLEARANCE) if (cap := cap_on(route, TODAY))]
    assert marks == [(krw(4_000_000), True), (krw(4_000_000), False), (krw(2_000_000), False)]
    assert "to be confirmed" in chosen(worth(2_000_000), TODAY, CARRIER).why
    assert "to be confirmed" not in chosen(worth(2_000_000)).why
    launched = cap_on(SIMPLIFIED, date(2014, 7, 1))
    assert launched is not None and not launched.certain, "an article of 2014-07-30 names no day (paper 1.2)"
    assert "(by ajunews 2014-07-30, to be confirmed)" in chosen(worth(1_000), date(2014, 7, 1)).why


# --- what is compared --------------------------------------------------------------------------------------------------


def test_trap_04_each_line_is_cut_to_the_won_before_the_sum() -> None:
    """floor(amount x rate) for each line (paper 1.7): 0.33 x 1389.57 = 458.5581, three lines make 1374, not 1375."""
    parcel = consignment(*(item("0.33", sku=f"HN-{number}") for number in range(3)))
    assert chosen(parcel, at="1389.57").fob == krw(1374)


def test_a_total_above_the_cap_is_formal_although_its_cut_lines_are_within() -> None:
    """KTNET compares round(rate x amount): two lines of 2,000,000.6 won are cut to 4,000,000 but make 4,000,001."""
    choice = chosen(consignment(*(item("2000.0006", sku=sku) for sku in ("HN-1", "HN-2"))))
    assert (choice.fob, choice.route) == (krw(4_000_000), FORMAL)


def test_the_cap_is_compared_for_each_exporter_alone() -> None:
    parcel = consignment(item("3900", exporter_id="dotori"), item("3900", exporter_id="haneul"))
    whole, known = value(parcel, rate("1000")), facts(*parcel.items)
    routes = [
        choose_route(one, whole.of(one.exporter_id), TODAY, known, exporter(one.exporter_id), KTNET).route
        for one in parcel.parts
    ]
    assert routes == [SIMPLIFIED, SIMPLIFIED]


@pytest.mark.parametrize(("channel", "route"), [(BROKER, SIMPLIFIED), (MANUAL, SIMPLIFIED), (KTNET, FORMAL)])
def test_only_ktnet_compares_the_price_with_freight_in_it(channel: FilingChannel, route: ExportRoute) -> None:
    """FOB is the law's measure; KTNET's program rejects by round(rate x PaymentAmount) (paper 1.2)."""
    parcel = consignment(
        item("4005"),
        incoterm=Incoterm.CPT,
        packages=(package(gross_weight_g=1000),),
        carriage_costs=CarriageCosts(freight_base_krw=Decimal(5000)),
    )
    choice = chosen(parcel, channel=channel)
    assert (choice.route, choice.fob) == (route, krw(4_000_000))
    assert ("the whole price of 4,005,000 KRW is above the cap of 4,000,000 KRW" in choice.why) is (route is FORMAL)


# --- what excludes a route ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "preferred"), [(KTNET, None), (BROKER, None), (BROKER, CONVERSION), (MANUAL, CONVERSION)]
)
def test_goods_that_need_confirmation_go_by_formal_declaration_alone(
    channel: FilingChannel, preferred: ExportRoute | None
) -> None:
    """세관장확인대상 are excluded from routes B, C and D at any value (paper 1.2: tradenpu.com pk_id=560)."""
    parcel = consignment(item("1.00"))
    known = facts(*parcel.items, confirmation=("문화재보호법: 비문화재 확인서",))
    choice = chosen(parcel, channel=channel, known=known, preferred_route=preferred)
    assert choice.route is FORMAL
    assert "세관장확인, HSK 6109.10-1000: 문화재보호법: 비문화재 확인서" in choice.why


def test_the_carrier_does_not_clear_goods_that_need_confirmation() -> None:
    parcel = consignment(item("1.00"))
    with pytest.raises(RouteRefused, match="세관장확인"):
        chosen(parcel, channel=CARRIER, known=facts(*parcel.items, confirmation=("허가서",)))


def test_one_such_product_is_enough() -> None:
    parcel = consignment(item("1.00"), item("1.00", sku="HN-2", hsk="3304991000", cl_tariff="33049910"))
    one, other = facts(*parcel.items).facts
    known = GoodsFacts(day=TODAY, facts=(one, other.model_copy(update={"confirmation": ("허가서",)})))
    assert chosen(parcel, known=known).route is FORMAL


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"drawback": Drawback.SIMPLIFIED}, "wants drawback"),
        ({"preferred_route": SIMPLIFIED}, "wants a declaration with a certificate"),
        ({"preferred_route": FORMAL}, "wants a declaration with a certificate"),
    ],
)
def test_who_wants_drawback_or_a_certificate_cannot_use_the_carriers_list(wish: dict[str, Any], words: str) -> None:
    """Route D gives no 수출신고필증 and no drawback (paper 1.2)."""
    with pytest.raises(RouteRefused, match=words):
        chosen(worth(1_000), channel=CARRIER, **wish)


def test_drawback_is_no_reason_against_the_simplified_declaration() -> None:
    """Route B keeps export performance, VAT evidence and drawback (paper 1.2)."""
    assert chosen(worth(1_000), drawback=Drawback.SIMPLIFIED).route is SIMPLIFIED


@pytest.mark.parametrize(
    ("channel", "preferred", "route"),
    [
        (BROKER, None, SIMPLIFIED),
        (MANUAL, None, SIMPLIFIED),
        (KTNET, CONVERSION, SIMPLIFIED),
        (KTNET, FORMAL, FORMAL),
        (BROKER, FORMAL, FORMAL),
        (BROKER, CLEARANCE, SIMPLIFIED),
        (CARRIER, CLEARANCE, CLEARANCE),
    ],
)
def test_a_wish_counts_where_the_channel_offers_the_route(
    channel: FilingChannel, preferred: ExportRoute | None, route: ExportRoute
) -> None:
    assert chosen(worth(1_000), channel=channel, preferred_route=preferred).route is route


# --- what an operator reads --------------------------------------------------------------------------------------------


def test_the_choice_says_why_and_why_not_the_others() -> None:
    choice = chosen(worth(4_000_001))
    assert choice.why == (
        "formal declaration (정식 수출신고): FOB 4,000,001 KRW is above the cap of 4,000,000 KRW on 2026-11-24"
    )
    assert choice.others == (
        "simplified declaration (전자상거래 간이수출신고): FOB 4,000,001 KRW is above the cap of 4,000,000 KRW on 2026-11-24",
        "list conversion (수출목록 변환신고): not offered by ktnet",
        "list clearance (목록통관): not offered by ktnet",
    )


def test_an_open_route_that_was_not_taken_is_told_too() -> None:
    assert chosen(worth(1_000), channel=BROKER).others[:2] == (
        "formal declaration (정식 수출신고): open too; the simplified declaration (전자상거래 간이수출신고) comes first",
        "list conversion (수출목록 변환신고): only at the exporter's own wish (preferred_route)",
    )


def test_goods_that_need_a_paper_are_named_until_the_catalogue_has_it() -> None:
    parcel = consignment(item(sku="HN-1"), item(sku="HN-2", permits="비문화재 확인서 2026-1"))
    known = facts(*parcel.items, confirmation=("비문화재 확인서",))
    [missing] = papers_missing(parcel.parts[0], known)
    assert missing.startswith("SKU HN-1 (HSK 6109.10-1000) needs 비문화재 확인서 for export")
    assert papers_missing(parcel.parts[0], facts(*parcel.items)) == ()


# --- properties --------------------------------------------------------------------------------------------------------


@given(PRICES, PRICES, DAYS)
def test_dearer_goods_never_get_the_easier_route(one: Decimal, other: Decimal, day: date) -> None:
    cheap, dear = sorted((one, other))
    routes = [chosen(consignment(item(usd(price))), day).route for price in (cheap, dear)]
    assert routes != [FORMAL, SIMPLIFIED]


@given(PRICES, DAYS, st.integers(0, 4000))
def test_a_later_day_never_makes_a_simplified_declaration_formal(price: Decimal, day: date, later: int) -> None:
    goods = consignment(item(usd(price)))
    routes = [chosen(goods, day + timedelta(days=days)).route for days in (0, later)]
    assert routes != [SIMPLIFIED, FORMAL]
