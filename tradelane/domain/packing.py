"""Packing: the boxes as the bench measured them, laid over the estimate, and the lots of what is in them.

A parcel has as many boxes as the latest `package.boxes` says, or as many as have been spoken of since. A box is
complete with weight and all three sides. An estimated box stays an estimate until all four are measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tradelane.domain.amendment import (
    BOXES,
    MOST_BOXES,
    PACKAGE_FIELDS,
    PARCEL_LOT,
    Amendment,
    box_of,
    box_path,
    checked,
    lot_of_sku,
)
from tradelane.domain.consignment import Consignment, Package


class NotPacked(Exception):
    """The parcel cannot travel as it is packed; `code` is `not_packed` or `too_light`."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


def packed(consignment: Consignment, amendments: Iterable[Amendment]) -> Consignment:
    """The consignment with every word of the bench laid over, the latest last.

    Raises:
        NotPacked: a measure is missing, or the boxes weigh less than the goods (grams, all boxes together).
    """
    overlay = tuple(amendments)
    boxes = _boxes(consignment.packages, overlay)
    if not boxes:
        raise NotPacked("not_packed", "boxes, gross weight and dimensions are not confirmed")
    if lacking := [words for number, box in enumerate(boxes, start=1) if (words := box.lacking(number))]:
        raise NotPacked("not_packed", "; ".join(lacking))
    packages = tuple(box.package() for box in boxes)
    gross, net = sum(package.gross_weight_g for package in packages), consignment.net_weight_g
    if gross < net:
        told = f"gross weight {gross} g" + (f" of {len(packages)} boxes" if len(packages) > 1 else "")
        raise NotPacked("too_light", f"{told} is below the net weight {net} g")
    return consignment.model_copy(update={"packages": packages, "lots": lots_of(consignment, overlay)})


def lots_of(consignment: Consignment, amendments: Iterable[Amendment]) -> dict[str, str]:
    """SKU -> lot, by the latest word on the SKU itself, else on the whole parcel."""
    parcel: str | None = None
    own: dict[str, str] = {}
    for amendment in amendments:
        if amendment.path == PARCEL_LOT:
            parcel = amendment.value
        elif (sku := lot_of_sku(amendment.path)) is not None:
            own[sku] = amendment.value
    told = ((item.sku, own.get(item.sku, parcel)) for item in consignment.items)
    return {sku: lot for sku, lot in told if lot is not None}


def bench_changes(
    boxes: Sequence[Mapping[str, str]], lot: str = "", lots: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What a bench says of a whole parcel, as amendments: canonical path -> canonical value.

    The number of boxes is always among them, so that boxes of an earlier confirmation do not stay behind.

    Raises:
        ValueError: one sentence saying what is wrong and what would be right.
    """
    if not 1 <= len(boxes) <= MOST_BOXES:
        raise ValueError(f"A parcel has 1 to {MOST_BOXES} boxes, not {len(boxes)}.")
    told = [(box_path(n, name), box.get(name, "")) for n, box in enumerate(boxes, start=1) for name in PACKAGE_FIELDS]
    told.append((BOXES, str(len(boxes))))
    if lot.strip():
        told.append((PARCEL_LOT, lot))
    told.extend((f"items.{sku}.lot", own) for sku, own in (lots or {}).items())
    return {amendment.path: amendment.value for amendment in (checked(path, value) for path, value in told)}


@dataclass
class _Box:
    """A box while amendments are laid over it: an estimate to begin with, or nothing, and what was measured."""

    planned: Package | None = None
    measured: dict[str, str] = field(default_factory=dict)

    def lacking(self, number: int) -> str:
        if self.planned is not None:
            return ""
        missing = [name for name in PACKAGE_FIELDS if name not in self.measured]
        return f"box {number} has no {', '.join(missing)}" if missing else ""

    def package(self) -> Package:
        base = self.planned.model_dump() if self.planned else {}
        estimated = bool(base.get("estimated")) and len(self.measured) < len(PACKAGE_FIELDS)
        return Package.model_validate({**base, **self.measured, "estimated": estimated})


def _boxes(planned: Iterable[Package], amendments: Iterable[Amendment]) -> list[_Box]:
    boxes = [_Box(planned=package) for package in planned]
    for amendment in amendments:
        if amendment.path == BOXES:
            count = int(amendment.value)
            del boxes[count:]
            _up_to(count, boxes)
        elif (at := box_of(amendment.path)) is not None:
            number, name = at
            _up_to(number, boxes)
            boxes[number - 1].measured[name] = amendment.value
    return boxes


def _up_to(count: int, boxes: list[_Box]) -> None:
    boxes.extend(_Box() for _ in range(count - len(boxes)))
