"""Goods of several exporters in one parcel (합포장): when customs allows it, and else why they must travel apart.

Source: taxtimes.co.kr no. 265254: since 2024-08-01 goods of several exporters may be packed together where all of them
go by simplified declaration and the orderer is the same; loading is then reported for each (적재이행신고). One public
source says so; a parcel of the marketplace has one orderer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tradelane.domain.export_route import ExportRoute
from tradelane.domain.route_choice import NAMES

FIRST_DAY = date(2024, 8, 1)
"""The Korean day from which simplified declarations may share a parcel."""


def why_apart(routes: Mapping[str, ExportRoute], day: date) -> str | None:
    """Why goods with these routes (by exporter) cannot share a parcel declared on a Korean day; None when they can.

    >>> why_apart({"haneul": ExportRoute.FORMAL}, date(2026, 11, 24)) is None
    True
    """
    if len(routes) < 2:
        return None
    if day < FIRST_DAY:
        return (
            f"Goods of several exporters may share a parcel (합포장) only since {FIRST_DAY}, and this is {day}: "
            "send a parcel for each exporter."
        )
    others = {exporter: route for exporter, route in sorted(routes.items()) if route is not ExportRoute.SIMPLIFIED}
    if not others:
        return None
    told = ", ".join(f"exporter {exporter} goes by {NAMES[route]}" for exporter, route in others.items())
    return (
        "Goods of several exporters may share a parcel (합포장) only where all go by "
        f"{NAMES[ExportRoute.SIMPLIFIED]}; {told}: send a parcel for each exporter.{_mixed(routes)}"
    )


def _mixed(routes: Mapping[str, ExportRoute]) -> str:
    """What is worse than two declarations: a parcel that its carrier clears by list, with declared goods in it."""
    lists = {route is ExportRoute.LIST_CLEARANCE for route in routes.values()}
    if len(lists) == 1:
        return ""
    return " The carrier's list cannot clear a parcel that holds goods declared by others."
