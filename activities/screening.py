"""Screening of buyer, consignee and exporters against the lists of restricted parties; a hit is decided by a person."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from shlex import quote

from activities.books import in_thread
from activities.customs import trade_now
from activities.implements import implements
from activities.standing import Standing, end_clearances, standing_for
from tradelane.adapters.errors import Refused
from tradelane.contracts.handmade import shape_of, typed_as
from tradelane.contracts.steps import SCREEN_PARTIES, ScreeningRequest
from tradelane.domain import timeline
from tradelane.domain.consignment import Consignment
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import OrderId, Ucr
from tradelane.domain.party_index import PartyIndex, compare
from tradelane.domain.party_names import readings
from tradelane.domain.screening import Hit, ListState, Screening, missing_lists, old_lists
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import Decision
from tradelane.resources import Resources

MOMENTS = ("filing", "handover")
"""A decision taken at one holds at the other, as long as it is about the same hits."""

NAMED = 4
"""Hits that a hold names; the others are counted, for its words are cut where they get long."""

CLEAR, ASKED, STANDING = "clear", "asked", "standing"


class ScreeningActivities:
    """The step that looks at who buys, who receives and who exports."""

    def __init__(self, resources: Resources) -> None:
        self._r = resources
        self._indexes: dict[str, tuple[str, PartyIndex]] = {}
        self._building = threading.Lock()

    @implements(SCREEN_PARTIES)
    async def screen_parties(self, request: ScreeningRequest) -> Screening:
        """Compare the parties with every list there is, and keep with which lists and what came of it."""
        return await in_thread(self._screen, request, trade_now(request.timetable)())

    def _screen(self, request: ScreeningRequest, at: datetime) -> Screening:
        consignment = request.consignment
        order = min(consignment.orders, key=int)
        states, indexes = self._lists()
        self._refuse_unfit(states, order, request.moment, at)
        threshold = self._r.settings.screening_threshold
        hits = compare(parties_of(consignment, request.buyer), indexes, threshold)
        screening = Screening(lists=states, threshold=threshold, hits=hits)
        decision = self._decision(consignment.orders, screening.mark) if hits else None
        standing = standing_for(self._r, consignment, request.buyer, hits, at)
        unasked = STANDING if standing.whole else ASKED if hits else CLEAR
        verdict = decision.content["verdict"] if decision is not None else unasked
        self._keep(consignment.ucr, order, request.moment, screening, verdict, decision, standing, at)
        if verdict == ASKED:
            raise _hit(screening, order, request.moment)
        if decision is not None and verdict == "confirmed":
            end_clearances(self._r, standing, hits, decision.actor, at)
            raise _confirmed(screening, order)
        return screening

    def _lists(self) -> tuple[tuple[ListState, ...], Mapping[str, PartyIndex]]:
        """Every list with its index; one is indexed anew when its file has changed, and in one thread at a time."""
        with self._building:
            while True:
                states = self._r.party_lists.states()
                for state in states:
                    known = self._indexes.get(state.source)
                    if known is None or known[0] != state.sha256:
                        entries = self._r.party_lists.entries(state.source)
                        self._indexes[state.source] = (state.sha256, PartyIndex(entries))
                if states == self._r.party_lists.states():  # none was imported while we read
                    return states, {state.source: self._indexes[state.source][1] for state in states}
                self._indexes.clear()

    def _refuse_unfit(self, states: Sequence[ListState], order: OrderId, moment: str, at: datetime) -> None:
        """Nobody is screened while a list that must be there is not, or is too old."""
        required, most = self._r.settings.required_lists, self._r.settings.screening_max_age_days
        commands = ("tradelane parties import FILE", _resolve(order, moment, "retry"))
        if missing := missing_lists(states, required):
            raise Refused(
                "screening",
                "party_lists_missing",
                f"nobody can be screened without the list of {' and '.join(missing)}: import it, then retry",
                fault=Fault.OURS,
                reason="party_lists_missing",
                commands=commands,
            )
        today = today_in_korea(at)
        if old := old_lists(states, required, today, most):
            told = " and ".join(f"{state.source} of {state.dated}" for state in old)
            raise Refused(
                "screening",
                "party_lists_old",
                f"a list may be {most} days old, and today is {today}: import a newer one than {told}, then retry",
                fault=Fault.OURS,
                reason="party_lists_old",
                commands=commands,
            )

    def _decision(self, orders: Sequence[OrderId], mark: str) -> Decision | None:
        """The latest decision about exactly these hits, at whichever moment it was taken."""
        taken = (self._r.decisions.completion(orders, f"{SCREEN_PARTIES.name}:{moment}") for moment in MOMENTS)
        fitting = [one for one in taken if one is not None and one.content.get("hits") == mark]
        return max(fitting, key=lambda one: one.at, default=None)

    def _keep(
        self,
        ucr: Ucr,
        order: OrderId,
        moment: str,
        screening: Screening,
        verdict: str,
        decision: Decision | None,
        standing: Standing,
        at: datetime,
    ) -> None:
        """Lists, threshold, hits and verdict in our books and on the timeline; no name of a party of ours."""
        content = screening.model_dump(mode="json") | {"mark": screening.mark, "verdict": verdict}
        content |= {"decision": decision.id, "decided_by": decision.actor} if decision is not None else {}
        content |= standing.books if screening.hits else {}
        key = f"{ucr}:{moment}:{SCREEN_PARTIES.name}"
        self._r.effects.done(key, json.dumps(content, sort_keys=True), at, SCREEN_PARTIES.name)
        line = timeline.screening(moment, screening, verdict)
        timeline.append(self._r.journal, order, line, at=at, actor="tradelane")


def parties_of(consignment: Consignment, buyer: str | None = None) -> dict[str, tuple[str, ...]]:
    """Who is compared: role -> names. The buyer is a role of its own where it has another name than the consignee."""
    consignee = consignment.consignee.name
    parties: dict[str, tuple[str, ...]] = {"consignee": (consignee,)}
    if buyer and readings(buyer) != readings(consignee):
        parties["buyer"] = (buyer,)
    for exporter in consignment.exporters:
        names = (exporter.name_en, exporter.name_ko, exporter.representative_en, exporter.representative_ko)
        parties[f"exporter:{exporter.id}"] = tuple(name for name in names if name.strip())
    return parties


def _hit(screening: Screening, order: OrderId, moment: str) -> Refused:
    """A person must decide about exactly these hits."""
    result = json.loads(shape_of(SCREEN_PARTIES.name)[1]) | {"hits": screening.mark}
    entries = dict.fromkeys(quote(f"{hit.source}:{hit.entry_id}") for hit in _worst(screening.hits))
    shows = (f"tradelane parties show {entry}" for entry in entries)
    return Refused(
        "screening",
        "party_hit",
        f"{_told(screening.hits)}; compare the entry with the party, then complete with your verdict (`cleared` or "
        "`confirmed`) and what it rests on",
        fault=_fault(screening.hits),
        reason="party_hit",
        commands=(f"{_resolve(order, moment, 'complete')} {typed_as(result)}", *shows),
        result_shape=json.dumps(result),
    )


def _confirmed(screening: Screening, order: OrderId) -> Refused:
    """A person has said that it is the listed party: nothing goes out any more."""
    return Refused(
        "screening",
        "party_confirmed",
        f"{_told(screening.hits)}, and a person has confirmed it: cancel the order and send nothing",
        fault=_fault(screening.hits),
        reason="party_confirmed",
        commands=(f"tradelane orders cancel {order} --reason 'restricted party'",),
        result_shape=json.dumps(json.loads(shape_of(SCREEN_PARTIES.name)[1]) | {"hits": screening.mark}),
    )


def _told(hits: Sequence[Hit]) -> str:
    named = [
        f"{hit.role} resembles {hit.source} entry {hit.entry_id} (score {hit.score} of 100)" for hit in _worst(hits)
    ]
    more = len(hits) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _worst(hits: Sequence[Hit]) -> Sequence[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.role, hit.source, hit.entry_id))[:NAMED]


def _fault(hits: Sequence[Hit]) -> Fault:
    """Where only our own exporters resemble somebody, no buyer is to blame."""
    return Fault.SELLER_DATA if all(hit.role.startswith("exporter:") for hit in hits) else Fault.BUYER_DATA


def _resolve(order: OrderId, moment: str, action: str) -> str:
    return f"tradelane holds resolve {order} --step {SCREEN_PARTIES.name}:{moment} --action {action}"
