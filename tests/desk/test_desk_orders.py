"""Which orders a person can ask for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.orders import STAGES, listed
from tradelane.desk.session import Desk

ROOT = Path(__file__).parents[2]


async def test_a_stage_that_does_not_exist_is_not_answered_with_an_empty_list() -> None:
    with pytest.raises(WrongUsage, match="'customs' is no stage; write one of intake, "):
        await listed(cast(Desk, None), stage="customs")


def test_every_stage_that_a_run_can_be_in_can_be_asked_for() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflows").rglob("*.py"))
    found = set(re.findall(r'_?stage(?:\(| = )"(\w+)"', told))
    assert found <= set(STAGES)
    assert {"packing", "cancelling"} <= found


def test_the_stages_are_those_of_the_operating_page() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `Stage`"))
    assert re.findall(r"`(\w+)`", row)[1:] == list(STAGES)
