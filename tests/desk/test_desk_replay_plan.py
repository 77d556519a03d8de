"""The plan of a replay: what is kept, what runs again, what the books forbid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradelane.contracts.messages import Progress
from tradelane.desk.complaints import NotFound, RefusedByRule
from tradelane.desk.replay import Verdict, draw_up_plan
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.ports import EffectRow

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def hold(key: str = "book_transport", reason: str = "refused") -> Hold:
    return Hold(
        key=key,
        stage="handover",
        step=key.partition(":")[0],
        reason=reason,
        fault=Fault.CARRIER,
        words="account closed",
        owner="forwarding desk",
        since=NOW,
        due=NOW + timedelta(days=1),
        resolutions=(Resolution.RETRY, Resolution.CANCEL),
        commands=(),
    )


def progress(*holds: Hold, steps: tuple[str, ...] = ("read_order", "lodge_export_declaration:d1")) -> Progress:
    return Progress(order_id="2000013770481964", ucr="6KRMLC45848383497", holds=holds, steps=steps)


def effect(step: str, state: str, number: str = "6KRMLC45848383497-1") -> EffectRow:
    done_at = NOW if state == "done" else None
    return EffectRow(key=f"{number}:{step}", step=step, state=state, intended_at=NOW, done_at=done_at)


def test_steps_that_ended_well_are_kept_and_the_one_that_holds_runs_again() -> None:
    plan = draw_up_plan("book_transport", progress(hold()), ())
    assert [(one.step, one.verdict) for one in plan.steps] == [
        ("read_order", Verdict.KEPT),
        ("lodge_export_declaration:d1", Verdict.KEPT),
        ("book_transport", Verdict.RUN_AGAIN),
    ]
    assert plan.steps[-1].why == "nothing was written outside"


def test_rounds_of_one_step_are_one_line() -> None:
    plan = draw_up_plan("book_transport", progress(hold(), steps=("read_order", "read_order~2")), ())
    assert [one.step for one in plan.steps] == ["read_order", "book_transport"]


def test_a_step_whose_effect_exists_is_blocked() -> None:
    plan = draw_up_plan("book_transport", progress(hold()), [effect("book_transport", "done")])
    assert [one.step for one in plan.blocked] == ["book_transport"]
    assert "exists outside" in plan.blocked[0].why


def test_an_effect_of_another_step_blocks_nothing() -> None:
    plan = draw_up_plan("book_transport", progress(hold()), [effect("lodge_export_declaration:d1", "done")])
    assert plan.blocked == ()


def test_an_effect_that_was_begun_looks_before_it_writes() -> None:
    plan = draw_up_plan("book_transport", progress(hold()), [effect("book_transport", "intended")])
    assert plan.blocked == ()
    assert "looks before it writes" in plan.steps[-1].why


@pytest.mark.parametrize("books", [(), ("released",), ("intended",)])
def test_a_plan_never_says_that_nothing_was_written_where_nobody_can_tell(books: tuple[str, ...]) -> None:
    effects = [effect("book_transport", state) for state in books]
    plan = draw_up_plan("book_transport", progress(hold(reason="cannot_tell")), effects)
    assert plan.steps[-1].verdict is Verdict.RUN_AGAIN
    assert plan.steps[-1].why.startswith("nobody knows whether it was written outside: it looks before it writes")


def test_a_try_that_ended_without_success_is_told_as_one() -> None:
    plan = draw_up_plan("book_transport", progress(hold()), [effect("book_transport", "released")])
    assert "was tried at 2026-11-23 03:00 UTC without success: it looks before it writes" in plan.steps[-1].why


def test_an_error_notice_frees_the_number_for_a_new_filing() -> None:
    held = hold("lodge_export_declaration:d1", reason="error_notice")
    plan = draw_up_plan(held.key, progress(held), [effect(held.key, "done")])
    assert plan.blocked == ()
    assert "error notice" in plan.steps[-1].why


def test_the_name_of_a_step_is_enough_while_it_holds_once() -> None:
    held = hold("lodge_export_declaration:d2")
    assert draw_up_plan("lodge_export_declaration", progress(held), ()).step == held.key
    both = progress(held, hold("lodge_export_declaration:d1"))
    with pytest.raises(RefusedByRule, match=r"holds 2 times; name one of .*:d2, .*:d1"):
        draw_up_plan("lodge_export_declaration", both, ())


def test_a_step_that_does_not_hold_is_answered_with_those_that_do() -> None:
    with pytest.raises(NotFound, match=r"does not hold at publish_tracking; open holds: book_transport\."):
        draw_up_plan("publish_tracking", progress(hold()), ())
    with pytest.raises(NotFound, match="it has no open hold"):
        draw_up_plan("publish_tracking", progress(), ())


def test_the_version_changes_with_the_order_and_its_books_only() -> None:
    first = draw_up_plan("book_transport", progress(hold()), ())
    later = progress(hold()).model_copy(update={"trade_now": NOW + timedelta(hours=1)})
    assert draw_up_plan("book_transport", later, ()).version == first.version
    assert draw_up_plan("book_transport", progress(hold()), [effect("x", "done")]).version != first.version
    assert draw_up_plan("book_transport", progress(hold(reason="timeout")), ()).version != first.version
