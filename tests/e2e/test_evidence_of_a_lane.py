"""What travelled through the lane can be shown to the tax office: a pack whose figures are those of customs' own books."""

from __future__ import annotations

import asyncio
import io
import json
import struct
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests import world
from tests.lane import DAY, Lane, open_lane
from tradelane.desk.complaints import RefusedByRule
from tradelane.desk.evidence import make_pack, read_period, verify_pack
from tradelane.domain.catalogue import FilingChannel
from tradelane.ports.export import PublishedRate, RateKind
from tradelane.simulators.clock import instant
from tradelane.simulators.rates import KST

FIRST, LAST = date(2026, 10, 9), date(2026, 12, 31)
MONDAY = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
"""Early enough in the quarter for parcels that take a week, on a machine that takes four times as long as usual."""


def base_rate(day: date) -> Decimal:
    """An invented base rate of the US dollar: another one each day."""
    return Decimal("1389.57") + Decimal("0.13") * (day - FIRST).days


async def delivered(lane: Lane, sku: str, quantity: int) -> str:
    """Sell, and give the shipment once it is at the door."""
    [sold] = await lane.sell("plain", orders=[{"items": [{"sku": sku, "quantity": quantity}]}])
    outcome = await lane.ended(str(sold["order_id"]))
    assert outcome["state"] == "delivered"
    return str(sold["shipment_id"])


def departed(lane: Lane, shipment: str) -> date:
    """The Korean day on which DHL took the parcel out of Korea, by DHL's own books."""
    with world.books(lane) as db:
        [booked] = db.execute(
            "SELECT detail FROM ledger WHERE operation = 'book' AND reference LIKE ?", (f"%{shipment}%",)
        ).fetchall()
        row = db.execute(
            "SELECT min(due_at) AS left_at FROM transport_events WHERE code = 'DF' AND waybill = ?",
            (json.loads(booked["detail"])["waybill"],),
        ).fetchone()
    return instant(row["left_at"]).astimezone(KST).date()


def declared(lane: Lane, shipment: str) -> tuple[str, Decimal, Decimal]:
    """Number, contract amount and declared won of a consignment, as KTNET has them."""
    with world.books(lane) as db:
        [row] = db.execute(
            "SELECT f.number, f.total_krw, c.document FROM ktnet_filings f JOIN ktnet_contents c ON c.number = f.number"
            " WHERE f.order_no LIKE ?",
            (f"%{shipment}-%",),
        ).fetchall()
    document = json.loads(row["document"])
    assert document["PaymentCurrencyCode"] == "USD"
    return str(row["number"]), Decimal(str(document["PaymentAmount"])), Decimal(row["total_krw"])


def in_won(amount: Decimal, day: date) -> Decimal:
    """Box 49 at the base rate of the day of loading, parts of a won cut off (korea-export.md section 2, "Supply time")."""
    return (amount * base_rate(day)).to_integral_value(rounding=ROUND_FLOOR)


async def test_the_pack_of_a_quarter_has_the_figures_of_customs_and_shows_a_changed_byte(
    tmp_path: Path, target: str, namespace: str
) -> None:
    """Two orders declared through KTNET and one on the carrier's list, all of one exporter."""
    folder = tmp_path / "lane"
    async with open_lane(folder, target, namespace=namespace, pace=1.5 * DAY, epoch=MONDAY) as lane:
        stores = lane.resources.stores
        days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
        stores.published_rates.put(
            PublishedRate(kind=RateKind.BASE, currency="USD", day=day, krw_per_unit=base_rate(day), source="kim")
            for day in days
        )
        filed = asyncio.gather(delivered(lane, "HNG-TEE-01", 2), delivered(lane, "HNG-CAP-04", 1))
        await lane.acted("declare", 2)
        exporter = lane.resources.exporters.get(["haneul"])["haneul"]
        lane.resources.exporters.put(exporter.model_copy(update={"channel": FilingChannel.CARRIER}))
        listed, (tees, cap) = await asyncio.gather(delivered(lane, "HNG-TEE-01", 2), filed)
        known = {one: declared(lane, one) for one in (tees, cap)}
        books = {number: (amount, won, departed(lane, one)) for one, (number, amount, won) in known.items()}
        listed_on = departed(lane, listed)
        assert max(listed_on, *(day for *_, day in books.values())) <= LAST

        pack = tmp_path / "2026Q4.zip"
        made = make_pack(stores, "haneul", read_period("2026Q4"), pack)

    assert (made.declarations, made.list_parcels, made.partial) == (2, 1, False), made.missing
    [total] = made.totals
    assert total.payment.amount == sum(amount for amount, _, _ in books.values())
    assert total.fob_krw.amount == sum(won for _, won, _ in books.values())
    assert total.krw.amount == sum(in_won(amount, day) for amount, _, day in books.values())
    assert total.unvalued == 0

    with zipfile.ZipFile(pack) as archive:
        book = load_workbook(io.BytesIO(archive.read("summary.xlsx")))
        names = archive.namelist()
    rows: list[list[Any]] = [[cell.value for cell in row] for row in book["수출실적명세서"].iter_rows()]
    lines = {str(row[1]).replace("-", ""): row for row in rows if str(row[1]).replace("-", "") in books}
    assert set(lines) == set(books)
    for number, (amount, won, day) in books.items():
        line = lines[number]
        assert line[2].date() == day  # 선(기)적일자
        assert [Decimal(str(value)) for value in line[4:7]] == [base_rate(day), amount, in_won(amount, day)]
        assert Decimal(str(line[12])) == won
    listed_rows: list[list[Any]] = [[cell.value for cell in row] for row in book["목록통관"].iter_rows()]
    [on_the_list] = [row for row in listed_rows if row[0] == 1]
    same = known[tees][1]  # the same goods at the same price, without a number
    assert (on_the_list[1], on_the_list[2].date()) == (None, listed_on)
    assert [Decimal(str(value)) for value in on_the_list[5:7]] == [same, in_won(same, listed_on)]
    for kind in ("commercial-invoice", "packing-list", "waybill"):
        assert sum(f"/{kind}" in name for name in names) >= 3, kind

    verified = verify_pack(pack)
    assert verified.chain == made.chain
    content, changed = pack.read_bytes(), tmp_path / "changed.zip"
    with zipfile.ZipFile(pack) as archive:
        middles = {info.filename: middle(content, info) for info in archive.infolist()}
    assert len(middles) == made.files, made
    for name, place in middles.items():
        changed.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(RefusedByRule):
            verify_pack(changed)
            pytest.fail(f"a changed byte of {name} was not found")


def middle(content: bytes, member: zipfile.ZipInfo) -> int:
    """Where the middle byte of a file lies in a zip: after its local header, whose lengths stand at 26 and 28."""
    name, extra = struct.unpack_from("<HH", content, member.header_offset + 26)
    return member.header_offset + 30 + int(name) + int(extra) + member.compress_size // 2
