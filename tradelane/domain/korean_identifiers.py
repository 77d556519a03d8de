"""Identifiers of the Korea Customs Service (관세청) and the National Tax Service (국세청).

Sources: shapes seen on export declaration certificates (수출신고필증) and in public UNI-PASS and KTNET
programs. The checksum of the business number is in wide use and holds for the public numbers tried; no
official paper of it was found. State: 2026.
"""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.kr import brn

from tradelane.domain.identifier import Digits, Identifier, capitals

_STEM_BYTES = 8
_REGISTRATION_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


class DeclarantCode(Identifier):
    """신고인부호: five capitals or digits naming who files with customs.

    >>> DeclarantCode("6n002")
    DeclarantCode('6N002')
    """

    __slots__ = ()
    label = "declarant code (신고인부호)"

    @classmethod
    def checked(cls, text: str) -> str:
        code = capitals(text)
        if not re.fullmatch(r"[0-9A-Z]{5}", code):
            raise cls.wrong(text, "it has 5 letters A-Z or digits")
        return code


class ExportDeclarationNumber(Identifier):
    """수출신고번호: declarant code (5), year (2), serial (6) and a final X.

    Numbers of 15 digits belong to the system before and are refused.

    >>> number = ExportDeclarationNumber("6N002-26-000123X")
    >>> number, number.printed, number.declarant
    (ExportDeclarationNumber('6N00226000123X'), '6N002-26-000123X', DeclarantCode('6N002'))
    >>> ExportDeclarationNumber("6N002-26-0001234")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: '6N002260001234' is no export declaration number (수출신고번호): it has ... a final X.
    """

    __slots__ = ()
    label = "export declaration number (수출신고번호)"

    @classmethod
    def checked(cls, text: str) -> str:
        number = capitals(text)
        if not re.fullmatch(r"[0-9A-Z]{5}[0-9]{8}X", number):
            raise cls.wrong(text, "it has 5 letters or digits, 8 digits and a final X")
        return number

    @property
    def declarant(self) -> DeclarantCode:
        """Who filed it."""
        return DeclarantCode(self[:5])

    @property
    def year(self) -> int:
        """The last two digits of the year it was declared in."""
        return int(self[5:7])

    @property
    def printed(self) -> str:
        """``AAAAA-YY-NNNNNNX``."""
        return f"{self[:5]}-{self[5:7]}-{self[7:]}"


class CustomsClearanceCode(Identifier):
    """통관고유부호: 15 EUC-KR bytes.

    A stem of 2 to 4 Hangul, filled with ``*`` to 8 bytes, then 7 letters or digits.

    >>> code = CustomsClearanceCode("한빛차-1-99-1-01-5")
    >>> code, code.printed
    (CustomsClearanceCode('한빛차**1991015'), '한빛차-1-99-1-01-5')
    """

    __slots__ = ()
    label = "customs clearance code (통관고유부호)"

    @classmethod
    def checked(cls, text: str) -> str:
        found = re.fullmatch(r"([가-힣]{2,4})(\*{0,4})([0-9A-Z]{7})", capitals(text))
        if found is not None:
            stem, stars, rest = found.groups()
            # a Hangul syllable is two bytes in EUC-KR; the printed form leaves the filling out
            filling = "*" * (_STEM_BYTES - 2 * len(stem))
            if stars in ("", filling):
                return stem + filling + rest
        raise cls.wrong(text, "it has 2 to 4 Hangul filled with * to 8 bytes, then 7 letters or digits")

    @property
    def printed(self) -> str:
        """The stem without filling, then the parts 1-2-1-2-1."""
        rest = self[-7:]
        return "-".join((self[:-7].rstrip("*"), rest[0], rest[1:3], rest[3], rest[4:6], rest[6]))


class BusinessRegistrationNumber(Digits):
    """사업자등록번호: ten digits, the last a check digit (which python-stdnum does not check).

    >>> BusinessRegistrationNumber("123-45-67891").printed
    '123-45-67891'
    >>> BusinessRegistrationNumber("123-45-67890")
    Traceback (most recent call last):
    ValueError: '1234567890' is no business registration number (사업자등록번호): its check digit is wrong.
    """

    __slots__ = ()
    label = "business registration number (사업자등록번호)"
    shortest = longest = 10

    @classmethod
    def check_digits(cls, digits: str) -> None:
        try:
            brn.validate(digits)
        except ValidationError as error:
            raise cls.wrong(digits, "no tax office issues such a number") from error
        if digits[-1] != cls.check_digit(digits[:9]):
            raise cls.wrong(digits, "its check digit is wrong")

    @staticmethod
    def check_digit(first_nine: str) -> str:
        """The tenth digit: weights 1,3,7,1,3,7,1,3,5, and the tens of the last product once more."""
        figures = [int(digit) for digit in first_nine]
        summed = sum(figure * weight for figure, weight in zip(figures, _REGISTRATION_WEIGHTS, strict=True))
        return str((10 - (summed + figures[8] * 5 // 10) % 10) % 10)

    @property
    def printed(self) -> str:
        """``NNN-NN-NNNNN``."""
        return f"{self[:3]}-{self[3:5]}-{self[5:]}"


class Hsk(Digits):
    """HSK: the ten-digit Korean extension of the Harmonised System.

    >>> Hsk("3304.99-1000"), Hsk("3304991000").printed, Hsk("3304991000").hs6
    (Hsk('3304991000'), '3304.99-1000', '330499')
    """

    __slots__ = ()
    label = "Korean HSK code"
    separators = " -."
    shortest = longest = 10

    @classmethod
    def check_digits(cls, digits: str) -> None:
        chapter = int(digits[:2])
        if not 1 <= chapter <= 97 or chapter == 77:
            raise cls.wrong(digits, "the Harmonised System has chapters 01 to 97, without 77")

    @property
    def hs6(self) -> str:
        """The international subheading."""
        return self[:6]

    @property
    def printed(self) -> str:
        """``NNNN.NN-NNNN``."""
        return f"{self[:4]}.{self[4:6]}-{self[6:]}"
