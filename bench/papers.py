"""What the papers of one order cost: time to draw all of them, and whether memory stays flat over many orders.

One order is an invented parcel of two brands with all five papers: invoice, packing list, CN 23, origin statement and
declaration worksheet. Every order has a number, a name and prices of its own, so that nothing is drawn twice.
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from pathlib import Path

from tests.documents.golden import papers, parcel
from tradelane.domain.consignment import Consignment
from tradelane.domain.identifiers import Ucr
from tradelane.domain.money import Money

LIMIT = 0.040
"""Seconds of one core for all papers of one order, median (processor time: other work on the machine does not count)."""

GROWTH_MIB = 8.0
"""Resident memory that may be gained after the warm-up, over all orders."""

TRACED_KIB = 256.0
"""Memory of Python objects that may be gained between two equal rounds at the end."""

WARM = 100
"""Orders drawn before anything is measured."""

ROUND = 50
"""Orders of each of the two rounds at the end."""


def order(number: int) -> Consignment:
    """An order unlike the others."""
    base = parcel()
    items = tuple(
        item.model_copy(
            update={
                "unit_price": Money(amount=item.unit_price.amount + number % 97, currency="USD"),
                "list_price": None,
                "description_ko": f"{item.description_ko} {chr(0xAC00 + number * 7 % 11_172)}",
            }
        )
        for item in base.items
    )
    person = base.consignee.model_copy(update={"name": f"Persona Inventada {number}"})
    return base.model_copy(update={"ucr": Ucr(f"6KRMLC{45_800_000_000 + number}"), "items": items, "consignee": person})


def measure(orders: int) -> int:
    """Draw the papers of so many orders; 0 when time and memory are within their limits."""
    for number in range(WARM):
        papers(order(number))
    gc.collect()
    before = resident()
    times: list[float] = []
    for number in range(WARM, WARM + orders):
        one = order(number)
        began = time.process_time()
        papers(one)
        times.append(time.process_time() - began)
    gc.collect()
    grown = resident() - before
    traced = _traced(WARM + orders)
    median = statistics.median(times)
    slow = statistics.quantiles(times, n=100)[94] if len(times) > 1 else median
    good = (median <= LIMIT, grown <= GROWTH_MIB, traced <= TRACED_KIB)
    print(
        f"papers of one order   median {median * 1000:6.1f} ms   95 % {slow * 1000:6.1f} ms   limit {LIMIT * 1000:.0f} ms"
    )
    print(f"resident memory       grown  {grown:6.1f} MiB over {orders:,} orders   limit {GROWTH_MIB:.0f} MiB")
    print(f"Python objects        grown  {traced:6.1f} KiB over {ROUND} orders   limit {TRACED_KIB:.0f} KiB")
    return 0 if all(good) else 1


def resident() -> float:
    """Resident memory of this process in MiB, now and not at its peak."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def _traced(first: int) -> float:
    """KiB of objects that a second round of orders leaves behind."""
    tracemalloc.start()
    for number in range(first, first + ROUND):
        papers(order(number))
    gc.collect()
    between, _ = tracemalloc.get_traced_memory()
    for number in range(first + ROUND, first + 2 * ROUND):
        papers(order(number))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - between) / 1024
