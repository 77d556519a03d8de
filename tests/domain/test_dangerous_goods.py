"""Goods that are dangerous by air: each figure from korea-export.md, section 8 (screening on the export side)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.domain.parcel import product
from tradelane.domain.dangerous_goods import RULES, Certainty, hazards, lacks_consent


def names(**facts: Any) -> list[str]:
    return [one.rule.name for one in hazards(product(**facts))]


def test_goods_without_any_such_fact_travel_as_others() -> None:
    assert hazards(product()) == ()
    assert not lacks_consent(product())


@pytest.mark.parametrize(
    ("percent", "dangerous"),
    [("0", False), ("23.9", False), ("24", False), ("24.1", True), ("70", True), ("100", True)],
)
def test_alcohol_above_24_per_cent_is_dangerous(percent: str, dangerous: bool) -> None:
    """Section 8: up to 24 % alcohol acceptable to some couriers, above it dangerous goods."""
    assert (names(alcohol_percent=percent) == ["alcohol"]) is dangerous


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"aerosol": True}, "aerosol"),
        ({"magnet": True}, "magnet"),
        ({"battery": "alone"}, "batteries_alone"),
        ({"battery": "with_equipment"}, "batteries_with_equipment"),
        ({"battery": "in_equipment"}, "batteries_in_equipment"),
    ],
)
def test_each_fact_makes_goods_dangerous(facts: dict[str, Any], name: str) -> None:
    assert names(**facts) == [name]
    assert lacks_consent(product(**facts))
    assert not lacks_consent(product(**facts, dangerous_goods_consent="DHL, contract of 2026-03-02"))
    assert lacks_consent(product(**facts, dangerous_goods_consent="  "))


def test_several_facts_are_named_together() -> None:
    assert names(alcohol_percent="75", aerosol=True, battery="alone", magnet=True) == [
        "alcohol", "aerosol", "batteries_alone", "magnet",
    ]  # fmt: skip


def test_only_batteries_by_themselves_are_for_cargo_aircraft_only() -> None:
    """Section 8: standalone PI 965 and 968 cargo only, from memory; so the rule says how sure it is."""
    [alone] = [rule for rule in RULES if rule.cargo_only]
    assert (alone.name, alone.certainty) == ("batteries_alone", Certainty.REMEMBERED)


def test_every_rule_says_what_is_wanted_and_who_says_so() -> None:
    assert all(rule.wants and rule.source for rule in RULES)
    assert all(rule.banned_by_post for rule in RULES), "Korea Post takes no spray, perfume, lithium or magnet"


def test_the_words_of_a_hazard_name_fact_and_limit() -> None:
    [one] = hazards(product(alcohol_percent=Decimal("75.5")))
    assert str(one) == "75.5 % alcohol (limit 24 %): the carrier's consent and the safety data sheet (MSDS)"
