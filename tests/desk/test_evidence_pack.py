"""A pack of evidence holds what an accountant needs, nothing that proves nothing, and figures typed from the rules.

Rules: korea-export.md section 2, rows "VAT zero rate", "Supply time / rate for VAT", "Keep records".
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.desk.export_year import (
    BUYER,
    DOTORI,
    HANEUL,
    LOADED_ON,
    ORDER,
    number,
    open_books,
    pdf,
    put_export,
    put_rates,
    record,
    usd,
    won,
)  # fmt: skip
from tradelane.desk import certificates
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.document_intake import add_paper
from tradelane.desk.evidence import make_pack, quarters_of, read_period, verify_pack
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import Ucr
from tradelane.domain.money import Money
from tradelane.ports import Decision
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

QUARTER = read_period("2026Q4")
FIRST = "orders/2000013770481964_6KRMLC45848383497"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as stores:
        open_books(stores)
        yield stores


def contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_rows(file: Path, sheet: str) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(contents(file)["summary.xlsx"]))
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def manifest(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(contents(file)["manifest.json"])
    return read


# --- what is in it -------------------------------------------------------------------------------------------------


def test_the_summary_has_the_figures_of_the_form(stores: Stores, tmp_path: Path) -> None:
    # 12.90 USD x 1,389.57 = 17,925.453 -> 17,925 won; 7.35 USD x 1,389.57 = 10,213.3395 -> 10,213 won
    # 23,990 CLP x 1.4712 = 35,294.088 -> 35,294 won (base rate of the loading day, parts of a won cut off)
    put_export(stores, record(1))
    put_export(stores, record(2, payment=usd("7.35"), fob_krw=won(10225)))
    put_export(stores, record(3, payment=won(23990).model_copy(update={"currency": "CLP"}), fob_krw=won(35301)))
    file = tmp_path / "pack.zip"
    made = make_pack(stores, HANEUL, QUARTER, file)
    rows = sheet_rows(file, "수출실적명세서")
    assert rows[3][:7] == [
        "일련번호",
        "수출신고번호",
        "선(기)적일자",
        "통화코드",
        "환율",
        "외화금액",
        "원화금액",
    ]
    loaded = datetime.fromisoformat("2026-11-25")  # a cell has no zone
    assert [row[:7] for row in rows[5:8]] == [
        [1, "6N002-26-000001X", loaded, "USD", 1389.57, 12.9, 17925],
        [2, "6N002-26-000002X", loaded, "USD", 1389.57, 7.35, 10213],
        [3, "6N002-26-000003X", loaded, "CLP", 1.4712, 23990, 35294],
    ]
    assert rows[5][7:14] == [
        "2000013770481964", "CL", "MLC45848383497", "1234567891", "FCA", 17946, 1391.2,
    ]  # fmt: skip
    # 17,925 + 10,213 + 35,294 = 63,432 won; FOB 17,946 + 10,225 + 35,301 = 63,472 won
    assert (rows[8][1], rows[8][6], rows[8][12]) == ("합계 Total: 3", 63432, 63472)
    assert sheet_rows(file, "통화별 합계")[1:] == [
        ["수출실적명세서", "CLP", 1, 23990, 35294, 35301, 0],
        ["수출실적명세서", "USD", 2, 20.25, 28138, 28171, 0],
    ]
    assert [(str(one.payment), str(one.krw)) for one in made.totals] == [
        ("23990 CLP", "35294 KRW"),
        ("20.25 USD", "28138 KRW"),
    ]


def test_the_cells_are_values_in_the_right_formats(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1, invoice_number="=1+1", waybill="+82"))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    book = load_workbook(io.BytesIO(contents(file)["summary.xlsx"]))
    row = book["수출실적명세서"][6]
    assert [row[place].number_format for place in (2, 4, 5, 6, 12)] == [
        "yyyy-mm-dd",
        "#,##0.00",
        "#,##0.00",
        "#,##0",
        "#,##0",
    ]
    assert (row[9].value, row[9].data_type) == ("=1+1", "s")
    assert [
        cell.coordinate for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"
    ] == []


def test_a_scan_beside_a_certificate_that_was_read_takes_nothing_from_it(stores: Stores, tmp_path: Path) -> None:
    """Somebody hands in a scan after the PDF of UNI-PASS: the declaration is proven all the same."""
    row = put_export(stores, record(1))
    for version, (text, unread) in enumerate((("수출신고필증", False), ("scan", True)), start=1):
        kept = stores.documents.put(row.ucr, certificates.KIND, version, pdf(text), "application/pdf")
        facts = certificates.Certificate(number=number(1), sha256=kept.sha256, unread=unread, electronic=not unread)
        content = facts.model_dump_json().encode()
        stores.documents.put(row.ucr, certificates.FACTS, version, content, "application/json")
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    assert "certificate_unread" not in {line[2] for line in sheet_rows(file, "확인 필요")}


def test_the_accountant_reads_in_korean_what_is_missing(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    remark = str(sheet_rows(file, "수출실적명세서")[5][14])
    assert "수출신고필증 없음: no export declaration certificate" in remark
    assert remark in {str(line[3]) for line in sheet_rows(file, "확인 필요")} or ";" in remark


def test_a_contract_in_won_has_neither_rate_nor_foreign_amount(stores: Stores, tmp_path: Path) -> None:
    # eanse.com, question 800: the columns of rate and foreign amount stay empty, the column of won is filled
    put_export(stores, record(1, payment=won(18000)))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    assert sheet_rows(file, "수출실적명세서")[5][3:7] == ["KRW", None, None, 18000]


def test_the_folder_of_an_order_has_declaration_certificate_loading_papers_and_amounts(
    stores: Stores, tmp_path: Path
) -> None:
    row = put_export(stores, record(1))
    certificate = pdf("수출신고필증", "신고번호 6N002-26-000001X", "전자문서 발행번호 2026-1234567890")
    kept = stores.documents.put(row.ucr, certificates.KIND, 1, certificate, "application/pdf")
    facts = certificates.Certificate(number=number(1), sha256=kept.sha256, electronic=True)
    stores.documents.put(row.ucr, certificates.FACTS, 1, facts.model_dump_json().encode(), "application/json")
    stores.documents.put(row.ucr, "origin_statement_signed", 1, pdf("origin statement"), "application/pdf")
    stores.effects.done(f"{row.ucr}:v1:screen_parties", '{"hits": []}', datetime(2026, 11, 23, tzinfo=UTC))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    held = contents(file)
    assert sorted(held) == [
        "README.txt",
        "SHA256SUMS",
        "manifest.json",
        f"{FIRST}/amounts_6N00226000001X.json",
        f"{FIRST}/commercial-invoice_v1.pdf",
        f"{FIRST}/declaration_6N00226000001X.json",
        f"{FIRST}/export_certificate_6N00226000001X.pdf",
        f"{FIRST}/loading_6N00226000001X.json",
        f"{FIRST}/origin-statement-signed_v1.pdf",
        f"{FIRST}/packing-list_v1.pdf",
        f"{FIRST}/screening_6N00226000001X.json",
        f"{FIRST}/waybill_v1.pdf",
        "summary.xlsx",
    ]
    assert held[f"{FIRST}/export_certificate_6N00226000001X.pdf"] == certificate
    loading = json.loads(held[f"{FIRST}/loading_6N00226000001X.json"])
    assert (loading["loaded_on"], loading["said_by"], loading["said_at"]) == (
        "2026-11-25",
        "UNI-PASS API002",
        "2026-11-26T00:30:00+00:00",
    )
    assert [one["departed_on"] for one in loading["answers_of_customs"]] == ["2026-11-25"]
    amounts = json.loads(held[f"{FIRST}/amounts_6N00226000001X.json"])
    assert {key: amounts[key] for key in ("payment", "fob_krw", "customs_rate", "base_rate", "vat_krw")} == {
        "payment": "12.90 USD",
        "fob_krw": "17946 KRW",
        "customs_rate": "1391.20",
        "base_rate": "1389.57",
        "vat_krw": "17925 KRW",
    }
    assert amounts["base_rate_source"] == "base_rates.csv, kim"


def test_only_the_newest_version_of_a_paper_is_evidence(stores: Stores, tmp_path: Path) -> None:
    row = put_export(stores, record(1))
    stores.documents.put(row.ucr, "commercial_invoice", 2, pdf("amended"), "application/pdf")
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    invoices = [name for name in contents(file) if "invoice" in name]
    assert invoices == [f"{FIRST}/commercial-invoice_v2.pdf"]


def test_the_drawing_with_the_numbers_of_customs_replaces_the_one_before_it(stores: Stores, tmp_path: Path) -> None:
    row = put_export(stores, record(1))
    final = pdf("commercial invoice with 6N002-26-000001X")
    stores.documents.put(row.ucr, "commercial_invoice", 1, final, "application/pdf")
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    assert [content for name, content in contents(file).items() if "invoice" in name] == [final]


def test_of_a_shared_parcel_each_exporter_has_its_own_origin_statement(stores: Stores, tmp_path: Path) -> None:
    row = put_export(stores, record(1))
    for part in ("d1", "d2"):
        stores.documents.put(row.ucr, f"origin_statement_{part}", 1, pdf(part), "application/pdf")
    stores.documents.put(row.ucr, "carrier_paper", 1, pdf("receipt"), "application/pdf")
    stores.documents.put(row.ucr, "carrier_paper", 2, pdf("waybill copy"), "application/pdf")
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    held = contents(file)
    assert held[f"{FIRST}/origin-statement_v1.pdf"] == pdf("d1")
    assert not any(content == pdf("d2") for content in held.values())
    assert {f"{FIRST}/carrier-paper_v1.pdf", f"{FIRST}/carrier-paper_v2.pdf"} <= set(held)


def test_trap_33_the_pack_holds_signer_and_basis_of_an_origin_statement_and_the_signed_paper(
    stores: Stores, tmp_path: Path
) -> None:
    """korea-export, 10.33: the exporter signs; the product must store signer, basis, 5-year file."""
    row = put_export(stores, record(1))
    for serial, words in enumerate(("first drawing", "with the number of customs")):
        stores.documents.put(row.ucr, "origin_statement", 1, pdf(words), "application/pdf")
        kept = json.dumps({"signer_name": "Han", "basis": "PSR 6109", "drawing": serial}).encode()
        stores.documents.put(row.ucr, "origin_statement_record", 1, kept, "application/json")
    file = tmp_path / "pack.zip"
    made = make_pack(stores, HANEUL, QUARTER, file)
    held = contents(file)
    assert json.loads(held[f"{FIRST}/origin-record_v1.json"])["drawing"] == 1
    assert held[f"{FIRST}/origin-statement_v1.pdf"] == pdf("with the number of customs")
    assert [line for line in made.missing if "origin" in line] == [
        "order 2000013770481964 6N002-26-000001X: the origin statement as it was signed is not here"
    ]
    assert "서명된 원산지 서류 없음" in str(sheet_rows(file, "확인 필요"))
    listed = json.loads(held["manifest.json"])["files"]
    assert f"{FIRST}/origin-record_v1.json" in [one["path"] for one in listed]
    tampered = tmp_path / "tampered.zip"
    with zipfile.ZipFile(tampered, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content.replace(b"Han", b"Kim") if "origin-record" in name else content)
    with pytest.raises(RefusedByRule, match=r"origin-record_v1\.json"):
        verify_pack(tampered)


def test_a_signed_origin_statement_ends_the_gap_and_one_without_record_is_a_gap(stores: Stores, tmp_path: Path) -> None:
    row = put_export(stores, record(1))
    stores.documents.put(row.ucr, "origin_statement", 1, pdf("drawn"), "application/pdf")
    stores.documents.put(row.ucr, "origin_statement_signed", 1, pdf("signed"), "application/pdf")
    made = make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    assert [line for line in made.missing if "origin" in line] == [
        "order 2000013770481964 6N002-26-000001X: the origin statement has no record of its signer and basis"
    ]


def test_of_a_shared_parcel_a_signed_statement_and_its_record_are_one_exporters(stores: Stores, tmp_path: Path) -> None:
    row = put_export(stores, record(1))
    other = record(1, order_no=f"{row.ucr}-2", exporter_id="dotori", number=number(2), invoice_number="D")
    stores.declarations.put(other)
    for part in ("d1", "d2"):
        stores.documents.put(row.ucr, f"origin_statement_{part}", 1, pdf(part), "application/pdf")
        stores.documents.put(row.ucr, f"origin_statement_{part}_record", 1, f'"{part}"'.encode(), "application/json")
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(pdf("signed by the second"))

    def add(named: str) -> str:
        return add_paper(stores, ORDER, signed, "origin_statement_signed", actor="kim", number=named).kind

    with pytest.raises(WrongUsage, match="--number whose"):
        add("")
    with pytest.raises(RefusedByRule, match="no accepted declaration"):
        add("6N002-26-000009X")
    assert add("6N002-26-000002X") == "origin_statement_signed_d2"
    packs = {}
    for exporter in (HANEUL, "dotori"):
        make_pack(stores, exporter, QUARTER, tmp_path / f"{exporter}.zip")
        held = contents(tmp_path / f"{exporter}.zip")
        packs[exporter] = {name: held[name] for name in held if "/origin" in name}
    assert packs[HANEUL] == {
        f"{FIRST}/origin-statement_v1.pdf": pdf("d1"),
        f"{FIRST}/origin-record_v1.json": b'"d1"',
    }
    assert packs["dotori"] == {
        f"{FIRST}/origin-statement_v1.pdf": pdf("d2"),
        f"{FIRST}/origin-record_v1.json": b'"d2"',
        f"{FIRST}/origin-statement-signed_v1.pdf": pdf("signed by the second"),
    }


def test_a_loading_that_a_person_read_is_shown_as_that(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1, loading_source="by hand"))
    stores.decisions.record(
        Decision(
            id="d-1", scope=ORDER, step="confirm_loading:d1", kind="complete", actor="kim", reason="UNI-PASS is down",
            content={"loaded_on": "2026-11-25", "packages": "1", "evidence": "UNI-PASS, 2026-11-26"},
            at=datetime(2026, 11, 26, tzinfo=UTC),
        )
    )  # fmt: skip
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    typed = json.loads(contents(file)[f"{FIRST}/loading_6N00226000001X.json"])["typed_by_hand"]
    assert (typed["by"], typed["result"]["evidence"]) == ("kim", "UNI-PASS, 2026-11-26")


def test_no_sheet_or_record_names_the_buyer_and_the_readme_says_that_papers_do(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    held = contents(file)
    book = load_workbook(io.BytesIO(held["summary.xlsx"]))
    cells = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    records = b" ".join(content for name, content in held.items() if name.endswith((".json", ".txt")))
    assert BUYER not in cells
    assert BUYER.encode() not in records
    assert "구매자의 성명, 주소" in held["README.txt"].decode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


# --- which declarations ----------------------------------------------------------------------------------------------


def test_the_day_of_loading_decides_and_not_that_of_the_declaration(stores: Stores, tmp_path: Path) -> None:
    put_rates(stores, [("USD", date(2026, 12, 31), "1389.57"), ("USD", date(2027, 1, 1), "1389.57")])
    put_export(stores, record(1, declared_on=date(2026, 12, 30), loaded_on=date(2026, 12, 31)))
    put_export(stores, record(2, declared_on=date(2026, 12, 30), loaded_on=date(2027, 1, 1)))
    assert make_pack(stores, HANEUL, QUARTER, tmp_path / "old.zip").declarations == 1
    made = make_pack(stores, HANEUL, read_period("2027-01"), tmp_path / "new.zip")
    assert made.declarations == 1
    assert [row[1] for row in sheet_rows(tmp_path / "new.zip", "수출실적명세서")[5:6]] == ["6N002-26-000002X"]


@pytest.mark.parametrize("ended", [FilingState.WITHDRAWN, FilingState.CANCELLED])
def test_a_declaration_that_was_taken_back_is_no_evidence(stores: Stores, tmp_path: Path, ended: FilingState) -> None:
    # trap 25: without an acceptance there is no declaration behind the goods
    put_export(stores, record(1))
    put_export(stores, record(2, state=ended))
    file = tmp_path / "pack.zip"
    assert make_pack(stores, HANEUL, QUARTER, file).declarations == 1
    assert [row[1] for row in sheet_rows(file, "수출실적명세서")[5:]] == ["6N002-26-000001X", "합계 Total: 1"]
    assert any(row[2] == "not_evidence" for row in sheet_rows(file, "확인 필요"))
    assert not any("45848383498" in name for name in contents(file))


def test_trap_20_a_postal_parcel_that_arrived_is_not_loaded_until_its_dispatch_is_confirmed(
    stores: Stores, tmp_path: Path
) -> None:
    # korea-export.md section 2, "Postal goods": without 발송확인 the declaration stays "not loaded"
    row = record(1, waybill="EM000000005KR", loaded=False, loaded_on=None, packages_loaded=None)
    put_export(stores, row)
    delivered = {
        "ucr": row.ucr,
        "transport": [{"code": "OK", "status": "delivered", "at": "2026-12-01T15:00:00+00:00"}],
    }
    stores.documents.put(row.ucr, "evidence", 2, json.dumps(delivered).encode(), "application/json")
    with pytest.raises(NotFound, match="Nothing of haneul was loaded"):
        make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    stores.declarations.put(record(1, waybill="EM000000005KR", loading_source="UNI-PASS API002"))
    assert make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip").declarations == 1


def test_trap_21_a_partly_loaded_declaration_counts_when_its_last_package_has_left(
    stores: Stores, tmp_path: Path
) -> None:
    # shpmPckGcnt 1 < csclPckGcnt 2
    put_export(stores, record(1))
    put_export(stores, record(2, loaded=False, loaded_on=None, packages_cleared=2, packages_loaded=1))
    file = tmp_path / "pack.zip"
    assert make_pack(stores, HANEUL, QUARTER, file).declarations == 1
    [line] = [row for row in sheet_rows(file, "확인 필요") if row[2] == "partly_loaded"]
    assert line[1] == "6N002-26-000002X"
    assert str(line[3]).startswith("일부만 선적, 집계 제외: 1 of 2 packages have left")


def test_trap_21_two_declarations_of_one_parcel_are_two_rows_for_two_exporters(stores: Stores, tmp_path: Path) -> None:
    ours = put_export(stores, record(1))
    stores.declarations.put(
        record(2, ucr=ours.ucr, order_id=ours.order_id, order_no=f"{ours.ucr}-2", exporter_id=DOTORI)
    )
    for exporter, own in ((HANEUL, "6N002-26-000001X"), (DOTORI, "6N002-26-000002X")):
        file = tmp_path / f"{exporter}.zip"
        assert make_pack(stores, exporter, QUARTER, file).declarations == 1
        assert sheet_rows(file, "수출실적명세서")[5][1] == own
        other = "6N00226000002X" if exporter == HANEUL else "6N00226000001X"
        assert not any(other.encode() in content for name, content in contents(file).items() if name.endswith(".json"))


def test_parcels_on_the_carriers_list_stand_apart(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    put_export(stores, record(2, route=ExportRoute.LIST_CLEARANCE, number=None))
    file = tmp_path / "pack.zip"
    made = make_pack(stores, HANEUL, QUARTER, file)
    assert (made.declarations, made.list_parcels) == (1, 1)
    assert [one.count for one in made.totals] == [1]
    assert sheet_rows(file, "목록통관")[5][:2] == [1, None]
    assert "list_clearance/2000013770481965_6KRMLC45848383498/commercial-invoice_v1.pdf" in contents(file)
    assert not any("no export declaration certificate" in line for line in made.missing if "481965" in line)


# --- what is missing -------------------------------------------------------------------------------------------------


def test_a_missing_base_rate_is_named_and_nothing_is_written(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    put_export(stores, record(2, loaded_on=date(2026, 11, 28)))
    file = tmp_path / "pack.zip"
    with pytest.raises(
        RefusedByRule, match=r"no base rate \(기준환율\) of USD on 2026-11-28 .*customs rate import"
    ) as no:
        make_pack(stores, HANEUL, QUARTER, file)
    assert no.value.code == 3
    assert [path.name for path in tmp_path.iterdir() if "pack" in path.name] == []


def test_a_partial_pack_leaves_the_unknown_cell_empty_and_marks_it(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    put_export(stores, record(2, loaded_on=date(2026, 11, 28)))
    file = tmp_path / "pack.zip"
    made = make_pack(stores, HANEUL, QUARTER, file, partial=True)
    rows = sheet_rows(file, "수출실적명세서")
    assert rows[6][4:7] == [None, 12.9, None]
    assert "no base rate" in rows[6][14]
    assert rows[7][6] == 17925, "the total holds what is known"
    assert sheet_rows(file, "통화별 합계")[1] == ["수출실적명세서", "USD", 2, 25.8, 17925, 35892, 1]
    assert made.partial
    assert manifest(file)["partial"] is True
    assert "--partial" in contents(file)["README.txt"].decode()
    assert verify_pack(file).partial


def test_a_loading_without_a_day_is_in_no_period_and_holds_the_pack(stores: Stores, tmp_path: Path) -> None:
    # API051 says loadCmplYn and no date (korea-export.md section 4)
    put_export(stores, record(1))
    stores.declarations.put(record(2, loaded_on=None, route=ExportRoute.LIST_CONVERSION))
    with pytest.raises(RefusedByRule, match=r"6N002-26-000002X: customs says that it is loaded, but nobody has said"):
        make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    assert make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip", partial=True).declarations == 1


def test_what_is_missing_stands_on_its_own_sheet(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1, destination=""), papers=("packing_list",))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    assert [row[2] for row in sheet_rows(file, "확인 필요")[1:]] == ["certificate", "paper", "destination"]
    assert (
        sheet_rows(file, "확인 필요")[1][4] == "tradelane documents add 2000013770481964 FILE --kind export_certificate"
    )


def test_a_paper_that_was_changed_on_disk_is_named_and_never_packed(stores: Stores, tmp_path: Path) -> None:
    row = put_export(stores, record(1))
    [invoice] = [paper for paper in stores.documents.of_ucr(row.ucr) if paper.kind == "commercial_invoice"]
    Path(stores.documents.path(invoice.sha256)).write_bytes(b"another invoice")
    with pytest.raises(RefusedByRule, match=r"Order 2000013770481964: commercial-invoice_v1\.pdf"):
        make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["data"], "a half-written pack is not left behind"
    made = make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip", partial=True)
    assert made.partial
    assert not any("commercial-invoice" in name for name in contents(tmp_path / "pack.zip"))


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_same_evidence_gives_the_same_pack_apart_from_when_it_was_made(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    put_export(stores, record(2, loaded_on=date(2026, 11, 28)))
    first = make_pack(stores, HANEUL, QUARTER, tmp_path / "a.zip", partial=True)
    second = make_pack(stores, HANEUL, QUARTER, tmp_path / "b.zip", partial=True)
    assert first.chain == second.chain
    one, other = contents(tmp_path / "a.zip"), contents(tmp_path / "b.zip")
    assert {name for name in one if one[name] != other[name]} <= {"manifest.json"}
    assert manifest(tmp_path / "a.zip")["made_at"].keys() == {"trade", "real"}


def test_every_file_can_be_checked_without_tradelane(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    held = contents(file)
    lines = [line.split("  ", 1) for line in held["SHA256SUMS"].decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in held.items()
        if name not in ("SHA256SUMS", "manifest.json")
    }
    with zipfile.ZipFile(file) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_pack_never_replaces_a_file(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    file = tmp_path / "pack.zip"
    file.write_text("mine")
    with pytest.raises(WrongUsage, match="is there already"):
        make_pack(stores, HANEUL, QUARTER, file)
    assert file.read_text() == "mine"
    with pytest.raises(WrongUsage, match="cannot be written: No such file or directory"):
        make_pack(stores, HANEUL, QUARTER, tmp_path / "nowhere" / "pack.zip")


def test_nothing_loaded_and_nobody_known_are_said(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"Nothing of haneul was loaded from 2026-10-01 to 2026-12-31"):
        make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    with pytest.raises(NotFound, match=r"There is no exporter 'nobody'; known: .*haneul"):
        make_pack(stores, "nobody", QUARTER, tmp_path / "pack.zip")
    assert not (tmp_path / "pack.zip").exists()


def test_memory_does_not_grow_with_the_papers(stores: Stores, tmp_path: Path) -> None:
    def filled(first: int, last: int) -> None:
        for serial in range(first, last):
            row = record(serial)
            stores.declarations.put(row)
            stores.documents.put(row.ucr, "commercial_invoice", 1, serial.to_bytes(4) * 50_000, "application/pdf")

    def peak(name: str) -> int:
        tracemalloc.start()
        make_pack(stores, HANEUL, QUARTER, tmp_path / name)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    filled(1, 20)
    peak("warm.zip")
    few = peak("few.zip")
    filled(20, 120)
    many = peak("many.zip")
    # a hundred more papers of 200 kB each are 20 MB
    assert many - few < 4_000_000


# --- what there is -----------------------------------------------------------------------------------------------------


def test_quarters_say_what_there_is_and_what_is_missing(stores: Stores) -> None:
    put_rates(stores, [("USD", date(2026, 9, 30), "1389.57")])
    put_export(stores, record(1, loaded_on=date(2026, 9, 30)))
    put_export(stores, record(2))
    put_export(stores, record(3, loaded_on=date(2026, 11, 28)))
    stores.declarations.put(record(4, loaded_on=None))
    found = quarters_of(stores, HANEUL)
    assert [(one.period, one.declarations) for one in found.quarters] == [("2026Q3", 1), ("2026Q4", 2)]
    assert found.undated == 1
    last = found.quarters[-1]
    assert [(str(one.payment), str(one.krw), one.unvalued) for one in last.totals] == [("25.80 USD", "17925 KRW", 1)]
    assert not last.complete
    assert "no base rate (기준환율) of USD on 2026-11-28 (1)" in last.missing
    assert "no export declaration certificate (수출신고필증) (2)" in last.missing


def test_a_period_that_is_not_over_is_said(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    put_rates(stores, [("USD", LOADED_ON, "1389.57")])

    def at(moment: datetime) -> bool:
        name = tmp_path / f"{moment:%Y%m%d%H}.zip"
        clock = stores.clock.read()
        return make_pack(stores, HANEUL, QUARTER, name, now=lambda: clock.real(moment)).still_open

    # the quarter ends with 31 December in Korea: 2026-12-31T15:00Z is the first instant of January there
    assert at(datetime(2026, 12, 31, 14, 0, tzinfo=UTC))
    assert not at(datetime(2026, 12, 31, 15, 0, tzinfo=UTC))


def test_won_are_cut_off_and_never_rounded_up() -> None:
    # 9.99 USD x 1,389.57 = 13,881.8043 -> 13,881 won
    from tradelane.desk.evidence.amounts import in_won

    assert in_won(usd("9.99"), Decimal("1389.57")) == won(13881)


def test_a_withdrawn_round_and_its_successor_share_no_file_name(stores: Stores, tmp_path: Path) -> None:
    first = put_export(stores, record(1))
    stores.declarations.put(
        record(2, ucr=first.ucr, order_id=first.order_id, order_no=f"{Ucr(first.ucr)}-1~2", number=number(2))
    )
    file = tmp_path / "pack.zip"
    assert make_pack(stores, HANEUL, QUARTER, file).declarations == 2
    assert len([name for name in contents(file) if "/declaration_" in name]) == 2


def test_a_number_that_stands_in_the_register_twice_is_counted_once(stores: Stores, tmp_path: Path) -> None:
    put_export(stores, record(1))
    put_export(stores, record(2, number=number(1)))
    made = make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    assert made.declarations == 1
    assert any("counted once" in line for line in made.missing)


def test_what_is_accepted_and_not_known_to_be_loaded_is_named_and_not_counted(stores: Stores, tmp_path: Path) -> None:
    """A parcel that left on the last day of a quarter, while nobody had read UNI-PASS yet."""
    put_export(stores, record(1))
    put_export(stores, record(2, loaded=False, loaded_on=None, packages_loaded=None, loading_source=""))
    made = make_pack(stores, HANEUL, QUARTER, tmp_path / "pack.zip")
    assert (made.declarations, made.partial) == (1, False)
    [line] = [one for one in made.missing if "6N002-26-000002X" in one]
    assert "accepted on 2026-11-23, and customs has not said that it is loaded" in line
    assert "수리 후 선적 미확인, 집계 제외" in str(sheet_rows(tmp_path / "pack.zip", "확인 필요"))
    with pytest.raises(NotFound, match="Nothing of haneul was loaded from 2026-07-01 to 2026-09-30"):
        make_pack(stores, HANEUL, read_period("2026Q3"), tmp_path / "before.zip")
    put_export(stores, record(3, loaded_on=date(2026, 10, 1)))
    put_rates(stores, [("USD", date(2026, 10, 1), "1389.57")])
    before = make_pack(stores, HANEUL, read_period("2026-10"), tmp_path / "october.zip")
    assert not any("000002X" in one for one in before.missing), "it was accepted in November"


@pytest.mark.parametrize(
    ("loaded_on", "quarter"),
    [
        (date(2026, 9, 30), "2026Q3"),
        (date(2026, 10, 1), "2026Q4"),
        (date(2026, 12, 31), "2026Q4"),
        (date(2027, 1, 1), "2027Q1"),
    ],
)
def test_the_korean_day_of_loading_decides_the_quarter(
    stores: Stores, tmp_path: Path, loaded_on: date, quarter: str
) -> None:
    """Accepted on 23 September at 23:30 UTC, which is the 24th in Korea; acceptance decides nothing."""
    accepted = datetime(2026, 9, 23, 23, 30, tzinfo=UTC)
    put_export(stores, record(1, accepted_at=accepted, loaded_on=loaded_on))
    put_rates(stores, [("USD", loaded_on, "1389.57")])
    for name in ("2026Q3", "2026Q4", "2027Q1"):
        if name == quarter:
            assert make_pack(stores, HANEUL, read_period(name), tmp_path / f"{name}.zip").declarations == 1
        else:
            with pytest.raises(NotFound):
                make_pack(stores, HANEUL, read_period(name), tmp_path / f"{name}.zip")


def test_a_foreign_amount_counts_at_the_rate_of_its_own_loading_day_and_each_is_cut_before_the_sum(
    stores: Stores, tmp_path: Path
) -> None:
    """By hand: 33.33 USD x 1389.57 = 46314.3681 and x 1402.30 = 46738.659; 1,000 JPY x 9.3157 = 9315.7."""
    put_export(stores, record(1, payment=usd("33.33")))
    put_export(stores, record(2, payment=usd("33.33"), loaded_on=date(2026, 11, 26)))
    yen = Money(amount=Decimal(1000), currency="JPY")
    put_export(stores, record(3, payment=yen, loaded_on=date(2026, 11, 26)))
    put_rates(stores, [("USD", date(2026, 11, 26), "1402.30"), ("JPY", date(2026, 11, 26), "9.3157")])
    file = tmp_path / "pack.zip"
    make_pack(stores, HANEUL, QUARTER, file)
    rows = sheet_rows(file, "수출실적명세서")[5:]
    assert [row[6] for row in rows] == [46314, 46738, 9315, 102367]
    assert [(row[3], row[4]) for row in rows[:3]] == [("USD", 1389.57), ("USD", 1402.3), ("JPY", 9.3157)]
