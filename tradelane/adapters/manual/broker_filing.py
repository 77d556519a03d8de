"""Export declarations handed to the exporter's customs broker (관세사), who files them; a person reports what came of it.

There is no common public interface of brokers' programs: the broker gets a file and a mail, which are drawn up before
the step asks for a person, and the result is typed (`tradelane.adapters.manual.filing`).
"""

from __future__ import annotations

import asyncio
from datetime import date

from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.desk import PARTY
from tradelane.adapters.manual.filing import LODGE, ManualFiling, kind_for, lines_of, told
from tradelane.domain.catalogue import Broker, Exporter
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import ExportDeclarationNumber
from tradelane.domain.outside import Existing
from tradelane.ports import Consignments, Decisions, Exporters

HANDOFF = ("broker_handoff_xlsx", "broker_handoff_ms949", "broker_mail")
"""Kinds of the stored documents that a broker is given: a sheet, the same in MS949 for its program, the mail's text."""


class BrokerFiling(ManualFiling):
    """Implements `tradelane.ports.ExportFiling` through a broker. Words of holds name the firm, never a mail address."""

    def __init__(self, decisions: Decisions, consignments: Consignments, exporters: Exporters) -> None:
        super().__init__(decisions, consignments)
        self._exporters = exporters

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        existing = await super().find(declaration)
        self._of_the_broker(self._filed(declaration.order_no), declaration.exporter)
        return existing

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        """Always asks a person to hand the papers over.

        Raises:
            Refused: the exporter has no broker, or reason `manual_work` with what to send and what to type.
        """
        exporter = declaration.exporter
        if exporter.broker is None:
            raise no_broker(exporter.id)
        ucr, name = told(declaration.order_no)
        orders = self._desk.orders_of(ucr)
        words = (
            f"Hand the export declaration {declaration.order_no} of {exporter.name_en} to its broker "
            f"{_named(exporter.broker)}, to be filed on {day}: {lines_of(declaration)}, {declaration.amount}, "
            f"FOB {declaration.fob}, route {declaration.route.value}. The file is ready, as a sheet, in MS949 and as the "
            "text of a mail; type the number and the acceptance when the broker reports them."
        )
        asked = self._desk.work(orders, f"{LODGE}:{name}", words, Fault.AUTHORITY)
        order = orders[0] if orders else "ORDER"
        fetch = f"tradelane documents get {order} --kind {kind_for(HANDOFF[0], name)} -o {declaration.order_no}.xlsx"
        asked.commands = (fetch, *asked.commands)
        raise asked

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        filing = self._filed(order_no)
        if filing is not None:
            exporters = await asyncio.to_thread(self._exporters.get, [exporter_id])
            if exporter_id in exporters:
                self._of_the_broker(filing, exporters[exporter_id])
        return filing

    def _of_the_broker(self, filing: Filing | None, exporter: Exporter) -> None:
        """Raises Refused, so that it is typed again, when a number is not one of the exporter's broker."""
        wrong = wrong_with(filing.number, exporter) if filing is not None and filing.number is not None else ""
        if filing is not None and wrong:
            ucr, name = told(filing.order_no)
            words = f"{wrong} Type it again."
            raise self._desk.work(self._desk.orders_of(ucr), f"{LODGE}:{name}", words, Fault.OURS)


def wrong_with(number: ExportDeclarationNumber, exporter: Exporter) -> str:
    """Why a number that a person typed cannot be one the exporter's broker filed; empty when it can.

    A declaration number begins with the declarant code of who filed it.
    """
    broker = exporter.broker
    if broker is None or number.declarant == broker.declarant_code:
        return ""
    return f"The declaration number {number.printed} was not filed by {_named(broker)}: it must begin with that code."


def no_broker(exporter_id: str) -> Refused:
    """The refusal of an exporter that files through a broker and has none."""
    words = f"Exporter {exporter_id} files through a customs broker and none is set: give it one, or another channel."
    command = f"tradelane exporters set {exporter_id} broker.name=NAME broker.declarant_code=CODE broker.email=ADDRESS"
    return Refused(PARTY, "no_broker", words, fault=Fault.SELLER_DATA, reason="missing_data", commands=(command,))


def _named(broker: Broker) -> str:
    return f"{broker.name} (declarant code {broker.declarant_code})"
