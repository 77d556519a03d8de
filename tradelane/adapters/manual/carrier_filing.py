"""No declaration of the exporter's own: the carrier clears the goods by its list (목록통관).

The carrier is told so with the booking (`BookingRequest.carrier_clears`). A journey on this route files nothing, so a
call to file here means that the route and the exporter's channel disagree.
"""

from __future__ import annotations

from datetime import date
from typing import NoReturn

from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.desk import PARTY
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.holds import Fault
from tradelane.domain.outside import Existing, NotDone


class CarrierFiling:
    """Implements `tradelane.ports.ExportFiling` where there is nothing to file."""

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        """Never: there is no declaration."""
        return NotDone()

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        """Always refused.

        Raises:
            Refused: reason `route`: goods of another route cannot go by the carrier's list.
        """
        words = (
            f"{declaration.exporter.name_en} lets the carrier clear its goods by list, and {declaration.order_no} is to "
            f"be declared ({declaration.route.value}): {declaration.why or 'the list is not open to these goods'}. "
            "Give the exporter another channel for such goods."
        )
        raise Refused(PARTY, "no_declaration", words, fault=Fault.SELLER_DATA, reason="route")

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        return None

    async def find_withdrawal(self, filing: Filing, exporter_id: str) -> Existing[str]:
        return NotDone()

    async def withdraw(self, filing: Filing, exporter_id: str, reason: str) -> None:
        """Always refused: nothing was filed."""
        _nothing(filing)

    async def find_amendment(self, declaration: ExportDeclaration, filing: Filing, version: int) -> Existing[str]:
        return NotDone()

    async def amend(
        self,
        declaration: ExportDeclaration,
        filing: Filing,
        version: int,
        reason: str,
        accepted: ExportDeclaration | None = None,
    ) -> None:
        """Always refused: nothing was filed."""
        _nothing(filing)

    async def find_extension(self, filing: Filing, exporter_id: str, until: date) -> Existing[str]:
        return NotDone()

    async def extend(self, filing: Filing, exporter_id: str, load_before: date, until: date, reason: str) -> None:
        """Always refused: nothing was filed."""
        _nothing(filing)


def _nothing(filing: Filing) -> NoReturn:
    words = f"{filing.order_no} is cleared by the carrier's list: there is no declaration to change."
    raise Refused(PARTY, "no_declaration", words, fault=Fault.OURS, reason="route")
