"""The HTTP face of the simulated KTNET: key, envelope, quota, and one result per document inside HTTP 200."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from hmac import compare_digest

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tradelane.simulators import cargo
from tradelane.simulators.counterparty import Counterparty
from tradelane.simulators.ktnet import fields, rules, selections
from tradelane.simulators.ktnet.books import ACCEPTED, ERROR, RECEIVED, Books, stamp
from tradelane.simulators.ktnet.changes import APPROVED
from tradelane.simulators.ktnet.customs import Customs, read_customs
from tradelane.simulators.ktnet.fields import Json, Violation
from tradelane.simulators.rates import KST
from tradelane.simulators.stage import Stage

NAME = "ktnet"
KEY_HEADER = "X-API-Key"
DEMO_KEY = "ktnet-demo-key"  # opens nothing but this simulator
CALLS_A_DAY = 10_000
DOCUMENTS_A_MONTH = 300_000
DOCUMENTS_A_CALL = 999

Result = dict[str, object]
Work = Callable[[Json], Result]


class BadEnvelope(Exception):
    """The call as a whole is no list of documents."""


def simulator(stage: Stage) -> Counterparty:
    """The simulated KTNET on a stage."""
    customs = read_customs()
    portal = Portal(stage, Books(stage.connection(), customs.accepted_hsk), customs)
    routes = [
        Route("/api/export/declaration.do", portal.door("declare", portal.declare), methods=["POST"]),
        Route("/api/export/amend.do", portal.door("amend", portal.amend), methods=["POST"]),
        Route("/api/export/status.do", portal.door("status", portal.status), methods=["POST"]),
    ]
    return Counterparty(
        name=NAME,
        app=Starlette(routes=routes),
        operations=frozenset({"declare", "amend", "status"}),
        stage_routes=[Route("/ktnet/decide", portal.decide, methods=["POST"])],
        fault_kinds=frozenset(selections.LOOKS),
    )


class Portal:
    """What KTNET does with one document of each kind."""

    def __init__(self, stage: Stage, books: Books, customs: Customs) -> None:
        self._stage = stage
        self._books = books
        self._customs = customs

    def door(self, operation: str, work: Work) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of an operation: `work` is called for every document of the envelope."""

        async def endpoint(request: Request) -> Response:
            body, key = await request.body(), request.headers.get(KEY_HEADER, "")
            try:
                documents, broken = open_envelope(body), ""
            except BadEnvelope as problem:
                documents, broken = [], str(problem)

            def act(work: Work = work) -> Response:
                if not compare_digest(key.encode(), DEMO_KEY.encode()):
                    return problem_response(401, "UNAUTHORIZED", "인증키가 유효하지 않습니다.")
                if self._books.count_call(self._stage.now()) > CALLS_A_DAY:
                    return problem_response(429, "TOO_MANY_REQUESTS", "일일 호출 한도를 초과하였습니다.")
                if broken:
                    return problem_response(400, "BAD_REQUEST", broken)
                if operation != "status" and self._spent(len(documents)):
                    return problem_response(429, "TOO_MANY_REQUESTS", "월간 문서 한도를 초과하였습니다.")
                return results([one(document, work) for document in documents])

            def refusal() -> Response:
                sentence = "신고인부호 사용 권한이 없습니다."
                return results([refused(document, sentence) for document in documents])

            reference = ",".join(str(document.get("OrderNo", "")) for document in documents)
            looks = {kind: self._looking(act, kind) for kind in selections.LOOKS} if operation == "declare" else {}
            return await self._stage.serve(NAME, operation, reference, act, refusal=refusal, variants=looks)

        return endpoint

    def _spent(self, documents: int) -> bool:
        """Counts documents of a call that go on to customs; True when the month's are used up."""
        return self._books.count_documents(self._stage.now(), documents) > DOCUMENTS_A_MONTH

    def _looking(self, act: Callable[[Work], Response], kind: str) -> Callable[[], Response]:
        """A call whose declarations customs looks closer at."""

        def answer() -> Response:
            with self._stage.transaction():
                return act(partial(self.declare, look=kind))

        return answer

    async def decide(self, request: Request) -> Response:
        """`{"order_no": ..., "accept": true}` ends a closer look now; `"reason"` is what an error notice says."""
        try:
            asked = json.loads(await request.body())
            order_no, accept = str(asked["order_no"]), bool(asked.get("accept", True))
            refusal = "" if accept else str(asked.get("reason") or "서류심사 결과 보완이 필요합니다.")
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"error": "order_no is needed, accept and reason may be given"}, status_code=422)
        with self._stage.transaction():
            ended = self._books.decide(order_no, self._stage.now(), refusal)
        if not ended:
            return JSONResponse({"error": f"customs looks at no declaration of {order_no}"}, status_code=404)
        return JSONResponse({"decided": order_no, "accepted": accept})

    def declare(self, document: Json, *, look: str = "") -> Result:
        """Checks a full declaration and sends it to customs, unless the order was declared already.

        `look` is the closer look customs takes at it; without one the fate of the sale decides.
        """
        now = self._stage.now()
        fields.check(fields.DECLARATION, document)
        seller, order_no = str(document["SellerPartyId"]), str(document["OrderNo"])
        before = self._books.filing(seller, order_no)
        if before is not None and before.status(now) != ERROR:
            raise Violation("OrderNo", "이미 신고(서 작성)된 주문건임")
        rules.check_declaration(document, now, self._customs.offices)
        look = look or selections.look_for(self._stage.connection(), order_no)
        filing = self._books.file(document, now, self._errors(document), look)
        self._stage.record(
            NAME,
            "declare",
            order_no,
            {
                "seller": seller,
                "number": filing.number,
                "request_no": filing.request_no,
                "krw": filing.total_krw,
            },
        )
        return {"SellerPartyId": seller, "OrderNo": order_no, "RequestNo": filing.request_no}

    def _errors(self, document: Json) -> list[dict[str, str]]:
        """What customs itself will complain of: tariff codes that do not exist."""
        return [
            {
                "Position": f"RanList[{line['RanNo']}].HSCode",
                "RanNo": str(line["RanNo"]),
                "Value": str(line["HSCode"]),
                "Reason": "세번부호가 존재하지 않습니다.",
            }
            for line in fields.rows(document, "RanList")
            if line["HSCode"] not in self._customs.accepted_hsk
        ]

    def amend(self, document: Json) -> Result:
        """Takes a request to amend, withdraw or extend."""
        fields.check(fields.AMENDMENT, document)
        seller, order_no = str(document["MallId"]), str(document["OrderNo"])
        now = self._stage.now()
        pending = self._books.amendment(seller, order_no)
        if pending is not None and pending.status(now) == "":
            raise Violation("ApplicationType", "먼저 수신된 정정/취하 요청정보가 있습니다.")
        asked = self._books.change(document, now)
        detail = {"seller": seller, "number": asked.number, "kind": asked.kind, "changed": list(asked.changed)}
        self._stage.record(NAME, "amend", order_no, detail)
        return {
            "MallId": seller,
            "SellerPartyId": document.get("SellerPartyId", seller),
            "OrderNo": order_no,
            "RequestNo": asked.request_no,
        }

    def status(self, document: Json) -> Result:
        """What customs has said about a declaration (830) or a change of it (5AS)."""
        fields.check(fields.STATUS, document)
        seller, order_no = str(document["MallId"]), str(document["OrderNo"])
        known = (
            self._declaration_status(seller, order_no)
            if document["DocumentTypeCode"] == "830"
            else self._amendment_status(seller, order_no)
        )
        asked: Result = {"OrderNo": order_no, "DocumentTypeCode": document["DocumentTypeCode"]}
        if known is None:
            return {
                **asked,
                **NO_ANSWER,
                "ResultTypeCode": "BUSINESS_ERROR",
                "ErrorDescription": "요청건이 없음",
            }
        return {**asked, **NO_ANSWER, **known}

    def _declaration_status(self, seller: str, order_no: str) -> Result | None:
        filing, now = self._books.filing(seller, order_no), self._stage.now()
        if filing is None:
            return None
        status = filing.status(now)
        answer: Result = {"ExpDeclNo": filing.number, "ExpLicenceNo": filing.number, "Status": status}
        chosen = filing.selection
        if status == ERROR:
            said = [f"{e['Position']} {e['Reason']}" for e in filing.errors] or [chosen.refusal if chosen else ""]
            answer["ErrorDescription"] = ", ".join(said)
            answer["ErrorDetail"] = {"Errors": filing.errors}
        if status == RECEIVED:
            answer["Remark"] = f"GOVCBRR73//{stamp(filing.filed_at)}//11//자동수리 대상"
        if chosen is not None and status == chosen.look.status:
            answer["Remark"] = f"GOVCBRR73//{stamp(filing.filed_at)}//{chosen.look.code}//{chosen.look.text}"
        if status == ACCEPTED:
            answer["ConfirmDateTime"] = stamp(filing.accepted_at)
            answer["TotalDeclAmount"], answer["ExchangeRate"] = self._books.total_krw(filing, now), filing.rate
            answer["Fulfillment"] = self._fulfilment(filing.number, now)
        return answer

    def _fulfilment(self, number: str, now: datetime) -> list[dict[str, str]]:
        """Waybill and departure of each parcel, once every package has left; nothing before."""
        db = self._stage.connection()
        gone = cargo.carriages(db, number, now) if cargo.loaded(db, number, now) else []
        return [
            {"BLNo": one.waybill, "DepartureDate": one.departed_at.astimezone(KST).strftime("%Y%m%d")} for one in gone
        ]

    def _amendment_status(self, seller: str, order_no: str) -> Result | None:
        asked, now = self._books.amendment(seller, order_no), self._stage.now()
        if asked is None:
            return None
        status = asked.status(now)
        answer: Result = {
            "ExpDeclNo": asked.number,
            "ExpLicenceNo": asked.number,
            "ApplicationType": asked.kind,
            "AmendReason": asked.reason,
            "Status": status,
        }
        if status == ERROR:
            answer["ErrorDescription"] = asked.refusal
        if status == APPROVED:
            answer["ConfirmDateTime"] = stamp(asked.asked_at)
            answer["CancelApproveNo"] = f"{asked.number[:7]}{stamp(asked.asked_at)[-5:]}U"
        return answer


NO_ANSWER: Mapping[str, object] = {
    "ExpDeclNo": "",
    "ExpLicenceNo": "",
    "Status": "",
    "ConfirmDateTime": "",
    "TotalDeclAmount": "",
    "ExchangeRate": "",
    "CancelApproveNo": "",
    "Remark": "",
    "ErrorDescription": "",
}


def open_envelope(body: bytes) -> list[Json]:
    """The documents of a call; raises BadEnvelope when there are none, too many or another number than said."""
    try:
        said = json.loads(body, parse_float=Decimal)
    except ValueError:
        raise BadEnvelope("JSON 형식이 아닙니다.") from None
    documents = said.get("DocList") if isinstance(said, dict) else None
    if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
        raise BadEnvelope("[DocList] 목록이 필요합니다.")
    if fields.decimal(said.get("DocCount")) != len(documents):
        raise BadEnvelope("[DocCount] 문서 건수가 맞지 않습니다.")
    if not 1 <= len(documents) <= DOCUMENTS_A_CALL:
        raise BadEnvelope(f"[DocCount] 1건 이상 {DOCUMENTS_A_CALL}건 이하만 가능합니다.")
    return documents


def one(document: Json, work: Work) -> Result:
    """The result of one document: a broken rule becomes a business error beside the results of the others."""
    try:
        return {"ResultTypeCode": "SUCCESS", **work(document)}
    except Violation as broken:
        return refused(document, str(broken))


def refused(document: Json, sentence: str) -> Result:
    """A business error of one document."""
    return {
        "SellerPartyId": document.get("SellerPartyId", document.get("MallId", "")),
        "OrderNo": document.get("OrderNo", ""),
        "ResultTypeCode": "BUSINESS_ERROR",
        "ErrorDescription": sentence,
    }


def results(found: list[Result]) -> Response:
    """The envelope of an answer; refused documents are counted, the HTTP status stays 200."""
    errors = sum(result["ResultTypeCode"] != "SUCCESS" for result in found)
    return JSONResponse(
        {
            "TotalCount": len(found),
            "ErrorCount": errors,
            "ResultList": json.loads(json.dumps(found, default=str)),
        }
    )


def problem_response(status: int, kind: str, sentence: str) -> Response:
    """An answer to a call that was not looked into."""
    return JSONResponse({"ResultTypeCode": kind, "ErrorDescription": sentence}, status_code=status)
