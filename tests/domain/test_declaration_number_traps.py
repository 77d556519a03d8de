"""Identifiers of Korean customs that naive code destroys. Numbers are invented; shapes are those of korea-export, 1.3."""

from __future__ import annotations

import pytest

from tradelane.domain.identifiers import CustomsClearanceCode, DeclarantCode, ExportDeclarationNumber
from tradelane.domain.transliteration import cut_euc_kr, euc_kr_length, to_ascii

NUMBER = "6N00226000123X"
"""Declarant code 6N002 (a letter in it), year 26, serial 000123, X: the sample shape of the paper."""


def test_trap_05_a_declaration_number_keeps_its_letters_and_its_final_x() -> None:
    for written in ("6N002-26-000123X", "6n002 26 000123x", f" {NUMBER} "):
        assert ExportDeclarationNumber(written) == NUMBER
    assert ExportDeclarationNumber(NUMBER).declarant == DeclarantCode("6N002")


@pytest.mark.parametrize("digits", ["600226000123", "00226000123", "6N00226000123"])
def test_trap_05_what_is_left_of_a_number_without_its_letters_is_no_number(digits: str) -> None:
    with pytest.raises(ValueError, match="final X"):
        ExportDeclarationNumber(digits)


@pytest.mark.parametrize("printed", ["6N002-26-000123X", "12A34-26-000123X", "40731-26-000123X"])
def test_trap_06_a_printed_number_may_have_letters_in_its_first_part(printed: str) -> None:
    r"""`\d{5}-\d{2}-\d{7}` fits none of them: the last part is six digits and X."""
    assert ExportDeclarationNumber(printed).printed == printed


def test_trap_06_seven_digits_at_the_end_are_no_number_of_today() -> None:
    with pytest.raises(ValueError, match="final X"):
        ExportDeclarationNumber("12345-26-0001234")


@pytest.mark.parametrize("legacy", ["123452600012345", "12345-26-00012345", "020-10-08-0012345"])
def test_trap_07_numbers_of_fifteen_digits_belong_to_the_system_before(legacy: str) -> None:
    with pytest.raises(ValueError, match="final X"):
        ExportDeclarationNumber(legacy)


def test_trap_08_korean_limits_are_bytes_of_euc_kr_and_not_characters() -> None:
    """A company name of 28 bytes is 14 Hangul (korea-export, section 10, trap 8)."""
    name = "가나다라마바사아자차카타파하거너"
    assert cut_euc_kr(name, 28) == "가나다라마바사아자차카타파하"
    assert euc_kr_length("가나다라마바사아자차카타파하") == 28
    assert euc_kr_length("ABC가") == 5


def test_trap_08_a_customs_clearance_code_is_fifteen_bytes_whatever_its_stem() -> None:
    for printed, whole in (("예시-1-99-1-01-5", "예시****1991015"), ("한빛차-1-99-1-01-5", "한빛차**1991015")):
        code = CustomsClearanceCode(printed)
        assert code == whole
        assert len(code.encode("euc-kr")) == 15


@pytest.mark.parametrize(
    ("spanish", "plain"),
    [("Ñusta Pérez", "Nusta Perez"), ("Jabón <Ñandú> & cía", "Jabon Nandu cia"), ("Müller Ibáñez", "Muller Ibanez")],
)
def test_trap_08_accents_and_markup_never_reach_a_korean_message(spanish: str, plain: str) -> None:
    assert to_ascii(spanish) == plain
