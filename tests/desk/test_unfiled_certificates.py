"""Certificates that nobody has filed are named with the command that files them, from the day of acceptance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from tests.desk.export_year import ACCEPTED_AT, DOTORI, HANEUL, open_books, record
from tradelane.desk.certificates import FACTS, KIND, Certificate
from tradelane.desk.evidence import quarters_of
from tradelane.desk.holds import todo
from tradelane.desk.unfiled_certificates import in_words, unfiled_certificates
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.ports.export import DeclarationRecord
from tradelane.processes import free_ports
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """No engine answers: the worklist says so, and has what our own books know."""
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 0.0)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    [port] = free_ports("127.0.0.1", 1)
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELANE_ENGINE_PORT", str(port))
    return Settings()


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    with open_stores(settings) as stores:
        open_books(stores)
        yield stores


def file_certificate(stores: Stores, row: DeclarationRecord) -> None:
    assert row.number is not None
    paper = stores.documents.put(row.ucr, KIND, 1, f"%PDF- {row.number}".encode(), "application/pdf")
    facts = Certificate(number=row.number, sha256=paper.sha256)
    stores.documents.put(row.ucr, FACTS, 1, facts.model_dump_json().encode(), "application/json")


def numbers(stores: Stores, exporter_id: str | None = None) -> list[str]:
    return [one.number for one in unfiled_certificates(stores, exporter_id)]


def test_an_accepted_declaration_without_certificate_is_named_with_its_command(stores: Stores) -> None:
    stores.declarations.put(record(1, accepted_at=ACCEPTED_AT + timedelta(days=1)))
    stores.declarations.put(record(2, loaded=False, loaded_on=None, packages_loaded=None))
    stores.declarations.put(record(3, state=FilingState.WITHDRAWN))
    stores.declarations.put(record(4, number=None, route=ExportRoute.LIST_CLEARANCE))
    stores.declarations.put(record(5, exporter_id=DOTORI))
    first, second = unfiled_certificates(stores, HANEUL)
    assert (first.number, first.accepted_on) == ("6N002-26-000002X", date(2026, 11, 23)), "the oldest comes first"
    assert second.number == "6N002-26-000001X"
    assert second.command == (
        "tradelane documents add 2000013770481964 FILE --kind export_certificate --number 6N00226000001X"
    )
    assert in_words((first, second)).startswith(
        "2 accepted declarations without certificate (수출신고필증), the oldest since 2026-11-23"
    )
    assert len(numbers(stores)) == 3


def test_a_certificate_that_is_filed_is_asked_for_no_more(stores: Stores) -> None:
    stores.declarations.put(record(1))
    file_certificate(stores, record(1))
    assert numbers(stores) == []
    assert quarters_of(stores, HANEUL).unfiled == ()


def test_the_certificate_of_one_exporter_is_not_that_of_the_other_in_its_parcel(stores: Stores) -> None:
    one = record(1)
    other = record(2, ucr=one.ucr, order_no=f"{one.ucr}-2", order_id=one.order_id, exporter_id=DOTORI)
    for row in (one, other):
        stores.declarations.put(row)
    file_certificate(stores, one)
    stores.documents.put(one.ucr, KIND, 2, b"%PDF- fetched again", "application/pdf")
    assert numbers(stores) == ["6N002-26-000002X"]
    file_certificate(stores, other)
    assert numbers(stores) == []


async def test_the_worklist_asks_for_them_once_for_each_exporter(settings: Settings, stores: Stores) -> None:
    for serial in (1, 2):
        stores.declarations.put(record(serial))
    stores.declarations.put(record(3, exporter_id=DOTORI))
    tasks = (await todo(settings, "customs desk")).tasks
    assert [(task.about, task.command) for task in tasks] == [
        ("exporter haneul", "tradelane evidence list --exporter haneul"),
        ("exporter dotori", "tradelane evidence list --exporter dotori"),
    ]
    assert tasks[0].what.startswith("2 accepted declarations without certificate")
    assert (await todo(settings, "packing bench")).tasks == ()


def test_the_list_of_evidence_names_them_with_a_count(stores: Stores, capsys: pytest.CaptureFixture[str]) -> None:
    for serial in (1, 2):
        stores.declarations.put(record(serial, loaded=False, loaded_on=None, packages_loaded=None))
    assert run(app, ["evidence", "list", "--exporter", HANEUL]) == 0
    said = capsys.readouterr().out
    assert "2 accepted declarations without certificate (수출신고필증)" in said
    assert "6N002-26-000001X: tradelane documents add 2000013770481964 FILE --kind export_certificate" in said
    assert run(app, ["evidence", "list", "--exporter", HANEUL, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["unfiled"]) == 2
