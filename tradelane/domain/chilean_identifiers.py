"""Identifiers of the Chilean tax service (SII) and customs (Servicio Nacional de Aduanas). State: 2026.

The RUT is checked here and not by python-stdnum, which refuses bodies of fewer than seven digits and
zero-padded input; both occur.
"""

from __future__ import annotations

import re
from itertools import cycle
from typing import Self

from tradelane.domain.identifier import Digits, Identifier, capitals


class Rut(Identifier):
    """RUT: a body of up to eight digits and a check character 0-9 or K (modulus 11).

    Personal data: neither its errors nor its repr show it.

    >>> rut = Rut("0012.345.678-5")
    >>> str(rut), rut.printed, rut.masked, rut.body, rut.dv
    ('123456785', '12.345.678-5', '12.***.***-5', 12345678, '5')
    >>> rut
    Rut('12.***.***-5')
    >>> Rut("12.345.678-9")
    Traceback (most recent call last):
    ValueError: This is no RUT: its check character is wrong.
    """

    __slots__ = ()
    label = "RUT"
    separators = " -."
    may_be_quoted = False

    @classmethod
    def checked(cls, text: str) -> str:
        compact = capitals(text).lstrip("0")
        if not re.fullmatch(r"[0-9]{1,8}[0-9K]", compact):
            raise cls.wrong(text, "it has up to 8 digits and a check character 0-9 or K")
        if compact[-1] != cls.check_character(int(compact[:-1])):
            raise cls.wrong(text, "its check character is wrong")
        return compact

    @staticmethod
    def check_character(body: int) -> str:
        """Weights 2 to 7 repeating from the right; 11 less the remainder, where 11 is 0 and 10 is K."""
        summed = sum(int(d) * weight for d, weight in zip(reversed(str(body)), cycle(range(2, 8)), strict=False))
        return "0123456789K0"[11 - summed % 11]

    @classmethod
    def of(cls, body: int, dv: str) -> Self:
        """From its two parts, as carriers and the customs declaration give them."""
        return cls(f"{body}{dv}")

    @property
    def body(self) -> int:
        """The number without its check character."""
        return int(self[:-1])

    @property
    def dv(self) -> str:
        """The check character (dígito verificador), K as a capital."""
        return str(self[-1])

    @property
    def printed(self) -> str:
        """``12.345.678-5``."""
        return f"{self.body:,}".replace(",", ".") + f"-{self.dv}"

    @property
    def masked(self) -> str:
        """``12.***.***-5``: enough to tell two people apart on a screen, too little to look one up."""
        groups = f"{self.body:,}".split(",")
        shown = [groups[0] if len(groups) == 3 else "***"] + ["***"] * (len(groups) - 1)
        return ".".join(shown) + f"-{self.dv}"

    def __repr__(self) -> str:
        return f"Rut({self.masked!r})"


class ChileanTariffCode(Digits):
    """Código arancelario: eight digits of the Chilean customs tariff.

    Chapter 00 holds the tariff's special treatments, so it is not refused here as it is in ``Hsk``.

    >>> ChileanTariffCode("3304.99.10").printed, ChileanTariffCode("33049910").hs6
    ('3304.9910', '330499')
    """

    __slots__ = ()
    label = "Chilean tariff code"
    separators = " -."
    shortest = longest = 8

    @classmethod
    def check_digits(cls, digits: str) -> None:
        if int(digits[:2]) > 97:
            raise cls.wrong(digits, "the Chilean tariff ends with chapter 97")

    @property
    def hs6(self) -> str:
        """The international subheading."""
        return self[:6]

    @property
    def printed(self) -> str:
        """``NNNN.NNNN``."""
        return f"{self[:4]}.{self[4:]}"
