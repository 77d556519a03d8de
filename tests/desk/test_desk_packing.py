"""What is typed for a parcel becomes the message its run takes; a sheet is sent when every order in it is known."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tradelane.contracts.messages import Answer, ConfirmPacking, PackedBox
from tradelane.desk import packing
from tradelane.desk.complaints import NotFound, NotThere, RefusedByRule, WrongUsage
from tradelane.desk.packing import State
from tradelane.desk.packing_sheet import BadSheet, Parcel
from tradelane.desk.session import Desk
from tradelane.domain.identifiers import OrderId, ShipmentId, Ucr
from tradelane.ports import Claim, Consignments

ORDERS = [OrderId(str(2000013770481960 + number)) for number in range(20)]
BOX = PackedBox(gross_weight_g="640", length_cm="30", width_cm="20", height_cm="10")


def parcel(order: OrderId, line: int = 2) -> Parcel:
    return Parcel(order_id=order, line=line, message=ConfirmPacking(boxes=(BOX,)))


class Books:
    """Claims by order, as the table gives them."""

    def __init__(self, **carried_by: str) -> None:
        self.carried_by = carried_by
        self.ended: set[str] = set()

    def of_order(self, order: OrderId) -> Claim | None:
        if order not in (*ORDERS, *self.carried_by):
            return None
        return Claim(
            ucr=Ucr("6KRMLC45848383497"), shipment_id=ShipmentId("45848383497"), seller_id="1", orders=(order,),
            carrying_order=OrderId(self.carried_by.get(order, order)),
            outcome="delivered" if order in self.ended else None,
        )  # fmt: skip


def desk(books: Books) -> Desk:
    return cast(Desk, SimpleNamespace(stores=SimpleNamespace(consignments=books)))


@pytest.mark.parametrize("typed", ["640g:30x20x10", "640:30X20X10", " 640 g : 30 x 20 x 10 cm", "640g:30×20×10"])
def test_a_box_may_be_typed_as_people_type(typed: str) -> None:
    assert packing.read_box(typed) == BOX


@pytest.mark.parametrize(
    "typed", ["", "640g", "640g:30x20", "640kg:30x20x10", "0.64kg:30x20x10", "640g:30x20x10x5", "-5g:1x1x1"]
)
def test_a_box_of_another_form_is_shown_the_right_one(typed: str) -> None:
    with pytest.raises(WrongUsage, match=r"--box wants GRAMSg:LxWxH .*such as 640g:30x20x10"):
        packing.read_box(typed)


@pytest.mark.parametrize(
    ("boxes", "lots", "says"),
    [
        (["1,200g:30x20x10"], [], "package.gross_weight_g must be a number, not '1,200'"),
        (["640g:30x20x10", "640g:0x20x10"], [], "package.2.length_cm must be above zero"),
        (["640g:30x20x10"], ["A", "B"], "one lot, not A and B"),
        (["640g:30x20x10"], [""], "--lot wants LOT or SKU=LOT"),
        (["640g:30x20x10"], ["=B"], "--lot wants LOT or SKU=LOT"),
        (["640g:30x20x10"], ["SKU="], "--lot wants LOT or SKU=LOT"),
        (["640g:30x20x10"], ["?"], "package.lot has at most 40 letters"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_sent(boxes: list[str], lots: list[str], says: str) -> None:
    with pytest.raises(WrongUsage, match=says):
        packing.measured(boxes, lots, "kim")


def test_lots_are_of_the_parcel_or_of_one_sku() -> None:
    changes = packing.measured(["640g:30x20x10"], ["2607A", "HN-1=2512C"], "kim").changes()
    assert (changes["package.lot"], changes["items.HN-1.lot"]) == ("2607A", "2512C")


def test_orders_that_no_run_here_packs_are_named() -> None:
    carried, ended = ORDERS[1], ORDERS[2]
    books = Books(**{carried: str(ORDERS[0])})
    books.ended.add(ended)
    asked = [parcel(order, line) for line, order in enumerate((ORDERS[0], carried, ended, OrderId("7")), start=2)]
    found = packing.strangers(cast(Consignments, books), asked)
    assert [(problem.line, problem.reason) for problem in found] == [
        (3, f"order {carried} travels in the parcel of order {ORDERS[0]}; write its boxes under {ORDERS[0]}"),
        (4, f"the journey of order {ended} has ended (delivered)"),
        (5, "no journey here has a parcel for order 7"),
    ]


async def test_one_stranger_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    async def update(*told: Any) -> Answer:
        sent.append(told)
        return Answer(sentence="done")

    monkeypatch.setattr(packing, "update", update)
    with pytest.raises(
        BadSheet, match=r"line 9, order_id: no journey here has a parcel for order 7\. Nothing was sent"
    ):
        await packing.confirm_sheet(desk(Books()), Path("boxes.csv"), [parcel(ORDERS[0]), parcel(OrderId("7"), 9)])
    assert sent == []


async def test_each_order_is_told_once_and_each_answer_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    under_way = most = 0

    async def update(_: Desk, order: OrderId, name: str, message: ConfirmPacking) -> Answer:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        assert (name, message.boxes) == ("confirm_packing", (BOX,))
        sent.append(order)
        if order == ORDERS[3]:
            raise RefusedByRule("Transport is booked.")
        if order == ORDERS[4]:
            raise NotFound("The engine knows no run.")
        return Answer(sentence="goes on")

    monkeypatch.setattr(packing, "update", update)
    outcomes = await packing.confirm_sheet(desk(Books()), Path("boxes.csv"), [parcel(order) for order in ORDERS])
    assert sorted(sent) == ORDERS
    assert 1 < most <= packing.AT_ONCE
    assert [one.order_id for one in outcomes] == ORDERS
    refused = {one.order_id: one.sentence for one in outcomes if one.state is State.REFUSED}
    assert refused == {ORDERS[3]: "Transport is booked.", ORDERS[4]: "The engine knows no run."}
    with pytest.raises(RefusedByRule, match="2 of 20 orders were refused; the others are confirmed"):
        packing.check_outcomes(outcomes)


async def test_when_no_worker_answers_the_rest_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty orders would otherwise wait fifteen seconds each."""
    sent: list[str] = []

    async def update(_: Desk, order: OrderId, *__: Any) -> Answer:
        sent.append(order)
        raise NotThere("No worker answers.")

    monkeypatch.setattr(packing, "update", update)
    outcomes = await packing.confirm_sheet(desk(Books()), Path("boxes.csv"), [parcel(order) for order in ORDERS])
    assert len(sent) <= packing.AT_ONCE
    assert {one.state for one in outcomes} == {State.NOT_SENT}
    with pytest.raises(NotThere, match="20 of 20 orders were not sent"):
        packing.check_outcomes(outcomes)


async def test_all_confirmed_is_no_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    async def update(*_: Any) -> Answer:
        return Answer(sentence="goes on")

    monkeypatch.setattr(packing, "update", update)
    outcomes = await packing.confirm_sheet(desk(Books()), Path("boxes.csv"), [parcel(ORDERS[0])])
    packing.check_outcomes(outcomes)
    assert [(one.state, one.boxes, one.sentence) for one in outcomes] == [(State.CONFIRMED, 1, "goes on")]
