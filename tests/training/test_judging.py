"""What opinions are fitted to, what surprises a composer and where, and passages played as sound."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.critic.network import Calibration, Config, Critic, Judge
from models.critic.opinions import BAR_LINES, SURPRISES, Critique, load_scales, save_scales
from models.critic.sound import PITCHES
from models.critic.spectra import FRAME_SECONDS, LOWEST_PITCH, RATE
from models.rnn.writing import RNNModel
from models.tokens import encode
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.evaluation_scores import march, works
from training.corpora.beats import FACTS, METRES, Count, Weighing
from training.critic import recordings, sound_players
from training.critic.beat_teaching import Counted, fit_weighing, is_same
from training.critic.ear_teaching import written_notes
from training.critic.opinions import draw_kinds, fit_classes, fit_opinion, fit_scales
from training.critic.passages import HUMAN, Examples, Material, sort_out
from training.critic.recordings import Recordings
from training.critic.sound_players import Instruments, draw_setting, played, played_notes
from training.rnn.surprise import moment_nats, surprise_at
from training.rnn.teaching import as_piece, total_nll

COMPOSER = RNNModel("tiny", tiny_network(), tiny_profiles())


@pytest.fixture(scope="module")
def roles() -> dict[str, Material]:
    return sort_out(works(), {}, {})


def tiny_judge() -> Judge:
    torch.manual_seed(0)
    return Judge("tiny", Critic(Config(width=8, bar_width=16)).eval(), Calibration())


def chords(last: int = 60) -> Score:
    tune = tuple(Note(12 * beat, 60 + beat * 5 % 12, 12) for beat in range(15))
    bass = tuple(Note(48 * bar, 48, 24) for bar in range(4))
    parts = (Part("a", 0, (*tune, Note(180, last, 12))), Part("b", 0, bass))
    return Score(Key(0), Metre(4, 4), 100.0, 4, parts)


def test_nats_are_told_of_the_moments_that_they_are_of() -> None:
    pieces = [as_piece(encode(chords(last), Genre.REEL)) for last in (60, 66)]
    with torch.inference_mode():
        one, other = (moment_nats(COMPOSER, piece) for piece in pieces)
    whole = total_nll(COMPOSER.network, pieces[:1], torch.device("cpu"))[0]
    assert one.sum() == pytest.approx(whole, rel=0.02)  # the whole may be computed in half precision
    np.testing.assert_allclose(one[:-1], other[:-1], rtol=1e-4)
    assert abs(one[-1] - other[-1]) > 1e-4


def test_what_can_not_be_said_in_tokens_does_not_surprise() -> None:
    score = chords()
    assert set(surprise_at(COMPOSER, score, Genre.REEL) or ()) == set(SURPRISES)
    assert surprise_at(COMPOSER, replace(score, metre=Metre(7, 16)), Genre.REEL) is None


def test_an_even_opinion_is_a_half_however_few_people_there_are() -> None:
    random = np.random.default_rng(0)
    people, others = random.normal(1, 1, (60, 3)), random.normal(-1, 1, (600, 3))
    opinion = fit_opinion(np.vstack([people, others]), np.arange(660) < 60)
    assert (opinion(people) > 0).mean() > 0.9
    assert (opinion(others) < 0).mean() > 0.9
    assert abs(float(opinion(np.zeros(3))[0])) < 0.5


def test_measures_weigh_as_much_as_they_tell_of_what_was_left_out() -> None:
    random = np.random.default_rng(0)
    human = np.arange(60) % 2 == 0
    signs, noise = np.where(human, 1, -1)[:, None], random.normal(0, 1, (60, 20))
    word = random.normal(0, 1, (60, 2)) + signs
    misled = fit_opinion(np.hstack([word, noise]), human)
    told = fit_opinion(np.hstack([0 * word, noise + signs / 2]), human)
    assert np.abs(misled.weights[0, 2:]).mean() < 0.05
    assert told.weights[0, 2:].mean() > 0.3


def test_genres_that_never_came_are_never_guessed() -> None:
    random = np.random.default_rng(0)
    classes = random.integers(0, 2, 200)
    inputs = random.normal(0, 0.3, (200, 2)) + np.eye(2)[classes]
    found = fit_classes(inputs, classes, 3)(inputs).argmax(axis=1)
    assert (found == classes).mean() > 0.9
    assert 2 not in found


def test_scales_come_back_from_their_file_and_give_the_same_opinion(
    roles: dict[str, Material], tmp_path: Path
) -> None:
    def surprise(score: Score, genre: Genre) -> dict[str, float]:
        return dict.fromkeys(SURPRISES, float(score.bars)) | {BAR_LINES: 0.0}

    judge = tiny_judge()
    scales = fit_scales(judge, roles, lambda score, _: score, rounds=16, works=3, surprise=surprise)
    save_scales({"notes": scales}, tmp_path / "opinions.json")
    loaded = load_scales(tmp_path / "opinions.json")["notes"]
    score = march(np.random.default_rng(4))
    first, again = (
        Critique(judge, each, surprise=surprise).consider(score, Genre.REEL) for each in (scales, loaded)
    )
    assert again.share == pytest.approx(first.share, abs=1e-3)
    assert again.pulls == pytest.approx(first.pulls, abs=1e-3)
    assert {genre for genre, share in first.genres.items() if share > 0.01} <= {Genre.REEL, Genre.SONG}
    assert any(first.pulls.values())


def test_passages_are_measured_of_people_and_of_every_kind(roles: dict[str, Material]) -> None:
    passages = list(draw_kinds(roles["test"], np.random.default_rng(0), humans=3, each=1))
    people = [passage for passage in passages if passage.origin == HUMAN]
    assert len(people) == 3 * len({passage.genre for passage in passages})
    assert len({passage.origin for passage in passages}) > 10


def test_notes_are_marked_where_they_are_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_players, "PROGRAMS", (0,))
    monkeypatch.setattr(sound_players, "ENSEMBLES", ((0,),))
    click = np.zeros((PITCHES, 6000), np.int16)
    click[:, :200] = 9000
    np.save(tmp_path / "program-0.npy", click)
    score = Score(Key(0), Metre(4, 4), 60.0, 1, (Part("", 0, (Note(0, 60, 12), Note(24, 64, 12))),))
    setting = replace(draw_setting(4.0, np.random.default_rng(1)), noise_db=-75.0, unevenness=0.0)
    sound = played(score, setting, Instruments(tmp_path), start=-0.5, seconds=4.0)
    notes = [
        (note.onset + 0.5, note.onset + note.seconds + 0.5, note.pitch)
        for note in played_notes(score, setting)
    ]
    sounding, *halves = written_notes(np.asarray(notes, np.float32), first=0, frames=80)
    marked = np.stack(halves, 1).reshape(160, -1)
    begins = [marked[:, pitch - LOWEST_PITCH].argmax() * FRAME_SECONDS / 2 for pitch in (60, 64)]
    assert sounding.sum(axis=0).max() == pytest.approx(1 / setting.tempo_factor / FRAME_SECONDS, abs=1)
    loud = np.flatnonzero(np.abs(sound) > 0.5 * np.abs(sound).max()) / RATE
    for seconds in begins:
        assert np.abs(loud - seconds).min() < FRAME_SECONDS / 2


def test_recordings_are_played_once_and_read_as_they_were(
    roles: dict[str, Material], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_players, "PROGRAMS", (0,))
    monkeypatch.setattr(sound_players, "ENSEMBLES", ((0,),))
    monkeypatch.setattr(recordings, "SHARD", 2)
    np.save(tmp_path / "program-0.npy", np.full((PITCHES, 6000), 900, np.int16))
    known = Recordings("learn", Examples(roles["learn"], {Genre.REEL: 1}), Instruments(tmp_path), tmp_path)
    first, again = known.shard(3), known.shard(3)
    assert len(first) == 2
    for one, other in zip(first, again, strict=True):
        assert one.score == other.score
        assert (one.genre, one.origin, one.count) == (other.genre, other.origin, other.count)
        np.testing.assert_array_equal(one.sounding.spectra.mel, other.sounding.spectra.mel)
        assert one.count.quarter * 0.8 <= 12 * one.score.seconds_per_tick <= one.count.quarter * 1.25
        assert len(one.sounding.notes) == sum(len(part.notes) for part in one.score.parts)


def test_the_weighing_learns_which_count_is_right_and_what_tells_it_in_each_kind_of_metre() -> None:
    random = np.random.default_rng(0)
    telling = np.array([7 if metre.unit == 8 else 5 for metre in METRES])
    known: list[Counted] = []
    for _ in range(1400):
        facts = random.normal(size=(12, FACTS)).astype(np.float32)
        metres = random.integers(0, len(METRES), 12)
        known.append(Counted(facts, metres, np.arange(12) == facts[range(12), telling[metres]].argmax()))
    weighing = fit_weighing(known[:1200])
    alike = Weighing(np.broadcast_to(weighing.weights.mean(axis=0), weighing.weights.shape))
    shares = [
        np.mean([each.right[one.of(each.facts.astype(float), each.metres).argmax()] for each in known[1200:]])
        for one in (weighing, alike)
    ]
    assert shares[0] > 0.75
    assert shares[1] < 0.6


def test_counts_are_the_same_whichever_bar_they_begin_with() -> None:
    truth = Count(0.5, 0.0, Metre(3, 4))
    assert is_same(Count(0.5, 4.52, Metre(3, 4)), truth)
    assert not is_same(Count(0.5, 4.0, Metre(3, 4)), truth)
    assert not is_same(Count(0.5, 0.0, Metre(6, 8)), truth)
