"""Amounts of money: exact decimals that know their currency.

Currency codes are those of ISO 4217 as pycountry carries them; the number of decimals of each is the column
"minor unit" of ISO 4217 list one, which pycountry lacks. Nothing here rounds unless asked: law and contracts
say when an amount is rounded, and how (see ``rounded``).

>>> price = Money(amount=Decimal("12.90"), currency="USD")
>>> print(price * 3)
38.70 USD
>>> print(price.converted(Decimal("941.27"), "CLP").rounded())
12142 CLP
>>> [str(share) for share in Money(amount=Decimal(100), currency="CLP").split([1, 1, 1])]
['34 CLP', '33 CLP', '33 CLP']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from typing import Any

import pycountry
from pydantic import BaseModel, field_serializer, field_validator

# The default context of decimal keeps 28 digits and rounds in silence; this one would rather fail.
_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_ROUNDING = Context(prec=120, traps=[InvalidOperation, DivisionByZero, Overflow])

_PLAIN = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,40})?", re.ASCII)
_LARGEST_POWER = 24  # no trade amount reaches 10^24; a hostile "1E+999999" would fill the memory when printed
_MOST_DECIMALS = 60

_CURRENCIES: frozenset[str] = frozenset(currency.alpha_3 for currency in pycountry.currencies)

#: ISO 4217 list one, column "minor unit", where it is not 2.
_MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met where one currency is needed."""


def minor_digits(currency: str) -> int:
    """How many decimals the currency's smallest unit has: 0 for CLP and KRW, 2 for USD."""
    return _MINOR_DIGITS.get(currency, 2)


class Money(BaseModel, frozen=True, extra="forbid"):
    """An exact amount in one currency. JSON: ``{"amount":"12.90","currency":"USD"}``.

    The amount is shown with at least the currency's decimals, and with more only where they are not zero, so
    equal amounts have equal JSON.
    """

    amount: Decimal
    currency: str

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in _CURRENCIES:
            raise ValueError(f"{value!r} is not a currency code of ISO 4217.")
        return value

    @field_validator("amount", mode="before")
    @classmethod
    def _exact_amount(cls, value: object) -> Decimal:
        if isinstance(value, str) and _PLAIN.fullmatch(value):
            return Decimal(value)
        if isinstance(value, Decimal) and value.is_finite():
            if value and (value.adjusted() >= _LARGEST_POWER or _decimals(value) > _MOST_DECIMALS):
                raise ValueError("An amount of money is too large or has too many decimals.")
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        raise ValueError(f"{value!r} is not an exact amount: give a decimal number as text, never a float.")

    def model_post_init(self, context: Any, /) -> None:
        """Bring the amount to its one canonical form."""
        # frozen: the only place where the value is set a second time, before anyone has seen it
        object.__setattr__(self, "amount", _canonical(self.amount, minor_digits(self.currency)))

    @field_serializer("amount", when_used="json")
    def _plain_amount(self, value: Decimal) -> str:
        return format(value, "f")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in this currency."""
        return cls(amount=Decimal(0), currency=currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __bool__(self) -> bool:
        """False for a zero amount."""
        return bool(self.amount)

    def __add__(self, other: Money) -> Money:
        return self._with(_EXACT.add(self.amount, self._same(other)))

    def __sub__(self, other: Money) -> Money:
        return self._with(_EXACT.subtract(self.amount, self._same(other)))

    def __neg__(self) -> Money:
        return self._with(_EXACT.minus(self.amount))

    def __mul__(self, factor: int | Decimal) -> Money:
        return self._with(_EXACT.multiply(self.amount, _exact_number(factor)))

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def rounded(self, mode: str = ROUND_HALF_UP) -> Money:
        """To the currency's minor unit, by a rounding mode of ``decimal``.

        Chilean customs rounds US dollars half up; a Korean declaration line is cut to the won (floor).
        """
        unit = Decimal(1).scaleb(-minor_digits(self.currency))
        return self._with(self.amount.quantize(unit, rounding=mode, context=_ROUNDING))

    def split(self, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
        """Shares in proportion to the weights, by largest remainder (ties: the earlier); the sum is exact.

        Shares are whole minor units; an amount finer than that is shared in units of its own last decimal.
        Raises ValueError when there is no weight, a negative weight, or only zeros.
        """
        parts = [Fraction(_exact_number(weight)) for weight in weights]
        whole = sum(parts, Fraction(0))
        if any(part < 0 for part in parts) or whole == 0:
            raise ValueError("Weights to split by must not be negative and must not all be zero.")
        digits = max(minor_digits(self.currency), _decimals(self.amount))
        units = int(abs(self.amount).scaleb(digits, context=_EXACT))
        exact = [units * part / whole for part in parts]
        shares = [int(share) for share in exact]
        by_remainder = sorted(range(len(parts)), key=lambda at: (shares[at] - exact[at], at))
        for at in by_remainder[: units - sum(shares)]:
            shares[at] += 1
        sign = -1 if self.amount < 0 else 1
        return tuple(self._with(Decimal(sign * share).scaleb(-digits, context=_EXACT)) for share in shares)

    def converted(self, rate: Decimal, to: str) -> Money:
        """The exact product with a rate (units of ``to`` per unit of this currency), not rounded."""
        return Money(amount=_EXACT.multiply(self.amount, _exact_number(rate)), currency=to)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(
                f"An amount in {other.currency} cannot be combined with an amount in {self.currency}."
            )
        return other.amount

    def _with(self, amount: Decimal) -> Money:
        return Money(amount=amount, currency=self.currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The exact sum; of nothing, zero. Raises CurrencyMismatch when one amount is in another currency."""
    nothing, result = Money.zero(currency), Decimal(0)
    for amount in amounts:
        result = _EXACT.add(result, nothing._same(amount))
    return nothing._with(result)


def _exact_number(number: int | Decimal) -> Decimal:
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise TypeError(f"Money is multiplied and split by int or Decimal only, not by {type(number).__name__}.")
    exact = Decimal(number)
    if not exact.is_finite():
        raise ValueError("Money is multiplied and split by finite numbers only.")
    return exact


def _decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _canonical(amount: Decimal, digits: int) -> Decimal:
    """At least ``digits`` decimals, no trailing zeros beyond them, no minus zero."""
    if not amount:
        return Decimal(0).scaleb(-digits)
    shortest = amount.normalize(_EXACT)
    return shortest.quantize(Decimal(1).scaleb(-max(digits, _decimals(shortest))), context=_EXACT)
