"""Products by hand: what is set is checked, a code that changes is approved by nobody, and `check` foresees the holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradelane.demo import load
from tradelane.desk.catalogue import approve, products, set_product
from tradelane.desk.catalogue_check import check
from tradelane.desk.catalogue_import import import_products
from tradelane.desk.complaints import Complaint, NotFound, RefusedByRule, WrongUsage
from tradelane.domain.catalogue import approved
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

SKU = "ONG-POT-03"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as opened:
        for exporter in load.exporters(load.brands()):
            opened.exporters.put(exporter)
        opened.catalogue.put_many(load.products(load.brands()))
        yield opened


def steps(stores: Stores, sku: str = SKU) -> list[tuple[str, str]]:
    return [(one.step, one.command) for one in check(stores, sku)]


def test_the_goods_of_the_demo_would_hold_no_order(stores: Stores) -> None:
    """The wrong code that customs refuses is approved like any other: no rule of ours can know it is wrong."""
    assert check(stores) == ()


def test_a_claim_of_preference_in_the_demo_has_its_signer(stores: Stores) -> None:
    claimed = [product for product in stores.catalogue.all() if product.preference]
    assert [product.sku for product in claimed] == ["ONG-SPN-02"]
    signer = stores.exporters.get(["onggi"])["onggi"].origin_signer
    assert signer is not None and signer.name


# --- set -------------------------------------------------------------------------------------------------------------


def test_setting_a_code_voids_its_approval_and_says_so(stores: Stores) -> None:
    report = set_product(stores, SKU, {"hsk": "6912.00-1000"})
    assert report.product.hsk_approval is None and approved(report.product, "cl_tariff")
    [note] = report.notes
    assert note.startswith("hsk: kim approved 6912009000, not this one: nobody has approved it now")
    assert f"tradelane catalogue approve {SKU} --code hsk --by NAME --reason WHY" in note
    assert steps(stores) == [
        ("plan_consignment", f"tradelane catalogue approve {SKU} --code hsk --by NAME --reason WHY")
    ]


def test_setting_the_same_code_keeps_its_approval(stores: Stores) -> None:
    report = set_product(stores, SKU, {"hsk": "6912.00-9000"})
    assert approved(report.product, "hsk") and report.notes == ()


def test_an_empty_value_says_that_a_field_is_not_known(stores: Stores) -> None:
    assert set_product(stores, SKU, {"battery": "", "hsk": ""}).product.battery is None
    assert steps(stores) == [
        ("plan_consignment", f"tradelane catalogue set {SKU} {field}=VALUE") for field in ("hsk", "battery")
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Give at least one FIELD=VALUE"),
        ({"colour": "red"}, "A product has no field colour; the fields are exporter_id,"),
        ({"sku": "X"}, "A product has no field sku"),
        ({"hsk_approval": "kim"}, "a code is approved by `tradelane catalogue approve`"),
        ({"hsk_approved_by": "kim"}, "a code is approved by `tradelane catalogue approve`"),
        ({"net_weight_g": "-5"}, "net_weight_g: is -5; it must be above zero."),
        ({"net_weight_g": "1,200"}, "net_weight_g: 1,200 can mean 1200 or 1.200; write 1200."),
        ({"hsk": "330499"}, "it has 10 digits"),
        ({"exporter_id": "nobody"}, "There is no exporter nobody; known: banjjak"),
        ({"composition": "면 100%"}, "composition: No ASCII form exists"),
        ({"description_ko": "\N{GRINNING FACE}"}, "no glyph"),
        ({"description_en": "a\nb"}, "has a line break"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(stores: Stores, changes: dict[str, str], words: str) -> None:
    before = products(stores, SKU)
    with pytest.raises(WrongUsage) as refused:
        set_product(stores, SKU, changes)
    assert words in str(refused.value)
    assert products(stores, SKU) == before


def test_a_text_that_will_be_cut_is_said_when_it_is_set(stores: Stores) -> None:
    report = set_product(stores, SKU, {"brand_name": "Onggi Maeul Traditional Stoneware"})
    assert report.notes == (
        "brand_name: it has 33 letters, and the box of the declaration 30: 'Onggi Maeul Traditional' is filed",
    )


# --- approve -----------------------------------------------------------------------------------------------------------


def test_an_approval_keeps_who_why_and_the_korean_day(stores: Stores) -> None:
    set_product(stores, SKU, {"hsk": "6912001000"})
    product = approve(stores, SKU, "both", by="lee", reason="ruling 26-7")
    assert product.hsk_approval is not None and product.cl_tariff_approval is not None
    assert (product.hsk_approval.code, product.hsk_approval.by, product.hsk_approval.reason) == (
        "6912001000", "lee", "ruling 26-7",
    )  # fmt: skip
    assert product.cl_tariff_approval.by == "kim", "what stands is not approved over"
    assert check(stores, SKU) == ()
    again = approve(stores, SKU, "cl_tariff", by="lee", reason="looked again")
    assert again.cl_tariff_approval is not None and again.cl_tariff_approval.by == "lee"


@pytest.mark.parametrize(
    ("sku", "code", "by", "reason", "kind", "words"),
    [
        (SKU, "hs", "kim", "why", WrongUsage, "--code is hsk, cl_tariff or both, not hs"),
        (SKU, "both", "", "why", WrongUsage, "wants --by NAME and --reason WHY"),
        (SKU, "both", "kim", " ", WrongUsage, "wants --by NAME and --reason WHY"),
        (SKU, "both", "kim", "x" * 301, WrongUsage, "--reason: "),
        ("NONE", "both", "kim", "why", NotFound, "There is no product NONE"),
        ("BARE", "hsk", "kim", "why", RefusedByRule, "BARE has no hsk to approve"),
        ("BARE", "both", "kim", "why", RefusedByRule, "BARE has no hsk and no cl_tariff to approve"),
        ("TWO", "both", "kim", "why", RefusedByRule, "do not begin with the same six digits"),
    ],
)
def test_what_cannot_be_approved_is_refused(
    stores: Stores, sku: str, code: str, by: str, reason: str, kind: type[Complaint], words: str
) -> None:
    set_product(stores, "BARE", {"brand_name": "x"})
    set_product(stores, "TWO", {"hsk": "6912001000", "cl_tariff": "33049990"})
    with pytest.raises(kind) as refused:
        approve(stores, sku, code, by=by, reason=reason)
    assert words in str(refused.value)


# --- check -------------------------------------------------------------------------------------------------------------


def test_each_trouble_is_foreseen_at_its_step(stores: Stores) -> None:
    product = products(stores, SKU)[0]
    odd = {"description_ko": "\N{GRINNING FACE}", "composition": "면 100%", "length_cm": None, "battery": None}
    stores.catalogue.put(product.model_copy(update=odd))
    found = check(stores, SKU, by_estimate=True)
    assert [(one.step, one.reason) for one in found] == [
        ("plan_consignment", "missing_data"),
        ("confirm_packing", "packing"),
        ("render_documents", "papers"),
        ("lodge_export_declaration", "missing_data"),
        ("lodge_export_declaration", "missing_data"),
    ]
    assert [one.command for one in found] == [
        f"tradelane catalogue set {SKU} {field}=VALUE"
        for field in ("battery", "length_cm", "description_ko", "description_ko", "composition")
    ]
    assert all(one.step != "confirm_packing" for one in check(stores, SKU)), "the bench measures every parcel"


def test_an_exporter_without_its_broker_holds_all_its_goods(stores: Stores) -> None:
    onggi = stores.exporters.get(["onggi"])["onggi"]
    stores.exporters.put(onggi.model_validate({**onggi.model_dump(), "channel": "broker"}))
    found = check(stores, exporter_id="onggi")
    assert {one.sku for one in found} == {"ONG-APRN-04", "ONG-BOWL-01", "ONG-POT-03", "ONG-SPN-02"}
    assert {one.step for one in found} == {"lodge_export_declaration"}
    assert all(one.command.startswith("tradelane exporters set onggi broker.name=NAME") for one in found)


def test_lacks_of_exporter_and_signer_name_their_commands(stores: Stores) -> None:
    onggi = stores.exporters.get(["onggi"])["onggi"]
    stores.exporters.put(onggi.model_copy(update={"origin_signer": None}))
    stores.catalogue.put(products(stores, SKU)[0].model_copy(update={"exporter_id": "gone"}))
    assert steps(stores, "ONG-SPN-02") == [
        ("plan_consignment", "tradelane exporters set onggi origin_signer.name=NAME origin_signer.title=TITLE")
    ]
    assert steps(stores) == [("plan_consignment", "tradelane exporters import FILE")]


def test_what_is_not_there_is_not_checked(stores: Stores) -> None:
    for sku, exporter_id in (("NONE", None), (None, "nobody")):
        with pytest.raises(NotFound):
            check(stores, sku, exporter_id=exporter_id)


def test_dangerous_goods_are_known_before_the_first_order(stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({"products": [{"sku": SKU, "alcohol_percent": "24.1"}]}), encoding="utf-8")
    import_products(stores, path)
    assert steps(stores) == [("plan_consignment", f"tradelane catalogue set {SKU} dangerous_goods_consent=VALUE")]


def test_a_sku_typed_with_blanks_around_it_is_that_product_and_loses_nothing(stores: Stores) -> None:
    [before] = products(stores, SKU)
    set_product(stores, f" {SKU} ", {"brand_name": "Another"})
    [after] = products(stores, SKU)
    assert after == before.model_copy(update={"brand_name": "Another"})


@pytest.mark.parametrize("sku", ["", "  ", "\u3000"])
def test_a_product_without_a_sku_is_none(stores: Stores, sku: str) -> None:
    with pytest.raises(WrongUsage, match="this one is empty"):
        set_product(stores, sku, {"brand_name": "Another"})
