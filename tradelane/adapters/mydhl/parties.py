"""The parties of a booking in DHL's shape: shipper and exporter from the exporter, receiver from the consignee.

Addresses have three lines of 45 characters: they are wrapped at words, never cut. What does not fit is refused
before anything is sent, with whose data it is.
"""

from __future__ import annotations

import textwrap
from typing import Any

from tradelane.adapters.errors import Refused
from tradelane.adapters.mydhl.client import PARTY, MydhlAccess
from tradelane.domain.catalogue import Exporter
from tradelane.domain.holds import Fault
from tradelane.domain.order import Consignee

LINE = 45
LINES = 3


def shipper(exporter: Exporter, access: MydhlAccess) -> dict[str, Any]:
    """Who ships: the exporter; the agency of the settings where the exporter's address is not complete."""
    if access.shipper and agency_ships(exporter, access):
        agency = access.shipper
        return _party(
            lines=agency.lines,
            city=agency.city,
            postcode=agency.postcode,
            country=agency.country,
            company=agency.company,
            person=agency.person,
            phone=agency.phone,
            kind="business",
            fault=Fault.OURS,
        )
    return exporting(exporter)


def exporting(exporter: Exporter) -> dict[str, Any]:
    """The exporter of record, with its Korean business registration number as VAT number."""
    party = _party(
        lines=exporter.address_en,
        city=exporter.city_en,
        postcode=exporter.postcode,
        country="KR",
        company=exporter.name_en,
        person=exporter.representative_en,
        phone=exporter.phone,
        kind="business",
        fault=Fault.SELLER_DATA,
    )
    number = str(exporter.business_registration_number)
    party["registrationNumbers"] = [{"typeCode": "VAT", "number": number, "issuerCountryCode": "KR"}]
    return party


def receiver(consignee: Consignee, phone: str, order_id: str) -> dict[str, Any]:
    """Who receives, with the RUT: national identity of a person, VAT number of a company.

    Spanish accents stay; Chile has no post code in practice, so an empty one is said.
    """
    address = consignee.address
    party = _party(
        lines=(*address.lines, *([address.note] if address.note else [])),
        city=address.comuna,
        postcode=address.postcode or "",
        country=str(address.country),
        company=consignee.name,
        person=consignee.name,
        phone=consignee.phone or phone,
        kind="business" if consignee.is_company else "direct_consumer",
        fault=Fault.BUYER_DATA,
        commands=(f"tradelane orders amend {order_id} --set 'consignee.address=LINE 1|LINE 2|LINE 3'",),
    )
    if 2 <= len(address.region) <= 35:
        party["postalAddress"]["provinceCode"] = address.region
    if consignee.email and len(consignee.email) <= 70:
        party["contactInformation"]["email"] = consignee.email
    if consignee.rut:
        number = f"{consignee.rut.body}-{consignee.rut.dv}"
        kind = "VAT" if consignee.is_company else "NID"
        party["registrationNumbers"] = [{"typeCode": kind, "number": number, "issuerCountryCode": "CL"}]
    return party


def agency_ships(exporter: Exporter, access: MydhlAccess) -> bool:
    """Whether the agency of the settings stands as shipper in the exporter's place."""
    return access.shipper is not None and not complete(exporter)


def complete(exporter: Exporter) -> bool:
    """Whether an exporter's English address and phone are all there."""
    return bool(exporter.phone.strip() and exporter.city_en.strip() and any(exporter.address_en))


def _party(
    *,
    lines: tuple[str, ...],
    city: str,
    postcode: str,
    country: str,
    company: str,
    person: str,
    phone: str,
    kind: str,
    fault: Fault,
    commands: tuple[str, ...] = (),
) -> dict[str, Any]:
    def fitting(what: str, text: str, longest: int, shortest: int = 1) -> str:
        tidy = " ".join(text.split())
        if not shortest <= len(tidy) <= longest:
            words = f"The {what} has {len(tidy)} characters; DHL takes {shortest} to {longest}."
            raise Refused(PARTY, "does_not_fit", words, fault=fault, reason="missing_data", commands=commands)
        return tidy

    address: dict[str, str] = {
        "postalCode": fitting("post code", postcode, 12, 0),
        "cityName": fitting("city", city, LINE),
        "countryCode": country,
    }
    wrapped = address_lines(lines)
    if not 1 <= len(wrapped) <= LINES or any(len(line) > LINE for line in wrapped):
        words = f"The address does not fit {LINES} lines of {LINE} characters."
        raise Refused(PARTY, "does_not_fit", words, fault=fault, reason="missing_data", commands=commands)
    address |= {f"addressLine{number}": line for number, line in enumerate(wrapped, start=1)}
    return {
        "postalAddress": address,
        "contactInformation": {
            "phone": fitting("phone", phone, 70),
            "companyName": fitting("company name", company, 100),
            "fullName": fitting("name", person, 255),
        },
        "typeCode": kind,
    }


def address_lines(lines: tuple[str, ...]) -> list[str]:
    """Lines as given where they fit, else all of them wrapped anew at words.

    >>> address_lines(("Av. Ejemplo 123", "Depto. 4"))
    ['Av. Ejemplo 123', 'Depto. 4']
    """
    tidy = [" ".join(line.split()) for line in lines if line.strip()]
    if len(tidy) <= LINES and all(len(line) <= LINE for line in tidy):
        return tidy
    return textwrap.wrap(", ".join(tidy), LINE, break_long_words=False, break_on_hyphens=False)
