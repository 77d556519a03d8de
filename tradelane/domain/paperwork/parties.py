"""Exporters and consignees as they stand in the boxes of papers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import lru_cache

import pycountry

from tradelane.domain.catalogue import Exporter
from tradelane.domain.order import Consignee
from tradelane.domain.papers import PaperParty

LINE = 300
"""Characters that a box takes in one piece and breaks to its width; longer ones are parted at words, never cut."""


def exporter_party(exporter: Exporter) -> PaperParty:
    """A brand by its English and Korean names, with its business registration number."""
    return PaperParty.model_validate(
        {
            "name": f"{exporter.name_en} ({exporter.name_ko})",
            "lines": (*exporter.address_en, f"{exporter.city_en} {exporter.postcode}"),
            "country": "KR",
            "tax_id_label": "Business reg. no. (사업자등록번호)",
            "tax_id": exporter.business_registration_number.printed,
            "phone": exporter.phone,
        }
    )


def consignee_party(consignee: Consignee) -> PaperParty:
    """Who receives the parcel, with the RUT as people write it, where there is one."""
    address = consignee.address
    place = ", ".join(part for part in (address.comuna, _region(address.region)) if part)
    return PaperParty.model_validate(
        {
            "name": consignee.name,
            "lines": _wrapped((*address.lines, address.note or "", place)),
            "country": address.country,
            "tax_id_label": "RUT" if consignee.rut else None,
            "tax_id": consignee.rut.printed if consignee.rut else None,
            "phone": consignee.phone,
            "email": consignee.email,
        }
    )


def _region(code: str) -> str:
    """A region as people and officers know it, `Coquimbo (CL-CO)`; what is no code of ISO 3166-2 stays as it is."""
    name = _region_names().get(code)
    return f"{name} ({code})" if name else code


@lru_cache(maxsize=1)
def _region_names() -> dict[str, str]:
    return {str(region.code): str(region.name) for region in pycountry.subdivisions if region.country_code == "CL"}


def _wrapped(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(piece for line in lines for piece in textwrap.wrap(line, LINE))
