"""The glossary's words are the code's: each place it names exists."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from pydantic import BaseModel

from tests.house.markdown import document

GLOSSARY = document("docs/glossary.md")
SECTIONS: list[str] = re.findall(r"^## (.+)$", GLOSSARY.text, re.MULTILINE)
ROWS = [row for section in SECTIONS for row in GLOSSARY.table(section)]
PLACES = [row[3].strip("`") for row in ROWS if row[3]]


def found(place: str) -> Any:
    """What a dotted path below `tradelane` names: module, class, member or field.

    Raises:
        ImportError, AttributeError: it names nothing.
    """
    module, names = "tradelane", place.split(".")
    while names and names[0][0].islower():
        try:
            importlib.import_module(f"{module}.{names[0]}")
        except ModuleNotFoundError:
            break
        module, names = f"{module}.{names[0]}", names[1:]
    thing: Any = importlib.import_module(module)
    for name in names:
        fields = thing.model_fields if isinstance(thing, type) and issubclass(thing, BaseModel) else {}
        thing = fields[name] if name in fields else getattr(thing, name)
    return thing


@pytest.mark.parametrize("place", PLACES)
def test_a_word_of_the_glossary_is_in_the_code(place: str) -> None:
    assert found(place) is not None


@pytest.mark.parametrize("place", ["domain.consignment.Shipload", "domain.order.Order.colour", "domain.fish.Fish"])
def test_a_word_that_is_not_in_the_code_would_be_noticed(place: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        found(place)


def test_every_row_has_its_five_columns() -> None:
    assert len(ROWS) > 60
    assert [row for row in ROWS if len(row) != 5 or not row[0] or not row[4]] == []


def test_no_word_is_explained_twice() -> None:
    words = [row[0] for row in ROWS]
    assert sorted(words) == sorted(set(words))


def test_korean_stands_in_the_korean_column_only() -> None:
    hangul = re.compile(r"[가-힣]")
    assert [row[0] for row in ROWS if row[1] and not hangul.search(row[1])] == []
    assert [row[0] for row in ROWS if hangul.search("".join((row[0], row[2], row[3], row[4])))] == []


def test_classes_an_operator_meets_are_explained() -> None:
    """The values of the trade that have a Korean or Spanish name of their own."""
    needed = {
        "domain.consignment.Consignment", "domain.export_declaration.ExportDeclaration", "domain.identifiers.Ucr",
        "domain.identifiers.ExportDeclarationNumber", "domain.identifiers.CustomsClearanceCode",
        "domain.identifiers.Rut", "domain.papers.CommercialInvoice", "domain.papers.PackingList",
        "domain.catalogue.Exporter", "domain.catalogue.Seller", "domain.holds.Hold",
        "domain.import_regime.ImportRegime", "domain.transport.TransportEvent",
    }  # fmt: skip
    assert needed <= set(PLACES)
