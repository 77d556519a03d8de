"""API029 and API017: what customs wants for goods under one code, on one Korean day."""

from __future__ import annotations

from datetime import date

from tradelane.adapters.errors import Garbled
from tradelane.adapters.unipass.client import UnipassClient
from tradelane.adapters.unipass.services import REQUIREMENTS, SHORTENED_PERIOD
from tradelane.adapters.unipass.wire import PARTY, Row, day
from tradelane.domain.export_route import HskFacts
from tradelane.domain.identifiers import Hsk

FOR_EXPORTS = "1"
"""`imexTp` of API029: 1 export, 2 import. Cosmetics have rows for imports that mean nothing here."""

UNNAMED = "a law that customs does not name"
MOST_FACTS = 5000
"""Answers kept in memory, by code and day; the oldest goes first."""


class Requirements:
    """Facts by code and day, asked once a day for each."""

    def __init__(self, client: UnipassClient) -> None:
        self._client = client
        self._facts: dict[tuple[Hsk, date], HskFacts] = {}

    async def of(self, hsk: Hsk, day_: date) -> HskFacts:
        """Facts of one code; both services are asked, since either may change the way goods leave."""
        asked = (hsk, day_)
        if asked not in self._facts:
            facts = await self._asked(hsk, day_)
            while len(self._facts) >= MOST_FACTS:
                del self._facts[next(iter(self._facts))]
            self._facts[asked] = facts
        return self._facts[asked]

    async def _asked(self, hsk: Hsk, day_: date) -> HskFacts:
        laws = await self._client.ask(REQUIREMENTS, {"hsSgn": str(hsk), "imexTp": FOR_EXPORTS})
        confirmation = [_law(row) for row in laws.rows() if _is_for_exports(row, hsk) and _in_force(row, day_)]
        goods = await self._client.ask(SHORTENED_PERIOD, {"hsSgn": str(hsk)})
        return HskFacts(
            hsk=hsk,
            confirmation=tuple(dict.fromkeys(confirmation)),
            shortened_loading="; ".join(dict.fromkeys(_goods(row) for row in goods.rows())),
        )


def _is_for_exports(row: Row, hsk: Hsk) -> bool:
    code = "".join(sign for sign in row.get("hsSgn", "") if sign.isalnum())
    if code and not hsk.startswith(code):
        raise Garbled(PARTY, "other_goods", "The answer speaks of another HS code.")
    return row.get("imexTp", "") in (FOR_EXPORTS, "")


def _in_force(row: Row, day_: date) -> bool:
    """Whether a law holds on a day, both ends included; an end nobody gives is open."""
    first, last = day(row.get("aplyStrtDt", "")), day(row.get("aplyEndDt", ""))
    return (first is None or first <= day_) and (last is None or day_ <= last)


def _law(row: Row) -> str:
    """`law: paper (office)`, of what is given."""
    law = row.get("dcerCfrmLworNm", "") or row.get("dcerCfrmLworCd", "") or UNNAMED
    paper, office = row.get("reqCfrmIstmNm", ""), row.get("reqApreIttNm", "")
    return law + (f": {paper}" if paper else "") + (f" ({office})" if office else "")


def _goods(row: Row) -> str:
    """Customs' words for goods with a shortened period: any row means shortened, whatever elements it has.

    The paper does not list the answer's elements; `prnm`, `stszNm` and `ffmnTmlmDt` are those two public clients read.
    """
    told = [row.get(name, "") for name in ("prnm", "stszNm", "ffmnTmlmDt")]
    known = [text for text in told if text] or [text for text in row.values() if text]
    return ", ".join(known)
