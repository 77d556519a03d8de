"""What a broker gets: a workbook without formulas, a file in MS949, a mail that tells no more than the declaration."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from tests.documents.golden import DAY, declared, exporters, goods, parcel
from tradelane.documents.broker_file import flat, mail, xlsx
from tradelane.documents.broker_records import LAYOUT, NotInMs949
from tradelane.domain.catalogue import Drawback
from tradelane.domain.export_declaration import ExportDeclaration

DECLARED = declared(parcel())


def described(text: str) -> tuple[ExportDeclaration, ...]:
    """Declarations whose first exporter has another name in Korean."""
    cream, stationery = exporters()
    return declared(parcel(exporters=(cream.model_copy(update={"name_ko": text}), stationery)))


def test_the_workbook_has_a_row_for_each_declaration_and_each_line() -> None:
    book = load_workbook(BytesIO(xlsx(DECLARED, DAY)))
    assert book.sheetnames == ["신고서", "란", "참고"]
    once, lines = (list(book[name].iter_rows(values_only=True)) for name in book.sheetnames[:2])
    assert [row[0] for row in once[1:]] == ["6KRMLC45848383497-1", "6KRMLC45848383497-2"]
    assert [row[1] for row in lines[1:]] == ["001", "002", "003", "001", "002"]
    by_title = dict(zip(once[0], once[1], strict=True))
    assert by_title["7 신고일자"] == "2026/11/23"
    assert by_title["49 결제금액"] == "FCA-USD-81.10"
    assert by_title["4 구매자"].startswith("Maria Jose Nunoa Perez")
    of_line = dict(zip(lines[0], lines[1], strict=True))
    assert of_line["35 세번부호"] == "3304.99-1000"
    assert (of_line["27 품명"], of_line["28 거래품명"]) == (None, "Moisturising face cream, 50 ml jar")
    assert len(set(once[0]) | set(lines[0])) == 57 + 2, "each box once, beside the reference and the line"


def test_the_workbook_marks_codes_that_no_source_confirms_and_says_what_that_means() -> None:
    """korea-export 1.6: what is of middling certainty is looked up by whoever keys it; destination and HSK are sure."""
    cream, stationery = exporters()
    wishing = stationery.model_copy(update={"drawback": Drawback.SIMPLIFIED})
    book = load_workbook(BytesIO(xlsx(declared(parcel(exporters=(cream, wishing))), DAY)))
    rows = list(book["신고서"].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert [first[title] for title in ("8 신고구분", "12 결제방법", "23 물품상태")] == [
        "※ H 일반P/L",
        "※ GO",
        "※ N 신품",
    ]
    assert (first["13 목적국"], first["14 적재항"]) == ("CL 칠레", "KRICN")
    remarks = list(book["참고"].iter_rows(values_only=True))
    assert str(remarks[0][1]).startswith("※ 코드값 확인 필요")
    assert [order for order, _ in remarks] == [None, None, "6KRMLC45848383497-2"]


def test_the_same_declarations_give_the_same_workbook_without_a_clock() -> None:
    first = xlsx(DECLARED, DAY)
    assert xlsx(DECLARED, DAY) == first
    with ZipFile(BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2026-11-23T00:00:00Z") == 2


def test_a_description_that_looks_like_a_formula_stays_text() -> None:
    items = goods()
    sly = items[0].model_copy(update={"description_en": "=HYPERLINK(1)", "composition": "=1+1"})
    book = load_workbook(BytesIO(xlsx(declared(parcel(items=(sly, *items[1:]))), DAY)))
    kinds = {cell.data_type for row in book["란"].iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_the_flat_file_is_ms949_with_one_record_a_line() -> None:
    """korea-export 5.2: MS949, `^`, records EHDR/EDTL/EMDL."""
    text = flat(DECLARED, DAY).decode("cp949")
    records = [line.split("^") for line in text.removesuffix("\r\n").split("\r\n")]
    assert [record[0] for record in records] == ["EHDR", *["EDTL", "EMDL"] * 3, "EHDR", *["EDTL", "EMDL"] * 2]
    assert [record for record in records if len(record) != len(LAYOUT[record[0]])] == []
    header, line, model = (dict(zip(LAYOUT[record[0]], record, strict=True)) for record in records[:3])
    assert header["exporter"] == "주식회사 봄날화장품"
    assert (header["customs clearance code"], header["business number"]) == ("봄날화**1991015", "1234567891")
    assert (header["day"], header["transaction type"], header["FOB KRW"], header["amount"]) == (
        "20261123",
        "15",
        "112693",
        "81.10",
    )
    assert header["buyer"] == "Maria Jose Nunoa Perez"
    assert (line["HSK"], line["FOB KRW"], line["net kg"], line["origin"]) == ("3304991000", "53776", "0.210", "KR")
    assert (line["standard name"], line["trade name"]) == ("", "Moisturising face cream, 50 ml jar")
    assert line["order number"] == "2000013770481964"
    assert (model["quantity"], model["unit price"], model["amount"]) == ("3", "12.90", "38.70")


def test_what_ms949_lacks_loses_its_accent_or_is_refused_by_name() -> None:
    assert "봄날 Cafe" in flat(described("봄날 Café"), DAY).decode("cp949")
    with pytest.raises(NotInMs949, match=r"U\+1F338.* in declarant of record EHDR, and no ASCII letter stands for it"):
        flat(described("봄날 \U0001f338"), DAY)


def test_an_unknown_maker_is_no_applicant_in_the_flat_file_either() -> None:
    cream, stationery = exporters()
    asked = stationery.model_copy(update={"drawback_applicant": "2", "drawback": Drawback.SIMPLIFIED})
    records = flat(declared(parcel(exporters=(cream, asked))), DAY).decode("cp949").split("\r\n")
    header = dict(zip(LAYOUT["EHDR"], next(row for row in records if "도토리문구" in row).split("^"), strict=True))
    assert (header["maker customs id"], header["drawback applicant"], header["simplified drawback"]) == (
        "제조미상9999000",
        "",
        "NO",
    )


def test_the_mail_says_why_a_wished_drawback_is_not_asked_for() -> None:
    cream, stationery = exporters()
    wishing = stationery.model_copy(update={"drawback": Drawback.SIMPLIFIED})
    broker = cream.broker
    assert broker is not None
    text = mail(declared(parcel(exporters=(cream, wishing)))[1], broker, DAY)
    assert "- 주문번호: 2000013770481964" in text
    assert "※ 수출화주는 간이환급을 희망하나 제조자가 미상이므로" in text
    assert "※" not in mail(DECLARED[0], broker, DAY)


def test_rare_syllables_are_two_bytes_and_never_eight() -> None:
    """Trap 8's other half: 뷁 is in MS949 and not in EUC-KR proper."""
    assert "뷁".encode("cp949") in flat(described("뷁상점"), DAY)


@pytest.mark.parametrize("bad", ["봄날^화장품", "봄날\n화장품", "봄날\x07화장품"])
def test_a_separator_or_a_control_character_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="of record EHDR"):
        flat(described(bad), DAY)


def test_the_mail_asks_for_the_original_and_holds_no_more_of_the_buyer_than_the_declaration() -> None:
    """Trap 26: a draft is no evidence, so the broker is asked for the original."""
    broker = exporters()[0].broker
    assert broker is not None
    assert "첨부: 신고자료 (XLSX), 신고자료 (MS949 텍스트), 수출신고서 작성표 (PDF)" in mail(DECLARED[0], broker, DAY)
    text = mail(DECLARED[0], broker, DAY, attachments=("신고자료.xlsx",))
    for expected in (
        "제목: [수출신고 의뢰] 주식회사 봄날화장품 6KRMLC45848383497-1",
        "가온관세사무소 윤서진 관세사 귀하",
        "Maria Jose Nunoa Perez",
        "- 신고방식: 전자상거래 간이수출신고 (거래구분 15)",
        "FCA-USD-81.10",
        "₩112,693",
        "22382 인천광역시 중구 구름로 271",
        "첨부: 신고자료.xlsx",
        "견본이 아닌 정본",
    ):
        assert expected in text
    for private in ("12.345.678-5", "123456785", "Inventada", "5555 0101", "correo.example", "Ñuñoa", "Providencia"):
        assert private not in text
