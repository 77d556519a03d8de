"""The two papers of a consignment say the same goods, and the invoice says what the buyer paid."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.domain.parcel import RUT, consignee, consignment, drawn_up, exporter, item, package, usd
from tradelane.domain.export_declaration import CustomsRate
from tradelane.domain.money import total
from tradelane.domain.order import Address
from tradelane.domain.paperwork import commercial_invoice, packing_list

DAY = date(2026, 11, 23)
RATE = CustomsRate(currency="USD", krw_per_unit=Decimal("1389.57"), valid_from=date(2026, 11, 22))
GOODS = (
    item("12.90", sku="HN-1", quantity=3, net_weight_g=70),
    item("600", sku="DT-1", exporter_id="dotori", net_weight_g=1450, hsk="4820102000", cl_tariff="48201000"),
)
PARCEL = consignment(*GOODS, shipping_charge=usd("6.90"), packages=(package(gross_weight_g=2001),))


def test_the_invoice_ends_with_what_the_buyer_paid() -> None:
    """3 x 12.90 + 600 + carriage 6.90 = 645.60."""
    invoice = commercial_invoice(PARCEL, DAY)
    assert [line.amount for line in invoice.lines] == [usd("38.70"), usd("600")]
    assert (invoice.goods_total, invoice.freight, invoice.total) == (usd("638.70"), usd("6.90"), usd("645.60"))
    assert (invoice.number, invoice.date, invoice.incoterm) == ("MLC45848383497", DAY, "FCA")


def test_each_line_carries_both_countries_codes() -> None:
    lines = commercial_invoice(PARCEL, DAY).lines
    assert [(line.hs_code, line.hsk, line.importer_code) for line in lines] == [
        ("610910", "6109101000", "61091010"),
        ("482010", "4820102000", "48201000"),
    ]


def test_both_papers_agree_on_goods_and_weights() -> None:
    invoice, packing = commercial_invoice(PARCEL, DAY), packing_list(PARCEL, DAY)
    assert (
        (invoice.net_weight_g, invoice.gross_weight_g) == (packing.net_weight_g, packing.gross_weight_g) == (1660, 2001)
    )
    assert packing.quantity == sum(line.quantity for line in invoice.lines) == 4
    assert packing.number == invoice.number
    assert packing.cbm == Decimal("0.0060")


@given(
    st.lists(
        st.tuples(st.decimals("0.01", 2000, places=2), st.integers(1, 20), st.integers(1, 5000)), min_size=1, max_size=6
    )
)
def test_invoice_and_declarations_have_the_same_sum(lines: list[tuple[Decimal, int, int]]) -> None:
    goods = [
        item(usd(price), quantity=units, net_weight_g=net, exporter_id=f"e{number % 3}", sku=f"S-{number}")
        for number, (price, units, net) in enumerate(lines)
    ]
    net = sum(units * net for _, units, net in lines)
    parcel = consignment(*goods, packages=(package(gross_weight_g=min(net + 150, 1_000_000)),))
    declared = [drawn_up(parcel, part, RATE, DAY) for part in parcel.parts]
    invoice = commercial_invoice(parcel, DAY)
    assert total((one.amount for one in declared), "USD") == invoice.goods_total
    assert sum(one.gross_weight_g for one in declared) == invoice.gross_weight_g
    assert sorted(line.item.sku for one in declared for line in one.lines) == sorted(one.sku for one in goods)
    assert packing_list(parcel, DAY).net_weight_g == invoice.net_weight_g == net


def test_several_boxes_are_listed_one_by_one_and_the_goods_together() -> None:
    """The bench measures boxes; which goods are in which it does not say, so the paper does not either."""
    boxes = (package(gross_weight_g=1200, height_cm="7.5"), package(gross_weight_g=801))
    parcel = PARCEL.model_copy(update={"packages": boxes})
    invoice, packing = commercial_invoice(parcel, DAY), packing_list(parcel, DAY)
    assert [(one.number, one.gross_weight_g, one.net_weight_g, one.lines) for one in packing.packages] == [
        (1, 1200, None, ()),
        (2, 801, None, ()),
    ]
    assert [line.quantity for line in packing.lines] == [line.quantity for line in invoice.lines] == [3, 1]
    assert (packing.gross_weight_g, packing.net_weight_g, packing.cbm) == (2001, 1660, Decimal("0.0105"))
    assert invoice.packages == 2
    declared = [drawn_up(parcel, part, RATE, DAY) for part in parcel.parts]
    assert [one.packages for one in declared] == [2, 2]
    assert sum(one.gross_weight_g for one in declared) == 2001


def test_the_lot_stands_with_its_goods() -> None:
    parcel = PARCEL.model_copy(update={"lots": {"HN-1": "2607A"}})
    assert [line.lot for line in packing_list(parcel, DAY).goods] == ["2607A", None]


def test_the_same_consignment_and_day_make_the_same_papers() -> None:
    assert commercial_invoice(PARCEL, DAY) == commercial_invoice(PARCEL.model_copy(deep=True), DAY)
    assert packing_list(PARCEL, DAY) == packing_list(PARCEL.model_copy(deep=True), DAY)


def test_the_consignee_stands_there_with_the_rut_as_people_write_it() -> None:
    party = commercial_invoice(PARCEL, DAY).consignee
    assert (party.name, party.tax_id_label, party.tax_id) == ("María Ñuñoa Pérez", "RUT", RUT)
    assert party.lines == ("Avenida Inventada 1234", "Providencia, Región Metropolitana de Santiago (CL-RM)")


def test_without_a_rut_the_papers_are_made_without_its_label() -> None:
    party = commercial_invoice(consignment(consignee=consignee(rut=None)), DAY).consignee
    assert (party.tax_id_label, party.tax_id) == (None, None)


def test_a_long_note_is_wrapped_and_nothing_of_it_is_lost() -> None:
    note = "Dejar en conserjería, torre B, preguntar por don Inventado; " * 20
    address = Address.model_validate(
        {"lines": ("Calle 1",), "comuna": "Maipú", "region": "", "country": "CL", "note": note}
    )
    lines = packing_list(consignment(consignee=consignee(address=address)), DAY).consignee.lines
    assert (lines[0], lines[-1]) == ("Calle 1", "Maipú")
    assert " ".join(lines[1:-1]) == " ".join(note.split())
    assert all(len(line) <= 300 for line in lines)


def test_an_address_line_of_300_characters_is_broken_by_the_box_alone() -> None:
    """Broken twice, by characters and by the width of the box, it would leave single words on lines of their own."""
    line = ("Avenida Libertador General Bernardo O'Higgins 12345, Condominio Los Ñirres, " * 4)[:300].strip()
    address = Address.model_validate({"lines": (line,), "comuna": "Maipú", "region": "", "country": "CL"})
    assert packing_list(consignment(consignee=consignee(address=address)), DAY).consignee.lines == (line, "Maipú")


@pytest.mark.parametrize("estimated", [True, False])
def test_an_estimate_is_called_one_on_both_papers(estimated: bool) -> None:
    parcel = consignment(packages=(package(estimated=estimated),))
    for paper in (commercial_invoice(parcel, DAY), packing_list(parcel, DAY)):
        assert (paper.estimate_note is not None) is estimated


def test_among_several_boxes_the_estimated_ones_are_named() -> None:
    boxes = (package(), package(estimated=True), package(estimated=True))
    note = packing_list(consignment(packages=boxes), DAY).estimate_note
    assert note == "Gross weight and dimensions of package 2, 3 are estimates (총중량·용적 추정값)."


def test_a_parcel_lighter_than_its_goods_gets_no_papers() -> None:
    with pytest.raises(ValidationError, match="gross weight of 200 g, below its net weight of 220 g"):
        commercial_invoice(consignment(packages=(package(gross_weight_g=200),)), DAY)


def test_codes_that_contradict_one_another_are_not_printed() -> None:
    with pytest.raises(ValidationError, match=r"is under HS 610910, but 6109\.9010 is not part of it"):
        commercial_invoice(consignment(item(cl_tariff="61099010")), DAY)


def test_the_exporter_signs_with_its_registration_number() -> None:
    invoice = commercial_invoice(consignment(exporters=(exporter(),)), DAY)
    assert invoice.exporter.tax_id == "123-45-67891"
    assert invoice.signatory == "Han Garam, Haneul Store"
