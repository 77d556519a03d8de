"""The traps of Korean export for a naive implementation: each has a test named after it, or a line that says why not.

A test is named `test_trap_NN_<what right code does>`. Where our code cannot meet a trap, a page of `docs/counterparties`
has a line that begins `trap NN:` with the reason.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from pydantic import SecretStr

from tests.house.tree import ROOT, named, parsed, repository_files
from tradelane.adapters.listing import carriers
from tradelane.adapters.plug import carrier_plug
from tradelane.adapters.unipass import demo_keys
from tradelane.domain.identifiers import BusinessRegistrationNumber, ExportDeclarationNumber
from tradelane.settings import Settings
from tradelane.simulators.unipass.tables import COMPANIES

TRAPS = range(1, 35)
MOST_EXCUSED = 6
NAMED = re.compile(r"test_trap_([0-9]+)_[a-z]\w+")
EXCUSED = re.compile(r"^(?:[-*] )?trap ([0-9]+): \S.{20,}", re.MULTILINE)


@cache
def named_after_traps() -> dict[int, list[str]]:
    """Number of a trap -> the tests named after it."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_trap"):
                number = NAMED.fullmatch(node.name)
                assert number, f"{named(path)}: {node.name} names no trap; write test_trap_NN_<behaviour>"
                assert len(number[1]) == 2, f"{named(path)}: {node.name}; write two digits"
                found[int(number[1])].append(f"{named(path)}::{node.name}")
    return found


@cache
def excused() -> dict[int, list[str]]:
    """Number of a trap -> the pages that say why our code cannot meet it."""
    found: dict[int, list[str]] = defaultdict(list)
    for page in sorted((ROOT / "docs" / "counterparties").glob("*.md")):
        for line in EXCUSED.finditer(page.read_text(encoding="utf-8")):
            found[int(line[1])].append(named(page))
    return found


@pytest.mark.parametrize("number", TRAPS)
def test_every_trap_has_a_test_or_a_line_that_says_why_not(number: int) -> None:
    tests, lines = named_after_traps().get(number, []), excused().get(number, [])
    assert tests or lines, f"trap {number:02d} has neither"
    assert not (tests and lines), f"trap {number:02d} is tested by {tests} and excused by {lines}"


def test_no_other_trap_is_claimed_and_few_are_excused() -> None:
    assert set(named_after_traps()) | set(excused()) == set(TRAPS)
    assert len(excused()) <= MOST_EXCUSED


# --- 34: nothing is copied from where live keys and real declarations are ----------------------------------------------

NUMBER = re.compile(r"(?<![0-9A-Za-z])([0-9A-Z]{5})-?([0-9]{2})-?([0-9]{6})X(?![0-9A-Za-z])")
HYPHENATED = re.compile(r"(?<![0-9-])([0-9]{3}-[0-9]{2}-[0-9]{5})(?![0-9-])")
COUNTED = ("123-45-6", "012-34-5", "000-00-0")
"""Beginnings of numbers that anybody sees are made up."""
NO_TAX_OFFICE = "990"
"""Business numbers begin with the code of a tax office (101 to 699): nobody's begins with 990."""
FIRST_SERIALS = 2000


def written() -> Iterator[tuple[str, str]]:
    """Name and text of every file of the repository that is text."""
    for path in repository_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield named(path), content.decode("utf-8")


def test_trap_34_every_declaration_number_is_plainly_invented() -> None:
    """A declarant's serial runs to six digits within a year; ours are among the first of a year, or all nines."""
    wrong = [
        f"{name}: {number[0]}"
        for name, text in written()
        for number in NUMBER.finditer(text)
        if int(number[3]) >= FIRST_SERIALS and number[3] != "999999"
    ]
    assert wrong == []
    found = NUMBER.search(f"40731-24-{418352}X")
    assert found and int(found[3]) >= FIRST_SERIALS, "one out of somebody's books is found by this rule"
    assert str(ExportDeclarationNumber("40731-26-000123X")) == "4073126000123X"


def test_trap_34_every_business_number_is_plainly_invented() -> None:
    """No company can have the numbers of our fixtures, although their check digits are right."""
    brands = json.loads((ROOT / "tradelane" / "demo" / "brands.json").read_text(encoding="utf-8"))
    ours = [exporter["business_registration_number"] for exporter in brands["exporters"]]
    ours += [company.business_number for company in COMPANIES]
    assert len(ours) >= 6
    for number in ours:
        assert str(BusinessRegistrationNumber(number)).startswith(NO_TAX_OFFICE), number
    wrong = [
        f"{name}: {number[1]}"
        for name, text in written()
        for number in HYPHENATED.finditer(text)
        if not number[1].startswith((NO_TAX_OFFICE, *COUNTED)) and _valid(number[1])
    ]
    assert wrong == []


def _valid(number: str) -> bool:
    try:
        BusinessRegistrationNumber(number)
    except ValueError:
        return False
    return True


def test_trap_34_the_keys_we_ship_open_nothing_but_our_simulators() -> None:
    """Every default of a secret is empty or says of itself that it is a demonstration's."""
    shipped = {name: field.default for name, field in Settings.model_fields.items()}
    for carrier in carriers():
        own = carrier_plug(carrier).settings
        shipped |= {f"{carrier}.{name}": field.default for name, field in own.model_fields.items()}
    shipped |= {f"unipass.{service}": key for service, key in demo_keys().items()}
    secrets = {name: key.get_secret_value() for name, key in shipped.items() if isinstance(key, SecretStr)}
    assert len(secrets) > 10
    assert {name for name, key in secrets.items() if key and not re.search("demo|simulated", key)} == set()
