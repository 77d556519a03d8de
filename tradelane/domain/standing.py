"""What stands now under the paths of an amendment, so that a decision is kept with old and new value."""

from __future__ import annotations

from collections.abc import Iterable

from tradelane.domain.amendment import CONSIGNEE_FIELDS, PACKAGE_FIELDS
from tradelane.domain.consignment import Consignment


def values_of(consignment: Consignment | None, paths: Iterable[str]) -> dict[str, str]:
    """Path -> value in the plan as it stands; what the plan does not know is left out. May be personal data."""
    if consignment is None:
        return {}
    found = ((path, _value(consignment, path)) for path in paths)
    return {path: value for path, value in found if value is not None}


def _value(consignment: Consignment, path: str) -> str | None:
    area, _, rest = path.partition(".")
    if area == "items":
        sku, _, field = rest.rpartition(".")
        item = next((item for item in consignment.items if item.sku == sku), None)
        return _text(getattr(item, field, None))
    if area == "consignee" and rest in CONSIGNEE_FIELDS:
        consignee = consignment.consignee
        if rest == "address":
            return "|".join(consignee.address.lines)
        owner = consignee.address if rest in ("comuna", "region") else consignee
        return _text(getattr(owner, rest))
    if area == "package":
        number, _, field = rest.rpartition(".")
        index = int(number) - 1 if number.isdigit() else 0
        if field in PACKAGE_FIELDS and 0 <= index < len(consignment.packages):
            return _text(getattr(consignment.packages[index], field))
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
