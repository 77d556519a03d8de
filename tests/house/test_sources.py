"""Rules that linters do not know: what no file may say, and what no shipped module may do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, imports, named, parsed, repository_files, shipped_sources

# a letter in brackets keeps this file from containing what it looks for
INDEX = re.compile(r"[p]ypi\.(?:org|python)|[p]ythonhosted|(?<!no-emit-)[i]ndex[-_]url|/[s]imple/", re.I)
MACHINE = re.compile(r"(?<![\w.}])/(?:[w]ork|[r]oot|[h]ome|[U]sers|[t]mp/brief)(?![\w-])")
TEAM = re.compile(
    r"[c]o-authored-by|\b[s]ub-?agents?\b|\b[t]he brief\b|\b[t]eam lead\b|\b[l]anguage model|\b[a]s an assistant\b",
    re.I,
)
SECRETS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*[P]RIVATE KEY-----"),
    "AWS key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    "Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "Google key": re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    "Stripe or like key": re.compile(r"\b[sr]k[_-](?:live[_-])?[A-Za-z0-9]{20,}"),
    "Mercado Libre token": re.compile(r"\b(?:APP_USR-\d{8,}-\d{6}-[0-9a-f]{16,}|TG-[0-9a-f]{20,}-\d{6,})"),
    "signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{12,}\.eyJ[A-Za-z0-9_-]{12,}"),
    "long value of a secret": re.compile(
        r"(?:secret|token|password|api_?key|crkyCn)[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_=-]{32,}[\"']", re.I
    ),
}


def texts() -> Iterator[tuple[Path, str]]:
    for path in repository_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path, content.decode("utf-8")


def hits(pattern: re.Pattern[str], *, without: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        if named(path) not in without
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_index() -> None:
    """The index is the installing machine's business."""
    assert hits(INDEX) == []


def test_no_file_names_a_place_of_one_machine() -> None:
    assert hits(MACHINE) == []


def test_no_file_tells_who_works_on_it_and_how() -> None:
    assert hits(TEAM) == []


@pytest.mark.parametrize("kind", SECRETS)
def test_no_file_holds_what_looks_like_a_secret(kind: str) -> None:
    assert hits(SECRETS[kind]) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (INDEX, f"--{'index'}-url https://p{'y'}pi.org/s{'i'}mple/"),
        (MACHINE, f"see /w{'o'}rk/main for more"),
        (MACHINE, f"cd /r{'o'}ot/.cache"),
        (TEAM, f"C{'o'}-authored-by: somebody"),
        (SECRETS["private key"], f"-----BEGIN EC P{'R'}IVATE KEY-----"),
        (SECRETS["Mercado Libre token"], f"APP_{'USR'}-1234567890123456-080312-0123456789abcdef0123-1"),
        (SECRETS["long value of a secret"], 'api_key = "' + "a1b2c3d4" * 4 + '"'),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize("line", ["--no-emit-index-url", "from workflows.steps import Steps", "a/work-in-progress"])
def test_the_patterns_leave_harmless_lines_alone(line: str) -> None:
    assert not INDEX.search(line)
    assert not MACHINE.search(line)


def _broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException")) for one in caught
    )


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_no_shipped_code_swallows_every_exception() -> None:
    """A broad handler is only for cleaning up: it ends by raising what it caught."""
    swallowing = [
        f"{named(path)}:{node.lineno}"
        for path in shipped_sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and _broad(node) and not _raises_again(node)
    ]
    assert swallowing == []


def test_no_shipped_code_suppresses_every_exception() -> None:
    suppressing = [
        f"{named(path)}:{node.lineno}"
        for path in shipped_sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and any(isinstance(one, ast.Name) and one.id in ("Exception", "BaseException") for one in node.args)
    ]
    assert suppressing == []


def test_simulators_import_nothing_of_ours() -> None:
    """They are written from the counterparties' papers: a shared mistake would prove itself right."""
    simulators = sorted((ROOT / "tradelane" / "simulators").rglob("*.py"))
    assert len(simulators) > 10
    ours = ("tradelane", "workflows", "activities", "cli", "worker")
    strangers = [
        f"{named(path)} imports {name}"
        for path in simulators
        for name in imports(path)
        if name.partition(".")[0] in ours and name != "tradelane" and name.split(".")[:2] != ["tradelane", "simulators"]
    ]
    assert strangers == []


def test_workflows_import_no_activity_and_no_door() -> None:
    """A workflow performs effects by contract; what implements them may change under it."""
    allowed = ("tradelane.domain", "tradelane.contracts", "workflows", "temporalio", "pydantic")
    core = [
        f"{named(path)} imports {name}"
        for path in sorted((ROOT / "workflows").rglob("*.py"))
        for name in imports(path)
        if name.partition(".")[0] in ("tradelane", "activities", "cli", "worker") and not name.startswith(allowed)
    ]
    assert core == []


def test_the_package_of_workflows_is_empty() -> None:
    """It runs again in the sandbox for every start of every workflow."""
    assert (ROOT / "workflows" / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_floats_never_touch_money() -> None:
    """In domain and contracts only the clock's pace, waits, rates of queues and likeness of names are floats."""
    floats = {
        f"{named(path)}:{node.lineno}"
        for folder in ("domain", "contracts")
        for path in sorted((ROOT / "tradelane" / folder).rglob("*.py"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Name) and node.id == "float"
    }
    assert {entry.partition(":")[0] for entry in floats} <= {
        "tradelane/domain/trade_time.py",
        "tradelane/domain/party_names.py",
        "tradelane/domain/party_words.py",
        "tradelane/contracts/effect.py",
        "tradelane/contracts/journeys.py",
    }
