"""What stood before a decision: read from the plan, under the decision's own paths."""

from __future__ import annotations

import pytest

from tests.domain.parcel import consignment
from tradelane.domain.standing import values_of

PARCEL = consignment()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"items.{PARCEL.items[0].sku}.hsk", str(PARCEL.items[0].hsk)),
        (f"items.{PARCEL.items[0].sku}.unit_price", str(PARCEL.items[0].unit_price.amount)),
        ("consignee.comuna", PARCEL.consignee.address.comuna),
        ("consignee.address", "|".join(PARCEL.consignee.address.lines)),
        ("package.gross_weight_g", str(PARCEL.packages[0].gross_weight_g)),
        ("package.boxes", str(len(PARCEL.packages))),
    ],
)
def test_the_plan_says_what_stood_under_a_path(path: str, value: str) -> None:
    assert values_of(PARCEL, [path]) == {path: value}


@pytest.mark.parametrize("path", ["items.NOT-SOLD.hsk", "package.7.length_cm", "package.lot", "consignee.unknown"])
def test_what_the_plan_does_not_know_is_left_out(path: str) -> None:
    assert values_of(PARCEL, [path]) == {}


def test_before_the_plan_nothing_stood() -> None:
    assert values_of(None, ["consignee.rut"]) == {}
