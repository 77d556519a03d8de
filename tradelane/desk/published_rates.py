"""Rates in our books: shown, typed, and read from an accountant's file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.adapters.rate_week import sunday_of
from tradelane.adapters.unipass import Direction
from tradelane.desk.complaints import NotFound, RefusedByRule, WrongUsage
from tradelane.desk.customs import ask
from tradelane.desk.file_bytes import file_bytes
from tradelane.desk.rate_plausibility import CUSTOMS_SERVICE, KnownRates
from tradelane.domain.money import Money
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import PublishedRate, RateKind
from tradelane.settings import Channel, Settings
from tradelane.stores import Stores, open_stores

COLUMNS = ("currency", "day", "krw_per_unit")
CUSTOMS = frozenset({RateKind.CUSTOMS_EXPORT, RateKind.CUSTOMS_IMPORT})
MOST_BAD_ROWS = 20
LARGEST_FILE = 20_000_000
"""Bytes; a row is some thirty, so this is every currency of many years."""
_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?", re.ASCII)


class Noted(BaseModel):
    """A rate that was written down, and what stood in its place before."""

    model_config = ConfigDict(frozen=True)

    rate: PublishedRate
    before: PublishedRate | None = None
    first: bool = False
    """Whether no rate of its currency was known: nothing could be said against it."""


def today(stores: Stores) -> date:
    """The Korean day of the trade clock."""
    return today_in_korea(stores.clock.read().at(datetime.now(UTC)))


def read_day(text: str) -> date:
    """A day as `2026-11-22`. Raises `WrongUsage`."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            raise ValueError(text)
        return date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise WrongUsage(f"{text!r} is no day; write it as 2026-11-22.") from wrong


def day_or_today(settings: Settings, text: str | None) -> date:
    """The day that was typed, else today in Korea on the trade clock."""
    if text:
        return read_day(text)
    with open_stores(settings) as stores:
        return today(stores)


async def of_week(settings: Settings, currency: str, day: date, *, imports: bool = False) -> PublishedRate:
    """The customs rate of the week of a Korean day: asked of UNI-PASS, or of our books where customs is read by hand.

    Raises:
        NotFound: none is published or written down; and what `desk.customs.ask` raises.
    """
    code, sunday = _currency(currency), sunday_of(day)
    kind = RateKind.CUSTOMS_IMPORT if imports else RateKind.CUSTOMS_EXPORT
    if settings.customs is Channel.PROTOCOL:
        direction = Direction.IMPORT if imports else Direction.EXPORT
        rate = await ask(settings, lambda library: library.rate(day, code, direction))
        return PublishedRate(
            kind=kind, currency=code, day=rate.valid_from, krw_per_unit=rate.krw_per_unit, source=CUSTOMS_SERVICE
        )
    with open_stores(settings) as stores:
        known = stores.published_rates.find(kind, code, sunday)
    if known is None:
        raise NotFound(
            f"Nobody has written down the {kind.value.replace('_', ' ')} rate of {code} for the week of {sunday}; "
            f'`tradelane customs rate set {code} WON --week {sunday} --source "..."` does.'
        )
    return known


def note(
    stores: Stores, *, kind: RateKind, currency: str, day: str, won: str, source: str, insist: str | None = None
) -> Noted:
    """Write down one rate; the one before it is told, since a rate once used proves an amount.

    Raises:
        WrongUsage: something is not written as it should be.
        RefusedByRule: it is far from the rates that are known, and nobody insists with a reason.
    """
    rate = _rate(kind, currency, day, won, _named(source, insist), today(stores))
    known = KnownRates(stores.published_rates)
    if insist is None and (doubt := known.doubt(rate)):
        raise RefusedByRule(f"{doubt}: look at the figure again, or insist with --insist WHY; nothing was written.")
    before = stores.published_rates.find(kind, rate.currency, rate.day)
    stores.published_rates.put([rate])
    return Noted(rate=rate, before=before if before != rate else None, first=known.nearest(rate) is None)


def listed(stores: Stores, kind: RateKind, first: date, last: date) -> tuple[PublishedRate, ...]:
    """Rates of a kind in our books between two days."""
    if last < first:
        raise WrongUsage(f"The last day, {last}, is before the first, {first}.")
    return stores.published_rates.listed(kind, first, last)


def read_kind(text: str) -> RateKind:
    """A kind of rate by its name. Raises `WrongUsage` with those there are."""
    try:
        return RateKind(text.strip().lower())
    except ValueError as wrong:
        raise WrongUsage(f"{text!r} is no kind of rate; there are {', '.join(RateKind)}.") from wrong


def take_file(
    stores: Stores, file: Path, kind: RateKind, source: str, insist: str | None = None
) -> tuple[PublishedRate, ...]:
    """Write down every rate of a CSV file with columns currency, day, krw_per_unit; all of them, or none.

    Raises:
        WrongUsage: the file cannot be read, or rows are wrong: each with its line, column and what is wrong.
        RefusedByRule: rates are far from those that are known or from others of the file, and nobody insists.
    """
    rates, faults = [], []
    seen: dict[tuple[str, date], int] = {}
    named, now = _named(source, insist), today(stores)
    for line, row in _rows(file):
        try:
            rate = _rate(kind, row["currency"], row["day"], row["krw_per_unit"], named, now)
        except WrongUsage as wrong:
            faults.append(f"line {line}: {wrong}")
            continue
        twin = seen.setdefault((rate.currency, rate.day), line)
        if twin != line:
            faults.append(f"line {line}: {rate.currency} on {rate.day} stands in line {twin} already.")
        rates.append(rate)
    if faults:
        more = f" And {len(faults) - MOST_BAD_ROWS} more." if len(faults) > MOST_BAD_ROWS else ""
        told = " ".join(faults[:MOST_BAD_ROWS])
        raise WrongUsage(f"{file.name} has {len(faults)} wrong rows, and nothing was taken from it: {told}{more}")
    if not rates:
        raise WrongUsage(f"{file.name} has no rates below its heading.")
    if insist is None and (doubts := _doubts(stores, rates, seen)):
        more = f" And {len(doubts) - MOST_BAD_ROWS} more." if len(doubts) > MOST_BAD_ROWS else ""
        told = " ".join(f"{one}." for one in doubts[:MOST_BAD_ROWS])
        raise RefusedByRule(
            f"{file.name} has rates that can hardly be right, and nothing was taken from it: {told}{more} "
            "Look at them again, or insist with --insist WHY."
        )
    stores.published_rates.put(rates)
    return tuple(rates)


def _doubts(stores: Stores, rates: Sequence[PublishedRate], lines: Mapping[tuple[str, date], int]) -> list[str]:
    """What speaks against rates of a file, day by day: each is held against our books and the days before it."""
    known, doubts = KnownRates(stores.published_rates), []
    for rate in sorted(rates, key=lambda one: (one.currency, one.day)):
        if doubt := known.doubt(rate):
            doubts.append(f"line {lines[rate.currency, rate.day]}: {doubt}")
        else:
            known.learn(rate)
    return doubts


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells of each row that is not blank."""
    try:
        text = file_bytes(file, LARGEST_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise WrongUsage(f"{file.name} is not UTF-8; save it as CSV UTF-8.") from wrong
    if "\0" in text:
        raise WrongUsage(f"{file.name} is no CSV file.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [cell.strip().lower() for cell in next(reader, [])]
        missing_ = [name for name in COLUMNS if heading.count(name) != 1]
        if missing_:
            raise WrongUsage(
                f"{file.name} wants a heading with {', '.join(COLUMNS)}; {', '.join(missing_)} is not there once."
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                raise WrongUsage(
                    f"{file.name} line {reader.line_num}: {len(cells)} cells under {len(heading)} headings; "
                    "write amounts without thousands separators."
                )
            yield reader.line_num, dict(zip(heading, (cell.strip() for cell in cells), strict=True))
    except csv.Error as wrong:
        raise WrongUsage(f"{file.name} line {reader.line_num} is no CSV: {wrong}.") from wrong


def _rate(kind: RateKind, currency: str, day: str, won: str, source: str, now: date) -> PublishedRate:
    code, first = _currency(currency), read_day(day)
    if kind in CUSTOMS and sunday_of(first) != first:
        raise WrongUsage(f"day {first} is no Sunday; a customs rate begins with one, here {sunday_of(first)}.")
    last = sunday_of(now) + timedelta(days=7) if kind in CUSTOMS else now
    if first > last:
        raise WrongUsage(f"day {first} is to come; today is {now}, and the last rate there can be is of {last}.")
    return PublishedRate(kind=kind, currency=code, day=first, krw_per_unit=_won(won), source=source)


def _currency(text: str) -> str:
    code = text.strip().upper()
    try:
        Money(amount=Decimal(0), currency=code)
    except ValueError as wrong:
        hint = " Rates for 100 yen are divided by 100 first." if "100" in code else ""
        raise WrongUsage(f"currency {text!r} is no code of ISO 4217, such as USD.{hint}") from wrong
    if code == "KRW":
        raise WrongUsage("currency KRW is the won itself and has no rate.")
    return code


def _won(text: str) -> Decimal:
    """Won for one unit of the currency, written plainly."""
    plain = text.strip()
    if not _PLAIN.fullmatch(plain) or not Decimal(plain):
        raise WrongUsage(
            f"krw_per_unit {text!r} is no rate: write won for one unit, above zero, as 1389.57, without separators."
        )
    return Decimal(plain)


def _named(source: str, insist: str | None) -> str:
    """The source, with the reason of whoever insists on an unusual rate."""
    named = _source(source)
    if insist is None:
        return named
    why = " ".join(insist.split())
    if len(why) < 3:
        raise WrongUsage("--insist says why the rate is right although it is far from the others.")
    return _source(f"{named}; insisted: {why}")


def _source(text: str) -> str:
    named = " ".join(text.split())
    if len(named) < 3:
        raise WrongUsage("--source says who published the rate and where it was read, such as 'UNI-PASS web'.")
    if len(named) > 300:
        raise WrongUsage("--source is longer than 300 characters.")
    return named
