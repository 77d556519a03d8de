"""Carriers are found by their plugs, chosen by name, set up by variables of their own."""

from __future__ import annotations

import sys

import pytest
from pydantic import ValidationError

from tradelane.adapters.listing import carriers
from tradelane.adapters.mydhl.plug import MydhlSettings
from tradelane.adapters.plug import CarrierPlug, carrier_plug
from tradelane.settings import Settings


def test_carriers_are_the_packages_with_a_plug() -> None:
    assert {"manual", "mydhl"} <= set(carriers())
    assert not {"ktnet", "mercadolibre", "notify", "unipass"} & set(carriers())


def test_the_chosen_carrier_alone_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.startswith(("tradelane.adapters.manual.plug", "tradelane.adapters.mydhl.plug")):
            monkeypatch.delitem(sys.modules, name)
    assert carrier_plug("manual").name == "manual"
    assert "tradelane.adapters.mydhl.plug" not in sys.modules


@pytest.mark.parametrize(("given", "chosen"), [("mydhl", "mydhl"), ("protocol", "mydhl"), ("manual", "manual")])
def test_the_transport_is_a_carrier_by_name(given: str, chosen: str) -> None:
    """`protocol` is what the carrier was called when there was only one."""
    assert Settings(transport=given).transport == chosen


def test_a_carrier_nobody_plugged_in_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValidationError, match=r"no carrier is called 'pigeon'; there are .*manual, mydhl"):
        Settings(transport="pigeon")
    with pytest.raises(LookupError, match=r"no carrier is called 'pigeon'; there are .*manual, mydhl"):
        carrier_plug("pigeon")


def test_variables_of_the_carrier_keep_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "USERNAME", "PASSWORD", "ACCOUNT"):
        monkeypatch.setenv(f"TRADELANE_MYDHL_{name}", f"https://{name.lower()}.example")
    own = carrier_plug("mydhl").own_settings()
    assert (own.url, own.username, own.account) == (
        "https://url.example",
        "https://username.example",
        "https://account.example",
    )
    assert own.password.get_secret_value() == "https://password.example"


def test_a_variable_that_does_not_fit_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    class Strict(MydhlSettings):
        pickup_hour: int = 9

    monkeypatch.setenv("TRADELANE_MYDHL_PICKUP_HOUR", "a secret by mistake")
    known = carrier_plug("mydhl")
    plug = CarrierPlug(name="mydhl", settings=Strict, build=known.build, tracking_key=known.tracking_key)
    with pytest.raises(RuntimeError, match="TRADELANE_MYDHL_PICKUP_HOUR does not fit") as refused:
        plug.own_settings()
    assert "mistake" not in str(refused.value)
