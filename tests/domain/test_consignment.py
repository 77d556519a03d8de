"""A consignment is one parcel; each exporter's goods in it are one declaration, however they were listed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.domain.parcel import consignment, item, package, usd
from tradelane.domain.consignment import Consignment, ConsignmentItem

GOODS = (
    item("12.90", sku="B-1", exporter_id="dotori", quantity=3, net_weight_g=70),
    item("600", sku="A-1", exporter_id="haneul", net_weight_g=1450),
    item("0.01", sku="B-2", exporter_id="dotori", quantity=2, net_weight_g=5),
    item("4.10", sku="C-1", exporter_id="saebyeok", net_weight_g=150),
)


def test_each_exporter_has_one_part_numbered_by_the_exporters_id() -> None:
    """Declaration and parcel are n:m in law; several exporters may travel in one parcel (합포장)."""
    parts = consignment(*GOODS).parts
    assert [(part.name, part.exporter_id, [one.sku for one in part.items]) for part in parts] == [
        ("d1", "dotori", ["B-1", "B-2"]),
        ("d2", "haneul", ["A-1"]),
        ("d3", "saebyeok", ["C-1"]),
    ]


def test_amounts_and_weights_are_those_of_all_units() -> None:
    parcel = consignment(*GOODS)
    assert [part.amount for part in parcel.parts] == [usd("38.72"), usd("600"), usd("4.10")]
    assert parcel.goods_value == usd("642.82")
    assert [part.net_weight_g for part in parcel.parts] == [220, 1450, 150]
    assert parcel.net_weight_g == 1820


@given(st.permutations(GOODS))
def test_the_numbering_does_not_depend_on_the_order_of_the_lines(goods: list[ConsignmentItem]) -> None:
    shuffled = consignment(*goods)
    assert [part.exporter_id for part in shuffled.parts] == ["dotori", "haneul", "saebyeok"]
    assert sum(part.net_weight_g for part in shuffled.parts) == shuffled.net_weight_g


def test_two_orders_with_the_same_sku_stay_two_lines_of_one_declaration() -> None:
    parcel = consignment(item(order_id="2000000000000001"), item(order_id="2000000000000002", quantity=2))
    [part] = parcel.parts
    assert [one.order_id for one in part.items] == ["2000000000000001", "2000000000000002"]
    assert part.amount == usd("30.00")


def test_every_part_finds_its_exporter() -> None:
    parcel = consignment(*GOODS)
    assert [parcel.exporter(part.exporter_id).id for part in parcel.parts] == ["dotori", "haneul", "saebyeok"]


@pytest.mark.parametrize(
    "wrong",
    [{"gross_weight_g": 0}, {"gross_weight_g": -5}, {"length_cm": "0"}, {"height_cm": "-1"}, {"width_cm": "1001"}],
)
def test_a_package_without_weight_or_size_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        package(**wrong)


def test_a_consignment_comes_back_from_json_unchanged() -> None:
    parcel = consignment(*GOODS)
    assert Consignment.model_validate_json(parcel.model_dump_json()) == parcel


def test_a_consignment_is_never_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        consignment().version = 2  # type: ignore[misc]
