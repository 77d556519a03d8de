"""Exporters by hand: identifiers and shapes are checked, and the way to customs stays while declarations are open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tradelane.adapters.unipass.answers import CustomsOffice
from tradelane.demo import load
from tradelane.desk import exporter_check
from tradelane.desk.complaints import NotFound, WrongUsage
from tradelane.desk.exporters import exporters, import_exporters, set_exporter, shown
from tradelane.desk.goods_place import Ask, Offices
from tradelane.desk.sheet import BadRows
from tradelane.domain.catalogue import Drawback, FilingChannel
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.money import Money
from tradelane.ports import DeclarationRecord
from tradelane.settings import Settings
from tradelane.stores import Stores, open_stores

BRANDS = load.brands()
BROKER = {"broker.name": "관세법인 예시", "broker.declarant_code": "6n002", "broker.email": "desk@broker.example"}

ROW = {
    "id": "haneul",
    "name_ko": "주식회사 하늘결",
    "name_en": "Haneulgyeol Co., Ltd.",
    "business_registration_number": "990-86-11034",
    "customs_clearance_code": "하늘결-9-26-1-01-1",
    "declarant_code": "h1a01",
    "representative_ko": "한가람",
    "representative_en": "Han Garam",
    "address_ko": "서울특별시 성동구 바람길 12, 3층",
    "address_en": "3F, 12 Baram-gil | Seongdong-gu",
    "city_en": "Seoul",
    "postcode": "04799",
    "goods_location_ko": "서울특별시 성동구 바람길 14, 물류동",
    "goods_location_postcode": "04799",
    "customs_office": "010",
    "customs_division": "10",
    "phone": "'+82-70-0000-1101",
}
"""A row that fits; the apostrophe keeps a spreadsheet from taking the number for a formula."""


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def filled(stores: Stores) -> Stores:
    for exporter in load.exporters(BRANDS):
        stores.exporters.put(exporter)
    stores.catalogue.put_many(load.products(BRANDS))
    return stores


def sheet(folder: Path, *rows: dict[str, str]) -> Path:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "exporters.csv"
    path.write_text(target.getvalue(), encoding="utf-8")
    return path


def test_a_row_becomes_an_exporter(stores: Stores, tmp_path: Path) -> None:
    more = {"carrier_accounts.mydhl": "123456789", "origin_signer.name": "Han Garam", "origin_signer.title": "CEO"}
    [exporter] = import_exporters(stores, sheet(tmp_path, {**ROW, **BROKER, **more, "channel": "broker"})).exporters
    assert exporter.business_registration_number == "9908611034"
    assert (exporter.customs_clearance_code, exporter.declarant_code) == ("하늘결**9261011", "H1A01")
    assert (exporter.address_en, exporter.phone) == (("3F, 12 Baram-gil", "Seongdong-gu"), "+82-70-0000-1101")
    assert exporter.broker is not None and exporter.broker.declarant_code == "6N002"
    assert exporter.carrier_accounts == {"mydhl": "123456789"}
    assert (exporter.channel, exporter.drawback) == (FilingChannel.BROKER, Drawback.NONE)
    assert exporters(stores, "haneul") == (exporter,)


def test_the_json_of_the_demo_is_taken(stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "brands.json"
    path.write_text(json.dumps(BRANDS, ensure_ascii=False), encoding="utf-8")
    report = import_exporters(stores, path)
    assert report.exporters == load.exporters(BRANDS)
    assert report.warnings == ()


def test_a_workbook_that_lost_a_zero_is_refused(stores: Stores, tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(list(ROW))
    page.append([4799 if name == "postcode" else value for name, value in ROW.items()])
    book.save(tmp_path / "exporters.xlsx")
    with pytest.raises(BadRows) as refused:
        import_exporters(stores, tmp_path / "exporters.xlsx")
    [problem] = refused.value.problems
    assert (problem.sheet, problem.line, problem.column) == ("Sheet", 2, "postcode")
    assert "a spreadsheet drops leading zeros" in problem.reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("business_registration_number", "990-86-11035", "its check digit is wrong"),
        ("customs_clearance_code", "하늘결-9-26-1-01", "is no customs clearance code"),
        ("declarant_code", "H1A011", "it has 5 letters A-Z or digits"),
        ("customs_office", "10", "the three digits of the customs office"),
        ("customs_division", "1", "the two digits of its division"),
        ("postcode", "047-99", "the five digits of a Korean postcode"),
        ("goods_location_postcode", "", "is missing"),
        ("name_en", "", "is missing"),
        ("name_ko", "하늘 \N{GRINNING FACE}", "EUC-KR has no code"),
        ("address_en", "|", "has one to 4 lines"),
        ("address_en", "a|b|c|d|e", "has one to 4 lines"),
        ("phone", "none", "a telephone number with its country code"),
        ("channel", "post", "'ktnet', 'broker'"),
        ("drawback", "yes", "'none' or 'simplified'"),
        ("drawback_applicant", "3", "is 1 (the exporter, 수출화주) or 2 (the maker, 제조자)"),
        ("broker.name", "관세법인 예시", "is missing"),
        ("origin_signer.name", "Han Garam", "is missing"),
        ("carrier_accounts.mydhl", "no number", "account number of letters and digits"),
        ("id", "Ha neul", "small letters, digits, dots and dashes"),
        ("id", "", "is missing"),
        ("name_en", "=A1", "holds the formula =A1"),
        ("city_en", "Se\noul", "line break"),
    ],
)
def test_a_wrong_field_is_named_with_its_line_and_nothing_is_taken(
    stores: Stores, tmp_path: Path, field: str, value: str, reason: str
) -> None:
    second = {**ROW, "id": "second"}
    with pytest.raises(BadRows) as refused:
        import_exporters(stores, sheet(tmp_path, {**second, field: value}, ROW))
    assert {one.line for one in refused.value.problems} == {2}
    assert any(reason in one.reason for one in refused.value.problems), refused.value.problems
    assert stores.exporters.all() == ()


def test_an_exporter_that_is_there_twice_is_refused(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(BadRows, match="haneul stands in line 2 and in line 3; keep one"):
        import_exporters(stores, sheet(tmp_path, ROW, ROW))


def test_a_second_exporter_of_one_business_number_is_taken_with_a_word_of_warning(
    stores: Stores, tmp_path: Path
) -> None:
    """A company may sell under two brands; as often it is one exporter that was typed twice."""
    twin = import_exporters(stores, sheet(tmp_path, ROW, {**ROW, "id": "haneul-2"})).warnings
    assert [(one.line, one.column, one.reason) for one in twin] == [
        (2, "business_registration_number", "is that of haneul-2 too"),
        (3, "business_registration_number", "is that of haneul too"),
    ]
    assert import_exporters(stores, sheet(tmp_path, ROW)).warnings == ()
    [stored] = import_exporters(stores, sheet(tmp_path, {**ROW, "id": "haneul-3"})).warnings[:1]
    assert stored.reason == "is that of haneul too"


def test_a_name_that_is_cut_is_taken_with_a_word_of_warning(stores: Stores, tmp_path: Path) -> None:
    [warning] = import_exporters(stores, sheet(tmp_path, {**ROW, "representative_ko": "한가람솔빛나라"})).warnings
    assert (warning.line, warning.column) == (2, "representative_ko")
    assert "'한가람솔빛나' is filed" in warning.reason


# --- set -------------------------------------------------------------------------------------------------------------


def test_fields_of_parts_are_set_together_and_taken_away(filled: Stores) -> None:
    with pytest.raises(WrongUsage, match=r"broker\.declarant_code: is missing; broker\.email: is missing"):
        set_exporter(filled, "haneul", {"broker.name": "관세법인 예시"})
    set_exporter(filled, "haneul", {**BROKER, "channel": "broker", "carrier_accounts.mydhl": "123456789"})
    set_exporter(filled, "haneul", {"broker.contact": "김", "drawback": "simplified"})
    exporter = filled.exporters.get(["haneul"])["haneul"]
    assert exporter.broker is not None and (exporter.broker.contact, exporter.broker.name) == ("김", "관세법인 예시")
    set_exporter(filled, "haneul", {"broker": "", "channel": "", "carrier_accounts.mydhl": "", "drawback": ""})
    assert filled.exporters.get(["haneul"])["haneul"] == load.exporters(BRANDS)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Give at least one FIELD=VALUE"),
        ({"colour": "red"}, "An exporter has no field colour to set"),
        ({"id": "other"}, "An exporter has no field id to set"),
        ({"carrier_accounts.": "1"}, "has no field carrier_accounts."),
        ({"broker": "someone"}, "broker has parts: set broker.NAME, or leave broker= empty"),
        ({"postcode": "4799"}, "postcode: is the five digits of a Korean postcode"),
        ({"name_ko": ""}, "name_ko: is missing"),
    ],
)
def test_what_does_not_fit_is_refused(filled: Stores, changes: dict[str, str], words: str) -> None:
    before = filled.exporters.all()
    with pytest.raises(WrongUsage) as refused:
        set_exporter(filled, "haneul", changes)
    assert words in str(refused.value)
    assert filled.exporters.all() == before


def test_a_mistyped_exporter_is_not_found_and_what_a_new_one_needs_is_told(filled: Stores) -> None:
    with pytest.raises(NotFound, match=r"There is no exporter hanuel; known: .*haneul") as refused:
        set_exporter(filled, "hanuel", {"city_en": "Seoul"})
    assert "all of name_ko, name_en, business_registration_number, customs_clearance_code" in str(refused.value)


def test_a_new_exporter_with_every_field_is_made_or_its_wrong_field_named(stores: Stores) -> None:
    fields = {name: value.removeprefix("'") for name, value in ROW.items() if name != "id" and value}
    with pytest.raises(WrongUsage, match="postcode: is the five digits"):
        set_exporter(stores, "haneul", {**fields, "postcode": "4799"})
    set_exporter(stores, "haneul", fields)
    assert [one.id for one in stores.exporters.all()] == ["haneul"]


def test_an_exporter_is_shown_by_the_names_that_set_it(filled: Stores) -> None:
    report = set_exporter(filled, "haneul", {**BROKER, "carrier_accounts.mydhl": "123456789"})
    fields = shown(report.exporter)
    assert (fields["broker.declarant_code"], fields["carrier_accounts.mydhl"]) == (
        "6N002",
        "123456789",
    )
    assert fields["address_en"] == "3F, 12 Baram-gil|Seongdong-gu" and fields["origin_signer"] is None


def declaration(state: FilingState, **more: Any) -> DeclarationRecord:
    fields: dict[str, Any] = {
        "order_no": "6KRMLC45848383497-1",
        "ucr": Ucr("6KRMLC45848383497"),
        "order_id": OrderId("2000013770481964"),
        "exporter_id": "haneul",
        "channel": FilingChannel.KTNET,
        "route": ExportRoute.SIMPLIFIED,
        "why": "",
        "state": state,
        "payment": Money(amount=Decimal(10), currency="USD"),
        "incoterm": "FCA",
        "rate": Decimal(1400),
        "fob_krw": Money(amount=Decimal(14000), currency="KRW"),
        "invoice_number": "MLC45848383497",
        "declared_on": date(2026, 11, 23),
    }
    return DeclarationRecord.model_validate({**fields, **more})


def test_open_declarations_stay_where_they_were_filed_when_the_way_to_customs_changes(
    filled: Stores, tmp_path: Path
) -> None:
    """An exporter that sells every day always has open ones: they are named, and the new way is set."""
    filled.declarations.put(declaration(FilingState.SUBMITTED))
    set_to_broker = set_exporter(filled, "haneul", {**BROKER, "channel": "broker"})
    assert set_to_broker.notes == (
        "channel: 6KRMLC45848383497-1 stay where they were filed (the default); what is filed from now on goes the new way",
    )
    imported = import_exporters(filled, sheet(tmp_path, {**ROW, "channel": "manual"}))
    assert "6KRMLC45848383497-1 stay where they were filed (broker)" in str(imported.warnings)
    assert filled.exporters.get(["haneul"])["haneul"].channel is FilingChannel.MANUAL
    assert set_exporter(filled, "haneul", {"city_en": "Busan"}).notes == ()
    filled.declarations.put(declaration(FilingState.WITHDRAWN))
    assert set_exporter(filled, "haneul", {"channel": "ktnet"}).notes == ()


# --- check -------------------------------------------------------------------------------------------------------------


def as_they_stand(stores: Stores) -> Ask:
    """Customs, which finds each exporter's office in charge of its goods."""
    known = {one.goods_location_postcode: one.customs_office for one in stores.exporters.all()}
    return lambda postcodes: {one: (CustomsOffice(code=known[one]),) for one in postcodes}


def held(stores: Stores, ask: Ask | None = None) -> list[str]:
    return [one.what for one in exporter_check.check(stores, "haneul", ask or as_they_stand(stores)) if one.holds]


def test_the_exporters_of_the_demo_hold_nothing(filled: Stores) -> None:
    assert exporter_check.check(filled, None, as_they_stand(filled)) == ()


def test_what_would_hold_an_exporter_is_named(filled: Stores) -> None:
    tee = filled.catalogue.products(["HNG-TEE-01"])["HNG-TEE-01"]
    filled.catalogue.put(tee.model_copy(update={"preference": "B", "preference_basis": "x", "maker_customs_id": None}))
    haneul = filled.exporters.get(["haneul"])["haneul"]
    changed = {**haneul.model_dump(), "channel": "broker", "drawback": "simplified", "representative_ko": "가" * 7}
    filled.exporters.put(haneul.model_validate(changed))
    found = exporter_check.check(filled, "haneul", as_they_stand(filled))
    assert [(one.step, one.holds) for one in found] == [
        ("plan_consignment", True),
        ("plan_consignment", True),
        ("lodge_export_declaration", True),
        ("lodge_export_declaration", False),
    ]
    assert [one.what.split(",")[0] for one in found] == [
        "preference is claimed for HNG-TEE-01",
        "drawback is wanted",
        "broker: its declarations go through a broker",
        "representative_ko: it has 14 EUC-KR bytes (a Hangul syllable is two)",
    ]


def test_trap_09_the_customs_office_follows_the_place_of_the_goods(filled: Stores) -> None:
    """korea-export.md section 10, 9: 물품소재지 is where the goods are; the office is derived from that postcode."""
    asked: list[str] = []

    def customs(postcodes: Sequence[str]) -> Offices:
        asked.extend(postcodes)
        return {one: (CustomsOffice(code="020", name="인천세관"),) for one in postcodes}

    [what] = held(filled, customs)
    assert what == "customs_office: Goods at postcode 04799 belong to customs office 020 (인천세관), not 010."
    assert asked == ["04799"]
    assert held(filled, lambda postcodes: {"04799": (CustomsOffice(code="010", name="서울세관"),)}) == []
    assert held(filled, lambda postcodes: {"04799": ()}) == [
        "customs_office: Customs knows no office for goods at postcode 04799."
    ]


def test_an_office_that_nobody_compared_is_never_a_good_one(filled: Stores) -> None:
    [trouble] = exporter_check.check(filled, "haneul", lambda postcodes: {"04799": "UNI-PASS gave no answer."})
    assert (trouble.effect, trouble.holds) == (exporter_check.Consequence.UNCHECKED, False)
    assert trouble.what.endswith("whoever takes the declaration will. UNI-PASS gave no answer.")
    assert "nobody has compared 010 with postcode 04799" in trouble.what


def test_a_set_office_or_place_is_compared_and_other_fields_are_not(filled: Stores) -> None:
    asked: list[Sequence[str]] = []

    def customs(postcodes: Sequence[str]) -> Offices:
        asked.append(postcodes)
        return dict.fromkeys(postcodes, ())

    assert set_exporter(filled, "haneul", {"city_en": "Busan"}, customs).notes == ()
    assert asked == []
    report = set_exporter(filled, "haneul", {"goods_location_postcode": "99999"}, customs)
    assert report.notes == ("customs_office: Customs knows no office for goods at postcode 99999.",)
    set_exporter(filled, "haneul", {"customs_office": "040"}, customs)
    assert asked == [["99999"], ["99999"]]


def test_many_goods_are_counted(filled: Stores) -> None:
    many = [f"{sku}-{n}" for sku in ("A", "B") for n in range(4)]
    tee = filled.catalogue.products(["HNG-TEE-01"])["HNG-TEE-01"]
    filled.catalogue.put_many([tee.model_copy(update={"sku": sku, "preference": "B"}) for sku in many])
    [what] = held(filled)
    assert "A-0, A-1, A-2, A-3, B-0 and 3 more" in what


def test_an_exporter_that_is_not_there_is_not_found(filled: Stores) -> None:
    with pytest.raises(NotFound):
        exporter_check.check(filled, "nobody", as_they_stand(filled))
