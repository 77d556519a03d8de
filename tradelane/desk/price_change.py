"""What customs makes of a changed price, said when it is typed and not when customs has refused it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from tradelane.domain.amendment import PRICE, PRICE_WINDOW
from tradelane.domain.export_declaration import FilingState
from tradelane.domain.identifiers import OrderId
from tradelane.domain.trade_time import today_in_korea
from tradelane.stores import Stores


def price_notes(
    stores: Stores,
    order_id: OrderId,
    paths: Iterable[str],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[str, ...]:
    """Until when customs corrects the price in each accepted declaration of an order, or that it is too late.

    Empty where no price changes, or nothing is accepted yet.
    """
    claim = stores.consignments.of_order(order_id)
    if claim is None or not any(path.startswith("items.") and path.endswith(f".{PRICE}") for path in paths):
        return ()
    today = today_in_korea(stores.clock.read().at(now()))
    notes = []
    for row in stores.declarations.of_ucr(claim.ucr):
        if row.state is not FilingState.ACCEPTED or row.accepted_at is None or row.number is None:
            continue
        accepted_on = today_in_korea(row.accepted_at)
        until = accepted_on + PRICE_WINDOW
        end = f"until {until}" if today <= until else f"which ended on {until}: an amendment of its price is refused"
        notes.append(
            f"declaration {row.number.printed} was accepted on {accepted_on}; customs corrects a price within "
            f"{PRICE_WINDOW.days} days, {end}."
        )
    return tuple(notes)
