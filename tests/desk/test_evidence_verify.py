"""A pack that comes back is held against its manifest: what was changed is named, and what plays tricks is refused."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.export_year import HANEUL, open_books, put_export, record
from tradelane.desk.complaints import NotFound, RefusedByRule
from tradelane.desk.evidence import PackMade, make_pack, read_period, verify_pack
from tradelane.settings import Settings
from tradelane.stores import open_stores

INVOICE = "orders/2000013770481964_6KRMLC45848383497/commercial-invoice_v1.pdf"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackMade]:
    folder = tmp_path_factory.mktemp("pack")
    with open_stores(Settings(data_dir=folder / "data")) as stores:
        open_books(stores)
        put_export(stores, record(1))
        put_export(stores, record(2))
        yield make_pack(stores, HANEUL, read_period("2026-11"), folder / "pack.zip")


@pytest.fixture
def pack(made: PackMade) -> Path:
    return Path(made.file)


def rewritten(
    pack: Path,
    target: Path,
    change: Callable[[dict[str, bytes]], object] = lambda _: None,
    more: Callable[[zipfile.ZipFile], None] = lambda _: None,
) -> Path:
    """The pack with other contents, put together as anybody could."""
    with zipfile.ZipFile(pack) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    change(held)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
        more(archive)
    return target


def refused(file: Path, match: str, **asked: Any) -> None:
    with pytest.raises(RefusedByRule, match=match) as no:
        verify_pack(file, **asked)
    assert no.value.code == 3


def test_a_pack_as_it_was_made_stands(pack: Path, made: PackMade) -> None:
    found = verify_pack(pack, chain=made.chain)
    assert (found.exporter_id, found.period, found.declarations, found.files) == ("haneul", "2026-11", 2, made.files)
    assert made.chain in found.sentence


def test_a_changed_byte_is_found_and_its_file_named(pack: Path, tmp_path: Path) -> None:
    def change(held: dict[str, bytes]) -> None:
        held[INVOICE] = held[INVOICE][:-9] + b"X" + held[INVOICE][-8:]

    refused(rewritten(pack, tmp_path / "p.zip", change), f"{INVOICE} is not what was packed")


def test_a_flipped_byte_of_the_zip_itself_is_found(pack: Path, tmp_path: Path) -> None:
    whole = pack.read_bytes()
    with zipfile.ZipFile(pack) as archive:
        info = archive.getinfo(INVOICE)
    begins = info.header_offset + 30 + len(INVOICE)
    for place in range(begins, begins + info.compress_size, max(1, info.compress_size // 12)):
        bad = bytearray(whole)
        bad[place] ^= 0x10
        file = tmp_path / "p.zip"
        file.write_bytes(bad)
        refused(file, INVOICE)


def test_a_missing_and_an_added_file_are_named(pack: Path, tmp_path: Path) -> None:
    refused(
        rewritten(pack, tmp_path / "less.zip", lambda held: held.pop(INVOICE)),
        f"{INVOICE} is in the manifest and not in the pack",
    )
    refused(
        rewritten(pack, tmp_path / "more.zip", lambda held: held.update({"orders/extra.pdf": b"%PDF-"})),
        r"orders/extra\.pdf is in the pack and not in the manifest",
    )


def test_a_manifest_that_was_written_anew_breaks_the_chain_or_the_note(
    pack: Path, tmp_path: Path, made: PackMade
) -> None:
    def claims_another_hash(held: dict[str, bytes]) -> None:
        import hashlib

        manifest = json.loads(held["manifest.json"])
        held[INVOICE] = b"%PDF- another invoice"
        for one in manifest["files"]:
            if one["path"] == INVOICE:
                one |= {"size": len(held[INVOICE]), "sha256": hashlib.sha256(held[INVOICE]).hexdigest()}
        held["manifest.json"] = json.dumps(manifest).encode()

    forged = rewritten(pack, tmp_path / "forged.zip", claims_another_hash)
    refused(forged, "the chain in manifest.json does not fit")
    refused(pack, "another pack than the one whose chain was noted", chain="0" * 64)


@pytest.mark.parametrize(
    "name",
    [
        "../outside.pdf",
        "orders/../../outside.pdf",
        "/etc/outside.pdf",
        "orders\\..\\outside.pdf",
        "C:/outside.pdf",
        "orders/",
        "a//b.pdf",
        "orders/견본.pdf",
    ],
)
def test_names_that_leave_the_folder_are_refused(pack: Path, tmp_path: Path, name: str) -> None:
    refused(rewritten(pack, tmp_path / "slip.zip", lambda held: held.update({name: b"x"})), "names a file")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(pack: Path, tmp_path: Path) -> None:
    twice = rewritten(pack, tmp_path / "twice.zip", more=lambda archive: archive.writestr(INVOICE, b"other"))
    refused(twice, "twice")
    other_case = rewritten(pack, tmp_path / "case.zip", more=lambda archive: archive.writestr("README.TXT", b"other"))
    refused(other_case, "twice")


def test_links_are_refused(pack: Path, tmp_path: Path) -> None:
    def link(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("orders/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    refused(rewritten(pack, tmp_path / "link.zip", more=link), "sealed or a link")


def test_a_bomb_is_refused_before_it_is_read(pack: Path, tmp_path: Path) -> None:
    bomb = rewritten(
        pack, tmp_path / "bomb.zip", more=lambda archive: archive.writestr("orders/bomb.pdf", bytes(64 << 20))
    )
    refused(bomb, "unpacks to 67108864 bytes")


def test_other_files_are_no_packs(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file") as no:
        verify_pack(tmp_path / "nowhere.zip")
    assert no.value.code == 5
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear accountant")
    refused(letter, "no evidence pack or was damaged")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(pack.read_bytes()[:-40])
    refused(cut, "no evidence pack or was damaged")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "x")
    refused(other, r"has no manifest\.json")


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"format": "x"}'])
def test_a_manifest_that_is_none_is_refused(pack: Path, tmp_path: Path, manifest: bytes) -> None:
    refused(
        rewritten(pack, tmp_path / "p.zip", lambda held: held.update({"manifest.json": manifest})),
        r"manifest\.json is not as a pack has it",
    )


def test_a_pack_of_another_form_is_refused(pack: Path, tmp_path: Path) -> None:
    def newer(held: dict[str, bytes]) -> None:
        manifest = json.loads(held["manifest.json"])
        held["manifest.json"] = json.dumps(manifest | {"format": "tradelane-evidence/9"}).encode()

    refused(rewritten(pack, tmp_path / "p.zip", newer), "is of the form 'tradelane-evidence/9'")
