"""Text and figures as KTNET's boxes take them: EUC-KR bytes, plain ASCII, exact decimals; refused, never rounded."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tradelane.adapters.errors import Refused
from tradelane.adapters.ktnet.client import PARTY
from tradelane.domain.holds import Fault
from tradelane.domain.transliteration import cut_at_word, cut_euc_kr, euc_kr_length, to_ascii


def ascii_text(text: str, limit: int | None, field: str, fault: Fault) -> str:
    """ASCII without `<`, `>`, `&`, cut at a word to `limit` places; refused when a letter has none or nothing is left."""
    try:
        plain = to_ascii(text)
    except ValueError as wrong:
        # the sentence would quote the text: harmless for goods, personal for a buyer
        words = "The buyer's name cannot be written in ASCII." if fault is Fault.BUYER_DATA else str(wrong)
        raise wrong_data(field, words, fault) from wrong
    if not plain:
        raise wrong_data(field, "The text is empty.", fault)
    return plain if limit is None else cut_at_word(plain, limit)


def boxed(text: str, limit: int, field: str) -> str:
    """Korean text cut to its box; refused when EUC-KR cannot write it or nothing is left."""
    return _checked(lambda: cut_euc_kr(text.strip(), limit), field, Fault.SELLER_DATA)


def fitting(text: str, limit: int, field: str, fault: Fault) -> str:
    """Text that is never cut, since a part of it would be another fact: refused when longer than `limit` bytes."""
    if _checked(lambda: str(euc_kr_length(text)), field, fault) and euc_kr_length(text) > limit:
        raise wrong_data(field, f"The text is longer than {limit} bytes.", fault)
    return text


def _checked(make: Callable[[], str], field: str, fault: Fault) -> str:
    try:
        text = make()
    except ValueError as wrong:
        raise wrong_data(field, str(wrong), fault) from wrong
    if not text:
        raise wrong_data(field, "The text is empty.", fault)
    return text


def wrong_data(field: str, words: str, fault: Fault) -> Refused:
    """The refusal of a datum before anything is sent; `field` is KTNET's name of its box."""
    return Refused(PARTY, "cannot_be_declared", f"{words} [{field}]", fault=fault, reason="missing_data")


def kilograms(grams: int) -> str:
    """Grams as kilograms with three decimals.

    >>> kilograms(345)
    '0.345'
    """
    return f"{Decimal(grams) / 1000:.3f}"


def places(amount: Decimal, digits: int, field: str) -> str:
    """An amount with at most so many decimals, refused rather than rounded.

    >>> places(Decimal("12.90"), 2, "PaymentAmount")
    '12.90'
    """
    exact = amount.quantize(Decimal(1).scaleb(-digits))
    if exact != amount:
        raise wrong_data(field, f"An amount has more than {digits} decimals.", Fault.OURS)
    return f"{exact:f}"


def whole(amount: Decimal, field: str = "DeclAmount1") -> str:
    """Won, which have no decimals."""
    return places(amount, 0, field)
