"""The customs information port over UNI-PASS: rates, requirements and loading.

Rates are kept for their week and requirements for their day; loading is asked each time, with an hour or more between
looks. Read only: UNI-PASS's interface cannot file, amend or withdraw, and neither can this.
"""

from __future__ import annotations

from datetime import date

import httpx

from tradelane.adapters.unipass import rates
from tradelane.adapters.unipass.client import UnipassAccess, UnipassClient
from tradelane.adapters.unipass.loading import converted_loading_of, loading_of
from tradelane.adapters.unipass.requirements import Requirements
from tradelane.domain.export_declaration import CustomsRate, Loading
from tradelane.domain.export_route import HskFacts
from tradelane.domain.identifiers import ExportDeclarationNumber, Hsk
from tradelane.ports import PublishedRates


class UnipassCustoms:
    """Implements `tradelane.ports.CustomsInformation`; rates that were used go into `books`, when there are any."""

    def __init__(self, access: UnipassAccess, http: httpx.AsyncClient, books: PublishedRates | None = None) -> None:
        self._client = UnipassClient(access, http)
        self._rates = rates.WeeklyRates(self._client, books)
        self._requirements = Requirements(self._client)

    async def export_rate(self, day: date, currency: str) -> CustomsRate:
        """Weekly export rate in force on a Korean day. `Refused` code `no_rate` when none is published."""
        return await self._rates.of(day, currency, rates.FOR_EXPORTS)

    async def requirements(self, hsk: Hsk, day: date) -> HskFacts:
        """Laws in force on a day that goods under a code need confirmed, and customs' words for a shortened period."""
        return await self._requirements.of(hsk, day)

    async def loading(self, number: ExportDeclarationNumber, *, converted_list: bool = False) -> Loading:
        """Loading of one declaration. No row means *unknown or not accepted yet*, never *refused*."""
        if converted_list:
            return await converted_loading_of(self._client, number)
        return await loading_of(self._client, number)
