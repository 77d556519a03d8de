"""The status of a parcel only moves forward, whatever is told twice, late, in another order or not understood."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradelane.domain.transport import FINAL, RANK, TransportEvent, TransportProgress, TransportStatus

START = datetime(2026, 11, 23, tzinfo=UTC)
S = TransportStatus


def event(status: TransportStatus, hour: int, code: str = "", words: str = "", source: str = "mydhl") -> TransportEvent:
    return TransportEvent(
        status=status,
        code=code or status.value,
        words=words,
        occurred_at=START + timedelta(hours=hour),
        source=source,
    )


EVENTS = st.builds(
    event,
    status=st.sampled_from(TransportStatus),
    hour=st.integers(0, 5),
    code=st.sampled_from(["PU", "CD", "OK"]),  # few codes and hours, so that the same event is told differently
    words=st.sampled_from(["", "a", "b"]),
    source=st.sampled_from(["mydhl", "17track"]),
)
HISTORY = [
    event(S.PICKED_UP, 0, "PU"),
    event(S.DEPARTED, 5, "DF"),
    event(S.ARRIVED_COUNTRY, 30, "AF"),
    event(S.CUSTOMS, 31, "IC"),
    event(S.CUSTOMS_DELAY, 33, "CD"),
    event(S.CUSTOMS_INFORMATION, 34, "RR"),
    event(S.CUSTOMS_RELEASED, 60, "CR"),
    event(S.OUT_FOR_DELIVERY, 70, "WC"),
    event(S.ATTEMPT_FAILED, 75, "NH"),
    event(S.DELIVERED, 99, "OK"),
]


def test_every_status_has_its_own_place_on_the_way() -> None:
    assert set(RANK) == set(TransportStatus)
    assert len(set(RANK.values())) == len(RANK)


MILESTONES = [
    S.NOT_UNDERSTOOD,
    S.CREATED,
    S.PICKED_UP,
    S.DEPARTED,
    S.ARRIVED_COUNTRY,
    S.CUSTOMS,
    S.CUSTOMS_INFORMATION,
    S.CUSTOMS_RELEASED,
    S.OUT_FOR_DELIVERY,
    S.DELIVERED,
]


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(MILESTONES)))
def test_the_milestones_follow_one_another(earlier: TransportStatus, later: TransportStatus) -> None:
    assert RANK[earlier] < RANK[later]


def test_nothing_heard_is_a_parcel_just_created() -> None:
    silent = TransportProgress()
    assert silent.furthest is S.CREATED
    assert not silent.reached(S.PICKED_UP)
    assert silent.open_request is None
    assert silent.not_understood == ()


@given(st.permutations(HISTORY), st.integers(0, len(HISTORY)))
def test_shuffled_news_in_two_portions_tell_the_same_story(news: list[TransportEvent], cut: int) -> None:
    progress = TransportProgress().heard(news[:cut]).heard(news[cut:])
    assert list(progress.events) == HISTORY
    assert progress.furthest is S.DELIVERED


@given(st.lists(EVENTS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_hearing_never_matters(news: list[TransportEvent], chance: object) -> None:
    """Also where one event is told in different words, or is understood only by the second telling."""
    shuffled = list(news)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert TransportProgress().heard(news) == TransportProgress().heard(shuffled)


@given(st.lists(EVENTS, max_size=12), st.lists(EVENTS, max_size=12))
def test_hearing_again_changes_nothing_and_hearing_more_never_moves_back(
    first: list[TransportEvent], more: list[TransportEvent]
) -> None:
    known = TransportProgress().heard(first)
    assert known.heard(first) == known
    assert known.heard(known.events) == known
    assert RANK[known.heard(more).furthest] >= RANK[known.furthest]


@given(st.lists(EVENTS, max_size=12))
def test_each_event_is_kept_once_and_in_the_order_of_occurrence(news: list[TransportEvent]) -> None:
    kept = TransportProgress().heard(news).events
    assert {one.identity for one in kept} == {one.identity for one in news}
    assert len({one.identity for one in kept}) == len(kept)
    assert [one.occurred_at for one in kept] == sorted(one.occurred_at for one in kept)


def test_an_event_understood_only_later_is_understood_from_then_on() -> None:
    unknown = event(S.NOT_UNDERSTOOD, 33, "ZZ")
    understood = event(S.CUSTOMS_DELAY, 33, "ZZ")
    assert TransportProgress().heard([unknown]).heard([understood]).events == (understood,)
    assert TransportProgress().heard([understood]).heard([unknown]).events == (understood,)


def test_two_sources_may_tell_of_the_same_moment() -> None:
    both = [event(S.DELIVERED, 99, "OK", source=source) for source in ("17track", "mydhl")]
    assert len(TransportProgress().heard(both).events) == 2


def test_a_late_scan_never_undoes_a_delivery() -> None:
    progress = TransportProgress().heard(HISTORY).heard([event(S.IN_TRANSIT, 120, "AR")])
    assert progress.furthest is S.DELIVERED
    assert progress.furthest in FINAL


def test_a_code_nobody_mapped_is_visible_and_moves_nothing() -> None:
    progress = TransportProgress().heard([event(S.PICKED_UP, 0, "PU"), event(S.NOT_UNDERSTOOD, 9, "ZZ", "dice algo")])
    assert progress.furthest is S.PICKED_UP
    assert [(one.code, one.words) for one in progress.not_understood] == [("ZZ", "dice algo")]


def test_a_question_of_customs_is_open_until_the_release() -> None:
    asked = TransportProgress().heard(HISTORY[:6])
    assert asked.open_request == HISTORY[5]
    again = asked.heard([event(S.CUSTOMS_INFORMATION, 40, "RR")])
    assert again.open_request is not None
    assert again.open_request.occurred_at == START + timedelta(hours=40)
    assert again.heard([HISTORY[6]]).open_request is None


def test_first_and_latest_are_by_occurrence_not_by_hearing() -> None:
    progress = TransportProgress().heard([event(S.CUSTOMS_DELAY, 50, "CD"), event(S.CUSTOMS_DELAY, 33, "CD")])
    first, latest = progress.first(S.CUSTOMS_DELAY), progress.latest(S.CUSTOMS_DELAY)
    assert first is not None and first.occurred_at == START + timedelta(hours=33)
    assert latest is not None and latest.occurred_at == START + timedelta(hours=50)
    assert progress.first(S.DELIVERED) is None and progress.latest(S.DELIVERED) is None


def test_progress_comes_back_from_json_unchanged() -> None:
    progress = TransportProgress().heard(HISTORY)
    assert TransportProgress.model_validate_json(progress.model_dump_json()) == progress
