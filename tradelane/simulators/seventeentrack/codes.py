"""How DHL's event codes appear at 17TRACK, which carriers are known, and what its errors say."""

from __future__ import annotations

DHL = 100001
"""DHL Express. From memory: the published list at hand does not show it."""

CARRIERS: dict[int, str] = {
    DHL: "DHL Express",
    11051: "Korea Post",
    11054: "Korea Post (domestic)",
    100116: "CJ Korea Express",
    100278: "Chilexpress",
    100246: "Starken",
    100250: "Blue Express",
    100477: "99minutos",
}

SHORTEST_KEY = 1000
"""17TRACK's keys of carriers have four digits or more; one that is not in the list above is taken as it stands."""


def carrier_name(key: int) -> str:
    """How a carrier is called."""
    return CARRIERS.get(key, f"Carrier {key}")


STATUS: dict[str, tuple[str, str | None]] = {
    "PU": ("InTransit_PickedUp", "PickedUp"),
    "SA": ("InTransit_PickedUp", "PickedUp"),
    "PL": ("InTransit_Other", None),
    "DF": ("InTransit_Departure", "Departure"),
    "AF": ("InTransit_Other", None),
    "AR": ("InTransit_Arrival", "Arrival"),
    "TR": ("InTransit_Other", None),
    "SM": ("InTransit_Other", None),
    "IC": ("InTransit_CustomsProcessing", None),
    "BN": ("InTransit_CustomsProcessing", None),
    "UD": ("InTransit_CustomsProcessing", None),
    "PY": ("InTransit_CustomsProcessing", None),
    "CD": ("InTransit_CustomsRequiringInformation", None),
    "HP": ("InTransit_CustomsRequiringInformation", None),
    "CR": ("InTransit_CustomsReleased", None),
    "BR": ("InTransit_CustomsReleased", None),
    "OH": ("Exception_Delayed", None),
    "WC": ("OutForDelivery_Other", "OutForDelivery"),
    "CC": ("AvailableForPickup_Other", "AvailableForPickup"),
    "NH": ("DeliveryFailure_NoBody", None),
    "BA": ("DeliveryFailure_InvalidAddress", None),
    "RD": ("DeliveryFailure_Rejected", None),
    "CA": ("DeliveryFailure_Other", None),
    "ND": ("DeliveryFailure_Other", None),
    "RT": ("Exception_Returned", "Returned"),
    "DS": ("Exception_Destroyed", None),
    "DD": ("Exception_Damage", None),
    "OK": ("Delivered_Other", "Delivered"),
}
"""Code of an event in the simulated world, which are DHL's type codes: (sub-status, stage)."""

UNKNOWN = ("InTransit_Other", None)
ARRIVAL = ("InTransit_Arrival", "Arrival")
CHILEAN_OFFSETS = frozenset({"-03:00", "-04:00"})


def reading(code: str, offset: str) -> tuple[str, str | None]:
    """Sub-status and stage of a DHL event; an arrival (`AF`) counts as one only in Chile, not at a hub."""
    if code == "AF" and offset in CHILEAN_OFFSETS:
        return ARRIVAL
    return STATUS.get(code, UNKNOWN)


BAD_KEY = -18010002
REQUIRED = -18010010
FORMAT = -18010012
DATA = -18010013
TOO_MANY = -18010014
REGISTERED = -18019901
NOT_REGISTERED = -18019902
NOT_DETECTED = -18019903
NOT_TRACKING = -18019906
QUOTA = -18019908
NO_INFO = -18019909
WRONG_CARRIER = -18019910


def sentence(code: int, number: str) -> str:
    """The words that go with a code."""
    return {
        FORMAT: f"The format of '{number}' is invalid.",
        REGISTERED: f"Tracking number {number} is already registered.",
        NOT_REGISTERED: f"The tracking number '{number}' does not register, please register first.",
        NOT_DETECTED: "Carrier cannot be detected.",
        NOT_TRACKING: f"The tracking number '{number}' is not being tracked.",
        QUOTA: "Your quota is not enough.",
        NO_INFO: "No tracking information at this time.",
        WRONG_CARRIER: f"The carrier of '{number}' is incorrect.",
        REQUIRED: "The parameter is required.",
        DATA: "The submitted data is invalid.",
        TOO_MANY: "The number of tracking numbers exceeds 40.",
        BAD_KEY: "The access token is invalid.",
    }[code]
