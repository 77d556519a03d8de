"""The invented goods on sale, from the demo's data file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Listing:
    """A product as the marketplace knows it: no customs data. Grams and centimetres of one unit."""

    sku: str
    exporter_id: str
    title: str
    price: Decimal
    gross_weight_g: int
    length_cm: float
    width_cm: float
    height_cm: float
    needs_permit: bool
    hs_refused: bool


@dataclass(frozen=True)
class Account:
    """A seller's account."""

    user_id: int
    nickname: str


@cache
def _file() -> dict[str, list[dict[str, object]]]:
    text = resources.files("tradelane").joinpath("demo/brands.json").read_text(encoding="utf-8")
    loaded: dict[str, list[dict[str, object]]] = json.loads(text)
    return loaded


@cache
def listings() -> dict[str, Listing]:
    """All goods by SKU, in the order of the file."""
    corrected = set(_file()["correct_hsk"])
    return {
        str(row["sku"]): Listing(
            sku=str(row["sku"]),
            exporter_id=str(row["exporter_id"]),
            title=str(row["title_es"]),
            price=Decimal(str(row["price_usd"])),
            gross_weight_g=int(str(row["gross_weight_g"])),
            length_cm=float(str(row["length_cm"])),
            width_cm=float(str(row["width_cm"])),
            height_cm=float(str(row["height_cm"])),
            needs_permit=bool(row["needs_permit"]),
            hs_refused=row["sku"] in corrected,
        )
        for row in _file()["products"]
    }


@cache
def accounts() -> tuple[Account, ...]:
    """All sellers of the file."""
    return tuple(Account(int(str(row["user_id"])), str(row["nickname"])) for row in _file()["sellers"])
