"""A unit in its packing is never lighter than the goods in it: such a product is named before an order meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tradelane.desk.catalogue import set_product
from tradelane.desk.catalogue_check import check
from tradelane.desk.catalogue_import import import_products
from tradelane.desk.complaints import WrongUsage
from tradelane.desk.sheet import BadRows
from tradelane.domain.catalogue import Product
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as opened:
        opened.catalogue.put(Product(sku="OLD-1", net_weight_g=300, gross_weight_g=260))
        yield opened


def sheet(folder: Path, text: str) -> Path:
    file = folder / "products.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_check_names_a_gross_weight_below_the_net_weight(stores: Stores) -> None:
    [found] = [one for one in check(stores) if one.step == "confirm_packing"]
    assert (found.sku, found.reason) == ("OLD-1", "packing")
    assert found.what == "SKU OLD-1: gross_weight_g is 260 g, less than the net weight of 300 g"
    assert found.command == "tradelane catalogue set OLD-1 net_weight_g=VALUE gross_weight_g=VALUE"


def test_an_import_takes_no_such_row(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(BadRows) as refused:
        import_products(stores, sheet(tmp_path, "sku,net_weight_g,gross_weight_g\nA-1,300,300\nA-2,300,299\n"))
    [problem] = refused.value.problems
    assert (problem.line, problem.column) == (3, "gross_weight_g")
    assert problem.reason == "is 299 g, less than the net weight of 300 g"
    with pytest.raises(BadRows):
        import_products(stores, sheet(tmp_path, "sku,net_weight_g\nOLD-1,261\n"))
    import_products(stores, sheet(tmp_path, "sku,net_weight_g\nOLD-1,260\n"))


def test_an_import_of_other_columns_warns_of_what_is_stored(stores: Stores, tmp_path: Path) -> None:
    report = import_products(stores, sheet(tmp_path, "sku,brand_name\nOLD-1,Bawi\n"))
    assert [one.column for one in report.warnings] == ["gross_weight_g"]


def test_a_weight_that_is_set_must_fit_the_other(stores: Stores) -> None:
    with pytest.raises(WrongUsage, match="less than the net weight of 290 g; set both at once"):
        set_product(stores, "OLD-1", {"net_weight_g": "290"})
    set_product(stores, "OLD-1", {"brand_name": "Bawi"})
    set_product(stores, "OLD-1", {"net_weight_g": "290", "gross_weight_g": "310"})
    assert check(stores, "OLD-1") and not [one for one in check(stores, "OLD-1") if "gross" in one.what]
