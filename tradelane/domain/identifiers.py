"""All identifiers, each a str that was checked at the door (see ``identifier``)."""

from tradelane.domain.chilean_identifiers import ChileanTariffCode, Rut
from tradelane.domain.identifier import Identifier
from tradelane.domain.korean_identifiers import (
    BusinessRegistrationNumber,
    CustomsClearanceCode,
    DeclarantCode,
    ExportDeclarationNumber,
    Hsk,
)
from tradelane.domain.trade_identifiers import (
    CountryCode,
    OrderId,
    PackId,
    ShipmentId,
    Ucr,
    WaybillNumber,
)

__all__ = [
    "BusinessRegistrationNumber",
    "ChileanTariffCode",
    "CountryCode",
    "CustomsClearanceCode",
    "DeclarantCode",
    "ExportDeclarationNumber",
    "Hsk",
    "Identifier",
    "OrderId",
    "PackId",
    "Rut",
    "ShipmentId",
    "Ucr",
    "WaybillNumber",
]
