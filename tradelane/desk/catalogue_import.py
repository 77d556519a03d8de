"""`catalogue import`: products from CSV, a workbook or JSON; every bad row is named, and all or nothing is taken.

A column that a file does not have leaves what is stored; an empty cell says that the field is not known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import BaseModel, ConfigDict

from tradelane.desk.complaints import WrongUsage
from tradelane.desk.product_columns import (
    APPROVAL_COLUMNS,
    APPROVAL_PARTS,
    COLUMNS,
    approvals_of,
    read_cell,
)
from tradelane.desk.product_texts import text_faults
from tradelane.desk.records_json import is_json, read_json
from tradelane.desk.sheet import BadRows, Problem, Row, Sheet, is_workbook, neutral, read_bytes, read_csv
from tradelane.desk.workbook import read_workbook
from tradelane.domain.catalogue import TARIFF_CODES, Approval, Product, approved, weight_fault
from tradelane.domain.text_limits import Effect
from tradelane.stores import Stores


class ImportReport(BaseModel):
    """What an import did: `written` products stand as the file says, `new` of them were not known before."""

    model_config = ConfigDict(frozen=True)

    written: int
    new: int
    unchanged: int
    problems: tuple[Problem, ...] = ()
    """Rows that were left out (with `--partial`)."""
    warnings: tuple[Problem, ...] = ()
    """What was taken and is worth a look: texts that will be cut, approvals that are void."""


@dataclass(frozen=True)
class Approver:
    """Who approves every code of a file that nobody has approved yet, when and why."""

    by: str
    reason: str
    on: date


def import_products(
    stores: Stores, path: Path, *, encoding: str = "utf-8", partial: bool = False, approver: Approver | None = None
) -> ImportReport:
    """Put the products of a file into the catalogue, in one transaction.

    Raises:
        BadRows: a row does not fit, all of them named; with `partial` only when no row fits.
        WrongUsage: the file cannot be read as a sheet of products at all.
    """
    sheet = _read(path, encoding)
    reader = _Reader(
        known={product.sku: product for product in stores.catalogue.all()},
        exporters={exporter.id for exporter in stores.exporters.all()},
        approver=approver,
        sheet=sheet,
    )
    for row in sheet.rows:
        reader.take(row)
    named = dict.fromkeys((*sheet.problems, *reader.problems))
    problems = sorted(named, key=lambda problem: problem.line)
    if problems and (not partial or not reader.products):
        raise BadRows(path, problems)
    products = list(reader.products.values())
    stores.catalogue.put_many(products)
    return ImportReport(
        written=len(products),
        new=sum(product.sku not in reader.known for product in products),
        unchanged=sum(reader.known.get(product.sku) == product for product in products),
        problems=tuple(problems),
        warnings=tuple(reader.warnings),
    )


def _read(path: Path, encoding: str) -> Sheet:
    content = read_bytes(path)
    if is_workbook(content):
        return read_workbook(path, content, COLUMNS)
    if is_json(path, content):
        return read_json(path, content, "products", COLUMNS.known, _flat)
    return read_csv(path, content, COLUMNS, encoding)


def _flat(name: str, value: Any) -> Mapping[str, Any] | None:
    """The columns of an approval in JSON, which is an object there."""
    code = name.removesuffix("_approval")
    if code == name or code not in TARIFF_CODES or not isinstance(value, dict | None):
        return None
    return {f"{code}_{column}": (value or {}).get(part) for part, column in APPROVAL_PARTS.items()}


class _Reader:
    """Makes products of rows and remembers what is wrong with them."""

    def __init__(
        self, known: Mapping[str, Product], exporters: Collection[str], approver: Approver | None, sheet: Sheet
    ) -> None:
        self.known = known
        self.products: dict[str, Product] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._exporters = exporters
        self._approver = approver
        self._sheet = sheet
        self._lines: dict[str, int] = {}
        self._spelled: dict[str, str] = {spelling(sku): sku for sku in known}

    def take(self, row: Row) -> None:
        """One row; it is a product, or named among the problems."""
        values, wrong = self._values(row)
        sku, unit = values.get("sku"), self._sheet.unit
        if sku is None and not any(column == "sku" for column, _ in wrong):
            wrong.append(("sku", "is empty"))
        elif sku is not None and (first := self._lines.setdefault(sku, row.line)) != row.line:
            wrong.append(("sku", f"{sku} stands in {unit} {first} and in {unit} {row.line}; keep one"))
            self.products.pop(sku, None)
            self.problems.append(self._problem(first, "sku", f"{sku} stands again in {unit} {row.line}; keep one"))
        elif sku is not None and sku not in self.known:
            like = self._spelled.setdefault(spelling(sku), sku)
            if like != sku:
                wrong.append(("sku", self._twin(sku, like)))
        named = values.get("exporter_id")
        if named is not None and named not in self._exporters:
            there = ", ".join(sorted(self._exporters)) or "none; load them with `tradelane exporters import FILE`"
            wrong.append(("exporter_id", f"there is no exporter {named}; known: {there}"))
        approvals, unsaid = approvals_of(values)
        told = {column for column, _ in wrong}
        wrong += [one for one in unsaid if one[0] not in told]
        if wrong or sku is None:
            self.problems += [self._problem(row.line, column, reason) for column, reason in wrong]
            return
        stated = {name: value for name, value in values.items() if name not in APPROVAL_COLUMNS}
        product = self.known.get(sku, Product(sku=sku)).model_copy(update={**stated, **approvals})
        product, notes = with_valid_approvals(product)
        if self._approver is not None:
            product, notes = approve_all(product, self._approver), []
        for fault in text_faults(product):
            if fault.effect is Effect.REFUSED:
                wrong.append((fault.field, fault.words))
            else:
                notes.append((fault.field, fault.words))
        if words := weight_fault(product):
            stated_here = {"net_weight_g", "gross_weight_g"} & values.keys()
            (wrong if stated_here else notes).append(("gross_weight_g", words))
        self.problems += [self._problem(row.line, column, reason) for column, reason in wrong]
        self.warnings += [self._problem(row.line, column, reason) for column, reason in notes]
        if not wrong:
            self.products[sku] = product

    def _values(self, row: Row) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        values, wrong = {}, []
        for column, cell in row.cells.items():
            try:
                values[column] = read_cell(column, cell)
            except ValueError as why:
                wrong.append((column, str(why)))
        return values, wrong

    def _twin(self, sku: str, like: str) -> str:
        where = f"in {self._sheet.unit} {self._lines[like]}" if like in self._lines else "in the catalogue"
        return (
            f"{sku} differs from {like} {where} in capitals, blanks or wide letters alone; write it as there, or, where "
            f"both are products, make this one with `tradelane catalogue set {quote(sku)} FIELD=VALUE` first"
        )

    def _problem(self, line: int, column: str, reason: str) -> Problem:
        return self._sheet.problem(line, column, reason)


def spelling(sku: str) -> str:
    """A SKU without what two spellings of one product differ in: capitals, blanks, wide letters.

    >>> spelling("ＡＢ -1") == spelling("ab-1")
    True
    """
    return "".join(unicodedata.normalize("NFKC", sku).split()).casefold()


def with_valid_approvals(product: Product) -> tuple[Product, list[tuple[str, str]]]:
    """The product without approvals of codes it no longer has, and what was dropped, by column."""
    void = [
        code
        for code in TARIFF_CODES
        if getattr(product, f"{code}_approval") is not None and not approved(product, code)
    ]
    notes = []
    for code in void:
        was: Approval = getattr(product, f"{code}_approval")
        notes.append((code, f"{was.by} approved {was.code}, not this one: nobody has approved it now"))
    return product.model_copy(update={f"{code}_approval": None for code in void}) if void else product, notes


def approve_all(product: Product, approver: Approver) -> Product:
    """The product with every code approved that nobody has approved yet."""
    found = {}
    for code in TARIFF_CODES:
        value = getattr(product, code)
        if value is not None and not approved(product, code):
            found[f"{code}_approval"] = Approval(
                code=str(value), by=approver.by, on=approver.on, reason=approver.reason
            )
    return product.model_copy(update=found) if found else product


def approver_of(by: str, reason: str, on: date) -> Approver:
    """Who approves, and why: both are said, in words that a sheet can hold.

    Raises:
        WrongUsage: one of both is empty, or does not fit.
    """
    if not by.strip() or not reason.strip():
        raise WrongUsage("An approval wants --by NAME and --reason WHY.")
    said = {}
    for option, words in (("by", by), ("reason", reason)):
        try:
            said[option] = read_cell("hsk_approved_by", neutral(words.strip()))
        except ValueError as wrong:
            raise WrongUsage(f"--{option}: {str(wrong).removesuffix('.')}.") from wrong
    return Approver(by=said["by"], reason=said["reason"], on=on)
