"""How long one order takes from its plan to FOB value and route: pure domain code, one core, no counterparty."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from tradelane.domain.carriage import CarriageCosts
from tradelane.domain.catalogue import Exporter, FilingChannel, IvaAccreditation
from tradelane.domain.consignment import Consignment, ConsignmentItem, Package
from tradelane.domain.customs_rate import CustomsRate
from tradelane.domain.export_route import GoodsFacts, HskFacts
from tradelane.domain.papers import Incoterm
from tradelane.domain.route_choice import choose_route
from tradelane.domain.valuation import value

LIMIT = 0.001
"""Seconds of one order."""

DAY = date(2026, 11, 24)
HSK = "3304991000"
RATE = CustomsRate(currency="USD", krw_per_unit=Decimal("1389.57"), valid_from=date(2026, 11, 22))
COSTS = CarriageCosts(
    freight_base_krw=Decimal(9000), freight_per_kg_krw=Decimal(12500), insurance_permille=Decimal("3.5")
)
LINES = (1, 3, 10)
"""Lines of an order; the marketplace sells one kind of goods in an order, and a pack has few of them."""


def measure(*, times: int) -> int:
    """Print medians and maxima; 0 when the median of every order is within the limit."""
    facts = GoodsFacts.model_validate({"day": DAY, "facts": (HskFacts.model_validate({"hsk": HSK}),)})
    kept = True
    for term in (Incoterm.FCA, Incoterm.DAP):
        for lines in LINES:
            order = _order(lines, term)
            [exporter] = order.exporters

            def one(order: Consignment = order, exporter: Exporter = exporter) -> None:
                [part] = order.parts
                valuation = value(order, RATE).of(part.exporter_id)
                choose_route(part, valuation, DAY, facts, exporter, FilingChannel.KTNET)

            spans = _spans(one, times)
            median = statistics.median(spans)
            kept = kept and median <= LIMIT
            print(
                f"{term.value} {lines:>2} lines   median {median * 1000:.3f} ms   "
                f"99 % {spans[int(times * 0.99)] * 1000:.3f} ms   limit {LIMIT * 1000:.0f} ms"
            )
    if not kept:
        print("Route and valuation take longer than they may.", file=sys.stderr)
    return 0 if kept else 1


def _spans(one: Callable[[], None], times: int) -> list[float]:
    spans = []
    for _ in range(times):
        begun = time.perf_counter()
        one()
        spans.append(time.perf_counter() - begun)
    return sorted(spans)


def _order(lines: int, term: Incoterm) -> Consignment:
    """An invented parcel."""
    return Consignment.model_validate(
        {
            "ucr": "6KRMLC45848383497",
            "shipment_id": "45848383497",
            "site": "MLC",
            "seller_id": "1890000017",
            "orders": ("2000013770481964",),
            "purchased_at": datetime(2026, 11, 23, tzinfo=UTC),
            "consignee": {
                "name": "Ana Inventada",
                "address": {
                    "lines": ("Avenida Inventada 1234",),
                    "comuna": "Providencia",
                    "region": "CL-RM",
                    "country": "CL",
                },
            },
            "items": tuple(_item(number) for number in range(lines)),
            "exporters": (_exporter(),),
            "packages": (
                Package(gross_weight_g=345, length_cm=Decimal(20), width_cm=Decimal(15), height_cm=Decimal(8)),
            ),
            "incoterm": term,
            "incoterm_place": "Incheon Airport, Korea",
            "shipping_charge": {"amount": "6.90", "currency": "USD"},
            "carriage_costs": COSTS,
            "accreditation": IvaAccreditation(),
            "own_carrier": True,
        }
    )


def _item(number: int) -> ConsignmentItem:
    return ConsignmentItem.model_validate(
        {
            "order_id": "2000013770481964",
            "sku": f"HN-{number}",
            "exporter_id": "haneul",
            "brand_name": "Haneul",
            "description_en": "Moisturising face cream",
            "description_ko": "수분 크림",
            "description_es": "Crema facial hidratante",
            "hsk": HSK,
            "cl_tariff": "33049910",
            "origin": "KR",
            "maker_name": None,
            "quantity": 1 + number % 3,
            "unit_price": {"amount": str(Decimal("12.90") + number), "currency": "USD"},
            "list_price": {"amount": str(Decimal("14.90") + number), "currency": "USD"},
            "sale_fee": {"amount": "2.19", "currency": "USD"},
            "net_weight_g": 80 + number,
            "needs_permit": False,
        }
    )


def _exporter() -> Exporter:
    return Exporter.model_validate(
        {
            "id": "haneul",
            "name_ko": "하늘상점",
            "name_en": "Haneul Store",
            "business_registration_number": "123-45-67891",
            "customs_clearance_code": "한빛차-1-99-1-01-5",
            "declarant_code": "6N002",
            "representative_ko": "한가람",
            "representative_en": "Han Garam",
            "address_ko": "서울특별시 바람길 12",
            "address_en": ("12 Baram-gil",),
            "city_en": "Seoul",
            "postcode": "04799",
            "goods_location_ko": "서울특별시 바람길 14",
            "goods_location_postcode": "04799",
            "customs_office": "010",
            "customs_division": "10",
            "phone": "+82-70-0000-1101",
        }
    )
