"""Which hold a person means, and in which order holds are listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.holds import OrderHold, by_urgency, hold_of, todo
from tradelane.desk.session import Desk
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ORDER = OrderId("2000013770481964")


def hold(key: str, due: int = 1) -> Hold:
    return Hold(
        key=key, stage="export", step=key.partition(":")[0], reason="refused", fault=Fault.OURS, words="no",
        owner="engineering", since=NOW, due=NOW + timedelta(days=due), resolutions=(Resolution.RETRY,), commands=(),
    )  # fmt: skip


def test_the_only_hold_needs_no_name() -> None:
    assert hold_of([hold("book_transport")], ORDER, None).key == "book_transport"


def test_one_of_several_is_found_by_key_or_by_step() -> None:
    holds = [hold("book_transport"), hold("lodge_export_declaration:d1")]
    assert hold_of(holds, ORDER, "lodge_export_declaration").key == "lodge_export_declaration:d1"
    assert hold_of(holds, ORDER, "book_transport").key == "book_transport"


def test_several_without_a_name_are_listed() -> None:
    with pytest.raises(RefusedByRule, match="name one with --step: a, b"):
        hold_of([hold("a"), hold("b")], ORDER, None)


def test_none_is_said() -> None:
    with pytest.raises(NotFound, match=f"Order {ORDER} has no hold at x"):
        hold_of([hold("a")], ORDER, "x")


def test_the_most_urgent_comes_first_and_equals_never_jump() -> None:
    def one(order: str, key: str, due: int) -> OrderHold:
        return OrderHold(order_id=order, hold=hold(key, due))

    holds = [one("2", "b", 1), one("2", "a", 1), one("1", "z", 1), one("3", "a", 0)]
    listed = [(found.order_id, found.hold.key) for found in by_urgency(holds)]
    assert listed == [("3", "a"), ("1", "z"), ("2", "a"), ("2", "b")]
    assert by_urgency(list(reversed(holds))) == by_urgency(holds)


async def test_a_desk_that_does_not_exist_is_no_quiet_night() -> None:
    """A slip of the finger must not be answered with an empty list."""
    with pytest.raises(WrongUsage, match=r"'packing bank' is no desk; write one of catalogue desk, .*packing bench"):
        await todo(cast(Desk, None), "packing bank")
