"""Whether an exporter's customs office is the one in charge of the place where its goods are (UNI-PASS API031).

The office follows the place of the *goods* (물품소재지), not the business address, and is derived from the postcode of
that place; KTNET refuses any other. Who cannot ask is told so: a comparison that was not made is never a good one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from shlex import quote

from pydantic import BaseModel, ConfigDict

from tradelane.adapters.unipass.answers import CustomsOffice
from tradelane.desk.complaints import Complaint, NotThere
from tradelane.desk.customs import office_of
from tradelane.domain.catalogue import Exporter
from tradelane.settings import Settings

Offices = Mapping[str, tuple[CustomsOffice, ...] | str]
"""Postcode -> the offices in charge of it, or the sentence why customs has not said so."""

Ask = Callable[[Sequence[str]], Offices]
"""Asks customs about postcodes, each of five digits."""


class PlaceDoubt(BaseModel):
    """Why an exporter's customs office is not known to be the right one, in one sentence."""

    model_config = ConfigDict(frozen=True)

    wrong: bool
    """True when customs says otherwise; False when nobody has compared."""
    words: str
    command: str


async def offices_in_charge(settings: Settings, postcodes: Iterable[str]) -> Offices:
    """Ask customs about each postcode; once nobody answers, the others are not asked."""
    found: dict[str, tuple[CustomsOffice, ...] | str] = {}
    silence = ""
    for postcode in sorted(set(postcodes)):
        try:
            found[postcode] = silence or await office_of(settings, postcode)
        except Complaint as complaint:
            found[postcode] = str(complaint)
            silence = str(complaint) if isinstance(complaint, NotThere) else ""
    return found


def place_doubts(exporters: Sequence[Exporter], ask: Ask) -> dict[str, PlaceDoubt]:
    """What customs says against the offices of exporters, by exporter id; those that fit are not named.

    A postcode or an office of a wrong shape is not asked about: its shape is a fault of its own.
    """
    asked = [one for one in exporters if _five_digits(one.goods_location_postcode) and one.customs_office]
    offices = ask(sorted({one.goods_location_postcode for one in asked})) if asked else {}
    doubts = ((one.id, _doubt(one, offices[one.goods_location_postcode])) for one in asked)
    return {id_: doubt for id_, doubt in doubts if doubt is not None}


def _doubt(exporter: Exporter, offices: tuple[CustomsOffice, ...] | str) -> PlaceDoubt | None:
    postcode, office = exporter.goods_location_postcode, exporter.customs_office
    if isinstance(offices, str):
        words = (
            f"nobody has compared {office} with postcode {postcode}, where the goods are; "
            f"whoever takes the declaration will. {offices}"
        )
        return PlaceDoubt(wrong=False, words=words, command=f"tradelane exporters check {quote(exporter.id)}")
    words = wrong_office(office, postcode, offices)
    if not words:
        return None
    set_it = f"tradelane exporters set {quote(exporter.id)}"
    if not offices:
        return PlaceDoubt(wrong=True, words=words, command=f"{set_it} goods_location_postcode=POSTCODE")
    right = offices[0].code[:3]
    return PlaceDoubt(wrong=True, words=words, command=f"{set_it} customs_office={right} customs_division=DIVISION")


def wrong_office(office: str, postcode: str, offices: Sequence[CustomsOffice]) -> str:
    """Why a customs office cannot be that of goods at a postcode, in one sentence; empty when it can.

    >>> seoul = CustomsOffice(code="010", name="서울세관")
    >>> wrong_office("010", "04799", [seoul])
    ''
    >>> wrong_office("040", "04799", [seoul])
    'Goods at postcode 04799 belong to customs office 010 (서울세관), not 040.'
    >>> wrong_office("040", "00000", [])
    'Customs knows no office for goods at postcode 00000.'
    """
    if not offices:
        return f"Customs knows no office for goods at postcode {postcode}."
    if any(one.code[:3] == office for one in offices):
        return ""
    right = " or ".join(f"{one.code} ({one.name})" if one.name else one.code for one in offices)
    return f"Goods at postcode {postcode} belong to customs office {right}, not {office}."


def _five_digits(postcode: str) -> bool:
    return len(postcode) == 5 and postcode.isascii() and postcode.isdecimal()
