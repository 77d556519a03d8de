"""The demo's operator types what a person would type, and nothing about trouble it does not know."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tradelane.demo.operator import decide, program
from tradelane.demo.stage import SoldOrder
from tradelane.desk.holds import OrderHold
from tradelane.domain.holds import Fault, Hold, Resolution

ORDER = "2000013770481964"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CORRECT = {"BJK-STND-05": "7616999090"}


def held(key: str, reason: str) -> OrderHold:
    hold = Hold(
        key=key, stage="export", step=key.partition(":")[0], reason=reason, fault=Fault.SELLER_DATA, words="words",
        owner="catalogue desk", since=NOW, due=NOW + timedelta(days=1), resolutions=(Resolution.AMEND,), commands=(),
    )  # fmt: skip
    return OrderHold(order_id=ORDER, hold=hold)


def sold(scenario: str) -> SoldOrder:
    return SoldOrder(
        order_id=ORDER, shipment_id="45848383497", pack_id=None, scenario=scenario, expects="delivered",
        skus=("BJK-STND-05", "OTHER-1"),
    )  # fmt: skip


def test_a_refused_code_is_amended_by_the_order_s_own_command() -> None:
    typed = decide(held("lodge_export_declaration:d1", "error_notice"), sold("hs_refused"), CORRECT)
    assert typed is not None
    assert str(typed) == (
        f"tradelane orders amend {ORDER} --set items.BJK-STND-05.hsk=7616999090 "
        "--reason 'code corrected by the broker' --actor 'demo operator'"
    )


def test_a_paper_customs_asks_for_is_answered_with_the_invoice() -> None:
    typed = decide(held("await_release", "information_requested"), sold("customs_document"), CORRECT)
    assert typed is not None
    assert str(typed).startswith(
        f"tradelane holds resolve {ORDER} --step await_release --action complete --result document=commercial_invoice"
    )


@pytest.mark.parametrize(
    ("hold", "scenario"),
    [
        (held("await_release", "information_requested"), "plain"),
        (held("lodge_export_declaration:d1", "error_notice"), "plain"),
        (held("lodge_export_declaration:d1", "unavailable"), "hs_refused"),
        (held("book_transport", "refused"), "customs_document"),
    ],
    ids=["paper of a plain parcel", "code of a plain parcel", "filing not reached", "booking refused"],
)
def test_trouble_nobody_planned_is_left_alone(hold: OrderHold, scenario: str) -> None:
    assert decide(hold, sold(scenario), CORRECT) is None


def test_an_order_of_somebody_else_is_left_alone() -> None:
    assert decide(held("await_release", "information_requested"), None, CORRECT) is None


def test_the_program_it_types_is_the_one_beside_this_python() -> None:
    told = subprocess.run([*program(), "exit-codes"], capture_output=True, text=True, check=True)
    assert "refused by a rule" in told.stdout
    assert sys.prefix in program()[0]
