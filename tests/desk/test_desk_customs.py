"""The office of the place where goods are: what an exporter's master data must agree with."""

from __future__ import annotations

import pytest

from tradelane.adapters.unipass.answers import CustomsOffice
from tradelane.desk.goods_place import wrong_office

SEOUL, AIRPORT, POST = (
    CustomsOffice(code="010", name="서울세관"),
    CustomsOffice(code="04015", name="인천공항세관"),
    CustomsOffice(code="041", name=""),
)


@pytest.mark.parametrize(
    ("office", "offices"),
    [("010", (SEOUL,)), ("040", (AIRPORT,)), ("041", (AIRPORT, POST))],
    ids=["the one", "told with its division", "one of two"],
)
def test_trap_09_the_office_in_charge_of_the_goods_place_fits(office: str, offices: tuple[CustomsOffice, ...]) -> None:
    assert wrong_office(office, "04799", offices) == ""


def test_trap_09_an_office_of_another_place_is_told_with_the_right_one() -> None:
    """korea-export.md, section 1.3: the office must match the postcode of the goods location."""
    said = wrong_office("040", "04799", (SEOUL,))
    assert said == "Goods at postcode 04799 belong to customs office 010 (서울세관), not 040."
    assert "010 (서울세관) or 041" in wrong_office("020", "22382", (SEOUL, POST))


def test_trap_09_a_postcode_without_office_is_no_place_for_goods() -> None:
    assert "no office" in wrong_office("010", "00000", ())
