"""Export declarations filed by hand (UNI-PASS web, or a customs broker by mail)."""

from __future__ import annotations

import re
from datetime import date

from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.desk import PARTY, Desk
from tradelane.contracts.handmade import AmendedByHand, DoneByHand, FiledByHand, amended_by_hand
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import Ucr
from tradelane.domain.outside import Done, Existing, NotDone
from tradelane.ports import Consignments, Decisions

LODGE = "lodge_export_declaration"
WITHDRAW = "withdraw_export_declaration"
AMEND = "amend_export_declaration"


class ManualFiling:
    """Implements `tradelane.ports.ExportFiling`; a result typed by hand is an accepted declaration."""

    def __init__(self, decisions: Decisions, consignments: Consignments) -> None:
        self._desk = Desk(decisions, consignments)

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        filing = self._filed(declaration.order_no)
        return Done(filing) if filing else NotDone()

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        """Always asks a person."""
        ucr, name = _told(declaration.order_no)
        words = (
            f"File the export declaration of {declaration.exporter.name_en} by hand, dated {day}: "
            f"{len(declaration.lines)} lines, {declaration.amount}, FOB {declaration.fob}, "
            f"reference {declaration.order_no}."
        )
        raise self._desk.work(self._desk.orders_of(ucr), f"{LODGE}:{name}", words, Fault.AUTHORITY)

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        return self._filed(order_no)

    async def find_withdrawal(self, filing: Filing, exporter_id: str) -> Existing[str]:
        ucr, name = _told(filing.order_no)
        typed = self._desk.typed(self._desk.orders_of(ucr), f"{WITHDRAW}:{name}", DoneByHand)
        return Done("approved") if typed else NotDone()

    async def withdraw(self, filing: Filing, exporter_id: str, reason: str) -> None:
        """Always asks a person."""
        ucr, name = _told(filing.order_no)
        number = filing.number.printed if filing.number else filing.order_no
        words = f"Withdraw (취하) the export declaration {number} by hand: {reason}"
        raise self._desk.work(self._desk.orders_of(ucr), f"{WITHDRAW}:{name}", words, Fault.AUTHORITY)

    async def find_amendment(self, declaration: ExportDeclaration, filing: Filing, version: int) -> Existing[str]:
        """What was typed for another version says nothing of this one."""
        ucr, name = _told(filing.order_no)
        typed = self._desk.typed(self._desk.orders_of(ucr), f"{AMEND}:{name}", AmendedByHand)
        return Done("approved") if typed and typed.version == version else NotDone()

    async def amend(
        self,
        declaration: ExportDeclaration,
        filing: Filing,
        version: int,
        reason: str,
        accepted: ExportDeclaration | None = None,
    ) -> None:
        """Always asks a person."""
        ucr, name = _told(filing.order_no)
        number = filing.number.printed if filing.number else filing.order_no
        words = (
            f"Amend (정정) the export declaration {number} by hand to version {version}: {reason.strip().rstrip('.')}. "
            f"It is to say {len(declaration.lines)} lines, {declaration.amount}, FOB {declaration.fob}, "
            f"{declaration.packages} packages of {declaration.gross_weight_g} g gross, as on the new papers."
        )
        orders = self._desk.orders_of(ucr)
        command, shape = amended_by_hand(orders[0] if orders else "ORDER", f"{AMEND}:{name}", version)
        raise Refused(PARTY, "manual_work", words, reason="manual_work", commands=(command,), result_shape=shape)

    def _filed(self, order_no: str) -> Filing | None:
        ucr, name = _told(order_no)
        typed = self._desk.typed(self._desk.orders_of(ucr), f"{LODGE}:{name}", FiledByHand)
        if typed is None:
            return None
        return Filing(
            order_no=order_no,
            state=FilingState.ACCEPTED,
            number=typed.number,
            accepted_at=typed.accepted_at,
            words="filed by hand",
        )


def _told(order_no: str) -> tuple[Ucr, str]:
    """UCR and declaration of a filing reference, `<UCR>-<index>` with or without a round.

    >>> _told("6KRMLC45848383497-2~3")
    (Ucr('6KRMLC45848383497'), 'd2')
    """
    found = re.fullmatch(r"([0-9A-Z]+)-([0-9]+)(?:~[0-9]+)?", order_no)
    if found is None:
        words = f"{order_no} is no filing reference of ours."
        raise Refused(PARTY, "unknown_reference", words, fault=Fault.OURS)
    return Ucr(found.group(1)), f"d{int(found.group(2))}"
