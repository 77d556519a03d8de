"""An installation with a few exports of two invented brands, for the tests of deadlines and evidence."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tradelane.demo import load
from tradelane.documents.fonts import FontSource
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.export_route import ExportRoute
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, ShipmentId, Ucr
from tradelane.domain.money import Money
from tradelane.ports.export import DeclarationRecord, PublishedRate, RateKind
from tradelane.stores import Stores

HANEUL, DOTORI = "haneul", "dotori"
ACCEPTED_AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LOADED_ON = date(2026, 11, 25)
ORDER = OrderId("2000013770481964")
UCR = Ucr("6KRMLC45848383497")
BUYER = "Rosamunda Quillaquén"


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def won(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="KRW")


def number(serial: int) -> ExportDeclarationNumber:
    return ExportDeclarationNumber(f"6N002-26-{serial:06}X")


def record(serial: int = 1, **other: Any) -> DeclarationRecord:
    """A loaded declaration of one order of Haneul, with what a test says otherwise."""
    ucr = Ucr(f"6KRMLC{45848383496 + serial}")
    standing: dict[str, Any] = {
        "order_no": f"{ucr}-1",
        "ucr": ucr,
        "order_id": OrderId(str(2000013770481963 + serial)),
        "exporter_id": HANEUL,
        "channel": FilingChannel.KTNET,
        "route": ExportRoute.SIMPLIFIED,
        "why": "FOB is within the cap of 4000000 KRW on 2026-11-23",
        "state": FilingState.ACCEPTED,
        "number": number(serial),
        "declared_on": date(2026, 11, 23),
        "accepted_at": ACCEPTED_AT,
        "payment": usd("12.90"),
        "incoterm": "FCA",
        "rate": Decimal("1391.20"),
        "fob_krw": won(17946),
        "invoice_number": f"MLC{45848383496 + serial}",
        "load_before": date(2026, 12, 23),
        "loaded": True,
        "loaded_on": LOADED_ON,
        "packages_cleared": 1,
        "packages_loaded": 1,
        "waybill": "1234567891",
        "destination": "CL",
        "loading_seen_at": datetime(2026, 11, 26, 0, 30, tzinfo=UTC),
        "loading_source": "UNI-PASS API002",
    }
    return DeclarationRecord.model_validate(standing | other)


def open_books(stores: Stores) -> None:
    """The invented brands, and base rates of two days as a person handed them in."""
    load.fill(
        load.brands(),
        datetime(2026, 1, 1, tzinfo=UTC),
        catalogue=stores.catalogue,
        exporter_store=stores.exporters,
        seller_store=stores.sellers,
    )
    put_rates(stores, [("USD", LOADED_ON, "1389.57"), ("CLP", LOADED_ON, "1.4712")])


def put_rates(stores: Stores, rates: Iterable[tuple[str, date, str]]) -> None:
    stores.published_rates.put(
        PublishedRate(
            kind=RateKind.BASE, currency=currency, day=day, krw_per_unit=Decimal(rate), source="base_rates.csv, kim"
        )
        for currency, day, rate in rates
    )


def put_export(
    stores: Stores, row: DeclarationRecord, *, papers: Iterable[str] = ("commercial_invoice", "packing_list")
) -> DeclarationRecord:
    """A declaration with its consignment and papers."""
    stores.consignments.claim(row.ucr, ShipmentId(row.ucr[6:]), "1001", [row.order_id], row.order_id)
    stores.declarations.put(row)
    for kind in (*papers, "transport_label"):
        content = pdf(f"{kind} of {row.order_id} for {BUYER}")
        stores.documents.put(row.ucr, kind, 1, content, "application/pdf")
    evidence = {
        "ucr": row.ucr,
        "loadings": [{"number": row.number, "found": True, "loaded": True, "departed_on": str(row.loaded_on)}],
        "transport": [{"code": "PU", "status": "picked_up", "at": "2026-11-24T08:00:00+00:00"}],
    }
    stores.documents.put(row.ucr, "evidence", 1, json.dumps(evidence).encode(), "application/json")
    return row


def pdf(*lines: str, password: str = "") -> bytes:
    """A PDF with lines of text, Korean too."""
    pdfmetrics.registerFont(TTFont("Paper", str(FontSource.installed().regular)))
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1, encrypt=password or None)
    canvas.setFont("Paper", 10)
    for place, line in enumerate(lines):
        canvas.drawString(40, 780 - 16 * place, line)
    canvas.showPage()
    canvas.save()
    return made.getvalue()
