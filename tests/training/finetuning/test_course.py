"""Runs of learning with a tiny composer: what comes of votes, and that a run left off goes on to the same."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.errors import Unavailable
from domain.finetuning import Finetuned, FinetuneRequest, Learning, Lesson, Refusal, Teachable
from domain.genres import Genre
from models.adapters import Adapter
from models.rnn.files import save_rnn
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.evaluation_scores import march, waltz, works
from tests.training.finetuning.lessons import lesson
from training.finetuning import course, rehearsal, runs
from training.finetuning.course import learn, learned_deltas
from training.finetuning.replay import replay_file, write_replay
from training.finetuning.rnn import RNNReader


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    profiles = tiny_profiles()
    save_rnn(tiny_network(), folder / "rnn.safetensors", profiles=profiles, facts={"genres": ["reel"]})
    write_replay(works(24), list(profiles), replay_file(folder, "rnn"))
    return folder


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a second or two."""
    monkeypatch.setattr(course, "FEWEST_STEPS", 3)
    monkeypatch.setattr(course, "MOST_STEPS", 3)
    monkeypatch.setattr(course, "SHUFFLES", 9)
    monkeypatch.setattr(rehearsal, "PIECES", 3)
    monkeypatch.setattr(rehearsal, "SECONDS", 5.0)


def voted(approvals: Sequence[float]) -> list[Lesson]:
    """Marches and waltzes by turns, rated so."""
    random = np.random.default_rng(3)
    return [
        lesson(number, approval, made=(march if number % 2 else waltz)(random))
        for number, approval in enumerate(approvals)
    ]


def asked(lessons: Sequence[Lesson]) -> FinetuneRequest:
    return FinetuneRequest(teachable=Teachable.RNN, lessons=tuple(lessons))


def outcome(request: FinetuneRequest, weights: Path, folder: Path) -> Finetuned:
    *learning, finetuned = learn(request, weights, folder)
    assert all(isinstance(each, Learning) for each in learning)
    assert isinstance(finetuned, Finetuned)
    return finetuned


LIKES_MARCHES = [1.0 if number % 2 else -1.0 for number in range(24)]


def test_a_taste_becomes_a_version_that_says_what_it_changes(weights: Path, tmp_path: Path) -> None:
    finetuned = outcome(asked(voted(LIKES_MARCHES)), weights, tmp_path)
    assert finetuned.adapter is not None
    adapter = Adapter.from_bytes(finetuned.adapter)
    random = np.random.default_rng(77)
    assert adapter.leaning.of_score(march(random), Genre.REEL) > adapter.leaning.of_score(
        waltz(random), Genre.REEL
    )
    figures = finetuned.gated.figures
    assert figures["accuracy"] > 0.9
    assert {"nats_ratio", "diversity_ratio", "copied", "copied_before"} <= set(figures)
    assert "major" in {str(change.aspect) for change in finetuned.changes}
    learned = learned_deltas(tmp_path, "rnn")
    assert set(learned) == set(RNNReader.matrices)
    assert any(up.any() for up, _ in learned.values())
    assert learned_deltas(tmp_path, "another") == {}


@pytest.mark.parametrize("left_after", [2, 14, 19, 40])
def test_a_run_left_off_anywhere_ends_the_same(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_after: int
) -> None:
    monkeypatch.setattr(runs, "CHECKPOINT_SECONDS", 0.0)
    request = asked(voted(LIKES_MARCHES))
    whole = outcome(request, weights, tmp_path / "whole")
    begun = learn(request, weights, tmp_path / "begun")
    for _, _ in zip(range(left_after), begun, strict=False):
        pass
    del begun  # as good as killed: nothing more is written
    assert outcome(request, weights, tmp_path / "begun") == whole


def test_votes_at_random_are_refused_without_much_ado(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "SHUFFLES", 199)
    random = np.random.default_rng(8)
    lessons = voted(random.permutation([1.0, -1.0] * 12).tolist())
    finetuned = outcome(asked(lessons), weights, tmp_path)
    assert finetuned.gated.refusal is Refusal.NOT_BETTER
    assert finetuned.adapter is not None
    assert finetuned.changes == ()


def test_what_cannot_be_learned_from_is_said_at_once(weights: Path, tmp_path: Path) -> None:
    for lessons, refusal in (
        (voted([1.0, -1.0]), Refusal.TOO_LITTLE),
        (voted([1.0] * 20), Refusal.NO_SPREAD),
    ):
        (finetuned,) = learn(asked(lessons), weights, tmp_path)
        assert isinstance(finetuned, Finetuned)
        assert (finetuned.gated.refusal, finetuned.adapter) == (refusal, None)


def test_without_its_sample_of_works_nothing_is_learned(weights: Path, tmp_path: Path) -> None:
    request = replace(asked(voted(LIKES_MARCHES)), teachable=Teachable.VAE)
    with pytest.raises(Unavailable):
        list(learn(request, weights, tmp_path))
