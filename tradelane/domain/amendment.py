"""Amendments: what a person may change on an order, checked at the door and laid over every later reading.

A path names the thing, the value is text as a person types it:

- `items.<SKU>.<field>`: product data of this order (`hsk`, `cl_tariff`, `description_en`, `net_weight_g`, ...);
- `consignee.<field>`: `name`, `rut`, `phone`, `email`, `comuna`, `region`, `address` (lines separated by `|`);
- `package.<field>`: `gross_weight_g`, `length_cm`, `width_cm`, `height_cm`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tradelane.domain.catalogue import Product
from tradelane.domain.consignment import Package
from tradelane.domain.identifiers import Rut
from tradelane.domain.order import Consignee

PRODUCT_FIELDS = tuple(name for name in Product.model_fields if name != "sku")
CONSIGNEE_FIELDS = ("name", "rut", "phone", "email", "comuna", "region", "address")
PACKAGE_FIELDS = ("gross_weight_g", "length_cm", "width_cm", "height_cm")


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
        return Amendment(path=path, value=str(_product_value(path, field, value)))
    if area == "consignee" and rest in CONSIGNEE_FIELDS:
        return Amendment(path=path, value=str(Rut(value)) if rest == "rut" else value)
    if area == "package" and rest in PACKAGE_FIELDS:
        _positive(path, value)
        return Amendment(path=path, value=value)
    raise ValueError(
        f"{path} cannot be amended; the paths are items.<SKU>.<field>, "
        f"consignee.{{{','.join(CONSIGNEE_FIELDS)}}} and package.{{{','.join(PACKAGE_FIELDS)}}}."
    )


def _product_value(path: str, field: str, value: str) -> Any:
    if field.endswith(("_g", "_cm")):
        _positive(path, value)
    annotation: Any = Product.model_fields[field].annotation
    try:
        parsed: Any = TypeAdapter(annotation).validate_python(value)
    except ValidationError as wrong:
        raise ValueError(f"{path}: {_sentence(wrong)}") from wrong
    return str(parsed).lower() if isinstance(parsed, bool) else parsed


def _positive(path: str, value: str) -> None:
    try:
        number = Decimal(value)
    except ArithmeticError as wrong:
        raise ValueError(f"{path} must be a number, not {value!r}.") from wrong
    if not number.is_finite() or number <= 0:
        raise ValueError(f"{path} must be above zero, not {value}.")


def _sentence(wrong: ValidationError) -> str:
    return "; ".join(str(error["msg"]).removeprefix("Value error, ") for error in wrong.errors())


def amended_product(product: Product, amendments: Iterable[Amendment]) -> Product:
    """The product with every amendment of its SKU laid over, the latest last."""
    prefix = f"items.{product.sku}."
    changes = {a.path.removeprefix(prefix): a.value for a in amendments if a.path.startswith(prefix)}
    return Product.model_validate({**product.model_dump(), **changes}) if changes else product


def amended_consignee(consignee: Consignee, amendments: Iterable[Amendment]) -> Consignee:
    """The consignee with every amendment laid over."""
    data = consignee.model_dump()
    for amendment in amendments:
        area, _, field = amendment.path.partition(".")
        if area != "consignee":
            continue
        if field == "address":
            data["address"]["lines"] = tuple(line.strip() for line in amendment.value.split("|") if line.strip())
        elif field in ("comuna", "region"):
            data["address"][field] = amendment.value
        else:
            data[field] = amendment.value
    return Consignee.model_validate(data)


def amended_package(package: Package | None, amendments: Iterable[Amendment]) -> Package | None:
    """The package with every amendment laid over; None stays None until all four measures are known."""
    changes = {a.path.removeprefix("package."): a.value for a in amendments if a.path.startswith("package.")}
    if not changes:
        return package
    data = package.model_dump() if package else {}
    data.update(changes)
    if any(data.get(field) is None for field in PACKAGE_FIELDS):
        return package
    return Package.model_validate({**data, "estimated": False})
