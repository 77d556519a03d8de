"""Many products at once: one transaction, inserted or replaced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tradelane.domain.catalogue import Product
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path)) as opened:
        yield opened


def test_many_products_are_inserted_and_replaced_together(stores: Stores) -> None:
    stores.catalogue.put(Product(sku="B", brand_name="old"))
    stores.catalogue.put_many([Product(sku=sku, brand_name="new") for sku in "CAB"])
    assert [(one.sku, one.brand_name) for one in stores.catalogue.all()] == [("A", "new"), ("B", "new"), ("C", "new")]


def test_nothing_to_put_changes_nothing(stores: Stores) -> None:
    stores.catalogue.put_many([])
    assert stores.catalogue.all() == ()


def test_more_products_than_one_statement_takes(stores: Stores) -> None:
    """SQLite takes 32,766 values in one statement; a catalogue may be larger."""
    stores.catalogue.put_many([Product(sku=f"S{number:06d}") for number in range(40_000)])
    assert len(stores.catalogue.all()) == 40_000
