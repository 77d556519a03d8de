"""The plan of a replay: which way it goes, what is kept, what runs again, what exists and what nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tradelane.desk.aim import Way, aim, refuse_reviving
from tradelane.desk.complaints import NotFound, RefusedByRule
from tradelane.desk.history import Outcome, Round, Story
from tradelane.desk.looks import Look
from tradelane.desk.plan import ReplayPlan, Verdict, draw_up, draw_up_forgotten
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.domain.outside import CannotTell, Done, NotDone
from tradelane.ports import Claim, Decision, EffectRow

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ORDER = OrderId("2000013770481964")
UCR = Ucr("6KRMLC45848383497")
LODGE = "lodge_export_declaration:d1"


def ran(activity_id: str, at: int, *, lasted: int = 3, outcome: Outcome = Outcome.COMPLETED) -> Round:
    """A step decided at an event; its scheduling is the event after."""
    ended = None if outcome is Outcome.OPEN else at + lasted
    effect = activity_id.partition("~")[0].partition(":")[0]
    return Round(activity_id, effect, scheduled=at + 1, decided=at, ended=ended, outcome=outcome)


STORY = Story(
    workflow_id=f"order/MLC/{ORDER}",
    run_id="run-1",
    status="completed",
    rounds=(
        ran("read_order", 10),
        ran("plan_consignment", 20),
        ran("record_decision:u1", 25),
        ran("render_documents", 30),
        ran(LODGE, 40),
        ran("book_transport", 50),
        ran("confirm_loading:d1", 60, lasted=25),
        ran("send_import_preadvice", 60),
        ran("watch_tracking", 70),
        ran("read_transport_events", 80),
    ),
)
RUNNING = replace(STORY, status="running")


def hold(key: str = "book_transport", reason: str = "refused", step: str = "") -> Hold:
    return Hold(
        key=key,
        stage="handover",
        step=step or key.partition(":")[0],
        reason=reason,
        fault=Fault.CARRIER,
        words="account closed",
        owner="forwarding desk",
        since=NOW,
        due=NOW + timedelta(days=1),
        resolutions=(Resolution.RETRY, Resolution.CANCEL),
        commands=(),
    )


def row(effect: str, state: str = "done", middle: str = "", step: str = "") -> EffectRow:
    done_at = NOW if state == "done" else None
    key = f"{UCR}:{middle}{effect}"
    return EffectRow(key=key, step=step or effect, state=state, intended_at=NOW, done_at=done_at)


def decided(kind: str, step: str = "*", **content: str) -> Decision:
    return Decision(
        id=f"{kind}-1", scope=ORDER, step=step, kind=kind, content=content, actor="lee", reason="so said", at=NOW
    )


def claim(**changes: object) -> Claim:
    data = {"ucr": UCR, "shipment_id": ShipmentId("45848383497"), "seller_id": "7001", "carrying_order": ORDER}
    return Claim.model_validate({**data, "orders": (ORDER,), **changes})


def planned(
    step: str,
    story: Story = STORY,
    *holds: Hold,
    looks: dict[str, Look] | None = None,
    effects: tuple[EffectRow, ...] = (),
    decisions: tuple[Decision, ...] = (),
    fresh: bool = False,
) -> ReplayPlan:
    target = aim(ORDER, step, story, holds, fresh=fresh)
    return draw_up(ORDER, story, target, looks=looks or {}, holds=holds, effects=effects, decisions=decisions)


def verdicts(plan: ReplayPlan) -> dict[str, Verdict]:
    return {one.step: one.verdict for one in plan.steps}


def why(plan: ReplayPlan, step: str) -> str:
    return next(one.why for one in plan.steps if one.step == step)


# --- a run that is taken back --------------------------------------------------------------------------------------


def test_what_was_decided_before_the_step_is_kept_and_everything_after_it_runs_again() -> None:
    plan = planned("book_transport")
    assert (plan.way, plan.event, plan.step) == (Way.RESET, 50, "book_transport")
    kept = [step for step, verdict in verdicts(plan).items() if verdict is Verdict.KEPT]
    assert kept == ["read_order", "plan_consignment", "record_decision:u1", "render_documents", LODGE]
    assert list(verdicts(plan))[len(kept) :] == [
        "book_transport",
        "confirm_loading:d1",
        "send_import_preadvice",
        "watch_tracking",
        "read_transport_events",
    ]


def test_a_step_beside_it_that_ended_later_runs_again_too_and_the_plan_says_so() -> None:
    plan = planned("watch_tracking")
    assert verdicts(plan)["confirm_loading:d1"] is Verdict.RUN_AGAIN
    assert why(plan, "confirm_loading:d1") == "a reading; it was under way beside the step and ended later"
    assert verdicts(plan)["send_import_preadvice"] is Verdict.KEPT


def test_the_last_round_of_a_step_is_the_one_that_is_repeated() -> None:
    story = replace(STORY, rounds=(*STORY.rounds, ran("book_transport~2", 90)))
    assert planned("book_transport", story).event == 90


def test_a_run_is_taken_back_to_its_plan_where_data_were_amended_later() -> None:
    """The engine does not repeat Updates: what they changed comes in by a plan that is made again."""
    story = replace(STORY, rounds=(*STORY.rounds[:5], ran("plan_consignment~2", 45), *STORY.rounds[5:]))
    plan = planned("render_documents", story)
    assert plan.event == 20
    assert "plan made before render_documents" in plan.note
    assert verdicts(plan)["plan_consignment"] is Verdict.RUN_AGAIN
    assert planned("book_transport", story).event == 50


def test_what_a_person_decided_stays_whatever_runs_again() -> None:
    plan = planned("read_order")
    assert verdicts(plan)["record_decision:u1"] is Verdict.KEPT
    assert why(plan, "record_decision:u1") == "a person's decision stays"
    with pytest.raises(RefusedByRule, match="decisions are kept"):
        planned("record_decision:u1")


def test_an_effect_that_was_found_is_taken_over_and_not_written_again() -> None:
    looks = {"book_transport": Look(Done("found"), f"{UCR}:book_transport")}
    plan = planned("book_transport", looks=looks, effects=(row("book_transport"),))
    assert plan.exists
    assert verdicts(plan)["book_transport"] is Verdict.BLOCKED
    said = "exists since 2026-11-23 03:00 UTC: it will be taken over, not written again"
    assert why(plan, "book_transport") == said


def test_the_plan_is_blocked_by_the_named_step_alone() -> None:
    plan = planned("render_documents", looks={"book_transport": Look(Done("found"))})
    assert verdicts(plan)["book_transport"] is Verdict.BLOCKED
    assert not plan.exists


def test_what_is_not_there_runs_again_and_what_cannot_be_told_holds() -> None:
    looks = {
        "book_transport": Look(NotDone("nothing under this reference.")),
        "send_import_preadvice": Look(CannotTell("DHL offers no way to look.")),
    }
    plan = planned("book_transport", looks=looks)
    assert why(plan, "book_transport") == "not there: nothing under this reference"
    assert verdicts(plan)["send_import_preadvice"] is Verdict.UNKNOWN
    assert why(plan, "send_import_preadvice").startswith("nobody can tell: DHL offers no way to look; ")


def test_without_looks_our_books_speak_and_the_rest_looks_by_itself() -> None:
    plan = planned("book_transport", effects=(row("book_transport"),))
    assert plan.exists
    assert why(plan, "watch_tracking") == "not looked for now; the step looks before it writes"


def test_readings_and_our_own_work_are_told_apart() -> None:
    plan = planned("render_documents")
    assert why(plan, "render_documents") == "our own work: nothing is written outside"
    assert why(plan, "read_transport_events") == "a reading"


# --- a run that holds ----------------------------------------------------------------------------------------------


def test_a_step_that_holds_goes_on_and_everything_that_ended_is_kept() -> None:
    plan = planned("book_transport", RUNNING, hold(), looks={"book_transport": Look(NotDone())})
    assert plan.way is Way.GO_ON
    assert [one.step for one in plan.steps if one.verdict is not Verdict.KEPT] == ["book_transport"]
    assert why(plan, "book_transport") == "not there"


def test_an_open_run_is_taken_back_where_the_step_does_not_hold() -> None:
    assert planned("render_documents", RUNNING, hold()).way is Way.RESET


def test_a_hold_that_is_no_step_only_waits() -> None:
    plan = planned("do_not_tender", RUNNING, hold("do_not_tender"))
    assert (plan.way, why(plan, "do_not_tender")) == (Way.GO_ON, "it waits and writes nothing itself")


def test_an_error_notice_frees_the_number_for_a_new_filing() -> None:
    held = hold(LODGE, reason="error_notice")
    effects = (row("lodge_export_declaration", middle="1:", step=LODGE),)
    plan = planned(LODGE, RUNNING, held, looks={LODGE: Look(Done("rejected"))}, effects=effects)
    assert not plan.exists
    assert "ended in an error notice, which frees its number" in why(plan, LODGE)


# --- names -----------------------------------------------------------------------------------------------------------


def test_the_name_of_a_step_is_enough_while_it_has_one_part() -> None:
    assert planned("lodge_export_declaration").step == LODGE
    both = replace(STORY, rounds=(*STORY.rounds, ran("lodge_export_declaration:d2", 41)))
    with pytest.raises(RefusedByRule, match=r"has 2 parts; name one of lodge_.*:d1, lodge_.*:d2\."):
        planned("lodge_export_declaration", both)


def test_the_only_part_that_holds_is_meant_where_several_ran() -> None:
    both = replace(RUNNING, rounds=(*STORY.rounds, ran("lodge_export_declaration:d2", 41)))
    held = hold("lodge_export_declaration:d2")
    assert planned("lodge_export_declaration", both, held).step == held.key


def test_a_step_that_never_ran_is_answered_with_those_that_did() -> None:
    with pytest.raises(NotFound, match=r"never ran publish_tracking; steps that did: read_order, plan_consignment, "):
        planned("publish_tracking")


# --- a fresh run -------------------------------------------------------------------------------------------------------


def test_a_fresh_run_repeats_every_step_and_is_for_closed_runs_only() -> None:
    plan = planned("book_transport", fresh=True)
    assert plan.way is Way.FRESH
    assert Verdict.KEPT not in verdicts(plan).values()
    with pytest.raises(RefusedByRule, match="is open"):
        planned("book_transport", RUNNING, fresh=True)


def test_a_forgotten_run_is_planned_from_our_books() -> None:
    effects = (
        row("lodge_export_declaration", middle="1:", step=LODGE),
        row("book_transport", "intended"),
        row("render_documents", middle="v1:"),
    )
    plan = draw_up_forgotten(ORDER, "book_transport", effects, (decided("amend"),), claim(outcome="delivered"))
    assert (plan.status, plan.way) == ("forgotten", Way.FRESH)
    assert "--fresh" in plan.note
    assert verdicts(plan) == {LODGE: Verdict.BLOCKED, "book_transport": Verdict.UNKNOWN}
    assert not plan.exists


# --- decisions -----------------------------------------------------------------------------------------------------------


def test_earlier_decisions_are_listed_without_what_they_say_of_a_person() -> None:
    amended = decided("amend", **{"items.HNG-TEE-01.hsk": "6109901000", "consignee.phone": "+56912345678"})
    completed = decided("complete", LODGE, number="6N00226000123X")
    plan = planned("book_transport", decisions=(amended, completed))
    assert [(one.actor, one.kind, one.step, one.stays) for one in plan.decisions] == [
        ("lee", "amend", "*", True),
        ("lee", "complete", LODGE, True),
    ]
    assert plan.decisions[0].changed == ("items.HNG-TEE-01.hsk=6109901000", "consignee.phone")
    assert plan.decisions[1].changed == ()


def test_a_cancelled_order_is_not_revived_except_for_its_unwinding() -> None:
    cancelled = decided("cancel")
    with pytest.raises(RefusedByRule, match=r"cancelled by lee \(so said\) and is not revived; only .*intercept"):
        refuse_reviving(ORDER, "book_transport", (cancelled,), None)
    with pytest.raises(RefusedByRule, match="ended as cancelled"):
        refuse_reviving(ORDER, "book_transport", (), claim(outcome="cancelled"))
    refuse_reviving(ORDER, "withdraw_export_declaration:d1", (cancelled,), claim(outcome="cancelled"))
    refuse_reviving(ORDER, "book_transport", (decided("cancel", "do_not_tender"),), claim(outcome="delivered"))


# --- version ---------------------------------------------------------------------------------------------------------------


def test_the_same_state_of_affairs_has_the_same_version() -> None:
    assert planned("book_transport").version == planned("book_transport").version


def test_whatever_moves_the_order_on_changes_the_version() -> None:
    first = planned("book_transport", RUNNING)
    moved = [
        planned("book_transport", replace(RUNNING, run_id="run-2")),
        planned("book_transport", STORY),
        planned("book_transport", replace(RUNNING, rounds=(*STORY.rounds, ran("read_order~2", 95)))),
        planned("book_transport", RUNNING, hold("silence")),
        planned("book_transport", RUNNING, effects=(row("watch_tracking"),)),
        planned("book_transport", RUNNING, looks={"book_transport": Look(Done("found"))}),
        planned("book_transport", RUNNING, decisions=(decided("retry"),)),
        planned("watch_tracking", RUNNING),
    ]
    assert len({first.version, *(one.version for one in moved)}) == len(moved) + 1


def test_an_adapters_own_notes_do_not_make_a_plan_stale() -> None:
    note = EffectRow(key=f"{UCR}:mydhl-journal", step="upload", state="done", intended_at=NOW, done_at=NOW)
    assert planned("book_transport", effects=(note,)).version == planned("book_transport").version


def test_a_later_loading_deadline_is_asked_for_anew_and_not_replayed() -> None:
    """It was an Update's doing: a run that is taken back would silently not ask."""
    key = "extend_loading_period:d1-20270120"
    story = replace(RUNNING, rounds=(*RUNNING.rounds, ran(key, 90)))
    with pytest.raises(RefusedByRule, match="orders extend"):
        planned(key, story)
    assert planned(key, story, hold(key, "extension_refused")).way is Way.GO_ON
