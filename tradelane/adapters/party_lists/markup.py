"""XML lists as a stream of records: one record in memory at a time, no entity and no document type ever opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers.expat import errors as expat

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, iterparse  # type: ignore[import-untyped]

from tradelane.adapters.party_lists.head import NotAList

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # a name for types only: parsing is defusedxml's

CUT_OFF = frozenset(
    expat.codes[message]
    for message in (expat.XML_ERROR_NO_ELEMENTS, expat.XML_ERROR_UNCLOSED_TOKEN, expat.XML_ERROR_PARTIAL_CHAR)
)
"""What the parser says when a document ends before its root does."""


def root_of(file: BinaryIO) -> Element:
    """The root element with its attributes and nothing in it; the file stands at its beginning again.

    Raises:
        NotAList: this is no XML that may be read.
    """
    root = next(_events(file, ("start",)))[1]
    file.seek(0)
    return root


def records(file: BinaryIO, *names: str) -> Iterator[Element]:
    """The elements of some local names, whole and in order; each is emptied when the next is asked for.

    Raises:
        NotAList: the document ends early, is damaged, or declares entities.
    """
    above: list[Element] = []
    for event, element in _events(file, ("start", "end")):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        if local(element) in names:
            yield element
            element.clear()
            if above:
                above[-1].remove(element)


def local(element: Element) -> str:
    """The name of an element without its namespace: publishers change that now and then."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, *path: str) -> Iterator[Element]:
    """What lies below an element at the end of a path of local names."""
    for child in element:
        if local(child) == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from children(child, *path[1:])


def texts(element: Element, *path: str) -> tuple[str, ...]:
    """The texts at the end of a path, without empty ones."""
    return tuple(said for child in children(element, *path) if (said := " ".join((child.text or "").split())))


def text(element: Element, *path: str) -> str:
    """The first text at the end of a path, or nothing."""
    return next(iter(texts(element, *path)), "")


def _events(file: BinaryIO, events: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    try:
        yield from iterparse(file, events=events, forbid_dtd=True)
    except ParseError as wrong:
        line, column = wrong.position
        if wrong.code in CUT_OFF:
            raise NotAList(f"it ends in the middle, at line {line}: it was cut off; fetch it again") from wrong
        raise NotAList(
            f"it is no well-formed XML (line {line}, column {column}): it is damaged, or in another encoding than it "
            "says; fetch it again and do not open it in an editor"
        ) from wrong
    except DefusedXmlException as wrong:
        raise NotAList(
            "it declares a document type or entities, which no published list does; it is not opened"
        ) from wrong
    except (LookupError, UnicodeError, ValueError) as wrong:
        raise NotAList("its encoding is unknown; fetch it again") from wrong
