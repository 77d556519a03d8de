"""`python -m bench desk [--runs 50000]`, `python -m bench route`, `python -m bench papers [--orders 10000]`."""

from __future__ import annotations

import argparse
import sys

from bench import catalogue, desk, papers, route, screening


def main() -> int:
    """Measure one subject; 0 when every figure is within its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure one subject of the house.")
    subjects = parser.add_subparsers(dest="subject", required=True)
    at_desk = subjects.add_parser("desk", help="list commands and replay plans among many runs")
    at_desk.add_argument("--runs", type=int, default=50_000, help="runs the engine knows")
    at_desk.add_argument("--times", type=int, default=5, help="times each command is run; the median counts")
    of_route = subjects.add_parser("route", help="value and route of one order")
    of_route.add_argument("--times", type=int, default=2_000, help="times each order is valued; the median counts")
    of_papers = subjects.add_parser("papers", help="all papers of one order, and memory over many orders")
    of_papers.add_argument("--orders", type=int, default=10_000, help="orders whose papers are drawn")
    of_catalogue = subjects.add_parser("catalogue", help="import of a sheet of products")
    of_catalogue.add_argument("--rows", type=int, default=20_000, help="products on the sheet")
    of_screening = subjects.add_parser("screening", help="parties of one order against the lists")
    of_screening.add_argument("--entries", type=int, default=40_000, help="entries of all lists")
    of_screening.add_argument("--times", type=int, default=50, help="times parties are compared; the median counts")
    asked = parser.parse_args()
    if asked.subject == "screening":
        return screening.measure(entries=asked.entries, times=asked.times)
    if asked.subject == "catalogue":
        return catalogue.measure(rows=asked.rows)
    if asked.subject == "papers":
        return papers.measure(orders=asked.orders)
    if asked.subject == "route":
        return route.measure(times=asked.times)
    return desk.measure(runs=asked.runs, times=asked.times)


if __name__ == "__main__":
    sys.exit(main())
