"""The operating manual is complete: every setting, every search attribute, every reason a step can hold for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from pydantic import SecretStr

from tests.house.markdown import document
from tests.house.tree import named, parsed, shipped_sources
from tradelane.contracts.search_attributes import TYPES
from tradelane.domain.holds import BENCH, COMPLIANCE, OWNERS, Resolution
from tradelane.settings import Settings
from worker import NOTIFY_EVERY, RECONCILE_EVERY, SWEEP_EVERY

MANUAL = document("docs/operating.md")


# --- settings --------------------------------------------------------------------------------------------------------


def shown(value: object) -> str:
    """A default as the manual prints it."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "none"
    return str(value.value if isinstance(value, Enum) else value) or "empty"


def test_the_table_of_settings_is_that_of_the_code() -> None:
    """In the order of the class, with the defaults of the class."""
    wanted = [(f"`TRADELANE_{name.upper()}`", shown(field.default)) for name, field in Settings.model_fields.items()]
    assert [(row[0], row[1]) for row in MANUAL.table("Settings")] == wanted


def test_every_setting_is_explained() -> None:
    assert [row[0] for row in MANUAL.table("Settings") if len(row[2]) < 5] == []


# --- search attributes -----------------------------------------------------------------------------------------------


def test_the_table_of_search_attributes_is_that_of_the_code() -> None:
    assert {row[0].strip("`"): row[1] for row in MANUAL.table("Search attributes")} == TYPES


def test_the_commands_register_every_search_attribute() -> None:
    registered = {
        name: kind
        for line in "\n".join(content for _, content in MANUAL.blocks("sh")).splitlines()
        if (command := re.match(r"temporal operator search-attribute create --type (\w+) (.*)", line))
        for kind, names in [(command[1], command[2])]
        for name in re.findall(r"--name (\w+)", names)
    }
    assert registered == TYPES


def test_list_queries_use_attributes_that_exist() -> None:
    [queries] = [content for _, content in MANUAL.blocks("text") if "Hold IS NOT NULL" in content]
    ours = {"WorkflowType", "ExecutionStatus", "TemporalReportedProblems", *TYPES}
    attributes = set(re.findall(r"\b([A-Z]\w+) *(?:=|<|IN\b|IS\b)", queries))
    assert len(attributes) > 6
    assert attributes <= ours


# --- holds -----------------------------------------------------------------------------------------------------------


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _of_call(call: ast.Call) -> str | None:
    """The reason a call of `Failure`, `Refused` or `Hold` gives, if it gives one."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in ("Failure", "Refused", "Hold"):
        return None
    told = next((keyword.value for keyword in call.keywords if keyword.arg == "reason"), None)
    first = call.args[0] if name == "Failure" and call.args else None
    return _text(told) or _text(first)


def _of_translation(node: ast.AST) -> str | None:
    """`{"reason": "..."}` where failures become Temporal's."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return next((_text(value) for key, value in pairs if key is not None and _text(key) == "reason"), None)
    return None


def _of_default(node: ast.AST) -> Iterator[str]:
    """`reason: str = "..."` of a failure, and `said.get("reason", "...")`."""
    if isinstance(node, ast.FunctionDef):
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
            if argument.arg == "reason" and (text := _text(default)):
                yield text
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        texts = [_text(argument) for argument in node.args]
        if texts[:1] == ["reason"] and len(texts) == 2 and texts[1]:
            yield texts[1]


def reasons_in(path: Path) -> set[str]:
    """Every reason of a hold that a file can produce."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and (reason := _of_call(node)):
            found.add(reason)
        if named(path) == "activities/translate.py" and (reason := _of_translation(node)):
            found.add(reason)
        found |= set(_of_default(node))
    return found


def test_every_reason_the_code_can_hold_for_has_a_row() -> None:
    """A new reason needs a line that says what to do about it; one that is gone loses its line."""
    sources = [path for path in shipped_sources() if not named(path).startswith("tradelane/simulators/")]
    produced = set().union(*map(reasons_in, sources))
    assert len(produced) > 15
    assert {row[0].strip("`") for row in MANUAL.table_after("Holds", "reason")} == produced


def test_every_reason_says_who_is_asked_and_what_to_do() -> None:
    desks = {owner.removesuffix(" desk") for owner in (*OWNERS.values(), BENCH, COMPLIANCE)}
    for reason, _, asked, remedy in MANUAL.table_after("Holds", "reason"):
        assert len(remedy) > 4, reason
        if not asked.startswith("as the "):
            assert set(re.split(r", | or ", asked.removesuffix(" desk"))) <= desks, reason


def test_every_way_out_of_a_hold_is_explained() -> None:
    assert [row[0].strip("`") for row in MANUAL.table_after("Holds", "way out")] == [way.value for way in Resolution]


# --- sweeps ----------------------------------------------------------------------------------------------------------


def test_the_table_of_schedules_is_that_of_the_worker() -> None:
    spans = {f"sweep/{source}": every for source, every in SWEEP_EVERY.items()}
    spans |= {"reconcile": RECONCILE_EVERY, "notices": NOTIFY_EVERY}
    hours = {name: span.total_seconds() / 3600 for name, span in spans.items()}
    wanted = {name: f"{h:g} hour" if h == 1 else f"{h * 60:g} minutes" for name, h in hours.items()}
    assert {row[0].strip("`"): row[1] for row in MANUAL.table("Sweeps and reconcile")} == wanted
