"""Customs exchange rates of the simulated world: one table, published by UNI-PASS and checked by KTNET.

A rate is KRW for one unit of the currency. It holds from Sunday 00:00 to Saturday 24:00 KST, and the export and import
rates of a week differ. Rates are a pure function of currency and week, so every process and every restart agree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

KST = timezone(timedelta(hours=9), "KST")

# Banks sell dearer than they buy: the import rate rests on what importers pay.
IMPORT_SPREAD = Decimal("1.0193")
DRIFT = Decimal("0.018")


class Direction(Enum):
    """The two rates of a week, with the codes of `imexTp`."""

    EXPORT = "1"
    IMPORT = "2"


@dataclass(frozen=True)
class Currency:
    """A currency customs publishes: country, Korean name (may be empty), ISO code, the level around which it moves."""

    country: str
    name: str
    code: str
    level: Decimal


CURRENCIES = (
    Currency("US", "미국 달러", "USD", Decimal("1386.40")),
    Currency("CL", "", "CLP", Decimal("1.4710")),
    Currency("EU", "유로", "EUR", Decimal("1502.75")),
    Currency("JP", "일본 엔", "JPY", Decimal("9.3150")),
    Currency("CN", "중국 위안", "CNY", Decimal("192.31")),
    Currency("GB", "영국 파운드", "GBP", Decimal("1761.08")),
    Currency("BR", "", "BRL", Decimal("247.60")),
    Currency("MX", "멕시코 페소", "MXN", Decimal("71.95")),
)
BY_CODE = {currency.code: currency for currency in CURRENCIES}


def today(now: datetime) -> date:
    """The calendar day of an instant in Korea."""
    return now.astimezone(KST).date()


def week_start(day: date) -> date:
    """The Sunday on which the rate week of a day begins."""
    return day - timedelta(days=day.isoweekday() % 7)


def is_published(day: date, now: datetime) -> bool:
    """Whether the rates of a day's week are out: past weeks, this week, and the next one from Friday 00:00 KST."""
    begin = week_start(day)
    return today(now) >= begin - timedelta(days=2)


def rate(code: str, direction: Direction, day: date) -> Decimal | None:
    """KRW for one unit of a currency in the week of a day, at most four decimals; None for an unknown currency."""
    currency = BY_CODE.get(code)
    if currency is None:
        return None
    seed = f"{code}/{week_start(day).isoformat()}".encode()
    swing = Decimal(int.from_bytes(hashlib.sha256(seed).digest()[:4], "big")) / Decimal(2**32 - 1) * 2 - 1
    value = currency.level * (1 + DRIFT * swing)
    if direction is Direction.IMPORT:
        value *= IMPORT_SPREAD
    step = Decimal("0.01") if currency.level >= 100 else Decimal("0.0001")
    return value.quantize(step, ROUND_HALF_UP)
