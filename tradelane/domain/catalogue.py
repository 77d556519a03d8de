"""Product and party master data: what the marketplace does not know and customs asks for."""

from __future__ import annotations

import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tradelane.domain.export_route import ExportRoute
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


Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
"""Words of a person: a name or a reason, never empty."""


class Approval(_Master):
    """Who approved one tariff code, when (a Korean calendar day) and why. A code that changes is approved by nobody."""

    code: str
    """The code that was approved, in its canonical digits."""
    by: Said
    on: datetime.date
    reason: Said


class Battery(StrEnum):
    """How a product travels with batteries (IATA packing instructions 965 to 970)."""

    NONE = "none"
    IN_EQUIPMENT = "in_equipment"
    """Contained in equipment (PI 967, 970)."""
    WITH_EQUIPMENT = "with_equipment"
    """Packed with equipment (PI 966, 969)."""
    ALONE = "alone"
    """Batteries by themselves, power banks too (PI 965, 968)."""


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
    origin_basis: str | None = None
    """On what the origin rests: the maker's confirmation, the process, a ruling; in words with a date."""
    maker_name: str | None = None
    maker_customs_id: CustomsClearanceCode | None = None
    """제조자 통관고유부호; without it the maker is declared unknown (제조미상9999000)."""
    composition: str | None = None
    """성분: materials with their shares, in English, as box 31 and the invoice say them."""
    net_weight_g: Grams | None = None
    gross_weight_g: Grams | None = None
    length_cm: Centimetres | None = None
    width_cm: Centimetres | None = None
    height_cm: Centimetres | None = None
    needs_permit: bool | None = None
    """Whether Chile wants a permit (ISP, SEREMI, SAG) before the goods are released."""
    permits: str | None = None
    """수출요건확인: documents that answer Korean export requirements (세관장확인), separated by `;`."""
    hsk_approval: Approval | None = None
    cl_tariff_approval: Approval | None = None
    alcohol_percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=1)] | None = None
    """Alcohol by volume; 0 for goods without any."""
    battery: Battery | None = None
    aerosol: bool | None = None
    magnet: bool | None = None
    dangerous_goods_consent: str | None = None
    """The carrier's written consent and the safety data sheet, for goods that are dangerous by air."""
    preference: str | None = None
    """Criterion letter of the Korea-Chile agreement when preference is claimed for the goods, as the signer chose it."""
    preference_basis: str | None = None
    """Why the goods originate: the rule and the papers that show it (kept 5 years)."""


class FilingChannel(StrEnum):
    """How the declarations of an exporter reach customs."""

    KTNET = "ktnet"
    """KTNET's cross-border API."""
    BROKER = "broker"
    """A customs broker (관세사) gets a file and a mail; a person enters what came of it."""
    CARRIER = "carrier"
    """The express carrier clears by its list (목록통관): no declaration of the exporter's own."""
    MANUAL = "manual"
    """A person keys the declaration into UNI-PASS."""


class Drawback(StrEnum):
    """What an exporter wants back of import duties on its materials (환급)."""

    NONE = "none"
    SIMPLIFIED = "simplified"
    """간이정액환급: the simplified flat rate, asked with the declaration (code AD)."""


class Broker(_Master):
    """The customs broker an exporter has a contract with."""

    name: str
    declarant_code: DeclarantCode
    email: str
    contact: str = ""


class Signer(_Master):
    """Who signs origin statements for the exporter, and on what authority."""

    name: str
    title: str
    authority: str = ""
    """Such as the approved exporter's certificate or the power of attorney, with number and date."""


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
    channel: FilingChannel | None = None
    """Its own way to customs; None = the installation's (`TRADELANE_FILING`)."""
    broker: Broker | None = None
    carrier_accounts: dict[str, str] = Field(default_factory=dict)
    """Carrier (name of its plug) -> the exporter's own account number."""
    drawback: Drawback = Drawback.NONE
    drawback_applicant: str = Field(default="1", pattern="^[12]$")
    """환급신청인: 1 the exporter, 2 the maker."""
    origin_signer: Signer | None = None
    preferred_route: ExportRoute | None = None
    """The route it asks for where the rules leave a choice; None = the easiest. List conversion goes by wish alone."""


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


NEEDED = (
    "exporter_id",
    "description_en",
    "description_ko",
    "hsk",
    "cl_tariff",
    "origin",
    "net_weight_g",
    "needs_permit",
    "alcohol_percent",
    "battery",
    "aerosol",
    "magnet",
)
"""What no parcel can do without, in the order a person is asked for it: a fact nobody has stated is never harmless."""

NEEDED_FOR_PREFERENCE = ("origin_basis", "preference_basis", "maker_name", "maker_customs_id")
"""What a claim under the Korea-Chile agreement rests on beside the exporter's signer."""

NEEDED_FOR_DRAWBACK = ("maker_name", "maker_customs_id")
"""Who made the goods: nobody gets duties back for a maker that is declared unknown."""

UNKNOWN_MAKER = CustomsClearanceCode("제조미상9999000")
"""What a declaration says where the maker is not known; no maker's own code."""

UNKNOWN_MAKER_NAMES = ("미상", "제조미상")
"""Its name in such a declaration."""

TARIFF_CODES = ("hsk", "cl_tariff")
"""Fields that count only with the approval of a person."""


def missing_fields(product: Product, exporter: Exporter | None = None) -> tuple[str, ...]:
    """Names of the needed fields that are still unknown; what a claim or a wish of the exporter needs comes last.

    >>> missing_fields(Product(sku="A-1", exporter_id="haneul"))[:2]
    ('description_en', 'description_ko')
    """
    needed = [*NEEDED]
    if claims_preference(product):
        needed += NEEDED_FOR_PREFERENCE
    if exporter is not None and exporter.drawback is not Drawback.NONE:
        needed += NEEDED_FOR_DRAWBACK
    return tuple(name for name in dict.fromkeys(needed) if _unknown(getattr(product, name)))


def claims_preference(product: Product) -> bool:
    """Whether a lower duty in Chile is claimed for the goods, so that an origin statement is signed for them."""
    return not _unknown(product.preference)


def weight_fault(product: Product) -> str:
    """Why gross and net weight of a unit cannot both be right, as words after the field's name; empty when they can.

    >>> weight_fault(Product(sku="A-1", net_weight_g=300, gross_weight_g=260))
    'is 260 g, less than the net weight of 300 g'
    """
    net, gross = product.net_weight_g, product.gross_weight_g
    return "" if net is None or gross is None or gross >= net else f"is {gross} g, less than the net weight of {net} g"


def approved(product: Product, code: str) -> bool:
    """Whether a person has approved exactly the tariff code that stands in `hsk` or `cl_tariff`.

    An approval of the code before is none of this one.
    """
    approval: Approval | None = getattr(product, f"{code}_approval")
    value = getattr(product, code)
    return value is not None and approval is not None and approval.code == str(value)


def _unknown(value: object) -> bool:
    if isinstance(value, str):
        return value.strip() in ("", UNKNOWN_MAKER, *UNKNOWN_MAKER_NAMES)
    return value is None
