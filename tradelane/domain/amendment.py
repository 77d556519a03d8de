"""Amendments: what a person may change on an order, checked at the door and laid over every later reading.

A path names the thing, the value is text as a person types it:

- `items.<SKU>.<field>`: product data of this order (`hsk`, `cl_tariff`, `description_en`, `net_weight_g`, ...);
- `consignee.<field>`: `name`, `rut`, `phone`, `email`, `comuna`, `region`, `address` (lines separated by `|`);
- `package.<field>`: `gross_weight_g`, `length_cm`, `width_cm`, `height_cm`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tradelane.domain.catalogue import Centimetres, Grams, Product
from tradelane.domain.consignment import Package
from tradelane.domain.identifiers import Rut
from tradelane.domain.order import Consignee

PRODUCT_FIELDS = tuple(name for name in Product.model_fields if name != "sku")
CONSIGNEE_FIELDS = ("name", "rut", "phone", "email", "comuna", "region", "address")
PACKAGE_FIELDS = ("gross_weight_g", "length_cm", "width_cm", "height_cm")

LONGEST_TEXT = 100
"""Characters of a line, a name or a comuna as papers and carriers take them."""

MOST_LINES = 4
"""Lines of an address; a paper has six, two of them for other things."""

MOST_DIGITS = 9
"""No weight in grams and no length in centimetres has more."""

_GRAMS: TypeAdapter[int] = TypeAdapter(Grams)
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
        if not sku or field not in PRODUCT_FIELDS:
            raise ValueError(f"{path} is not known; write items.<SKU>.<field> with one of {', '.join(PRODUCT_FIELDS)}.")
        return Amendment(path=path, value=_product_value(path, field, value))
    if area == "consignee" and rest in CONSIGNEE_FIELDS:
        return Amendment(path=path, value=_consignee_value(path, rest, value))
    if area == "package" and rest in PACKAGE_FIELDS:
        number = _positive(path, value)
        return Amendment(path=path, value=_parsed(path, _GRAMS if rest.endswith("_g") else _MILLIMETRES, number))
    raise ValueError(
        f"{path} cannot be amended; the paths are items.<SKU>.<field>, "
        f"consignee.{{{','.join(CONSIGNEE_FIELDS)}}} and package.{{{','.join(PACKAGE_FIELDS)}}}."
    )


def _product_value(path: str, field: str, value: str) -> str:
    annotation: Any = Product.model_fields[field].annotation
    given = _positive(path, value) if field.endswith(("_g", "_cm")) else value
    return _parsed(path, TypeAdapter(annotation), given)


def _consignee_value(path: str, field: str, value: str) -> str:
    if field == "rut":
        return str(Rut(value))
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


def amended_product(product: Product, amendments: Iterable[Amendment]) -> Product:
    """The product with every amendment of its SKU laid over, the latest last."""
    prefix = f"items.{product.sku}."
    changes = {a.path.removeprefix(prefix): a.value for a in amendments if a.path.startswith(prefix)}
    return Product.model_validate({**product.model_dump(), **changes}) if changes else product


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


def amended_package(package: Package | None, amendments: Iterable[Amendment]) -> Package | None:
    """The package with every amendment laid over; None stays None until all four measures are known.

    An estimate stays an estimate until all four are measured: the papers say so.
    """
    changes = {a.path.removeprefix("package."): a.value for a in amendments if a.path.startswith("package.")}
    if not changes:
        return package
    data = package.model_dump() if package else {}
    data.update(changes)
    if any(data.get(field) is None for field in PACKAGE_FIELDS):
        return package
    measured = all(field in changes for field in PACKAGE_FIELDS)
    return Package.model_validate({**data, "estimated": data.get("estimated", False) and not measured})
