"""What documents tell a person to type exists, what they link to is there, and what they name is in the code."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cli.main import app
from tests.house.markdown import Document, document, documents
from tests.house.test_names import EFFECTS
from tests.house.tree import ROOT, parsed

DOCUMENTS = list(documents())
README = document("README.md")
EVERY = pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: one.name)
CODE_PLACE = re.compile(r"([\w./]+\.py):([\w.]+)")
FILE = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:py|md|json|txt|toml)")


# --- commands --------------------------------------------------------------------------------------------------------


def make_targets() -> set[str]:
    """Targets a person may call: those of `.PHONY`."""
    phony = re.search(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    return set(phony[1].split())


def typed(words: list[str]) -> list[str]:
    """The words of a command without the variables set before it and the folder of the program."""
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    return [words[0].removeprefix(".venv/bin/"), *words[1:]] if words else []


def shell_commands(one: Document) -> Iterator[list[str]]:
    """Every command of the shell blocks; continued lines are one, here-documents are left out."""
    for _, block in one.blocks("sh"):
        lines = re.sub(r"<<'(\w+)'\n.*?^\1$", "", block, flags=re.MULTILINE | re.DOTALL).replace("\\\n", " ")
        for line in lines.splitlines():
            for part in line.split("&&"):
                if words := typed(shlex.split(part, comments=True)):
                    yield words


def mentions(one: Document) -> Iterator[list[str]]:
    """Commands named in a line of prose or a table."""
    for code in one.inline_code():
        if code.partition(" ")[0].removeprefix(".venv/bin/") in ("tradelane", "make"):
            yield typed(shlex.split(code))


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command the words name, and the words after its name.

    Raises:
        KeyError: there is no such command.
    """
    command: Any = typer.main.get_command(app)
    rest = words[1:]
    while rest and getattr(command, "commands", None) and not rest[0].startswith("-"):
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def unknown_options(words: list[str]) -> list[str]:
    command, rest = command_of(words)
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]


def test_the_readme_begins_with_the_one_command() -> None:
    assert README.blocks()[0] == ("sh", "make demo\n")


def test_the_command_of_the_tests_is_on_the_first_screen() -> None:
    assert "make test\n" in [content for _, content in README.blocks("sh")][:2]


@EVERY
def test_make_targets_in_documents_exist(one: Document) -> None:
    told = [words for words in (*shell_commands(one), *mentions(one)) if words[0] == "make"]
    assert {target for words in told for target in words[1:]} <= make_targets()


@EVERY
def test_commands_in_shell_blocks_are_understood_as_they_stand(one: Document) -> None:
    """Arguments are there, options exist and take such values; nothing is run."""
    for words in shell_commands(one):
        if words[0] == "tradelane":
            command, rest = command_of(words)
            command.make_context(" ".join(words[:2]), list(rest))


@EVERY
def test_commands_named_in_prose_exist_with_their_options(one: Document) -> None:
    wrong = [words for words in mentions(one) if words[0] == "tradelane" and unknown_options(words)]
    assert wrong == []


@pytest.mark.parametrize("words", [["tradelane", "orders", "sell"], ["tradelane", "fly"]])
def test_a_command_that_does_not_exist_would_be_noticed(words: list[str]) -> None:
    with pytest.raises(KeyError):
        command_of(words)


def test_an_option_that_does_not_exist_would_be_noticed() -> None:
    assert unknown_options(["tradelane", "orders", "show", "1", "--loud"]) == ["--loud"]


def test_programs_in_shell_blocks_come_with_the_installation_or_the_system() -> None:
    ours = {"make", "tradelane", "temporal", "python", "ruff", "mypy", "export"}
    assert {words[0] for one in DOCUMENTS for words in shell_commands(one)} <= ours


@EVERY
def test_modules_run_by_documents_exist(one: Document) -> None:
    for words in shell_commands(one):
        if words[:2] == ["python", "-m"] and words[2] != "pytest":
            assert (ROOT / words[2].replace(".", "/")).with_suffix(".py").is_file(), words
        if words[:3] == ["python", "-m", "pytest"]:
            assert [w for w in words[3:] if not w.startswith("-") and not (ROOT / w).exists()] == []


# --- links and names -------------------------------------------------------------------------------------------------


@EVERY
def test_links_between_documents_resolve(one: Document) -> None:
    broken = []
    for target in one.links():
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (one.path.parent / path).resolve() if path else one.path
        missing = not file.exists() or (anchor and anchor not in Document(file).anchors())
        if missing or not file.is_relative_to(ROOT):
            broken.append(target)
    assert broken == []


@cache
def defined(path: Path) -> frozenset[str]:
    """Functions and classes of a file, methods as `Class.method`; constants of the module too."""
    found = set()
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {f"{node.name}.{method.name}" for method in inner}
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


@EVERY
def test_functions_named_with_their_file_exist(one: Document) -> None:
    places = [match for code in one.inline_code() if (match := CODE_PLACE.fullmatch(code))]
    assert [m[0] for m in places if not (ROOT / m[1]).is_file() or m[2] not in defined(ROOT / m[1])] == []


def test_the_journey_names_many_functions() -> None:
    """The check above must have something to check."""
    assert sum(1 for code in document("docs/journey.md").inline_code() if CODE_PLACE.fullmatch(code)) > 40


@EVERY
def test_files_named_in_documents_exist(one: Document) -> None:
    """Paths from the root, or beside the document."""
    named = {code.partition(":")[0] for code in one.inline_code()}
    paths = [name for name in named if FILE.fullmatch(name)]
    assert [path for path in paths if not (ROOT / path).exists() and not (one.path.parent / path).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "docs/journey.md"])
def test_steps_named_in_the_story_are_steps(name: str) -> None:
    """A word with an underscore that begins like a step is one: a renamed step shows here."""
    verbs = "|".join(sorted({step.partition("_")[0] for step in EFFECTS}))
    told = {code for code in document(name).inline_code() if re.fullmatch(rf"(?:{verbs})_[a-z_]+", code)}
    assert len(told) > 15
    # `confirm_packing` is also an Update; `publish_tracking_status` is the counterparty's word in its ledger
    assert told - {"publish_tracking_status"} <= set(EFFECTS)


def test_the_run_shown_in_the_journey_performed_every_step_that_a_plain_order_needs() -> None:
    [block] = [b for _, b in document("docs/journey.md").blocks("text") if re.search(r"^[0-9:.]+ open_journey", b)]
    shown = re.findall(r"\d{2}:\d{2}:\d{2}\.\d{3} ([a-z_]+)", block)
    assert set(shown) <= set(EFFECTS)
    assert set(EFFECTS) - set(shown) == {
        "start_or_find_run", "read_pack", "withdraw_export_declaration", "hand_to_broker",
        "answer_information_request", "record_decision", "sweep_source", "reconcile_sellers", "void_booking",
        "find_booking", "amend_export_declaration", "extend_loading_period", "post_holds", "survey_effects", "notify_desk",
    }  # fmt: skip


# --- the licence -----------------------------------------------------------------------------------------------------


def test_the_licence_is_the_whole_text_of_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.strip().startswith("Apache License\n                           Version 2.0, January 2004")
    numbers = re.findall(r"^   (\d)\. [A-Z]", text, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 10)]
    assert "END OF TERMS AND CONDITIONS" in text and text.rstrip().endswith("limitations under the License.")
