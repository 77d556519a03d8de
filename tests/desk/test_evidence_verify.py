"""A pack that comes back is held against its manifest: what was changed is named, and what plays tricks is refused."""

from __future__ import annotations

import io
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("partial", True),
        ("missing", []),
        ("declarations", 3),
        ("totals", []),
        ("exporter", {"id": "haneul", "business_registration_number": "123-45-67891"}),
        ("period", {"name": "2026-11", "first": "2026-10-01", "last": "2026-12-31"}),
        ("remark", "seen by the tax office"),
    ],
)
def test_whatever_a_manifest_says_is_in_the_chain(pack: Path, tmp_path: Path, name: str, value: object) -> None:
    def says_otherwise(held: dict[str, bytes]) -> None:
        manifest = json.loads(held["manifest.json"])
        assert manifest.get(name) != value
        held["manifest.json"] = json.dumps(manifest | {name: value}).encode()

    refused(rewritten(pack, tmp_path / "p.zip", says_otherwise), "chain in manifest.json does not fit")


def test_the_instant_of_making_is_not_in_the_chain_and_is_told_in_korean_time(pack: Path, tmp_path: Path) -> None:
    def later(held: dict[str, bytes]) -> None:
        manifest = json.loads(held["manifest.json"])
        manifest["made_at"]["trade"] = "2026-11-30T15:30:00+00:00"  # half past midnight of 1 December in Korea
        held["manifest.json"] = json.dumps(manifest).encode()

    assert "on 2026-12-01 00:30 KST" in verify_pack(rewritten(pack, tmp_path / "p.zip", later)).sentence


def test_a_pack_that_was_packed_anew_by_another_program_stands(pack: Path, tmp_path: Path) -> None:
    class Stream(io.RawIOBase):
        """A pipe: what writes to it cannot go back, so it repeats the sums behind each file."""

        def __init__(self) -> None:
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.content += bytes(piece)
            return len(piece)

    stream = Stream()
    with zipfile.ZipFile(pack) as archive, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as anew:
        for name in archive.namelist():
            anew.writestr(name, archive.read(name))
    file = tmp_path / "p.zip"
    file.write_bytes(stream.content)
    assert verify_pack(file).declarations == 2


def test_bytes_that_belong_to_no_file_are_refused_wherever_they_lie(pack: Path, tmp_path: Path) -> None:
    """Before the first file, where a file was taken off the list, and behind the end."""
    whole, file = pack.read_bytes(), tmp_path / "p.zip"
    file.write_bytes(b"%PDF- another paper of 30 bytes" + whole)
    refused(file, "bytes before orders/")
    file.write_bytes(whole + b"PK another paper of more than 24 bytes")
    refused(file, "behind its last file")

    def hides(archive: zipfile.ZipFile) -> None:
        archive.writestr("orders/hidden.pdf", b"%PDF- a paper that is on no list")
        archive.filelist.pop()
        del archive.NameToInfo["orders/hidden.pdf"]

    refused(rewritten(pack, file, more=hides), "behind its last file")


def test_a_comment_of_a_file_is_refused(pack: Path, tmp_path: Path) -> None:
    def comments(archive: zipfile.ZipFile) -> None:
        archive.getinfo(INVOICE).comment = b"seen"

    refused(rewritten(pack, tmp_path / "p.zip", more=comments), "comment that no pack has")


def test_the_papers_of_two_orders_exchanged_are_both_named(pack: Path, tmp_path: Path) -> None:
    def exchange(held: dict[str, bytes]) -> None:
        one, other = (name for name in sorted(held) if name.endswith("commercial-invoice_v1.pdf"))
        held[one], held[other] = held[other], held[one]

    refused(
        rewritten(pack, tmp_path / "p.zip", exchange), r"6KRMLC45848383497/commercial.*, .*8383498/commercial.* are not"
    )
