"""What became of requests to withdraw (5AS kind B), amend (A) and extend (C) a declaration.

KTNET's status speaks of the newest request alone, whatever its kind, and all of them have the OrderNo of the declaration:
our reference stands at the head of the reason (docs/counterparties/ktnet.md, section 3).
"""

from __future__ import annotations

import re
from datetime import date

from tradelane.adapters.errors import OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import cut
from tradelane.adapters.ktnet import wire
from tradelane.adapters.ktnet.client import PARTY
from tradelane.adapters.ktnet.mapper import REQUEST_PENDING, pending, unknown
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone

REFUSED = "01"
WITHDRAWAL: dict[str, str] = {"": "requested", "05": "approved", REFUSED: "refused"}
AMENDMENT: dict[str, str] = {"": "asked", "05": "approved", REFUSED: "refused"}
"""State of a request of kind A or C."""

_MARKED = re.compile(r"\[V([0-9]{1,6})\]")
_EXTENDED = re.compile(r"\[E([0-9]{8})\]")


def mark_of(result: wire.Result) -> tuple[str, str]:
    """Kind of the newest request and our mark at the head of its reason: `V3`, `E20270122`, or none."""
    kind = result.ApplicationType.strip()
    marked = {"A": _MARKED, "C": _EXTENDED}[kind].match(result.AmendReason.strip()) if kind in ("A", "C") else None
    return kind, marked.group(0)[1:-1] if marked else ""


def withdrawal(result: wire.Result) -> Existing[str]:
    """The state of a withdrawal: `requested`, `approved` or `refused`; a new code cannot be told.

    KTNET speaks of the newest request alone. One of another kind shows that no withdrawal stands, for nothing can be
    asked after one; a request of no kind may be an amendment, and its approval is no withdrawal.
    """
    kind = result.ApplicationType.strip()
    if unknown(result):
        return NotDone(cut(result.ErrorDescription))
    if result.refused and not result.Status:
        return CannotTell(cut(result.ErrorDescription))
    if kind in ("A", "C"):
        return NotDone(f"the newest request is of kind {kind}")
    if kind != "B":
        return CannotTell(cut(f"KTNET does not say of what kind the request with the status {result.Status!r} is."))
    state = WITHDRAWAL.get(result.Status.strip())
    return Done(state) if state else CannotTell(cut(f"The withdrawal has the unknown status {result.Status}."))


def version_mark(version: int) -> str:
    """Our reference within an amendment's reason: the OrderNo is the same for every version.

    >>> version_mark(3)
    '[V3]'
    """
    return f"[V{version}]"


def amendment(result: wire.Result, version: int) -> Existing[str]:
    """The state of one version's amendment: `asked`, `approved`, or `refused: ` with the words of customs.

    KTNET speaks of the newest request alone, and versions only grow: an earlier version as the newest shows that this
    one was never asked. A later one, or a request that is not ours, hides whether it was.
    """
    if unknown(result):
        return NotDone(cut(result.ErrorDescription))
    if result.refused and not result.Status:
        return CannotTell(cut(result.ErrorDescription))
    marked = _MARKED.match(result.AmendReason.strip())
    if result.ApplicationType.strip() != "A" or marked is None:
        kind = result.ApplicationType.strip() or "not told"
        words = f"KTNET shows only its newest request, which is no amendment of ours (kind {kind})"
        return CannotTell(cut(f"{words}: version {version} may lie behind it."))
    newest = int(marked.group(1))
    if newest < version:
        return NotDone(f"the newest amendment is version {newest}")
    if newest > version:
        return CannotTell(f"KTNET shows version {newest}, which came after version {version}.")
    state = AMENDMENT.get(result.Status.strip())
    if state is None:
        return CannotTell(cut(f"The amendment of version {version} has the unknown status {result.Status}."))
    words = cut(result.ErrorDescription)
    return Done(f"{state}: {words}" if state == "refused" and words else state)


def extension_mark(until: date) -> str:
    """Our reference within an extension's reason: the OrderNo is the same for all of them.

    >>> extension_mark(date(2026, 12, 22))
    '[E20261222]'
    """
    return f"[E{until:%Y%m%d}]"


def extension(result: wire.Result, until: date) -> Existing[str]:
    """The state of the request for a loading deadline: `asked`, `approved`, or `refused: ` with the words of customs.

    KTNET speaks of the newest request alone. An amendment or a withdrawal after ours can stand there only once ours was
    decided, and a request names the deadline it starts from: asked again, a granted one is refused and moves nothing. So
    another kind counts as *not asked*, and so does a request for another day that is earlier or was refused; one for a
    later day, or one that is not ours, is for a person.
    """
    if unknown(result):
        return NotDone(cut(result.ErrorDescription))
    if result.refused and not result.Status:
        return CannotTell(cut(result.ErrorDescription))
    kind = result.ApplicationType.strip()
    if kind in ("A", "B"):
        return NotDone(f"the newest request is of kind {kind}")
    marked = _EXTENDED.match(result.AmendReason.strip())
    if kind != "C" or marked is None:
        words = f"KTNET shows only its newest request, which is no extension of ours (kind {kind or 'not told'})"
        return CannotTell(f"{words}: the one to {until} may lie behind it.")
    state = AMENDMENT.get(result.Status.strip())
    newest = marked.group(1)
    if newest != f"{until:%Y%m%d}":
        if newest < f"{until:%Y%m%d}" or state == "refused":
            return NotDone(f"the newest extension asked for is to {newest}")
        return CannotTell(f"An extension to {newest} was asked for, which is later than {until}.")
    if state is None:
        return CannotTell(cut(f"The extension to {until} has the unknown status {result.Status}."))
    words = cut(result.ErrorDescription)
    return Done(f"{state}: {words}" if state == "refused" and words else state)


def withdrawal_refusal(result: wire.Result) -> OutsideFailure:
    """A withdrawal KTNET does not take; never `Stale`, for nothing is drawn up anew."""
    words = cut(result.ErrorDescription or "KTNET refused the withdrawal without a reason.")
    if pending(words):
        return Unavailable(PARTY, REQUEST_PENDING, words)
    return Refused(PARTY, result.ResultTypeCode.lower(), words)


def extension_refusal(result: wire.Result) -> OutsideFailure:
    """An extension KTNET does not take."""
    words = cut(result.ErrorDescription or "KTNET refused the extension without a reason.")
    if pending(words):
        return Unavailable(PARTY, REQUEST_PENDING, words)
    return Refused(PARTY, result.ResultTypeCode.lower(), words, reason="extension_refused")


def amendment_refusal(result: wire.Result) -> OutsideFailure:
    """An amendment KTNET does not take; never `Stale`, for its amounts stay at the rate of the declaration."""
    words = cut(result.ErrorDescription or "KTNET refused the amendment without a reason.")
    if pending(words):
        return Unavailable(PARTY, REQUEST_PENDING, words)
    return Refused(PARTY, result.ResultTypeCode.lower(), words, reason="amendment_refused")
