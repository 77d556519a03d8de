"""The questions people have for UNI-PASS: each one service, one answer, nothing kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import httpx

from tradelane.adapters.errors import Unavailable
from tradelane.adapters.http import understood
from tradelane.adapters.unipass import services
from tradelane.adapters.unipass.answers import (
    AmendmentState,
    Answer,
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
from tradelane.adapters.unipass.client import UnipassAccess, UnipassClient
from tradelane.adapters.unipass.loading import BY_WAYBILL, declaration_of
from tradelane.adapters.unipass.rates import Direction, WeeklyRates
from tradelane.adapters.unipass.requirements import Requirements
from tradelane.adapters.unipass.services import Service
from tradelane.adapters.unipass.wire import PARTY
from tradelane.domain.export_declaration import CustomsRate
from tradelane.domain.export_route import HskFacts
from tradelane.domain.identifiers import (
    BusinessRegistrationNumber,
    CustomsClearanceCode,
    ExportDeclarationNumber,
    Hsk,
    WaybillNumber,
)

Found = TypeVar("Found", bound=Answer)

IN_KOREAN = "1"
"""`koenTp` of API018: answer with Korean and English names, by Korean words."""


class UnipassLibrary:
    """Look-ups for people. Every method raises the failures of `tradelane.adapters.errors`; none found is empty."""

    def __init__(self, access: UnipassAccess, http: httpx.AsyncClient) -> None:
        self._client = UnipassClient(access, http)
        self._rates = WeeklyRates(self._client)
        self._requirements = Requirements(self._client)

    async def rate(self, day: date, currency: str, direction: Direction) -> CustomsRate:
        """The weekly rate of a currency in either direction (API012). `Refused` code `no_rate` when there is none."""
        return await self._rates.of(day, currency, direction)

    async def requirements(self, hsk: Hsk, day: date) -> HskFacts:
        """What goods under a code need for export (API029), and whether their loading period is shortened (API017)."""
        return await self._requirements.of(hsk, day)

    async def declaration(self, number: ExportDeclarationNumber) -> DeclarationSeen:
        """One declaration with all that API002 shows; `loading.found` is False for an unknown or unaccepted one."""
        loading, master = await declaration_of(self._client, number)
        return DeclarationSeen(
            loading=loading,
            exporter=master.get("exppnConm", ""),
            maker=master.get("mnurConm", ""),
            transport=master.get("sanm", ""),
        )

    async def by_waybill(self, waybill: WaybillNumber) -> tuple[WaybillSeen, ...]:
        """Declarations whose goods travel under a waybill (API002 by B/L)."""
        return await self._rows(services.DECLARATION, {"blNo": str(waybill)}, WaybillSeen, row=BY_WAYBILL)

    async def clearance_codes(self, company: str) -> tuple[ClearanceCode, ...]:
        """Customs clearance codes of companies whose name has these words (API010)."""
        return await self._rows(services.CLEARANCE_CODE, {"conmNm": company}, ClearanceCode)

    async def foreign_parties(self, country: str, name: str) -> tuple[ForeignParty, ...]:
        """Codes of foreign parties of a country, by name (API011)."""
        return await self._rows(services.FOREIGN_PARTY, {"cntySgn": country, "conm": name}, ForeignParty)

    async def brokers(self, name: str) -> tuple[BrokerListed, ...]:
        """Customs brokers by name (API013)."""
        return await self._rows(services.BROKERS, {"lcaNm": name}, BrokerListed)

    async def broker(self, code: str) -> tuple[Broker, ...]:
        """A customs broker by code (API014)."""
        return await self._rows(services.BROKER, {"lcaSgn": code}, Broker)

    async def drawback_rates(self, hsk: Hsk, day: date) -> tuple[DrawbackRate, ...]:
        """Simplified drawback of a code on a Korean day (API015)."""
        return await self._rows(services.DRAWBACK_RATE, {"baseDt": f"{day:%Y%m%d}", "hsSgn": str(hsk)}, DrawbackRate)

    async def drawback_company(self, code: CustomsClearanceCode) -> tuple[DrawbackCompany, ...]:
        """Whether a company uses simplified drawback (API016)."""
        return await self._rows(services.DRAWBACK_COMPANY, {"ecm": str(code)}, DrawbackCompany)

    async def hs_codes(self, *, code: str = "", words: str = "") -> tuple[HsCode, ...]:
        """HS codes by their first digits, or by Korean words of their goods (API018)."""
        return await self._rows(services.HS_CODES, {"hsSgn": code, "prnm": words, "koenTp": IN_KOREAN}, HsCode)

    async def code_list(self, kind: str, name: str = "") -> tuple[Code, ...]:
        """A code list by customs' name for it (`statsSgnTp`), or the rows that have a name (API019)."""
        return await self._rows(services.CODE_LISTS, {"statsSgnTp": kind, "cdValtValNm": name}, Code)

    async def duty_rates(self, hsk: Hsk) -> tuple[DutyRate, ...]:
        """Korean duty rates of a code (API030)."""
        return await self._rows(services.DUTY_RATES, {"hsSgn": str(hsk)}, DutyRate)

    async def customs_offices(self, postcode: str) -> tuple[CustomsOffice, ...]:
        """The office in charge of the place where goods are, by its postcode (API031)."""
        return await self._rows(services.CUSTOMS_OFFICE, {"jrsdPsno": postcode}, CustomsOffice)

    async def amendment(
        self, number: ExportDeclarationNumber, round_: int, day: date | None = None
    ) -> tuple[AmendmentState, ...]:
        """Where the n-th request to amend a declaration stands (API052)."""
        query = {
            "dcshSbmtNo": str(number),
            "imexTpcd": "1",
            "mdfyRqstDgcnt": str(round_),
            "mdfyRqstDt": f"{day:%Y%m%d}" if day else "",
        }
        return await self._rows(services.AMENDMENT, query, AmendmentState)

    async def inspection(self, number: ExportDeclarationNumber) -> tuple[InspectionState, ...]:
        """Whether goods are inspected where they are loaded (API053)."""
        return await self._rows(services.INSPECTION, {"expDclrNo": str(number)}, InspectionState)

    async def verify(self, certificate: Certificate) -> Verdict:
        """Whether a declaration certificate (수출신고필증) is genuine (API035).

        `tCnt` is the verdict itself: 1 it fits, 0 it does not.
        """
        query = {
            "expDclrCrfnPblsNo": certificate.issue_number,
            "expDclrNo": str(ExportDeclarationNumber(certificate.number)),
            "txprBrno": str(BusinessRegistrationNumber(certificate.business_number)),
            "orcyCntyCd": certificate.origin,
            "prnm": certificate.goods,
            "ntwg": f"{certificate.net_weight_kg:f}",
        }
        answer = await self._client.ask(services.VERIFICATION, query, verdict=True)
        if answer.count not in (0, 1):
            raise Unavailable(PARTY, "error", "UNI-PASS gave no verdict on the certificate.")
        return Verdict(genuine=answer.count == 1, words=answer.fields().get("vrfcRsltCn", ""))

    async def _rows(
        self, service: Service, query: Mapping[str, str], kind: type[Found], *, row: str = ""
    ) -> tuple[Found, ...]:
        answer = await self._client.ask(service, query)
        return tuple(understood(PARTY, kind, found) for found in answer.rows(row))
