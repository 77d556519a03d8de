"""Requests to amend (정정), withdraw (취하) or extend (적재기간 연장) a declaration: what customs will answer, and why not.

A request gets its verdict when it arrives and shows it half an hour later. Withdrawal, extension and amended cargo take
effect in the world at once, what a declaration says when the amendment is approved.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tradelane.simulators import cargo
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.ktnet import amendments, contents
from tradelane.simulators.ktnet.fields import Json, Violation, amount
from tradelane.simulators.loading_deadline import end_of, latest_extension
from tradelane.simulators.rates import KST

SCHEMA = """
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
"""

DECIDED_AFTER = timedelta(minutes=30)
"""Trade time between a request and its decision."""

SILENT, ERROR, APPROVED = "", "01", "05"

DEADLINE_MOVES = re.compile(r"A608=([0-9]{8})>([0-9]{8})")


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


@dataclass(frozen=True)
class Verdict:
    """What customs will answer to a request: why it refuses, empty when it approves; and what an amendment changes."""

    refusal: str = ""
    changed: tuple[str, ...] = ()


def newest(db: sqlite3.Connection, seller: str, order_no: str) -> Amendment | None:
    """The newest request to change a declaration of an order, if there is one."""
    row = db.execute(
        "SELECT order_no, number, kind, reason, request_no, asked_at, refusal FROM ktnet_changes"
        " WHERE seller = ? AND order_no = ? ORDER BY seq DESC LIMIT 1",
        (seller, order_no),
    ).fetchone()
    return None if row is None else Amendment(**{**dict(row), "asked_at": instant(row["asked_at"])})


def keep(db: sqlite3.Connection, seller: str, asked: Amendment) -> None:
    """Writes a request down."""
    db.execute(
        "INSERT INTO ktnet_changes (seller, order_no, number, kind, reason, request_no, asked_at, refusal)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seller,
            asked.order_no,
            asked.number,
            asked.kind,
            asked.reason,
            asked.request_no,
            iso(asked.asked_at),
            asked.refusal,
        ),
    )


def withdraw(db: sqlite3.Connection, number: str, now: datetime) -> Verdict:
    """A withdrawal: refused once goods have left."""
    if cargo.carriages(db, number, now):
        return Verdict("적재가 완료된 신고건은 취하할 수 없습니다.")
    db.execute("UPDATE declarations SET state = 'withdrawn' WHERE number = ?", (number,))
    return Verdict()


def extend(db: sqlite3.Connection, number: str, accepted_at: datetime, terms: str, now: datetime) -> Verdict:
    """A later loading deadline: only before the present one has passed, and within a year of the acceptance.

    Raises Violation when the terms do not say from which day to which, or start from another day than the one in force:
    so a request that was granted does nothing when it is sent again.
    """
    found = DEADLINE_MOVES.fullmatch(terms.strip())
    if found is None:
        raise Violation(
            "AmendRequestTerms", "적재의무기한은 'A608=정정전(yyyymmdd)>정정후(yyyymmdd)' 형식이어야 합니다."
        )
    before, wanted = (_day(text) for text in found.groups())
    row = db.execute("SELECT load_before FROM declarations WHERE number = ?", (number,)).fetchone()
    deadline = instant(row["load_before"])
    if before != deadline.astimezone(KST).date():
        raise Violation("AmendRequestTerms", "정정전 내용이 신고내용과 다릅니다. (A608)")
    if now > deadline:
        return Verdict("적재기한이 경과하여 연장할 수 없습니다.")
    if cargo.loaded(db, number, now):
        return Verdict("적재가 완료된 신고건은 연장할 수 없습니다.")
    if not before < wanted <= latest_extension(accepted_at):
        return Verdict("적재기한은 수리일로부터 1년 이내에서 연장할 수 있습니다.")
    db.execute("UPDATE declarations SET load_before = ? WHERE number = ?", (iso(end_of(wanted)), number))
    return Verdict()


def amend(
    db: sqlite3.Connection,
    document: Json,
    number: str,
    accepted_at: datetime,
    now: datetime,
    accepted_hsk: Collection[str],
) -> Verdict:
    """An amendment, laid over what the declaration says.

    Raises Violation when KTNET does not even send it: no terms, another declarant, or terms that cannot be.
    """
    terms = str(document.get("AmendRequestTerms") or "")
    if not terms:
        raise Violation("AmendRequestTerms", "필수 입력 항목입니다.")
    if document.get("ExportPartyDeclarationId") != number[:5]:
        raise Violation(
            "ExportPartyDeclarationId", "신고인부호가 수출신고번호와 다릅니다. 신고인은 정정할 수 없습니다."
        )
    before = contents.read(db, number, now)
    if before is None:
        raise Violation("ExportDeclarationNo", "신고서 원본이 없습니다.")
    wanted = amendments.amended(before, terms)
    refusal = amendments.refusal_of(before, wanted.document, accepted_at, now, accepted_hsk)
    if not refusal:
        contents.write(db, number, now + DECIDED_AFTER, wanted.document)
        db.execute(
            "UPDATE declaration_cargo SET maker = ?, packages = ?, weight_kg = ? WHERE number = ?",
            (
                str(wanted.document["MakerName"]),
                contents.whole(wanted.document, "TotalPackageQuantity"),
                str(amount(wanted.document, "TotalPackageWeight")),
                number,
            ),
        )
    return Verdict(refusal, wanted.changed)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=KST).date()
    except ValueError:
        raise Violation("AmendRequestTerms", f"존재하지 않는 일자입니다. ({text})") from None
