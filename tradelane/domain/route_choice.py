"""The choice of the route by which one exporter's goods leave Korea: pure, dated, and with its reasons in words.

What a route excludes (수출 및 반송통관에 관한 고시; tradenpu.com pk_id 560 for the simplified declaration): goods that
need confirmation by the customs head (세관장확인) go by formal declaration alone; who wants drawback or a certificate
cannot use the carrier's list. Returns of non-conforming goods (계약상이) and goods to be re-imported (재수출조건부) are
excluded too, and are never sold here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tradelane.domain.catalogue import Drawback, Exporter, FilingChannel
from tradelane.domain.consignment import DeclarationPart
from tradelane.domain.export_route import NOT_YET, ExportRoute, GoodsFacts, RouteChoice, RouteRefused, cap_on
from tradelane.domain.money import Money
from tradelane.domain.valuation import Valuation

NAMES: Mapping[ExportRoute, str] = {
    ExportRoute.FORMAL: "formal declaration (정식 수출신고)",
    ExportRoute.SIMPLIFIED: "simplified declaration (전자상거래 간이수출신고)",
    ExportRoute.LIST_CONVERSION: "list conversion (수출목록 변환신고)",
    ExportRoute.LIST_CLEARANCE: "list clearance (목록통관)",
}

OFFERED: Mapping[FilingChannel, tuple[ExportRoute, ...]] = {
    FilingChannel.KTNET: (ExportRoute.SIMPLIFIED, ExportRoute.FORMAL),
    FilingChannel.BROKER: (ExportRoute.LIST_CONVERSION, ExportRoute.SIMPLIFIED, ExportRoute.FORMAL),
    FilingChannel.CARRIER: (ExportRoute.LIST_CLEARANCE,),
    FilingChannel.MANUAL: (ExportRoute.LIST_CONVERSION, ExportRoute.SIMPLIFIED, ExportRoute.FORMAL),
}
"""Routes of each way to customs, the easiest first; list conversion only at the exporter's own wish."""


def choose_route(
    part: DeclarationPart,
    valuation: Valuation,
    day: date,
    facts: GoodsFacts,
    exporter: Exporter,
    channel: FilingChannel,
) -> RouteChoice:
    """Choose the route of one exporter's goods on one Korean day; `valuation` is that of `part` alone.

    Raises:
        RouteRefused: the carrier's list is the exporter's way and does not take these goods, or customs has not been
            asked about one of their tariff codes.
    """
    fob = valuation.fob_krw
    compared, confirmation = _compared(valuation, channel), _confirmation(part, facts)
    against = {route: _against(route, compared, day, exporter, channel, confirmation) for route in ExportRoute}
    wished = exporter.preferred_route
    order = sorted(OFFERED[channel], key=lambda route: route is not wished)
    taken = next((route for route in order if against[route] is None), None)
    if taken is None:
        raise RouteRefused(
            f"The carrier cannot clear these goods by its list (목록통관): {against[ExportRoute.LIST_CLEARANCE]}. "
            f"Give exporter {exporter.id} another way to customs (channel ktnet, broker or manual), then retry."
        )
    return RouteChoice(
        route=taken,
        fob=fob,
        why=f"{NAMES[taken]}: {_for(taken, fob, day, wished, against[ExportRoute.SIMPLIFIED])}",
        others=tuple(
            f"{NAMES[route]}: {against[route] or f'open too; the {NAMES[taken]} comes first'}"
            for route in ExportRoute
            if route is not taken
        ),
    )


def keep_route(
    route: ExportRoute,
    part: DeclarationPart,
    valuation: Valuation,
    day: date,
    facts: GoodsFacts,
    channel: FilingChannel,
) -> RouteChoice:
    """The route by which goods were filed before, for what is to be said of them now; `day` is one of its rate week.

    Raises:
        RouteRefused: amended, they could not have been filed by it, and customs amends no declaration into another kind.
    """
    confirmation = _confirmation(part, facts)
    against = (
        None if route is ExportRoute.FORMAL else confirmation or _above_cap(route, _compared(valuation, channel), day)
    )
    if against is not None:
        raise RouteRefused(
            f"These goods were filed by {NAMES[route]}, and as they are amended it does not take them: {against}. No "
            "amendment makes another kind of declaration of it: amend them back, or withdraw it (취하) by cancelling."
        )
    return RouteChoice(route=route, fob=valuation.fob_krw, why=f"{NAMES[route]}: it was filed so before")


def papers_missing(part: DeclarationPart, facts: GoodsFacts) -> tuple[str, ...]:
    """A sentence for each product that needs confirmation by the customs head and whose papers nobody has named.

    Box 43 (수출요건확인) of its declaration would be empty, and customs would not accept it.
    """
    return tuple(
        f"SKU {item.sku} (HSK {item.hsk.printed}) needs {', '.join(known.confirmation)} for export; "
        "name the paper and its number in the catalogue (permits)."
        for item in part.items
        if (known := facts.of(item.hsk)).confirmation and not item.permits.strip()
    )


def _compared(valuation: Valuation, channel: FilingChannel) -> tuple[str, Money]:
    """What is compared with a cap: FOB as a sum of cut lines or from the whole, rounded; the greater counts.

    KTNET compares the whole payment, with freight and insurance where the terms put them into it.
    """
    fob, charges = valuation.fob_krw, valuation.freight_krw + valuation.insurance_krw
    whole = valuation.payment_krw
    if channel is not FilingChannel.KTNET:
        whole = whole - charges
    elif charges:
        return "the whole price of", max(fob, whole)
    return "FOB", max(fob, whole)


def _confirmation(part: DeclarationPart, facts: GoodsFacts) -> str | None:
    """Which goods need confirmation by the customs head, in words; None when none does."""
    wanted = {}
    for item in part.items:
        try:
            known = facts.of(item.hsk)
        except KeyError as unasked:
            raise RouteRefused(
                f"Customs has not been asked what goods under HSK {item.hsk.printed} need for export; retry to ask."
            ) from unasked
        if known.confirmation:
            wanted[item.hsk.printed] = known.confirmation[0]
    if not wanted:
        return None
    told = "; ".join(f"HSK {code}: {paper}" for code, paper in wanted.items())
    return f"goods need confirmation by the customs head (세관장확인, {told})"


def _against(
    route: ExportRoute,
    compared: tuple[str, Money],
    day: date,
    exporter: Exporter,
    channel: FilingChannel,
    confirmation: str | None,
) -> str | None:
    """Why a route is closed to these goods; None when it is open."""
    if route not in OFFERED[channel]:
        return f"not offered by {channel.value}"
    if route is ExportRoute.FORMAL:
        return None
    if route is ExportRoute.LIST_CONVERSION and exporter.preferred_route is not route:
        return "only at the exporter's own wish (preferred_route)"
    if confirmation:
        return confirmation
    if route is ExportRoute.LIST_CLEARANCE and (wish := _wish(exporter)):
        return wish
    return _above_cap(route, compared, day)


def _above_cap(route: ExportRoute, compared: tuple[str, Money], day: date) -> str | None:
    """Why the value of goods closes a route with a cap to them; None when it does not."""
    cap = cap_on(route, day)
    if cap is None:
        return f"not open to everybody on {day}: {NOT_YET[route]}"
    what, highest = compared
    if highest > cap.most:
        doubt = "" if cap.certain else f", by {cap.source}, to be confirmed"
        return f"{what} {_won(highest)} is above the cap of {_won(cap.most)} on {day}{doubt}"
    return None


def _wish(exporter: Exporter) -> str | None:
    """What the exporter wants that a carrier's list cannot give: drawback, or a certificate of its own."""
    if exporter.drawback is not Drawback.NONE:
        return f"exporter {exporter.id} wants drawback (환급), which a list does not give"
    if exporter.preferred_route not in (None, ExportRoute.LIST_CLEARANCE):
        return (
            f"exporter {exporter.id} wants a declaration with a certificate (수출신고필증), which a list does not give"
        )
    return None


def _for(taken: ExportRoute, fob: Money, day: date, wished: ExportRoute | None, not_simplified: str | None) -> str:
    """Why the route was taken, in words."""
    asked = "the exporter asks for it; " if taken is wished else ""
    cap = cap_on(taken, day)
    if cap is None:
        return asked + (not_simplified or f"FOB {_won(fob)} on {day}")
    doubt = "" if cap.certain else f" (by {cap.source}, to be confirmed)"
    return f"{asked}FOB {_won(fob)} is within the cap of {_won(cap.most)} on {day}{doubt}"


def _won(amount: Money) -> str:
    return f"{amount.amount:,} KRW"
