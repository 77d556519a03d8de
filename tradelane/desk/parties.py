"""Lists of restricted parties by hand: import, look, ask. Needs no engine."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.adapters.party_lists import ListFile, NotAList, read_list
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.file_bytes import refuse_what_is_no_file
from tradelane.domain.party_index import LEAST_THRESHOLD, PartyIndex
from tradelane.domain.screening import ListedParty, ListState, missing_lists, old_lists
from tradelane.domain.trade_time import today_in_korea
from tradelane.settings import Settings
from tradelane.stores import Stores

FEWEST = {"UN": 300, "OFAC": 5_000, "EU": 1_000}
"""Far fewer entries than each of these lists has had for years: a file with less is a part of it, or another list (the
non-SDN list of OFAC has the same form as the SDN list)."""

SHRUNK = 2
"""A list with less than one half of the entries it had is cut off, rather than that so many were taken off it."""

NAME = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Imported(_Told):
    """What an import changed."""

    state: ListState
    before: ListState | None
    added: int
    """Entries that were not there before, by their numbers."""
    removed: int
    nameless: int
    """Entries of the file that have no name and were left out."""


class ListRow(_Told):
    """One list, as the desk sees it."""

    source: str
    condition: str
    """`good`, `old` or `missing`; a list that need not be there is `also`."""
    dated: date | None = None
    age_days: int | None = None
    """Trade days since its own date."""
    entries: int = 0
    sha256: str = ""


class Resembles(_Told):
    """One entry that a name resembles."""

    source: str
    entry_id: str
    score: Decimal
    name: str
    """The name of the entry that resembles most."""
    kind: str
    countries: tuple[str, ...]
    programme: str


def import_list(
    stores: Stores,
    path: Path,
    *,
    actor: str,
    source: str | None = None,
    dated: date | None = None,
    aliases: Path | None = None,
    force: bool = False,
) -> Imported:
    """Put a list in the place of the one before, whole or not at all.

    Raises:
        WrongUsage: the file is no list, is not whole, or does not say its date.
        RefusedByRule: it is older than the one there is, of a day that has not come, or much smaller (without `force`).
    """
    name = (source or "").strip().upper()
    if source is not None and not NAME.fullmatch(name):
        raise WrongUsage(f"A list is called by up to 20 letters, digits, - and _, not {source!r}.")
    for one in filter(None, (path, aliases)):
        refuse_what_is_no_file(one)
    try:
        read = read_list(path, source=name, dated=dated, aliases=aliases)
    except OSError as problem:
        raise WrongUsage(f"{problem.filename or path} cannot be read: {problem.strerror}.") from problem
    except NotAList as wrong:
        raise WrongUsage(f"{path} cannot be imported: {wrong}.") from wrong
    state = read.state
    if not NAME.fullmatch(state.source):
        raise WrongUsage(f"A list cannot be called {state.source!r}.")
    before = next((kept for kept in stores.party_lists.states() if kept.source == state.source), None)
    _refuse_doubtful(read, before, _today(stores), path, force)
    known = {entry.entry_id for entry in stores.party_lists.entries(state.source)}
    new = {entry.entry_id for entry in read.parties}
    try:
        stores.party_lists.replace(state, read.parties, actor)
    except ValueError as older:
        raise RefusedByRule(f"{str(older).rstrip('.')}; it stays.") from older
    return Imported(
        state=state, before=before, added=len(new - known), removed=len(known - new), nameless=read.nameless
    )


def _refuse_doubtful(read: ListFile, before: ListState | None, today: date, path: Path, force: bool) -> None:
    """Refuse what is probably not the whole list of its day."""
    state = read.state
    if state.dated > today:
        raise RefusedByRule(
            f"{path} is of {state.dated}, and today is {today} by the trade clock: a list of a day to come would never "
            "grow old."
        )
    if force:
        return
    if before is not None and state.entries * SHRUNK < before.entries:
        raise RefusedByRule(
            f"{path} has {state.entries} entries and the list {state.source} of {before.dated} has {before.entries}: it "
            "is probably cut off, or another list. Fetch it again; --force takes it as it is."
        )
    if state.entries < FEWEST.get(state.source, 0):
        raise RefusedByRule(
            f"{path} has {state.entries} entries, and the list {state.source} has had more than "
            f"{FEWEST[state.source]} for years: it is a part of it, or another list of the same form (give that one a "
            "name of its own with --list). --force takes it as it is."
        )


def lists(stores: Stores, settings: Settings) -> tuple[ListRow, ...]:
    """Every list that is there or must be, the latter first."""
    states = {state.source: state for state in stores.party_lists.states()}
    required, today = settings.required_lists, _today(stores)
    missing = missing_lists(tuple(states.values()), required)
    old = old_lists(tuple(states.values()), required, today, settings.screening_max_age_days)
    aged = {state.source for state in old}
    rows = []
    for source in dict.fromkeys((*required, *states)):
        condition = "missing" if source in missing else "old" if source in aged else "good"
        if source not in required:
            condition = "also"
        state = states.get(source)
        if state is None:
            rows.append(ListRow(source=source, condition=condition))
            continue
        age = (today - state.dated).days
        row = state.model_dump() | {"condition": condition, "age_days": age}
        rows.append(ListRow.model_validate(row))
    return tuple(rows)


def show(stores: Stores, asked: str) -> ListedParty:
    """One entry, by `SOURCE:ENTRY`.

    Raises:
        WrongUsage: there is no colon.
        NotFound: there is no such list, or no such entry in it.
    """
    source, colon, entry_id = asked.partition(":")
    if not colon or not entry_id:
        raise WrongUsage(f"An entry is asked for as SOURCE:ENTRY, such as UN:QDi.001, not {asked!r}.")
    known = {state.source: state for state in stores.party_lists.states()}
    if source.upper() not in known:
        raise NotFound(f"There is no list {source.upper()}; there are {', '.join(known) or 'none'}.")
    entry = stores.party_lists.entry(source.upper(), entry_id)
    if entry is None:
        raise NotFound(f"The list {source.upper()} of {known[source.upper()].dated} has no entry {entry_id}.")
    return entry


def check(stores: Stores, settings: Settings, name: str, threshold: Decimal | None = None) -> tuple[Resembles, ...]:
    """Entries of all lists that a name resembles, the most alike first; nothing is kept.

    Raises:
        WrongUsage: the name has no letters, or the threshold lies outside of what can be answered.
        NotFound: there is no list to compare it with.
    """
    least = settings.screening_threshold if threshold is None else threshold
    if not LEAST_THRESHOLD <= least <= 100:
        raise WrongUsage(f"A threshold lies between {LEAST_THRESHOLD} and 100.")
    if not any(letter.isalnum() for letter in name):
        raise WrongUsage("A name has letters.")
    states = stores.party_lists.states()
    if not states:
        raise NotFound("There is no list of restricted parties yet; `tradelane parties import FILE` takes one.")
    found = []
    for state in states:
        entries = {entry.entry_id: entry for entry in stores.party_lists.entries(state.source)}
        for one in PartyIndex(entries.values()).resembling(name, least):
            entry = entries[one.entry_id]
            found.append(
                Resembles(
                    source=state.source,
                    entry_id=one.entry_id,
                    score=one.score,
                    name=one.name,
                    kind=entry.kind,
                    countries=entry.countries,
                    programme=entry.programme,
                )
            )
    return tuple(sorted(found, key=lambda one: (-one.score, one.source, one.entry_id)))


def _today(stores: Stores) -> date:
    return today_in_korea(stores.clock.read().at(datetime.now(UTC)))
