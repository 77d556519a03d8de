"""The condition and the rate of a replay of many: a tiny language, and one sentence for everything else."""

from __future__ import annotations

import pytest

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.replay_many import read_rate
from tradelane.desk.replay_where import FIELDS, read_where
from tradelane.ports import BoardQuery


def test_conditions_are_joined_by_and() -> None:
    query = read_where("reason = 'unavailable' AND owner = 'forwarding desk' and step=\"book_transport\"")
    assert query == BoardQuery(reason="unavailable", owner="forwarding desk", step="book_transport")


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_can_be_asked_for(field: str) -> None:
    assert getattr(read_where(f"{field} = 'x'"), field) == "x"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'nothing' is no condition"),
        ("reason", "'reason' is no condition"),
        ("reason = unavailable", "'reason = unavailable' is no condition"),
        ("reason != 'unavailable'", "is no condition"),
        ("reason = 'unavailable", "is no condition"),
        ("reason = ''", "reason is compared with nothing"),
        ("colour = 'red'", "there is no field 'colour'"),
        ("reason = 'a' OR reason = 'b'", "does not begin with AND"),
        ("reason = 'a' ANDREW = 'b'", "does not begin with AND"),
        ("reason = 'a' AND", "'nothing' is no condition"),
        ("reason = 'a' AND reason = 'b'", "reason stands twice"),
        ("reason = 'a'; DROP TABLE holds", "does not begin with AND"),
    ],
)
def test_anything_else_is_one_sentence_that_shows_how_to_write_it(text: str, why: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        read_where(text)
    assert why in str(caught.value)
    assert "write e.g." in str(caught.value)
    assert ", ".join(FIELDS) in str(caught.value)


@pytest.mark.parametrize(("text", "seconds"), [("5/s", 0.2), ("30/m", 2.0), ("100/h", 36.0), ("0.5", 2.0)])
def test_a_rate_is_so_many_a_second_minute_or_hour(text: str, seconds: float) -> None:
    assert read_rate(text) == seconds


@pytest.mark.parametrize("text", ["", "0/s", "-1/s", "fast", "5/day", "5 /s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"is no rate; write e\.g\. 5/s"):
        read_rate(text)
