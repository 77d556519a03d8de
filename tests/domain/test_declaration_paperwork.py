"""The worksheet says each of the 57 boxes as the declaration does, and marks what no source confirms."""

from __future__ import annotations

import pytest

from tests.documents.golden import DAY, declared, exporters, goods, parcel, usd
from tests.documents.reading import whole
from tradelane.documents import declaration_worksheet
from tradelane.domain.catalogue import Drawback, FilingChannel
from tradelane.domain.declaration_boxes import BOXES
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.papers import Worksheet
from tradelane.domain.paperwork import worksheet


def sheet(part: int = 0, **changes: object) -> Worksheet:
    return worksheet(declared(parcel())[part].model_copy(update=changes), DAY)


def said(box: int, part: int = 0) -> str:
    return " | ".join(sheet(part).entry(box).texts)


def test_there_are_57_boxes_and_each_is_named_on_the_paper() -> None:
    assert sorted(BOXES) == list(range(1, 58))
    text = whole(declaration_worksheet.render(sheet()))
    assert [box for box in BOXES if f"({box}) {BOXES[box][0]}" not in text] == []


def test_boxes_say_what_the_declaration_says() -> None:
    """Won typed by hand at 1389.57: 38.70 -> 53776.359, 36.00 -> 50024.52, 6.40 -> 8893.248, each cut to the won."""
    made = sheet()
    assert [line.entry(38).texts[0] for line in made.lines] == [
        "₩53,776  /  $38.70",
        "₩50,024  /  $36.00",
        "₩8,893  /  $6.40",
    ]
    assert said(46) == "₩112,693  /  $81.10"
    assert said(49) == "FCA-USD-81.10"
    assert said(7) == "2026/11/23"
    assert said(6) == "010-10"
    assert said(10) == "15 전자상거래 수출"
    assert said(13) == "CL 칠레"
    assert [line.entry(35).texts[0] for line in made.lines] == ["3304.99-1000", "3304.99-2000", "6302.60-0000"]
    assert made.lines[0].entry(34).texts == ("38.70 (USD)",)
    assert (said(45), said(47), said(48)) == ("1 (CT)", "", "")
    assert said(5) == said(55) == said(57) == "", "given by customs"


def test_trap_09_goods_location_is_where_the_goods_are_and_not_the_address() -> None:
    """korea-export 10 (9)."""
    assert said(21) == "22382 인천광역시 중구 구름로 271, 2물류동"
    assert "성동구" in said(2)


def test_trap_10_drawback_is_not_asked_while_the_maker_is_unknown() -> None:
    """korea-export 10 (10): the second brand names no maker; even with a wish for drawback its box says NO."""
    stationery = declared(parcel())[1]
    wishing = stationery.model_copy(
        update={"exporter": stationery.exporter.model_copy(update={"drawback": Drawback.SIMPLIFIED})}
    )
    made = worksheet(wishing, DAY)
    assert made.entry(3).texts == ("미상", "통관고유부호 제조미상9999000")
    assert made.entry(26).texts[0].endswith("/ NO")
    assert sheet().entry(26).texts[0].endswith("/ AD")


def test_trap_11_goods_are_new() -> None:
    """korea-export 10 (11): O is used."""
    assert said(23) == "N 신품"


def test_trap_13_payment_is_other_paid_and_never_free() -> None:
    """korea-export 10 (13): GO is other *paid*; free is GN."""
    assert said(12) == "GO"


def test_trap_14_goods_fly_from_incheon_airport() -> None:
    """korea-export 10 (14): KRICN is the airport, KRINC the sea port."""
    assert said(14) == "KRICN"


def test_codes_that_no_source_confirms_are_marked() -> None:
    made = sheet()
    assert {entry.box for entry in (*made.head, *made.foot) if entry.uncertain} == {8, 11, 12, 19, 23, 26}
    assert "※ H 일반P/L" in whole(declaration_worksheet.render(made))


def test_a_name_without_latin_letters_is_refused_with_the_box() -> None:
    with pytest.raises(ValueError, match=r"Buyer \(구매자\) takes Latin letters only: No ASCII form exists for '김'"):
        sheet(buyer_name="김 Inventada")


def test_the_carriers_list_has_nothing_to_key() -> None:
    with pytest.raises(ValueError, match="leaves by the carrier's list: there is nothing to key"):
        sheet(route=ExportRoute.LIST_CLEARANCE)


def test_a_broker_files_under_its_own_code() -> None:
    cream, stationery = exporters()
    by_broker = parcel(exporters=(cream.model_copy(update={"channel": FilingChannel.BROKER}), stationery))
    assert worksheet(declared(by_broker)[0], DAY).entry(1).texts == ("가온관세사무소 (12A34)",)
    assert said(1) == "주식회사 봄날화장품 (6N002)"


def test_goods_of_several_makers_have_none_that_is_known() -> None:
    items = goods()
    other = items[1].model_copy(update={"maker_name": "다른공장", "maker_customs_id": "다른공-1-99-1-01-5"})
    made = worksheet(declared(parcel(items=(items[0], other, *items[2:])))[0], DAY)
    assert made.entry(3).texts[0] == "미상"
    assert usd("81.10") == declared(parcel())[0].amount
