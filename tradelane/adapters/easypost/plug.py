"""EasyPost, plugged in as `easypost`."""

from __future__ import annotations

from pydantic import SecretStr

from tradelane.adapters.easypost.adapter import EasypostCarrier
from tradelane.adapters.easypost.client import PARTY, EasypostAccess
from tradelane.adapters.plug import CarrierPlug, CarrierSettings, Wiring, own_variables


class EasypostSettings(CarrierSettings):
    """`TRADELANE_EASYPOST_*`; the defaults open the simulator."""

    model_config = own_variables(PARTY)

    api_key: SecretStr = SecretStr("demo-key")
    carrier_account: str = "ca_demo"
    service: str = "ExpressWorldwideNonDoc"


def build(own: EasypostSettings, wiring: Wiring) -> EasypostCarrier:
    """The carrier on an account."""
    return EasypostCarrier(
        EasypostAccess(
            base_url=own.url or wiring.simulator,
            api_key=own.api_key,
            carrier_account=own.carrier_account,
            service=own.service,
        ),
        wiring.http,
        effects=wiring.effects,
        documents=wiring.documents,
        now=wiring.now,
    )


PLUG = CarrierPlug(
    name=PARTY,
    settings=EasypostSettings,
    build=build,
    tracking_key=100001,  # DHL Express carries; from memory, check it against 17TRACK's carrier list
)
