"""Table `catalogue`: product master data by SELLER_SKU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from tradelane.domain.catalogue import Product
from tradelane.storage.database import Database
from tradelane.storage.tables import catalogue
from tradelane.storage.upsert import put, put_all


class SqlCatalogue:
    """The port `Catalogue` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def products(self, skus: Sequence[str]) -> Mapping[str, Product]:
        """Those of the asked products that are known."""
        asked = select(catalogue.c.record).where(catalogue.c.sku.in_(list(skus)))
        with self._database.read() as connection:
            found = [Product.model_validate_json(record) for record in connection.scalars(asked).all()]
        return {product.sku: product for product in found}

    def put(self, product: Product) -> None:
        """Insert or replace."""
        with self._database.write() as connection:
            put(connection, catalogue, {"sku": product.sku, "record": product.model_dump_json()})

    def put_many(self, products: Sequence[Product]) -> None:
        """Insert or replace all of them, in one transaction."""
        rows = [{"sku": product.sku, "record": product.model_dump_json()} for product in products]
        with self._database.write() as connection:
            put_all(connection, catalogue, rows)

    def all(self) -> tuple[Product, ...]:
        """Every product, by SKU."""
        asked = select(catalogue.c.record).order_by(catalogue.c.sku)
        with self._database.read() as connection:
            return tuple(Product.model_validate_json(record) for record in connection.scalars(asked).all())
