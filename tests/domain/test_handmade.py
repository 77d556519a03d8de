"""What a person did by hand is checked before it is written down, and what is shown of it has to be filled in."""

import json
from typing import Any

import pytest

from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.contracts.handmade import ANY_SHAPE, SHAPES, checked_result, shape_of

OUTSIDE = sorted(
    one.name for one in vars(steps).values() if isinstance(one, Effect) and (one.outside or one.completable)
)


EXAMPLES: dict[str, dict[str, Any]] = {
    "lodge_export_declaration": {
        "number": "6N00226000123X",
        "accepted_at": "2026-11-23T10:00:00+09:00",
        "declared_on": "2026-11-23",
    },
    "amend_export_declaration": {"version": "2", "evidence": "approval of customs, 2026-11-23"},
    "read_export_acceptance": {
        "state": "accepted",
        "number": "6N00226000123X",
        "accepted_at": "2026-11-23T10:00:00+09:00",
    },
    "confirm_loading": {"loaded_on": "2026-11-25", "packages": "1", "evidence": "UNI-PASS, 2026-11-26"},
    "read_export_requirements": {"confirmation": "none", "shortened_loading": "none"},
    "screen_parties": {"hits": "0123456789ab", "verdict": "cleared", "evidence": "other birth date, memo 12"},
    "extend_loading_period": {"evidence": "approval of customs, 2026-11-23"},
    "book_transport": {"waybill": "1234567891"},
    "await_release": {"document": "commercial_invoice"},
    "intercept": {"outcome": "stopped_in_korea", "evidence": "mail of the carrier, 2026-11-23"},
    "attach_documents": {"evidence": "mail of the carrier, 2026-11-23"},
}


@pytest.mark.parametrize("step", [*SHAPES, "attach_documents"])
def test_what_is_shown_is_accepted_once_it_is_filled_in(step: str) -> None:
    shown = json.loads(shape_of(step)[1])
    assert set(shown) <= set(EXAMPLES[step])
    assert set(checked_result(step, EXAMPLES[step])) == set(EXAMPLES[step])


@pytest.mark.parametrize("step", sorted({*SHAPES, "attach_documents"} - {"await_release"}))
def test_what_is_shown_states_nothing_when_it_is_pasted_as_it_stands(step: str) -> None:
    """A hurried hand must not book an invented number, day or verdict."""
    shown = json.loads(shape_of(step)[1])
    with pytest.raises(ValueError, match="put what you know in the place of"):
        checked_result(step, shown)
    for blank in shown:
        with pytest.raises(ValueError, match=f"{blank}: put what you know"):
            checked_result(step, {**EXAMPLES[step], blank: shown[blank]})


@pytest.mark.parametrize(
    ("step", "result", "canonical"),
    [
        (
            "lodge_export_declaration:d2",
            {"number": "6n002-26-000123x", "accepted_at": "2026-11-23T10:00:00+09:00"},
            {"number": "6N00226000123X", "accepted_at": "2026-11-23T01:00:00Z"},
        ),
        ("book_transport", {"waybill": "12 3456 7891"}, {"waybill": "1234567891"}),
        ("await_release", {"document": "packing_list"}, {"document": "packing_list"}),
        ("publish_tracking", {"evidence": "typed in by hand"}, {"evidence": "typed in by hand"}),
    ],
)
def test_a_result_becomes_canonical_and_stays_so(step: str, result: dict[str, str], canonical: dict[str, str]) -> None:
    assert checked_result(step, result) == canonical
    assert checked_result(step, canonical) == canonical


@pytest.mark.parametrize(
    ("step", "result", "words"),
    [
        ("lodge_export_declaration", {}, "number: Field required"),
        (
            "lodge_export_declaration",
            {"number": "6N00226000123", "accepted_at": "2026-11-23T10:00:00+09:00"},
            "final X",
        ),
        ("lodge_export_declaration", {"number": "6N00226000123X", "accepted_at": "2026-11-23T10:00:00"}, "has no zone"),
        ("lodge_export_declaration", {"number": "6N00226000123X", "accepted_at": "yesterday"}, "accepted_at: "),
        (
            "lodge_export_declaration",
            {"number": "6N00225000123X", "accepted_at": "2026-11-23T10:00:00+09:00"},
            "a number of the year 25, not of 2026-11-23",
        ),
        (
            "lodge_export_declaration",
            {"number": "6N00226000123X", "accepted_at": "2026-11-23T10:00:00+09:00", "declared_on": "2026-11-24"},
            "before it was declared on 2026-11-24",
        ),
        ("book_transport", {"waybill": "12345"}, "6 to 35"),
        ("book_transport", {"waybill": "1234567891", "price": "0"}, "price: Extra inputs are not permitted"),
        ("await_release", {"document": "love_letter"}, "document: "),
        # a paper that nobody has drawn up: another one must not go in its place
        ("await_release", {"document": "export_declaration"}, "document: "),
        ("attach_documents", {}, "evidence: Field required"),
    ],
)
def test_a_result_that_does_not_fit_is_refused_with_what_is_to_be_filled_in(
    step: str, result: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=f"The result for {step} does not fit") as refusal:
        checked_result(step, result)
    assert words in str(refusal.value)
    assert shape_of(step)[1] in str(refusal.value)


@pytest.mark.parametrize("step", OUTSIDE)
def test_every_step_outside_can_be_done_by_hand(step: str) -> None:
    assert shape_of(f"{step}:d1") == SHAPES.get(step, ANY_SHAPE)


def test_no_shape_is_kept_for_a_step_that_does_not_exist() -> None:
    """`await_release` and `intercept` are holds that are no effect of their own."""
    assert set(SHAPES) <= {*OUTSIDE, "await_release", "intercept"}


def test_a_number_of_december_may_be_accepted_in_january() -> None:
    accepted = {"number": "6N00226000123X", "accepted_at": "2027-01-02T10:00:00+09:00"}
    assert checked_result("lodge_export_declaration", accepted)["number"] == "6N00226000123X"
