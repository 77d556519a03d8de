"""Money is exact, knows its currency, and loses nothing when it is shared."""

from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tradelane.domain.money import CurrencyMismatch, Money, total

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=4)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(any)


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def clp(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="CLP")


def test_json_carries_the_amount_as_text() -> None:
    assert usd("12.9").model_dump_json() == '{"amount":"12.90","currency":"USD"}'
    assert Money.model_validate_json('{"amount":"12.90","currency":"USD"}') == usd("12.9")


@pytest.mark.parametrize(
    "amount", [12.9, True, "1e3", "12,90", " 12.90", "\uff11\uff12", "1_0", "NaN", None, Decimal("Infinity")]
)
def test_what_is_not_an_exact_amount_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError, match="not an exact amount"):
        Money.model_validate({"amount": amount, "currency": "USD"})


def test_a_json_number_with_decimals_is_refused() -> None:
    with pytest.raises(ValidationError, match="never a float"):
        Money.model_validate_json('{"amount":12.90,"currency":"USD"}')


def test_an_amount_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ValidationError, match="too large"):
        usd("1E+999999")


@pytest.mark.parametrize("currency", ["usd", "US", "ABC", "", "\uff35SD"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValidationError, match="ISO 4217"):
        Money.zero(currency)


def test_amounts_of_two_currencies_never_meet() -> None:
    with pytest.raises(CurrencyMismatch, match="CLP cannot be combined with an amount in USD"):
        usd("1") + clp(1)
    with pytest.raises(CurrencyMismatch):
        _ = usd("1") < clp(2)
    with pytest.raises(CurrencyMismatch):
        total([usd("1"), clp(1)], "USD")


def test_a_float_factor_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        usd("1") * 0.5  # type: ignore[operator]


def test_equal_amounts_are_equal_in_hash_and_json() -> None:
    assert usd("1.5") == usd("1.500")
    assert hash(usd("1.5")) == hash(usd("1.500"))
    assert usd("1.5").model_dump_json() == usd("1.500").model_dump_json()
    assert str(usd("-0.00")) == "0.00 USD"


def test_arithmetic_does_not_stop_at_28_digits() -> None:
    long = Decimal("123456789012.123456789012345678")
    product = Money(amount=long, currency="USD").converted(long, "CLP")
    assert Fraction(product.amount) == Fraction(long) ** 2


@pytest.mark.parametrize(
    ("amount", "currency", "printed"),
    [("0.005", "USD", "0.01 USD"), ("-0.005", "USD", "-0.01 USD"), ("1234.5", "KRW", "1235 KRW")],
)
def test_rounding_goes_half_up_to_the_minor_unit(amount: str, currency: str, printed: str) -> None:
    assert str(Money(amount=Decimal(amount), currency=currency).rounded()) == printed


def test_rounding_takes_another_mode_by_name() -> None:
    assert Money(amount=Decimal("1234.9"), currency="KRW").rounded(ROUND_FLOOR).amount == 1234


def test_the_largest_remainder_gets_the_odd_cent() -> None:
    assert usd("1.00").split([1, 1, 4]) == (usd("0.17"), usd("0.17"), usd("0.66"))
    assert usd("0.01").split([0, 1]) == (usd("0"), usd("0.01"))


@pytest.mark.parametrize("weights", [[], [0], [1, -1], [2, -1]])
def test_weights_that_mean_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="Weights"):
        usd("1").split(weights)


@given(AMOUNTS, st.sampled_from(["USD", "CLP", "KRW", "KWD"]), WEIGHTS)
def test_shares_sum_to_the_whole_and_keep_their_order(amount: Decimal, currency: str, weights: list[int]) -> None:
    whole = Money(amount=amount, currency=currency)
    shares = whole.split(weights)
    assert total(shares, currency) == whole
    by_weight = sorted(zip(weights, (abs(share.amount) for share in shares), strict=True))
    unit = Decimal(10) ** min(0, int(whole.amount.as_tuple().exponent))
    assert all(later >= earlier - unit for (_, earlier), (_, later) in pairwise(by_weight))
    assert all(share == 0 for weight, share in by_weight if weight == 0)


@given(AMOUNTS, AMOUNTS)
def test_subtraction_undoes_addition(one: Decimal, other: Decimal) -> None:
    first, second = Money(amount=one, currency="USD"), Money(amount=other, currency="USD")
    assert first + second - second == first
    assert first + -first == Money.zero("USD")
    assert (first < second) == (one < other)


@given(AMOUNTS)
def test_rounding_twice_changes_nothing_more(amount: Decimal) -> None:
    once = Money(amount=amount, currency="CLP").rounded()
    assert once.rounded() == once
    assert abs(once.amount - amount) <= Decimal("0.5")


@given(AMOUNTS, st.sampled_from(["USD", "CLP"]))
def test_json_comes_back_as_the_same_amount(amount: Decimal, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    assert Money.model_validate_json(money.model_dump_json()) == money
    assert Money.model_validate(money.model_dump()) == money
