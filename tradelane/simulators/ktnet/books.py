"""KTNET's own books: what was filed, what customs answered and when, and what was asked to change afterwards.

Nothing is decided by a running clock: a filing gets its verdict when it arrives, and a status is a pure function of that
verdict and the trade time passed since. So a simulator that was killed says the same after it came back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradelane.simulators import cargo
from tradelane.simulators.cargo import Cargo
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.ktnet import amendments, contents
from tradelane.simulators.ktnet.fields import Json, Violation, amount
from tradelane.simulators.rates import KST

SCHEMA = """
CREATE TABLE IF NOT EXISTS ktnet_filings (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    seller TEXT NOT NULL,
    order_no TEXT NOT NULL,
    request_no TEXT NOT NULL,
    number TEXT NOT NULL,
    registration TEXT NOT NULL,
    filed_at TEXT NOT NULL,
    total_krw TEXT NOT NULL,
    rate TEXT NOT NULL,
    errors TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ktnet_filings_by_order ON ktnet_filings (order_no, seller);
CREATE TABLE IF NOT EXISTS ktnet_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    seller TEXT NOT NULL,
    order_no TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_no TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    refusal TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ktnet_calls (
    day TEXT PRIMARY KEY,
    count INTEGER NOT NULL
);
"""

# Trade time between filing, the first sign of customs, and acceptance; between asking a change and its decision.
RECEIVED_AFTER = timedelta(minutes=2)
ACCEPTED_AFTER = timedelta(minutes=20)
DECIDED_AFTER = timedelta(minutes=30)
LOADING_DAYS = timedelta(days=30)

ERROR, RECEIVED, ACCEPTED, APPROVED, SILENT = "01", "02", "03", "05", ""


@dataclass(frozen=True)
class Filing:
    """One declaration as sent to customs; `errors` is empty unless customs will answer with an error notice."""

    seller: str
    order_no: str
    request_no: str
    number: str
    registration: str
    filed_at: datetime
    total_krw: str
    rate: str
    errors: list[dict[str, str]]

    def status(self, now: datetime) -> str:
        """What customs has said so far."""
        age = now - self.filed_at
        if age < RECEIVED_AFTER:
            return SILENT
        if self.errors:
            return ERROR
        return RECEIVED if age < ACCEPTED_AFTER else ACCEPTED

    @property
    def accepted_at(self) -> datetime:
        """The instant of acceptance, whether or not it has come."""
        return self.filed_at + ACCEPTED_AFTER


@dataclass(frozen=True)
class Amendment:
    """A request to amend (A), withdraw (B) or extend (C); `refusal` is empty when it will be approved."""

    order_no: str
    number: str
    kind: str
    reason: str
    request_no: str
    asked_at: datetime
    refusal: str
    changed: tuple[str, ...] = ()
    """Codes of what an amendment changes, known while it is asked."""

    def status(self, now: datetime) -> str:
        """What customs has said so far."""
        if now - self.asked_at < DECIDED_AFTER:
            return SILENT
        return ERROR if self.refusal else APPROVED


class Books:
    """Reads and writes the tables. Every method runs inside the transaction of one request."""

    def __init__(self, db: sqlite3.Connection, accepted_hsk: Collection[str]) -> None:
        self._db = db
        self._accepted_hsk = accepted_hsk
        for schema in (SCHEMA, contents.SCHEMA, cargo.SCHEMA):
            db.executescript(schema)

    def count_call(self, now: datetime) -> int:
        """Counts one call of the KST day and says how many there are."""
        row = self._db.execute(
            "INSERT INTO ktnet_calls (day, count) VALUES (?, 1)"
            " ON CONFLICT (day) DO UPDATE SET count = count + 1 RETURNING count",
            (now.astimezone(KST).date().isoformat(),),
        ).fetchone()
        return int(row["count"])

    def filing(self, seller: str, order_no: str) -> Filing | None:
        """The newest filing of an order, if there is one."""
        row = self._db.execute(
            "SELECT seller, order_no, request_no, number, registration, filed_at, total_krw, rate, errors"
            " FROM ktnet_filings WHERE seller = ? AND order_no = ? ORDER BY seq DESC LIMIT 1",
            (seller, order_no),
        ).fetchone()
        if row is None:
            return None
        return Filing(**{**dict(row), "filed_at": instant(row["filed_at"]), "errors": json.loads(row["errors"])})

    def amendment(self, seller: str, order_no: str) -> Amendment | None:
        """The newest request to change a declaration of an order, if there is one."""
        row = self._db.execute(
            "SELECT order_no, number, kind, reason, request_no, asked_at, refusal FROM ktnet_changes"
            " WHERE seller = ? AND order_no = ? ORDER BY seq DESC LIMIT 1",
            (seller, order_no),
        ).fetchone()
        return None if row is None else Amendment(**{**dict(row), "asked_at": instant(row["asked_at"])})

    def file(self, document: Json, now: datetime, errors: list[dict[str, str]]) -> Filing:
        """Sends a declaration to customs: gives it a number and, unless it has errors, its future acceptance."""
        declarant, year = str(document["ApplicationId"]), now.astimezone(KST).strftime("%y")
        number = f"{declarant}{year}{self._next_serial(declarant + year):06d}X"
        order_no = str(document["OrderNo"])
        filing = Filing(
            seller=str(document["SellerPartyId"]),
            order_no=order_no,
            request_no=request_no(order_no, now),
            number=number,
            registration=str(document["ExportPartyRegistNo"]),
            filed_at=now,
            total_krw=contents.whole(document, "TotalDeclAmountKRW"),
            rate=str(amount(document, "PaymentExchangeRate")),
            errors=errors,
        )
        self._db.execute(
            "INSERT INTO ktnet_filings (seller, order_no, request_no, number, registration, filed_at, total_krw,"
            " rate, errors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (filing.seller, order_no, filing.request_no, number, filing.registration, iso(now), filing.total_krw,
             filing.rate, json.dumps(errors, ensure_ascii=False)),
        )  # fmt: skip
        contents.write(self._db, number, now, document)
        if not errors:
            self._accept(filing, document)
        return filing

    def total_krw(self, filing: Filing, now: datetime) -> str:
        """The declared won, amended ones included."""
        said = contents.read(self._db, filing.number, now)
        return filing.total_krw if said is None else contents.whole(said, "TotalDeclAmountKRW")

    def _accept(self, filing: Filing, document: Json) -> None:
        # The row carries its future acceptance: who reads the world must compare accepted_at with the trade time.
        self._db.execute(
            "INSERT INTO declarations (number, order_no, exporter, accepted_at, load_before, state, loaded_at)"
            " VALUES (?, ?, ?, ?, ?, 'accepted', NULL)",
            (
                filing.number,
                filing.order_no,
                str(document["ExportPartyCompanyName"]),
                iso(filing.accepted_at),
                iso(end_of_day(filing.accepted_at + LOADING_DAYS)),
            ),
        )
        cargo.clear(
            self._db,
            filing.number,
            Cargo(
                maker=str(document["MakerName"]),
                packages=contents.whole(document, "TotalPackageQuantity"),
                package_unit=str(document["TotalPackageUnitCode"]),
                weight_kg=str(amount(document, "TotalPackageWeight")),
            ),
        )

    def _next_serial(self, stem: str) -> int:
        row = self._db.execute(
            "SELECT max(substr(number, 8, 6)) AS last FROM ktnet_filings WHERE substr(number, 1, 7) = ?",
            (stem,),
        ).fetchone()
        return int(row["last"] or 0) + 1

    def change(self, document: Json, now: datetime) -> Amendment:
        """Takes a request to amend, withdraw or extend; raises Violation when KTNET does not even send it."""
        seller, order_no = str(document["MallId"]), str(document["OrderNo"])
        number, kind = str(document["ExportDeclarationNo"]), str(document["ApplicationType"])
        filing = self.filing(seller, order_no)
        if filing is None or filing.number != number:
            raise Violation("ExportDeclarationNo", "주문번호와 수출신고번호를 다시 확인해 주십시오.")
        if filing.registration != document["SellerPartyRegistNo"]:
            raise Violation("SellerPartyRegistNo", "수출화주의 사업자등록번호와 다릅니다.")
        if filing.status(now) != ACCEPTED or self._state(number) == "withdrawn":
            raise Violation("ExportDeclarationNo", "수출신고서가 수리 상태가 아니므로 정정/취하 할 수 없습니다.")
        refusal, changed = self._decide(document, filing, now)
        reason = str(document["AmendReason"])
        asked = Amendment(order_no, number, kind, reason, request_no(order_no, now), now, refusal, changed)
        self._db.execute(
            "INSERT INTO ktnet_changes (seller, order_no, number, kind, reason, request_no, asked_at, refusal)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (seller, order_no, number, kind, reason, asked.request_no, iso(now), refusal),
        )
        return asked

    def _decide(self, document: Json, filing: Filing, now: datetime) -> tuple[str, tuple[str, ...]]:
        """What customs will answer to a change, empty when it approves, and what an amendment changes.

        Withdrawal, extension and amended cargo take effect in the world at once, what a declaration says when approved.
        """
        terms = str(document.get("AmendRequestTerms") or "")
        match document["ApplicationType"]:
            case "B":
                if cargo.carriages(self._db, filing.number, now):
                    return "적재가 완료된 신고건은 취하할 수 없습니다.", ()
                self._db.execute("UPDATE declarations SET state = 'withdrawn' WHERE number = ?", (filing.number,))
                return "", ()
            case "C":
                return self._extend(filing, terms, now), ()
            case _:
                return self._amend(document, filing, terms, now)

    def _amend(self, document: Json, filing: Filing, terms: str, now: datetime) -> tuple[str, tuple[str, ...]]:
        if not terms:
            raise Violation("AmendRequestTerms", "필수 입력 항목입니다.")
        if document.get("ExportPartyDeclarationId") != filing.number[:5]:
            raise Violation(
                "ExportPartyDeclarationId", "신고인부호가 수출신고번호와 다릅니다. 신고인은 정정할 수 없습니다."
            )
        before = contents.read(self._db, filing.number, now)
        if before is None:
            raise Violation("ExportDeclarationNo", "신고서 원본이 없습니다.")
        wanted = amendments.amended(before, terms)
        refusal = amendments.refusal_of(before, wanted.document, filing.accepted_at, now, self._accepted_hsk)
        if not refusal:
            contents.write(self._db, filing.number, now + DECIDED_AFTER, wanted.document)
            self._db.execute(
                "UPDATE declaration_cargo SET maker = ?, packages = ?, weight_kg = ? WHERE number = ?",
                (
                    str(wanted.document["MakerName"]),
                    contents.whole(wanted.document, "TotalPackageQuantity"),
                    str(amount(wanted.document, "TotalPackageWeight")),
                    filing.number,
                ),
            )
        return refusal, wanted.changed

    def _extend(self, filing: Filing, terms: str, now: datetime) -> str:
        try:
            wanted = end_of_day(datetime.strptime(terms, "%Y%m%d").replace(tzinfo=KST))
        except ValueError:
            raise Violation("AmendRequestTerms", "연장할 적재기한을 yyyymmdd 형식으로 입력하세요.") from None
        row = self._db.execute("SELECT load_before FROM declarations WHERE number = ?", (filing.number,)).fetchone()
        if now > instant(row["load_before"]):
            return "적재기한이 경과하여 연장할 수 없습니다."
        if not instant(row["load_before"]) < wanted <= filing.accepted_at + timedelta(days=365):
            return "적재기한은 수리일로부터 1년 이내에서 연장할 수 있습니다."
        self._db.execute("UPDATE declarations SET load_before = ? WHERE number = ?", (iso(wanted), filing.number))
        return ""

    def _state(self, number: str) -> str:
        row = self._db.execute("SELECT state FROM declarations WHERE number = ?", (number,)).fetchone()
        return "" if row is None else str(row["state"])


def end_of_day(moment: datetime) -> datetime:
    """The last second of a moment's KST day: a deadline day belongs to the period."""
    return moment.astimezone(KST).replace(hour=23, minute=59, second=59, microsecond=0)


def request_no(order_no: str, now: datetime) -> str:
    """KTNET's number of a request: KST second and order."""
    return f"{stamp(now)}_{order_no}"


def stamp(moment: datetime) -> str:
    """`yyyymmddhhmmss` in KST."""
    return moment.astimezone(KST).strftime("%Y%m%d%H%M%S")
