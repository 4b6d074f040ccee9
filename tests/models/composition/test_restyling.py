"""A restyled piece keeps its tune, metre, key and length, and ends where it should."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from domain.genres import Genre
from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section
from models.composition.restyling import restyle, write_textures
from models.lanes import SIXTEENTHS, to_lanes
from models.style_transfer.texture_rolls import Rolls, as_lanes
from tests.models.styling import piece, tiny_restyler

MODEL = tiny_restyler()


def pitches_at_the_end(score: Score) -> list[int]:
    end = score.bars * score.metre.bar_ticks
    return sorted(note.pitch for part in score.parts for note in part.notes if note.end >= end)


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(5, 4), Metre(7, 16)], ids=str)
@pytest.mark.parametrize("parts", [1, 2, 4])
def test_tune_metre_key_and_length_stay(metre: Metre, parts: int) -> None:
    score = piece(metre=metre, parts=parts, key=Key(9, Mode.MINOR))
    restyled = restyle(MODEL, score, genre=Genre.HYMN, seed=1, candidates=2)
    assert (restyled.score.metre, restyled.score.key, restyled.score.bars) == (metre, score.key, score.bars)
    notes = {note for part in restyled.score.parts for note in part.notes}
    assert notes.issuperset(score.parts[0].notes)
    assert restyled.plan.genre is Genre.HYMN
    assert restyled.plan.metre == metre


def test_sections_stay_where_they_are() -> None:
    sections = (Section("A", 0, 4, Cadence.HALF), Section("B", 4, 4, Cadence.FULL, Key(9)))
    score = replace(piece(bars=8), sections=sections)
    assert restyle(MODEL, score, genre=Genre.HYMN, seed=1, candidates=1).score.sections == sections
    assert restyle(MODEL, piece(), genre=Genre.HYMN, seed=1, candidates=1).score.sections == ()


def test_the_layout_is_the_genres() -> None:
    assert len(restyle(MODEL, piece(), genre=Genre.HYMN, seed=1, candidates=1).score.parts) == 4
    assert len(restyle(MODEL, piece(), genre=Genre.FOLK, seed=1, candidates=1).score.parts) == 2


def test_the_tempo_lies_between_the_pieces_and_the_genres() -> None:
    tempo = restyle(MODEL, piece(), genre=Genre.FOLK, seed=1, candidates=1).score.tempo
    assert 90.0 < tempo < 150.0


def test_no_pitch_is_struck_while_it_sounds_in_its_part() -> None:
    score = restyle(MODEL, piece(bars=8), genre=Genre.FOLK, seed=3, candidates=1).score
    for part in score.parts:
        for pitch in {note.pitch for note in part.notes}:
            line = sorted(note for note in part.notes if note.pitch == pitch)
            assert all(a.end <= b.onset for a, b in pairwise(line))
            assert all(note.duration > 0 for note in line)


def test_it_ends_on_the_tonic_chord() -> None:
    score = restyle(MODEL, piece(key=Key(7)), genre=Genre.HYMN, seed=2, candidates=2).score
    sounding = pitches_at_the_end(score)
    assert sounding[0] % 12 == 7
    assert {pitch % 12 for pitch in sounding} <= {7, 11, 2}


def test_the_same_seed_gives_the_same_piece() -> None:
    first, again, other = (restyle(MODEL, piece(), genre=Genre.HYMN, seed=seed) for seed in (5, 5, 6))
    assert first == again
    assert first.score != other.score


def test_the_best_is_the_critics_choice_among_those_that_keep_the_harmony() -> None:
    lanes, _ = to_lanes(piece(), SIXTEENTHS)
    textures = write_textures(MODEL, lanes, Genre.HYMN, np.random.default_rng(0), candidates=6)
    best = textures.best()
    close = textures.kept >= textures.kept.max() - 0.05
    assert close[best]
    assert textures.merit[best] == textures.merit[close].max()


def test_the_tune_stays_on_top() -> None:
    lanes, _ = to_lanes(piece(bars=8), SIXTEENTHS)
    texture = write_textures(MODEL, lanes, Genre.FOLK, np.random.default_rng(0), candidates=3).texture
    rolls = Rolls.of([lanes] * 3)
    tune = lanes.pitch[0]
    for row in range(3):
        under = as_lanes(rolls, texture, row).pitch[1:]
        assert np.all(under[:, tune > 0] < tune[tune > 0])


def test_a_tune_alone_is_given_a_texture() -> None:
    tune = piece(parts=1)
    restyled = restyle(MODEL, tune, genre=Genre.HYMN, seed=1, candidates=4).score
    assert sum(len(part.notes) for part in restyled.parts) > len(tune.parts[0].notes)


def test_what_lanes_cannot_hold_is_said() -> None:
    thick = Part("chords", 0, tuple(Note(0, pitch, 12) for pitch in range(60, 67)))
    score = Score(Key(0), Metre(4, 4), 100.0, 1, (thick,))
    restyled = restyle(MODEL, score, genre=Genre.HYMN, seed=1, candidates=1)
    assert restyled.simplified.heard == 7
    assert restyled.simplified.dropped == 3


def test_what_cannot_be_restyled_is_refused() -> None:
    with pytest.raises(KeyError):
        restyle(MODEL, piece(), genre=Genre.REEL, seed=1)
    with pytest.raises(ValueError, match="no tune"):
        restyle(MODEL, Score(Key(0), Metre(4, 4), 100.0, 2, ()), genre=Genre.HYMN, seed=1)
