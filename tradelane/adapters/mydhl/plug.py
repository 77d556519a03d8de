"""DHL Express, plugged in as `mydhl`."""

from __future__ import annotations

from pydantic import SecretStr

from tradelane.adapters.mydhl.adapter import MydhlCarrier
from tradelane.adapters.mydhl.client import PARTY, MydhlAccess
from tradelane.adapters.plug import CarrierPlug, CarrierSettings, Wiring, own_variables


class MydhlSettings(CarrierSettings):
    """`TRADELANE_MYDHL_*`; the defaults open the simulator."""

    model_config = own_variables(PARTY)

    username: str = "demo-site"
    password: SecretStr = SecretStr("demo-password")
    account: str = "960000001"


def build(own: MydhlSettings, wiring: Wiring) -> MydhlCarrier:
    """The carrier on an account."""
    return MydhlCarrier(
        MydhlAccess(
            base_url=own.url or wiring.simulator,
            username=own.username,
            password=own.password,
            account=own.account,
        ),
        wiring.http,
        effects=wiring.effects,
        now=wiring.now,
        documents=wiring.documents,
    )


PLUG = CarrierPlug(
    name=PARTY,
    settings=MydhlSettings,
    build=build,
    tracking_key=100001,  # from memory, check it against 17TRACK's carrier list
)
