"""The pick list (피킹 리스트) as PDF: a pure function from the checked model to bytes, in the bench's language.

Goods stand in both languages, for a label on the shelf may be in either; everything else is in the one language.
The barcode of the order is what `tradelane packing confirm` wants first.
"""

from __future__ import annotations

from dataclasses import dataclass

from tradelane.documents.boxes import BODY, FINE, SMALL, STRONG, Cell, Styled, kilograms
from tradelane.documents.fonts import FontSource, load
from tradelane.documents.form import LEFT, RIGHT, Column, Form, Running
from tradelane.documents.page import Align, Pad, Style
from tradelane.domain.language import Language
from tradelane.domain.pick_list import PickLine, PickList

SQUARE = "\N{WHITE SQUARE}"
CHECK = Style(13)
FIGURE = Style(11, bold=True)
HAND = 24.0
"""Height in points of a row that somebody writes in."""

EMPTY_BOXES = 4
"""Rows for boxes; a parcel of more is written on the back."""


@dataclass(frozen=True)
class _Words:
    title: str
    other: str
    pages: str
    order: str
    orders: str
    ucr: str
    shipment: str
    version: str
    pieces: str
    net: str
    columns: tuple[str, ...]
    box_columns: tuple[str, ...]
    boxes: str
    measure: str
    report: str
    remarks: str
    hands: tuple[str, ...]


_WORDS = {
    Language.ENGLISH: _Words(
        title="PICK LIST",
        other="피킹 리스트",
        pages="Page {number} of {count}",
        order="Order (scan for packing confirm)",
        orders="All orders in this parcel",
        ucr="UCR",
        shipment="Shipment",
        version="Version",
        pieces="Pieces to pick",
        net="Expected net weight",
        columns=("Done", "No.", "SKU / order", "Goods", "Brand / exporter", "Pieces", "N.W. (kg)", "Lot"),
        box_columns=("Box", "Gross weight (g)", "Length (cm)", "Width (cm)", "Height (cm)", "Sealed"),
        boxes="Boxes",
        measure="weigh each closed, measure it outside; all together weigh at least {net} kg.",
        report="Report with",
        remarks="Remarks (what is missing, damaged or replaced)",
        hands=("Picked by", "Packed by", "Date and time"),
    ),
    Language.KOREAN: _Words(
        title="피킹 리스트",
        other="PICK LIST",
        pages="{count}쪽 중 {number}쪽",
        order="주문번호 (packing confirm 입력 시 스캔)",
        orders="이 포장에 담을 주문",
        ucr="화물고유참조번호(UCR)",
        shipment="배송번호",
        version="버전",
        pieces="피킹 수량",
        net="예상 순중량",
        columns=("확인", "번호", "SKU / 주문번호", "품명", "브랜드 / 수출자", "수량", "순중량(kg)", "제조번호"),
        box_columns=("상자", "총중량(g)", "길이(cm)", "너비(cm)", "높이(cm)", "봉함"),
        boxes="상자",
        measure="봉함 후 무게를 달고 바깥 치수를 재십시오. 모든 상자의 총중량 합계는 {net} kg 이상이어야 합니다.",
        report="입력 명령",
        remarks="비고 (부족·파손·대체)",
        hands=("피킹 담당", "포장 담당", "일시"),
    ),
}


def render(pick_list: PickList, fonts: FontSource | None = None) -> bytes:
    """The pick list as PDF; the same list gives the same bytes. Raises MissingGlyph before drawing."""
    words = _WORDS[pick_list.language]
    order = pick_list.carrying_order
    pad = Pad(load(fonts), f"Pick list {order}", pick_list.language.value)
    running = Running(foot=f"{order}  ·  UCR {pick_list.ucr}", over=str(order), pages=words.pages)
    form = Form(pad, words.title, words.other, running)
    form.boxes(_left(pick_list, words), _right(pick_list, words))
    form.y += 6
    form.begin_table(_columns(words))
    for line in pick_list.lines:
        form.row(_cells(line), least=HAND)
    form.end_table()
    form.need(6 + 14 + 30 + EMPTY_BOXES * HAND + 60)
    form.y += 6
    form.note(words.boxes, words.measure.format(net=kilograms(pick_list.net_weight_g)))
    form.begin_table(_box_columns(words))
    for number in range(1, EMPTY_BOXES + 1):
        form.row([[(str(number), FIGURE)], [], [], [], [], [(SQUARE, CHECK)]], least=HAND)
    form.end_table()
    form.y += 6
    command = f"tradelane packing confirm {order} --box GRAMSg:LxWxH [--box ...] [--lot LOT]"
    left = [[Cell(words.report, "", ((command, SMALL),))], [Cell(words.remarks, "", ())]]
    form.boxes(left, [[Cell(hand, "", ()) for hand in words.hands]])
    return form.finish()


def _left(pick_list: PickList, words: _Words) -> list[list[Cell]]:
    order = str(pick_list.carrying_order)
    return [
        [Cell(words.order, "", ((order, FIGURE),), barcode=order)],
        [Cell(words.orders, "", ((", ".join(str(one) for one in pick_list.orders), BODY),))],
    ]


def _right(pick_list: PickList, words: _Words) -> list[list[Cell]]:
    return [
        [Cell(words.ucr, "", ((str(pick_list.ucr), FIGURE),), barcode=str(pick_list.ucr))],
        [
            Cell(words.pieces, "", ((f"{pick_list.quantity:,}", FIGURE),)),
            Cell(words.net, "", ((f"{kilograms(pick_list.net_weight_g)} kg", FIGURE),)),
        ],
        [
            Cell(words.shipment, "", ((pick_list.shipment, BODY),)),
            Cell(words.version, "", ((str(pick_list.version), BODY),)),
        ],
    ]


def _columns(words: _Words) -> tuple[Column, ...]:
    widths = (34.0, 26.0, 92.0, 143.28, 88.0, 40.0, 40.0, 60.0)
    aligned: tuple[Align, ...] = ("centre", "centre", "left", "left", "left", "right", "right", "left")
    return tuple(
        Column(label, "", width, align) for label, width, align in zip(words.columns, widths, aligned, strict=True)
    )


def _box_columns(words: _Words) -> tuple[Column, ...]:
    width = (RIGHT - LEFT - 40 - 60) / 4
    widths = (40.0, width, width, width, width, 60.0)
    return tuple(Column(label, "", each, "centre") for label, each in zip(words.box_columns, widths, strict=True))


def _cells(line: PickLine) -> list[list[Styled]]:
    return [
        [(SQUARE, CHECK)],
        [(str(line.number), BODY)],
        [(line.sku, STRONG), (str(line.order_id), FINE)],
        [(line.description_en, BODY), (line.description_ko, BODY)],
        [(line.brand, STRONG), (line.exporter, FINE)],
        [(f"{line.quantity:,}", FIGURE)],
        [(kilograms(line.net_weight_g), BODY)],
        [(line.lot, STRONG)] if line.lot else [],
    ]
