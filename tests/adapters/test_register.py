"""The register of declarations: a draft follows the exporter's way to customs, what was sent stays where it went."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.register import register_filed
from tests.adapters import parcels
from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import Filing, FilingState
from tradelane.domain.identifiers import OrderId
from tradelane.settings import Settings
from tradelane.stores import open_stores


@pytest.mark.parametrize(
    ("state", "channel"), [(FilingState.DRAFT, FilingChannel.BROKER), (FilingState.SUBMITTED, FilingChannel.KTNET)]
)
def test_only_what_was_sent_keeps_its_channel(tmp_path: Path, state: FilingState, channel: FilingChannel) -> None:
    """KTNET refused it and nothing exists there: the broker may file it, and is then asked about it."""
    declaration = parcels.declaration()
    with open_stores(Settings(data_dir=tmp_path)) as stores:
        for way, standing in ((FilingChannel.KTNET, state), (FilingChannel.BROKER, FilingState.DRAFT)):
            register_filed(
                stores.declarations,
                declaration,
                Filing(order_no=declaration.order_no, state=standing),
                order_id=OrderId(parcels.ORDER),
                channel=way,
                day=parcels.TODAY,
            )
        record = stores.declarations.find(declaration.order_no)
    assert record is not None
    assert (record.channel, record.state) == (channel, state)
