"""The tables themselves can fail: what is missing, out of form or unknown is named by its path."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.contract import day, euc_kr, faults, free, needed, number, one_of, rows, text, without_each

TABLE = (
    needed("name", euc_kr(6)),
    needed("on", day("%Y%m%d")),
    needed("lines", rows(2)),
    needed("lines[].amount", number(3, 2)),
    free("lines[].kind", one_of("A", "B")),
    free("note", text(4)),
)
WHOLE: dict[str, Any] = {
    "name": "가나다",
    "on": "20261123",
    "lines": [{"amount": "1.20"}, {"amount": "999", "kind": "A"}],
}


def test_a_whole_body_has_no_fault() -> None:
    assert faults(WHOLE, TABLE) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": "가나다라"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "ñandú"}, "name"),
        ({"on": "2026-11-23"}, "on"),
        ({"on": "20261131"}, "on"),
        ({"lines": []}, "lines"),
        ({"lines": [{"amount": "1.2"}, {}]}, "lines[].amount"),
        ({"lines": [{"amount": "1.234"}]}, "lines[].amount"),
        ({"lines": [{"amount": "1000"}]}, "lines[].amount"),
        ({"lines": [{"amount": 1}]}, "lines[].amount"),
        ({"lines": [{"amount": "1", "kind": "C"}]}, "lines[].kind"),
        ({"note": "longer"}, "note"),
        ({"extra": 1}, "extra"),
        ({"lines": [{"amount": "1", "extra": 1}]}, "lines.extra"),
    ],
)
def test_a_fault_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    [fault] = faults({**WHOLE, **change}, TABLE)
    assert fault.startswith(f"{path} ")


def test_each_required_field_is_left_out_once_in_every_row() -> None:
    lacking = dict(without_each(WHOLE, TABLE))
    assert list(lacking) == ["name", "on", "lines", "lines[].amount"]
    assert lacking["lines[].amount"]["lines"] == [{}, {"kind": "A"}]
    assert "name" not in lacking["name"]
    assert "name" in WHOLE
