"""The bench at the command line: real engine, real worker; parcels wait, a pick list is taken, boxes are confirmed."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader
from structlog.testing import capture_logs

from cli.frame import run
from cli.main import app
from tests.lane import Lane, eventually, open_lane
from tradelane.domain.identifiers import OrderId
from tradelane.installation import settings_environment

STEP = "confirm_packing"
HEADER = "order_id,gross_weight_g,length_cm,width_cm,height_cm,lot\n"


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str


async def typed(*words: str) -> Told:
    """Type a command; it runs on a thread, since it brings an event loop of its own."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = await asyncio.to_thread(run, app, words)
    return Told(code, out.getvalue(), err.getvalue())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bench(tmp_path_factory: pytest.TempPathFactory, target: str, module_namespace: str) -> AsyncIterator[Lane]:
    """An installation whose catalogue knows no dimensions, so that nothing can be packed by estimate."""
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        async with open_lane(folder, target, namespace=module_namespace) as lane:
            for product in lane.resources.catalogue.products(["HNG-TEE-01", "HNG-CAP-04"]).values():
                lane.resources.catalogue.put(product.model_copy(update={"length_cm": None}))
            for name, value in settings_environment(lane.settings).items():
                patch.setenv(name, value)
            yield lane


async def waiting(lane: Lane, sku: str = "HNG-TEE-01", **wish: Any) -> str:
    """A sale whose parcel waits for the bench."""
    [sold] = await lane.sell(orders=[{"items": [{"sku": sku}]}], **wish)
    await lane.held(sold["order_id"], STEP)
    return str(sold["order_id"])


async def listed() -> dict[str, Any]:
    told = await typed("packing", "list", "--json")
    assert told.code == 0, told.err
    return {one["order_id"]: one["hold"] for one in json.loads(told.out)}


async def until_listed(order: str) -> dict[str, Any]:
    async def ours() -> dict[str, Any]:
        return dict((await listed()).get(order, {}))

    return await eventually(ours)


async def test_a_parcel_waits_with_its_pick_list_and_goes_on_when_measured(bench: Lane, tmp_path: Path) -> None:
    order = await waiting(bench)
    hold = await until_listed(order)
    assert hold["commands"][0] == f"tradelane packing confirm {order} --box GRAMSg:LxWxH"
    assert order in (await typed("packing", "list")).out

    target = tmp_path / "lists" / "one.pdf"
    taken = await typed("packing", "pick-list", order, "-o", str(target))
    assert (taken.code, taken.out) == (0, f"{target}: pick list, version 1.\n")
    text = PdfReader(target).pages[0].extract_text()
    assert order in text
    assert "HNG-TEE-01" in text

    boxes = ("--box", "640g:30x20x10", "--box", "420g:20x15x10", "--lot", "2607A", "--actor", "kim")
    told = await typed("packing", "confirm", order, *boxes)
    assert told.code == 0, told.err
    progress = await bench.until(order, lambda p: "render_documents" in p.steps)
    assert STEP not in [one.key for one in progress.holds]
    claim = bench.resources.consignments.of_order(OrderId(order))
    assert claim is not None
    papers = {paper.kind: paper for paper in bench.resources.documents.of_ucr(claim.ucr)}
    listed_goods = PdfReader(io.BytesIO(bench.resources.documents.read(papers["packing_list"].sha256)))
    paper = listed_goods.pages[0].extract_text()
    for expected in ("30 × 20 × 10", "20 × 15 × 10", "1.060 kg", "제조번호 2607A"):
        assert expected in paper
    [decision] = bench.resources.decisions.of_orders([OrderId(order)])
    assert (decision.actor, decision.content["package.boxes"]) == ("kim", "2")


async def test_a_sheet_is_sent_whole_or_not_at_all(bench: Lane, tmp_path: Path) -> None:
    first, second = await waiting(bench), await waiting(bench, "HNG-CAP-04")
    path = tmp_path / "boxes.csv"
    good = f"{first},640,30,20,10,2607A\n{second},700,30,20,10,\n{first},500,20,15,10,\n"

    path.write_text(HEADER + good + f'{second},"1,200",30,20,10,\n12345,640,30,20,10,\n')
    told = await typed("packing", "confirm", "--csv", str(path))
    assert told.code == 2
    assert "write 1200 without thousands separators" in told.out
    assert told.err == (
        f"{path}, line 5, gross_weight_g: write 1200 without thousands separators, not 1,200. Nothing was sent.\n"
    )
    path.write_text(HEADER + good + "12345,640,30,20,10,\n")
    told = await typed("packing", "confirm", "--csv", str(path), "--json")
    assert told.code == 2
    assert json.loads(told.out)["problems"] == [
        {"line": 5, "column": "order_id", "reason": "no journey here has a parcel for order 12345"}
    ]
    assert bench.resources.decisions.of_orders([OrderId(first), OrderId(second)]) == ()

    path.write_text(HEADER + good)
    told = await typed("packing", "confirm", "--csv", str(path), "--json")
    assert told.code == 0, told.err
    assert [(one["order_id"], one["boxes"], one["state"]) for one in json.loads(told.out)] == [
        (first, 2, "confirmed"),
        (second, 1, "confirmed"),
    ]
    for order in (first, second):
        await bench.until(order, lambda p: "render_documents" in p.steps)


async def test_a_parcel_lighter_than_its_goods_waits_again(bench: Lane) -> None:
    order = await waiting(bench)
    assert (await typed("packing", "confirm", order, "--box", "1g:30x20x10")).code == 0
    progress = await bench.until(order, lambda p: any("below the net weight" in hold.words for hold in p.holds))
    assert [hold.reason for hold in progress.holds] == ["packing"]
    assert (await typed("packing", "confirm", order, "--box", "900g:30x20x10")).code == 0
    await bench.until(order, lambda p: "render_documents" in p.steps)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["confirm"], 2, "Give an ORDER with its --box, or --csv FILE."),
        (["confirm", "2000013770481964"], 2, "Give an ORDER with its --box, or --csv FILE."),
        (["confirm", "--box", "640g:30x20x10"], 2, "Give an ORDER with its --box"),
        (["confirm", "12ab", "--box", "640g:30x20x10"], 2, "'12ab' is not an order id"),
        (["confirm", "2000013770481964", "--csv", "boxes.csv"], 2, "--csv comes alone"),
        (["confirm", "--csv", "no-such-file.csv"], 2, "no-such-file.csv cannot be read"),
        (["confirm", "2000013770481964", "--box", "640g"], 2, "--box wants GRAMSg:LxWxH"),
        (["confirm", "2000013770481964", "--box", "640g:30x20x10"], 5, "knows no run of order 2000013770481964"),
        (["pick-list", "2000013770481964"], 2, "Missing option"),
        (["pick-list", "2000013770481964", "-o", "x.pdf"], 5, "Order 2000013770481964 has no pick list"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_what_cannot_be_done_is_one_line(bench: Lane, words: list[str], code: int, says: str) -> None:
    told = await typed("packing", *words)
    assert told.code == code
    assert says in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""
