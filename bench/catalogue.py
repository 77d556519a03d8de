"""How long an import of the catalogue takes: the whole command in a fresh process, CSV and workbook, new and known rows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tradelane.demo import load
from tradelane.desk.product_columns import COLUMN_NAMES, cells_of
from tradelane.desk.sheet_writing import write_sheet
from tradelane.domain.catalogue import Product
from tradelane.settings import Settings
from tradelane.stores import open_stores

LIMIT = 15.0
"""Seconds for 20,000 rows, whatever they come in."""


def measure(*, rows: int) -> int:
    """Write the sheets, import them, print the seconds; 0 when every import keeps the limit."""
    with tempfile.TemporaryDirectory(prefix="tradelane-bench-") as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        with open_stores(settings) as stores:
            for exporter in load.exporters(load.brands()):
                stores.exporters.put(exporter)
        kept = True
        for name in ("products.csv", "products.xlsx"):
            path = Path(folder) / name
            write_sheet(path, "catalogue", COLUMN_NAMES, (cells_of(product) for product in _products(rows)))
            seconds = _timed(settings, path)
            kept = kept and seconds <= LIMIT
            slow = "" if seconds <= LIMIT else "  TOO SLOW"
            size = path.stat().st_size / 1_000_000
            print(f"catalogue import {name} ({rows} rows, {size:.1f} MB): {seconds:5.2f} s (limit {LIMIT}){slow}")
        return 0 if kept else 1


def _products(number: int) -> Iterator[Product]:
    """The invented products over and over, each under an SKU of its own."""
    known = load.products(load.brands())
    for place in range(number):
        product = known[place % len(known)]
        yield product.model_copy(update={"sku": f"{product.sku}-{place:06d}"})


def _timed(settings: Settings, path: Path) -> float:
    environment = {**os.environ, "TRADELANE_DATA_DIR": str(settings.data_dir)}
    begun = time.perf_counter()
    ended = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "cli", "catalogue", "import", str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    if ended.returncode != 0:
        raise RuntimeError(f"The import ended with {ended.returncode}: {ended.stderr}")
    return seconds
