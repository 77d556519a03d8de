"""Table `declarations`: what was declared, what customs said and when the goods left; kept for the years of evidence.

A row is written by many: the step that files, the sweep that reads customs, the person at the desk. Each knows some of
it, so a put never takes back what another has learnt: neither a state that customs gave nor a loading it confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select, update

from tradelane.domain.export_declaration import SELECTED, FilingState
from tradelane.domain.identifiers import ExportDeclarationNumber, Ucr
from tradelane.ports.export import DeclarationRecord
from tradelane.storage.database import Database
from tradelane.storage.tables import declarations, documents
from tradelane.storage.upsert import keep

_ENDED: Final = frozenset({FilingState.WITHDRAWN, FilingState.CANCELLED})
_LEARNT: Final = (
    "number",
    "declared_on",
    "accepted_at",
    "load_before",
    "loaded_on",
    "packages_cleared",
    "packages_loaded",
    "waybill",
    "destination",
    "loading_seen_at",
    "loading_source",
)
"""Facts that one writer may know and the next may not: never unlearnt, only replaced by another value."""


class SqlDeclarations:
    """The port `Declarations` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, record: DeclarationRecord) -> None:
        """Insert a row or bring the one there is up to date, in one transaction; see `merged` for what stands."""
        offered = _row(record)
        with self._database.write() as connection:
            if keep(connection, declarations, offered):
                return
            same = declarations.c.order_no == record.order_no
            kept = connection.execute(select(declarations.c.record).where(same).with_for_update()).scalar_one()
            now = _row(merged(DeclarationRecord.model_validate_json(kept), record))
            connection.execute(update(declarations).where(same).values(now))

    def find(self, order_no: str) -> DeclarationRecord | None:
        """The row of one filing reference."""
        found = self._read(select(declarations.c.record).where(declarations.c.order_no == order_no))
        return found[0] if found else None

    def by_number(self, number: ExportDeclarationNumber) -> DeclarationRecord | None:
        """The row of a declaration number; of several rounds under one number the one that came furthest."""
        found = self._read(
            select(declarations.c.record)
            .where(declarations.c.number == str(number))
            .order_by(declarations.c.order_no.desc())
        )
        return max(found, key=lambda record: _standing(record.state), default=None)

    def of_ucr(self, ucr: Ucr) -> tuple[DeclarationRecord, ...]:
        """The rows of a consignment, by filing reference."""
        return self._read(
            select(declarations.c.record).where(declarations.c.ucr == str(ucr)).order_by(declarations.c.order_no)
        )

    def to_be_loaded(self, until: date, *, undated: bool = False) -> tuple[DeclarationRecord, ...]:
        """Accepted and not loaded, with a deadline up to a day, the nearest first; `undated` adds those without."""
        soon: ColumnElement[bool] = declarations.c.load_before <= until.isoformat()
        if undated:
            # a parcel on the carrier's list has no declaration number and never a deadline
            soon = or_(soon, and_(declarations.c.load_before.is_(None), declarations.c.number.is_not(None)))
        return self._read(
            select(declarations.c.record)
            .where(
                declarations.c.loaded.is_(False),
                declarations.c.state == FilingState.ACCEPTED.value,
                soon,
            )
            .order_by(declarations.c.load_before.is_(None), declarations.c.load_before, declarations.c.order_no)
        )

    def loaded_between(self, exporter_id: str, first: date, last: date) -> tuple[DeclarationRecord, ...]:
        """Of one exporter, by day of loading from the first to the last day inclusive, whatever became of it later."""
        return self._read(
            select(declarations.c.record)
            .where(
                declarations.c.exporter_id == exporter_id,
                declarations.c.loaded_on >= first.isoformat(),
                declarations.c.loaded_on <= last.isoformat(),
                declarations.c.loaded.is_(True),
            )
            .order_by(declarations.c.loaded_on, declarations.c.order_no)
        )

    def loaded_undated(self, exporter_id: str) -> tuple[DeclarationRecord, ...]:
        """Of one exporter: loaded, but on a day that nobody has said; such a row belongs to no period yet."""
        return self._read(
            select(declarations.c.record)
            .where(
                declarations.c.exporter_id == exporter_id,
                declarations.c.loaded_on.is_(None),
                declarations.c.loaded.is_(True),
            )
            .order_by(declarations.c.order_no)
        )

    def open_of(self, exporter_id: str) -> tuple[DeclarationRecord, ...]:
        """Of one exporter: submitted, selected, or accepted and not loaded."""
        waiting = [state.value for state in (FilingState.SUBMITTED, *sorted(SELECTED))]
        accepted = and_(declarations.c.state == FilingState.ACCEPTED.value, declarations.c.loaded.is_(False))
        return self._read(
            select(declarations.c.record)
            .where(declarations.c.exporter_id == exporter_id, or_(declarations.c.state.in_(waiting), accepted))
            .order_by(declarations.c.order_no)
        )

    def perhaps_without(self, kind: str) -> tuple[DeclarationRecord, ...]:
        """Accepted under a number, and no paper of a kind is kept for the consignment.

        Papers are kept by consignment: where it has several such declarations, all of them are given whatever is kept.
        """
        other = declarations.alias()
        papers = exists().where(documents.c.ucr == declarations.c.ucr, documents.c.kind == kind)
        others = exists().where(
            other.c.ucr == declarations.c.ucr,
            other.c.order_no != declarations.c.order_no,
            other.c.state == FilingState.ACCEPTED.value,
            other.c.number.is_not(None),
        )
        return self._read(
            select(declarations.c.record)
            .where(
                declarations.c.state == FilingState.ACCEPTED.value,
                declarations.c.number.is_not(None),
                or_(not_(papers), others),
            )
            .order_by(declarations.c.order_no)
        )

    def _read(self, asked: Select[tuple[Any]]) -> tuple[DeclarationRecord, ...]:
        with self._database.read() as connection:
            return tuple(DeclarationRecord.model_validate_json(row) for row in connection.scalars(asked))


def merged(kept: DeclarationRecord, offered: DeclarationRecord) -> DeclarationRecord:
    """What stands after a later put: the offered row, save for what it would take back.

    A state that customs gave (accepted, then withdrawn or cancelled) never goes back, and with it stay the boxes of the
    declaration that was accepted. A fact that is known stays known; loaded stays loaded. A printed loading deadline is
    not replaced by a counted one.
    """
    backwards = _standing(offered.state) < _standing(kept.state)
    ended_otherwise = kept.state in _ENDED and offered.state is not kept.state
    base, other = (kept, offered) if backwards or ended_otherwise else (offered, kept)
    learnt: dict[str, Any] = {
        name: getattr(other, name)
        for name in _LEARNT
        if not _known(getattr(base, name)) and _known(getattr(other, name))
    }
    learnt["loaded"] = kept.loaded or offered.loaded
    learnt |= _deadline(kept, offered)
    if base is kept:
        learnt |= _newer_loading(offered)
    return base.model_copy(update=learnt)


def _deadline(kept: DeclarationRecord, offered: DeclarationRecord) -> Mapping[str, Any]:
    """The deadline that counts: the newest printed one, else the newest counted one."""
    known = [one for one in (offered, kept) if one.load_before is not None]
    printed = [one for one in known if not one.load_before_computed]
    best = next(iter(printed or known), None)
    if best is None:
        return {}
    return {"load_before": best.load_before, "load_before_computed": best.load_before_computed}


def _newer_loading(offered: DeclarationRecord) -> Mapping[str, Any]:
    """What a late writer knows of the loading, though its state is behind."""
    names = (
        "loaded_on",
        "packages_cleared",
        "packages_loaded",
        "waybill",
        "loading_seen_at",
        "loading_source",
    )
    return {name: value for name in names if _known(value := getattr(offered, name))}


def _known(value: object) -> bool:
    return value is not None and value != ""


def _standing(state: FilingState) -> int:
    """How far a state is: what customs decided stands above what we sent, and the end above all."""
    if state in _ENDED:
        return 3
    if state is FilingState.ACCEPTED:
        return 2
    return 0 if state is FilingState.DRAFT else 1


def _row(record: DeclarationRecord) -> dict[str, Any]:
    return {
        "order_no": record.order_no,
        "ucr": str(record.ucr),
        "order_id": str(record.order_id),
        "exporter_id": record.exporter_id,
        "number": str(record.number) if record.number is not None else None,
        "state": record.state.value,
        "load_before": record.load_before.isoformat() if record.load_before is not None else None,
        "loaded_on": record.loaded_on.isoformat() if record.loaded_on is not None else None,
        "loaded": record.loaded,
        "record": record.model_dump_json(),
    }
