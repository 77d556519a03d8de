"""The flat file for a broker's program: code page MS949, fields parted by `^`, records EHDR, EDTL and EMDL.

That shape was seen once (korea-export 5.2); which fields stand in a record, and in which order, is **ours** and stands
in `LAYOUT`: no public layout was found, so agree on it with the broker before the first file. Amounts and weights are
plain decimals, codes plain characters, days YYYYMMDD. The standard name is left to the program, which has it by the HSK. A character that MS949 lacks is written in its ASCII form where
it has one (an accent is dropped), and refused otherwise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

from tradelane.domain.export_declaration import DeclarationLine, ExportDeclaration
from tradelane.domain.money import Money
from tradelane.domain.paperwork.worksheet import (
    ROUTES,
    WorksheetCodes,
    buyer,
    declarant,
    drawback_applicant,
    kilograms,
    latin,
    maker,
    simplified_drawback,
    worksheet,
)
from tradelane.domain.transliteration import to_ascii

SEPARATOR = "^"
END = "\r\n"
CODE_PAGE = "cp949"

LAYOUT: dict[str, tuple[str, ...]] = {
    "EHDR": (
        "record", "reference", "declarant", "declarant code", "exporter", "customs clearance code", "business number",
        "representative", "address", "postcode", "exporter kind", "maker", "maker customs id", "buyer", "customs office",
        "division", "day", "declaration type", "transaction type", "export kind", "payment type", "destination",
        "loading port", "transport", "goods location postcode", "goods location", "condition", "drawback applicant",
        "simplified drawback", "gross kg", "packages", "package kind", "FOB KRW", "freight KRW", "insurance KRW",
        "incoterm", "currency", "amount", "rate", "lines",
    ),
    "EDTL": (
        "record", "reference", "line", "standard name", "trade name", "brand", "HSK", "net kg", "FOB KRW", "invoice",
        "origin", "requirement documents", "order number",
    ),
    "EMDL": (
        "record", "reference", "line", "row", "model", "ingredients", "quantity", "unit", "unit price", "currency",
        "amount",
    ),
}  # fmt: skip
"""Fields of each record in their order."""


class NotInMs949(ValueError):
    """A character has no place in MS949 and no ASCII form; the sentence names the field."""


def flat(declarations: Sequence[ExportDeclaration], day: date) -> bytes:
    """The MS949 file: for each declaration EHDR, then for each line EDTL and its one EMDL.

    Raises:
        NotInMs949: a character that cannot be written.
        ValueError: a field holds the separator, a line break or another control character.
    """
    records: list[str] = []
    for declaration in declarations:
        worksheet(declaration, day)  # what cannot be keyed by hand is not loaded by a program either
        records.append(_record("EHDR", declaration, _header(declaration, day)))
        for line in declaration.lines:
            records.append(_record("EDTL", declaration, _line(line, declaration)))
            records.append(_record("EMDL", declaration, _model(line)))
    return "".join(record + END for record in records).encode(CODE_PAGE)


def printable(text: str, field: str) -> str:
    """The text, when it holds no control character but the line break of a cell."""
    if any(unicodedata.category(character) == "Cc" and character != "\n" for character in text):
        raise ValueError(f"A control character stands in {field}: take it out.")
    return text


def _header(declaration: ExportDeclaration, day: date) -> list[str]:
    exporter, codes = declaration.exporter, WorksheetCodes()
    filer, filer_code = declarant(declaration)
    maker_name, maker_code, kind, _ = maker(declaration)
    return [
        filer,
        filer_code,
        exporter.name_ko,
        str(exporter.customs_clearance_code),
        str(exporter.business_registration_number),
        exporter.representative_ko,
        exporter.address_ko,
        exporter.postcode,
        kind,
        maker_name,
        maker_code,
        buyer(declaration),
        exporter.customs_office,
        exporter.customs_division,
        f"{day:%Y%m%d}",
        "H",
        ROUTES[declaration.route][0],
        "A",
        codes.payment_type,
        declaration.destination,
        codes.loading_port,
        codes.transport,
        exporter.goods_location_postcode,
        exporter.goods_location_ko,
        "N",
        drawback_applicant(declaration),
        "AD" if simplified_drawback(declaration) else "NO",
        kilograms(declaration.gross_weight_g),
        str(declaration.packages),
        declaration.package_kind,
        _plain(declaration.fob),
        _plain(declaration.freight),
        _plain(declaration.insurance),
        declaration.incoterm,
        declaration.amount.currency,
        _plain(declaration.amount),
        f"{declaration.rate.krw_per_unit:f}",
        str(len(declaration.lines)),
    ]


def _line(line: DeclarationLine, declaration: ExportDeclaration) -> list[str]:
    item = line.item
    name = latin(item.description_en, f"Goods of SKU {item.sku} (품명)")
    return [
        f"{line.number:03d}",
        "",
        name,
        latin(item.brand_name, f"Brand of SKU {item.sku} (상표명)") if item.brand_name else "NO",
        str(item.hsk),
        kilograms(item.net_weight_total_g),
        _plain(line.fob_krw),
        declaration.invoice_number,
        str(item.origin),
        item.permits,
        str(item.order_id),
    ]


def _model(line: DeclarationLine) -> list[str]:
    item = line.item
    name = latin(item.description_en, f"Goods of SKU {item.sku} (품명)")
    return [
        f"{line.number:03d}",
        "01",
        f"{name} ({item.sku})",
        item.composition,
        str(item.quantity),
        "EA",
        _plain(line.unit_payment),
        line.payment.currency,
        _plain(line.payment),
    ]


def _plain(money: Money | None) -> str:
    return f"{money.amount:f}" if money is not None else ""


def _record(kind: str, declaration: ExportDeclaration, fields: Sequence[str]) -> str:
    texts = [kind, declaration.order_no, *fields]
    written = []
    for name, text in zip(LAYOUT[kind], texts, strict=True):
        field = f"{name} of record {kind}"
        if SEPARATOR in text or "\n" in printable(text, field):
            raise ValueError(f"The separator ^ or a line break stands in {field}: take it out.")
        written.append("".join(_written(character, field) for character in unicodedata.normalize("NFC", text)))
    return SEPARATOR.join(written)


def _written(character: str, field: str) -> str:
    if character.encode(CODE_PAGE, errors="ignore"):
        return character
    try:
        return to_ascii(character)
    except ValueError as wrong:
        raise NotInMs949(
            f"MS949 has no {character!r} (U+{ord(character):04X}) in {field}, and no ASCII letter stands for it."
        ) from wrong
