"""What stands now under the paths of an amendment, so that a decision is kept with old and new value."""

from __future__ import annotations

from collections.abc import Iterable

from tradelane.domain.amendment import BOXES, CONSIGNEE_FIELDS, box_of
from tradelane.domain.consignment import Consignment
from tradelane.domain.money import Money


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
        if field == "lot":
            return consignment.lots.get(sku)
        item = next((item for item in consignment.items if item.sku == sku), None)
        value = getattr(item, field, None)
        return _text(value.amount if isinstance(value, Money) else value)
    if area == "consignee" and rest in CONSIGNEE_FIELDS:
        consignee = consignment.consignee
        if rest == "address":
            return "|".join(consignee.address.lines)
        owner = consignee.address if rest in ("comuna", "region") else consignee
        return _text(getattr(owner, rest))
    if area == "package":
        if path == BOXES:
            return str(len(consignment.packages)) if consignment.packages else None
        box = box_of(path)
        if box is not None and box[0] <= len(consignment.packages):
            return _text(getattr(consignment.packages[box[0] - 1], box[1]))
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
