"""Lists of the US Office of Foreign Assets Control: SDN and the consolidated non-SDN list, in XML or CSV.

XML: `sdnList` with `publshInformation` (their spelling: `Publish_Date` as month/day/year, `Record_Count`) and `sdnEntry`.
CSV: `SDN.CSV` (or `CONS_PRIM.CSV`) has twelve columns without a header and without a date, `-0-` stands for nothing;
the aliases are in a file of their own, `ALT.CSV` (`CONS_ALT.CSV`), five columns, by the number of the entry.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from tradelane.adapters.party_lists.head import Head, NotAList, american_day
from tradelane.adapters.party_lists.markup import children, local, records, text, texts
from tradelane.domain.screening import ListedParty

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCE = "OFAC"
ROOT = "sdnList"
KINDS = {"individual": "person", "entity": "organisation", "vessel": "vessel", "aircraft": "aircraft"}
NOTHING = "-0-"

COLUMNS = 12
"""ent_num, SDN_Name, SDN_Type, Program, Title, Call_Sign, Vess_type, Tonnage, GRT, Vess_flag, Vess_owner, Remarks."""

ALIAS_COLUMNS = 5
"""ent_num, alt_num, alt_type, alt_name, alt_remarks."""

ALIAS_KINDS = frozenset({"aka", "fka", "nka"})


def parties(file: BinaryIO, head: Head) -> Iterator[ListedParty]:
    """The entries of the XML file; weak aliases are names like the others.

    Raises:
        NotAList: an entry has no number, or the file is not whole.
    """
    for entry in records(file, "publshInformation", "sdnEntry"):
        if local(entry) == "publshInformation":
            head.dated = american_day(text(entry, "Publish_Date"))
            count = text(entry, "Record_Count")
            head.announced = int(count) if count.isascii() and count.isdigit() else None
            continue
        number = text(entry, "uid")
        if not number:
            raise NotAList("an entry has no uid; fetch it again")
        names = tuple(filter(None, map(_name, (entry, *children(entry, "akaList", "aka")))))
        if not names:
            head.nameless += 1
            continue
        countries = (
            *texts(entry, "nationalityList", "nationality", "country"),
            *texts(entry, "citizenshipList", "citizenship", "country"),
            *texts(entry, "addressList", "address", "country"),
        )
        yield ListedParty(
            source=SOURCE,
            entry_id=number,
            kind=KINDS.get(text(entry, "sdnType").casefold(), ""),
            names=names,
            countries=tuple(dict.fromkeys(countries)),
            programme=", ".join(texts(entry, "programList", "program")),
        )


def _name(element: Element) -> str:
    return " ".join(filter(None, (text(element, "firstName"), text(element, "lastName"))))


def is_main(row: Sequence[str]) -> bool:
    """Whether a row without header is one of `SDN.CSV`."""
    return len(row) == COLUMNS and row[0].strip().isdigit()


def is_alias(row: Sequence[str]) -> bool:
    """Whether a row without header is one of `ALT.CSV`."""
    return len(row) == ALIAS_COLUMNS and row[0].strip().isdigit() and row[2].strip().casefold() in ALIAS_KINDS


def parties_of_csv(main: Sequence[str], aliases: Sequence[str], head: Head) -> Iterator[ListedParty]:
    """The entries of `SDN.CSV`, with the aliases of `ALT.CSV`, each as lines of text.

    Raises:
        NotAList: a row has not the columns it must have, or an alias belongs to no entry.
    """
    known: dict[str, list[str]] = {}
    for _, row in _rows(aliases, ALIAS_COLUMNS, "the file of aliases"):
        known.setdefault(row[0], []).append(row[3])
    for line, row in _rows(main, COLUMNS, "it"):
        number = row[0]
        if not number.isdigit():
            raise NotAList(f"line {line} does not begin with the number of an entry; fetch it again")
        names = tuple(filter(None, (row[1], *known.pop(number, ()))))
        if not names:
            head.nameless += 1
            continue
        yield ListedParty(
            source=SOURCE,
            entry_id=number,
            kind=KINDS.get(row[2].casefold(), "" if row[2] else "organisation"),
            names=names,
            countries=(row[9],) if row[9] else (),
            programme=", ".join(row[3].replace("[", " ").replace("]", " ").split()),
        )
    if known:
        raise NotAList(
            f"the file of aliases speaks of {len(known)} entries that are not in the list, such as {min(known)}: one of "
            "the two is cut off, or they are of different days; fetch both again"
        )


def _rows(lines: Sequence[str], columns: int, named: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines)
    for row in reader:
        cells = ["" if cell.strip() == NOTHING else " ".join(cell.split()) for cell in row]
        if not any(cells) or cells == ["\x1a"]:  # the official files end with a DOS end-of-file mark
            continue
        if len(cells) != columns:
            raise NotAList(
                f"line {reader.line_num} of {named} has {len(cells)} columns instead of {columns}: it is cut off or "
                "damaged; fetch it again"
            )
        yield reader.line_num, cells
