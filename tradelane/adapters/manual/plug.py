"""A person, plugged in as `manual`: transport is booked in the carrier's own portal or by telephone."""

from __future__ import annotations

from tradelane.adapters.manual.carrier import ManualCarrier
from tradelane.adapters.plug import CarrierPlug, CarrierSettings, Wiring, own_variables

NAME = "manual"


class ManualSettings(CarrierSettings):
    """`TRADELANE_MANUAL_*`: what a person books with."""

    model_config = own_variables(NAME)

    postal: bool = False
    """Whether parcels go by post: then a CN 23 travels with each."""


def build(own: ManualSettings, wiring: Wiring) -> ManualCarrier:
    """The carrier whose interface is a person."""
    return ManualCarrier(wiring.decisions, wiring.consignments, postal=own.postal)


PLUG = CarrierPlug(
    name=NAME,
    settings=ManualSettings,
    build=build,
    tracking_key=100001,  # DHL Express, unless the settings say another
    by_hand=True,
)
