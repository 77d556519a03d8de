"""Which account at DHL a parcel travels on: the exporter's own where it ships and has one, else the installation's.

The account stands in the booking, in every upload to it and in every search for it or for its papers: DHL finds a
shipment by our reference, and its papers, only under the account it was booked on. An exporter may get another account
at any time, so what was used is written down before it is used, as the step of the attempt (`book:<account>`).
"""

from __future__ import annotations

from collections.abc import Iterable

from tradelane.adapters.errors import Refused
from tradelane.adapters.journal import Told, facts_of
from tradelane.adapters.mydhl import parties
from tradelane.adapters.mydhl.client import PARTY, MydhlAccess
from tradelane.domain.consignment import Consignment
from tradelane.domain.holds import Fault
from tradelane.ports import EffectRow

LONGEST = 12
"""Characters of an account number."""

NOT_ALLOWED = "8003"
"""DHL's code for an account that our user may not use."""

_BOOK = "book"


def shipper_account(consignment: Consignment, access: MydhlAccess) -> str:
    """The account of who ships; where the agency ships in the exporter's place, the installation's.

    Raises:
        Refused: the exporter's number is longer than DHL's.
    """
    exporter = consignment.exporter(consignment.parts[0].exporter_id)
    own = exporter.carrier_accounts.get(PARTY, "").strip()
    if not own or parties.agency_ships(exporter, access):
        return access.account
    if len(own) > LONGEST:
        words = f"The DHL account of exporter {exporter.id} has {len(own)} characters; DHL takes {LONGEST}."
        raise Refused(
            PARTY,
            "does_not_fit",
            words,
            fault=Fault.SELLER_DATA,
            reason="missing_data",
            commands=(_set(exporter.id, "NUMBER"),),
        )
    return own


def step_of(account: str) -> str:
    """The step under which a booking is written down."""
    return f"{_BOOK}:{account}"


def account_of(row: EffectRow, access: MydhlAccess) -> str:
    """The account an attempt was sent with; attempts that name none were sent with the installation's."""
    return row.step.partition(":")[2] or access.account


def accounts_used(attempts: Iterable[EffectRow], access: MydhlAccess) -> tuple[str, ...]:
    """Accounts under which a booking of ours may lie, the latest first; attempts that DHL turned away left none."""
    used = [account_of(row, access) for row in attempts if facts_of(row).get("outcome") in (None, Told.SENT)]
    return tuple(dict.fromkeys(reversed(used)))


def is_own(refusal: Refused, account: str, access: MydhlAccess) -> bool:
    """Whether DHL turned away an exporter's own account."""
    return refusal.code == NOT_ALLOWED and account != access.account


def explained(refusal: Refused, consignment: Consignment) -> Refused:
    """The refusal of an exporter's own account with who must do what, for DHL names nobody."""
    exporter_id = consignment.parts[0].exporter_id
    words = (
        f"{refusal.words.rstrip('.')}. It is the own account of exporter {exporter_id}: have DHL allow it to our user, "
        "or take it off the exporter to book on the installation's."
    )
    return Refused(PARTY, refusal.code, words, fault=Fault.SELLER_DATA, commands=(_set(exporter_id, ""),))


def _set(exporter_id: str, account: str) -> str:
    return f"tradelane exporters set {exporter_id} carrier_accounts.{PARTY}={account}"
