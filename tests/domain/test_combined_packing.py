"""Goods of several exporters in one parcel (합포장): allowed since 2024-08-01, where all are simplified (paper 1.2)."""

from datetime import date

import pytest

from tradelane.domain.combined_packing import why_apart
from tradelane.domain.export_route import ExportRoute

FORMAL, SIMPLIFIED = ExportRoute.FORMAL, ExportRoute.SIMPLIFIED
CONVERSION, CLEARANCE = ExportRoute.LIST_CONVERSION, ExportRoute.LIST_CLEARANCE
BEFORE, SINCE = date(2024, 7, 31), date(2024, 8, 1)


@pytest.mark.parametrize("route", ExportRoute)
@pytest.mark.parametrize("day", [BEFORE, SINCE])
def test_one_exporter_alone_is_never_kept_apart(route: ExportRoute, day: date) -> None:
    assert why_apart({"haneul": route}, day) is None


def test_simplified_declarations_share_a_parcel_since_august_2024() -> None:
    routes = {"dotori": SIMPLIFIED, "haneul": SIMPLIFIED}
    assert why_apart(routes, SINCE) is None
    assert why_apart(routes, BEFORE) == (
        "Goods of several exporters may share a parcel (합포장) only since 2024-08-01, and this is 2024-07-31: "
        "send a parcel for each exporter."
    )


@pytest.mark.parametrize("other", [FORMAL, CONVERSION, CLEARANCE])
def test_no_other_route_shares_a_parcel(other: ExportRoute) -> None:
    why = why_apart({"dotori": SIMPLIFIED, "haneul": other}, SINCE)
    assert why is not None
    assert "exporter haneul goes by" in why
    assert "exporter dotori" not in why
    assert why_apart({"dotori": other, "haneul": other}, SINCE) is not None


def test_the_carriers_list_is_not_mixed_with_declarations() -> None:
    mixed = why_apart({"dotori": CLEARANCE, "haneul": SIMPLIFIED}, SINCE)
    lists = why_apart({"dotori": CLEARANCE, "haneul": CLEARANCE}, SINCE)
    words = "The carrier's list cannot clear a parcel that holds goods declared by others."
    assert mixed is not None
    assert mixed.endswith(words)
    assert lists is not None
    assert words not in lists
