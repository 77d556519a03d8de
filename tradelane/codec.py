"""Personal data is sealed before it reaches the engine: one data key per order, named in each payload's metadata.

The SDK tells the codec which workflow a payload belongs to (`WithSerializationContext`). Without a context, as in the
codec server where an operator types, the desk key of the day is used.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    PayloadConverter,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from tradelane.contracts.messages import SAID_AT_THE_DOOR
from tradelane.storage.keys import DataKey, KeyDestroyed, KeyVault

ENCODING: Final = b"binary/encrypted"
KEY_ID: Final = "key-id"
ERASED: Final = Payload(metadata={"encoding": b"json/plain"}, data=b'"[erased]"')
"""What a payload reads as once its key is destroyed."""

_SCHEDULED = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$")


def owner_of(workflow_id: str) -> str:
    """Owner of the key of a run: its workflow id; the runs of one Temporal Schedule share one key.

    The engine puts the instant behind the id of each scheduled run, and a key for every sweep would be a row for ever.

    >>> owner_of("order/MLC/2000013770481964")
    'order/MLC/2000013770481964'
    >>> owner_of("sweep/ktnet-2026-11-22T17:42:00Z")
    'sweep/ktnet'
    """
    return _SCHEDULED.sub("", workflow_id)


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals every payload with AES-GCM; payloads that were never sealed are read as they are."""

    def __init__(self, vault: KeyVault, owner: str | None = None) -> None:
        self._vault = vault
        self._owner = owner

    def with_context(self, context: SerializationContext) -> SealingCodec:
        """A codec that seals for the workflow of the context."""
        workflow_id = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            workflow_id = context.workflow_id
        return SealingCodec(self._vault, owner_of(workflow_id) if workflow_id else None)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal; what is sealed already stays as it is."""
        key = await self._key()
        return [payload if _sealed(payload) else _seal(payload, key) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open what is sealed.

        Raises:
            KeyUnknown: the key is not in this database (a wrong database must not look like an erased buyer).
            SealBroken: the payload was changed.
        """
        return [await self._open(payload) if _sealed(payload) else payload for payload in payloads]

    async def _key(self) -> DataKey:
        owner = self._owner or self._vault.desk_owner_today()
        known = self._vault.cached(owner=owner)
        return known if known is not None else await asyncio.to_thread(self._vault.for_owner, owner)

    async def _open(self, sealed: Payload) -> Payload:
        key_id = sealed.metadata[KEY_ID].decode("ascii", "replace")
        key = self._vault.cached(key_id=key_id)
        if key is None:
            try:
                key = await asyncio.to_thread(self._vault.by_id, key_id)
            except KeyDestroyed:
                return ERASED
        return Payload.FromString(key.open(sealed.data))


def _sealed(payload: Payload) -> bool:
    return payload.metadata.get("encoding") == ENCODING and KEY_ID in payload.metadata


def _seal(payload: Payload, key: DataKey) -> Payload:
    # the inner payload whole, so that its own metadata (encoding, message type) comes back with it
    return Payload(
        metadata={"encoding": ENCODING, KEY_ID: key.key_id.encode()}, data=key.seal(payload.SerializeToString())
    )


class SealedFailures(DefaultFailureConverterWithEncodedAttributes):
    """Failures are sealed too, except the sentence that turns away what a person typed.

    The Temporal UI does not open the failure of an Update: it would show "Encoded failure" to whoever has to mend
    the input. The engine keeps no refused Update, and such a sentence is ours, not a counterparty's.
    """

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Seal message and stack trace; the message of a sentence for the sender stays readable as well."""
        super().to_failure(exception, payload_converter, failure)
        if isinstance(exception, ApplicationError) and exception.type in SAID_AT_THE_DOOR:
            failure.message = exception.message


def data_converter(vault: KeyVault) -> DataConverter:
    """The one data converter of worker, service and command line: pydantic, sealed, failures included."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=SealingCodec(vault),
        failure_converter_class=SealedFailures,
    )
