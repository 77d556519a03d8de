"""Korean messages get ASCII, and lengths in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradelane.domain.transliteration import cut_euc_kr, euc_kr_length, to_ascii

SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.sampled_from("aZ 9-"))


@pytest.mark.parametrize(
    ("given_text", "ascii_text"),
    [
        ("María Peña", "Maria Pena"),
        ("Pen\u0303a", "Pena"),
        ("<b>AT&T</b>", "bATT/b"),
        ("Crème \u201cÉclat\u201d 50\u00a0ml \u2013 2\u00d7", 'Creme "Eclat" 50 ml - 2x'),
        ("Luz \U0001f338 \u00ae", "Luz"),
        ("straße", "strasse"),
        ("a\tb\nc\x00", "a b c"),
        ("", ""),
    ],
)
def test_text_becomes_ascii(given_text: str, ascii_text: str) -> None:
    assert to_ascii(given_text) == ascii_text


def test_letters_without_ascii_form_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'한', '빛'"):
        to_ascii("한빛 cosmetics")


def test_a_text_of_decorations_only_is_refused() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        to_ascii("\U0001f338 <>")


def test_the_cut_leaves_no_space_at_the_end() -> None:
    assert to_ascii("Ñuñoa Santiago", limit_bytes=6) == "Nunoa"


@given(st.text(st.characters(codec="latin-1")), st.integers(min_value=0, max_value=40))
def test_the_answer_is_always_short_printable_ascii(text: str, limit: int) -> None:
    try:
        plain = to_ascii(text, limit_bytes=limit)
    except ValueError:
        return
    assert len(plain.encode("ascii")) <= limit
    assert plain.isprintable()
    assert not set(plain) & set("<>&")


def test_rare_syllables_take_two_bytes_like_the_others() -> None:
    assert euc_kr_length("똠방각하") == 8


@pytest.mark.parametrize("text", ["Peña", "\U0001f338"])
def test_what_the_code_page_lacks_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="no code for"):
        euc_kr_length(text)
    with pytest.raises(ValueError, match="no code for"):
        cut_euc_kr(text, 2)


@given(SYLLABLES, st.integers(min_value=0, max_value=60))
def test_a_cut_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    cut = cut_euc_kr(text, limit)
    assert text.startswith(cut)
    assert euc_kr_length(cut) <= limit
    if euc_kr_length(text) <= limit:
        assert cut == text.rstrip()
