"""The register of declarations: what is kept of each for years, written by the steps that learn it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tradelane.domain.catalogue import FilingChannel
from tradelane.domain.export_declaration import ExportDeclaration, Filing, FilingState, Loading
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId, WaybillNumber
from tradelane.domain.trade_time import today_in_korea
from tradelane.ports import DeclarationRecord, Declarations


def register_filed(
    declarations: Declarations,
    declaration: ExportDeclaration,
    filing: Filing,
    *,
    order_id: OrderId,
    channel: FilingChannel,
    day: date,
) -> None:
    """Write down what was declared, by which way, and why by this route; a retry changes only where it stands."""
    known = declarations.find(declaration.order_no)
    if known is not None and known.state is FilingState.DRAFT:
        known = None  # nothing of it was sent: its day, its rate and its way are those of the try that is
    if known is not None and known.digest == declaration.digest:
        register_standing(declarations, filing)
        return
    drawn = _record(declaration, order_id, known.channel if known else channel, filing.state)
    kept: dict[str, object] = {"declared_on": day}
    if known is not None:  # amended: it stays the declaration of that day, sent that way for that reason
        kept = {"declared_on": known.declared_on, "why": known.why}
    declarations.put(drawn.model_copy(update={"number": filing.number, "accepted_at": filing.accepted_at, **kept}))


def register_booked(
    declarations: Declarations, numbers: Iterable[ExportDeclarationNumber], waybill: WaybillNumber
) -> None:
    """Write down under which waybill goods are to travel, until customs tells what carries them."""
    for number in numbers:
        known = declarations.by_number(number)
        if known is not None and known.waybill is None:
            declarations.put(known.model_copy(update={"waybill": str(waybill)}))


def register_list_cleared(
    declarations: Declarations,
    declaration: ExportDeclaration,
    *,
    order_id: OrderId,
    waybill: str | None,
    departed_on: date | None,
) -> None:
    """Write down goods that the carrier cleared by its list: no number, loaded when the carrier says they left."""
    drawn = _record(declaration, order_id, FilingChannel.CARRIER, FilingState.ACCEPTED)
    declarations.put(
        drawn.model_copy(
            update={
                "waybill": waybill,
                "loaded": departed_on is not None,
                "loaded_on": departed_on,
                "loading_source": "carrier" if departed_on else "",
            }
        )
    )


def _record(
    declaration: ExportDeclaration, order_id: OrderId, channel: FilingChannel, state: FilingState
) -> DeclarationRecord:
    """What was drawn up, as it is kept: without the buyer."""
    return DeclarationRecord(
        order_no=declaration.order_no,
        ucr=declaration.ucr,
        order_id=order_id,
        exporter_id=declaration.exporter.id,
        channel=channel,
        route=declaration.route,
        why=declaration.why,
        state=state,
        payment=declaration.payment,
        incoterm=declaration.incoterm,
        rate=declaration.rate.krw_per_unit,
        fob_krw=declaration.fob,
        freight_krw=declaration.freight,
        insurance_krw=declaration.insurance,
        invoice_number=declaration.invoice_number,
        digest=declaration.digest,
        destination=declaration.destination,
    )


def register_standing(declarations: Declarations, filing: Filing) -> None:
    """Write down where a declaration stands, where the register has it."""
    known = declarations.find(filing.order_no)
    if known is None:
        return
    accepted_at, declared_on = filing.accepted_at or known.accepted_at, known.declared_on
    if accepted_at is not None and declared_on is not None:  # where a person filed, the day of typing may stand there
        declared_on = min(declared_on, today_in_korea(accepted_at))
    declarations.put(
        known.model_copy(
            update={
                "state": filing.state,
                "number": filing.number or known.number,
                "accepted_at": accepted_at,
                "declared_on": declared_on,
            }
        )
    )


def register_loading(declarations: Declarations, loading: Loading, *, seen_at: datetime, source: str) -> None:
    """Write down what customs knows of a loading; goods are loaded on the day the last package departed.

    Of a declaration that customs does not show, only the deadline that was counted is written.
    """
    known = declarations.by_number(loading.number)
    if known is None:
        return
    whole = loading.loaded and not loading.partial
    declarations.put(
        known.model_copy(
            update={
                "load_before": loading.load_before or known.load_before,
                "load_before_computed": loading.computed if loading.load_before else known.load_before_computed,
                "loaded": known.loaded or whole,
                "loaded_on": loading.departed_on if whole else known.loaded_on,
                "packages_cleared": loading.packages_cleared or known.packages_cleared,
                "packages_loaded": loading.packages_loaded or known.packages_loaded,
                "waybill": loading.waybills[-1] if loading.waybills else known.waybill,
                "loading_seen_at": seen_at if loading.found else known.loading_seen_at,
                "loading_source": source if loading.found else known.loading_source,
            }
        )
    )


def loading_seen(loading: Loading | None) -> object:
    """What tells a change of a loading from a repetition; None is a declaration that nobody has looked at yet."""
    if loading is None or not loading.found:
        return "unseen"
    return (str(loading.load_before), loading.loaded, loading.packages_loaded, loading.inspection)
