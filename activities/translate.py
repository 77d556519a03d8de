"""The only place that knows both our failures and Temporal's words for them."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Stale, Unavailable
from tradelane.adapters.listing import carriers
from tradelane.domain.holds import Fault

LONGEST_WORDS = 500
"""The engine stores failures; a counterparty's essay is cut."""


def translated(failure: OutsideFailure) -> ApplicationError:
    """An adapter's failure as the engine understands it: patience, or a person."""
    said: dict[str, object] = {
        "party": failure.party,
        "code": failure.code,
        "words": f"{failure.party}: {failure.words}"[:LONGEST_WORDS],
    }
    match failure:
        case Unavailable():
            said |= {"reason": "unavailable", "fault": _fault_of(failure.party)}
            return ApplicationError(
                str(failure)[:LONGEST_WORDS],
                said,
                type="Unavailable",
                next_retry_delay=failure.wait,
                category=ApplicationErrorCategory.BENIGN,
            )
        case Refused():
            said |= {
                "reason": failure.reason,
                "fault": failure.fault.value,
                "commands": list(failure.commands),
                "result_shape": failure.result_shape,
            }
            kind = "Refused"
        case Stale():
            said |= {"reason": "stale", "fault": Fault.OURS.value, "about": failure.about}
            kind = "Stale"
        case Garbled():
            said |= {"reason": "garbled", "fault": _fault_of(failure.party)}
            kind = "Garbled"
        case _:
            said |= {"reason": "unexpected", "fault": Fault.OURS.value}
            kind = type(failure).__name__
    # a hold tells of it: the worker's log would repeat a counterparty's words, which may quote a buyer
    return ApplicationError(
        str(failure)[:LONGEST_WORDS], said, type=kind, non_retryable=True, category=ApplicationErrorCategory.BENIGN
    )


def _fault_of(party: str) -> str:
    faults = {
        "mercadolibre": Fault.MARKETPLACE,
        "ktnet": Fault.AUTHORITY,
        "unipass": Fault.AUTHORITY,
        "17track": Fault.CARRIER,
    }
    return faults.get(party, Fault.CARRIER if party in carriers() else Fault.OURS).value
