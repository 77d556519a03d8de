"""People's questions to Korean customs, each asked of UNI-PASS and answered in our words. Nothing here writes."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from tradelane.adapters.errors import OutsideFailure, Refused
from tradelane.adapters.unipass import UnipassLibrary
from tradelane.adapters.unipass.answers import (
    AmendmentState,
    Broker,
    BrokerListed,
    Certificate,
    ClearanceCode,
    Code,
    CustomsOffice,
    DeclarationSeen,
    DrawbackCompany,
    DrawbackRate,
    DutyRate,
    ForeignParty,
    HsCode,
    InspectionState,
    Verdict,
    WaybillSeen,
)
from tradelane.desk.complaints import Complaint, NotFound, NotThere, RefusedByRule, WrongUsage
from tradelane.domain.export_route import HskFacts
from tradelane.domain.identifiers import (
    BusinessRegistrationNumber,
    CountryCode,
    CustomsClearanceCode,
    DeclarantCode,
    ExportDeclarationNumber,
    Hsk,
    Identifier,
    WaybillNumber,
)
from tradelane.resources import open_http, unipass_access
from tradelane.settings import Channel, Settings

Answer = TypeVar("Answer")
Name = TypeVar("Name", bound=Identifier)

WEB = "https://unipass.customs.go.kr"


async def ask(settings: Settings, question: Callable[[UnipassLibrary], Awaitable[Answer]]) -> Answer:
    """Ask UNI-PASS once.

    Raises:
        RefusedByRule: this installation does not ask UNI-PASS, or UNI-PASS said no.
        WrongUsage: the key of the service is missing or wrong.
        NotFound: no rate of the week is published.
        NotThere: UNI-PASS does not answer, or answers what is not understood.
    """
    if settings.customs is Channel.MANUAL and not settings.unipass_url:
        raise RefusedByRule(f"This installation asks no UNI-PASS (TRADELANE_CUSTOMS=manual); look it up at {WEB}.")
    async with open_http(settings) as http:
        try:
            return await question(UnipassLibrary(unipass_access(settings), http))
        except OutsideFailure as failure:
            raise _complaint(failure) from failure


def _complaint(failure: OutsideFailure) -> Complaint:
    sentence = f"UNI-PASS: {failure.words}"
    if isinstance(failure, Refused):
        if failure.code in ("no_key", "key"):
            return WrongUsage(sentence)
        return NotFound(sentence) if failure.code == "no_rate" else RefusedByRule(sentence)
    return NotThere(f"UNI-PASS gave no answer: {failure.words}")


async def hs_codes(settings: Settings, query: str) -> tuple[HsCode, ...]:
    """HS codes by first digits (dots and hyphens are taken) or by Korean words."""
    asked = unicodedata.normalize("NFKC", query).strip()  # wide digits of a Korean keyboard are digits
    if not asked:
        raise WrongUsage("Give the first digits of a code such as 3304.99, or words such as 티셔츠.")
    digits = asked.translate(str.maketrans("", "", " .-"))
    if not (digits.isascii() and digits.isdecimal()):
        return await ask(settings, lambda library: library.hs_codes(words=asked))
    if not 2 <= len(digits) <= 10:
        raise WrongUsage(f"An HS code has 2 to 10 digits, not {len(digits)}: give a code such as 3304.99, or words.")
    return await ask(settings, lambda library: library.hs_codes(code=digits))


async def requirements(settings: Settings, hsk: str, day: date) -> HskFacts:
    """What goods under a code need for export on a Korean day."""
    code = _read(Hsk, hsk)
    return await ask(settings, lambda library: library.requirements(code, day))


async def code_list(settings: Settings, kind: str, name: str) -> tuple[Code, ...]:
    """A code list of customs, or its rows with a name."""
    if not kind.strip():
        raise WrongUsage("Give the name of a code list of UNI-PASS (통계부호구분), such as A01.")
    return await ask(settings, lambda library: library.code_list(kind.strip(), name))


async def office_of(settings: Settings, postcode: str) -> tuple[CustomsOffice, ...]:
    """The customs offices in charge of the place where goods are, by the postcode of that place."""
    digits = postcode.strip()
    if len(digits) != 5 or not digits.isdecimal():
        raise WrongUsage(f"{postcode!r} is no Korean postcode: it has 5 digits.")
    return await ask(settings, lambda library: library.customs_offices(digits))


async def clearance_codes(settings: Settings, company: str) -> tuple[ClearanceCode, ...]:
    """Customs clearance codes by words of a company's name."""
    return await ask(settings, lambda library: library.clearance_codes(company.strip()))


async def foreign_parties(settings: Settings, country: str, name: str) -> tuple[ForeignParty, ...]:
    """Codes of foreign parties."""
    land = _read(CountryCode, country)
    return await ask(settings, lambda library: library.foreign_parties(str(land), name.strip()))


async def brokers(settings: Settings, query: str) -> tuple[BrokerListed | Broker, ...]:
    """Customs brokers by name, or one by its declarant code."""
    try:
        code = DeclarantCode(query)
    except ValueError:
        return await ask(settings, lambda library: library.brokers(query.strip()))
    return await ask(settings, lambda library: library.broker(str(code)))


async def drawback(settings: Settings, query: str, day: date) -> tuple[DrawbackRate | DrawbackCompany, ...]:
    """Simplified drawback of an HSK on a day, or whether the company with a clearance code uses it."""
    try:
        company = CustomsClearanceCode(query)
    except ValueError:
        hsk = _read(Hsk, query)
        return await ask(settings, lambda library: library.drawback_rates(hsk, day))
    return await ask(settings, lambda library: library.drawback_company(company))


async def duty_rates(settings: Settings, hsk: str) -> tuple[DutyRate, ...]:
    """Korean duty rates of a code."""
    code = _read(Hsk, hsk)
    return await ask(settings, lambda library: library.duty_rates(code))


async def declaration(settings: Settings, number: str) -> DeclarationSeen:
    """One declaration as UNI-PASS shows it.

    Raises:
        NotFound: UNI-PASS shows none: unknown, not accepted yet, withdrawn, or cleared by a carrier's list.
    """
    read = _read(ExportDeclarationNumber, number)
    seen = await ask(settings, lambda library: library.declaration(read))
    if not seen.loading.found:
        raise NotFound(
            f"UNI-PASS shows no declaration {read.printed}: it is unknown, not accepted yet, or withdrawn; "
            "goods that a carrier cleared by its list have none."
        )
    return seen


async def waybill(settings: Settings, number: str) -> tuple[WaybillSeen, ...]:
    """Declarations whose goods travel under a waybill."""
    read = _read(WaybillNumber, number)
    return await ask(settings, lambda library: library.by_waybill(read))


async def amendment(settings: Settings, number: str, round_: int) -> tuple[AmendmentState, ...]:
    """Where the n-th request to amend a declaration stands."""
    read = _read(ExportDeclarationNumber, number)
    return await ask(settings, lambda library: library.amendment(read, round_))


async def inspection(settings: Settings, number: str) -> tuple[InspectionState, ...]:
    """Whether goods of a declaration are inspected where they are loaded."""
    read = _read(ExportDeclarationNumber, number)
    return await ask(settings, lambda library: library.inspection(read))


async def verify(
    settings: Settings, *, issue_number: str, number: str, business_number: str, origin: str, goods: str, net_kg: str
) -> Verdict:
    """Whether a declaration certificate (수출신고필증) is genuine: all six facts of it must fit."""
    try:
        weight = Decimal(net_kg)
    except InvalidOperation as wrong:
        raise WrongUsage(f"{net_kg!r} is no weight in kilograms, such as 250 or 0.8.") from wrong
    if not weight.is_finite() or not 0 < weight < 10**9:
        raise WrongUsage(f"{net_kg!r} is no weight in kilograms, such as 250 or 0.8.")
    certificate = Certificate(
        issue_number="".join(sign for sign in issue_number if sign.isalnum()),
        number=_read(ExportDeclarationNumber, number),
        business_number=_read(BusinessRegistrationNumber, business_number),
        origin=_read(CountryCode, origin),
        goods=goods.strip(),
        net_weight_kg=weight,
    )
    return await ask(settings, lambda library: library.verify(certificate))


def _read(kind: type[Name], text: str) -> Name:
    """An identifier as it was typed. Raises `WrongUsage` with its rule."""
    try:
        return kind(text)
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from wrong
