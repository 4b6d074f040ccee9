"""Scores survive the trip to tokens and back, in every key and metre."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from models.tokens import (
    DURATIONS,
    END,
    GRID,
    MAX_NOTES,
    METRES,
    VOCABULARY,
    decode,
    encode,
    note_token,
    read_note,
    semitones_to_c,
)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Legal scores: onsets on the grid, known durations, no pitch struck again while it sounds."""
    metre = draw(st.sampled_from(METRES))
    bars = draw(st.integers(1, 6))
    end = bars * metre.bar_ticks
    onsets = [tick for tick in range(end) if tick % 12 in GRID]
    parts: list[Part] = []
    for _ in range(draw(st.integers(1, 4))):
        chosen = sorted(draw(st.sets(st.sampled_from(onsets), min_size=1, max_size=12)))
        notes: list[Note] = []
        for onset, following in zip(chosen, [*chosen[1:], end], strict=True):
            duration = max(length for length in DURATIONS if length <= following - onset)
            pitches = draw(st.sets(st.integers(36, 96), min_size=1, max_size=3))
            notes += [Note(onset, pitch, duration) for pitch in sorted(pitches)]
        parts.append(Part(f"part {len(parts) + 1}", 0, tuple(notes)))
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from(list(Mode))))
    return Score(key=key, metre=metre, tempo=100.0, bars=bars, parts=tuple(parts))


@given(scores())
def test_decoding_gives_back_the_score(score: Score) -> None:
    sequence = encode(score, Genre.FOLK)
    assert decode(sequence) == score
    assert all(0 < token < VOCABULARY for token in sequence.flat)
    assert sequence.moments[-1][-1] == END


def test_every_note_has_a_token_of_its_own_in_order_of_part_and_from_high_to_low() -> None:
    tokens = [note_token(part, pitch) for part in range(4) for pitch in range(108, 20, -1)]
    assert tokens == sorted(set(tokens))
    assert [read_note(token) for token in tokens] == [
        (part, pitch) for part in range(4) for pitch in range(108, 20, -1)
    ]


def test_transposition_brings_every_tonic_to_c_by_a_tritone_at_most() -> None:
    for tonic in range(12):
        shift = semitones_to_c(Key(tonic))
        assert (tonic + shift) % 12 == 0
        assert -6 <= shift <= 5


def _score(*notes: Note, bars: int = 4) -> Score:
    return Score(Key(0), Metre(4, 4), 100.0, bars, (Part("part 1", 0, notes),))


def test_long_rests_and_upbeats_are_kept() -> None:
    score = _score(Note(36, 60, 12), Note(180, 62, 12))
    assert decode(encode(score, Genre.REEL)) == score


def test_a_chord_too_thick_keeps_its_outer_notes() -> None:
    score = _score(*(Note(0, pitch, 12) for pitch in range(50, 70)))
    kept = [note.pitch for note in decode(encode(score, Genre.CLASSICAL)).parts[0].notes]
    assert len(kept) == MAX_NOTES
    assert kept[0] == 50
    assert kept[-1] == 69


@pytest.mark.parametrize(
    "score",
    [
        _score(Note(1, 60, 12)),
        _score(Note(0, 20, 12)),
        _score(Note(192, 60, 12)),
        _score(),
    ],
    ids=["off the grid", "off the keyboard", "past the end", "empty"],
)
def test_what_tokens_cannot_say_is_refused(score: Score) -> None:
    with pytest.raises(ValueError, match=r"."):
        encode(score, Genre.REEL)
