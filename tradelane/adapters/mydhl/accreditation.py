"""The block that tells Chilean customs that the IVA was charged at sale.

Where it stands in the courier's manifest message is not published, so it is one opaque, versioned line of text
`CL-IVA-REMOTO/1;key=value;...`. The MyDHL description leaves two places for it: `declarationNotes` of the booking
(700 characters) and `remarks` of the invoice data (500 characters). Fields after Res. Ex. SII 103 / SNA 3507 (foreign
operators, named by SII user) and SII 141, 145 (domiciled operators, named by RUT).
"""

from __future__ import annotations

import re

from tradelane.adapters.errors import Refused
from tradelane.adapters.mydhl.client import PARTY
from tradelane.domain.catalogue import IvaRegime
from tradelane.domain.consignment import Consignment
from tradelane.domain.holds import Fault
from tradelane.domain.import_regime import ImportRegime, assess

SCHEME = "CL-IVA-REMOTO"
LONGEST = 500

ID_TYPE = {
    IvaRegime.FOREIGN_OPERATOR: "SII-USER",
    IvaRegime.DOMICILED_OPERATOR: "RUT",
    IvaRegime.NOT_ACCREDITED: "",
}


def note(consignment: Consignment) -> str:
    """The block of one parcel; `iva_charged` is YES only where the rule of the purchase says so.

    Raises:
        Refused: the goods are not valued in US dollars, or the block is too long for its place.
    """
    accreditation = consignment.accreditation
    try:
        assessed = assess(consignment)
    except ValueError as wrong:
        raise Refused(PARTY, "cannot_assess", str(wrong), fault=Fault.OURS) from wrong
    charged = assessed.regime is ImportRegime.IVA_CHARGED_AT_SALE
    block = {
        "regime": accreditation.regime.value,
        "operator": accreditation.operator_name,
        "id_type": ID_TYPE[accreditation.regime],
        "id": accreditation.operator_id,
        "iva_charged": "YES" if charged else "NO",
        "shipment_uid": str(consignment.ucr),
    }
    text = ";".join([f"{SCHEME}/1", *(f"{key}={_plain(value)}" for key, value in block.items())])
    if len(text) > LONGEST:
        words = f"The accreditation block has {len(text)} characters; its place holds {LONGEST}."
        raise Refused(PARTY, "does_not_fit", words, fault=Fault.OURS)
    return text


def _plain(value: str) -> str:
    return re.sub(r"[;=\s]+", " ", value).strip()
