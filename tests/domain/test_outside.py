"""A timeout means unknown, never failed: only certainty that nothing was done leads to a write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradelane.domain.outside import CannotTell, Done, Existing, Move, NotDone, decide, digest_of

ANSWERS: st.SearchStrategy[Existing[str]] = st.one_of(
    st.builds(Done, st.text(max_size=5)), st.builds(NotDone, st.text(max_size=5)), st.builds(CannotTell, st.text())
)


@pytest.mark.parametrize(
    ("existing", "serves", "amendable", "renewable", "move"),
    [
        (NotDone(), True, True, True, Move.CREATE),
        (NotDone("it ended in an error notice"), False, False, False, Move.CREATE),
        (CannotTell("no answer"), True, True, True, Move.ASK),
        (CannotTell("no answer"), False, False, False, Move.ASK),
        (Done("this"), True, False, False, Move.REUSE),
        (Done("this"), True, True, True, Move.REUSE),
        (Done("that"), False, True, False, Move.AMEND),
        (Done("that"), False, True, True, Move.AMEND),
        (Done("that"), False, False, True, Move.RENEW),
        (Done("that"), False, False, False, Move.CONFLICT),
    ],
)
def test_each_finding_has_its_move(
    existing: Existing[str], serves: bool, amendable: bool, renewable: bool, move: Move
) -> None:
    assert decide(existing, lambda _: serves, amendable=amendable, renewable=renewable) is move


@given(ANSWERS, st.booleans(), st.booleans(), st.booleans())
def test_nothing_is_written_anew_unless_it_is_certain_that_nothing_was_done(
    existing: Existing[str], serves: bool, amendable: bool, renewable: bool
) -> None:
    move = decide(existing, lambda _: serves, amendable=amendable, renewable=renewable)
    assert (move is Move.CREATE) == isinstance(existing, NotDone)
    assert (move is Move.ASK) == isinstance(existing, CannotTell)


def test_what_is_not_there_is_not_looked_at() -> None:
    """The test of the content is asked only about content."""

    def never(content: str) -> bool:
        raise AssertionError(content)

    assert decide(NotDone(), never) is Move.CREATE
    assert decide(CannotTell("timeout"), never) is Move.ASK


def test_a_digest_tells_change_from_repetition() -> None:
    assert digest_of(("2026-12-23", False)) == digest_of(("2026-12-23", False))
    assert digest_of(("2026-12-23", False)) != digest_of(("2026-12-23", True))
    assert digest_of("가") == digest_of("가")
    assert len(digest_of("")) == 32
