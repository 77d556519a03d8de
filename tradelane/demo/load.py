"""Master data from a JSON file in the shape of `brands.json`: what it says, as the domain's own values.

The file knows more than the domain asks for (Spanish titles, prices, simulated tariff lists); unknown names are left
alone, wrong values are refused with the entry and the field that is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tradelane.domain.catalogue import Exporter, IvaAccreditation, IvaRegime, Product, Seller
from tradelane.ports import Catalogue, Exporters, Sellers, SellerToken

Record = TypeVar("Record", bound=BaseModel)
Content = Mapping[str, Any]

ACCREDITATION = IvaAccreditation(
    regime=IvaRegime.DOMICILED_OPERATOR, operator_name="Plataforma Inventada SpA", operator_id="76.543.210-3"
)
"""The invented platform that charges IVA at sale."""


def brands() -> Content:
    """The demo's invented brands."""
    return _object(resources.files("tradelane.demo").joinpath("brands.json").read_text(encoding="utf-8"))


def read_file(path: Path) -> Content:
    """A file in the shape of `brands.json`.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not one JSON object.
    """
    return _object(path.read_text(encoding="utf-8"))


def _object(text: str) -> Content:
    read = json.loads(text)
    if not isinstance(read, dict):
        raise ValueError("the file is not one JSON object")
    return read


def products(content: Content) -> tuple[Product, ...]:
    """Entries of `products`; raises ValueError naming SKU and field."""
    return _records(Product, content, "products", "sku")


def exporters(content: Content) -> tuple[Exporter, ...]:
    """Entries of `exporters`; raises ValueError naming id and field."""
    return _records(Exporter, content, "exporters", "id")


def sellers(content: Content, go_live: datetime, accreditation: IvaAccreditation) -> tuple[Seller, ...]:
    """Entries of `sellers`, all live from one instant; raises ValueError naming the account and field."""
    rows = [
        {
            "id": str(row["user_id"]),
            "site": row.get("site"),
            "nickname": row.get("nickname"),
            "go_live": go_live,
            "accreditation": accreditation,
        }
        for row in _rows(content, "sellers")
        if "user_id" in row
    ]
    return _records(Seller, {"sellers": rows}, "sellers", "id")


def _rows(content: Content, name: str) -> Sequence[Content]:
    rows = content.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f'the file has no list "{name}" of JSON objects')
    return rows


def _records(kind: type[Record], content: Content, name: str, key: str) -> tuple[Record, ...]:
    read: list[Record] = []
    for place, row in enumerate(_rows(content, name)):
        try:
            read.append(kind.model_validate(row))
        except ValidationError as wrong:
            first = wrong.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            said = str(first["msg"]).removeprefix("Value error, ")
            raise ValueError(f"{name}, {row.get(key, f'entry {place + 1}')}: {field}: {said}") from wrong
    return tuple(read)


def fill(
    content: Content, go_live: datetime, *, catalogue: Catalogue, exporter_store: Exporters, seller_store: Sellers
) -> None:
    """Put all brands, products and sellers of a file into the stores."""
    for exporter in exporters(content):
        exporter_store.put(exporter)
    catalogue.put_many(products(content))
    for seller in sellers(content, go_live, ACCREDITATION):
        seller_store.put(seller)


def grant(seller_store: Sellers, seller_id: str, refresh_token: str) -> None:
    """Keep a refresh token that was just granted; the first call exchanges it for an access token."""
    known = seller_store.token(seller_id)
    generation = known.generation + 1 if known else 0
    spent = datetime(1970, 1, 1, tzinfo=UTC)
    seller_store.save_token(
        seller_id,
        SellerToken(access_token="", refresh_token=refresh_token, expires_at=spent, generation=generation),
    )
