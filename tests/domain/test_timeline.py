"""A timeline holds together line by line, and any change to it shows, in the chain and in the exported file."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tradelane.domain import timeline
from tradelane.domain.holds import Fault, Hold, Resolution
from tradelane.domain.identifiers import OrderId
from tradelane.domain.timeline import FIRST, digest_of_line, head_of, verify, verify_head
from tradelane.domain.timeline_file import read, verify_file, written

ORDER = OrderId("2000013770481964")
AT = datetime(2026, 11, 20, 3, 0, 0, 250_000, tzinfo=UTC)
RUT = "12.345.678-5"


class Entry(BaseModel):
    """A line as a store would give it."""

    model_config = ConfigDict(frozen=True)

    order_id: str
    position: int
    at: datetime
    kind: str
    what: str
    actor: str
    evidence: dict[str, str]
    previous: str
    digest: str


def chained(*lines: timeline.Line, order: str = ORDER) -> tuple[Entry, ...]:
    """Lines in a chain, a minute apart."""
    entries: list[Entry] = []
    for position, line in enumerate(lines, start=1):
        at = AT + timedelta(minutes=position)
        previous = entries[-1].digest if entries else FIRST
        said = dict(line.evidence)
        digest = digest_of_line(
            order_id=order, position=position, at=at, kind=line.kind, what=line.what, actor="m.kim", evidence=said,
            previous=previous,
        )  # fmt: skip
        entries.append(
            Entry(
                order_id=order, position=position, at=at, kind=line.kind, what=line.what, actor="m.kim",
                evidence=said, previous=previous, digest=digest,
            )
        )  # fmt: skip
    return tuple(entries)


CHAIN = chained(
    timeline.decision(
        decision_id="d-1", kind="amend", step="*", content={"items.맑은-1.hsk": "3304991000"}, reason="정정"
    ),
    timeline.paper("commercial_invoice", 2, "ab" * 32),
    timeline.effect("6KRMLC45848383497:book_transport", "book_transport", '{"waybill": "1234567891"}'),
    timeline.outcome("delivered", "6KRMLC45848383497"),
)
FILE = written(CHAIN, AT)


def fault(entries: tuple[Entry, ...]) -> tuple[int, str]:
    broken = verify(entries)
    assert broken is not None
    return broken.position, broken.sentence


def test_a_chain_that_nobody_touched_stands() -> None:
    assert verify(CHAIN) is None
    assert verify(()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "effect"},
        {"what": "commercial_invoice v3"},
        {"actor": "s.park"},
        {"at": AT},
        {"evidence": {"kind": "commercial_invoice", "version": "2", "sha256": "ac" * 32}},
        {"evidence": {}},
    ],
)
def test_a_changed_line_is_found_at_its_place(change: dict[str, object]) -> None:
    changed = CHAIN[1].model_copy(update=change)
    place, sentence = fault((CHAIN[0], changed, *CHAIN[2:]))
    assert place == 2
    assert "Line 2 was changed" in sentence


def test_a_line_changed_together_with_its_digest_breaks_at_the_next_one() -> None:
    forged = chained(timeline.paper("packing_list", 1, "00" * 32))[0]
    place, sentence = fault((forged, *CHAIN[1:]))
    assert place == 2
    assert "does not follow" in sentence


def test_a_missing_a_moved_and_a_strange_line_are_found() -> None:
    assert fault((CHAIN[0], *CHAIN[2:])) == (2, "Line 2 is missing: line 3 stands in its place.")
    assert fault((CHAIN[1], CHAIN[0]))[0] == 1
    stranger = chained(timeline.outcome("delivered"), order="2000013770481965")[0]
    assert "belongs to another order" in fault((CHAIN[0], stranger))[1]


def test_a_head_noted_earlier_shows_what_was_cut_off() -> None:
    assert verify(CHAIN[:3]) is None, "a chain that ends early is whole in itself"
    assert verify_head(CHAIN, CHAIN[2].digest) is None, "lines may follow a head"
    cut = verify_head(CHAIN[:2], CHAIN[2].digest)
    assert cut is not None
    assert "cut off" in cut.sentence


# --- the file -------------------------------------------------------------------------------------------------------


def test_an_exported_file_stands_and_names_its_head() -> None:
    assert verify_file(FILE) is None
    told = read(FILE)
    assert (told.order_id, told.count, told.head) == (ORDER, 4, head_of(CHAIN))
    assert "정정" not in FILE.decode(), "a reason is given by its digest"
    assert "맑은" in FILE.decode(), "Korean stands in the file as it is"


@settings(max_examples=250, deadline=None)
@given(place=st.integers(0, len(FILE) - 1), change=st.integers(1, 255))
def test_any_byte_changed_anywhere_fails(place: int, change: int) -> None:
    flipped = bytearray(FILE)
    flipped[place] ^= change
    assert verify_file(bytes(flipped)) is not None


def test_every_bit_of_the_header_and_its_digest_counts() -> None:
    """The fields outside the chain: when it was exported, how many lines, the form."""
    told = json.loads(FILE)
    for name, value in (("exported_at", "2026-11-21T03:00:00.250000Z"), ("count", 3), ("schema_version", 2)):
        changed = json.dumps(told | {name: value}, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        assert verify_file(changed.encode()) is not None, name


def test_a_file_cut_off_at_a_line_fails_even_when_the_file_is_well_formed() -> None:
    told = json.loads(FILE)
    told["entries"] = told["entries"][:2]
    broken = verify_file((json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode())
    assert broken is not None
    assert broken.position == 3
    assert "promises 4 lines" in broken.sentence


def test_the_same_meaning_written_otherwise_fails_with_the_place() -> None:
    for changed in (FILE + b"\n", FILE.replace(b'"count": 4', b'"count":  4'), json.dumps(json.loads(FILE)).encode()):
        broken = verify_file(changed)
        assert broken is not None
        assert "its meaning is unchanged" in broken.sentence


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[1]", b'{"entries": 3}', FILE[:-20]])
def test_what_is_no_timeline_is_refused_with_a_sentence(content: bytes) -> None:
    broken = verify_file(content)
    assert broken is not None
    assert broken.sentence.startswith("This is no timeline as exported: ")


# --- lines ----------------------------------------------------------------------------------------------------------


def test_a_decision_about_the_consignee_leaves_only_its_path() -> None:
    line = timeline.decision(
        decision_id="d-2",
        kind="amend",
        step="plan_consignment",
        content={"consignee.rut": RUT},
        before={"consignee.rut": "11.111.111-1"},
        reason="the buyer wrote",
    )
    assert line.evidence["paths"] == "consignee.rut"
    assert {"values_sha256", "before_sha256"}.isdisjoint(line.evidence)
    other = timeline.decision(
        decision_id="d-2", kind="amend", step="plan_consignment", content={"consignee.rut": "9.999.999-3"},
        before={}, reason="the buyer wrote",
    )  # fmt: skip
    assert other == line, "nothing of the value is in the line, not even a digest"


def test_values_other_than_the_consignees_are_bound_by_a_digest() -> None:
    def values(hsk: str) -> str:
        content = {"consignee.rut": RUT, "items.A.hsk": hsk}
        return timeline.decision(decision_id="d", kind="amend", step="*", content=content).evidence["values_sha256"]

    assert values("3304991000") != values("3304999000")
    assert len(values("3304991000")) == 64


def test_an_effect_said_again_is_the_same_line_and_news_of_it_is_another() -> None:
    first = timeline.effect("U:book_transport", "book_transport", "{}")
    assert timeline.effect("U:book_transport", "book_transport", "{}").once == first.once
    assert timeline.effect("U:book_transport", "book_transport", '{"a": 1}').once != first.once


def test_a_hold_is_opened_and_closed_without_the_words() -> None:
    hold = Hold(
        key="lodge_export_declaration:d1", stage="export", step="lodge_export_declaration", reason="refused",
        fault=Fault.AUTHORITY, words="필수 항목 누락", owner="customs desk", since=AT, due=AT + timedelta(days=1),
        resolutions=(Resolution.RETRY,), commands=(),
    )  # fmt: skip
    opened, closed = timeline.hold_opened(hold), timeline.hold_closed(hold)
    assert (opened.kind, closed.kind) == ("hold_opened", "hold_closed")
    assert "필수" not in json.dumps(dict(opened.evidence), ensure_ascii=False)
    assert timeline.hold_opened(hold.model_copy(update={"since": AT + timedelta(hours=1)})).once != opened.once
    assert timeline.replay("r1", "book_transport", "v").kind == "replay"
