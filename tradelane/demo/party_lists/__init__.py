"""Small invented lists of restricted parties in the official formats, so that an installation with simulated
counterparties can screen: nobody in them exists, and no invented buyer or brand resembles them."""

from __future__ import annotations

from datetime import date
from importlib import resources

from tradelane.adapters.party_lists import read_list
from tradelane.stores import Stores

FILES = ("un.xml", "ofac.xml", "eu.xml", "kr.csv")

ACTOR = "demo"

AGELESS_DAYS = 36_500
"""The highest age where trade days pass in seconds: invented lists are published only once."""


def load_demo_lists(stores: Stores, dated: date) -> None:
    """Put the invented lists into the store as if they were of a day; lists that somebody has imported stay.

    Loaded once more on a later day, they are of that day.
    """
    there = {state.source: state for state in stores.party_lists.states()}
    with resources.as_file(resources.files("tradelane.demo.party_lists")) as folder:
        for name in FILES:
            read = read_list(folder / name, dated=dated if name.endswith(".csv") else None)
            state = read.state.model_copy(update={"dated": dated})
            known = there.get(state.source)
            if known is None or (known.sha256 == state.sha256 and known.dated < dated):
                stores.party_lists.replace(state, read.parties, ACTOR)
