"""A declaration that an earlier run filed keeps its rate and its route; what was read of one number says nothing of the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.adapters.office import Office, Parcel, open_office
from tradelane.contracts.steps import LoadingRequest
from tradelane.domain.export_declaration import Loading
from tradelane.domain.export_route import ExportRoute

LOADED = {"loaded_on": "2026-11-25", "packages": "1", "evidence": "UNI-PASS, printed"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with open_office(tmp_path_factory.mktemp("before")) as opened:
        yield opened


async def loading(parcel: Parcel, *, accepted_days_ago: int) -> Loading:
    """What the step says of the loading of the parcel's declaration."""
    assert parcel.filing is not None and parcel.filing.number is not None
    request = LoadingRequest(
        number=parcel.filing.number,
        part="d1",
        orders=parcel.consignment.orders,
        accepted_at=parcel.office.now() - timedelta(days=accepted_days_ago),
    )
    answer: Loading = await parcel.office.step(parcel.office.customs.confirm_loading, request)
    return answer


async def test_a_loading_that_was_read_before_the_acceptance_is_of_another_declaration(office: Office) -> None:
    """Customs cancelled the first acceptance; the goods were declared anew and have not left under the new number."""
    parcel = await office.parcel()
    await parcel.accepted()
    parcel.typed_by_hand("confirm_loading:d1", **LOADED)
    office.later(days=2)
    assert not (await loading(parcel, accepted_days_ago=1)).loaded
    assert (await loading(parcel, accepted_days_ago=3)).loaded


async def test_the_route_of_a_filing_is_that_by_which_it_was_sent(office: Office) -> None:
    """Today another route would be chosen: what customs has is told, for it is amended and watched as what it is."""
    parcel = await office.parcel()
    await parcel.drawn_up()
    sent = await parcel.lodge()
    assert sent.route is parcel.declared.route is ExportRoute.SIMPLIFIED
    parcel.declaration = parcel.declared.model_copy(update={"route": ExportRoute.FORMAL})
    found = await parcel.lodge()
    assert await office.acted("declare", parcel.shipment) == 1
    assert found.route is ExportRoute.SIMPLIFIED
