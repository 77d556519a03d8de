"""What an exporter's record must say so that its goods can be declared: shapes of its fields, and its way to customs.

Sources: the printed form and KTNET's field table (customs office 3 digits, division 2, Korean postcode 5), the MyDHL
schema (account numbers up to 12 places for DHL, references up to 35).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from shlex import quote

from pydantic import BaseModel, ConfigDict

from tradelane.domain.catalogue import Exporter, FilingChannel

_ZEROS = "; a spreadsheet drops leading zeros: format the column as text"
_SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "id": (re.compile(r"[a-z0-9][a-z0-9._-]{0,99}"), "small letters, digits, dots and dashes, such as haneul"),
    "customs_office": (re.compile(r"[0-9]{3}"), f"the three digits of the customs office (세관), such as 010{_ZEROS}"),
    "customs_division": (re.compile(r"[0-9]{2}"), f"the two digits of its division (과), such as 10{_ZEROS}"),
    "postcode": (re.compile(r"[0-9]{5}"), f"the five digits of a Korean postcode{_ZEROS}"),
    "goods_location_postcode": (
        re.compile(r"[0-9]{5}"),
        f"the five digits of the postcode where the goods are{_ZEROS}",
    ),
    "phone": (re.compile(r"\+?[0-9][0-9 ()./-]{7,24}"), "a telephone number with its country code"),
}
_TEXTS = ("name_ko", "name_en", "representative_ko", "representative_en", "address_ko", "city_en", "goods_location_ko")
_ACCOUNT = re.compile(r"[0-9A-Za-z_-]{1,35}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

MOST_LINES = 4
"""Lines of an address on a paper, beside the city's."""


class ExporterFault(BaseModel):
    """What of an exporter does not fit, as a clause, and the command that mends it."""

    model_config = ConfigDict(frozen=True)

    field: str
    words: str
    command: str


def shape_faults(exporter: Exporter) -> tuple[ExporterFault, ...]:
    """Fields that cannot be right as they are written; such a record is not taken."""
    return tuple(_fault(exporter, field, words) for field, words in _shapes(exporter))


def way_faults(exporter: Exporter) -> tuple[ExporterFault, ...]:
    """What keeps every declaration of an exporter from being filed."""
    if exporter.channel is FilingChannel.BROKER and exporter.broker is None:
        fields = "broker.name=NAME broker.declarant_code=CODE broker.email=ADDRESS"
        command = f"tradelane exporters set {quote(exporter.id)} {fields}"
        words = "its declarations go through a broker, and none is named"
        return (ExporterFault(field="broker", words=words, command=command),)
    return ()


def _shapes(exporter: Exporter) -> Iterator[tuple[str, str]]:
    for field in _TEXTS:
        text: str = getattr(exporter, field)
        if not text.strip():
            yield field, "is empty"
        elif not text.isprintable():
            yield field, "has a line break or control character; write it on one line"
    for field, (shape, told) in _SHAPES.items():
        if not shape.fullmatch(getattr(exporter, field)):
            yield field, f"is {told}"
    lines = [line for line in exporter.address_en if line.strip()]
    if not 1 <= len(lines) <= MOST_LINES or any(len(line) > 100 for line in lines):
        yield "address_en", f"has one to {MOST_LINES} lines of at most 100 letters, with | between them"
    for carrier, account in exporter.carrier_accounts.items():
        if not re.fullmatch(r"[a-z0-9_]+", carrier) or not _ACCOUNT.fullmatch(account):
            yield f"carrier_accounts.{carrier}", "is an account number of letters and digits, under the carrier's name"
    if exporter.broker is not None:
        if not exporter.broker.name.strip():
            yield "broker.name", "is empty"
        if not _MAIL.fullmatch(exporter.broker.email):
            yield "broker.email", "is the broker's mail address"
    if exporter.origin_signer is not None:
        for part in ("name", "title"):
            if not getattr(exporter.origin_signer, part).strip():
                yield f"origin_signer.{part}", "is empty"


def _fault(exporter: Exporter, field: str, words: str) -> ExporterFault:
    command = f"tradelane exporters set {quote(exporter.id)} {quote(f'{field}=VALUE')}"
    return ExporterFault(field=field, words=words, command=command)
