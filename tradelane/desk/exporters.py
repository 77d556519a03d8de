"""Exporters by hand: show, set and import. Needs no engine.

A field of a part is named with a dot, as `broker.name`; the lines of an address have `|` between them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tradelane.desk.complaints import NotFound, WrongUsage
from tradelane.desk.goods_place import Ask, place_doubts
from tradelane.desk.records_json import is_json, read_json
from tradelane.desk.sheet import BadRows, Columns, NumberCell, Problem, is_workbook, literal, read_bytes, read_csv
from tradelane.desk.workbook import read_workbook
from tradelane.domain.catalogue import Broker, Exporter, Signer
from tradelane.domain.exporter_rules import shape_faults
from tradelane.domain.text_limits import Effect, exporter_faults
from tradelane.stores import Stores

PARTS: Mapping[str, type[BaseModel]] = {"broker": Broker, "origin_signer": Signer}
ACCOUNTS = "carrier_accounts"
FIELDS: tuple[str, ...] = (
    *(name for name in Exporter.model_fields if name not in (*PARTS, ACCOUNTS)),
    *(f"{part}.{name}" for part, model in PARTS.items() for name in model.model_fields),
)
"""Names of all values of an exporter but those of its accounts."""

NEEDED: tuple[str, ...] = tuple(
    name for name, field in Exporter.model_fields.items() if name != "id" and field.is_required()
)
"""Fields that a new exporter cannot do without."""

PLACE = {"goods_location_postcode", "customs_office"}
"""Fields that must agree: the office is that of the postcode."""

TOLD = f"{', '.join(FIELDS)}, {ACCOUNTS}.CARRIER"
COLUMNS = Columns(known=lambda name: _is_field(name), told=TOLD, needed=("id",))


class SetReport(BaseModel):
    """A changed exporter, texts of it that a declaration cuts, and what customs says against its office."""

    model_config = ConfigDict(frozen=True)

    exporter: Exporter
    notes: tuple[str, ...] = ()


class ImportReport(BaseModel):
    """What an import of exporters did."""

    model_config = ConfigDict(frozen=True)

    exporters: tuple[Exporter, ...]
    warnings: tuple[Problem, ...] = ()


def exporters(stores: Stores, exporter_id: str | None) -> tuple[Exporter, ...]:
    """One exporter, or all of them."""
    if exporter_id is None:
        return stores.exporters.all()
    found = stores.exporters.get([exporter_id])
    if exporter_id not in found:
        raise NotFound(f"There is no exporter {exporter_id}.")
    return (found[exporter_id],)


def shown(exporter: Exporter) -> dict[str, object]:
    """The fields of an exporter under the names by which they are set, parts and accounts one by one."""
    fields: dict[str, object] = {}
    for name, value in exporter.model_dump(mode="json", exclude={"id"}).items():
        if isinstance(value, dict):
            fields |= {f"{name}.{part}": one for part, one in value.items()} or {name: None}
        else:
            fields[name] = "|".join(value) if name == "address_en" else value
    return fields


def set_exporter(stores: Stores, exporter_id: str, changes: Mapping[str, str], ask: Ask | None = None) -> SetReport:
    """Change fields of one exporter; an unknown id becomes a new one, an empty value takes an optional one away.

    Where the goods' postcode or the customs office changes, `ask` asks customs whether they belong together; the answer
    is a note and no refusal, so that the two can be set one after the other.

    Raises:
        WrongUsage: no change given, an unknown field, or a value that does not fit.
    """
    if not changes:
        raise WrongUsage(f"Give at least one FIELD=VALUE; the fields are {TOLD}.")
    removable = (*PARTS, ACCOUNTS)
    unknown = sorted(name for name in changes if name == "id" or not (_is_field(name) or name in removable))
    if unknown:
        raise WrongUsage(f"An exporter has no field {', '.join(unknown)} to set; the fields are {TOLD}.")
    filled = sorted(name for name in removable if changes.get(name))
    if filled:
        raise WrongUsage(f"{filled[0]} has parts: set {filled[0]}.NAME, or leave {filled[0]}= empty to take it away.")
    known = stores.exporters.get([exporter_id]).get(exporter_id)
    exporter, wrong = _made(known, {"id": exporter_id, **changes})
    if known is None and exporter is None and not _is_whole(changes):
        raise NotFound(
            f"There is no exporter {exporter_id}; known: {', '.join(one.id for one in stores.exporters.all()) or 'none'}. "
            f"A new one is made with all of {', '.join(NEEDED)} at once, or with `tradelane exporters import FILE`."
        )
    if exporter is None or wrong:
        raise WrongUsage(f"{'; '.join(f'{field}: {words}' for field, words in wrong)}.")
    stores.exporters.put(exporter)
    notes = [f"{field}: {words}" for field, words in _texts(exporter, Effect.CUT)]
    if told := _still_open(stores, known, exporter):
        notes.append(f"channel: {told}")
    if ask is not None and PLACE & changes.keys():
        notes += [f"customs_office: {doubt.words}" for doubt in place_doubts([exporter], ask).values()]
    return SetReport(exporter=exporter, notes=tuple(notes))


def import_exporters(stores: Stores, path: Path, *, encoding: str = "utf-8") -> ImportReport:
    """Put the exporters of a JSON file, a CSV file or a workbook into the store; one wrong row, and none is taken.

    A column that the file does not have leaves what is stored.

    Raises:
        BadRows: rows that do not fit, all of them named.
        WrongUsage: the file cannot be read at all.
    """
    content = read_bytes(path)
    if is_workbook(content):
        sheet = read_workbook(path, content, COLUMNS)
    elif is_json(path, content):
        sheet = read_json(path, content, "exporters", COLUMNS.known, _flat)
    else:
        sheet = read_csv(path, content, COLUMNS, encoding)
    known = {exporter.id: exporter for exporter in stores.exporters.all()}
    problems, warnings, made = [*sheet.problems], list[Problem](), dict[str, Exporter]()
    lines: dict[str, int] = {}
    for row in sheet.rows:
        id_ = literal(row.cells.get("id", ""))
        exporter, wrong = _made(known.get(id_), {name: _plain(cell) for name, cell in row.cells.items()})
        if (first := lines.setdefault(id_, row.line)) != row.line:
            wrong.append(("id", f"{id_} stands in {sheet.unit} {first} and in {sheet.unit} {row.line}; keep one"))
        problems += [sheet.problem(row.line, f, words) for f, words in wrong]
        if exporter is not None and not wrong:
            made[exporter.id] = exporter
            notes = _texts(exporter, Effect.CUT)
            warnings += [sheet.problem(row.line, f, words) for f, words in notes]
    if problems:
        raise BadRows(path, sorted(problems, key=lambda problem: problem.line))
    for exporter in made.values():
        if exporter.id not in known:
            warnings += [
                sheet.problem(lines[exporter.id], "business_registration_number", f"is that of {other.id} too")
                for other in {**known, **made}.values()
                if other.id != exporter.id
                and other.business_registration_number == exporter.business_registration_number
            ]
    for exporter in made.values():
        if told := _still_open(stores, known.get(exporter.id), exporter):
            warnings.append(sheet.problem(lines[exporter.id], "channel", told))
    stores.exporters.put_many(tuple(made.values()))
    return ImportReport(exporters=tuple(made.values()), warnings=tuple(warnings))


def _is_field(name: str) -> bool:
    part, dot, rest = name.partition(".")
    return name in FIELDS or bool(part == ACCOUNTS and dot and rest)


def _is_whole(changes: Mapping[str, str]) -> bool:
    """Whether somebody means to make an exporter: every field is there that one cannot do without."""
    return all(changes.get(name) for name in NEEDED)


def _plain(cell: str) -> str:
    """A cell's text; a number that lost its digits is left to the field's own rule."""
    return str(cell) if isinstance(cell, NumberCell) else literal(cell)


def _flat(name: str, value: Any) -> Mapping[str, Any] | None:
    """The columns of a part, of the accounts and of the address in JSON, which are objects and a list there."""
    if name == "address_en" and isinstance(value, list) and all(isinstance(line, str) for line in value):
        return {name: "|".join(value)}
    if name == ACCOUNTS and isinstance(value, dict):
        return {f"{name}.{carrier}": account for carrier, account in value.items()} or {name: None}
    if name in PARTS and isinstance(value, dict | None):
        return {f"{name}.{part}": (value or {}).get(part) for part in PARTS[name].model_fields}
    return None


def _made(known: Exporter | None, changes: Mapping[str, str]) -> tuple[Exporter | None, list[tuple[str, str]]]:
    """An exporter with changes laid over what is known of it, and what is wrong by field."""
    record: dict[str, Any] = known.model_dump() if known is not None else {}
    for name, text in changes.items():
        part, dot, rest = name.partition(".")
        value = unicodedata.normalize("NFC", text.strip())
        if not dot and part in (*PARTS, ACCOUNTS):
            record[part] = {} if part == ACCOUNTS else None
        elif dot:
            inner = dict(record.get(part) or {})
            inner.pop(rest, None)
            record[part] = inner | ({rest: value} if value else {})
        elif name == "address_en":
            record[name] = tuple(line.strip() for line in value.split("|") if line.strip())
        elif value:
            record[name] = value
        else:
            record.pop(name, None)
    for part in PARTS:
        record[part] = record.get(part) or None
    try:
        exporter = Exporter.model_validate(record)
    except ValidationError as wrong:
        return None, [_said(error) for error in wrong.errors()]
    wrong_shapes = [(fault.field, fault.words) for fault in shape_faults(exporter)]
    return exporter, wrong_shapes + _texts(exporter, Effect.REFUSED)


def _said(error: Any) -> tuple[str, str]:
    place = ".".join(str(one) for one in error["loc"])
    if error["type"] == "missing":
        return place, "is missing"
    if place == "drawback_applicant":
        return place, "is 1 (the exporter, 수출화주) or 2 (the maker, 제조자)"
    return place, str(error["msg"]).removeprefix("Value error, ").removesuffix(".")


def _texts(exporter: Exporter, effect: Effect) -> list[tuple[str, str]]:
    return [(fault.field, fault.words) for fault in exporter_faults(exporter) if fault.effect is effect]


def _still_open(stores: Stores, known: Exporter | None, exporter: Exporter) -> str | None:
    """What to say of open declarations when the way to customs changes: each is asked and amended where it was filed."""
    if known is None or known.channel == exporter.channel:
        return None
    still = stores.declarations.open_of(exporter.id)
    if not still:
        return None
    named = ", ".join(sorted(record.number or record.order_no for record in still)[:3])
    more = f" and {len(still) - 3} more" if len(still) > 3 else ""
    return f"{named}{more} stay where they were filed ({known.channel or 'the default'}); what is filed from now on goes the new way"
