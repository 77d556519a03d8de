"""How fonts get into a file: what all papers of a kind share is made once, the rest for each.

ReportLab embeds a font in subsets of 256 characters, in the order in which they are drawn, and makes and compresses
each anew for every file: most of what a paper costs. Here the characters of the form itself (its labels, which are the
same on every paper of its kind) come first and have the first subset for themselves, so that its bytes are found again.
Only that one is kept: which characters a person's name has is nobody's business after the paper is drawn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import FF_NONSYMBOLIC, FF_SYMBOLIC, SUBSETN, makeToUnicodeCMap

SUBSET = 256
"""Characters of one subset: a code is one byte."""


_SLOT = b"\0"
"""Stands in a printed object where a reference goes."""


@dataclass(frozen=True)
class _Subset:
    """One subset as it is printed: its name, the streams of its letters and its font file, and what points to them."""

    name: str
    letters: bytes
    file: bytes
    descriptor: tuple[bytes, ...]
    font: tuple[bytes, ...]


class _Printed(pdfdoc.PDFObject):  # type: ignore[misc]
    """An object of the file whose bytes are known but for the objects it refers to."""

    __RefOnly__ = 1

    def __init__(self, parts: Sequence[bytes], *references: Any) -> None:
        self._parts = parts
        self._references = references

    def format(self, document: Any) -> bytes:
        between = [reference.format(document) for reference in self._references]
        return self._parts[0] + b"".join(map(bytes.__add__, between, self._parts[1:]))


def prepare(parsed: Any) -> None:
    """Make a parsed font remember its tables, its first subsets and its widths as they are printed; once for each."""
    face = parsed.face
    widths = {code: _number(width) for code, width in face.charWidths.items()}
    default = _number(face.defaultWidth)
    made = partial(_made, face, widths, default)
    parsed.addObjects = partial(_add, parsed, lru_cache(maxsize=32)(made), made)
    face.get_table = lru_cache(maxsize=None)(face.get_table)  # else megabytes of glyphs are copied for each file


def begin(parsed: Any, labels: Iterable[str], texts: Iterable[str], document: Any) -> Mapping[int, int]:
    """Give the characters of the labels the first subset of a file, and everything else the following ones.

    Returns the code of each character: its subset times 256 and its place there.
    """
    parsed.splitString(_once(labels), document)
    state = parsed.state[document]
    state.nextCode = -(-max(state.nextCode, SUBSET) // SUBSET) * SUBSET
    parsed.splitString(_once(texts), document)
    assigned: dict[int, int] = state.assignments
    return assigned


def _add(parsed: Any, kept: Any, made: Any, document: Any) -> None:
    """Write the subsets of one file, as ReportLab's `addObjects` does."""
    fonts = document.idToObject["BasicFonts"].dict
    for number, codes in enumerate(parsed.state[document].subsets):
        internal = parsed.getSubsetInternalName(number, document)[1:]
        subset = (made if number else kept)(number, internal, tuple(codes))
        letters = document.Reference(_Printed([subset.letters]), f"toUnicodeCMap:{subset.name}")
        file = document.Reference(_Printed([subset.file]), f"fontFile:{parsed.face.filename}({subset.name})")
        descriptor = document.Reference(_Printed(subset.descriptor, file), f"fontDescriptor:{subset.name}")
        fonts[internal] = document.Reference(_Printed(subset.font, descriptor, letters), internal)
    del parsed.state[document]


def _made(
    face: Any, widths: Mapping[int, bytes], default: bytes, number: int, internal: str, codes: tuple[int, ...]
) -> _Subset:
    name = (SUBSETN(number) + b"+" + face.name + face.subfontNameX).decode("ascii")
    file = face.makeSubset(list(codes))
    printed = [widths.get(code, default) for code in codes]
    rows = [b" ".join(printed[at : at + 10]) for at in range(0, len(printed), 10)]
    descriptor = {
        "Type": "/FontDescriptor",
        "Ascent": face.ascent,
        "CapHeight": face.capHeight,
        "Descent": face.descent,
        "Flags": face.flags & ~FF_NONSYMBOLIC | FF_SYMBOLIC,
        "FontBBox": pdfdoc.PDFArray(face.bbox),
        "FontName": pdfdoc.PDFName(name),
        "ItalicAngle": face.italicAngle,
        "StemV": face.stemV,
        "FontFile2": _SLOT,
        "MissingWidth": face.defaultWidth,
    }
    font = {
        "Type": "/Font",
        "Subtype": "/TrueType",
        "BaseFont": pdfdoc.PDFName(name),
        "Name": pdfdoc.PDFName(internal),
        "FirstChar": 0,
        "LastChar": len(codes) - 1,
        "Widths": b"[ " + b" \n  ".join(rows) + b" ]",
        "ToUnicode": _SLOT,
        "FontDescriptor": _SLOT,
    }
    return _Subset(
        name,
        _stream(makeToUnicodeCMap(name, codes).encode("ascii"), Filter=pdfdoc.PDFArray(["/FlateDecode"])),
        _stream(file, Filter="/FlateDecode", Length1=len(file)),
        _parts(descriptor),
        _parts(font),
    )


def _stream(content: bytes, **entries: Any) -> bytes:
    stream = pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), zlib.compress(content), [])
    printed: bytes = stream.format(pdfdoc.DummyDoc())
    return printed


def _parts(entries: Mapping[str, Any]) -> tuple[bytes, ...]:
    """A dictionary as it is printed, cut where references go: they stand in the order of their keys."""
    return tuple(pdfdoc.PDFDictionary(dict(entries)).format(pdfdoc.DummyDoc()).split(_SLOT))


def _once(texts: Iterable[str]) -> str:
    """Each character once, in the order in which it first stands."""
    return "".join(dict.fromkeys("".join(texts)))


def _number(width: float) -> bytes:
    return f"{width:.6f}".rstrip("0").rstrip(".").encode("ascii")
