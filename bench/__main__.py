"""`python -m bench desk [--runs 50000]`."""

from __future__ import annotations

import argparse
import sys

from bench import desk


def main() -> int:
    """Measure one subject; 0 when every figure is within its limit."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure one subject of the house.")
    subjects = parser.add_subparsers(dest="subject", required=True)
    at_desk = subjects.add_parser("desk", help="list commands and replay plans among many runs")
    at_desk.add_argument("--runs", type=int, default=50_000, help="runs the engine knows")
    at_desk.add_argument("--times", type=int, default=5, help="times each command is run; the median counts")
    asked = parser.parse_args()
    return desk.measure(runs=asked.runs, times=asked.times)


if __name__ == "__main__":
    sys.exit(main())
