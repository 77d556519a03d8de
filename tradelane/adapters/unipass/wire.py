"""UNI-PASS answers: XML to rows, in their element names.

HTTP is 200 whatever happens; `tCnt` tells: -1 error, 0 no (detail) row, else rows. One row is one element, several
are repeated elements; any element may be empty or missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]

from tradelane.adapters.errors import Garbled, Refused, Unavailable
from tradelane.adapters.http import cut
from tradelane.domain.holds import Fault

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # a name for types only: parsing is defusedxml's

PARTY = "unipass"

Row = dict[str, str]

_OUR_MISTAKES = ("인증키", "crkycn", "필수", "입력값", "파라미터", "parameter")
_NAMED_PARAMETER = re.compile(r"\[[a-z][a-z0-9]*\]", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """One answer: its root element."""

    root: Element

    def rows(self, name: str) -> tuple[Row, ...]:
        """All elements of a name directly under the root; an empty element is no row."""
        found = (self._row(element) for element in self.root if _local(element.tag) == name)
        return tuple(row for row in found if any(row.values()))

    @staticmethod
    def _row(element: Element) -> Row:
        return {_local(child.tag): (child.text or "").strip() for child in element}


def document(body: bytes, root: str) -> Document:
    """Read an answer.

    Raises:
        Garbled: not XML, another root, or no count.
        Refused: our key or our parameters are wrong.
        Unavailable: any other error of theirs.
    """
    try:
        element: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as wrong:
        raise Garbled(PARTY, "not_xml", "The answer is not the XML that was asked for.") from wrong
    if _local(element.tag) != root:
        raise Garbled(PARTY, "unexpected_shape", f"The answer is not {root}.")
    counts = [(child.text or "").strip() for child in element if _local(child.tag) == "tCnt"]
    if not counts or not counts[0].lstrip("-").isdecimal():
        raise Garbled(PARTY, "no_count", "The answer has no tCnt.")
    if int(counts[0]) < 0:
        notice = next((child for child in element if _local(child.tag) == "ntceInfo"), None)
        raise _error(cut(" ".join(notice.itertext())) if notice is not None else "")
    return Document(element)


def _error(words: str) -> Exception:
    lowered = words.lower()
    if any(sign in lowered for sign in _OUR_MISTAKES) or _NAMED_PARAMETER.search(words):
        return Refused(PARTY, "rejected", words, fault=Fault.OURS)
    return Unavailable(PARTY, "error", words or "UNI-PASS answered with an error and no reason.")


def _local(tag: object) -> str:
    """Name without namespace; comments and instructions have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
