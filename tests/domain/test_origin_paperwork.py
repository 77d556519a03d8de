"""An origin statement is signed by the exporter, on a basis that is kept, with letters that are data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.documents.golden import DAY, NUMBERS, exporters, goods, parcel
from tests.documents.reading import whole
from tradelane.documents import origin_statement as paper
from tradelane.domain.consignment import Consignment
from tradelane.domain.origin_rules import origin_rules
from tradelane.domain.papers import OriginStatement
from tradelane.domain.paperwork import kept, origin_statement


def changed(**first: Any) -> Consignment:
    """The golden parcel with its first line changed."""
    items = goods()
    return parcel(items=(items[0].model_copy(update=first), *items[1:]))


def stated(of: Consignment) -> OriginStatement:
    statement = origin_statement(of, of.parts[0], DAY, declarations=NUMBERS[:1])
    assert statement is not None
    return statement


def test_only_goods_for_which_preference_is_claimed_stand_on_it() -> None:
    statement = stated(parcel())
    assert [line.sku for line in statement.lines] == ["BN-CRM-050", "BN-MSK-010"]
    assert [(line.hs_code, line.criterion, line.exporter_produces) for line in statement.lines] == [
        ("330499", "B", True),
        ("330499", "B", True),
    ]


def test_without_a_claim_there_is_no_statement() -> None:
    assert origin_statement(parcel(), parcel().parts[1], DAY) is None


def test_it_is_valid_for_two_years_from_signature_and_kept_for_five() -> None:
    """korea-export 6.2: valid 2 years from signature; 2: FTA origin records 5 years."""
    statement = stated(parcel())
    assert (statement.signed_on, statement.valid_until, statement.keep_until) == (
        date(2026, 11, 23),
        date(2028, 11, 23),
        date(2031, 11, 23),
    )


def test_trap_33_the_exporter_signs_and_signer_basis_and_period_are_kept() -> None:
    """korea-export 10 (33): for Chile the exporter signs; signer, basis and a 5-year file must be stored."""
    record = kept(stated(parcel()))
    assert (record.signer_name, record.signer_title) == ("Han Garam", "Representative Director")
    assert record.signer_authority == "Signatory register no. 2026-014, 2 March 2026"
    assert record.keep_until == date(2031, 11, 23)
    assert record.lines[0].basis == "Change of heading; maker's declaration of 2 March 2026"
    assert record.lines[0].producer_customs_id == "봄날화**1991015"
    assert record.data_version == origin_rules().version
    assert record.declarations == NUMBERS[:1]
    said = record.model_dump_json()
    assert not [word for word in ("Ñuñoa", "12.345.678-5", "Inventada") if word in said], "nothing of the importer"


def test_trap_10_an_origin_claim_with_an_unknown_maker_is_refused() -> None:
    """korea-export 10 (10): maker unknown (제조미상9999000) while claiming FTA origin."""
    for unknown in (
        {"maker_name": None},
        {"maker_name": "제조미상"},
        {"maker_customs_id": None},
        {"maker_customs_id": "제조미상9999000"},
    ):
        with pytest.raises(ValueError, match=r"SKU BN-CRM-050 .* maker is declared unknown"):
            stated(changed(**unknown))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"preference": "Z"}, "'Z' is no preference criterion of the Korea-Chile agreement; the data have A, B, C, D"),
        ({"preference_basis": " "}, "SKU BN-CRM-050 claims Korea-Chile preference without a basis"),
        ({"origin": "CN"}, "SKU BN-CRM-050 claims Korea-Chile preference, but its origin is China"),
    ],
)
def test_a_claim_that_cannot_stand_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    items = goods()
    first = type(items[0]).model_validate({**items[0].model_dump(), **change})
    with pytest.raises(ValueError, match=sentence):
        stated(parcel(items=(first, *items[1:])))


def test_a_claim_without_a_signer_is_refused_with_what_to_do() -> None:
    cream, stationery = exporters()
    unsigned = cream.model_copy(update={"origin_signer": None})
    with pytest.raises(ValueError, match=r"nobody is named to sign .*`tradelane exporters set`"):
        stated(parcel(exporters=(unsigned, stationery)))


def test_letters_wording_and_periods_are_data_with_a_source_and_a_certainty() -> None:
    rules = origin_rules()
    assert [one.letter for one in rules.criteria] == ["A", "B", "C", "D"]
    assert {one.letter: one.certainty for one in rules.criteria} == {"A": "M", "B": "M", "C": "NF", "D": "NF"}
    assert (rules.valid_years.value, rules.kept_years.value) == (2, 5)
    assert "customs service" in rules.before_use.lower()
    assert [rules.fields[name].number for name in rules.fields] == [str(number) for number in range(1, 12)]


def test_the_paper_shows_the_fields_and_the_version_of_its_data() -> None:
    """korea-export 6.2: exporter, period, producer, importer, description, HS6, criterion, producer, RVC, origin."""
    text = whole(paper.render(stated(parcel())))
    for expected in (
        "1. Exporter",
        "2. Blanket period",
        "3. Producer",
        "4. Importer",
        "5. Description of goods",
        "6. HS No. (6)",
        "7. Preference",
        "8. Producer",
        "9. Regional value",
        "10. Country of origin",
        "11. Certification of origin",
        "123-45-67891",
        "RUT: 12.345.678-5",
        "Han Garam, Representative Director",
        "Criterion B:",
        "2028-11-23",
        "KR-CL 2026-11.1",
        "6N002-26-001234X",
    ):
        assert expected in text
    assert "Gel ink pens" not in text
