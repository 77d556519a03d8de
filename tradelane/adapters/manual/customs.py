"""Customs information read by a person in UNI-PASS's web: rates from our books, the rest typed for each step."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.desk import PARTY
from tradelane.adapters.rate_week import sunday_of
from tradelane.contracts.handmade import reports_done, shape_of
from tradelane.domain.export_declaration import CustomsRate, Loading
from tradelane.domain.export_route import HskFacts
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk
from tradelane.ports import PublishedRates, RateKind

READ_RATE = "read_customs_rate"
REQUIREMENTS = "read_export_requirements"
LOADING = "confirm_loading"


class ManualCustoms:
    """Implements `tradelane.ports.CustomsInformation`; nothing is asked of anybody but our own books.

    What a person found about requirements and loading is typed as the result of the step; it never comes through here.
    """

    def __init__(self, books: PublishedRates) -> None:
        self._books = books

    async def export_rate(self, day: date, currency: str) -> CustomsRate:
        """The rate that a person wrote down for the week of a Korean day.

        Raises:
            Refused: code and reason `no_rate`, with the command that writes it down and the one that goes on.
        """
        sunday = sunday_of(day)
        known = await asyncio.to_thread(self._books.find, RateKind.CUSTOMS_EXPORT, currency, sunday)
        if known is not None:
            return CustomsRate(currency=currency, krw_per_unit=known.krw_per_unit, valid_from=sunday)
        raise Refused(
            PARTY,
            "no_rate",
            f"Nobody has written down the customs export rate of {currency} for the week of {sunday} to "
            f"{sunday + timedelta(days=6)}. Read it in UNI-PASS (the export rate, not the import rate).",
            reason="no_rate",
            commands=(
                f'tradelane customs rate set {currency} WON_FOR_ONE --week {sunday} --source "UNI-PASS web, {day}"',
                f"tradelane holds resolve ORDER --step {READ_RATE} --action retry",
            ),
        )

    async def requirements(self, hsk: Hsk, day: date) -> HskFacts:
        """Always asks a person."""
        words = (
            f"Look up in UNI-PASS what goods under HSK {hsk.printed} need for export on {day}: confirmation by the "
            "customs head, and a shortened loading period. Answer for all tariff codes of the parcel together."
        )
        raise _work(REQUIREMENTS, words)

    async def loading(self, number: ExportDeclarationNumber, *, converted_list: bool = False) -> Loading:
        """Always asks a person."""
        where = "among the converted lists" if converted_list else "by its number"
        words = (
            f"Look up declaration {number.printed} in UNI-PASS {where}: whether all its packages are loaded, how many "
            "there are, and on which Korean day the last of them left."
        )
        raise _work(LOADING, words)


def _work(step: str, words: str) -> Refused:
    """The refusal that puts work on a person's list, with the command that reports it done."""
    _, shape = shape_of(step)
    return Refused(
        PARTY,
        "manual_work",
        words,
        reason="manual_work",
        commands=(reports_done("ORDER", step),),
        result_shape=shape,
    )
