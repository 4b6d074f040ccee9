"""The judge hears the music and nothing else, each score for itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Reason, Unavailable
from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from models.checkpoints import sha256_of
from models.critic.files import load_critic, save_critic
from models.critic.network import UNKNOWN_GENRE, Calibration, Config, Critic, Judge, collate
from models.critic.passages import BAR_FACTS, NOTE_CLASSES, NOTE_FACTS, WHOLE_FACTS, hear
from models.registry import available_styles

CPU = torch.device("cpu")
TINY = Config(width=16, bar_width=24)


@pytest.fixture(scope="module")
def judge() -> Judge:
    torch.manual_seed(3)
    return Judge("tiny", Critic(TINY).eval(), Calibration(scale=2.0, shift=0.1))


def duet(bars: int, seed: int = 0) -> Score:
    """A line of eighths that wanders over long notes."""
    metre = Metre(4, 4)
    random = np.random.default_rng(seed)
    places = range(0, bars * metre.bar_ticks, 6)
    line = tuple(Note(tick, 67 + int(random.integers(-7, 8)), 6) for tick in places)
    bass = tuple(Note(bar * metre.bar_ticks, 43 + int(random.integers(8)), 24) for bar in range(bars))
    return Score(Key(0), metre, 100.0, bars, (Part("line", 0, line), Part("bass", 32, bass)))


def transposed(score: Score, semitones: int) -> Score:
    def up(part: Part) -> Part:
        return replace(part, notes=tuple(replace(note, pitch=note.pitch + semitones) for note in part.notes))

    key = Key((score.key.tonic + semitones) % 12, score.key.mode)
    return replace(score, key=key, parts=tuple(map(up, score.parts)))


def test_a_passage_is_arrays_of_the_sizes_it_states() -> None:
    score = duet(6)
    (passage,) = hear(score)
    notes = sum(len(part.notes) for part in score.parts)
    assert passage.classes.shape == (notes, len(NOTE_CLASSES))
    assert (passage.classes >= 0).all()
    assert (passage.classes < np.asarray(NOTE_CLASSES)).all()
    assert passage.facts.shape == (notes, NOTE_FACTS)
    assert passage.moments.max() + 1 == len(passage.moment_bars) == 6 * 8
    assert passage.bars.shape == (6, BAR_FACTS)
    assert passage.whole.shape == (WHOLE_FACTS,)


def test_a_note_is_heard_beside_its_neighbours() -> None:
    line = (Note(0, 72, 12), Note(12, 76, 12), Note(24, 74, 24))
    score = Score(Key(0), Metre(4, 4), 90.0, 1, (Part("", 0, line), Part("", 0, (Note(0, 48, 48),))))
    (passage,) = hear(score)
    e5 = passage.classes[2]
    pitch, position, duration, role, before, after, waited, above, below = (int(each) for each in e5)
    assert (pitch, position, role) == (76 - 21, 12, 1)
    assert (before - 14, after - 14) == (4, -2)
    assert duration == waited
    assert (above, below) == (28, 0)
    # C sounds a major third below E, which is eight semitones above it in pitch classes; E itself at 0.
    assert np.flatnonzero(passage.facts[2, :12]).tolist() == [0, 8]


def test_what_returns_is_marked_where_it_returns() -> None:
    bar = (0, 4, 7, 4)
    line = tuple(Note(12 * beat, 60 + bar[beat % 4] + (beat == 6), 12) for beat in range(8))
    (passage,) = hear(Score(Key(0), Metre(4, 4), 90.0, 2, (Part("", 0, line),)))
    same_a_bar_ago = passage.facts[:, 24]
    assert same_a_bar_ago.tolist() == [0, 0, 0, 0, 1, 1, 0, 1]
    any_a_bar_ago = passage.facts[:, 26]
    assert any_a_bar_ago.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_only_the_music_is_judged(judge: Judge) -> None:
    score = duet(8)
    parts = tuple(
        Part("?", 70, tuple(replace(note, velocity=30) for note in part.notes))
        for part in reversed(score.parts)
    )
    drums = Part("kit", 0, tuple(Note(12 * beat, 36, 3) for beat in range(32)), percussion=True)
    silent = Part("silent", 3, ())
    told = [Genre.FOLK] * 5
    plain, dressed, faster, drummed, moved = judge.judge(
        [
            score,
            replace(score, parts=parts),
            replace(score, tempo=200.0),
            replace(score, parts=(*score.parts, drums, silent)),
            transposed(score, 4),
        ],
        told,
    )
    np.testing.assert_allclose([dressed, faster, drummed, moved], plain, atol=1e-5)


def test_other_music_genre_and_mode_are_judged_otherwise(judge: Judge) -> None:
    score = duet(8)
    minor = replace(score, key=Key(0, Mode.MINOR))
    logits = judge.logits([score, score, minor, duet(8, seed=1)], [None, Genre.JIG, None, None])
    assert len(set(logits.round(6))) == 4


def test_a_score_is_judged_as_if_alone(judge: Judge) -> None:
    scores = [duet(bars, seed=bars) for bars in (1, 4, 33, 16, 70)]
    genres = [None, Genre.REEL, Genre.SONG, None, Genre.HYMN]
    together = judge.logits(scores, genres)
    alone = [judge.logits([score], [genre])[0] for score, genre in zip(scores, genres, strict=True)]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_nothing_to_hear_is_nobodys(judge: Judge) -> None:
    empty = Score(Key(0), Metre(4, 4), 100.0, 4, ())
    drums = replace(empty, parts=(Part("kit", 0, (Note(0, 36, 3),), percussion=True),))
    judged = judge.judge([empty, duet(4), drums], [None, None, None])
    assert judged[0] == judged[2] == 0
    assert 0 < judged[1] < 1
    assert judge.judge([], []).shape == (0,)
    assert judge.judge([empty], [Genre.REEL]).tolist() == [0]


def test_any_score_can_be_judged(judge: Judge) -> None:
    def part(*notes: Note) -> Part:
        return Part("", 0, notes)

    late = Note(1000, 60, 5000)  # far past the bars that the score claims
    odd = Score(Key(5), Metre(7, 8), 100.0, 2, (part(Note(1, 3, 2), Note(5, 127, 7), late),))
    crowd = Score(Key(1), Metre(3, 2), 100.0, 1, tuple(part(Note(0, 40 + row, 500)) for row in range(70)))
    tiny_bars = Score(Key(0), Metre(1, 64), 100.0, 3, (part(Note(0, 60, 4), Note(2, 62, 4)),))
    judged = judge.judge([odd, crowd, tiny_bars], [None, None, None])
    assert ((judged > 0) & (judged < 1)).all()


def test_a_long_score_is_heard_in_windows_to_its_end() -> None:
    score = duet(100)
    passages = hear(score)
    assert {len(passage.bars) for passage in passages} == {32}
    assert sum(len(passage.classes) for passage in passages) > 1.5 * (100 * 8 + 100)
    silent_middle = replace(
        score,
        parts=tuple(
            replace(part, notes=tuple(note for note in part.notes if not 960 <= note.onset < 4000))
            for part in score.parts
        ),
    )
    assert 2 <= len(hear(silent_middle)) < len(passages)


def test_logits_have_the_shapes_they_state(judge: Judge) -> None:
    passages = [hear(duet(bars))[0] for bars in (3, 7)]
    logits, altered = judge.network(collate(passages, [UNKNOWN_GENRE, 0]))
    assert logits.shape == (2,)
    assert altered.shape == (2, 7)


def test_a_saved_judge_loads_as_it_was_and_is_no_style(judge: Judge, tmp_path: Path) -> None:
    card = save_critic(judge.network, tmp_path, calibration=judge.calibration, facts={"data": {}})
    assert available_styles(tmp_path) == ()
    loaded = load_critic(tmp_path, CPU)
    assert loaded is not None
    assert loaded.version == card["version"]
    assert loaded.calibration == judge.calibration
    for name, tensor in judge.network.state_dict().items():
        assert torch.equal(loaded.network.state_dict()[name], tensor.half().float())


def test_no_weights_no_judge(tmp_path: Path) -> None:
    assert load_critic(tmp_path, CPU) is None


def _truncate(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-100])
    _edit_card(weights, sha256=sha256_of(weights))


def _alter(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0\0")


def _edit_card(weights: Path, **changes: object) -> None:
    card = weights.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | changes))


def _wrong_shape(weights: Path) -> None:
    _edit_card(weights, config={"width": 8, "bar_width": 24})


def _no_calibration(weights: Path) -> None:
    _edit_card(weights, calibration={"bias": 1})


def _no_card(weights: Path) -> None:
    weights.with_suffix(".json").unlink()


@pytest.mark.parametrize("damage", [_truncate, _alter, _wrong_shape, _no_calibration, _no_card, Path.unlink])
def test_damaged_weights_are_refused_in_one_sentence(judge: Judge, tmp_path: Path, damage) -> None:
    save_critic(judge.network, tmp_path, calibration=judge.calibration, facts={})
    damage(tmp_path / "critic.safetensors")
    with pytest.raises(Unavailable, match="critic") as refused:
        load_critic(tmp_path, CPU)
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE
    assert "\n" not in str(refused.value)
