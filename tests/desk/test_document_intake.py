"""Papers from outside: a certificate is read before it is kept, and what proves nothing is refused with a reason."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.desk.export_year import ORDER, UCR, number, open_books, pdf, put_export, record
from tradelane.desk import certificates
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.document_intake import KINDS, LARGEST, add_paper, get_paper
from tradelane.desk.documents import KeptPaper, papers_of
from tradelane.desk.evidence import make_pack, read_period, verify_pack
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import OrderId
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

ISSUED = (
    "수 출 신 고 필 증 (수출이행, 갑지)",
    "신고번호 6N002-26-000001X   세관.과 040-80   신고일자 2026-11-23",
    "이 문서는 전자문서로 발급되었습니다. 시점확인필",
    "발행번호 : 20261123-000123456",
)
"""The words of an issued certificate (korea-export.md section 1.4), around invented numbers."""


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        open_books(stores)
        put_export(stores, record(1))
        yield stores


def handed_in(stores: Stores, file: Path, content: bytes, kind: str = certificates.KIND, **more: Any) -> KeptPaper:
    file.write_bytes(content)
    return add_paper(stores, ORDER, file, kind, actor="kim", **more)


def refused(stores: Stores, file: Path, content: bytes, match: str, **more: Any) -> None:
    with pytest.raises(RefusedByRule, match=match):
        handed_in(stores, file, content, **more)
    assert not any(paper.kind == certificates.KIND for paper in stores.documents.of_ucr(UCR))


def blank(pages: int = 1) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made)
    for _ in range(pages):
        canvas.rect(10, 10, 100, 100)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def test_an_issued_certificate_is_kept_with_what_was_read_in_it(stores: Stores, tmp_path: Path) -> None:
    kept = handed_in(stores, tmp_path / "c.pdf", pdf(*ISSUED))
    assert (kept.kind, kept.version) == ("export_certificate", 1)
    assert kept.note == "6N002-26-000001X, electronic, issue no. 20261123-000123456"
    [line] = [line for line in stores.journal.of_order(ORDER) if line.kind == "paper"]
    assert (line.actor, line.evidence["sha256"]) == ("kim", kept.sha256)
    assert [paper.note for paper in papers_of(stores, ORDER) if paper.kind == certificates.KIND] == [kept.note]


def test_the_same_certificate_twice_is_kept_once(stores: Stores, tmp_path: Path) -> None:
    first = handed_in(stores, tmp_path / "c.pdf", pdf(*ISSUED))
    assert handed_in(stores, tmp_path / "d.pdf", pdf(*ISSUED)) == first
    assert len([paper for paper in papers_of(stores, ORDER) if paper.kind == certificates.KIND]) == 1
    amended = handed_in(stores, tmp_path / "e.pdf", pdf(*ISSUED, "정정 1회"))
    assert amended.version == 2


@pytest.mark.parametrize(
    "mark", ["견본 (수출)", "임시용 견본", "견 본", "임시용견본", "견본\n수출신고필증"], ids=lambda mark: repr(mark)
)
def test_trap_26_a_draft_is_no_evidence(stores: Stores, tmp_path: Path, mark: str) -> None:
    # korea-export.md 1.4: a draft shows 견본 (수출) / "임시용 견본" and is not evidence
    refused(stores, tmp_path / "c.pdf", pdf(*mark.split("\n"), *ISSUED), "is a draft")
    refused(stores, tmp_path / "c.pdf", pdf(*mark.split("\n"), *ISSUED), "is a draft", unread=True)


def test_trap_26_goods_that_are_samples_are_not_a_draft(stores: Stores, tmp_path: Path) -> None:
    assert handed_in(stores, tmp_path / "c.pdf", pdf(*ISSUED, "품명 화장품 견본품")).version == 1


def test_a_certificate_of_another_order_is_refused(stores: Stores, tmp_path: Path) -> None:
    other = [line.replace("000001X", "000009X") for line in ISSUED]
    refused(stores, tmp_path / "c.pdf", pdf(*other), "names 6N002-26-000009X; this order has 6N002-26-000001X")
    none = [line.replace("6N002-26-000001X", "-") for line in ISSUED]
    refused(stores, tmp_path / "c.pdf", pdf(*none), "names no declaration number")


def test_a_declaration_form_is_no_certificate(stores: Stores, tmp_path: Path) -> None:
    form = [line.replace("수 출 신 고 필 증", "수출신고서") for line in ISSUED]
    refused(stores, tmp_path / "c.pdf", pdf(*form), "does not call itself a certificate")


def test_a_scan_is_taken_only_when_a_person_answers_for_it(stores: Stores, tmp_path: Path) -> None:
    refused(stores, tmp_path / "scan.pdf", blank(), "has no text: it is a scan")
    kept = handed_in(stores, tmp_path / "scan.pdf", blank(), unread=True)
    assert kept.note == "6N002-26-000001X, a scan that no machine has read"
    made = make_pack(stores, "haneul", read_period("2026Q4"), tmp_path / "pack.zip")
    assert any("a scan that nobody but a person has read" in line for line in made.missing)


def test_of_two_declarations_the_paper_says_which_one_it_is_of(stores: Stores, tmp_path: Path) -> None:
    stores.declarations.put(record(2, ucr=UCR, order_id=ORDER, order_no=f"{UCR}-2", exporter_id="dotori"))
    second = [line.replace("000001X", "000002X") for line in ISSUED]
    assert handed_in(stores, tmp_path / "c.pdf", pdf(*second)).note.startswith("6N002-26-000002X")
    with pytest.raises(RefusedByRule, match="say which one it is of with --number"):
        handed_in(stores, tmp_path / "c.pdf", pdf(*ISSUED, *second))
    with pytest.raises(RefusedByRule, match="the order has 2 declarations"):
        handed_in(stores, tmp_path / "c.pdf", blank(), unread=True)
    scan = handed_in(stores, tmp_path / "c.pdf", blank(), unread=True, number="6N002-26-000001X")
    assert scan.note.startswith("6N002-26-000001X")
    with pytest.raises(RefusedByRule, match="6N002-26-000007X is no accepted declaration"):
        handed_in(stores, tmp_path / "c.pdf", blank(), unread=True, number="6N00226000007X")
    with pytest.raises(WrongUsage, match="--number: "):
        handed_in(stores, tmp_path / "c.pdf", blank(), unread=True, number="7")


def test_a_withdrawn_declaration_has_no_certificate(stores: Stores, tmp_path: Path) -> None:
    stores.declarations.put(record(1, state=FilingState.WITHDRAWN))
    refused(stores, tmp_path / "c.pdf", pdf(*ISSUED), "6N002-26-000001X is withdrawn")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"Dear customs", "is no PDF, PNG or JPEG"),
        (b"\xff\xd8\xff\xe0 a photograph", "is no PDF; save the certificate as PDF"),
        (b"%PDF-1.7 and nothing else", "is a broken PDF"),
        (pdf(*ISSUED)[:600], "is a broken PDF"),
        (pdf(*ISSUED, password="secret"), "is protected by a password"),
        (blank(61), "has 61 pages"),
    ],
    ids=["empty", "text", "picture", "stub", "cut", "sealed", "long"],
)
def test_what_is_no_readable_pdf_is_said_in_one_sentence(
    stores: Stores, tmp_path: Path, content: bytes, match: str
) -> None:
    with pytest.raises(WrongUsage, match=match) as no:
        handed_in(stores, tmp_path / "c.pdf", content)
    assert "\n" not in str(no.value)
    assert no.value.code == 2


def test_files_that_are_not_there_or_too_large_are_said(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no such file"):
        add_paper(stores, ORDER, tmp_path / "nothing.pdf", "other", actor="kim")
    with pytest.raises(WrongUsage, match="it is a folder"):
        add_paper(stores, ORDER, tmp_path, "other", actor="kim")
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(WrongUsage, match="has 20971521 bytes"):
        add_paper(stores, ORDER, large, "other", actor="kim")
    with pytest.raises(WrongUsage, match="'certificate' is no kind of paper"):
        add_paper(stores, ORDER, large, "certificate", actor="kim")
    with pytest.raises(NotFound, match="No consignment holds order 1000000000000001"):
        add_paper(stores, OrderId("1000000000000001"), large, "other", actor="kim")
    with pytest.raises(WrongUsage, match="belongs to export_certificate"):
        add_paper(stores, ORDER, large, "other", actor="kim", unread=True)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in (certificates.KIND, "other")])
def test_other_papers_go_into_the_pack_as_they_are(stores: Stores, tmp_path: Path, kind: str) -> None:
    content = b"\x89PNG\r\n\x1a\n a scan"
    kept = handed_in(stores, tmp_path / "paper.png", content, kind)
    assert get_paper(stores, ORDER, kind, tmp_path / "again.png").sha256 == kept.sha256
    assert (tmp_path / "again.png").read_bytes() == content
    made = make_pack(stores, "haneul", read_period("2026Q4"), tmp_path / "pack.zip")
    assert made.declarations == 1
    import zipfile

    with zipfile.ZipFile(made.file) as archive:
        assert any(name.endswith(f"/{kind.replace('_', '-')}_v1.png") for name in archive.namelist())


def test_a_white_scan_of_many_megabytes_does_not_look_like_a_bomb(stores: Stores, tmp_path: Path) -> None:
    handed_in(stores, tmp_path / "white.png", b"\x89PNG\r\n\x1a\n" + bytes(8 << 20), "carrier_paper")
    made = make_pack(stores, "haneul", read_period("2026Q4"), tmp_path / "pack.zip")
    assert verify_pack(Path(made.file)).chain == made.chain


def test_the_newest_version_is_given_unless_another_is_named(stores: Stores, tmp_path: Path) -> None:
    stores.documents.put(UCR, "broker_handoff_ms949", 1, b"first", "text/csv")
    stores.documents.put(UCR, "broker_handoff_ms949", 2, b"second", "text/csv")
    target = tmp_path / "out" / "handoff.csv"
    assert get_paper(stores, ORDER, "broker_handoff_ms949", target).version == 2
    assert target.read_bytes() == b"second"
    assert target.stat().st_mode & 0o777 == 0o600
    get_paper(stores, ORDER, "broker_handoff_ms949", target, version=1)
    assert target.read_bytes() == b"first"
    with pytest.raises(NotFound, match="has no paper declaration_worksheet; it has: broker_handoff_ms949 v1"):
        get_paper(stores, ORDER, "declaration_worksheet", target)
    with pytest.raises(WrongUsage, match="is a folder"):
        get_paper(stores, ORDER, "broker_handoff_ms949", tmp_path)


def test_a_certificate_kept_without_a_record_belongs_to_the_only_declaration(stores: Stores) -> None:
    stores.documents.put(UCR, certificates.KIND, 1, pdf(*ISSUED), "application/pdf")
    [found] = certificates.certificates_of(stores, UCR, stores.documents.of_ucr(UCR))
    assert (found.number, found.unread) == (number(1), True)
