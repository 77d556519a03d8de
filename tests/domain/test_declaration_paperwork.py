"""The worksheet says each of the 57 boxes as the declaration does, and marks what no source confirms."""

from __future__ import annotations

import pytest

from tests.documents.golden import DAY, declared, exporters, goods, parcel, usd
from tests.documents.reading import whole
from tradelane.documents import declaration_worksheet
from tradelane.domain.catalogue import Drawback, FilingChannel
from tradelane.domain.declaration_boxes import BOXES
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import CustomsClearanceCode
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
    assert made.entry(3).texts[:2] == ("미상", "통관고유부호 제조미상9999000")
    assert made.entry(26).texts[0].endswith("/ NO")
    assert sheet().entry(26).texts[0].endswith("/ AD")
    assert [remark for remark in made.remarks if "제조자가 미상이므로 간이환급을 NO로" in remark] == list(made.remarks)
    assert made.remarks and made.remarks[0] in whole(declaration_worksheet.render(made))
    assert sheet().remarks == ()


def test_trap_10_preference_is_not_keyed_while_the_maker_is_unknown() -> None:
    """korea-export 10 (10): goods of two makers are declared as made by an unknown one; KTNET's way refuses them too."""
    items = goods()
    other = items[2].model_copy(update={"maker_name": "다른공장", "maker_customs_id": "다른공-1-99-1-01-5"})
    with pytest.raises(ValueError, match=r"제조미상9999000\) while .* is claimed for SKU BN-CRM-050, BN-MSK-010"):
        worksheet(declared(parcel(items=(*items[:2], other, *items[3:])))[0], DAY)


def test_an_unknown_maker_does_not_apply_for_drawback_itself() -> None:
    """korea-export 1.6: 환급신청인 2 is the maker; here nobody knows who that is."""
    cream, stationery = exporters()
    both = parcel(exporters=tuple(one.model_copy(update={"drawback_applicant": "2"}) for one in (cream, stationery)))
    first, second = declared(both)
    assert worksheet(first, DAY).entry(26).texts == ("2 (제조자) / AD",)
    assert worksheet(second, DAY).entry(26).texts == ("— / NO",)


def test_goods_that_name_the_exporter_as_their_maker_are_its_own() -> None:
    """As the same goods are declared by KTNET; 수출자구분 A: exporter and maker are one (korea-export 1.6)."""
    items = tuple(item.model_copy(update={"maker_name": "도토리문구"}) for item in goods())
    made = worksheet(declared(parcel(items=items))[1], DAY)
    assert made.entry(3).texts[:2] == ("도토리문구", "통관고유부호 도토리**9262022")
    assert "수출자구분 A" in made.entry(2).texts


def test_the_place_of_making_is_told_only_of_makers_that_are_not_somebody_else() -> None:
    """Box 3 has a postcode of its own (korea-export 1.4); the exporter's is none of another maker."""
    assert sheet().entry(3).texts[2].startswith("제조장소 우편번호 04799")
    known = {"maker_name": "다른공장", "maker_customs_id": CustomsClearanceCode("다른공-1-99-1-01-5")}
    items = tuple(item.model_copy(update=known) for item in goods())
    made = worksheet(declared(parcel(items=items))[0], DAY)
    assert made.entry(3).texts == ("다른공장", "통관고유부호 다른공**1991015", "제조장소 우편번호 — / 산업단지부호 —")


def test_the_standard_name_is_left_to_the_program_and_the_trade_name_stands_in_its_own_box() -> None:
    """korea-export 1.4: box 27 is the standard name of the HSK, box 28 the trade name."""
    made = sheet()
    assert [line.entry(27).texts for line in made.lines] == [(), (), ()]
    assert made.lines[0].entry(28).texts == ("Moisturising face cream, 50 ml jar",)
    text = whole(declaration_worksheet.render(made))
    assert "품명은 세번부호의 표준품명" in text
    assert text.count("Cotton terry face towel 30 x 30 cm") == 2, "trade name and model, not the standard name"


def test_only_goods_with_an_origin_statement_say_so_in_their_origin_box() -> None:
    """korea-export 1.4 and 1.5: the box has a part for the agreement, the message a flag for self-issue."""
    assert [len(line.entry(41).texts) for line in sheet().lines] == [2, 2, 1]
    assert sheet().lines[0].entry(41).texts == ("KR---", "한-칠레 FTA 원산지증명 자율발급 (B)")


def test_the_marketplaces_order_stands_beside_our_reference() -> None:
    """korea-export 1.2: a converted list must name 주문번호 since 2022-04-28, and the carrier's 특송업체부호."""
    assert sheet().entry(52).texts[:2] == ("참조번호 6KRMLC45848383497-1", "주문번호 2000013770481964")
    converted = sheet(route=ExportRoute.LIST_CONVERSION)
    assert len(converted.remarks) == 1
    assert "특송업체부호는 특송업체에 확인, 자동간이정액환급은 신청" in converted.remarks[0]
    other = declared(parcel())[1].model_copy(update={"route": ExportRoute.LIST_CONVERSION})
    assert "자동간이정액환급은 미신청" in worksheet(other, DAY).remarks[0]


def test_trap_04_every_item_is_a_line_of_its_own_so_that_won_are_cut_as_they_are_declared() -> None:
    """korea-export 10 (4): 12.90 at 1389.57 is 17925.453, twice that 35850.906: cut one by one 35850, and a third
    item of 0.05 (69.4785) makes 35919. One 란 of three rows would be cut once: 25.85 x 1389.57 = 35920.3845."""
    cream = goods()[0].model_copy(update={"quantity": 1})
    small = cream.model_copy(update={"sku": "BN-CRM-SAMPLE", "unit_price": usd("0.05"), "list_price": None})
    items = (cream, cream.model_copy(update={"sku": "BN-CRM-051"}), small)
    made = worksheet(declared(parcel(items=items))[0], DAY)
    assert [line.entry(38).texts[0].split()[0] for line in made.lines] == ["₩17,925", "₩17,925", "₩69"]
    assert made.entry(46).texts[0].split()[0] == "₩35,919"


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
    assert {entry.box for entry in (*made.head, *made.foot) if entry.uncertain} == {*(3, 8, 11, 12, 19, 23, 26)}
    assert "※ H 일반P/L" in whole(declaration_worksheet.render(made))


def test_a_name_without_latin_letters_is_refused_with_the_box_and_without_the_name() -> None:
    """The sentence becomes a hold, and no letter of a person's name stands in one."""
    with pytest.raises(ValueError, match=r"Buyer \(구매자\) takes Latin letters only") as refused:
        sheet(buyer_name="김 Inventada")
    assert not {"김", "Inventada"} & set(str(refused.value).replace("'", " ").split())
    assert refused.value.__cause__ is None and refused.value.__context__ is None


def test_the_carriers_list_has_nothing_to_key() -> None:
    with pytest.raises(ValueError, match="leaves by the carrier's list: there is nothing to key"):
        sheet(route=ExportRoute.LIST_CLEARANCE)


def test_a_broker_files_under_its_own_code() -> None:
    cream, stationery = exporters()
    by_broker = parcel(exporters=(cream.model_copy(update={"channel": FilingChannel.BROKER}), stationery))
    assert worksheet(declared(by_broker)[0], DAY).entry(1).texts == ("가온관세사무소 (12A34)",)
    assert said(1) == "주식회사 봄날화장품 (6N002)"


def test_goods_of_several_makers_have_none_that_is_known() -> None:
    items = tuple(item.model_copy(update={"preference": "", "preference_basis": ""}) for item in goods())
    other = items[1].model_copy(update={"maker_name": "다른공장", "maker_customs_id": "다른공-1-99-1-01-5"})
    made = worksheet(declared(parcel(items=(items[0], other, *items[2:])))[0], DAY)
    assert made.entry(3).texts[0] == "미상"
    assert usd("81.10") == declared(parcel())[0].amount
