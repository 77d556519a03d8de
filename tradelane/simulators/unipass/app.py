"""The HTTP face of the simulated UNI-PASS Open API: API012 (rates) and API002 (state of an export declaration).

Source: docs/counterparties/unipass.md. It reads the simulated world and writes nothing but the instant of a loading.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from hmac import compare_digest

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradelane.simulators import cargo, rates
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.rates import KST, Direction
from tradelane.simulators.stage import Stage
from tradelane.simulators.unipass import xml
from tradelane.simulators.unipass.xml import Row

NAME = "unipass"
RATES_KEY = "unipass-demo-key-012"  # opens nothing but this simulator
DECLARATION_KEY = "unipass-demo-key-002"

RATES_ROOT = "trifFxrtInfoQryRtnVo"
RATES_ROW = "trifFxrtInfoQryRsltVo"
DECLARATION_ROOT = "expDclrNoPrExpFfmnBrkdQryRtnVo"
DECLARATION_ROW = "expDclrNoPrExpFfmnBrkdQryRsltVo"
CARRIAGE_ROW = "expDclrNoPrExpFfmnBrkdDtlQryRsltVo"
WAYBILL_ROW = "expDclrNoPrExpFfmnBrkdBlNoQryRsltVo"

NUMBER = re.compile(r"[0-9A-Z]{5}[0-9]{8}X")
BAD_KEY = "인증키(crkyCn)가 유효하지 않습니다."


class BadQuery(Exception):
    """A parameter is missing or malformed, in the words UNI-PASS answers."""


Query = Mapping[str, str]


def simulator(stage: Stage) -> Counterparty:
    """The simulated UNI-PASS on a stage."""
    stage.connection().executescript(cargo.SCHEMA)
    desk = Desk(stage)
    routes = [
        Route(
            "/ext/rest/trifFxrtInfoQry/retrieveTrifFxrtInfo",
            desk.door("rates", RATES_ROOT, RATES_KEY, ("qryYymmDd",), desk.rates),
        ),
        Route(
            "/ext/rest/expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd",
            desk.door(
                "export_declaration",
                DECLARATION_ROOT,
                DECLARATION_KEY,
                ("expDclrNo", "blNo"),
                desk.declaration,
            ),
        ),
    ]
    return Counterparty(name=NAME, app=Starlette(routes=routes), operations=frozenset({"rates", "export_declaration"}))


class Desk:
    """What UNI-PASS answers to each query."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def door(
        self,
        operation: str,
        root: str,
        key: str,
        referring: tuple[str, ...],
        work: Callable[[Query], Response],
    ) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of an operation. `referring` are the parameters that say what is asked for."""

        async def endpoint(request: Request) -> Response:
            query = dict(request.query_params)

            def act() -> Response:
                if not compare_digest(query.get("crkyCn", "").encode(), key.encode()):
                    return xml.error(root, BAD_KEY)
                try:
                    return work(query)
                except BadQuery as problem:
                    return xml.error(root, str(problem))

            reference = next((query[name] for name in referring if query.get(name)), "")
            return await self._stage.serve(
                NAME,
                operation,
                reference,
                act,
                refusal=lambda: xml.error(root, "서비스 이용이 제한되었습니다."),
            )

        return endpoint

    def rates(self, query: Query) -> Response:
        """API012: the rates of the week a day lies in, all currencies, export (1) or import (2)."""
        day = calendar_day(query, "qryYymmDd")
        try:
            direction = Direction(needed(query, "imexTp"))
        except ValueError:
            raise BadQuery("입력값이 올바르지 않습니다. [imexTp]") from None
        if not rates.is_published(day, self._stage.now()):
            return xml.answer(RATES_ROOT, 0)
        rows = [
            (
                RATES_ROW,
                {
                    "cntySgn": currency.country,
                    "mtryUtNm": currency.name,
                    "fxrt": str(rates.rate(currency.code, direction, day)),
                    "currSgn": currency.code,
                    "aplyBgnDt": rates.week_start(day).strftime("%Y%m%d"),
                    "imexTp": direction.value,
                },
            )
            for currency in rates.CURRENCIES
        ]
        return xml.answer(RATES_ROOT, len(rows), rows)

    def declaration(self, query: Query) -> Response:
        """API002: one declaration by its number, or the declarations of a waybill."""
        if query.get("expDclrNo"):
            return self._by_number(query["expDclrNo"])
        return self._by_waybill(needed(query, "blNo", "expDclrNo, blNo"))

    def _by_number(self, number: str) -> Response:
        if not NUMBER.fullmatch(number):
            raise BadQuery("수출신고번호는 14자리이며 마지막 자리는 X입니다. [expDclrNo]")
        db, now = self._stage.connection(), self._stage.now()
        found = db.execute(
            "SELECT exporter, accepted_at, load_before FROM declarations"
            " WHERE number = ? AND accepted_at <= ? AND state <> 'withdrawn'",
            (number, iso(now)),
        ).fetchone()
        if found is None:
            return xml.answer(DECLARATION_ROOT, 0)
        cleared, gone = cargo.cargo_of(db, number), cargo.carriages(db, number, now)
        accepted = instant(found["accepted_at"])
        shipped = {
            "shpmPckGcnt": str(sum(carriage.packages for carriage in gone)) if gone else "",
            "shpmPckUt": cleared.package_unit if gone else "",
            "shpmWght": str(sum(carriage.weight_kg for carriage in gone)) if gone else "",
        }
        master = {
            "expDclrNo": number,
            "exppnConm": found["exporter"],
            "mnurConm": cleared.maker,
            "acptDt": day_text(accepted),
            "acptDttm": accepted.astimezone(KST).strftime("%Y%m%d%H%M%S"),
            "loadDtyTmlm": day_text(instant(found["load_before"])),
            "shpmCmplYn": "Y" if gone else "N",
            "sanm": "",
            "csclPckGcnt": cleared.packages,
            "csclPckUt": cleared.package_unit,
            "csclWght": cleared.weight_kg,
            **shipped,
            "ldpInscTrgtYn": "N",
        }
        rows: list[Row] = [(DECLARATION_ROW, master)]
        rows += [
            (
                CARRIAGE_ROW,
                {
                    "blNo": carriage.waybill,
                    "tkofDt": day_text(carriage.departed_at),
                    "shpmPckGcnt": str(carriage.packages),
                    "shpmPckUt": cleared.package_unit,
                    "shpmWght": str(carriage.weight_kg),
                },
            )
            for carriage in gone
        ]
        # tCnt counts the waybills, not the declaration: accepted and not loaded is 0 with a row.
        return xml.answer(DECLARATION_ROOT, len(gone), rows)

    def _by_waybill(self, waybill: str) -> Response:
        db, now = self._stage.connection(), self._stage.now()
        rows: list[Row] = [
            (
                WAYBILL_ROW,
                {
                    "exppnConm": row["exporter"],
                    "shpmAirptPortNm": "인천공항",
                    "tkofDt": day_text(instant(row["departed"])),
                    "expDclrNo": row["number"],
                },
            )
            for row in db.execute(
                "SELECT d.number, d.exporter, min(e.due_at) AS departed FROM parcel_declarations p"
                " JOIN declarations d ON d.number = p.number AND d.accepted_at <= :now AND d.state <> 'withdrawn'"
                " JOIN transport_events e ON e.waybill = p.waybill AND e.code = :departed AND e.due_at <= :now"
                " WHERE p.waybill = :waybill GROUP BY d.number ORDER BY d.number",
                {"waybill": waybill, "now": iso(now), "departed": cargo.DEPARTED},
            )
        ]
        return xml.answer(DECLARATION_ROOT, len(rows), rows)


def needed(query: Query, name: str, shown: str = "") -> str:
    """A parameter that must be there; `shown` is what the complaint calls it."""
    value = query.get(name, "")
    if not value:
        raise BadQuery(f"필수 입력값이 없습니다. [{shown or name}]")
    return value


def calendar_day(query: Query, name: str) -> date:
    """A parameter that is a day, `yyyymmdd`."""
    text = needed(query, name)
    try:
        if not re.fullmatch(r"[0-9]{8}", text):
            raise ValueError(text)
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=KST).date()
    except ValueError:
        raise BadQuery(f"입력값이 올바르지 않습니다. [{name}]") from None


def day_text(moment: datetime) -> str:
    """`yyyymmdd` in KST."""
    return moment.astimezone(KST).strftime("%Y%m%d")
