"""Whatever file a command is given, a folder and a pipe are told from one, and nothing waits for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.desk.export_year import ORDER, open_books, put_export, record
from tradelane.desk import packing_sheet, parties, sellers
from tradelane.desk.complaints import WrongUsage
from tradelane.desk.document_intake import add_paper
from tradelane.desk.exporters import import_exporters
from tradelane.desk.file_bytes import file_bytes
from tradelane.desk.timeline import verify_file
from tradelane.settings import Settings
from tradelane.stores import open_stores


@pytest.fixture(params=["pipe", "folder"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "given"
    if request.param == "pipe":
        os.mkfifo(path)
        return path, "it is a pipe or a device; write it to a file first"
    path.mkdir()
    return path, "it is a folder; name a file in it"


def test_every_command_that_reads_a_file_says_so(tmp_path: Path, no_file: tuple[Path, str]) -> None:
    path, words = no_file
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        open_books(stores)
        put_export(stores, record(1))
        readers = (
            lambda: import_exporters(stores, path),
            lambda: parties.import_list(stores, path, actor="kim"),
            lambda: add_paper(stores, ORDER, path, "other", actor="kim"),
            lambda: verify_file(path),
            lambda: packing_sheet.read_sheet(path),
        )
        for reader in readers:
            with pytest.raises(WrongUsage, match=words):
                reader()


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1_000_000)
    assert len(file_bytes(path, 1_000_000)) == 1_000_000
    path.write_bytes(b"x" * 1_000_001)
    with pytest.raises(WrongUsage, match="larger than 1 MB; split it"):
        file_bytes(path, 1_000_000)
    with pytest.raises(WrongUsage, match="No such file"):
        file_bytes(tmp_path / "nothing")


def test_a_token_file_that_is_no_text_changes_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_bytes("TG-é".encode("utf-16"))
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        open_books(stores)
        [first, *_] = stores.sellers.all()
        with pytest.raises(WrongUsage, match="holds no token"):
            sellers.set_seller(
                stores, first.id, changes={"nickname": "OTHER"}, accreditation={}, refresh_token_file=secret
            )
        assert stores.sellers.get(first.id) == first
