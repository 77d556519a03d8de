"""The XML of UNI-PASS answers: a root with `tCnt` and `ntceInfo`, then rows. Errors look the same and are HTTP 200 too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from starlette.responses import Response

Row = tuple[str, Mapping[str, str]]


def answer(root: str, count: int, rows: Iterable[Row] = (), notice: str = "") -> Response:
    """An answer under `root`; each row is its element name and its elements in order, empty ones included."""
    top = _filled(root, {"tCnt": str(count), "ntceInfo": notice})
    for name, elements in rows:
        row = ET.SubElement(top, name)
        for element, text in elements.items():
            ET.SubElement(row, element).text = text
    return _written(top)


def fields(root: str, elements: Mapping[str, str]) -> Response:
    """An answer without rows: what it says stands directly under its root."""
    return _written(_filled(root, elements))


def _filled(name: str, elements: Mapping[str, str]) -> ET.Element:
    filled = ET.Element(name)
    for element, text in elements.items():
        ET.SubElement(filled, element).text = text
    return filled


def _written(top: ET.Element) -> Response:
    body = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/xml;charset=UTF-8")


def error(root: str, sentence: str) -> Response:
    """An error: `tCnt` -1 and one sentence, under HTTP 200."""
    return answer(root, -1, notice=sentence)
