"""Where a consignment stands when it is cancelled, read from what the carrier and customs have said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradelane.domain.cancellation import Situation
from tradelane.domain.export_declaration import Loading
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId
from tradelane.domain.transport import TransportEvent, TransportProgress, TransportStatus
from workflows.journey import Journey
from workflows.legs.unwinding import situation
from workflows.steps import Steps

ORDER = OrderId("2000013770481964")
BEGUN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
S = TransportStatus


def seen(*statuses: TransportStatus, loaded: bool = False) -> Situation:
    """The situation after these events, with or without customs' word that the goods are loaded."""
    journey = Journey(order_id=ORDER, steps=Steps(order_id=str(ORDER)))
    journey.progress = TransportProgress(
        events=tuple(
            TransportEvent(status=status, code="X", words="", occurred_at=BEGUN + timedelta(hours=at), source="mydhl")
            for at, status in enumerate(statuses)
        )
    )
    if loaded:
        number = ExportDeclarationNumber("6N00226000123X")
        journey.loadings["d1"] = Loading(number=number, found=True, loaded=True)
    return situation(journey)


@pytest.mark.parametrize(
    ("statuses", "loaded", "expected"),
    [
        ((), False, {}),
        ((S.PICKED_UP,), False, {"handed_over": True}),
        # Korean customs speaks too: its release is no sign that the parcel has left
        ((S.PICKED_UP, S.CUSTOMS_RELEASED), False, {"handed_over": True}),
        ((S.PICKED_UP, S.DEPARTED), False, {"handed_over": True, "departed": True}),
        ((S.PICKED_UP,), True, {"handed_over": True, "loaded": True}),
        ((S.PICKED_UP, S.ARRIVED_COUNTRY), False, {"handed_over": True, "loaded": True}),
        # given back before it left: its declaration is still to be withdrawn
        ((S.PICKED_UP, S.RETURNED), False, {"handed_over": True, "returned": True}),
        (
            (S.PICKED_UP, S.ARRIVED_COUNTRY, S.RETURNED),
            False,
            {"handed_over": True, "loaded": True, "returned": True, "delivered": True},
        ),
    ],
    ids=str,
)
def test_what_was_seen_says_where_the_goods_are(
    statuses: tuple[TransportStatus, ...], loaded: bool, expected: dict[str, bool]
) -> None:
    assert seen(*statuses, loaded=loaded) == Situation(**expected)
