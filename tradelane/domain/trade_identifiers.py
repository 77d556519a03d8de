"""Identifiers of the marketplace, the carrier and of international trade."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Self

import pycountry

from tradelane.domain.identifier import Digits, Identifier, capitals

# Korea keeps one time all year; the exporting country's calendar gives the year digit.
_KOREAN_TIME = timezone(timedelta(hours=9))

_COUNTRIES: dict[str, str] = {
    country.alpha_2: str(getattr(country, "common_name", country.name)) for country in pycountry.countries
}


class CountryCode(Identifier):
    """ISO 3166-1 alpha-2, as pycountry carries it; printed as the English short name.

    >>> CountryCode("kr"), CountryCode("KR").printed
    (CountryCode('KR'), 'South Korea')
    """

    __slots__ = ()
    label = "country code of ISO 3166-1"

    @classmethod
    def checked(cls, text: str) -> str:
        code = capitals(text)
        if code not in _COUNTRIES:
            raise cls.wrong(text, "it has two letters and is on the list, such as CL or KR")
        return code

    @property
    def printed(self) -> str:
        """The English name."""
        return _COUNTRIES[str(self)]


class _MarketplaceNumber(Digits):
    """Mercado Libre writes its ids as numbers in some answers and as text in others: text here."""

    __slots__ = ()
    takes_int = True
    separators = " "  # never a hyphen: -3 is no order 3

    @classmethod
    def check_digits(cls, digits: str) -> None:
        if digits[0] == "0":
            raise cls.wrong(digits, "it does not begin with zero")


class OrderId(_MarketplaceNumber):
    """A Mercado Libre order.

    >>> OrderId(2000003508419013), OrderId("2000003508419013") == OrderId(2000003508419013)
    (OrderId('2000003508419013'), True)
    """

    __slots__ = ()
    label = "Mercado Libre order id"


class PackId(_MarketplaceNumber):
    """A Mercado Libre pack: orders of one cart that ship together."""

    __slots__ = ()
    label = "Mercado Libre pack id"


class ShipmentId(_MarketplaceNumber):
    """A Mercado Libre shipment: one parcel."""

    __slots__ = ()
    label = "Mercado Libre shipment id"


class WaybillNumber(Identifier):
    """A carrier's number for a parcel: 6 to 35 letters A-Z and digits. Each carrier's adapter knows its own rule.

    >>> WaybillNumber("12 3456 7891").printed, WaybillNumber("rr-123456785-kr").printed
    ('12 3456 7891', 'RR123456785KR')
    """

    __slots__ = ()
    label = "waybill number"

    @classmethod
    def checked(cls, text: str) -> str:
        number = capitals(text)
        if not re.fullmatch(r"[A-Z0-9]{6,35}", number):
            raise cls.wrong(text, "it has 6 to 35 letters A-Z or digits")
        return number

    @property
    def printed(self) -> str:
        """Ten digits as ``NN NNNN NNNN``, as waybills show them; others as they are."""
        return f"{self[:2]} {self[2:6]} {self[6:]}" if len(self) == 10 and self.isdigit() else str(self)


class Ucr(Identifier):
    """Unique consignment reference: last digit of the year, country, and a reference unique for ten years.

    Source: World Customs Organization, Guidelines on the Unique Consignment Reference: at most 35 characters
    A-Z and 0-9. Ours is made from the marketplace shipment, so that every retry arrives at the same one.
    """

    __slots__ = ()
    label = "unique consignment reference (UCR)"

    @classmethod
    def checked(cls, text: str) -> str:
        reference = capitals(text)
        if not re.fullmatch(r"[0-9][A-Z]{2}[A-Z0-9]{1,32}", reference) or reference[1:3] not in _COUNTRIES:
            raise cls.wrong(text, "it has a year digit, a country code and up to 32 letters A-Z or digits")
        return reference

    @classmethod
    def for_shipment(cls, created: datetime, site: str, shipment: ShipmentId) -> Self:
        """The reference of a marketplace shipment created at an aware instant; the year is the Korean one.

        >>> from datetime import UTC
        >>> Ucr.for_shipment(datetime(2026, 8, 3, 12, 0, tzinfo=UTC), "MLC", ShipmentId(45848383497))
        Ucr('6KRMLC45848383497')
        """
        if created.tzinfo is None:
            raise ValueError("The instant a UCR is made from needs a time zone.")
        if not re.fullmatch(r"[A-Z]{3}", site):
            raise ValueError(f"{site!r} is not a Mercado Libre site: it has three capitals, such as MLC.")
        return cls(f"{created.astimezone(_KOREAN_TIME).year % 10}KR{site}{shipment}")
