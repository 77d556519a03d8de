"""Product and party master data: what the marketplace does not know and customs asks for."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tradelane.domain.identifiers import (
    BusinessRegistrationNumber,
    ChileanTariffCode,
    CountryCode,
    CustomsClearanceCode,
    DeclarantCode,
    Hsk,
)
from tradelane.domain.trade_time import Instant

Grams = Annotated[int, Field(gt=0, le=1_000_000)]
"""A weight: above zero and at most a tonne, so that a slip of the finger is not declared."""

Centimetres = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=3)]
"""A length: above zero and at most ten metres."""


class _Master(BaseModel):
    model_config = ConfigDict(frozen=True)


class Product(_Master):
    """One SKU. A field left None is not known yet; an order that needs it holds before anything is filed.

    Weights are grams per unit, dimensions centimetres of the packed unit.
    """

    sku: str
    exporter_id: str | None = None
    brand_name: str | None = None
    description_ko: str | None = None
    description_en: str | None = None
    description_es: str | None = None
    hsk: Hsk | None = None
    cl_tariff: ChileanTariffCode | None = None
    origin: CountryCode | None = None
    maker_name: str | None = None
    net_weight_g: Grams | None = None
    gross_weight_g: Grams | None = None
    length_cm: Centimetres | None = None
    width_cm: Centimetres | None = None
    height_cm: Centimetres | None = None
    needs_permit: bool | None = None


NEEDED = (
    "exporter_id",
    "description_en",
    "description_ko",
    "hsk",
    "cl_tariff",
    "origin",
    "net_weight_g",
    "needs_permit",
)
"""What a declaration cannot do without, in the order a person is asked for it."""


def missing_fields(product: Product) -> tuple[str, ...]:
    """Names of the needed fields that are still unknown.

    >>> missing_fields(Product(sku="A-1", exporter_id="haneul"))[:2]
    ('description_en', 'description_ko')
    """
    return tuple(name for name in NEEDED if _unknown(getattr(product, name)))


def _unknown(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


class Exporter(_Master):
    """A brand that exports: it owns the declaration, the seller account does not (수출화주)."""

    id: str
    name_ko: str
    name_en: str
    business_registration_number: BusinessRegistrationNumber
    customs_clearance_code: CustomsClearanceCode
    declarant_code: DeclarantCode
    representative_ko: str
    representative_en: str
    address_ko: str
    address_en: tuple[str, ...]
    city_en: str
    postcode: str
    goods_location_ko: str
    goods_location_postcode: str
    customs_office: str
    customs_division: str
    phone: str


class IvaRegime(StrEnum):
    """How the platform accredits Chilean IVA to customs (Res. SII 103/3507 foreign, 141/145 domiciled)."""

    NOT_ACCREDITED = "not_accredited"
    FOREIGN_OPERATOR = "foreign_operator"
    DOMICILED_OPERATOR = "domiciled_operator"


class IvaAccreditation(_Master):
    """What must travel with each shipment for the IVA charged at sale; an opaque, versioned block."""

    regime: IvaRegime = IvaRegime.NOT_ACCREDITED
    operator_name: str = ""
    operator_id: str = ""
    """SII user for a foreign operator, RUT for a domiciled one."""

    @property
    def complete(self) -> bool:
        """Whether customs can tell from it who charged the IVA: a regime, a name and an id."""
        named = self.operator_name.strip() and self.operator_id.strip()
        return self.regime is not IvaRegime.NOT_ACCREDITED and bool(named)


class Seller(_Master):
    """A Mercado Libre account: token and quotas; it may sell the goods of many exporters."""

    id: str
    site: str
    nickname: str
    go_live: Instant
    """Orders bought before this instant are listed, never started."""
    accreditation: IvaAccreditation = IvaAccreditation()
