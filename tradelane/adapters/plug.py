"""Where a carrier plugs in: `tradelane/adapters/<name>/plug.py` exposes one `PLUG`, and nothing else names the carrier.

Only the plug of the carrier that the settings choose is imported.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import httpx
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tradelane.adapters.listing import carriers
from tradelane.ports import Carrier, Consignments, Decisions, Documents, Effects


def own_variables(name: str) -> SettingsConfigDict:
    """How a carrier's own settings are read: `TRADELANE_<NAME>_*`, an empty variable counts as not set."""
    return SettingsConfigDict(
        env_prefix=f"TRADELANE_{name.upper()}_",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,  # it may be a secret
    )


class CarrierSettings(BaseSettings):
    """What every carrier's own settings begin with. The defaults of all others are the simulator's invented keys."""

    url: str = ""
    """Address of the carrier's interface; empty = its simulator."""


Own = TypeVar("Own", bound=CarrierSettings)


@dataclass(frozen=True)
class Wiring:
    """What the house gives to every carrier; an adapter takes what it needs."""

    http: httpx.AsyncClient
    simulator: str
    """Address of the simulator of the same name."""
    now: Callable[[], datetime]
    """Trade time, UTC; never use the machine's clock to date a booking."""
    effects: Effects
    """Our own books: for writes that the carrier cannot be asked about."""
    documents: Documents
    """Takes labels."""
    decisions: Decisions
    consignments: Consignments


@dataclass(frozen=True)
class CarrierPlug(Generic[Own]):
    """One carrier as the house finds it."""

    name: str
    """The package's name, which is also the simulator's, the prefix of the settings and `party` of every failure."""
    settings: type[Own]
    build: Callable[[Own, Wiring], Carrier]
    tracking_key: int
    """17TRACK's number for this carrier."""
    by_hand: bool = False
    """Nothing is called: a person does everything, and there is no simulator."""

    def own_settings(self) -> Own:
        """The carrier's settings from the environment.

        Raises:
            RuntimeError: a variable does not fit, named in one sentence.
        """
        try:
            return self.settings()
        except ValidationError as wrong:
            first = wrong.errors()[0]
            variable = f"TRADELANE_{self.name}_{'_'.join(map(str, first['loc']))}".upper()
            raise RuntimeError(f"{variable} does not fit: {first['msg']}.") from wrong


def carrier_plug(name: str) -> CarrierPlug[Any]:
    """The plug of a carrier by the name of its package.

    Raises:
        LookupError: there is no such carrier; one sentence lists those there are.
    """
    if name not in carriers():
        raise LookupError(f"no carrier is called {name!r}; there are {', '.join(carriers())}")
    plug = importlib.import_module(f"tradelane.adapters.{name}.plug").PLUG
    assert isinstance(plug, CarrierPlug) and plug.name == name, f"{name}/plug.py plugs in something else"
    return plug
