"""What the engine keeps is sealed: a name, a RUT and a phone planted in a run are nowhere in its raw history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.message import Message
from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RetryPolicy
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.conftest import temporal_binary
from tradelane.codec import ENCODING, ERASED, KEY_ID, SealingCodec, data_converter, owner_of
from tradelane.storage.database import open_database
from tradelane.storage.keys import DataKey, KeyUnknown, KeyVault, MasterKey, SealBroken
from tradelane.storage.migrations import migrate

RUN = "order/MLC/2000013770481964"
QUEUE = "codec"
PLANTED = {
    "start": "Rosamunda Quillaquén",
    "signal": "11.111.111-1",
    "update": "22.222.222-2",
    "query": "33.333.333-3",
    "activity": "44.444.444-4",
    "failure": "55.555.555-5",
    "summary": "Calle Inventada 4242",
    "details": "Pasaje Imaginado 77",
    "memo": "+56 9 0000 0000",
    "local": "66.666.666-6",
    "rejected": "77.777.777-7",
    "side": "88.888.888-8",
}


class Note(BaseModel):
    """Something said about a person."""

    words: str


@activity.defn
async def write_down(note: Note) -> Note:
    if not activity.info().is_local:
        activity.heartbeat(note)
    return Note(words=f"{note.words} {PLANTED['activity']}")


@activity.defn
async def stumble(note: Note) -> None:
    raise ApplicationError(f"no such person: {PLANTED['failure']}", Note(words=PLANTED["failure"]), non_retryable=True)


@workflow.defn
class Listens:
    """Takes personal data through every door there is."""

    def __init__(self) -> None:
        self._heard: list[str] = []

    @workflow.run
    async def run(self, note: Note) -> Note:
        written = await workflow.execute_activity(
            write_down, note, start_to_close_timeout=timedelta(seconds=5), summary=note.words
        )
        await workflow.execute_local_activity(
            write_down, Note(words=PLANTED["local"]), start_to_close_timeout=timedelta(seconds=5)
        )
        await workflow.wait_condition(lambda: len(self._heard) == 2, timeout=timedelta(seconds=20))
        workflow.upsert_memo({"side": PLANTED["side"]})
        try:
            await workflow.execute_activity(
                stumble,
                note,
                start_to_close_timeout=timedelta(seconds=5),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except ActivityError as failed:
            raise ApplicationError(f"ended: {failed.cause}", written) from failed
        return written

    @workflow.signal
    def tell(self, note: Note) -> None:
        self._heard.append(note.words)

    @workflow.update
    def amend(self, note: Note) -> Note:
        self._heard.append(note.words)
        return note

    @amend.validator
    def check(self, note: Note) -> None:
        if note.words == PLANTED["rejected"]:
            raise ApplicationError(f"not {note.words}")

    @workflow.query
    def progress(self, note: Note) -> Note:
        return Note(words=f"{note.words} {len(self._heard)}")


class RecordingVault(KeyVault):
    """Notes for whom payloads were sealed."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.asked: list[str] = []

    def cached(self, *, owner: str = "", key_id: str = "") -> DataKey | None:
        if owner:
            self.asked.append(owner)
        return super().cached(owner=owner, key_id=key_id)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[RecordingVault]:
    database = open_database(f"sqlite:///{tmp_path / 'main.sqlite'}")
    migrate(database, "main")
    yield RecordingVault(database, MasterKey(bytes(range(32))))
    database.close()


@pytest.fixture
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    env = await WorkflowEnvironment.start_local(dev_server_existing_path=temporal_binary())
    async with env:
        yield env


async def walk(client: Client) -> WorkflowHandle[Listens, Note]:
    """Plant something at every door."""
    handle = await client.start_workflow(
        Listens.run,
        Note(words=PLANTED["start"]),
        id=RUN,
        task_queue=QUEUE,
        static_summary=PLANTED["summary"],
        static_details=PLANTED["details"],
        memo={"phone": PLANTED["memo"]},
    )
    await handle.signal(Listens.tell, Note(words=PLANTED["signal"]))
    answer = await handle.query(Listens.progress, Note(words=PLANTED["query"]))
    assert answer.words.startswith(PLANTED["query"])
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update(Listens.amend, Note(words=PLANTED["rejected"]))
    assert PLANTED["rejected"] in str(refused.value.cause)
    amended = await handle.execute_update(Listens.amend, Note(words=PLANTED["update"]))
    assert amended.words == PLANTED["update"]
    with pytest.raises(WorkflowFailureError) as ended:
        await handle.result()
    assert PLANTED["failure"] in str(ended.value.cause), "we can read the failure, the engine cannot"
    return handle


def payloads_of(message: Message) -> Iterator[Payload]:
    """Every payload in a message, however deep, search attributes apart (they are plain by design)."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.name == "search_attributes" or field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            children = [child for child in value.values() if isinstance(child, Message)]
        else:
            children = list(value) if not isinstance(value, Message) else [value]
        for child in children:
            yield from payloads_of(child)


async def test_the_raw_history_of_a_run_holds_nothing_that_was_planted(
    engine: WorkflowEnvironment, vault: RecordingVault
) -> None:
    config = engine.client.config()
    config["data_converter"] = data_converter(vault)
    client = Client(**config)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Listens],
        activities=[write_down, stumble],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        handle = await walk(client)
    history = await handle.fetch_history()
    raw = b"".join(event.SerializeToString() for event in history.events)
    described = (await handle.describe()).raw_description.SerializeToString()
    for door, words in PLANTED.items():
        assert words.encode() not in raw, f"what was planted at the {door} is in the history"
        assert words.encode() not in described, f"what was planted at the {door} is in the description"
    payloads = [payload for event in history.events for payload in payloads_of(event)]
    # a local activity leaves the SDK's own bookkeeping (`seq`, `attempt`), which is no data of ours
    ours = [payload for payload in payloads if b'"activity_id"' not in payload.data]
    assert len(ours) > 10
    assert {payload.metadata["encoding"] for payload in ours} == {ENCODING}
    assert {payload.metadata[KEY_ID].decode() for payload in ours} == {vault.for_owner(RUN).key_id}
    assert set(vault.asked) == {RUN}, "the workflow's id reached the codec at every door"

    vault.destroy(RUN)
    erased = await SealingCodec(vault).decode(
        [history.events[0].workflow_execution_started_event_attributes.input.payloads[0]]
    )
    assert erased == [ERASED], "without the key only a placeholder is left"


async def test_an_erased_order_reads_as_a_placeholder_and_other_orders_as_before(vault: RecordingVault) -> None:
    gone = SealingCodec(vault, "order/MLC/2000000000000001")
    stays = SealingCodec(vault, "order/MLC/2000000000000002")
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'"Rosamunda"')
    sealed = [*await gone.encode([payload]), *await stays.encode([payload])]
    vault.destroy("order/MLC/2000000000000001")
    assert await SealingCodec(vault).decode(sealed) == [ERASED, payload]


async def test_plain_payloads_pass_and_sealed_ones_are_not_sealed_twice(vault: RecordingVault) -> None:
    codec = SealingCodec(vault, RUN)
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'{"order_id":"2000013770481964"}')
    assert await codec.decode([plain]) == [plain]
    once = await codec.encode([plain])
    assert await codec.encode(once) == once
    assert await codec.decode(once) == [plain]


async def test_the_same_payload_never_seals_to_the_same_bytes(vault: RecordingVault) -> None:
    codec = SealingCodec(vault, RUN)
    first, second = await codec.encode([Payload(data=b"x"), Payload(data=b"x")])
    assert first.data != second.data


async def test_a_changed_payload_or_an_unknown_key_is_an_error_and_not_an_erasure(vault: RecordingVault) -> None:
    codec = SealingCodec(vault, RUN)
    [sealed] = await codec.encode([Payload(data=b"x")])
    broken = Payload(metadata=dict(sealed.metadata), data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    with pytest.raises(SealBroken):
        await codec.decode([broken])
    with pytest.raises(KeyUnknown):
        await codec.decode([Payload(metadata={"encoding": ENCODING, KEY_ID: b"0" * 32}, data=sealed.data)])


async def test_without_a_workflow_the_desk_key_of_the_day_is_used(vault: RecordingVault) -> None:
    [sealed] = await SealingCodec(vault).encode([Payload(data=b"typed")])
    assert vault.by_id(sealed.metadata[KEY_ID].decode()).owner.startswith("desk/")


def test_the_runs_of_a_schedule_share_one_key(vault: RecordingVault) -> None:
    assert owner_of("sweep/ktnet-2026-11-22T17:42:00Z") == owner_of("sweep/ktnet-2026-11-22T17:43:00Z")
    assert owner_of(RUN) == RUN
    context = WorkflowSerializationContext(namespace="default", workflow_id=RUN)
    assert SealingCodec(vault).with_context(context)._owner == RUN


async def test_a_wrapper_of_payloads_is_sealed_in_place(vault: RecordingVault) -> None:
    wrapper = Payloads(payloads=[Payload(data=b"1"), Payload(data=b"2")])
    codec = SealingCodec(vault, RUN)
    await codec.encode_wrapper(wrapper)
    assert {payload.metadata["encoding"] for payload in wrapper.payloads} == {ENCODING}
    await codec.decode_wrapper(wrapper)
    assert [payload.data for payload in wrapper.payloads] == [b"1", b"2"]
