"""Export declarations filed by hand, in UNI-PASS or through whoever does it for the exporter.

Two results are typed: the filing, with its acceptance where there is one, at `lodge_export_declaration:dN`, and later
readings of where it stands at `read_export_acceptance:dN`. Both are one story in the order they were typed; it only goes forward.
"""

from __future__ import annotations

import re
from datetime import date

from pydantic import ValidationError

from tradelane.adapters.errors import Refused
from tradelane.adapters.manual.desk import PARTY, Desk
from tradelane.adapters.manual.filing_story import Telling, stands
from tradelane.contracts.handmade import AmendedByHand, DoneByHand, FiledByHand, SeenByHand, amended_by_hand
from tradelane.domain.export_declaration import ExportDeclaration, Filing
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import Ucr
from tradelane.domain.outside import Done, Existing, NotDone
from tradelane.ports import Consignments, Decision, Decisions

LODGE = "lodge_export_declaration"
WITHDRAW = "withdraw_export_declaration"
AMEND = "amend_export_declaration"
READ = "read_export_acceptance"
EXTEND = "extend_loading_period"
WORKSHEET = "declaration_worksheet"
"""Kind of the stored document from which a person keys a declaration."""


class ManualFiling:
    """Implements `tradelane.ports.ExportFiling`.

    What is typed at the filing is an accepted declaration, or one that customs has not answered yet where no instant is
    given.
    """

    def __init__(self, decisions: Decisions, consignments: Consignments) -> None:
        self._decisions = decisions
        self._desk = Desk(decisions, consignments)

    async def find(self, declaration: ExportDeclaration) -> Existing[Filing]:
        filing = self._filed(declaration.order_no)
        return Done(filing) if filing else NotDone()

    async def lodge(self, declaration: ExportDeclaration, day: date) -> None:
        """Always asks a person."""
        ucr, name = told(declaration.order_no)
        words = (
            f"File the export declaration of {declaration.exporter.name_en} by hand, dated {day}: "
            f"{lines_of(declaration)}, {declaration.amount}, FOB {declaration.fob}, "
            f"reference {declaration.order_no}. The worksheet (수출신고서 작성표) has every box."
        )
        orders = self._desk.orders_of(ucr)
        asked = self._desk.work(orders, f"{LODGE}:{name}", words, Fault.AUTHORITY)
        order = orders[0] if orders else "ORDER"
        fetch = f"tradelane documents get {order} --kind {kind_for(WORKSHEET, name)} -o {declaration.order_no}.pdf"
        asked.commands = (fetch, *asked.commands)
        raise asked

    async def status(self, order_no: str, exporter_id: str) -> Filing | None:
        return self._filed(order_no)

    async def find_withdrawal(self, filing: Filing, exporter_id: str) -> Existing[str]:
        ucr, name = told(filing.order_no)
        typed = self._desk.typed(self._desk.orders_of(ucr), f"{WITHDRAW}:{name}", DoneByHand)
        return Done("approved") if typed else NotDone()

    async def withdraw(self, filing: Filing, exporter_id: str, reason: str) -> None:
        """Always asks a person."""
        ucr, name = told(filing.order_no)
        number = filing.number.printed if filing.number else filing.order_no
        words = f"Withdraw (취하) the export declaration {number} by hand: {reason}"
        raise self._desk.work(self._desk.orders_of(ucr), f"{WITHDRAW}:{name}", words, Fault.AUTHORITY)

    async def find_amendment(self, declaration: ExportDeclaration, filing: Filing, version: int) -> Existing[str]:
        """What was typed for another version says nothing of this one."""
        ucr, name = told(filing.order_no)
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
        ucr, name = told(filing.order_no)
        number = filing.number.printed if filing.number else filing.order_no
        words = (
            f"Amend (정정) the export declaration {number} by hand to version {version}: {reason.strip().rstrip('.')}. "
            f"It is to say {lines_of(declaration)}, {declaration.amount}, FOB {declaration.fob}, "
            f"{declaration.packages} packages of {declaration.gross_weight_g} g gross, as on the new papers."
        )
        orders = self._desk.orders_of(ucr)
        command, shape = amended_by_hand(orders[0] if orders else "ORDER", f"{AMEND}:{name}", version)
        raise Refused(PARTY, "manual_work", words, reason="manual_work", commands=(command,), result_shape=shape)

    async def find_extension(self, filing: Filing, exporter_id: str, until: date) -> Existing[str]:
        """What was typed for another day says nothing of this one: the day is part of the step."""
        ucr, name = told(filing.order_no)
        typed = self._desk.typed(self._desk.orders_of(ucr), _extension(name, until), DoneByHand)
        return Done("approved") if typed else NotDone()

    async def extend(self, filing: Filing, exporter_id: str, load_before: date, until: date, reason: str) -> None:
        """Always asks a person."""
        ucr, name = told(filing.order_no)
        number = filing.number.printed if filing.number else filing.order_no
        words = (
            f"Ask customs to extend the loading period (적재기간 연장) of {number} from {load_before} to {until}, "
            f"before {load_before} is over: {reason.strip().rstrip('.')}."
        )
        raise self._desk.work(self._desk.orders_of(ucr), _extension(name, until), words, Fault.AUTHORITY)

    def _filed(self, order_no: str) -> Filing | None:
        ucr, name = told(order_no)
        orders = self._desk.orders_of(ucr)
        lodged, read = f"{LODGE}:{name}", f"{READ}:{name}"
        # the latest of each must be right: a wrong one is asked for again
        self._desk.typed(orders, lodged, FiledByHand)
        self._desk.typed(orders, read, SeenByHand)
        typed = self._decisions.of_orders(orders) if orders else ()
        tellings = (
            _telling(decision, FiledByHand if decision.step == lodged else SeenByHand)
            for decision in typed
            if decision.kind == "complete" and decision.step in (lodged, read)
        )
        return stands([telling for telling in tellings if telling is not None], order_no)


def kind_for(kind: str, name: str) -> str:
    """Kind of a stored paper that one declaration of a parcel has for itself: two exporters' papers keep apart.

    >>> kind_for("declaration_worksheet", "d1"), kind_for("declaration_worksheet", "d2")
    ('declaration_worksheet', 'declaration_worksheet_d2')
    """
    return kind if name == "d1" else f"{kind}_{name}"


def lines_of(declaration: ExportDeclaration) -> str:
    """How many lines (란) a declaration has, in words."""
    count = len(declaration.lines)
    return f"{count} line" if count == 1 else f"{count} lines"


def _telling(decision: Decision, shape: type[FiledByHand] | type[SeenByHand]) -> Telling | None:
    """What one result says; None for a wrong one that was typed again since."""
    try:
        return shape.model_validate(dict(decision.content))
    except ValidationError:
        return None


def _extension(name: str, until: date) -> str:
    return f"{EXTEND}:{name}-{until:%Y%m%d}"


def told(order_no: str) -> tuple[Ucr, str]:
    """UCR and declaration of a filing reference, `<UCR>-<index>` with or without a round.

    >>> told("6KRMLC45848383497-2~3")
    (Ucr('6KRMLC45848383497'), 'd2')
    """
    found = re.fullmatch(r"([0-9A-Z]+)-([0-9]+)(?:~[0-9]+)?", order_no)
    if found is None:
        words = f"{order_no} is no filing reference of ours."
        raise Refused(PARTY, "unknown_reference", words, fault=Fault.OURS)
    return Ucr(found.group(1)), f"d{int(found.group(2))}"
