from dataclasses import replace

import numpy as np
import pytest
import torch

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score, Section
from models.composition.accompanying import Accompanying, accompany, clashes, strong_columns
from models.composition.tunes import tune_of, with_tune
from models.gan.drafting import GANModel
from models.gan.generator import Generator
from models.lanes import SIXTEENTHS, Lanes, empty_lanes, to_lanes
from models.plans import Habit, Profile
from tests.models.test_gan import TINY


@pytest.fixture(scope="module")
def model() -> GANModel:
    torch.manual_seed(2)
    habits = (
        Habit("4/4", "major", 4, 2, 90.0, 60.0, 3),
        Habit("3/4", "major", 2, 2, 120.0, 62.0, 5),
    )
    return GANModel("tiny", Generator(TINY).eval(), {Genre.HYMN: Profile({"C major": 1}, habits)})


def _tune(metre: str = "4/4") -> Score:
    """Eight bars, the second four as the first, with triplets in each first bar; it ends on the tonic."""
    length = Metre.parse(metre).bar_ticks
    notes: list[Note] = []
    for bar in range(8):
        start = bar * length
        if bar == 7:
            notes.append(Note(start, 67, length, 91))
        elif bar % 4 == 0:
            notes += [Note(start + 4 * n, 67 + 2 * n, 4, 70) for n in range(3)]
            notes.append(Note(start + 12, 71, length - 12))
        else:
            notes += [Note(start, 69 + bar % 4, length // 2), Note(start + length // 2, 71, length // 2)]
    return Score(Key(7), Metre.parse(metre), 100.0, 8, (Part("tune", 0, tuple(notes)),))


@pytest.mark.parametrize("metre", ["4/4", "3/4", "5/4"])
def test_the_tune_stays_note_for_note_in_its_own_time(model: GANModel, metre: str) -> None:
    tune = _tune(metre)
    made = accompany(model, tune, genre=Genre.HYMN, seed=5, candidates=2)
    assert (made.score.metre, made.score.key, made.score.tempo) == (tune.metre, tune.key, tune.tempo)
    assert made.score.bars == tune.bars
    assert set(tune.parts[0].notes) <= set(made.score.parts[0].notes)
    assert sum(len(part.notes) for part in made.score.parts) > len(tune.parts[0].notes) + 8
    assert (made.simplified.heard, made.simplified.moved) == (len(tune.parts[0].notes), 0)


def test_it_ends_on_the_tonic_chord(model: GANModel) -> None:
    made = accompany(model, _tune(), genre=Genre.HYMN, seed=1, candidates=2)
    last = 7 * 48
    sounding = [
        note.pitch for part in made.score.parts for note in part.notes if note.onset <= last < note.end
    ]
    assert {(pitch - 7) % 12 for pitch in sounding} <= {0, 4, 7}
    assert all(note.onset <= last for part in made.score.parts for note in part.notes)


def test_what_the_tune_says_again_is_accompanied_alike(model: GANModel) -> None:
    made = accompany(model, _tune(), genre=Genre.HYMN, seed=3, candidates=1)
    half = 4 * 48
    bass = made.score.parts[-1].notes
    first = [(note.onset, note.pitch) for note in bass if 0 < note.onset < 3 * 48]
    again = [(note.onset - half, note.pitch) for note in bass if half < note.onset < half + 3 * 48]
    assert first == again


def test_a_dance_has_one_player_beside_the_tune_who_keeps_to_the_beats(model: GANModel) -> None:
    with_dances = replace(model, profiles=dict.fromkeys((Genre.HYMN, Genre.REEL), model.profiles[Genre.HYMN]))
    made = accompany(with_dances, _tune(), genre=Genre.REEL, seed=4, candidates=2)
    tune, beside = made.score.parts
    assert tune.notes == _tune().parts[0].notes
    assert len(beside.notes) > 8
    assert all(note.onset % 12 == 0 for note in beside.notes)
    assert (made.plan.genre, made.plan.parts) == (Genre.REEL, 2)


def test_a_dance_is_accompanied_whatever_else_the_model_knows(model: GANModel) -> None:
    [profile] = model.profiles.values()
    for others in ((Genre.CHORALE, Genre.CLASSICAL), ()):
        knowing = replace(model, profiles=dict.fromkeys((Genre.REEL, *others), profile))
        made = accompany(knowing, _tune(), genre=Genre.REEL, seed=4, candidates=2)
        assert len(made.score.parts[1].notes) > 8
        assert (made.plan.genre, made.plan.parts) == (Genre.REEL, 2)


def test_it_is_written_step_by_step(model: GANModel) -> None:
    accompanying = Accompanying(model, _tune(), genre=Genre.HYMN, seed=1, candidates=2)
    fractions = [accompanying.fraction]
    while not accompanying.finished:
        accompanying.advance()
        fractions.append(accompanying.fraction)
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert max(np.diff(fractions)) < 0.1
    assert accompanying.piece() == accompany(model, _tune(), genre=Genre.HYMN, seed=1, candidates=2)


def test_the_tunes_sections_stay(model: GANModel) -> None:
    sections = (Section("A", 0, 4), Section("B", 4, 4))
    made = accompany(model, replace(_tune(), sections=sections), genre=Genre.HYMN, seed=1, candidates=1)
    assert made.score.sections == sections


def test_an_unknown_genre_is_refused(model: GANModel) -> None:
    with pytest.raises(KeyError):
        accompany(model, _tune(), genre=Genre.JIG, seed=0)


def test_seeds_decide(model: GANModel) -> None:
    one, same, other = (accompany(model, _tune(), genre=Genre.HYMN, seed=s, candidates=2) for s in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_score_without_notes_has_no_tune(model: GANModel) -> None:
    silent = Score(Key(0), Metre(4, 4), 90.0, 4, (Part("none", 0, ()),))
    with pytest.raises(ValueError, match="tune"):
        accompany(model, silent, genre=Genre.HYMN, seed=0)


def _two_bars() -> Lanes:
    lanes = empty_lanes(Metre(4, 4), Mode.MAJOR, SIXTEENTHS, 2)
    lanes.pitch[0, :] = 45
    return lanes


def test_clashes_are_counted_on_strong_beats_alone() -> None:
    lanes = _two_bars()
    lanes.pitch[3, 4:8] = 44  # on the second beat: not strong
    assert clashes(lanes) == (0, 0)
    lanes.pitch[3, 8:12] = 44 - 12  # a minor ninth under the tune, on the half-bar
    lanes.pitch[2, 16:20] = 45 - 4
    assert clashes(lanes) == (1, 2)


def test_strong_beats_of_metres() -> None:
    assert list(strong_columns(Metre(4, 4), 2)) == [0, 8, 16, 24]
    assert list(strong_columns(Metre(3, 4), 2)) == [0, 12]
    assert list(strong_columns(Metre(6, 8), 1)) == [0, 6]
    assert list(strong_columns(Metre(9, 8), 2)) == [0, 18]


def test_the_tune_of_a_keyboard_piece_is_its_highest_line() -> None:
    upper = tuple(
        sorted(Note(onset, pitch, 12) for onset in range(0, 48, 12) for pitch in (60, 64, 72 + onset // 12))
    )
    score = Score(
        Key(0), Metre(4, 4), 90.0, 1, (Part("right", 0, upper), Part("left", 0, (Note(0, 48, 48),)))
    )
    tune = tune_of(score, to_lanes(score, SIXTEENTHS)[0])
    assert [note.pitch for note in tune] == [72, 73, 74, 75]


def test_other_notes_make_way_for_the_tune() -> None:
    under = Score(
        Key(0),
        Metre(4, 4),
        90.0,
        1,
        (Part("right", 0, (Note(0, 60, 48), Note(0, 64, 48), Note(24, 67, 12))),),
    )
    tune = (Note(0, 72, 24), Note(24, 64, 24))
    together = with_tune(under, tune).parts[0].notes
    assert Note(0, 64, 24) in together
    assert Note(0, 60, 48) in together
    assert set(tune) <= set(together)
    assert np.all(np.diff([note.onset for note in together]) >= 0)
