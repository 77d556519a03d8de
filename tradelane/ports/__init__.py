"""The ports: what the house asks of the outside world and of its own stores.

Adapters raise only the failures of `tradelane.adapters.errors`. A method named `find_*` is the *lookup* twin of a
write: it answers `Done(content)`, `NotDone` or `CannotTell` and changes nothing.
"""

from tradelane.ports.outside import (
    BookingRequest,
    Carrier,
    CustomsInformation,
    ExportFiling,
    ImportBroker,
    Marketplace,
    TrackingAggregator,
)
from tradelane.ports.stores import (
    Arrival,
    Catalogue,
    Claim,
    ClockRecord,
    Consignments,
    Decision,
    Decisions,
    Documents,
    EffectRow,
    Effects,
    Exporters,
    Inbox,
    Sellers,
    SellerToken,
    StoredDocument,
    Watch,
    Watches,
)

__all__ = [
    "Arrival",
    "BookingRequest",
    "Carrier",
    "Catalogue",
    "Claim",
    "ClockRecord",
    "Consignments",
    "CustomsInformation",
    "Decision",
    "Decisions",
    "Documents",
    "EffectRow",
    "Effects",
    "ExportFiling",
    "Exporters",
    "ImportBroker",
    "Inbox",
    "Marketplace",
    "SellerToken",
    "Sellers",
    "StoredDocument",
    "TrackingAggregator",
    "Watch",
    "Watches",
]
