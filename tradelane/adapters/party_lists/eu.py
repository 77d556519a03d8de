"""The consolidated financial sanctions list of the European Union (FSF), in XML 1.1 or CSV.

XML: `export` carries `generationDate`; each `sanctionEntity` has its numbers as attributes, a `subjectType`, one
`nameAlias` for each name (the first is the primary one), citizenships and addresses.
CSV: semicolons, a header, and a row for each name, address, birth date or document, all repeating the entity's columns.
Two headers are in circulation (`NameAlias_WholeName` of version 1.1, `Naal_wholename` of version 1.0).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from tradelane.adapters.party_lists.head import Head, NotAList, european_day, iso_day
from tradelane.adapters.party_lists.markup import children, records, root_of
from tradelane.domain.screening import ListedParty

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCE = "EU"
ROOT = "export"
KINDS = {"person": "person", "p": "person", "enterprise": "organisation", "e": "organisation", "entity": "organisation"}
NO_COUNTRY = "00"

_COLUMNS = {
    "dated": ("filegenerationdate", "date_file"),
    "number": ("entity_eu_referencenumber", "eu_ref_num"),
    "logical": ("entity_logicalid", "entity_logical_id"),
    "kind": ("entity_subjecttype_classificationcode", "entity_subjecttype", "subject_type"),
    "programme": ("entity_regulation_programme", "programme"),
    "whole": ("namealias_wholename", "naal_wholename"),
    "first": ("namealias_firstname", "naal_firstname"),
    "middle": ("namealias_middlename", "naal_middlename"),
    "last": ("namealias_lastname", "naal_lastname"),
    "citizenship": ("citizenship_countryiso2code", "citizenship_countrydescription", "citi_country"),
    "address": ("address_countryiso2code", "address_countrydescription", "addr_country"),
}


def parties(file: BinaryIO, head: Head) -> Iterator[ListedParty]:
    """The entries of the XML file; weak names (`strong="false"`) are names like the others.

    Raises:
        NotAList: an entry has no number, or the file is not whole.
    """
    head.dated = iso_day(root_of(file).get("generationDate", ""))
    for entity in records(file, "sanctionEntity"):
        number = (entity.get("euReferenceNumber", "") or entity.get("logicalId", "")).strip()
        if not number:
            raise NotAList("an entity has neither euReferenceNumber nor logicalId; fetch it again")
        names = tuple(dict.fromkeys(filter(None, map(_name, children(entity, "nameAlias")))))
        if not names:
            head.nameless += 1
            continue
        subject = next(children(entity, "subjectType"), None)
        kind = (subject.get("code", "") or subject.get("classificationCode", "")) if subject is not None else ""
        programmes = [regulation.get("programme", "") for regulation in children(entity, "regulation")]
        yield ListedParty(
            source=SOURCE,
            entry_id=number,
            kind=KINDS.get(kind.casefold(), ""),
            names=names,
            countries=_countries(entity),
            programme=", ".join(dict.fromkeys(filter(None, programmes))),
        )


def _name(alias: Element) -> str:
    parts = (alias.get(part, "") for part in ("firstName", "middleName", "lastName"))
    return " ".join((alias.get("wholeName", "") or " ".join(parts)).split())


def _countries(entity: Element) -> tuple[str, ...]:
    places = (*children(entity, "citizenship"), *children(entity, "address"))
    codes = (place.get("countryIso2Code", "").strip() for place in places)
    return tuple(dict.fromkeys(code for code in codes if code and code != NO_COUNTRY))


def is_header(line: str) -> bool:
    """Whether this is the first line of the CSV file."""
    cells = {cell.strip().strip('"').casefold() for cell in line.split(";")}
    return all(cells.intersection(_COLUMNS[part]) for part in ("whole", "logical"))


def parties_of_csv(lines: Sequence[str], head: Head) -> Iterator[ListedParty]:
    """The entries of the CSV file, a part of one with each row: rows with one number belong together.

    Raises:
        NotAList: a row is shorter than the header, or has no number.
    """
    reader = csv.reader(lines, delimiter=";")
    header = [cell.strip().casefold() for cell in next(reader)]
    # version 1.0 repeats column names: the first one is meant
    places = {
        part: next((header.index(name) for name in names if name in header), None) for part, names in _COLUMNS.items()
    }
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(header):
            raise NotAList(
                f"line {reader.line_num} has {len(row)} columns and the header {len(header)}: it is cut off or damaged; "
                "fetch it again"
            )
        cell = {part: "" if at is None else " ".join(row[at].split()) for part, at in places.items()}
        head.dated = head.dated or european_day(cell["dated"])
        number = cell["number"] or cell["logical"]
        if not number:
            raise NotAList(f"line {reader.line_num} has no number of an entity; fetch it again")
        name = cell["whole"] or " ".join(filter(None, (cell["first"], cell["middle"], cell["last"])))
        countries = dict.fromkeys(
            code for code in (cell["citizenship"], cell["address"]) if code not in ("", NO_COUNTRY)
        )
        yield ListedParty(
            source=SOURCE,
            entry_id=number,
            kind=KINDS.get(cell["kind"].casefold(), ""),
            names=(name,) if name else (),
            countries=tuple(countries),
            programme=cell["programme"],
        )
