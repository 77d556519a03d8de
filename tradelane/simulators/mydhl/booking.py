"""What DHL does with a booking and the papers to it: the effects of the simulated API."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from starlette.datastructures import QueryParams

from tradelane.simulators import journey
from tradelane.simulators.mydhl import rules
from tradelane.simulators.mydhl.answers import Problem
from tradelane.simulators.mydhl.books import Books, Paper, Shipment, piece_number
from tradelane.simulators.mydhl.label import paper
from tradelane.simulators.mydhl.rules import Body
from tradelane.simulators.stage import Stage
from tradelane.simulators.world import Scenario, scenario_of

OUR_REFERENCE = re.compile(r"[0-9]KRMLC[0-9]+")

# The papers DHL makes when asked, by the type code of an image option, and how it files them.
MADE = {"label": "", "waybillDoc": "AWB", "invoice": "CIN"}
# Which uploaded papers answer to which type of get-image; the others cannot be fetched.
FETCHED_AS = {
    "waybill": {"AWB"},
    "commercial-invoice": {"INV", "CIN"},
    "customs-entry": {"DCL"},
    "transport-accompanying-document": set[str](),
    "generic-entry-summary": set[str](),
    "dhl-issued-proforma-invoice": set[str](),
}


class Desk:
    """Books parcels, takes and gives papers. Requests reaching it have the right shape."""

    def __init__(self, stage: Stage, books: Books, name: str) -> None:
        self._stage = stage
        self.books = books
        self._name = name

    def book(self, booking: Body, base: str) -> Mapping[str, object]:
        """Books a parcel, plans its life if a courier was asked for, and gives the answer of a 201."""
        now = self._stage.now()
        shipment = self.books.book(booking, now)
        pickup = bool(rules.mapping(booking["pickup"])["isRequested"])
        scenario = self._scenario(booking)
        if pickup:
            self._plan(shipment, scenario.name if scenario else "")
        reference = ledger_reference(shipment)
        self._stage.record(
            self._name,
            "book",
            reference,
            {
                "waybill": shipment.waybill,
                "declarations": sorted(rules.declaration_numbers(booking)),
                "pickup": pickup,
                "account": shipment.account,
            },
        )
        return self._answer(shipment, base, pickup=pickup)

    def _scenario(self, booking: Body) -> Scenario | None:
        db = self._stage.connection()
        found = (scenario_of(db, value) for value, _ in rules.references(booking) if OUR_REFERENCE.match(value))
        return next((scenario for scenario in found if scenario is not None), None)

    def _plan(self, shipment: Shipment, scenario: str) -> None:
        planned = rules.planned_at(str(shipment.body["plannedShippingDateAndTime"]))
        begun = journey.begin(shipment.booked_at, planned or shipment.booked_at)
        origin = f"{city(shipment, 'shipperDetails')} - KOREA, REPUBLIC OF"
        stops = journey.plan(scenario, origin, destination(shipment))
        journey.write(self._stage.connection(), shipment.waybill, begun, stops)

    def _answer(self, shipment: Shipment, base: str, *, pickup: bool) -> Mapping[str, object]:
        waybill = shipment.waybill
        url = f"{base}/shipments/{waybill}"
        packages = rules.listed(rules.mapping(shipment.body["content"])["packages"])
        answer: dict[str, object] = {
            "shipmentTrackingNumber": waybill,
            "trackingUrl": f"{url}/tracking",
            "packages": [
                {
                    "referenceNumber": number,
                    "trackingNumber": piece_number(waybill, number),
                    "trackingUrl": f"{base}/tracking?pieceTrackingNumber={piece_number(waybill, number)}",
                }
                for number, _ in enumerate(packages, 1)
            ],
            "documents": self._documents(shipment),
        }
        if pickup:
            confirmation = f"PRG{shipment.booked_at:%y%m%d}{waybill[-7:-1]}"
            answer["dispatchConfirmationNumber"] = confirmation
            answer["cancelPickupUrl"] = f"{base}/pickups/{confirmation}"
        return answer

    def _documents(self, shipment: Shipment) -> list[Mapping[str, str]]:
        """Makes the label, always, and the other papers asked for; the latter stay with the shipment."""
        made: list[Mapping[str, str]] = []
        for kind, filed_as in MADE.items():
            if kind != "label" and not rules.wants(shipment.body, kind):
                continue
            content = paper(f"DHL {kind} (simulated)", label_lines(shipment))
            if filed_as:
                self.books.add_paper(shipment.waybill, Paper(filed_as, "PDF", content), shipment.booked_at)
            made.append({"imageFormat": "PDF", "typeCode": kind, "content": base64.b64encode(content).decode()})
        return made

    def upload_image(self, waybill: str, upload: Body) -> None:
        """Stores papers with a shipment. A paper customs is waiting for sets the parcel in motion again."""
        shipment, now = self._known(waybill), self._stage.now()
        problems = []
        if "WY" not in rules.services(shipment.body):
            problems.append("7140: the shipment was booked without special service WY")
        if rules.account_of(upload) != shipment.account:
            problems.append(rules.NOT_ALLOWED)
        if upload["productCode"] != shipment.body["productCode"]:
            problems.append("7141: #/productCode is not that of the shipment")
        if upload["originalPlannedShippingDate"] != shipment.planned_day:
            problems.append("7142: #/originalPlannedShippingDate is not that of the shipment")
        images = rules.listed(upload["documentImages"])
        for place, image in enumerate(images):
            problems += rules.image_problems(image, f"#/documentImages/{place}")
        if problems:
            raise Problem(400, *problems)
        stored = self.books.store(waybill, images, now)
        for kind in stored:
            self._stage.record(self._name, "upload_image", f"{waybill}:{kind}", {"waybill": waybill})
        db = self._stage.connection()
        # the commercial invoice goes with every shipment: one that comes late is not the paper that was asked for
        if set(stored) != {"CIN"} and journey.is_stopped(db, waybill, now):
            journey.write(db, waybill, now, journey.from_release(1.0, destination(shipment)))

    def upload_invoice_data(self, waybill: str, upload: Body) -> None:
        """Stores structured invoice data with a shipment booked for it (service PM)."""
        shipment = self.books.shipment(waybill)
        if shipment is None:
            raise Problem(400, "7096: The provided Shipment Identification Number is invalid")
        if "PM" not in rules.services(shipment.body):
            raise Problem(400, "7143: the shipment was booked without special service PM")
        if rules.account_of(upload) not in ("", shipment.account):
            raise Problem(400, rules.NOT_ALLOWED)
        declarations = rules.listed(rules.mapping(upload["content"])["exportDeclaration"])
        invoices = [rules.mapping(declaration["invoice"])["number"] for declaration in declarations]
        self._stage.record(
            self._name, "upload_invoice_data", f"{waybill}:invoice-data", {"waybill": waybill, "invoices": invoices}
        )

    def images(self, waybill: str, query: QueryParams) -> list[Mapping[str, str]]:
        """The stored papers of the types asked for; raises Problem 404 when there is none."""
        missing = [name for name in ("shipperAccountNumber", "typeCode", "pickupYearAndMonth") if not query.get(name)]
        if missing:
            raise Problem(400, f"Missing mandatory parameters: {', '.join(missing)}", title="Missing parameters")
        kinds = query.getlist("typeCode")
        if not set(kinds) <= FETCHED_AS.keys():
            raise Problem(400, "Parameters not having correct format: typeCode", title="Wrong format")
        shipment = self.books.shipment(waybill)
        found: list[Mapping[str, str]] = []
        if (
            shipment is not None
            and shipment.account == query["shipperAccountNumber"]
            and shipment.planned_day.startswith(query["pickupYearAndMonth"])
        ):
            found = [
                {
                    "shipmentTrackingNumber": waybill,
                    "typeCode": kind,
                    "function": "export",
                    "encodingFormat": stored.form,
                    "content": base64.b64encode(stored.content).decode(),
                }
                for kind in kinds
                for stored in self.books.papers(waybill)
                if stored.type_code in FETCHED_AS[kind]
            ]
        if not found:
            raise Problem(404, "1504: No document images found for the provided search criteria")
        return found

    def _known(self, waybill: str) -> Shipment:
        shipment = self.books.shipment(waybill)
        if shipment is None:
            raise Problem(404, "7163: Operation not possible, shipment not found")
        return shipment


def ledger_reference(shipment: Shipment) -> str:
    """What a booking is known by in the ledger: our consignment reference, else the first CU, else the waybill."""
    references = rules.references(shipment.body)
    marked = [value for value, _ in references if OUR_REFERENCE.match(value)]
    consignor = [value for value, kind in references if kind == "CU"]
    return (marked + consignor + [shipment.waybill])[0]


def city(shipment: Shipment, party: str) -> str:
    """The city of a party in capitals."""
    details = rules.mapping(rules.mapping(shipment.body["customerDetails"])[party])
    return str(rules.mapping(details["postalAddress"])["cityName"]).upper()


def destination(shipment: Shipment) -> str:
    """The place of delivery, as events name it."""
    return f"{city(shipment, 'receiverDetails')} - CHILE"


def label_lines(shipment: Shipment) -> list[str]:
    """What a paper of DHL shows of a shipment."""
    content = rules.mapping(shipment.body["content"])
    return [
        f"Waybill {shipment.waybill}",
        f"Product {shipment.body['productCode']}  {shipment.planned_day}",
        f"From {city(shipment, 'shipperDetails')}",
        f"To {city(shipment, 'receiverDetails')}",
        f"Contents {content['description']}",
        f"Packages {len(rules.listed(content['packages']))}",
        *(f"{kind} {value}" for value, kind in rules.references(shipment.body)),
    ]
