"""The folder of one export in a pack: the declaration, its certificate, the proof of loading, the papers, the amounts."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Iterator
from typing import Any

from tradelane.desk.certificates import KIND
from tradelane.desk.evidence.archive import as_json
from tradelane.desk.evidence.gathering import Export, part_of, stem_of
from tradelane.domain.identifiers import OrderId
from tradelane.ports import StoredDocument
from tradelane.ports.export import DeclarationRecord
from tradelane.stores import Stores

EVIDENCE = "evidence"
"""Kind of the record that a journey keeps when it ends (`activities/closing.py`)."""
CONFIRM_LOADING = "confirm_loading"
SCREENING = "screen_parties"

RULE = (
    "KRW = box 49 x base rate of the loading day, parts of a won cut off (부가가치세법 시행령 제59조); "
    "FOB = sum of the declared lines at the customs rate of the declaration week"
)


def place_of(export: Export) -> str:
    """The folder: by order and reference, since one order may carry several consignments over time.

    Declarations of several rounds share it, their files have the declaration number in their names.
    """
    top = "orders" if export.declared else "list_clearance"
    return f"{top}/{_plain(str(export.record.order_id))}_{_plain(str(export.record.ucr))}"


def records_of(stores: Stores, export: Export) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the JSON files: declaration, loading, amounts, screening."""
    record, place = export.record, place_of(export)
    mark = _plain(str(record.number or record.order_no))
    kept = _kept_evidence(stores, record)
    claim = stores.consignments.of_ucr(record.ucr)
    orders = claim.orders if claim is not None else (record.order_id,)
    declaration = record.model_dump(mode="json") | {"orders": [str(order) for order in orders]}
    declaration["certificates"] = [one.model_dump(mode="json", exclude={"actor"}) for one in export.certificates]
    yield f"{place}/declaration_{mark}.json", as_json(declaration)
    yield f"{place}/loading_{mark}.json", as_json(_loading(stores, record, orders, kept))
    yield f"{place}/amounts_{mark}.json", as_json(_amounts(export))
    screened = _screening(stores, record, kept)
    if screened:
        yield f"{place}/screening_{mark}.json", as_json(screened)


def papers_of(export: Export) -> Iterator[tuple[str, StoredDocument | None, str]]:
    """Names of the papers with what is kept of them, certificates first; the last word is the hash of the bytes."""
    place = place_of(export)
    for position, certificate in enumerate(export.certificates, start=1):
        serial = "" if position == 1 else f"_{position}"
        yield f"{place}/{KIND}_{_plain(str(certificate.number))}{serial}.pdf", None, certificate.sha256
    seen: dict[str, int] = {}
    for paper in export.papers:
        stem = f"{stem_of(paper.kind, export.record)}_v{paper.version}"
        seen[stem] = seen.get(stem, 0) + 1
        serial = "" if seen[stem] == 1 else f"_{seen[stem]}"
        suffix = mimetypes.guess_extension(paper.media_type) or ".bin"
        yield f"{place}/{stem}{serial}{suffix}", paper, paper.sha256


def _amounts(export: Export) -> dict[str, Any]:
    record, valued = export.record, export.valued
    rate = valued.rate
    return {
        "rule": RULE,
        "payment": str(record.payment),
        "incoterm": record.incoterm,
        "freight_krw": str(record.freight_krw) if record.freight_krw is not None else None,
        "insurance_krw": str(record.insurance_krw) if record.insurance_krw is not None else None,
        "fob_krw": str(record.fob_krw),
        "customs_rate": str(record.rate),
        "loaded_on": valued.day.isoformat(),
        "base_rate": str(rate.krw_per_unit) if rate is not None else None,
        "base_rate_day": rate.day.isoformat() if rate is not None else None,
        "base_rate_source": rate.source if rate is not None else None,
        "vat_krw": str(valued.won) if valued.won is not None else None,
        "missing": [one.words for one in export.missing],
    }


def _loading(
    stores: Stores, record: DeclarationRecord, orders: tuple[OrderId, ...], kept: dict[str, Any]
) -> dict[str, Any]:
    """What customs said of the loading and when, what a person typed in its place, and what the carrier reported."""
    number = str(record.number) if record.number is not None else None
    said = [one for one in kept.get("loadings", ()) if isinstance(one, dict) and one.get("number") == number]
    return {
        "declaration": number,
        "loaded": record.loaded,
        "loaded_on": record.loaded_on.isoformat() if record.loaded_on is not None else None,
        "load_before": record.load_before.isoformat() if record.load_before is not None else None,
        "load_before_counted_by_us": record.load_before_computed,
        "packages_cleared": record.packages_cleared,
        "packages_loaded": record.packages_loaded,
        "waybill": record.waybill,
        "said_by": record.loading_source or None,
        "said_at": record.loading_seen_at.isoformat() if record.loading_seen_at is not None else None,
        "answers_of_customs": said,
        "typed_by_hand": _by_hand(stores, record, orders),
        "carrier_events": kept.get("transport", []),
    }


def _by_hand(stores: Stores, record: DeclarationRecord, orders: tuple[OrderId, ...]) -> dict[str, Any] | None:
    """The loading a person read in UNI-PASS and typed, where there is one."""
    decision = stores.decisions.completion(orders, f"{CONFIRM_LOADING}:{part_of(record)}")
    if decision is None:
        return None
    return {"by": decision.actor, "at": decision.at.isoformat(), "result": dict(decision.content)}


def _screening(stores: Stores, record: DeclarationRecord, kept: dict[str, Any]) -> list[Any]:
    """What came of comparing the parties with the lists, from the books, else from the record of the journey."""
    told = [
        {
            "step": row.key,
            "done_at": row.done_at.isoformat() if row.done_at else None,
            "result": json.loads(row.content),
        }
        for row in stores.effects.of_ucr(record.ucr)
        if SCREENING in row.key and row.content
    ]
    recorded = kept.get("screening")
    return told or ([recorded] if recorded else [])


def _kept_evidence(stores: Stores, record: DeclarationRecord) -> dict[str, Any]:
    """The newest record that the journey itself kept; empty while it has not ended."""
    kept = [paper for paper in stores.documents.of_ucr(record.ucr) if paper.kind == EVIDENCE]
    if not kept:
        return {}
    content = json.loads(stores.documents.read(kept[-1].sha256))
    return content if isinstance(content, dict) else {}


def _plain(text: str) -> str:
    """A piece of a file name that every system takes."""
    return re.sub(r"[^A-Za-z0-9._~-]", "_", text)
