"""What makes a party of ours this one and no namesake: its names in one form, and its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tradelane.domain.consignment import Consignment
from tradelane.domain.party_names import readings


def identities(consignment: Consignment, buyer: str | None = None) -> Mapping[str, str]:
    """Role -> identity of the party, for a keyed digest: the text itself is personal data and never kept.

    A name alone is nobody: a consignee without RUT is not in the answer. Neither are buyer and consignee where they have
    different names, for it is not known whose RUT the order then bears. Personal data: only a keyed digest is kept.
    """
    known: dict[str, str] = {}
    consignee = consignment.consignee
    alone = not buyer or readings(buyer) == readings(consignee.name)
    if alone and consignee.rut is not None:
        known["consignee"] = _identity("rut", str(consignee.rut), (consignee.name,))
    for exporter in consignment.exporters:
        names = (exporter.name_en, exporter.name_ko, exporter.representative_en, exporter.representative_ko)
        known[f"exporter:{exporter.id}"] = _identity("brn", str(exporter.business_registration_number), names)
    return known


def _identity(kind: str, number: str, names: Sequence[str]) -> str:
    forms = sorted({repr(readings(name)) for name in names if name.strip()})
    return "\n".join((kind, number.upper(), *forms))
