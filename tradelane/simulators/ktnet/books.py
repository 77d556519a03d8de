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
from tradelane.simulators.ktnet import changes, contents, selections
from tradelane.simulators.ktnet.changes import Amendment
from tradelane.simulators.ktnet.fields import Json, Violation, amount
from tradelane.simulators.ktnet.selections import Selection
from tradelane.simulators.loading_deadline import CANCELLED, end_of, last_day, settle
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
CREATE TABLE IF NOT EXISTS ktnet_calls (
    day TEXT PRIMARY KEY,
    count INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS ktnet_documents (
    month TEXT PRIMARY KEY,
    count INTEGER NOT NULL
);
"""

# Trade time between filing, the first sign of customs, and acceptance.
RECEIVED_AFTER = timedelta(minutes=2)
ACCEPTED_AFTER = timedelta(minutes=20)

ERROR, RECEIVED, ACCEPTED, SILENT = "01", "02", "03", ""


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
    selection: Selection | None = None

    def status(self, now: datetime) -> str:
        """What customs has said so far."""
        if now - self.filed_at < RECEIVED_AFTER:
            return SILENT
        if self.errors:
            return ERROR
        if now < self.accepted_at:
            return self.selection.look.status if self.selection else RECEIVED
        return ERROR if self.selection and self.selection.refusal else ACCEPTED

    @property
    def accepted_at(self) -> datetime:
        """The instant of acceptance (of the error notice, when a look ended so), whether or not it has come."""
        return self.selection.decided_at if self.selection else self.filed_at + ACCEPTED_AFTER


class Books:
    """Reads and writes the tables. Every method runs inside the transaction of one request."""

    def __init__(self, db: sqlite3.Connection, accepted_hsk: Collection[str]) -> None:
        self._db = db
        self._accepted_hsk = accepted_hsk
        for schema in (SCHEMA, changes.SCHEMA, selections.SCHEMA, contents.SCHEMA, cargo.SCHEMA):
            db.executescript(schema)

    def count_call(self, now: datetime) -> int:
        """Counts one call of the KST day and says how many there are."""
        row = self._db.execute(
            "INSERT INTO ktnet_calls (day, count) VALUES (?, 1)"
            " ON CONFLICT (day) DO UPDATE SET count = count + 1 RETURNING count",
            (now.astimezone(KST).date().isoformat(),),
        ).fetchone()
        return int(row["count"])

    def count_documents(self, now: datetime, documents: int) -> int:
        """Counts documents sent on to customs in the KST month and says how many there are."""
        row = self._db.execute(
            "INSERT INTO ktnet_documents (month, count) VALUES (?, ?)"
            " ON CONFLICT (month) DO UPDATE SET count = count + excluded.count RETURNING count",
            (now.astimezone(KST).strftime("%Y-%m"), documents),
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
        return Filing(
            **{**dict(row), "filed_at": instant(row["filed_at"]), "errors": json.loads(row["errors"])},
            selection=selections.selection_of(self._db, row["number"]),
        )

    def amendment(self, seller: str, order_no: str) -> Amendment | None:
        """The newest request to change a declaration of an order, if there is one."""
        return changes.newest(self._db, seller, order_no)

    def file(self, document: Json, now: datetime, errors: list[dict[str, str]], look: str = "") -> Filing:
        """Sends a declaration to customs: gives it a number and, unless it has errors, its future acceptance.

        `look` is the kind of closer look customs takes first, empty for none.
        """
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
            selection=selections.choose(self._db, number, look, now) if look and not errors else None,
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
                iso(end_of(last_day(filing.accepted_at))),
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
        if filing.status(now) != ACCEPTED or settle(self._db, number, now) in ("withdrawn", CANCELLED):
            raise Violation("ExportDeclarationNo", "수출신고서가 수리 상태가 아니므로 정정/취하 할 수 없습니다.")
        match kind:
            case "B":
                verdict = changes.withdraw(self._db, number, now)
            case "C":
                terms = str(document.get("AmendRequestTerms") or "")
                verdict = changes.extend(self._db, number, filing.accepted_at, terms, now)
            case _:
                verdict = changes.amend(self._db, document, number, filing.accepted_at, now, self._accepted_hsk)
        reason, sent = str(document["AmendReason"]), request_no(order_no, now)
        asked = Amendment(order_no, number, kind, reason, sent, now, verdict.refusal, verdict.changed)
        changes.keep(self._db, seller, asked)
        return asked

    def decide(self, order_no: str, now: datetime, refusal: str) -> bool:
        """Ends a closer look at the newest declaration of an order, whoever filed it; False when none is open."""
        row = self._db.execute(
            "SELECT number FROM ktnet_filings WHERE order_no = ? ORDER BY seq DESC LIMIT 1", (order_no,)
        ).fetchone()
        return row is not None and selections.decide(self._db, str(row["number"]), now, refusal)


def request_no(order_no: str, now: datetime) -> str:
    """KTNET's number of a request: KST second and order."""
    return f"{stamp(now)}_{order_no}"


def stamp(moment: datetime) -> str:
    """`yyyymmddhhmmss` in KST."""
    return moment.astimezone(KST).strftime("%Y%m%d%H%M%S")
