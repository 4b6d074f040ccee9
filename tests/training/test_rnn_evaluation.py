from dataclasses import replace

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from tests.models.networks import tiny_network, tiny_profiles
from training.corpora.works import Work
from training.rnn.evaluation import count_profiles, generate

SCORE = Score(
    Key(2), Metre(4, 4), 110.0, 8, (Part("", 0, tuple(Note(12 * beat, 74, 12) for beat in range(32))),)
)
WORK = Work(
    id="1",
    title="",
    composer="",
    source="",
    path="",
    licence="",
    genre=Genre.REEL,
    split="train",
    family="1",
    score=SCORE,
)


def test_profiles_count_what_training_works_do_and_nothing_else() -> None:
    minor = replace(WORK, score=replace(SCORE, key=Key(4, Mode.MINOR), tempo=120.0))
    unseen = replace(WORK, split="test", genre=Genre.JIG)
    ((genre, profile),) = count_profiles([WORK, WORK, minor, minor, minor, unseen]).items()
    assert genre is Genre.REEL
    assert profile.keys == {"D major": 2, "E minor": 3}
    assert [(habit.mode, habit.tempo, habit.works) for habit in profile.habits] == [
        ("major", 110.0, 2),
        ("minor", 120.0, 3),
    ]
    assert {habit.mean_pitch for habit in profile.habits} == {74.0}


def test_pieces_are_the_same_each_time_and_as_long_as_asked() -> None:
    profile = tiny_profiles()[Genre.CHORALE]
    pieces = generate(tiny_network(), profile, Genre.CHORALE, pieces=3, bars=2)
    assert pieces == generate(tiny_network(), profile, Genre.CHORALE, pieces=3, bars=2)
    assert len({str(piece) for piece in pieces}) == 3
    assert all(piece.bars == 2 and str(piece.key) == "G major" for piece in pieces)
