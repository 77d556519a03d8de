"""`orders amend` tells until when customs corrects a price, before anything is asked of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.frame import run
from cli.main import app
from tests.desk.export_year import ORDER, open_books, record
from tradelane.domain.identifiers import ShipmentId
from tradelane.processes import free_ports
from tradelane.settings import Settings
from tradelane.stores import open_stores


def test_trap_25_a_changed_price_is_told_its_last_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """korea-export.md, section 2: within 60 days of acceptance; 23 November and 60 days are 22 January."""
    monkeypatch.setattr("tradelane.desk.session.PATIENCE", 0.0)
    monkeypatch.delenv("TEMPORAL_ADDRESS", raising=False)
    [port] = free_ports("127.0.0.1", 1)
    monkeypatch.setenv("TRADELANE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRADELANE_ENGINE_PORT", str(port))
    with open_stores(Settings()) as stores:
        open_books(stores)
        row = record(1)
        stores.consignments.claim(row.ucr, ShipmentId(row.ucr[6:]), "1001", [ORDER], ORDER)
        stores.declarations.put(row)
    assert run(app, ["orders", "amend", ORDER, "--set", "items.HNG-TEE-01.unit_price=10.00"]) == 4, "no engine answers"
    said = capsys.readouterr().err
    assert "note: declaration 6N002-26-000001X was accepted on 2026-11-23; customs corrects a price" in said
    assert "2027-01-22" in said
    assert run(app, ["orders", "amend", ORDER, "--set", "items.HNG-TEE-01.hsk=6109101000"]) == 4
    assert "corrects a price" not in capsys.readouterr().err
