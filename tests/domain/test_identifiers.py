"""Identifiers are cleaned, checked once, and are one canonical text ever after."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from tradelane.domain import identifiers
from tradelane.domain.identifiers import (
    BusinessRegistrationNumber,
    ChileanTariffCode,
    CountryCode,
    CustomsClearanceCode,
    DeclarantCode,
    ExportDeclarationNumber,
    Hsk,
    Identifier,
    OrderId,
    PackId,
    Rut,
    ShipmentId,
    Ucr,
    WaybillNumber,
)

VALID: list[tuple[type[Identifier], str, str, str]] = [
    (ExportDeclarationNumber, "6n002\u201326\u2013000123x", "6N00226000123X", "6N002-26-000123X"),
    (CustomsClearanceCode, "가나****1234567", "가나****1234567", "가나-1-23-4-56-7"),
    (CustomsClearanceCode, "제조미상9999000", "제조미상9999000", "제조미상-9-99-9-00-0"),
    (BusinessRegistrationNumber, "\uff11\uff12\uff13 45 67891", "1234567891", "123-45-67891"),
    (DeclarantCode, " 6n002\u200b", "6N002", "6N002"),
    (Hsk, "3304.99-1000", "3304991000", "3304.99-1000"),
    (ChileanTariffCode, "3304.99.10", "33049910", "3304.9910"),
    (Rut, "012.345.678\u22125", "123456785", "12.345.678-5"),
    (Rut, "23-k", "23K", "23-K"),
    (OrderId, "2000003508419013", "2000003508419013", "2000003508419013"),
    (PackId, "2000005421", "2000005421", "2000005421"),
    (ShipmentId, "45848383497", "45848383497", "45848383497"),
    (WaybillNumber, "12 3456 7891", "1234567891", "12 3456 7891"),
    (Ucr, "6krmlc45848383497", "6KRMLC45848383497", "6KRMLC45848383497"),
    (CountryCode, "cl", "CL", "Chile"),
]


@pytest.mark.parametrize(("kind", "written", "canonical", "printed"), VALID)
def test_what_people_write_becomes_one_canonical_value(
    kind: type[Identifier], written: str, canonical: str, printed: str
) -> None:
    value = kind(written)
    assert value == canonical
    assert value.printed == printed
    assert type(kind(value)) is kind


def test_every_public_identifier_has_a_valid_example_here() -> None:
    names = set(identifiers.__all__) - {"Identifier"}
    assert {kind.__name__ for kind, *_ in VALID} == names


@pytest.mark.parametrize(("kind", "written", "canonical", "printed"), VALID)
def test_json_is_flat_and_comes_back(kind: type[Identifier], written: str, canonical: str, printed: str) -> None:
    class Holder(BaseModel):
        value: kind  # type: ignore[valid-type]

    holder = Holder.model_validate({"value": written})
    assert holder.model_dump_json() == f'{{"value":"{canonical}"}}'
    assert type(Holder.model_validate_json(holder.model_dump_json()).value) is kind


WRONG: list[tuple[type[Identifier], str]] = [
    (ExportDeclarationNumber, "6N002-26-0001234"),
    (ExportDeclarationNumber, "6N002-26-00123X"),
    (ExportDeclarationNumber, "12345-20-12345678"),
    (CustomsClearanceCode, "가나다*1234567"),
    (CustomsClearanceCode, "가1234567"),
    (CustomsClearanceCode, "가나다라123456"),
    (CustomsClearanceCode, "ABCD1234567"),
    (BusinessRegistrationNumber, "123-45-67890"),
    (BusinessRegistrationNumber, "000-00-00000"),
    (BusinessRegistrationNumber, "123-45-6789"),
    (DeclarantCode, "6N0021"),
    (DeclarantCode, "가나다라마"),
    (Hsk, "330499"),
    (Hsk, "7701000000"),
    (Hsk, "9901000000"),
    (ChileanTariffCode, "3304991000"),
    (ChileanTariffCode, "98000000"),
    (Rut, "12.345.678-6"),
    (Rut, "123.456.789-2"),
    (Rut, "0-0"),
    (Rut, "P1234567"),
    (OrderId, "0123"),
    (OrderId, "12a"),
    (OrderId, "1" * 21),
    (OrderId, ""),
    (PackId, "-"),
    (ShipmentId, "1.5"),
    (WaybillNumber, "12345"),
    (WaybillNumber, "1234567891/2"),
    (WaybillNumber, "A" * 36),
    (Ucr, "6XXMLC1"),
    (Ucr, "6KR"),
    (Ucr, "6KR" + "A" * 33),
    (Ucr, "6KRMLC_1"),
    (CountryCode, "XX"),
    (CountryCode, "CHL"),
    (CountryCode, "ß"),
]


@pytest.mark.parametrize(("kind", "written"), WRONG)
def test_what_breaks_the_rule_is_refused_in_one_sentence(kind: type[Identifier], written: str) -> None:
    with pytest.raises(ValueError, match=rf"no {kind.label.split(' (')[0]}") as refusal:
        kind(written)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


def test_a_number_of_the_marketplace_may_come_as_int_but_a_tariff_code_may_not() -> None:
    assert OrderId(2000003508419013) == "2000003508419013"
    with pytest.raises(ValueError, match="text, not int"):
        Hsk(3304991000)


@pytest.mark.parametrize("value", [True, 1.0, None, b"12", ["12"]])
def test_other_types_are_refused(value: object) -> None:
    class Holder(BaseModel):
        order: OrderId

    with pytest.raises(ValidationError, match="is text, not"):
        Holder.model_validate({"order": value})


@given(st.integers(min_value=1, max_value=99_999_999))
def test_exactly_one_check_character_fits_a_rut(body: int) -> None:
    accepted = [dv for dv in "0123456789K" if _accepts(Rut, f"{body}{dv}")]
    assert accepted == [Rut.check_character(body)]
    rut = Rut.of(body, accepted[0])
    assert (rut.body, rut.dv) == (body, accepted[0])
    assert Rut(rut.printed) == rut


@given(st.integers(min_value=1000, max_value=99_999_999))
def test_a_rut_shows_itself_nowhere_but_where_asked(body: int) -> None:
    rut = Rut.of(body, Rut.check_character(body))
    assert str(body)[-3:] not in rut.masked.rpartition(".")[2].partition("-")[0]
    assert str(rut) not in repr(rut)
    wrong = f"{body}{'1' if rut.dv == '0' else '0'}"
    with pytest.raises(ValueError, match="no RUT") as refusal:
        Rut(wrong)
    assert str(body) not in str(refusal.value)


@given(st.from_regex(r"[1-9][0-9][1-9][1-9][0-9][0-9]{3}[1-9]", fullmatch=True))
def test_exactly_one_check_digit_fits_a_business_number(first_nine: str) -> None:
    accepted = [d for d in "0123456789" if _accepts(BusinessRegistrationNumber, first_nine + d)]
    assert accepted == [BusinessRegistrationNumber.check_digit(first_nine)]


@given(st.text(max_size=40))
def test_hostile_text_is_refused_or_becomes_canonical(text: str) -> None:
    for kind in {kind for kind, *_ in VALID}:
        try:
            value = kind(text)
        except ValueError:
            continue
        assert kind(str(value)) == value
        assert kind is CountryCode or kind(value.printed) == value


def test_the_year_of_a_ucr_is_the_korean_one() -> None:
    last_evening = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    assert Ucr.for_shipment(last_evening, "MLC", ShipmentId(45848383497)) == "7KRMLC45848383497"


def test_a_ucr_is_not_made_from_a_naive_instant_or_an_unknown_site() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Ucr.for_shipment(datetime(2026, 8, 3), "MLC", ShipmentId(1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="site"):
        Ucr.for_shipment(datetime(2026, 8, 3, tzinfo=UTC), "mlc", ShipmentId(1))


def test_a_declaration_number_names_its_declarant() -> None:
    assert ExportDeclarationNumber("6N002-26-000123X").declarant == DeclarantCode("6N002")


def test_the_international_part_of_a_tariff_code_is_at_hand() -> None:
    assert Hsk("3304991000").hs6 == ChileanTariffCode("33049910").hs6 == "330499"


def _accepts(kind: type[Identifier], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
