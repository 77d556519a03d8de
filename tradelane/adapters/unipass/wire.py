"""UNI-PASS answers: XML to rows, in their element names.

HTTP is 200 whatever happens; `tCnt` tells: -1 error, 0 no (detail) row, else rows. One row is one element, several
are repeated elements; any element may be empty or missing. An answer that does not fit is `Garbled`, so that a format
that changed is never read as *nothing found*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]

from tradelane.adapters.errors import Garbled, Refused, Unavailable
from tradelane.adapters.http import cut
from tradelane.domain.holds import Fault

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # a name for types only: parsing is defusedxml's

    from tradelane.adapters.unipass.services import Service

PARTY = "unipass"

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes; the longest code list is a few hundred kilobytes."""

Row = dict[str, str]

_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"\A[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_COUNT = re.compile(r"-?[0-9]{1,9}")
_KOREAN_ENCODINGS = frozenset({"euc-kr", "euc_kr", "cp949", "ms949", "ks_c_5601-1987", "ksc5601"})
_KEY_WORDS = ("인증키", "crkycn")
_OUR_MISTAKES = ("필수", "입력값", "파라미터", "parameter")
_NAMED_PARAMETER = re.compile(r"\[[a-z][a-z0-9]*\]", re.IGNORECASE)
_NOTHING_FOUND = re.compile(
    r"\[N00\]|(조회|검색|자료|정보|결과).*(없|존재하지)|(없|존재하지).*(조회|검색|자료|정보|결과)"
)
_WELL = frozenset({"00", "0", "0000"})
_NO_DAY = frozenset({"00000000", "99999999"})


@dataclass(frozen=True)
class Document:
    """One answer: its root element, the count it told, and the service it is of."""

    root: Element
    service: Service
    count: int | None

    def rows(self, name: str = "") -> tuple[Row, ...]:
        """All elements of a name (of all the service's rows without one) under the root; an empty one is no row."""
        names = {name.lower()} if name else {row.lower() for row in self.service.rows}
        found = (_row(element) for element in self.root if _local(element.tag).lower() in names)
        return tuple(row for row in found if any(row.values()))

    def fields(self) -> Row:
        """The texts that stand directly under the root."""
        return _row(self.root)


def document(body: bytes, service: Service, *, verdict: bool = False) -> Document:
    """Read an answer. With `verdict`, `tCnt` is itself the answer (1 yes, 0 no) and not a number of rows.

    Raises:
        Garbled: not XML, another root, no count, or a count without the rows it promises.
        Refused: our key (code `key`) or our parameters (code `rejected`) are wrong.
        Unavailable: any other error of theirs.
    """
    element = _parsed(body)
    if _local(element.tag).lower() != service.root.lower():
        raise Garbled(PARTY, "unexpected_shape", f"The answer is not {service.root}.")
    notice = next((child for child in element if _local(child.tag) == "ntceInfo"), None)
    words = cut(" ".join(notice.itertext())) if notice is not None else ""
    code = (
        next((_text(child) for child in notice if _local(child.tag) == "resultCode"), "") if notice is not None else ""
    )
    count = _count(element, code)
    nothing = not count and _says_nothing_found(words)  # -1 is an error whatever its words
    if (count is not None and count < 0) or (code and code not in _WELL and not nothing):
        raise _error(words)
    answer = Document(element, service, count)
    if verdict or answer.rows():
        return answer
    if count:
        raise Garbled(PARTY, "no_rows", f"The answer counts {count} rows and shows none that is understood.")
    if words and code not in _WELL and not nothing:
        raise _error(words)  # no row *and* words that do not say so: never read as nothing found
    return answer


def _parsed(body: bytes) -> Element:
    if len(body) > LARGEST_ANSWER:
        raise Garbled(PARTY, "too_large", f"The answer has {len(body)} bytes, more than {LARGEST_ANSWER}.")
    try:
        element: Element = fromstring(_DECLARATION.sub("", _decoded(body), count=1), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as wrong:
        raise Garbled(
            PARTY, "not_xml", f"The answer is {_looks_like(body)}, not the XML that was asked for."
        ) from wrong
    return element


def _decoded(body: bytes) -> str:
    """UTF-8, whatever the declaration says; else the Korean encoding that it names. Raises ValueError."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        named = _ENCODING.match(body)
        if named and named.group(1).decode().lower() in _KOREAN_ENCODINGS:
            return body.decode("cp949")
        raise


def _looks_like(body: bytes) -> str:
    start = body.lstrip()[:200].lower()
    if not start:
        return "empty"
    return "a web page" if start.startswith((b"<!doctype html", b"<html")) else "unreadable"


def _count(element: Element, code: str) -> int | None:
    """`tCnt`; None where it is missing and `resultCode` says that all is well in its place."""
    told = next((_text(child) for child in element if _local(child.tag) == "tCnt"), "")
    if not told and code:
        return None
    if not _COUNT.fullmatch(told):
        raise Garbled(PARTY, "no_count", "The answer has no tCnt.")
    return int(told)


def _says_nothing_found(words: str) -> bool:
    """Whether a notice says that nothing was found; one about the key never does."""
    return not _about_key(words) and _NOTHING_FOUND.search(words) is not None


def _about_key(words: str) -> bool:
    return any(sign in words.lower() for sign in _KEY_WORDS)


def _error(words: str) -> Refused | Unavailable:
    lowered = words.lower()
    if _about_key(words):
        return Refused(PARTY, "key", words, fault=Fault.OURS)
    if any(sign in lowered for sign in _OUR_MISTAKES) or _NAMED_PARAMETER.search(words):
        return Refused(PARTY, "rejected", words, fault=Fault.OURS)
    return Unavailable(PARTY, "error", words or "UNI-PASS answered with an error and no reason.")


def _row(element: Element) -> Row:
    return {_local(child.tag): _text(child) for child in element}


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _local(tag: object) -> str:
    """Name without namespace; comments and instructions have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


# --- texts of rows ---------------------------------------------------------------------------------------------------


def day(text: str) -> date | None:
    """`yyyymmdd`, a Korean day; empty, all zeros or all nines is None."""
    if not text or text in _NO_DAY:
        return None
    try:
        if not re.fullmatch(r"[0-9]{8}", text):
            raise ValueError(text)
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError as wrong:
        raise Garbled(PARTY, "no_day", "A day in the answer is not a day.") from wrong


def number(text: str) -> Decimal | None:
    """A number of theirs, with or without thousands separators; empty is None."""
    if not text:
        return None
    try:
        told = Decimal(text.replace(",", ""))
    except InvalidOperation as wrong:
        raise Garbled(PARTY, "no_number", "A number in the answer is not a number.") from wrong
    if not told.is_finite() or told < 0 or told >= 10**15:
        raise Garbled(PARTY, "no_number", "A number in the answer is below zero or beyond reason.")
    return told


def whole(text: str) -> int | None:
    """A number of packages or grams: whole, or empty."""
    told = number(text)
    if told is None:
        return None
    if told != told.to_integral_value():
        raise Garbled(PARTY, "no_number", "A number of pieces in the answer is not whole.")
    return int(told)


def flag(text: str) -> bool:
    """Whether a `...Yn` says `Y`; anything else, and nothing, is no."""
    return text.upper() == "Y"
