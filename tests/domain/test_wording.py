"""Everything operators read is there in both languages, and nothing the code can say is without words."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.house.markdown import document
from tests.house.test_operating import reasons_in
from tests.house.tree import ROOT, named, parsed, shipped_sources
from tradelane.contracts import steps
from tradelane.contracts.effect import Effect
from tradelane.desk.orders import STAGES
from tradelane.domain import wording
from tradelane.domain.holds import BENCH, COMPLIANCE, OWNERS, Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.domain.import_regime import ImportRegime
from tradelane.domain.language import Language
from tradelane.domain.transport import TransportStatus
from workflows.journey import Journey
from workflows.sight import details
from workflows.steps import Steps

HANGUL = re.compile(r"[가-힣]")
KEYS = sorted(wording.keys(Language.ENGLISH))
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def raw(language: Language, key: str) -> str:
    """The text with its placeholders as they stand."""
    return wording.say(language, key, **{name: f"{{{name}}}" for name in PLACEHOLDERS})


PLACEHOLDERS = ("order", "number", "days", "source", "code", "words", "what", "why", "order_no", "new")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert wording.keys(Language.KOREAN) == wording.keys(Language.ENGLISH)
    assert len(KEYS) > 200


@pytest.mark.parametrize("language", Language)
def test_every_text_says_something_and_no_placeholder_is_left_over(language: Language) -> None:
    filled = {key: wording.say(language, key, **dict.fromkeys(PLACEHOLDERS, "7")) for key in KEYS}
    assert [key for key, text in filled.items() if not text.strip() or re.search(r"[{}]", text)] == []


def test_both_languages_tell_the_same_values() -> None:
    told = [key for key in KEYS if fields(raw(Language.ENGLISH, key))]
    assert len(told) > 3
    assert [k for k in KEYS if fields(raw(Language.ENGLISH, k)) != fields(raw(Language.KOREAN, k))] == []


def test_korean_is_korean_and_english_is_not() -> None:
    assert [key for key in KEYS if not HANGUL.search(raw(Language.KOREAN, key))] == []
    assert [key for key in KEYS if HANGUL.search(raw(Language.ENGLISH, key))] == []


@pytest.mark.parametrize("language", Language)
def test_meaning_and_advice_are_sentences_of_their_own(language: Language) -> None:
    for key in KEYS:
        if key.startswith(("meaning.", "advice.")):
            assert wording.say(language, key).endswith("."), key


# --- what the code can say ------------------------------------------------------------------------------------------


def test_every_reason_the_code_can_hold_for_has_title_meaning_and_advice() -> None:
    sources = [path for path in shipped_sources() if not named(path).startswith("tradelane/simulators/")]
    produced = set().union(*map(reasons_in, sources))
    written = {row[0].strip("`") for row in document("docs/operating.md").table_after("Holds", "reason")}
    assert len(produced) > 15
    for area in ("reason", "meaning", "advice"):
        assert {f"{area}.{reason}" for reason in produced | written} - set(KEYS) == set()
    assert {key.partition(".")[2] for key in KEYS if key.startswith("reason.")} - produced - written == set()


def test_every_effect_has_a_name() -> None:
    effects = {value.name for value in vars(steps).values() if isinstance(value, Effect)}
    assert {f"step.{name}" for name in effects} - set(KEYS) == set()


def keys_of_holds() -> Iterator[str]:
    """Keys of holds that are written as text, or as a constant of their module, where a hold is opened."""
    for path in sorted((ROOT / "workflows").rglob("*.py")):
        tree = parsed(path)
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            place = {"hold": 0, "open_hold": 0, "_by_a_person": 1}.get(called)
            if place is None or len(node.args) <= place:
                continue
            key = node.args[place]
            value = constants.get(key.id) if isinstance(key, ast.Name) else getattr(key, "value", None)
            if isinstance(value, str):
                yield value


def test_every_key_of_a_hold_that_is_no_step_has_a_name() -> None:
    found = set(keys_of_holds())
    assert {"go_live", "payment", "do_not_tender", "silence"} <= found
    assert {f"step.{key}" for key in found} - set(KEYS) == set()


def test_every_value_an_operator_meets_has_a_name() -> None:
    wanted = {f"fault.{fault.value}" for fault in Fault} | {f"way.{way.value}" for way in Resolution}
    wanted |= {f"stage.{stage}" for stage in STAGES} | {
        f"desk.{owner}" for owner in (*OWNERS.values(), BENCH, COMPLIANCE)
    }
    wanted |= {f"transport.{status.value}" for status in TransportStatus}
    wanted |= {f"regime.{regime.value}" for regime in ImportRegime}
    ended = ("delivered", "cancelled", "carried", "returned", "refused", "moved", "shadowed")
    wanted |= {f"state.{state}" for state in ("running", "cancelling", *ended)}
    assert wanted - set(KEYS) == set()


@pytest.mark.parametrize("language", Language)
def test_what_nobody_has_named_yet_is_shown_by_its_key(language: Language) -> None:
    """A reason of a newer worker must not stop a run of an older one."""
    assert wording.reason_title(language, "of_tomorrow") == "of_tomorrow"
    assert wording.reason_advice(language, "of_tomorrow") == ""
    assert wording.step_name(language, "dance:d1") == "dance (d1)"
    assert wording.desk_name(language, "m.kim") == "m.kim"
    with pytest.raises(KeyError):
        wording.say(language, "label.of_tomorrow")


# --- the page of the run -------------------------------------------------------------------------------------------


class Still(Journey):
    """A journey outside a workflow, whose clock stands."""

    def now(self) -> datetime:
        return NOW


def page(language: Language, **changes: object) -> str:
    """Current details of a run that holds."""
    hold = Hold(
        key="lodge_export_declaration:d1", stage="export", step="lodge_export_declaration", reason="error_notice",
        fault=Fault.SELLER_DATA, words="ktnet: [HS] 세번부호 <오류> | line 2\nhsk", owner="catalogue desk", since=NOW,
        due=NOW + timedelta(days=1), resolutions=(Resolution.RETRY, Resolution.AMEND, Resolution.CANCEL),
        commands=("tradelane orders amend 2000013770481964 --set items.A-1.hsk=VALUE",),
    ).model_copy(update=changes)  # fmt: skip
    order = OrderId("2000013770481964")
    run = Steps(order_id=order, stage="export", holds={hold.key: hold})
    journey = Still(order_id=order, steps=run, seller_id="1001", language=language, warnings=["a | b"])
    return details(journey, "running")


def test_the_page_of_a_run_speaks_korean_and_keeps_keys_commands_and_the_words_as_they_came() -> None:
    told = page(Language.KOREAN)
    assert told.startswith("## 주문 2000013770481964: 수출신고 (진행 중)")
    assert "### 보류: 수출신고 (d1) (`lodge_export_declaration:d1`)" in told
    assert "세관 오류통보 (`error_notice`)" in told
    assert "새 번호로 다시 신고됩니다." in told
    assert "ktnet: [HS] 세번부호 &lt;오류> | line 2 hsk" in told
    assert "상품정보팀" in told
    assert "2026-11-24 03:00 UTC" in told
    assert "정정 후 재시도 (`amend`)" in told
    assert "- `tradelane orders amend 2000013770481964 --set items.A-1.hsk=VALUE`" in told
    assert "| 주의 사항 | a \\| b |" in told, "a bar does not end a cell"


def test_the_page_of_a_run_speaks_english_but_for_the_counterpartys_words() -> None:
    told = page(Language.ENGLISH, words="customs: no such code")
    assert told.startswith("## Order 2000013770481964: export (running)")
    assert "Error notice of customs (`error_notice`)" in told
    assert not HANGUL.search(told)
    assert HANGUL.search(page(Language.ENGLISH)), "customs spoke Korean"


def test_the_page_names_who_took_a_hold_and_until_when_it_sleeps() -> None:
    assert "Taken by" not in page(Language.ENGLISH)
    told = page(
        Language.ENGLISH, assignee="m.kim", snoozed_until=NOW + timedelta(hours=5),
        resolutions=(Resolution.COMPLETE,), result_shape='{"waybill": "1234567891"}',
    )  # fmt: skip
    assert "**Taken by**: m.kim" in told
    assert "**Asleep until**: 2026-11-23 08:00 UTC" in told
    assert '`{"waybill": "1234567891"}`' in told
