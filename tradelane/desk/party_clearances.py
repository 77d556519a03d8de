"""Standing clearances by hand: give one for a hit that was really found, list them, revoke one. Needs no engine.

The command never sees a name: the screening of an order left a keyed digest of each party beside its hits.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from tradelane.desk import parties
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.domain.identifiers import OrderId
from tradelane.domain.party_clearance import LONGEST, Clearance, version_of
from tradelane.domain.screening import Hit, Screening
from tradelane.domain.trade_time import today_in_korea
from tradelane.stores import Stores

SCREENING = "screen_parties"
FEWEST_LETTERS = 10
"""Of a reason: `ok` is none."""
SHOWN = 12
"""Letters of a digest in a list."""


class ClearanceRow(BaseModel):
    """One clearance as the desk sees it."""

    model_config = ConfigDict(frozen=True)

    id: str
    condition: str
    """`stands`, `ended`, `revoked`, `entry changed`, `entry gone`; what does not stand asks again."""
    entry: str
    role: str
    party: str
    """The first letters of the party's keyed digest."""
    score: Decimal
    list_dated: date
    until: date
    by: str
    on: date
    order_id: str
    reason: str
    revoked: str = ""
    """Who revoked it and why."""


def clear(
    stores: Stores, asked: str, order: str, *, until: date, reason: str, actor: str, role: str | None = None
) -> Clearance:
    """Let one party pass as not being one entry, from the next screening on.

    Raises:
        WrongUsage: the day or the reason does not fit, or several parties of the order resemble the entry.
        NotFound: the order's screening has no such hit, or the list no such entry.
        RefusedByRule: somebody confirmed the hit, the party cannot be told from a namesake, or the list is another now.
    """
    now = _now(stores)
    today = today_in_korea(now)
    why = " ".join(reason.split())
    if not today < until <= today + LONGEST:
        raise WrongUsage(f"--until is a day from {today + timedelta(days=1)} to {today + LONGEST}, not {until}.")
    if len(why) < FEWEST_LETTERS:
        raise WrongUsage("--reason says what the clearance rests on, such as 'other birth date, memo 12'; no names.")
    entry = parties.show(stores, asked)
    content = _last_screening(stores, order)
    screening = Screening.model_validate({name: content[name] for name in Screening.model_fields})
    hit = _hit(screening, entry.source, entry.entry_id, order, role)
    if content["verdict"] == "confirmed":
        raise RefusedByRule(f"A person has confirmed the hits of order {order}: what is confirmed is not cleared.")
    then = next(state for state in screening.lists if state.source == entry.source)
    present = next(state for state in stores.party_lists.states() if state.source == entry.source)
    if then.sha256 != present.sha256:
        raise RefusedByRule(
            f"Order {order} was compared with the list {entry.source} of {then.dated}, and another one (of "
            f"{present.dated}) was imported since: retry its hold, or wait for its next screening, then look again."
        )
    party = content.get("parties", {}).get(hit.role)
    if party is None:
        raise RefusedByRule(_nobody(hit.role, order))
    clearance = Clearance(
        id=secrets.token_hex(6),
        party=party,
        role=hit.role,
        source=entry.source,
        entry_id=entry.entry_id,
        entry_digest=version_of(entry),
        score=hit.score,
        list_dated=present.dated,
        list_sha256=present.sha256,
        order_id=order,
        reason=why,
        actor=actor,
        at=now,
        until=until,
    )
    stores.party_clearances.add(clearance)
    return clearance


def clearances(stores: Stores, *, every: bool = False) -> tuple[ClearanceRow, ...]:
    """Those that stand, the first to end first; with `every` also those that no longer do."""
    today = today_in_korea(_now(stores))
    rows = [_row(stores, one, today) for one in stores.party_clearances.all()]
    shown = rows if every else [row for row in rows if row.condition == "stands"]
    return tuple(sorted(shown, key=lambda row: (row.until, row.id)))


def revoke(stores: Stores, clearance_id: str, *, reason: str, actor: str) -> Clearance:
    """End a clearance: the party is asked about at its next screening.

    Raises:
        WrongUsage: no reason.
        NotFound: there is no such clearance.
        RefusedByRule: it is revoked already.
    """
    why = " ".join(reason.split())
    if not why:
        raise WrongUsage("--reason says why it is revoked.")
    found = next((one for one in stores.party_clearances.all() if one.id == clearance_id), None)
    if found is None:
        raise NotFound(f"There is no clearance {clearance_id!r}; `tradelane parties clearances --all` shows them.")
    if found.revoked_at is not None or not stores.party_clearances.revoke([found.id], _now(stores), actor, why):
        day = f" on {today_in_korea(found.revoked_at)}" if found.revoked_at is not None else ""
        raise RefusedByRule(f"Clearance {found.id} was revoked{day} already.")
    return next(one for one in stores.party_clearances.of_party(found.party) if one.id == found.id)


def _last_screening(stores: Stores, order: str) -> Mapping[str, Any]:
    try:
        claim = stores.consignments.of_order(OrderId(order))
    except ValueError as wrong:
        raise WrongUsage(f"{order!r} is no order id.") from wrong
    effects = stores.effects.of_ucr(claim.ucr) if claim is not None else ()
    screened = [row for row in effects if row.key.endswith(f":{SCREENING}") and row.content and row.done_at]
    if not screened:
        raise NotFound(f"The parties of order {order} have not been screened yet.")
    newest = max(screened, key=lambda row: row.done_at or row.intended_at)
    content: Mapping[str, Any] = json.loads(newest.content or "{}")
    return content


def _hit(screening: Screening, source: str, entry_id: str, order: str, role: str | None) -> Hit:
    of_entry = [hit for hit in screening.hits if (hit.source, hit.entry_id) == (source, entry_id)]
    fitting = [hit for hit in of_entry if role is None or hit.role == role]
    if not fitting:
        others = ", ".join(f"{hit.role} and {hit.source}:{hit.entry_id}" for hit in screening.hits) or "none"
        who = role or "party"
        raise NotFound(
            f"The last screening of order {order} has no hit of a {who} and {source}:{entry_id}; it has {others}. "
            "A clearance is given for a hit that was found, never ahead of one."
        )
    if len(fitting) > 1:
        roles = " or ".join(f"--role {hit.role}" for hit in fitting)
        raise WrongUsage(f"Several parties of order {order} resemble {source}:{entry_id}; say which with {roles}.")
    return fitting[0]


def _nobody(role: str, order: str) -> str:
    if role.startswith("exporter:"):
        return f"Order {order} was screened by an earlier release; retry its hold, then clear."
    return (
        f"The {role} of order {order} cannot be told from a namesake: a standing clearance needs a RUT, and buyer and "
        "consignee of the same name. Decide about this order alone (`tradelane holds show` has the command), or amend "
        "consignee.rut, retry, then clear."
    )


def _row(stores: Stores, one: Clearance, today: date) -> ClearanceRow:
    entry = stores.party_lists.entry(one.source, one.entry_id)
    if one.revoked_at is not None:
        condition = "revoked"
    elif today > one.until:
        condition = "ended"
    elif entry is None:
        condition = "entry gone"
    else:
        condition = "stands" if version_of(entry) == one.entry_digest else "entry changed"
    return ClearanceRow(
        id=one.id,
        condition=condition,
        entry=f"{one.source}:{one.entry_id}",
        role=one.role,
        party=one.party[:SHOWN],
        score=one.score,
        list_dated=one.list_dated,
        until=one.until,
        by=one.actor,
        on=today_in_korea(one.at),
        order_id=one.order_id,
        reason=one.reason,
        revoked=f"{one.revoked_by}: {one.revoked_reason}" if one.revoked_at is not None else "",
    )


def _now(stores: Stores) -> datetime:
    return stores.clock.read().at(datetime.now(UTC))
