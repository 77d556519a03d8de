"""Who made the goods (제조자), and what hangs on it: kind of exporter, drawback, a claim of preferential origin.

KTNET's document has one maker for all lines. A maker without a customs clearance code is declared as unknown to customs
(제조미상9999000), and so are goods of several makers. Nobody gets import duties back on materials of an unknown maker,
and an unknown maker takes the ground from a claim of origin (docs/counterparties/ktnet.md, section 1).
"""

from __future__ import annotations

from dataclasses import dataclass

from tradelane.adapters.ktnet.boxes import boxed, wrong_data
from tradelane.domain.catalogue import Drawback, Exporter
from tradelane.domain.consignment import ConsignmentItem
from tradelane.domain.export_declaration import ExportDeclaration
from tradelane.domain.holds import Fault

UNKNOWN_NAME = "미상"
UNKNOWN_ID = "제조미상9999000"

REFUND = {Drawback.NONE: "NO", Drawback.SIMPLIFIED: "AD"}
"""What an exporter wants back -> `CustomsTaxRefundRequest`."""


@dataclass(frozen=True)
class Maker:
    """A maker as the declaration names it."""

    name: str
    customs_id: str

    @property
    def known(self) -> bool:
        """Whether customs knows it: by a code of its own."""
        return self.customs_id != UNKNOWN_ID


UNKNOWN = Maker(UNKNOWN_NAME, UNKNOWN_ID)


def maker_of(declaration: ExportDeclaration) -> Maker:
    """The one maker of all lines, else the unknown one.

    Raises:
        Refused: a maker has a customs code and no name.
    """
    makers = {_of_item(line.item, declaration.exporter) for line in declaration.lines}
    if len({maker.customs_id for maker in makers}) == 1 and (UNKNOWN_ID not in {m.customs_id for m in makers}):
        return min(makers, key=lambda maker: maker.name)
    return makers.pop() if len(makers) == 1 else UNKNOWN


def maker_boxes(declaration: ExportDeclaration) -> dict[str, str]:
    """Maker, kind of exporter (수출자구분) and drawback: `A` where exporter and maker have one customs code, else `C`.

    Raises:
        Refused: drawback or preferential origin is claimed and customs would not learn who made the goods.
    """
    exporter, maker = declaration.exporter, maker_of(declaration)
    claims = [f"drawback ({exporter.id})"] if exporter.drawback is not Drawback.NONE else []
    claims += [f"preference for {line.item.sku}" for line in declaration.lines if line.item.preference]
    if claims and not maker.known:
        words = (
            f"The maker would be declared as unknown ({UNKNOWN_ID}) while {', '.join(claims)} is claimed: give all "
            "goods of the declaration one maker with its customs clearance code, or drop the claim."
        )
        raise wrong_data("MakerCustomsId", words, Fault.SELLER_DATA)
    found = {
        "ExportPartyTypeCode": "A" if maker.customs_id == exporter.customs_clearance_code else "C",
        "MakerName": boxed(maker.name, 28, "MakerName"),
        "MakerCustomsId": maker.customs_id,
        "MakerZipCode": exporter.postcode,
        "CustomsTaxRefundRequest": REFUND[exporter.drawback],
    }
    # a maker customs knows brings the drawback applicant, whether or not anything is claimed now
    return {**found, "RefundCode": exporter.drawback_applicant} if maker.known else found


def _of_item(item: ConsignmentItem, exporter: Exporter) -> Maker:
    own = str(exporter.customs_clearance_code)
    name = (item.maker_name or "").strip()
    if item.maker_customs_id == own or (item.maker_customs_id is None and name in (exporter.name_ko, exporter.name_en)):
        return Maker(exporter.name_ko, own)
    if item.maker_customs_id is None or item.maker_customs_id == UNKNOWN_ID:
        return Maker(name or UNKNOWN_NAME, UNKNOWN_ID)
    if not name:
        words = f"The maker of {item.sku} has a customs clearance code and no name."
        raise wrong_data("MakerName", words, Fault.SELLER_DATA)
    return Maker(name, str(item.maker_customs_id))
