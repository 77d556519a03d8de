"""API010 to API031: what UNI-PASS answers from its published tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.responses import Response

from tradelane.simulators.laws import LAWS
from tradelane.simulators.stage import Stage
from tradelane.simulators.unipass import tables, xml
from tradelane.simulators.unipass.query import BadQuery, Query, calendar_day, fitting, needed

TEN_DIGITS = r"[0-9]{10}"


class Library:
    """Answers that depend on no declaration."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def clearance_codes(self, query: Query) -> Response:
        """API010: by words of the name, by business number or by the code itself."""
        if not any(query.get(name) for name in ("conmNm", "brno", "ecm")):
            raise BadQuery("필수 입력값이 없습니다. [conmNm]")
        found = [
            company.row()
            for company in tables.COMPANIES
            if query.get("conmNm", "") in company.name
            and query.get("brno", company.business_number) == company.business_number
            and query.get("ecm", company.code) == company.code
        ]
        return answered("ecmQryRtnVo", "ecmQryRsltVo", found)

    def foreign_parties(self, query: Query) -> Response:
        """API011: by country and words of the name."""
        country, name = fitting(query, "cntySgn", r"[A-Z]{2}"), needed(query, "conm")
        found = [
            {"ovrsSplrSgn": code, "splrConm": party}
            for land, code, party in tables.FOREIGN
            if land == country and name.upper() in party
        ]
        return answered("ovrsSplrSgnQryRtnVo", "ovrsSplrSgnQryRsltVo", found)

    def brokers(self, query: Query) -> Response:
        """API013: by words of the name."""
        name = needed(query, "lcaNm")
        found = [
            {"lcaSgn": code, "lcaNm": broker, "cstmSgn": office, "cstmNm": office_name}
            for code, broker, _, office, office_name in tables.BROKERS
            if name in broker
        ]
        return answered("lcaLstInfoQryRtnVo", "lcaLstInfoQryRsltVo", found)

    def broker(self, query: Query) -> Response:
        """API014: one by its code."""
        wanted = needed(query, "lcaSgn")
        found = [
            {"lcaSgn": code, "lcaConm": firm, "jrsdCstmNm": office}
            for code, _, firm, _, office in tables.BROKERS
            if code == wanted
        ]
        return answered("lcaBrkdQryRtnVo", "lcaBrkdQryRsltVo", found)

    def drawback_rates(self, query: Query) -> Response:
        """API015: simplified drawback on a day, of one code or of all."""
        day = calendar_day(query, "baseDt")
        wanted = query.get("hsSgn", "")
        found = [
            {
                "prutDrwbWncrAmt": won,
                "stsz": goods,
                "drwbAmtBaseTpcd": base,
                "aplyDd": f"{day.year}0101",
                "ceseDt": f"{day.year}1231",
                "hs10": hsk,
            }
            for hsk, (won, base, goods) in tables.DRAWBACK.items()
            if wanted in ("", hsk)
        ]
        return answered("simlXamrttXtrnUserQryRtnVo", "simlXamrttXtrnUserQryRsltVo", found)

    def drawback_company(self, query: Query) -> Response:
        """API016: whether a company uses simplified drawback."""
        code = needed(query, "ecm")
        found = [
            {
                "conm": company.name,
                "rgsrCstmNm": "서울세관",
                "simlFxamtAplyApreDt": company.simplified_drawback,
                "simlFxamtNnaplyApreDt": company.excluded,
                "simlFxamtNnaplyApntRsn": "신청에 의한 비적용" if company.excluded else "",
            }
            for company in tables.COMPANIES
            if company.code == code
        ]
        return answered("simlFxamtAplyNnaplyEntsQryRtnVo", "simlFxamtAplyNnaplyEntsQryRsltVo", found)

    def shortened_period(self, query: Query) -> Response:
        """API017: whether the loading period of a code is shortened."""
        hsk = fitting(query, "hsSgn", TEN_DIGITS)
        found = [one.row() for one in tables.SHORTENED if one.hsk == hsk]
        return answered("expFfmnPridShrtTrgtPrlstQryRtnVo", "expFfmnPridShrtTrgtPrlstQryRsltVo", found)

    def hs_codes(self, query: Query) -> Response:
        """API018: by the first digits of a code, or by Korean words."""
        code, words = query.get("hsSgn", ""), query.get("prnm", "")
        if not code and not words:
            raise BadQuery("필수 입력값이 없습니다. [hsSgn, prnm]")
        fitting(query, "koenTp", "[12]")
        if code:
            fitting(query, "hsSgn", r"[0-9]{2,10}")
        found = [one.row() for one in tables.TARIFF if one.code.startswith(code) and words in one.name_ko]
        return answered("hsSgnSrchRtnVo", "hsSgnSrchRsltVo", found)

    def code_list(self, query: Query) -> Response:
        """API019: a list by its name, whole or the rows with a name."""
        rows = tables.CODE_LISTS.get(needed(query, "statsSgnTp"), ())
        name = query.get("cdValtValNm", "")
        return answered("statsSgnQryRtnVo", "statsSgnQryVo", [one.row() for one in rows if name in one.name_ko])

    def requirements(self, query: Query) -> Response:
        """API029: laws that goods of a code fall under in one direction, with their validity."""
        hsk, direction = fitting(query, "hsSgn", TEN_DIGITS), fitting(query, "imexTp", "[12]")
        found = [law.row() for law in LAWS if (law.hsk, law.direction) == (hsk, direction)]
        return answered("ccctLworCdQryRtnVo", "CcctLworCdQryRsltVo", found)  # written so, in two ways

    def duty_rates(self, query: Query) -> Response:
        """API030: duty rates of a code, of one kind or of all."""
        hsk = fitting(query, "hsSgn", TEN_DIGITS)
        found = [
            {
                "hsSgn": hsk,
                "trrtTpcd": kind,
                "trrtTpNm": name,
                "trrt": percent,
                "aplyStrtDt": "20260101",
                "aplyEndDt": "20261231",
            }
            for kind, name, percent in tables.DUTIES.get(hsk, ())
            if query.get("trrtTpcd", "") in ("", kind)
        ]
        return answered("trrtQryRtnVo", "trrtQryRsltVo", found)

    def customs_office(self, query: Query) -> Response:
        """API031: the offices in charge of a postcode."""
        found = [
            {"jrsdCstmSgn": code, "jrsdCstmSgnNm": name}
            for code, name in tables.OFFICES.get(fitting(query, "jrsdPsno", r"[0-9]{5}"), ())
        ]
        return answered("psnoPrJrsdCstmQryRtnVo", "psnoPrJrsdCstmQryRsltVoList", found)


def answered(root: str, row: str, found: Iterable[Mapping[str, str]]) -> Response:
    """The rows that were found, each one element."""
    rows = [(row, elements) for elements in found]
    return xml.answer(root, len(rows), rows)
