"""Packing: which parcels wait for the bench, what it measured, and the pick list it works from."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tradelane.contracts.messages import Answer, ConfirmPacking, PackedBox
from tradelane.desk.complaints import NotFound, NotThere, RefusedByRule, WrongUsage
from tradelane.desk.documents import KeptPaper
from tradelane.desk.orders import update
from tradelane.desk.packing_sheet import BadSheet, Parcel, Problem
from tradelane.desk.session import Desk
from tradelane.domain.identifiers import OrderId
from tradelane.domain.pick_list import PICK_LIST
from tradelane.ports import Consignments
from tradelane.ports.desk import BoardHold, BoardQuery, HoldBoard
from tradelane.stores import Stores

AT_ONCE = 8
"""Updates under way at the same time."""

UPDATE = "confirm_packing"
BOX = "GRAMSg:LxWxH"

_NUMBER = r"\s*([0-9.,]+)\s*"
_BOX = re.compile(rf"{_NUMBER}g?\s*:{_NUMBER}[xX×]{_NUMBER}[xX×]{_NUMBER}(?:cm)?\s*")


class State(StrEnum):
    """What became of one order of a sheet."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_SENT = "not sent"


class Outcome(BaseModel):
    """What became of one order of a sheet, with the sentence of its run."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    boxes: int
    state: State
    sentence: str


def waiting(board: HoldBoard) -> tuple[BoardHold, ...]:
    """Parcels that wait for the bench, the most urgent first."""
    return board.open(BoardQuery(reason="packing"))


def measured(boxes: Sequence[str], lots: Sequence[str], actor: str) -> ConfirmPacking:
    """What was typed, as the message a run takes; `boxes` such as `640g:30x20x10`, `lots` such as `L1` or `SKU=L1`.

    Raises:
        WrongUsage: a box or a lot cannot be read, or does not fit.
    """
    parcel = [lot for lot in lots if "=" not in lot]
    if len(parcel) > 1:
        raise WrongUsage(f"A parcel has one lot, not {' and '.join(parcel)}; where lots differ, write --lot SKU=LOT.")
    own = dict(lot.split("=", 1) for lot in lots if "=" in lot)
    if any(not lot.strip() for lot in (*parcel, *own, *own.values())):
        raise WrongUsage("--lot wants LOT or SKU=LOT.")
    message = ConfirmPacking(
        boxes=tuple(read_box(box) for box in boxes),
        lot=parcel[0] if parcel else "",
        lots={sku.strip(): lot for sku, lot in own.items()},
        actor=actor,
    )
    try:
        message.changes()
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from wrong
    return message


def read_box(text: str) -> PackedBox:
    """One box as a person types it: grams, then three sides in centimetres.

    >>> box = read_box("640g:30x20x10.5")
    >>> box.gross_weight_g, box.length_cm, box.width_cm, box.height_cm
    ('640', '30', '20', '10.5')

    Raises:
        WrongUsage: it has another form.
    """
    found = _BOX.fullmatch(text)
    if found is None:
        raise WrongUsage(f"--box wants {BOX} in grams and centimetres, such as 640g:30x20x10, not {text!r}.")
    return PackedBox(gross_weight_g=found[1], length_cm=found[2], width_cm=found[3], height_cm=found[4])


async def confirm(desk: Desk, order: OrderId, message: ConfirmPacking) -> Answer:
    """Tell an order's run what was measured.

    Raises:
        RefusedByRule, NotFound, NotThere: as `orders.update`; an order that travels in another's parcel is refused.
    """
    return await update(desk, order, UPDATE, message)


async def confirm_sheet(desk: Desk, path: Path, parcels: Sequence[Parcel]) -> tuple[Outcome, ...]:
    """Tell the run of every order of a sheet, once all of them are known; each outcome is reported.

    When no worker answers any more, the rest is not sent: confirm the same sheet again later.

    Raises:
        BadSheet: an order has no journey here that could take it; nothing was sent.
    """
    if problems := strangers(desk.stores.consignments, parcels):
        raise BadSheet(path, problems)
    gate, away = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    async def tell(parcel: Parcel) -> Outcome:
        async with gate:
            state, sentence = State.NOT_SENT, "no worker answered for the orders before"
            if not away.is_set():
                try:
                    state, sentence = State.CONFIRMED, (await confirm(desk, parcel.order_id, parcel.message)).sentence
                except (RefusedByRule, NotFound) as refusal:
                    state, sentence = State.REFUSED, str(refusal)
                except NotThere as silence:
                    away.set()
                    sentence = str(silence)
        return Outcome(order_id=parcel.order_id, boxes=len(parcel.message.boxes), state=state, sentence=sentence)

    return tuple(await asyncio.gather(*(tell(parcel) for parcel in parcels)))


def strangers(consignments: Consignments, parcels: Sequence[Parcel]) -> tuple[Problem, ...]:
    """Orders of a sheet that no run here could take boxes for."""
    found = []
    for parcel in parcels:
        claim, order = consignments.of_order(parcel.order_id), parcel.order_id
        if claim is None:
            why = f"no journey here has a parcel for order {order}"
        elif claim.outcome is not None:
            why = f"the journey of order {order} has ended ({claim.outcome})"
        elif claim.carrying_order != order:
            carrying = claim.carrying_order
            why = f"order {order} travels in the parcel of order {carrying}; write its boxes under {carrying}"
        else:
            continue
        found.append(Problem(line=parcel.line, column="order_id", reason=why))
    return tuple(found)


def check_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Complain unless every order of a sheet was confirmed.

    Raises:
        NotThere: some were not sent, for no worker answers.
        RefusedByRule: some were refused.
    """
    left = [one for one in outcomes if one.state is not State.CONFIRMED]
    if unsent := [one for one in left if one.state is State.NOT_SENT]:
        raise NotThere(
            f"{len(unsent)} of {len(outcomes)} orders were not sent, for no worker answers; try again later."
        )
    if left:
        raise RefusedByRule(f"{len(left)} of {len(outcomes)} orders were refused; the others are confirmed.")


def take_pick_list(stores: Stores, order: OrderId, target: Path) -> KeptPaper:
    """Write the newest pick list of the order's parcel to a file.

    Raises:
        NotFound: the order has no parcel yet, or packing has not come to it.
        WrongUsage: the file cannot be written.
    """
    claim = stores.consignments.of_order(order)
    kept = [paper for paper in stores.documents.of_ucr(claim.ucr) if paper.kind == PICK_LIST] if claim else []
    if not kept:
        raise NotFound(
            f"Order {order} has no pick list: one is drawn when its parcel waits for the bench; "
            f"`tradelane orders show {order}` says where it stands."
        )
    newest = kept[-1]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(stores.documents.read(newest.sha256))
    except OSError as problem:
        raise WrongUsage(f"{target} cannot be written: {problem.strerror}.") from problem
    return KeptPaper(kind=newest.kind, version=newest.version, size=newest.size, sha256=newest.sha256, file=str(target))
