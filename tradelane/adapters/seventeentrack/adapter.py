"""The tracking aggregator port over 17TRACK v2.4."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from tradelane.adapters.errors import Garbled, OutsideFailure, Refused, Unavailable
from tradelane.adapters.http import Answer, Outside, cut, understood
from tradelane.adapters.seventeentrack import mapper, wire
from tradelane.domain.holds import Fault
from tradelane.domain.identifiers import WaybillNumber
from tradelane.domain.outside import CannotTell, Done, Existing, NotDone
from tradelane.domain.transport import TransportEvent

PARTY = "17track"

NUMBERS_A_CALL = 40
MOST_PAGES = 50

ALREADY_REGISTERED = -18019901
NOT_REGISTERED = -18019902
NOTHING_YET = -18019909
DAILY_LIMIT = -18019907
_OURS = frozenset({-18010001, -18010002, -18019903, -18019908, -18019910})


class SeventeenTrackAccess(BaseModel):
    """Key of the account, and the carrier every number belongs to (DHL Express)."""

    model_config = ConfigDict(frozen=True)

    base_url: str = "https://api.17track.net/track/v2.4"
    token: SecretStr
    carrier_key: int = 100001


class SeventeenTrackAggregator:
    """Implements `tradelane.ports.TrackingAggregator`."""

    def __init__(self, access: SeventeenTrackAccess, client: httpx.AsyncClient) -> None:
        self._access = access
        self._outside = Outside(client, PARTY, access.base_url, refusal=_refusal)

    async def find_registration(self, waybill: WaybillNumber) -> Existing[str]:
        """`Done("Tracking" | "Stopped")` when the number is on our list."""
        for page in range(1, MOST_PAGES + 1):
            answer = await self._asked("gettracklist", {"page_no": page, "number": str(waybill)})
            for entry in answer.data.accepted:
                if entry.number == waybill:
                    return Done(entry.tracking_status or "Tracking")
            if page >= (answer.page.page_total if answer.page else 1):
                return NotDone()
        return CannotTell(f"The list of registered numbers has more than {MOST_PAGES} pages.")

    async def register(self, waybill: WaybillNumber, reference: str) -> None:
        """Register a number (one credit); `already registered` is success."""
        await self.register_many([(waybill, reference)])

    async def register_many(self, numbers: Iterable[tuple[WaybillNumber, str]]) -> None:
        """Register numbers with our references, forty a call.

        Raises:
            Refused: with the first rejection that is not *already registered*, after all calls are made.
        """
        refused: list[OutsideFailure] = []
        for chunk in _chunks(numbers, NUMBERS_A_CALL):
            body = [
                {
                    "number": str(number),
                    "carrier": self._access.carrier_key,
                    "order_no": reference,
                    "tag": reference,
                }
                for number, reference in chunk
            ]
            answer = await self._asked("register", body)
            told = {entry.number for entry in answer.data.accepted}
            told |= {rejection.number for rejection in answer.data.rejected}
            if any(str(number) not in told for number, _ in chunk):
                raise Garbled(PARTY, "other_number", "The answer does not speak of every number sent.")
            refused += [
                _failure(rejection.error)
                for rejection in answer.data.rejected
                if rejection.error.code != ALREADY_REGISTERED
            ]
        if refused:
            raise refused[0]

    async def events(self, waybill: WaybillNumber) -> tuple[TransportEvent, ...]:
        """What 17TRACK knows of a number, oldest first; empty while it knows nothing yet."""
        body = [{"number": str(waybill), "carrier": self._access.carrier_key}]
        answer = await self._asked("gettrackinfo", body)
        for entry in answer.data.accepted:
            if entry.number == waybill:
                return mapper.events(entry.track_info)
        for rejection in answer.data.rejected:
            if rejection.number in (None, waybill):
                if rejection.error.code == NOTHING_YET:
                    return ()
                raise _failure(rejection.error)
        raise Garbled(PARTY, "other_number", "The answer does not speak of the number asked for.")

    async def _asked(self, call: str, body: object) -> wire.Envelope:
        headers = {"17token": self._access.token.get_secret_value()}
        answer = await self._outside.send("POST", f"/{call}", json_body=body, headers=headers)
        envelope = answer.read(wire.Envelope)
        if envelope.code != 0:
            raise _failure(_whole(envelope))
        return envelope


def verify_signature(raw_body: bytes, sign: str, key: str) -> bool:
    """Whether a push comes from 17TRACK: hex SHA-256 of raw body, `/` and key, compared in constant time.

    Plain SHA-256 and no timestamp: a replay is stopped by our own deduplication, not here.

    >>> verify_signature(b"{}", "4dfc6e9f", "demo")
    False
    """
    wanted = hashlib.sha256(raw_body + b"/" + key.encode()).hexdigest()
    return hmac.compare_digest(wanted.encode(), sign.strip().lower().encode("utf-8", errors="replace"))


def from_push(body: str | bytes) -> tuple[WaybillNumber, tuple[TransportEvent, ...]]:
    """Waybill and events of a push whose signature was verified; a stop notice has no events.

    Raises:
        Garbled: not a push, or about a number that is no waybill.
    """
    raw = body.encode() if isinstance(body, str) else body
    push = understood(PARTY, wire.Push, Answer(PARTY, 200, httpx.Headers(), raw).json())
    try:
        waybill = WaybillNumber(push.data.number or "")
    except ValueError as wrong:
        raise Garbled(PARTY, "other_number", "The push is about a number that is no waybill of ours.") from wrong
    return waybill, mapper.events(push.data.track_info)


def _refusal(answer: Answer) -> OutsideFailure:
    body = answer.json_or_none()
    try:
        return _failure(_whole(wire.Envelope.model_validate(body)))
    except ValueError:
        fault = Fault.OURS if answer.status in (401, 403) else Fault.CARRIER
        return Refused(PARTY, str(answer.status), f"17TRACK answered {answer.status}.", fault=fault)


def _whole(envelope: wire.Envelope) -> wire.Fault:
    return envelope.data.errors[0] if envelope.data.errors else wire.Fault(code=envelope.code)


def _failure(fault: wire.Fault) -> OutsideFailure:
    words = cut(fault.message or f"17TRACK gave the code {fault.code}.")
    if fault.code == DAILY_LIMIT:
        return Unavailable(PARTY, str(fault.code), words, timedelta(hours=1))
    if fault.code == NOT_REGISTERED:
        return Refused(PARTY, "not_registered", words, fault=Fault.OURS)
    return Refused(PARTY, str(fault.code), words, fault=Fault.OURS if fault.code in _OURS else Fault.CARRIER)


def _chunks(numbers: Iterable[tuple[WaybillNumber, str]], size: int) -> Iterator[Sequence[tuple[WaybillNumber, str]]]:
    rest = iter(numbers)
    while chunk := list(islice(rest, size)):
        yield chunk
