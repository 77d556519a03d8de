"""What a person may change: checked at the door, kept in canonical text, laid over every later reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.parcel import RUT, consignee, product
from tradelane.domain.amendment import (
    CONSIGNEE_FIELDS,
    PACKAGE_FIELDS,
    PRODUCT_FIELDS,
    Amendment,
    amended_consignee,
    amended_fields,
    amended_product,
    checked,
    lot_of_sku,
)
from tradelane.domain.catalogue import Product
from tradelane.domain.order import Address

RIGHT = {
    "items.HN-1.exporter_id": ("dotori", "dotori"),
    "items.HN-1.brand_name": (" Haneul ", "Haneul"),
    "items.HN-1.description_ko": ("면 티셔츠", "면 티셔츠"),
    "items.HN-1.description_en": ("Cotton T-shirt", "Cotton T-shirt"),
    "items.HN-1.description_es": ("Polera de algodón", "Polera de algodón"),
    "items.HN-1.hsk": ("3304.99-1000", "3304991000"),
    "items.HN-1.cl_tariff": ("3304.99.10", "33049910"),
    "items.HN-1.origin": ("kr", "KR"),
    "items.HN-1.maker_name": ("한빛", "한빛"),
    "items.HN-1.net_weight_g": ("220.0", "220"),
    "items.HN-1.gross_weight_g": ("\uff12\uff16\uff10", "260"),  # full-width digits of a Korean keyboard
    "items.HN-1.length_cm": ("1E+2", "100"),
    "items.HN-1.width_cm": ("20.25", "20.25"),
    "items.HN-1.height_cm": ("3", "3"),
    "items.HN-1.needs_permit": ("yes", "true"),
    "items.HN-1.origin_basis": ("maker's confirmation, 2026-03-02", "maker's confirmation, 2026-03-02"),
    "items.HN-1.maker_customs_id": ("한빛차-1-99-1-01-5", "한빛차**1991015"),
    "items.HN-1.composition": ("cotton 100 %", "cotton 100 %"),
    "items.HN-1.permits": ("검역증 26-1; 허가서 26-2", "검역증 26-1; 허가서 26-2"),
    "items.HN-1.alcohol_percent": ("02.50E1", "25.0"),
    "items.HN-1.battery": ("in_equipment", "in_equipment"),
    "items.HN-1.aerosol": ("no", "false"),
    "items.HN-1.magnet": ("1", "true"),
    "items.HN-1.dangerous_goods_consent": ("DHL, mail of 2026-03-02", "DHL, mail of 2026-03-02"),
    "items.HN-1.preference": ("B", "B"),
    "items.HN-1.preference_basis": ("tariff change, file 26-7", "tariff change, file 26-7"),
    "consignee.name": ("María Ñuñoa", "María Ñuñoa"),
    "consignee.rut": ("12.345.678-5", "123456785"),
    "consignee.phone": ("+56 9 5555 0101", "+56 9 5555 0101"),
    "consignee.email": ("maria@correo.example", "maria@correo.example"),
    "consignee.comuna": ("Ñuñoa", "Ñuñoa"),
    "consignee.region": ("CL-RM", "CL-RM"),
    "consignee.address": ("Calle 1 | Depto 2", "Calle 1 | Depto 2"),
    "items.HN-1.lot": (" 2607A,  2607B ", "2607A, 2607B"),
    "package.boxes": ("2.0", "2"),
    "package.lot": ("제조 2607-A/1", "제조 2607-A/1"),
    "package.2.gross_weight_g": ("420", "420"),
    "package.99.height_cm": ("10.5", "10.5"),
    "package.gross_weight_g": ("6.4E2", "640"),
    "package.length_cm": ("30.50", "30.50"),
    "package.width_cm": ("20", "20"),
    "package.height_cm": ("10", "10"),
}


def test_every_path_has_an_example_here() -> None:
    paths = {f"items.HN-1.{field}" for field in (*PRODUCT_FIELDS, "lot")}
    paths |= {f"consignee.{field}" for field in CONSIGNEE_FIELDS} | {f"package.{field}" for field in PACKAGE_FIELDS}
    paths |= {"package.boxes", "package.lot", "package.2.gross_weight_g", "package.99.height_cm"}
    assert set(RIGHT) == paths


@pytest.mark.parametrize(("path", "typed", "canonical"), [(path, *values) for path, values in RIGHT.items()])
def test_what_is_typed_becomes_canonical_and_stays_so(path: str, typed: str, canonical: str) -> None:
    amendment = checked(f" {path} ", typed)
    assert amendment == Amendment(path=path, value=canonical)
    assert checked(amendment.path, amendment.value) == amendment


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("items.HN-1.net_weight_g", "-5", "must be above zero, not -5"),
        ("items.HN-1.net_weight_g", "0", "must be above zero"),
        ("items.HN-1.net_weight_g", "60.5", "valid integer"),
        ("items.HN-1.net_weight_g", "1000001", "less than or equal to 1000000"),
        ("items.HN-1.net_weight_g", "1E+999999", "is too large"),
        ("items.HN-1.net_weight_g", "heavy", "must be a number, not 'heavy'"),
        ("items.HN-1.length_cm", "NaN", "must be above zero"),
        ("items.HN-1.length_cm", "Infinity", "must be above zero"),
        ("items.HN-1.length_cm", "1E-9", "decimal places"),
        ("items.HN-1.hsk", "330499", "it has 10 digits"),
        ("items.HN-1.cl_tariff", "9901.0000", "ends with chapter 97"),
        ("items.HN-1.origin", "Korea", "two letters"),
        ("items.HN-1.needs_permit", "perhaps", "valid boolean"),
        ("items.HN-1.alcohol_percent", "100.1", "less than or equal to 100"),
        ("items.HN-1.alcohol_percent", "-1", "greater than or equal to 0"),
        ("items.HN-1.alcohol_percent", "NaN", "finite"),
        ("items.HN-1.alcohol_percent", "12.34", "no more than 1 decimal place"),
        ("items.HN-1.battery", "lithium", "'none', 'in_equipment'"),
        ("items.HN-1.maker_customs_id", "한빛", "is no customs clearance code"),
        ("items.HN-1.hsk_approval", "kim", "is not known; write items.<SKU>.<field>"),
        ("items.HN-1.cl_tariff_approval", "kim", "is not known"),
        ("items.HN-1.description_en", "   ", "has no value; write path=value"),
        ("items.HN-1.sku", "HN-2", "is not known; write items.<SKU>.<field> with one of exporter_id,"),
        ("items.HN-1.quantity", "1", "is not known"),
        ("items.hsk", "6109101000", "is not known"),
        ("consignee.rut", "12.345.678-9", "its check character is wrong"),
        ("consignee.address", "|", "has one to 4 lines"),
        ("consignee.address", "a|b|c|d|e", "has one to 4 lines"),
        ("consignee.address", "x" * 101, "at most 100 characters in a line"),
        ("consignee.is_company", "true", "cannot be amended; the paths are"),
        ("package.gross_weight_g", "-1", "must be above zero"),
        ("package.gross_weight_g", "640.5", "valid integer"),
        ("package.length_cm", "30.25", "no more than 1 decimal place"),
        ("package.length_cm", "1000.1", "less than or equal to 1000"),
        ("package.kind", "CT", "cannot be amended"),
        ("package.0.length_cm", "10", "cannot be amended"),
        ("package.02.length_cm", "10", "cannot be amended"),
        ("package.100.length_cm", "10", "for box n up to 99"),
        ("package.2.kind", "CT", "cannot be amended"),
        ("package.2.length_cm", "-1", "package.2.length_cm must be above zero"),
        ("package.boxes", "0", "must be above zero"),
        ("package.boxes", "1.5", "a whole number from 1 to 99, not 1.5"),
        ("package.boxes", "100", "a whole number from 1 to 99"),
        ("package.boxes", "two", "must be a number"),
        ("package.lot", "L" * 41, "at most 40 letters"),
        ("package.lot", "-7", "begins with a letter or digit"),
        ("package.lot", "2607\N{GRINNING FACE}", "at most 40 letters"),
        ("items.HN-1.lot", "-", "items.HN-1.lot has at most 40 letters"),
        ("orders.status", "paid", "cannot be amended"),
        ("", "x", "cannot be amended"),
        ("consignee", "x", "cannot be amended"),
    ],
)
def test_what_is_wrong_is_refused_in_one_sentence(path: str, value: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")) as refusal:
        checked(path, value)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_wrong_rut_is_not_repeated() -> None:
    """RUT is personal data: the error says what is wrong, not what was typed."""
    with pytest.raises(ValueError) as refusal:
        checked("consignee.rut", "12.345.678-9")
    assert "345" not in str(refusal.value)


def test_a_sku_may_contain_dots() -> None:
    amendment = checked("items.A.B.hsk", "6109101000")
    assert amended_product(product("A.B", hsk=None), [amendment]).hsk == "6109101000"


def test_an_amendment_touches_its_own_sku_alone() -> None:
    """SKU A is not SKU A.B, nor A1."""
    amendments = [checked("items.A.B.hsk", "6109102000"), checked("items.A1.hsk", "6109102000")]
    assert amended_product(product("A"), amendments) == product("A")


def test_the_latest_amendment_wins() -> None:
    amendments = [checked("items.HN-1.net_weight_g", grams) for grams in ("100", "300", "200")]
    assert amended_product(product(), amendments).net_weight_g == 200
    names = [checked("consignee.name", name) for name in ("Ana", "Eva")]
    assert amended_consignee(consignee(), names).name == "Eva"


@given(
    st.dictionaries(st.sampled_from(PRODUCT_FIELDS), st.none(), min_size=1),
    st.sampled_from(["HN-1", "A.B", "12"]),
)
def test_product_data_typed_in_makes_the_same_product(fields: dict[str, None], sku: str) -> None:
    """Every known value, typed as text, comes back as the value it was."""
    stated = {field: RIGHT[f"items.HN-1.{field}"][1] for field in PRODUCT_FIELDS}
    whole = product(sku, **stated)
    lacking = whole.model_copy(update=fields)
    typed = [checked(f"items.{sku}.{field}", str(getattr(whole, field))) for field in fields]
    assert amended_product(lacking, typed) == whole
    assert amended_product(amended_product(lacking, typed), typed) == whole


def test_an_amended_field_is_known_as_such_for_its_own_sku() -> None:
    amendments = [
        checked("items.A.B.hsk", "6109102000"),
        checked("items.A.lot", "7"),
        checked("items.A.hsk", "6109102000"),
    ]
    assert amended_fields("A", amendments) == {"hsk"}
    assert amended_fields("A.B", amendments) == {"hsk"}
    assert amended_fields("B", amendments) == set()


def test_box_one_has_one_name() -> None:
    """Else the latest word on it could be either of two."""
    assert checked("package.1.length_cm", "30") == checked("package.length_cm", "30")


def test_a_lot_is_no_product_data() -> None:
    assert amended_product(product(), [checked("items.HN-1.lot", "2607A")]) == product()
    assert lot_of_sku("items.A.lot.lot") == "A.lot"


def test_a_typed_address_replaces_lines_and_note() -> None:
    """A note that does not fit the waybill could otherwise never be mended."""
    address = Address.model_validate(
        {"lines": ("Calle 1",), "comuna": "Maipú", "region": "CL-RM", "country": "CL", "note": "portón azul " * 20}
    )
    changes = [
        ("consignee.address", " Calle 2 |  | Depto 3"),
        ("consignee.comuna", "Ñuñoa"),
        ("consignee.region", "CL-VS"),
    ]
    amended = amended_consignee(consignee(address=address), [checked(*change) for change in changes])
    assert amended.address.model_dump() == {
        "lines": ("Calle 2", "Depto 3"),
        "comuna": "Ñuñoa",
        "region": "CL-VS",
        "country": "CL",
        "postcode": None,
        "note": None,
    }
    assert (amended.name, amended.rut) == (consignee().name, consignee().rut)


def test_an_amended_rut_is_the_consignees() -> None:
    amended = amended_consignee(consignee(rut=None), [checked("consignee.rut", RUT)])
    assert amended == consignee()


def test_an_unknown_product_is_known_once_it_is_typed_in() -> None:
    typed = [
        checked(f"items.X.{path.rpartition('.')[2]}", values[0]) for path, values in RIGHT.items() if "HN-1" in path
    ]
    assert amended_product(Product(sku="X"), typed).needs_permit is True
