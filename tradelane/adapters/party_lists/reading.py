"""A file becomes a list: what it is shows in its content, never in its name."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tradelane.adapters.party_lists import eu, ofac, table, un
from tradelane.adapters.party_lists.head import Head, NotAList
from tradelane.adapters.party_lists.markup import local, root_of
from tradelane.domain.screening import ListedParty, ListState

LARGEST = 500 * 1024 * 1024
"""Bytes; the largest of the official files has some thirty million."""

LONGEST_ID = 100
"""Characters of an entry's number that the store takes."""

OF_XML = {un.ROOT: (un.SOURCE, un.parties), ofac.ROOT: (ofac.SOURCE, ofac.parties), eu.ROOT: (eu.SOURCE, eu.parties)}
OFFICIAL = frozenset({un.SOURCE, ofac.SOURCE, eu.SOURCE, table.KOREAN_SOURCE})

ALIAS_FILES = {"sdn": "alt", "cons_prim": "cons_alt"}
"""OFAC's CSV: name of the list -> name of the aliases beside it."""


WEB_PAGE = "it is a web page and no list: the download has failed, or wants a login or a token"


@dataclass(frozen=True)
class ListFile:
    """A list as it was read."""

    state: ListState
    parties: tuple[ListedParty, ...]
    nameless: int
    """Entries that were left out because they have no name."""


@dataclass(frozen=True)
class _Found:
    """What a file is: whose official list (empty = a plain table), its entries, the files they are read from."""

    official: str
    parties: Iterator[ListedParty]
    files: tuple[Path, ...]


def read_list(path: Path, *, source: str = "", dated: date | None = None, aliases: Path | None = None) -> ListFile:
    """Read a list of restricted parties.

    Args:
        path: The file as it was published.
        source: What to call the list; empty = what the file is, which a plain table does not say.
        dated: The list's date, for files that do not say it.
        aliases: OFAC's `ALT.CSV`, where it does not lie beside `SDN.CSV`.

    Raises:
        NotAList: one sentence, when this is no whole and dated list.
        OSError: a file cannot be read.
    """
    head = Head()
    merged: dict[str, ListedParty] = {}
    try:
        found = _found(path, source, aliases, head)
        source = _called(source, found.official)
        for party in found.parties:
            known = merged.get(party.entry_id)
            merged[party.entry_id] = (
                party.model_copy(update={"source": source}) if known is None else _both(known, party)
            )
    except csv.Error as wrong:
        raise NotAList(f"it is no whole CSV ({wrong}); fetch it again") from wrong
    whole = tuple(party for party in merged.values() if party.names)
    head.nameless += len(merged) - len(whole)
    _check(whole, head, dated)
    day = head.dated or dated
    assert day is not None, "a list without a date is refused"
    state = ListState(source=source, dated=day, sha256=_sha256(found.files), entries=len(whole))
    return ListFile(state, whole, head.nameless)


def _called(source: str, official: str) -> str:
    """What the list is called: what was asked for, where the file may be that."""
    if not (source or official):
        raise NotAList("it is a table of nobody in particular; say with --list what it is called")
    if official and source in OFFICIAL - {official}:
        raise NotAList(f"it is the list of {official}, not that of {source}")
    if not official and source in OFFICIAL - {table.KOREAN_SOURCE}:
        raise NotAList(f"it is a plain table and not what {source} publishes; fetch its XML, or call yours otherwise")
    return source or official


def _check(parties: Sequence[ListedParty], head: Head, dated: date | None) -> None:
    if head.announced is not None and head.announced != len(parties) + head.nameless:
        raise NotAList(
            f"it says that it has {head.announced} entries and has {len(parties) + head.nameless}: it is cut off; "
            "fetch it again"
        )
    if not parties:
        raise NotAList("it has no entries; a list without entries would clear everybody")
    if head.dated is None and dated is None:
        raise NotAList("it does not say of which day it is; give the day it was published with --dated YYYY-MM-DD")
    if head.dated is not None and dated not in (None, head.dated):
        raise NotAList(f"it says that it is of {head.dated}; leave --dated out")
    long = next((party.entry_id for party in parties if len(party.entry_id) > LONGEST_ID), None)
    if long is not None:
        raise NotAList(f"the number of an entry has more than {LONGEST_ID} characters: {long[:40]}...")


def _found(path: Path, source: str, aliases: Path | None, head: Head) -> _Found:
    size = path.stat().st_size
    if size == 0:
        raise NotAList("it is empty; fetch it again")
    if size > LARGEST:
        raise NotAList(f"it has more than {LARGEST // 1024**2} MB, which no list has")
    with path.open("rb") as file:
        start = file.read(2048)
    if start.startswith(b"PK\x03\x04"):
        return _table(path, list(table.rows_of_workbook(path)), source, head)
    if start.startswith((b"%PDF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        raise NotAList("it is a PDF, an archive or an old Excel workbook; fetch the XML or CSV, or save it as .xlsx")
    opening = start.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip().lower()
    if opening.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise NotAList(WEB_PAGE)
    if opening.startswith(b"<"):
        return _markup(path, head)
    lines = _lines(path)
    if eu.is_header(lines[0]):
        return _Found(eu.SOURCE, eu.parties_of_csv(lines, head), (path,))
    first = next(csv.reader(lines), [])
    if ofac.is_main(first):
        beside = _aliases_beside(path, aliases)
        return _Found(ofac.SOURCE, ofac.parties_of_csv(lines, _lines(beside), head), (path, beside))
    if ofac.is_alias(first):
        raise NotAList("these are OFAC's aliases alone (ALT.CSV); name SDN.CSV, the aliases are read from beside it")
    return _table(path, list(table.rows_of_csv(lines)), source, head)


def _markup(path: Path, head: Head) -> _Found:
    with path.open("rb") as file:
        name = local(root_of(file))
    if name.lower() == "html":
        raise NotAList(WEB_PAGE)
    if name not in OF_XML:
        raise NotAList(f"its root element is {name}; known are {', '.join(OF_XML)} (UN, OFAC, EU)")
    source, read = OF_XML[name]

    def parties() -> Iterator[ListedParty]:
        with path.open("rb") as file:
            yield from read(file, head)

    return _Found(source, parties(), (path,))


def _table(path: Path, rows: Sequence[table.Row], source: str, head: Head) -> _Found:
    header = table.find_header(rows)
    official = table.KOREAN_SOURCE if header.korean else ""
    return _Found(official, table.parties(rows, header, source or official), (path,))


def _aliases_beside(path: Path, aliases: Path | None) -> Path:
    if aliases is not None:
        return aliases
    wanted = ALIAS_FILES.get(path.stem.casefold(), "alt")
    beside = next((one for one in path.parent.iterdir() if one.name.casefold() == f"{wanted}.csv"), None)
    if beside is None:
        raise NotAList(
            f"OFAC's CSV has its aliases in a file of their own, and no {wanted.upper()}.CSV lies beside it; put it there, "
            "name it with --aliases, or take the XML"
        )
    return beside


def _lines(path: Path) -> list[str]:
    """The lines of a text in UTF-8; a table saved by Korean Excel may be in its code page (CP949)."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotAList("it is in UTF-16; save it as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        text = _korean(content)
        if not text:
            raise NotAList(
                f"it is not in UTF-8 (byte {wrong.start + 1}): save it as CSV UTF-8, or take the XML"
            ) from wrong
    if "\0" in text:
        raise NotAList("it is no text; fetch the XML or CSV")
    return text.splitlines(keepends=True)


def _korean(content: bytes) -> str:
    """A text in CP949 whose header is one of ours in Korean; nothing otherwise: any bytes might be CP949 by chance."""
    try:
        text = content.decode("cp949")
        header = table.find_header(table.rows_of_csv(text.splitlines(keepends=True)))
    except (UnicodeDecodeError, NotAList):
        return ""
    return text if header.korean else ""


def _both(one: ListedParty, other: ListedParty) -> ListedParty:
    """Two parts of one entry: what has one number is one party."""
    programmes = dict.fromkeys(filter(None, (*one.programme.split(", "), *other.programme.split(", "))))
    return one.model_copy(
        update={
            "kind": one.kind or other.kind,
            "names": tuple(dict.fromkeys((*one.names, *other.names))),
            "countries": tuple(dict.fromkeys((*one.countries, *other.countries))),
            "programme": ", ".join(programmes),
        }
    )


def _sha256(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                digest.update(part)
    return digest.hexdigest()
