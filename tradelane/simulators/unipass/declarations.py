"""API002, API035, API051, API052, API053: what UNI-PASS says of single declarations in the simulated world.

A withdrawn or cancelled declaration, one that is not accepted yet and one that never was all look the same: no row.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from starlette.responses import Response

from tradelane.simulators import cargo, loading_deadline
from tradelane.simulators.cargo import Carriage
from tradelane.simulators.clock import instant, iso
from tradelane.simulators.ktnet import contents
from tradelane.simulators.ktnet.fields import amount, decimal, rows
from tradelane.simulators.rates import KST
from tradelane.simulators.stage import Stage
from tradelane.simulators.unipass import xml
from tradelane.simulators.unipass.query import BadQuery, Query, needed
from tradelane.simulators.unipass.xml import Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS unipass_inspections (
    number TEXT PRIMARY KEY,
    done TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS unipass_amendments (
    number TEXT NOT NULL,
    round TEXT NOT NULL,
    code TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (number, round)
);
"""

ROOT = "expDclrNoPrExpFfmnBrkdQryRtnVo"
MASTER_ROW = "expDclrNoPrExpFfmnBrkdQryRsltVo"
CARRIAGE_ROW = "expDclrNoPrExpFfmnBrkdDtlQryRsltVo"
WAYBILL_ROW = "expDclrNoPrExpFfmnBrkdBlNoQryRsltVo"
LIST_ROOT = "elcmExpLoadInfoQryRtnVo"
AMENDMENT_ROOT = "mdfyPrcsSttsBrkdQryRtnVo"
INSPECTION_ROOT = "expLdpInscInfoQryRtnVo"
CERTIFICATE_ROOT = "expDclrCrfnVrfcQryRsltVo"

NUMBER = re.compile(r"[0-9A-Z]{5}[0-9]{8}X")


class Declarations:
    """Answers about declarations; it writes nothing but what time does to them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        stage.connection().executescript(SCHEMA + contents.SCHEMA)

    def state(self, query: Query) -> Response:
        """API002: one declaration by its number, or the declarations of a waybill."""
        if query.get("expDclrNo"):
            return self._by_number(number_in(query, "expDclrNo"))
        return self._by_waybill(needed(query, "blNo", "expDclrNo, blNo"))

    def converted_list(self, query: Query) -> Response:
        """API051: whether the goods of a converted list are loaded."""
        number = number_in(query, "elcmExpDclrNo")
        if self._found(number) is None:
            return xml.answer(LIST_ROOT, 0)
        row = {"loadCmplYn": "Y" if self._loaded(number) else "N"}
        return xml.answer(LIST_ROOT, 1, [("elcmExpLoadInfoQryRsltVo", row)])

    def amendment(self, query: Query) -> Response:
        """API052: where the n-th request to amend a declaration stands."""
        number = number_in(query, "dcshSbmtNo")
        if needed(query, "imexTpcd") not in ("1", "2"):
            raise BadQuery("입력값이 올바르지 않습니다. [imexTpcd]")
        row = (
            self._stage.connection()
            .execute(
                "SELECT code, words FROM unipass_amendments WHERE number = ? AND round = ?",
                (number, needed(query, "mdfyRqstDgcnt")),
            )
            .fetchone()
        )
        if row is None:
            return xml.answer(AMENDMENT_ROOT, 0)
        told = {"mdfyRqstPrcsStcd": row["code"], "mdfyRqstPrcsStcdNm": row["words"]}
        return xml.answer(AMENDMENT_ROOT, 1, [("mdfyPrcsSttsBrkdQryRsltVoLst", told)])

    def inspection(self, query: Query) -> Response:
        """API053: whether goods are inspected where they are loaded."""
        number = number_in(query, "expDclrNo")
        if self._found(number) is None:
            return xml.answer(INSPECTION_ROOT, 0)
        done = self._inspected(number)
        row = {"expInscTrgtYn": "N" if done is None else "Y", "expInscCmplYn": done or "N"}
        return xml.answer(INSPECTION_ROOT, 1, [("expLdpInscInfoQryRsltVo", row)])

    def certificate(self, query: Query) -> Response:
        """API035: whether a certificate is genuine; `tCnt` is the verdict itself."""
        number = number_in(query, "expDclrNo")
        for name in ("expDclrCrfnPblsNo", "txprBrno", "orcyCntyCd", "prnm", "ntwg"):
            needed(query, name)
        genuine = self._found(number) is not None and self._says(number, query)
        return xml.fields(
            CERTIFICATE_ROOT,
            {"tCnt": "1" if genuine else "0", "ntceInfo": "", "vrfcRsltCn": "일치함" if genuine else "일치하지 않음"},
        )

    def _says(self, number: str, query: Query) -> bool:
        """Whether a declaration filed at KTNET says what a certificate does; of others only the number is known."""
        said = contents.read(self._stage.connection(), number, self._stage.now())
        if said is None:
            return True
        lines = rows(said, "RanList")
        weights = {amount(line, "NetWeight") for line in lines} | {
            sum((amount(x, "NetWeight") for x in lines), Decimal(0))
        }
        return (
            query["txprBrno"] == said["ExportPartyRegistNo"]
            and query["orcyCntyCd"] in {line["OriginCountryCode"] for line in lines}
            and query["prnm"].casefold() in {str(line["GoodsDesc"]).casefold() for line in lines}
            and decimal(query["ntwg"]) in weights
        )

    def _found(self, number: str) -> sqlite3.Row | None:
        """The declaration as it stands now; None when customs shows none."""
        now = self._stage.now()
        loading_deadline.settle(self._stage.connection(), number, now)
        row: sqlite3.Row | None = (
            self._stage.connection()
            .execute(
                "SELECT exporter, accepted_at, load_before FROM declarations"
                " WHERE number = ? AND accepted_at <= ? AND state NOT IN ('withdrawn', 'cancelled')",
                (number, iso(now)),
            )
            .fetchone()
        )
        return row

    def _gone(self, number: str) -> list[Carriage]:
        return cargo.carriages(self._stage.connection(), number, self._stage.now())

    def _loaded(self, number: str) -> bool:
        return cargo.loaded(self._stage.connection(), number, self._stage.now())

    def _inspected(self, number: str) -> str | None:
        row = (
            self._stage.connection()
            .execute("SELECT done FROM unipass_inspections WHERE number = ?", (number,))
            .fetchone()
        )
        return None if row is None else str(row["done"])

    def _by_number(self, number: str) -> Response:
        found = self._found(number)
        if found is None:
            return xml.answer(ROOT, 0)
        cleared, gone = cargo.cargo_of(self._stage.connection(), number), self._gone(number)
        accepted = instant(found["accepted_at"])
        shown: list[Row] = [
            (
                MASTER_ROW,
                {
                    "expDclrNo": number,
                    "exppnConm": found["exporter"],
                    "mnurConm": cleared.maker,
                    "acptDt": day_text(accepted),
                    "acptDttm": accepted.astimezone(KST).strftime("%Y%m%d%H%M%S"),
                    "loadDtyTmlm": day_text(instant(found["load_before"])),
                    "shpmCmplYn": "Y" if self._loaded(number) else "N",
                    "sanm": "",
                    "csclPckGcnt": cleared.packages,
                    "csclPckUt": cleared.package_unit,
                    "csclWght": cleared.weight_kg,
                    **_shipped(gone, cleared.package_unit),
                    "ldpInscTrgtYn": "N" if self._inspected(number) is None else "Y",
                },
            )
        ]
        shown += [(CARRIAGE_ROW, _carried(carriage, cleared.package_unit)) for carriage in gone]
        # tCnt counts the waybills, not the declaration: accepted and not loaded is 0 with a row.
        return xml.answer(ROOT, len(gone), shown)

    def _by_waybill(self, waybill: str) -> Response:
        db, now = self._stage.connection(), self._stage.now()
        loading_deadline.settle_all(db, now)
        shown: list[Row] = [
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
                " JOIN declarations d ON d.number = p.number AND d.accepted_at <= :now"
                " AND d.state NOT IN ('withdrawn', 'cancelled')"
                " JOIN transport_events e ON e.waybill = p.waybill AND e.code = :departed AND e.due_at <= :now"
                " WHERE p.waybill = :waybill GROUP BY d.number ORDER BY d.number",
                {"waybill": waybill, "now": iso(now), "departed": cargo.DEPARTED},
            )
        ]
        return xml.answer(ROOT, len(shown), shown)


def number_in(query: Query, name: str) -> str:
    """A parameter that is a declaration number: 14 places, the last an X, no hyphens."""
    number = needed(query, name)
    if not NUMBER.fullmatch(number):
        raise BadQuery(f"수출신고번호는 14자리이며 마지막 자리는 X입니다. [{name}]")
    return number


def day_text(moment: datetime) -> str:
    """`yyyymmdd` in KST."""
    return moment.astimezone(KST).strftime("%Y%m%d")


def _shipped(gone: list[Carriage], unit: str) -> Mapping[str, str]:
    """What has left so far, all parcels together; empty elements while nothing has."""
    weight = sum((carriage.weight_kg for carriage in gone), Decimal(0))
    return {
        "shpmPckGcnt": str(sum(carriage.packages for carriage in gone)) if gone else "",
        "shpmPckUt": unit if gone else "",
        "shpmWght": str(weight) if gone else "",
    }


def _carried(carriage: Carriage, unit: str) -> Mapping[str, str]:
    return {
        "blNo": carriage.waybill,
        "tkofDt": day_text(carriage.departed_at),
        "shpmPckGcnt": str(carriage.packages),
        "shpmPckUt": unit,
        "shpmWght": str(carriage.weight_kg),
    }
