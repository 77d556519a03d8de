"""Table `exporters`: the brands that own the declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from tradelane.domain.catalogue import Exporter
from tradelane.storage.database import Database
from tradelane.storage.tables import exporters
from tradelane.storage.upsert import put_all


class SqlExporters:
    """The port `Exporters` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, ids: Sequence[str]) -> Mapping[str, Exporter]:
        """Those of the asked exporters that are known."""
        asked = select(exporters.c.record).where(exporters.c.id.in_(list(ids)))
        with self._database.read() as connection:
            found = [Exporter.model_validate_json(record) for record in connection.scalars(asked).all()]
        return {exporter.id: exporter for exporter in found}

    def put(self, exporter: Exporter) -> None:
        """Insert or replace."""
        self.put_many([exporter])

    def put_many(self, records: Sequence[Exporter]) -> None:
        """Insert or replace all of them, or none."""
        rows = [{"id": exporter.id, "record": exporter.model_dump_json()} for exporter in records]
        with self._database.write() as connection:
            put_all(connection, exporters, rows)

    def all(self) -> tuple[Exporter, ...]:
        """Every exporter, by id."""
        asked = select(exporters.c.record).order_by(exporters.c.id)
        with self._database.read() as connection:
            return tuple(Exporter.model_validate_json(record) for record in connection.scalars(asked).all())
