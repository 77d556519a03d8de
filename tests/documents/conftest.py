"""Invented papers to render."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tradelane.domain.identifiers import ChileanTariffCode, CountryCode, ExportDeclarationNumber, Hsk, Ucr
from tradelane.domain.money import Money, total
from tradelane.domain.papers import (
    CommercialInvoice,
    Incoterm,
    PackedLine,
    PackingList,
    PaperLine,
    PaperPackage,
    PaperParty,
)

MakeInvoice = Callable[..., CommercialInvoice]
MakePackingList = Callable[..., PackingList]
MakeParty = Callable[..., PaperParty]
MakeLine = Callable[..., PaperLine]


def _usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def _party(**changes: Any) -> PaperParty:
    fields: dict[str, Any] = {
        "name": "María Ñuñoa Pérez",
        "lines": ("Avenida Inventada 1234, Depto 56", "Providencia"),
        "country": CountryCode("CL"),
        "tax_id_label": "RUT",
        "tax_id": "12.345.678-5",
        "phone": "+56 9 5555 0101",
        "email": "maria@correo.example",
    }
    return PaperParty(**{**fields, **changes})


def _exporter() -> PaperParty:
    return _party(
        name="Hanbit Cosmetics (한빛화장품)",
        lines=("12F, 34 Gasang-ro, Seoul",),
        country=CountryCode("KR"),
        tax_id_label="Business Reg. No.",
        tax_id="123-45-67891",
    )


def _line(number: int, **changes: Any) -> PaperLine:
    fields: dict[str, Any] = {
        "number": number,
        "marks": f"HB-{number:04d}",
        "description_en": "Face cream 50 ml",
        "description_ko": "보습 크림",
        "hs_code": "330499",
        "hsk": Hsk("3304991000"),
        "importer_code": ChileanTariffCode("33049910"),
        "origin": CountryCode("KR"),
        "quantity": 2,
        "unit_price": _usd("12.90"),
        "net_weight_g": 140,
    }
    fields |= changes
    return PaperLine(**{"amount": fields["unit_price"] * fields["quantity"], **fields})


def _header() -> dict[str, Any]:
    return {
        "date": datetime.date(2026, 8, 3),
        "order_references": ("2000003508419013",),
        "ucr": Ucr("6KRMLC45848383497"),
        "exporter": _exporter(),
        "consignee": _party(),
        "incoterm": Incoterm.DAP,
        "incoterm_place": "Santiago, Chile",
        "shipped_from": "Seoul, South Korea",
        "shipped_to": "Santiago, Chile",
        "declarations": (ExportDeclarationNumber("6N00226000123X"),),
        "reason_for_export": "Sale to a private consumer",
        "signatory": "Kim Ha-neul",
    }


@pytest.fixture
def make_line() -> MakeLine:
    return _line


@pytest.fixture
def make_party() -> MakeParty:
    return _party


@pytest.fixture
def make_invoice() -> MakeInvoice:
    def make(count: int = 2, **changes: Any) -> CommercialInvoice:
        lines = changes.pop("lines", tuple(_line(number) for number in range(1, count + 1)))
        goods = total((line.amount for line in lines), "USD")
        net = sum(line.net_weight_g for line in lines)
        fields: dict[str, Any] = {
            **_header(),
            "number": "MLC45848383497",
            "currency": "USD",
            "payment_terms": "Paid in advance",
            "lines": lines,
            "freight": _usd("9.80"),
            "insurance": _usd("0.70"),
            "discount": _usd("1.50"),
            "total": goods + _usd("9.00"),
            "packages": 1,
            "net_weight_g": net,
            "gross_weight_g": net + 180,
        }
        return CommercialInvoice(**{**fields, **changes})

    return make


@pytest.fixture
def make_packing_list() -> MakePackingList:
    def make(packages: int = 2, lines: int = 2, **changes: Any) -> PackingList:
        contents = tuple(
            PackedLine(
                number=number,
                description_en="Face cream 50 ml",
                hs_code="330499",
                origin=CountryCode("KR"),
                quantity=2,
                net_weight_g=140,
            )
            for number in range(1, lines + 1)
        )
        packed = tuple(
            PaperPackage(
                number=number,
                kind="CARTON",
                length_cm=Decimal("22.5"),
                width_cm=Decimal(15),
                height_cm=Decimal(10),
                net_weight_g=140 * lines,
                gross_weight_g=140 * lines + 180,
                lines=contents,
            )
            for number in range(1, packages + 1)
        )
        fields: dict[str, Any] = {
            **_header(),
            "number": "MLC45848383497-P",
            "packages": packed,
            "net_weight_g": sum(package.net_weight_g for package in packed),
            "gross_weight_g": sum(package.gross_weight_g for package in packed),
        }
        return PackingList(**{**fields, **changes})

    return make
