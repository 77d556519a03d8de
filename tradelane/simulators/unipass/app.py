"""The HTTP face of the simulated UNI-PASS Open API: every service with its path, its key and its refusals.

Source: docs/counterparties/unipass.md. It reads the simulated world and writes nothing but what time does to it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hmac import compare_digest

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tradelane.simulators import cargo, rates
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.rates import Direction
from tradelane.simulators.stage import Stage
from tradelane.simulators.unipass import declarations, xml
from tradelane.simulators.unipass.declarations import NUMBER, Declarations
from tradelane.simulators.unipass.library import Library
from tradelane.simulators.unipass.query import BadQuery, Query, calendar_day, needed

NAME = "unipass"
BAD_KEY = "인증키(crkyCn)가 유효하지 않습니다."
OTHER_KEY = "인증키상의 API 불일치"
RATES_ROOT = "trifFxrtInfoQryRtnVo"

Work = Callable[[Query], Response]


@dataclass(frozen=True)
class Door:
    """One service. `referring` are the parameters that say what is asked for, for faults and counts."""

    number: str
    operation: str
    path: str
    root: str
    referring: tuple[str, ...]
    work: Work

    @property
    def key(self) -> str:
        """Opens nothing but this service of this simulator."""
        return f"unipass-demo-key-{self.number}"


def simulator(stage: Stage) -> Counterparty:
    """The simulated UNI-PASS on a stage."""
    stage.connection().executescript(cargo.SCHEMA)
    doors = all_doors(stage)
    keys = frozenset(door.key for door in doors)
    return Counterparty(
        name=NAME,
        app=Starlette(routes=[Route(f"/ext/rest/{door.path}", endpoint(stage, door, keys)) for door in doors]),
        operations=frozenset(door.operation for door in doors),
        stage_routes=stage_doors(stage),
    )


def all_doors(stage: Stage) -> tuple[Door, ...]:
    """Every service of the simulator."""
    said, known = Declarations(stage), Library(stage)
    return (
        Door(
            "002",
            "export_declaration",
            "expDclrNoPrExpFfmnBrkdQry/retrieveExpDclrNoPrExpFfmnBrkd",
            declarations.ROOT,
            ("expDclrNo", "blNo"),
            said.state,
        ),
        Door("010", "clearance_codes", "ecmQry/retrieveEcm", "ecmQryRtnVo", ("conmNm",), known.clearance_codes),
        Door(
            "011",
            "foreign_parties",
            "ovrsSplrSgnQry/retrieveOvrsSplrSgn",
            "ovrsSplrSgnQryRtnVo",
            ("conm",),
            known.foreign_parties,
        ),
        Door(
            "012",
            "rates",
            "trifFxrtInfoQry/retrieveTrifFxrtInfo",
            RATES_ROOT,
            ("qryYymmDd",),
            lambda query: weekly_rates(stage, query),
        ),
        Door("013", "brokers", "lcaLstInfoQry/retrieveLcaBrkd", "lcaLstInfoQryRtnVo", ("lcaNm",), known.brokers),
        Door("014", "broker", "lcaBrkdQry/retrieveLcaBrkd", "lcaBrkdQryRtnVo", ("lcaSgn",), known.broker),
        Door(
            "015",
            "drawback_rates",
            "simlXamrttXtrnUserQry/retrieveSimlXamrttXtrnUser",
            "simlXamrttXtrnUserQryRtnVo",
            ("hsSgn",),
            known.drawback_rates,
        ),
        Door(
            "016",
            "drawback_company",
            "simlFxamtAplyNnaplyEntsQry/retrieveSimlFxamtAplyNnaplyEnts",
            "simlFxamtAplyNnaplyEntsQryRtnVo",
            ("ecm",),
            known.drawback_company,
        ),
        Door(
            "017",
            "shortened_period",
            "expFfmnPridShrtTrgtPrlstQry/retrieveExpFfmnPridShrtTrgtPrlst",
            "expFfmnPridShrtTrgtPrlstQryRtnVo",
            ("hsSgn",),
            known.shortened_period,
        ),
        Door("018", "hs_codes", "hsSgnQry/searchHsSgn", "hsSgnSrchRtnVo", ("hsSgn", "prnm"), known.hs_codes),
        Door(
            "019", "code_list", "statsSgnQry/retrieveStatsSgnBrkd", "statsSgnQryRtnVo", ("statsSgnTp",), known.code_list
        ),
        Door(
            "029",
            "requirements",
            "ccctLworCdQry/retrieveCcctLworCd",
            "ccctLworCdQryRtnVo",
            ("hsSgn",),
            known.requirements,
        ),
        Door("030", "duty_rates", "trrtQry/retrieveTrrt", "trrtQryRtnVo", ("hsSgn",), known.duty_rates),
        Door(
            "031",
            "customs_office",
            "postNoPrCstmSgnQry/retrievePostNoPrCstmSgnQry",
            "psnoPrJrsdCstmQryRtnVo",
            ("jrsdPsno",),
            known.customs_office,
        ),
        Door(
            "035",
            "certificate",
            "expDclrCrfnVrfcInfoQry/retrieveExpDclrCrfnVrfc",
            declarations.CERTIFICATE_ROOT,
            ("expDclrNo",),
            said.certificate,
        ),
        Door(
            "051",
            "converted_list",
            "elcmExpLoadInfoQry/retrieveElcmExpLoadInfo",
            declarations.LIST_ROOT,
            ("elcmExpDclrNo",),
            said.converted_list,
        ),
        Door(
            "052",
            "amendment",
            "mdfyPrcsSttsBrkdQry/retrieveMdfyPrcsSttsBrkd",
            declarations.AMENDMENT_ROOT,
            ("dcshSbmtNo",),
            said.amendment,
        ),
        Door(
            "053",
            "inspection",
            "expLdpInscInfoQry/retrieveLdpInscInfo",
            declarations.INSPECTION_ROOT,
            ("expDclrNo",),
            said.inspection,
        ),
    )


def endpoint(stage: Stage, door: Door, keys: frozenset[str]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a service; errors are HTTP 200 too."""

    async def answer(request: Request) -> Response:
        query = dict(request.query_params)

        def act() -> Response:
            given = query.get("crkyCn", "")
            if not compare_digest(given.encode(), door.key.encode()):
                return xml.error(door.root, OTHER_KEY if given in keys else BAD_KEY)
            try:
                return door.work(query)
            except BadQuery as problem:
                return xml.error(door.root, str(problem))

        reference = next((query[name] for name in door.referring if query.get(name)), "")
        return await stage.serve(
            NAME,
            door.operation,
            reference,
            act,
            refusal=lambda: xml.error(door.root, "서비스 이용이 제한되었습니다."),
        )

    return answer


def weekly_rates(stage: Stage, query: Query) -> Response:
    """API012: the rates of the week a day lies in, all currencies, export (1) or import (2)."""
    day = calendar_day(query, "qryYymmDd")
    try:
        direction = Direction(needed(query, "imexTp"))
    except ValueError:
        raise BadQuery("입력값이 올바르지 않습니다. [imexTp]") from None
    if not rates.is_published(day, stage.now()):
        return xml.answer(RATES_ROOT, 0)
    rows = [
        (
            "trifFxrtInfoQryRsltVo",
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


def stage_doors(stage: Stage) -> list[Route]:
    """What a test tells the simulated customs to have decided."""

    async def inspect(request: Request) -> Response:
        """Select a declaration for inspection where it is loaded: `{"number": ..., "done": false}`."""
        asked = json.loads(await request.body())
        number = str(asked.get("number", ""))
        if not NUMBER.fullmatch(number):
            return JSONResponse({"detail": "number is a declaration number"}, status_code=400)
        with stage.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO unipass_inspections (number, done) VALUES (?, ?)",
                (number, "Y" if asked.get("done") else "N"),
            )
        return JSONResponse({"number": number}, status_code=201)

    async def amend(request: Request) -> Response:
        """Say where a request to amend stands: `{"number": ..., "round": 1, "code": "02", "words": ...}`."""
        asked = json.loads(await request.body())
        number = str(asked.get("number", ""))
        if not NUMBER.fullmatch(number):
            return JSONResponse({"detail": "number is a declaration number"}, status_code=400)
        with stage.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO unipass_amendments (number, round, code, words) VALUES (?, ?, ?, ?)",
                (number, str(asked.get("round", 1)), str(asked.get("code", "")), str(asked.get("words", ""))),
            )
        return JSONResponse({"number": number}, status_code=201)

    return [
        Route("/unipass/inspection", inspect, methods=["POST"]),
        Route("/unipass/amendment", amend, methods=["POST"]),
    ]
