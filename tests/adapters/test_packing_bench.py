"""The packing step: a parcel that nobody measured holds with its pick list drawn, and every box travels on downstream."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader
from temporalio.exceptions import ApplicationError

from tests.adapters.office import Office, Parcel
from tradelane.contracts.steps import PackingRequest, PlanReply
from tradelane.domain.consignment import Consignment
from tradelane.domain.packing import bench_changes
from tradelane.ports import Decision, StoredDocument

BOXES = [
    {"gross_weight_g": "300", "length_cm": "30", "width_cm": "20", "height_cm": "10.5"},
    {"gross_weight_g": "1250", "length_cm": "20", "width_cm": "15", "height_cm": "10"},
]


async def held(office: Office, consignment: Consignment) -> dict[str, object]:
    """What the step says when it holds."""
    with pytest.raises(ApplicationError) as refusal:
        await office.step(office.intake.confirm_packing, PackingRequest(consignment=consignment))
    assert refusal.value.non_retryable
    said: dict[str, object] = refusal.value.details[0]
    return said


def pick_lists(parcel: Parcel) -> list[StoredDocument]:
    kept = parcel.office.resources.documents.of_ucr(parcel.consignment.ucr)
    return [paper for paper in kept if paper.kind == "pick_list"]


def told(parcel: Parcel, changes: dict[str, str]) -> None:
    """The bench's word, as an Update writes it down."""
    decision = Decision(
        id=uuid4().hex, scope=parcel.order, step="*", kind="amend", content=changes, actor="kim", reason="packed",
        at=parcel.office.now(),
    )  # fmt: skip
    assert parcel.office.resources.decisions.record(decision)


async def packed(parcel: Parcel, consignment: Consignment) -> Consignment:
    request = PackingRequest(consignment=consignment)
    reply: PlanReply = await parcel.office.step(parcel.office.intake.confirm_packing, request)
    return reply.consignment


async def test_a_parcel_nobody_measured_holds_with_one_pick_list(office: Office) -> None:
    parcel = await office.parcel()
    assert pick_lists(parcel) == [], "an estimate that the settings allow needs no bench"
    unpacked = parcel.consignment.model_copy(update={"packages": ()})
    said = await held(office, unpacked)
    assert (said["reason"], said["fault"]) == ("packing", "ours")
    assert said["words"] == "packing bench: boxes, gross weight and dimensions are not confirmed"
    assert said["commands"] == [
        f"tradelane packing confirm {parcel.order} --box GRAMSg:LxWxH",
        f"tradelane packing pick-list {parcel.order} -o pick-list-{parcel.order}.pdf",
    ]
    [paper] = pick_lists(parcel)
    content = office.resources.documents.read(paper.sha256)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert (paper.version, paper.media_type) == (1, "application/pdf")
    assert all(f"{item.sku}" in text and item.description_ko in text for item in unpacked.items)
    assert unpacked.consignee.name not in text
    await held(office, unpacked)
    assert pick_lists(parcel) == [paper], "a retry keeps the same bytes"


async def test_the_pick_list_of_a_later_plan_shows_the_lot(office: Office) -> None:
    parcel = await office.parcel()
    unpacked = parcel.consignment.model_copy(update={"packages": ()})
    await held(office, unpacked)
    told(parcel, {f"items.{unpacked.items[0].sku}.lot": "2607A"})
    await held(office, unpacked.model_copy(update={"version": 2}))
    first, second = pick_lists(parcel)
    assert (first.version, second.version) == (1, 2)
    read = office.resources.documents.read
    texts = [PdfReader(BytesIO(read(one.sha256))).pages[0].extract_text() for one in (first, second)]
    assert ["2607A" in text for text in texts] == [False, True]


async def test_a_text_that_cannot_be_printed_does_not_hide_the_hold(office: Office) -> None:
    parcel = await office.parcel()
    [item] = parcel.consignment.items
    strange = item.model_copy(update={"description_en": "Shirt \N{GRINNING FACE}"})
    said = await held(office, parcel.consignment.model_copy(update={"packages": (), "items": (strange,)}))
    assert said["reason"] == "packing"
    assert "there is no pick list: The font of the papers has no glyph" in str(said["words"])
    assert pick_lists(parcel) == []


async def test_boxes_lighter_than_the_goods_hold(office: Office) -> None:
    parcel = await office.parcel()
    told(parcel, bench_changes([BOXES[0] | {"gross_weight_g": "1"}] * 2))
    net = parcel.consignment.net_weight_g
    said = await held(office, parcel.consignment)
    assert said["words"] == f"packing bench: gross weight 2 g of 2 boxes is below the net weight {net} g"


async def test_several_boxes_are_declared_booked_and_carried(office: Office) -> None:
    """Korean customs clears two packages, DHL gives each a piece number, and both weigh the same in all papers."""
    parcel = await office.parcel()
    told(parcel, bench_changes([*BOXES, BOXES[0]], "2607A"))
    told(parcel, bench_changes(BOXES))
    parcel = replace(parcel, consignment=await packed(parcel, parcel.consignment))
    assert [(box.gross_weight_g, box.estimated) for box in parcel.consignment.packages] == [(300, False), (1250, False)]
    await parcel.booked()
    declared = parcel.declared
    assert (declared.packages, declared.gross_weight_g) == (2, 1550)
    posted = [one for one in office.line.sent if one.method == "POST" and one.url.path.endswith("/shipments")]
    body = json.loads(posted[-1].content, parse_float=Decimal)
    assert [package["weight"] for package in body["content"]["packages"]] == [Decimal("0.300"), Decimal("1.250")]
    assert parcel.consignment.ucr in posted[-1].content.decode()
    assert parcel.papers is not None
    listed = next(paper for paper in parcel.papers.papers if paper.kind == "packing_list")
    text = PdfReader(BytesIO(office.resources.documents.read(listed.sha256))).pages[0].extract_text()
    for expected in ("30 × 20 × 10.5", "20 × 15 × 10", "Goods in all packages", "1.550 kg", "제조번호 2607A"):
        assert expected in text
