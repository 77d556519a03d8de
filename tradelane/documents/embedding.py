"""How fonts get into a file: what all papers of a kind share is made once, the rest for each.

ReportLab embeds a font in subsets of 256 characters, in the order in which they are drawn, and makes and compresses
each anew for every file: most of what a paper costs. Here the characters of the form itself (its labels, which are the
same on every paper of its kind) come first and have the first subset for themselves, so that its bytes are found again.
Only that one is kept: which characters a person's name has is nobody's business after the paper is drawn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import FF_NONSYMBOLIC, FF_SYMBOLIC, SUBSETN

SUBSET = 256
"""Characters of one subset: a code is one byte."""

_FIRST = SUBSETN(0).decode("ascii") + "+"


def prepare(parsed: Any) -> None:
    """Make a parsed font remember its tables, its first subsets and its widths as they are printed; once for each."""
    face = parsed.face
    widths = {code: _printed(width) for code, width in face.charWidths.items()}
    default = _printed(face.defaultWidth)
    first = lru_cache(maxsize=32)(lambda characters: _compressed(face, characters))
    face.getCharWidth = lambda code: widths.get(code, default)
    face.get_table = lru_cache(maxsize=None)(face.get_table)  # else megabytes of glyphs are copied for each file
    face.addSubsetObjects = partial(_add, face, first)


def begin(parsed: Any, labels: Iterable[str], document: Any) -> None:
    """Give the characters of the labels the first subset of a file, and everything else the following ones."""
    parsed.splitString("".join(labels), document)
    state = parsed.state[document]
    state.nextCode = -(-max(state.nextCode, SUBSET) // SUBSET) * SUBSET


def _add(face: Any, first: Any, document: Any, name: str, subset: list[int]) -> Any:
    """Write one subset as font file and descriptor, as ReportLab's `addSubsetObjects` does."""
    content, length = first(tuple(subset)) if name.startswith(_FIRST) else _compressed(face, tuple(subset))
    file = pdfdoc.PDFStream(content=content)
    file.dictionary["Length1"] = length
    file.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
    descriptor = pdfdoc.PDFDictionary(
        {
            "Type": "/FontDescriptor",
            "Ascent": face.ascent,
            "CapHeight": face.capHeight,
            "Descent": face.descent,
            "Flags": face.flags & ~FF_NONSYMBOLIC | FF_SYMBOLIC,
            "FontBBox": pdfdoc.PDFArray(face.bbox),
            "FontName": pdfdoc.PDFName(name),
            "ItalicAngle": face.italicAngle,
            "StemV": face.stemV,
            "FontFile2": document.Reference(file, f"fontFile:{face.filename}({name})"),
            "MissingWidth": face.defaultWidth,
        }
    )
    return document.Reference(descriptor, f"fontDescriptor:{name}")


def _printed(width: float) -> bytes:
    return f"{width:.6f}".rstrip("0").rstrip(".").encode("ascii")


def _compressed(face: Any, subset: tuple[int, ...]) -> tuple[bytes, int]:
    made = face.makeSubset(list(subset))
    return zlib.compress(made), len(made)
