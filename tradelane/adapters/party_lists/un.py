"""The consolidated list of the United Nations Security Council, in XML.

`CONSOLIDATED_LIST` carries `dateGenerated`; individuals have up to four names of their own, aliases with a quality
(`Good`, `Low`), a name in the original script, nationalities; entities have one name, aliases and addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from tradelane.adapters.party_lists.head import Head, NotAList, iso_day
from tradelane.adapters.party_lists.markup import local, records, root_of, text, texts
from tradelane.domain.screening import ListedParty

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCE = "UN"
ROOT = "CONSOLIDATED_LIST"
NO_NAME = frozenset({"na", "n/a", "-", "none"})


def parties(file: BinaryIO, head: Head) -> Iterator[ListedParty]:
    """The entries; low-quality aliases are names like the others.

    Raises:
        NotAList: an entry has no number, or the file is not whole.
    """
    head.dated = iso_day(root_of(file).get("dateGenerated", ""))
    for entry in records(file, "INDIVIDUAL", "ENTITY"):
        prefix = local(entry)
        number = text(entry, "REFERENCE_NUMBER") or text(entry, "DATAID")
        if not number:
            raise NotAList("an entry has neither REFERENCE_NUMBER nor DATAID; fetch it again")
        names = tuple(name for name in _names(entry, prefix) if name.casefold() not in NO_NAME)
        if not names:
            head.nameless += 1
            continue
        yield ListedParty(
            source=SOURCE,
            entry_id=number,
            kind="person" if prefix == "INDIVIDUAL" else "organisation",
            names=names,
            countries=texts(entry, "NATIONALITY", "VALUE") or texts(entry, f"{prefix}_ADDRESS", "COUNTRY"),
            programme=text(entry, "UN_LIST_TYPE"),
        )


def _names(entry: Element, prefix: str) -> Iterator[str]:
    parts = (text(entry, f"{place}_NAME") for place in ("FIRST", "SECOND", "THIRD", "FOURTH"))
    if whole := " ".join(part for part in parts if part and part.casefold() not in NO_NAME):
        yield whole
    yield from texts(entry, f"{prefix}_ALIAS", "ALIAS_NAME")
    yield from texts(entry, "NAME_ORIGINAL_SCRIPT")
