"""What a person did by hand is checked before it is written down, and the example shown is one that is accepted."""

import json
from typing import Any

import pytest

from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.contracts.handmade import ANY_SHAPE, SHAPES, checked_result, shape_of

OUTSIDE = sorted(
    one.name for one in vars(steps).values() if isinstance(one, Effect) and (one.outside or one.completable)
)


@pytest.mark.parametrize("step", [*SHAPES, "attach_documents"])
def test_the_example_that_is_shown_is_accepted(step: str) -> None:
    """A person copies it and changes the values: it must at least be right itself."""
    _, example = shape_of(step)
    given: dict[str, Any] = json.loads(example)
    assert set(checked_result(step, given)) == set(given)


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
        ("book_transport", {"waybill": "12345"}, "6 to 35"),
        ("book_transport", {"waybill": "1234567891", "price": "0"}, "price: Extra inputs are not permitted"),
        ("await_release", {"document": "love_letter"}, "document: "),
        # a paper that nobody has drawn up: another one must not go in its place
        ("await_release", {"document": "export_declaration"}, "document: "),
        ("attach_documents", {}, "evidence: Field required"),
    ],
)
def test_a_result_that_does_not_fit_is_refused_with_an_example(step: str, result: dict[str, str], words: str) -> None:
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
