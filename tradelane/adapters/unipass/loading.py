"""API002, API051 and API053: whether goods were loaded, how many of them, and whether they are to be inspected first.

No row means *unknown or not accepted yet*, never *refused*. The deadline that customs prints is taken as it stands.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import structlog

from tradelane.adapters.errors import Garbled, OutsideFailure
from tradelane.adapters.unipass.client import UnipassClient
from tradelane.adapters.unipass.services import CONVERTED_LIST, DECLARATION, INSPECTION
from tradelane.adapters.unipass.wire import PARTY, Row, day, flag, number, whole
from tradelane.domain.export_declaration import Loading
from tradelane.domain.identifiers import ExportDeclarationNumber

_log = structlog.get_logger("tradelane.unipass")

MASTER, DETAIL, BY_WAYBILL = DECLARATION.rows


async def loading_of(client: UnipassClient, asked: ExportDeclarationNumber) -> Loading:
    """Loading of one declaration (API002), with the inspection at the loading place where customs wants one."""
    return (await declaration_of(client, asked))[0]


async def declaration_of(client: UnipassClient, asked: ExportDeclarationNumber) -> tuple[Loading, Row]:
    """The loading, and the declaration's own row as it came; empty where there is none."""
    answer = await client.ask(DECLARATION, {"expDclrNo": str(asked)})
    masters, details = answer.rows(MASTER), answer.rows(DETAIL)
    if any(_other(row, asked) for row in (*masters, *details)):
        raise Garbled(PARTY, "other_declaration", "The answer speaks of another declaration.")
    if not masters:
        if details:
            raise Garbled(PARTY, "unexpected_shape", "The answer has waybills and no declaration.")
        return Loading(number=asked, found=False), {}
    seen = _loading(asked, masters[0], details)
    if flag(masters[0].get("ldpInscTrgtYn", "")) and not seen.loaded:
        seen = seen.model_copy(update={"inspection": await _inspection(client, asked)})
    return seen, masters[0]


async def converted_loading_of(client: UnipassClient, asked: ExportDeclarationNumber) -> Loading:
    """Loading of a converted list (API051): it says whether, and neither when nor how many."""
    answer = await client.ask(CONVERTED_LIST, {"elcmExpDclrNo": str(asked)})
    rows = answer.rows()
    if not rows:
        return Loading(number=asked, found=False)
    if any(_other(row, asked) for row in rows):
        raise Garbled(PARTY, "other_declaration", "The answer speaks of another declaration.")
    return Loading(number=asked, found=True, loaded=all(flag(row.get("loadCmplYn", "")) for row in rows))


def _loading(asked: ExportDeclarationNumber, master: Row, details: tuple[Row, ...]) -> Loading:
    cleared, gone = whole(master.get("csclPckGcnt", "")), whole(master.get("shpmPckGcnt", ""))
    weight = number(master.get("shpmWght", ""))
    seen = Loading(
        number=asked,
        found=True,
        # written with a small L in most places and with a capital I in others
        load_before=day(master.get("loadDtyTmlm", "") or master.get("loadDtyTmIm", "")),
        loaded=flag(master.get("shpmCmplYn", "")),
        departed_on=max(_departures(details), default=None),
        accepted_on=day(master.get("acptDt", "") or master.get("acptDttm", "")[:8]),
        packages_cleared=cleared,
        packages_loaded=gone if gone is not None else _pieces(details),
        weight_cleared_kg=number(master.get("csclWght", "")),
        weight_loaded_kg=weight if weight is not None else _weight(details),
        waybills=tuple(dict.fromkeys(row["blNo"] for row in details if row.get("blNo"))),
    )
    # Some packages gone is not loaded, whatever the flag says: the rest is still owed before the deadline.
    return seen.model_copy(update={"loaded": False}) if seen.partial else seen


async def _inspection(client: UnipassClient, asked: ExportDeclarationNumber) -> str:
    """`done` or `wanted`. API053 is the least certain of the services: its trouble never hides a loading."""
    if not client.knows(INSPECTION):
        return "wanted"
    try:
        answer = await client.ask(INSPECTION, {"expDclrNo": str(asked)})
    except OutsideFailure as failure:
        _log.warning("unipass.inspection", code=failure.code)
        return "wanted"
    rows = answer.rows()
    return "done" if rows and all(flag(row.get("expInscCmplYn", "")) for row in rows) else "wanted"


def _departures(rows: tuple[Row, ...]) -> list[date]:
    return [left for left in (day(row.get("tkofDt", "")) for row in rows) if left]


def _pieces(details: tuple[Row, ...]) -> int | None:
    """Packages of all waybills together; None unless each says its own."""
    told = [whole(row.get("shpmPckGcnt", "")) for row in details]
    known = [one for one in told if one is not None]
    return sum(known) if known and len(known) == len(told) else None


def _weight(details: tuple[Row, ...]) -> Decimal | None:
    told = [number(row.get("shpmWght", "")) for row in details]
    known = [one for one in told if one is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(told) else None


def _other(row: Row, asked: ExportDeclarationNumber) -> bool:
    told = row.get("expDclrNo", "") or row.get("elcmExpDclrNo", "")
    return bool(told) and told.replace("-", "").upper() != asked
