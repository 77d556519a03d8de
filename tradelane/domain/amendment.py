"""Amendments: what a person may change on an order, checked at the door and laid over every later reading.

A path names the thing, the value is text as a person types it:

- `items.<SKU>.<field>`: product data of this order (`hsk`, `cl_tariff`, `description_en`, `battery`, ...);
- `items.<SKU>.unit_price`: value of one unit in USD, where the sale's price is not the customs value (gifts, mistakes);
- `items.<SKU>.lot`: the maker's lot (제조번호) of these goods; it goes before the parcel's;
- `consignee.<field>`: `name`, `rut`, `phone`, `email`, `comuna`, `region`, `address` (lines separated by `|`);
- `package.boxes`: how many boxes there are; what was said of boxes beyond is forgotten;
- `package.<n>.<field>`: `gross_weight_g`, `length_cm`, `width_cm`, `height_cm` of box n; without n, of box 1;
- `package.lot`: the lot of everything in the parcel.

How those of `package` and `lot` are laid over a plan is in `packing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tradelane.domain.catalogue import TARIFF_CODES, Centimetres, Grams, Product
from tradelane.domain.identifiers import Rut
from tradelane.domain.money import Money
from tradelane.domain.order import Consignee

_APPROVALS = tuple(f"{code}_approval" for code in TARIFF_CODES)
PRODUCT_FIELDS = tuple(name for name in Product.model_fields if name not in ("sku", *_APPROVALS))
"""Approvals are left out: who amends a code approves it for the order, and the decision keeps who and why."""
CONSIGNEE_FIELDS = ("name", "rut", "phone", "email", "comuna", "region", "address")
PACKAGE_FIELDS = ("gross_weight_g", "length_cm", "width_cm", "height_cm")
PRICE = "unit_price"
PRICE_WINDOW = timedelta(days=60)
"""In which customs corrects the price of an accepted e-commerce declaration (korea-export: since 2023-02-01)."""
BOXES = "package.boxes"
PARCEL_LOT = "package.lot"

MOST_BOXES = 99
"""Boxes of one parcel; couriers take 999 pieces, no consumer's order has so many."""

MOST_OF_A_LOT = 40
"""Characters of a lot; several are written one after another with a comma."""

LONGEST_TEXT = 100
"""Characters of a line, a name or a comuna as papers and carriers take them."""

MOST_LINES = 4
"""Lines of an address; a paper has six, two of them for other things."""

MOST_DIGITS = 9
"""No weight in grams and no length in centimetres has more."""

_BOX = re.compile(rf"package\.(?:([1-9][0-9]?)\.)?({'|'.join(PACKAGE_FIELDS)})")
_ITEM_LOT = re.compile(r"items\.(.+)\.lot", re.DOTALL)
_LOT = re.compile(rf"[0-9A-Za-z가-힣][0-9A-Za-z가-힣 .,:#()/_+-]{{0,{MOST_OF_A_LOT - 1}}}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*")
LEAST_DIGITS, MOST_OF_A_PHONE = 8, 15
"""Digits of a telephone number with its country code (ITU-T E.164 allows 15; Chile's have 11 with 56)."""

_GRAMS: TypeAdapter[int] = TypeAdapter(Grams)
_CENTS: TypeAdapter[Decimal] = TypeAdapter(Annotated[Decimal, Field(gt=0, decimal_places=2)])
_MILLIMETRES: TypeAdapter[Decimal] = TypeAdapter(Annotated[Centimetres, Field(decimal_places=1)])


class Amendment(BaseModel):
    """One change, already checked: `path` as above and `value` in canonical text."""

    model_config = ConfigDict(frozen=True)

    path: str
    value: str


def checked(path: str, value: str) -> Amendment:
    """Check a path and its value.

    Raises:
        ValueError: one sentence saying what is wrong and what would be right.
    """
    path, value = str(path).strip(), str(value).strip()
    area, _, rest = path.partition(".")
    if not value:
        raise ValueError(f"{path or 'The amendment'} has no value; write path=value.")
    if area == "items":
        sku, _, field = rest.rpartition(".")
        if sku and field == "lot":
            return Amendment(path=path, value=_lot(path, value))
        if sku and field == PRICE:
            return Amendment(path=path, value=_parsed(path, _CENTS, _positive(path, value)))
        if not sku or field not in PRODUCT_FIELDS:
            known = ", ".join((*PRODUCT_FIELDS, PRICE, "lot"))
            raise ValueError(f"{path} is not known; write items.<SKU>.<field> with one of {known}.")
        return Amendment(path=path, value=_product_value(path, field, value))
    if area == "consignee" and rest in CONSIGNEE_FIELDS:
        return Amendment(path=path, value=_consignee_value(path, rest, value))
    if path == BOXES:
        return Amendment(path=path, value=_count(value))
    if path == PARCEL_LOT:
        return Amendment(path=path, value=_lot(path, value))
    if (box := box_of(path)) is not None:
        number = _positive(path, value)
        measure = _parsed(path, _GRAMS if box[1].endswith("_g") else _MILLIMETRES, number)
        return Amendment(path=box_path(*box), value=measure)
    raise ValueError(
        f"{path} cannot be amended; the paths are items.<SKU>.<field>, "
        f"consignee.{{{','.join(CONSIGNEE_FIELDS)}}}, package.{{{','.join(PACKAGE_FIELDS)},boxes,lot}} "
        f"and package.<n>.<field> for box n up to {MOST_BOXES}."
    )


def box_path(number: int, field: str) -> str:
    """The one name of a measure: box 1 has no number, so that nothing is said of it twice.

    >>> box_path(1, "length_cm"), box_path(2, "length_cm")
    ('package.length_cm', 'package.2.length_cm')
    """
    return f"package.{field}" if number == 1 else f"package.{number}.{field}"


def box_of(path: str) -> tuple[int, str] | None:
    """Box and field that a path speaks of.

    >>> box_of("package.2.length_cm"), box_of("package.1.length_cm"), box_of("package.lot")
    ((2, 'length_cm'), (1, 'length_cm'), None)
    """
    found = _BOX.fullmatch(path)
    return (int(found[1] or 1), found[2]) if found else None


def sku_of(path: str) -> str | None:
    """The SKU that a path such as `items.HNG-TEE-01.hsk` speaks of; None for the consignee and the package.

    >>> sku_of("items.A.B.hsk"), sku_of("package.lot")
    ('A.B', None)
    """
    area, _, rest = path.strip().partition(".")
    return rest.rpartition(".")[0] if area == "items" else None


def is_declared(path: str) -> bool:
    """Whether an export declaration says what a path names: all but lots, which stand on the packing list only.

    >>> is_declared("items.A.hsk"), is_declared("items.A.lot"), is_declared("package.lot")
    (True, False, False)
    """
    return path.strip() != PARCEL_LOT and lot_of_sku(path.strip()) is None


def lot_of_sku(path: str) -> str | None:
    """The SKU whose lot a path names, if it names one; no declaration and no booking says a lot.

    >>> lot_of_sku("items.A.B.lot"), lot_of_sku("items.A.hsk"), lot_of_sku("package.lot")
    ('A.B', None, None)
    """
    found = _ITEM_LOT.fullmatch(path)
    return found[1] if found else None


def _count(value: str) -> str:
    number = _positive(BOXES, value)
    if number != number.to_integral_value() or number > MOST_BOXES:
        raise ValueError(f"{BOXES} is a whole number from 1 to {MOST_BOXES}, not {value}.")
    return str(int(number))


def _lot(path: str, value: str) -> str:
    lot = " ".join(value.split())
    if not _LOT.fullmatch(lot):
        raise ValueError(
            f"{path} has at most {MOST_OF_A_LOT} letters (Latin, Hangul), digits, blanks and .,:#()/_+- "
            "and begins with a letter or digit."
        )
    return lot


def _product_value(path: str, field: str, value: str) -> str:
    given = _positive(path, value) if field.endswith(("_g", "_cm")) else value
    return _parsed(path, _adapter(field), given)


@cache
def _adapter(field: str) -> TypeAdapter[Any]:
    annotation: Any = Product.model_fields[field].annotation
    return TypeAdapter(annotation)


def _consignee_value(path: str, field: str, value: str) -> str:
    if field == "rut":
        try:
            return str(Rut(value))
        except ValueError as wrong:
            raise ValueError(f"{path}: {wrong}") from wrong
    if field == "phone" and not (
        _PHONE.fullmatch(value) and LEAST_DIGITS <= sum(map(str.isdigit, value)) <= MOST_OF_A_PHONE
    ):
        raise ValueError(f"{path} is no telephone number; write it with its country code, such as +56 9 8765 4321.")
    lines = _lines(value) if field == "address" else (value,)
    if not lines or len(lines) > MOST_LINES:
        raise ValueError(f"{path} has one to {MOST_LINES} lines with | between them.")
    if any(len(line) > LONGEST_TEXT for line in lines):
        raise ValueError(f"{path} has at most {LONGEST_TEXT} characters in a line.")
    return value


def _lines(value: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in value.split("|") if line.strip())


def _parsed(path: str, kind: TypeAdapter[Any], value: object) -> str:
    try:
        parsed = kind.validate_python(value)
    except ValidationError as wrong:
        raise ValueError(f"{path}: {_sentence(wrong)}.") from wrong
    if isinstance(parsed, bool):
        return str(parsed).lower()
    return f"{parsed:f}" if isinstance(parsed, Decimal) else str(parsed)


def _positive(path: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except ArithmeticError as wrong:
        raise ValueError(f"{path} must be a number, not {value!r}.") from wrong
    if not number.is_finite() or number <= 0:
        raise ValueError(f"{path} must be above zero, not {value}.")
    if number.adjusted() > MOST_DIGITS:  # a hostile 1E+999999 would fill the memory as a whole number
        raise ValueError(f"{path} is too large: {value}.")
    return number


def _sentence(wrong: ValidationError) -> str:
    return "; ".join(str(error["msg"]).removeprefix("Value error, ") for error in wrong.errors()).removesuffix(".")


def amended_price(sku: str, price: Money, amendments: Iterable[Amendment]) -> Money:
    """The value of one unit with the latest amendment of it laid over."""
    path = f"items.{sku}.{PRICE}"
    said = [amendment.value for amendment in amendments if amendment.path == path]
    return Money(amount=Decimal(said[-1]), currency=price.currency) if said else price


def amended_product(product: Product, amendments: Iterable[Amendment]) -> Product:
    """The product with every amendment of its SKU laid over, the latest last."""
    prefix = f"items.{product.sku}."
    changes = {a.path.removeprefix(prefix): a.value for a in amendments if a.path.startswith(prefix)}
    changes = {field: value for field, value in changes.items() if field in PRODUCT_FIELDS}
    return Product.model_validate({**product.model_dump(), **changes}) if changes else product


def amended_fields(sku: str, amendments: Iterable[Amendment]) -> frozenset[str]:
    """Fields of a SKU that a person has stated for the order at hand.

    >>> sorted(amended_fields("A", [Amendment(path="items.A.hsk", value="6109101000")]))
    ['hsk']
    """
    prefix = f"items.{sku}."
    stated = {a.path.removeprefix(prefix) for a in amendments if a.path.startswith(prefix)}
    return frozenset(stated & set(PRODUCT_FIELDS))


def amended_consignee(consignee: Consignee, amendments: Iterable[Amendment]) -> Consignee:
    """The consignee with every amendment laid over; a typed address stands alone, without the marketplace's note."""
    data = consignee.model_dump()
    for amendment in amendments:
        area, _, field = amendment.path.partition(".")
        if area != "consignee":
            continue
        if field == "address":
            data["address"] |= {"lines": _lines(amendment.value), "note": None}
        elif field in ("comuna", "region"):
            data["address"][field] = amendment.value
        else:
            data[field] = amendment.value
    return Consignee.model_validate(data)
