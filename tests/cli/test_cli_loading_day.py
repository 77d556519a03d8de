"""The last day of loading is one and the same wherever it is shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli.orders import _print_progress
from tradelane.contracts.messages import Progress
from tradelane.domain.language import Language


def test_an_order_shows_the_last_day_of_loading_as_the_list_of_deadlines_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Midnight in Seoul ends 28 December; the deadline that customs printed is the 28th and not the 29th."""
    end = datetime(2026, 12, 28, 15, 0, tzinfo=UTC)
    _print_progress(Progress(order_id="2000013770481964", load_before=end), Language("en"))
    [line] = [line for line in capsys.readouterr().out.splitlines() if "Load by" in line]
    assert line.split()[-1] == "2026-12-28"
