"""Whether invoice, packing list, CN 23 and declarations say the same: compared before anything leaves the house."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tradelane.domain.export_declaration import ExportDeclaration
from tradelane.domain.money import total
from tradelane.domain.papers import Cn23, CommercialInvoice, PackingList


class PapersDisagree(ValueError):
    """Two papers of one consignment say different things; one sentence names both and the figure."""


def agree(
    invoice: CommercialInvoice,
    packing: PackingList,
    declarations: Sequence[ExportDeclaration] = (),
    cn23: Cn23 | None = None,
    *,
    complete: bool = True,
) -> None:
    """Compare goods, weights, packages and sums of all papers of one consignment.

    `complete` is False while some goods have no declaration of their own (not drawn up yet, or on the carrier's list):
    then what is declared must be on the invoice, but not all of the invoice need be declared.

    Raises:
        PapersDisagree: at the first difference.
    """
    for what, on_invoice, on_list in (
        ("the number", invoice.number, packing.number),
        ("the date", invoice.date, packing.date),
        ("the UCR", invoice.ucr, packing.ucr),
        ("the exporters", _named(invoice), _named(packing)),
        ("the consignee", invoice.consignee, packing.consignee),
        (
            "the terms of delivery",
            (invoice.incoterm, invoice.incoterm_place),
            (packing.incoterm, packing.incoterm_place),
        ),
        ("the declarations", invoice.declarations, packing.declarations),
        ("the waybill", invoice.waybill, packing.waybill),
    ):
        if on_invoice != on_list:
            raise PapersDisagree(f"Invoice and packing list do not say the same of {what}.")
    _same("number of packages", invoice.packages, "packing list", len(packing.packages))
    _same("net weight (g)", invoice.net_weight_g, "packing list", packing.net_weight_g)
    _same("gross weight (g)", invoice.gross_weight_g, "packing list", packing.gross_weight_g)
    _same("quantity", invoice.quantity, "packing list", packing.quantity)
    _lines(
        ((line.hs_code, line.origin, line.quantity, line.net_weight_g) for line in invoice.lines),
        ((line.hs_code, line.origin, line.quantity, line.net_weight_g) for line in packing.goods),
        "packing list",
    )
    if cn23 is not None:
        _same("value of the goods", str(invoice.goods_total), "CN 23", str(cn23.total_value))
        _same("gross weight (g)", invoice.gross_weight_g, "CN 23", cn23.gross_weight_g)
        _same("invoice number", invoice.number, "CN 23", cn23.invoice_number)
        _lines(
            ((line.hs_code, line.origin, line.quantity, line.amount) for line in invoice.lines),
            ((line.hs_code, line.origin, line.quantity, line.value) for line in cn23.lines),
            "CN 23",
        )
    if declarations:
        _declared(invoice, declarations, complete)


def _declared(invoice: CommercialInvoice, declarations: Sequence[ExportDeclaration], complete: bool) -> None:
    for one in declarations:
        which = f"declaration {one.order_no}"
        _same("UCR", invoice.ucr, which, one.ucr)
        _same("invoice number", invoice.number, which, one.invoice_number)
        _same("incoterm", invoice.incoterm.value, which, one.incoterm)
        _same("destination", str(invoice.consignee.country), which, one.destination)
        _same("number of packages", invoice.packages, which, one.packages)
    sold: Counter[object] = Counter(
        (line.hsk, line.origin, line.quantity, line.amount, line.net_weight_g) for line in invoice.lines
    )
    stated: Counter[object] = Counter(
        (line.item.hsk, line.item.origin, line.item.quantity, line.item.amount, line.item.net_weight_total_g)
        for one in declarations
        for line in one.lines
    )
    if stated - sold:
        raise PapersDisagree(f"{_count(stated - sold)} declared for export and not on invoice {invoice.number}.")
    if not complete:
        return
    if sold - stated:
        raise PapersDisagree(f"{_count(sold - stated)} on invoice {invoice.number} and declared by nobody.")
    declared = total((line.item.amount for one in declarations for line in one.lines), invoice.currency)
    _same("value of the goods", str(invoice.goods_total), "declarations together", str(declared))
    if all(one.freight is not None for one in declarations):  # a term whose price holds carriage: box 49 says it
        settled = total((one.amount for one in declarations), invoice.currency)
        _same("total with carriage", str(invoice.goods_total + invoice.freight), "declarations together", str(settled))
    _same(
        "gross weight (g)", invoice.gross_weight_g, "declarations together", sum(d.gross_weight_g for d in declarations)
    )


def _same(what: str, on_invoice: object, other: str, found: object) -> None:
    if on_invoice != found:
        raise PapersDisagree(f"The invoice says {on_invoice} as {what}, the {other} {found}.")


def _lines(on_invoice: Iterable[object], on_other: Iterable[object], other: str) -> None:
    sold, found = Counter(on_invoice), Counter(on_other)
    if found - sold:
        raise PapersDisagree(f"{_count(found - sold)} on the {other} and not on the invoice.")
    if sold - found:
        raise PapersDisagree(f"{_count(sold - found)} on the invoice and not on the {other}.")


def _count(lines: Counter[object]) -> str:
    number = sum(lines.values())
    return "One line of goods is" if number == 1 else f"{number} lines of goods are"


def _named(header: CommercialInvoice | PackingList) -> tuple[object, ...]:
    return (header.exporter, *header.further_exporters)
