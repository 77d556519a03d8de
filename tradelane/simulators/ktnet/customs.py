"""What customs knows in the simulated world: the tariff codes it accepts and which office is in charge of a postcode."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

BRANDS = Path(__file__).parents[2] / "demo" / "brands.json"


@dataclass(frozen=True)
class Customs:
    """`accepted_hsk`: ten-digit codes that exist; `offices`: goods-location postcode to (office, division)."""

    accepted_hsk: frozenset[str]
    offices: dict[str, tuple[str, str]]


def read_customs(path: Path = BRANDS) -> Customs:
    """Reads both tables from the invented brands file."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return Customs(
        accepted_hsk=frozenset(said["accepted_hsk"]),
        offices={
            exporter["goods_location_postcode"]: (exporter["customs_office"], exporter["customs_division"])
            for exporter in said["exporters"]
        },
    )
