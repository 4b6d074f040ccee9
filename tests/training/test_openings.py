"""Seeds are cut by a fixed rule, and what becomes of them is read from the notes."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.registry import Style
from models.rnn.writing import RNNModel
from tests.models.networks import tiny_network, tiny_profiles
from training.corpora.works import Work
from training.openings.figures import in_scale, is_kept_to, leap, notes_kept, returns, tables_of
from training.openings.pieces import Begun, begin, cut_seeds

STYLE = Style("toy", "toy-1", (Genre.REEL, Genre.CHORALE), Path("toy"), "")
METRE = Metre(4, 4)
STEPS = (62, 66, 69, 74, 73, 69, 67, 64)


def line(bars: int, *, low: int = 0) -> tuple[Note, ...]:
    return tuple(Note(12 * beat, STEPS[beat % 8] - low, 12) for beat in range(4 * bars))


def work(number: int, genre: Genre, split: str = "test") -> Work:
    parts = tuple(Part(f"part {low}", 0, line(12, low=low)) for low in (0, 12))
    score = Score(Key(2), METRE, 108.0, 12, parts)
    return Work(f"{genre}-{number}", f"{genre} {number}", "", "", "", "CC0", genre, split, "", score)


def test_seeds_are_beginnings_of_held_out_works_genre_by_genre() -> None:
    works = [work(number, genre) for genre in (Genre.REEL, Genre.CHORALE) for number in range(3)]
    seeds = cut_seeds([*works, work(0, Genre.JIG, "train")], 5)
    assert [genre for _, genre in seeds] == [Genre.CHORALE, Genre.REEL] * 2 + [Genre.CHORALE]
    assert [(source.score.bars, len(source.score.parts)) for source, _ in seeds] == [
        *((4, 2), (4, 1)),
        *((8, 2), (8, 1)),
        (2, 2),
    ]


@pytest.fixture(scope="module")
def begun() -> Begun:
    [(_, _), (source, genre)] = cut_seeds([work(0, Genre.CHORALE), work(0, Genre.REEL)], 2)
    model = RNNModel("toy", tiny_network(), tiny_profiles())
    return begin(source, genre, STYLE, model, Gate(None, Norms.load()), seed=1)


def changed(begun: Begun, tick: int, **fields: int) -> Begun:
    """With other values for the note of the tune at that tick."""
    part, *others = begun.score.parts
    notes = tuple(sorted(replace(note, **fields) if note.onset == tick else note for note in part.notes))
    return replace(begun, score=replace(begun.score, parts=(replace(part, notes=notes), *others)))


def test_what_is_not_as_given_is_seen(begun: Begun) -> None:
    assert notes_kept(begun) == (16, 16)
    for fields in ({"pitch": 70}, {"onset": 63}, {"duration": 6}):
        assert notes_kept(changed(begun, 60, **fields)) == (5, 16)
    again = [each for each in begun.score.sections[1:] if each.idea == "A"]
    assert returns(begun) == (len(again), len(again))
    assert again
    assert returns(changed(begun, 12, pitch=70)) == (0, len(again))
    assert is_kept_to(begun)
    assert not is_kept_to(replace(begun, score=replace(begun.score, key=Key(4))))
    last = begun.score.parts[0].notes[15].pitch
    follows = begun.score.parts[0].notes[16]
    assert leap(begun) == abs(follows.pitch - last)
    assert leap(changed(begun, follows.onset, pitch=last + 14)) == 14
    plain = replace(begun.score, parts=(Part("", 0, (Note(0, 60, 12), Note(12, 63, 12), Note(24, 64, 12))),))
    assert (in_scale(plain, after=12), in_scale(plain)) == (0.5, pytest.approx(1 / 3))


def test_every_style_has_its_row_with_the_seed_and_without(begun: Begun) -> None:
    seeds, pieces = tables_of({"toy": [begun], "copy": [begun]}, training=[begun.plain])
    assert seeds.rows[0][:4] == ("toy", "1", "100.0%", "100.0%")
    assert [row[0] for row in pieces.rows] == ["toy", "copy"]
    copied = dict(zip(pieces.header, pieces.rows[0], strict=True))["8-grams in training"]
    assert copied.endswith("/ 100.0%")
    assert not copied.startswith("100.0%")
