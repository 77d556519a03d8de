"""Every exporter's own way to customs: one filing port that hands each declaration to the channel it goes through.

The channel a declaration was filed through wins over a later change of the exporter: customs is asked where it was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

from tradelane.domain.catalogue import Exporter, FilingChannel
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.outside import Existing
from tradelane.ports import Declarations, Exporters, ExportFiling


class RoutedFiling:
    """Implements `tradelane.ports.ExportFiling` over one adapter for each channel."""

    def __init__(
        self,
        channels: Mapping[FilingChannel, ExportFiling],
        default: FilingChannel,
        exporters: Exporters,
        declarations: Declarations,
    ) -> None:
        self._channels = channels
        self._default = default
        self._exporters = exporters
        self._declarations = declarations

    def channel_of(self, exporter: Exporter | None) -> FilingChannel:
        """The exporter's own channel, else that of the installation."""
        return (exporter.channel if exporter is not None else None) or self._default

    async def channel_for(self, order_no: str, exporter: Exporter | str) -> FilingChannel:
        """The channel a reference was filed through; the exporter's (by value or id) while it was not filed."""
        record = await asyncio.to_thread(self._declarations.find, order_no)
        if record is not None:
            return record.channel
        if isinstance(exporter, Exporter):
            return self.channel_of(exporter)
        found = await asyncio.to_thread(self._exporters.get, [exporter])
        return self.channel_of(found.get(exporter))

    async def _by(self, order_no: str, exporter: Exporter | str) -> ExportFiling:
        return self._channels[await self.channel_for(order_no, exporter)]

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        return await (await self._by(declaration.order_no, declaration.exporter)).find(declaration)

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        await (await self._by(declaration.order_no, declaration.exporter)).lodge(declaration, day)

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        return await (await self._by(order_no, exporter_id)).status(order_no, exporter_id)

    async def find_withdrawal(self, filing: Filing, exporter_id: str) -> Existing[str]:
        return await (await self._by(filing.order_no, exporter_id)).find_withdrawal(filing, exporter_id)

    async def withdraw(self, filing: Filing, exporter_id: str, reason: str) -> None:
        await (await self._by(filing.order_no, exporter_id)).withdraw(filing, exporter_id, reason)

    async def find_amendment(self, declaration: ExportDeclaration, filing: Filing, version: int) -> Existing[str]:
        channel = await self._by(filing.order_no, declaration.exporter)
        return await channel.find_amendment(declaration, filing, version)

    async def amend(
        self,
        declaration: ExportDeclaration,
        filing: Filing,
        version: int,
        reason: str,
        accepted: ExportDeclaration | None = None,
    ) -> None:
        channel = await self._by(filing.order_no, declaration.exporter)
        await channel.amend(declaration, filing, version, reason, accepted)

    async def find_extension(self, filing: Filing, exporter_id: str, until: date) -> Existing[str]:
        return await (await self._by(filing.order_no, exporter_id)).find_extension(filing, exporter_id, until)

    async def extend(self, filing: Filing, exporter_id: str, load_before: date, until: date, reason: str) -> None:
        await (await self._by(filing.order_no, exporter_id)).extend(filing, exporter_id, load_before, until, reason)
