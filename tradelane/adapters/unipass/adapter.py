"""The customs information port over UNI-PASS: API012 (rates) and API002 (loading).

Every service has its own key. Poll with an hour or more between looks; rates hold for a week.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.errors import Garbled, Refused
from tradelane.adapters.http import Outside
from tradelane.adapters.unipass import wire
from tradelane.adapters.unipass.wire import PARTY, Row
from tradelane.domain.export_declaration import CustomsRate, Loading
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber

RATES = "API012"
EXPORTS = "API002"

EXPORT_RATE = "1"
"""`imexTp`: 1 export, 2 import. The two differ; a declaration for export needs 1, always."""


class UnipassAccess(BaseModel):
    """Keys by service (`API012`, `API002`), each requested on the user's own UNI-PASS account."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://unipass.customs.go.kr:38010/ext/rest"
    keys: Mapping[str, SecretStr]


class UnipassCustoms:
    """Implements `tradelane.ports.CustomsInformation`."""

    def __init__(self, access: UnipassAccess, client: httpx.AsyncClient) -> None:
        self._access = access
        self._outside = Outside(client, PARTY, access.base_url)

    async def export_rate(self, day: date, currency: str) -> CustomsRate:
        """Weekly export rate in force on a Korean day. `Refused` code `no_rate` when none is published."""
        path = "/trifFxrtInfoQry/retrieveTrifFxrtInfo"
        query = {"qryYymmDd": f"{day:%Y%m%d}", "imexTp": EXPORT_RATE}
        answer = await self._asked(RATES, path, query, "trifFxrtInfoQryRtnVo")
        rates = [_rate(row) for row in answer.rows("trifFxrtInfoQryRsltVo") if _is_export(row, currency)]
        for rate in rates:
            if rate.covers(day):
                return rate
        raise Refused(PARTY, "no_rate", f"No export rate of {currency} is published for {day}.")

    async def loading(self, number: ExportDeclarationNumber) -> Loading:
        """Loading of one declaration. No row means *unknown or not accepted yet*, never *refused*."""
        path = "/expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd"
        answer = await self._asked(EXPORTS, path, {"expDclrNo": str(number)}, "expDclrNoPrExpFfmnBrkdQryRtnVo")
        masters = answer.rows("expDclrNoPrExpFfmnBrkdQryRsltVo")
        if not masters:
            return Loading(number=number, found=False)
        master = masters[0]
        told = master.get("expDclrNo", "")
        if told and told.replace("-", "").upper() != number:
            raise Garbled(PARTY, "other_declaration", "The answer speaks of another declaration.")
        details = answer.rows("expDclrNoPrExpFfmnBrkdDtlQryRsltVo")
        departures = [day for day in (_day(row.get("tkofDt", "")) for row in details) if day]
        return Loading(
            number=number,
            found=True,
            load_before=_day(master.get("loadDtyTmlm", "")),
            loaded=master.get("shpmCmplYn", "").upper() == "Y",
            departed_on=max(departures, default=None),
        )

    async def _asked(self, service: str, path: str, query: dict[str, str], root: str) -> wire.Document:
        key = self._access.keys.get(service)
        if key is None:
            raise Refused(PARTY, "no_key", f"No key for {service} is set.", fault=Fault.OURS)
        keyed = {"crkyCn": key.get_secret_value(), **query}
        answer = await self._outside.send("GET", path, query=keyed, headers={"Accept": "application/xml"})
        return wire.document(answer.body, root)


def _is_export(row: Row, currency: str) -> bool:
    return row.get("currSgn") == currency and row.get("imexTp", "") in (EXPORT_RATE, "")


def _rate(row: Row) -> CustomsRate:
    """One row; the rate is won for one unit of the currency (for JPY too)."""
    first_day = _day(row.get("aplyBgnDt", ""))
    try:
        won = Decimal(row.get("fxrt", "").replace(",", ""))
    except InvalidOperation as wrong:
        raise Garbled(PARTY, "no_number", "A rate is not a number.") from wrong
    if first_day is None or not won.is_finite() or won <= 0:
        raise Garbled(PARTY, "unexpected_value", "A rate has no first day or is not above zero.")
    return CustomsRate(currency=row["currSgn"], krw_per_unit=won, valid_from=first_day)


def _day(text: str) -> date | None:
    """`yyyymmdd`, a Korean day; empty is None."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError as wrong:
        raise Garbled(PARTY, "no_day", "A day in the answer is not a day.") from wrong
