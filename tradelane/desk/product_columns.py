"""The columns of a product sheet: what each cell may say, and how a product is written into one.

A column for each field of a product; an approval is four: the code that was approved, by whom, on which day, and why.
The code stands beside the name so that an approval never slips to another code when somebody corrects the sheet.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from tradelane.desk.sheet import Columns, DateCell, NumberCell, literal, neutral
from tradelane.domain.catalogue import TARIFF_CODES, Approval, Product
from tradelane.domain.identifiers import ChileanTariffCode, Hsk

APPROVAL_PARTS: Mapping[str, str] = {
    "code": "approved_code",
    "by": "approved_by",
    "on": "approved_on",
    "reason": "approval_reason",
}
"""Field of an approval -> what its column ends with, after `hsk_` or `cl_tariff_`."""

FIELDS: tuple[str, ...] = tuple(
    name for name in Product.model_fields if name not in ("sku", *(f"{code}_approval" for code in TARIFF_CODES))
)
"""What may be set of a product by a name of its own."""

APPROVAL_COLUMNS: tuple[str, ...] = tuple(f"{code}_{part}" for code in TARIFF_CODES for part in APPROVAL_PARTS.values())

COLUMN_NAMES: tuple[str, ...] = ("sku", *FIELDS, *APPROVAL_COLUMNS)
COLUMNS = Columns.listed(COLUMN_NAMES, needed=("sku",))

LONGEST_TEXT = 500
"""Characters of any text: papers take no more in one box."""

_GRAMS, _CENTIMETRES = ("net_weight_g", "gross_weight_g"), ("length_cm", "width_cm", "height_cm")
_SIZES: Mapping[str, tuple[str, type[Hsk] | type[ChileanTariffCode]]] = {
    "hsk": ("0304991000", Hsk),
    "cl_tariff": ("03049910", ChileanTariffCode),
}
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[, '\u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_UNIT = re.compile(r"([0-9.]+)\s*(%|[A-Za-z가-힣㎏㎝]+)")


def read_cell(column: str, cell: str) -> Any:
    """The value of one cell; None where it is empty.

    Raises:
        ValueError: why it does not fit and how to write it, to be read after the column's name.
    """
    if not cell:
        return None
    if isinstance(cell, DateCell):
        if not column.endswith("_approved_on"):
            raise ValueError(f"is a date ({cell}): a spreadsheet took it for one; format the column as text")
        return _day(cell)
    return _READERS[column](column, cell)


def write_cell(value: Any) -> str | int:
    """A value as a sheet keeps it: whole numbers as numbers, everything else as text that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    return neutral(f"{value:f}" if isinstance(value, Decimal) else str(value))


def cells_of(product: Product) -> list[str | int]:
    """A product as one row, in the order of `COLUMN_NAMES`."""
    row = [write_cell(product.sku), *(write_cell(getattr(product, name)) for name in FIELDS)]
    for code in TARIFF_CODES:
        approval: Approval | None = getattr(product, f"{code}_approval")
        row += [write_cell(getattr(approval, part) if approval else None) for part in APPROVAL_PARTS]
    return row


def approvals_of(values: Mapping[str, Any]) -> tuple[dict[str, Approval | None], list[tuple[str, str]]]:
    """The approvals that a row's columns make, by field, and what is wrong with them by column.

    A row says all four of an approval or none of them.
    """
    found: dict[str, Approval | None] = {}
    wrong: list[tuple[str, str]] = []
    for code in TARIFF_CODES:
        columns = {part: f"{code}_{ending}" for part, ending in APPROVAL_PARTS.items()}
        said = {part: values[column] for part, column in columns.items() if values.get(column) is not None}
        empty = [columns[part] for part in columns if part not in said]
        if said and empty:
            wrong += [(column, "is empty; an approval has the code, who, when and why") for column in empty]
        elif said:
            found[f"{code}_approval"] = Approval.model_validate(said)
        elif all(column in values for column in columns.values()):
            found[f"{code}_approval"] = None
    return found, wrong


def _text(column: str, cell: str) -> str:
    text = unicodedata.normalize("NFC", literal(cell))
    if not text.isprintable():  # zero-width marks are left to the fonts, which name them
        control = next((c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp")), None)
        if control is not None:
            raise ValueError(f"has a line break or control character (U+{ord(control):04X}); write it on one line")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"has {len(text)} characters; at most {LONGEST_TEXT} fit on a paper")
    return text


def _sku(column: str, cell: str) -> str:
    if isinstance(cell, NumberCell) and not cell.isdigit():
        raise ValueError(f"{cell} is a number a spreadsheet has rounded; format the column as text and write it whole")
    return _text(column, cell)


def _said(column: str, cell: str) -> str:
    """Words of an approval."""
    words: str = _typed_as("reason", _text(column, cell), Approval)
    return words


def _typed(column: str, cell: str) -> Any:
    return _typed_as(column, _text(column, cell), Product)


def _typed_as(field: str, text: str, model: type[Product] | type[Approval]) -> Any:
    try:
        return _adapter(model, field).validate_python(text)
    except ValidationError as wrong:
        raise ValueError(str(wrong.errors()[0]["msg"]).removeprefix("Value error, ").removesuffix(".")) from wrong


@cache
def _adapter(model: type[Product] | type[Approval], field: str) -> TypeAdapter[Any]:
    annotation: Any = model.model_fields[field].annotation
    for constraint in model.model_fields[field].metadata:
        annotation = Annotated[annotation, constraint]
    return TypeAdapter(annotation)


def _number(cell: str, unit: str) -> Decimal:
    """A number without separators, units and signs that say two things."""
    text = literal(cell).strip()
    plain = re.sub(r"[, '\u00a0\u202f]", "", text)
    if "," in text or re.search(r"[0-9][ '\u00a0\u202f][0-9]", text):
        if not _THOUSANDS.fullmatch(text):
            raise ValueError(f"{text} is no number; write it with a point, such as 30.5, and without separators")
        other = f"can mean {plain} or {text.replace(',', '.', 1)}" if text.count(",") == 1 else "has separators"
        raise ValueError(f"{text} {other}; write {plain}")
    if _UNIT.fullmatch(text):
        raise ValueError(f"{text} names a unit; write the number alone ({unit})")
    if re.fullmatch(r"[+-]?[0-9.]+e[+-]?[0-9]+", text, re.IGNORECASE):
        raise ValueError(f"{text[:40]} is a number a spreadsheet may have rounded; write all its digits ({unit})")
    if "_" in text:  # Python reads 1_200 as a number, people do not
        raise ValueError(f"{text[:40]!r} is no number ({unit})")
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text[:40]!r} is no number ({unit})") from None
    if not number.is_finite() or number.adjusted() > 9:  # a hostile 1E+999999 would fill the memory
        raise ValueError(f"{text[:40]} is no number anybody ships ({unit})")
    return number


def _grams(column: str, cell: str) -> Any:
    number = _number(cell, "whole grams")
    if number <= 0:
        raise ValueError(f"is {literal(cell)}; it must be above zero")
    if number != number.to_integral_value():
        raise ValueError(f"{cell} is not in whole grams; no separators, no kilograms")
    return _typed_as(column, str(int(number)), Product)


def _centimetres(column: str, cell: str) -> Any:
    number = _number(cell, "centimetres")
    if number <= 0:
        raise ValueError(f"is {literal(cell)}; it must be above zero")
    return _typed_as(column, f"{number:f}", Product)


def _percent(column: str, cell: str) -> Any:
    if isinstance(cell, NumberCell) and "%" in cell.shown:
        raise ValueError(f"is formatted as a percentage, so {cell} is shown as another number; write 70 for 70 %")
    return _typed_as(column, f"{_number(cell, 'per cent of volume, without %'):f}", Product)


def _code(column: str, cell: str) -> Hsk | ChileanTariffCode:
    name = next(code for code in TARIFF_CODES if column.startswith(code))
    example, kind = _SIZES[name]
    text = literal(cell)
    if _ROUNDED.fullmatch(text):
        raise ValueError(f"{text} is a number a spreadsheet has rounded; format the column as text, write all digits")
    try:
        return kind(text)
    except ValueError as wrong:
        lost = text.isdigit() and len(text) == len(example) - 1
        hint = f"; a spreadsheet drops leading zeros: format the column as text, such as {example}" if lost else ""
        raise ValueError(f"{str(wrong).removesuffix('.')}{hint}") from wrong


def _day(cell: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell} is no day; write it as YYYY-MM-DD") from None


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(FIELDS, _typed),
    "sku": _sku,
    **dict.fromkeys(_GRAMS, _grams),
    **dict.fromkeys(_CENTIMETRES, _centimetres),
    "alcohol_percent": _percent,
    **dict.fromkeys(APPROVAL_COLUMNS, _said),
    **{f"{code}_approved_on": lambda column, cell: _day(literal(cell)) for code in TARIFF_CODES},
    **{column: _code for code in TARIFF_CODES for column in (code, f"{code}_approved_code")},
}
