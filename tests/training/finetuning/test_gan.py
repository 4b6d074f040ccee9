"""The adversarial composer's game on a server: what is liked comes sooner, and runs go on as any other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Reason, Unavailable
from domain.finetuning import Finetuned, FinetuneRequest, Gated, Lesson, Refusal, Teachable
from domain.genres import Genre
from domain.score import Score
from models.adapters import Adapter, adapted
from models.gan.critic import Critic
from models.gan.critic_files import GAN_CRITIC, save_gan_critic
from models.gan.drafting import GANModel
from models.gan.files import save_gan
from models.gan.generator import Generator
from models.tokens import encode, mean_pitch
from tests.models.networks import tiny_profiles
from tests.models.test_gan import TINY
from tests.training.evaluation_scores import march, waltz, works
from tests.training.finetuning.lessons import lesson
from training.finetuning import course, rehearsal, runs
from training.finetuning.course import learn, learned_deltas
from training.finetuning.gan import GANReader, Player, Playing, Stakes, gan_player
from training.finetuning.replay import Replay, replay_file, write_replay
from training.finetuning.students import forgotten

QUICK = Stakes(draws=8, learning_rate=0.1, real=0.0, divergence=0.0)


def tiny_player() -> Player:
    torch.manual_seed(2)
    model = GANModel("gan-1", Generator(TINY).eval(), tiny_profiles())
    known = tuple(encode(march(np.random.default_rng(seed)), Genre.REEL) for seed in range(4))
    return gan_player(model, Critic(TINY).eval(), Replay(known, known))


def height(score: Score, _: Genre) -> float:
    return mean_pitch(score) / 10


def playing(player: Player, stakes: Stakes) -> Playing:
    generator = player.student.network
    assert isinstance(generator, Generator)
    return Playing(generator, player.critic, height, player.student.replayed, seed=1, stakes=stakes)


def played(stakes: Stakes, steps: int = 24) -> tuple[Player, Playing, list[float]]:
    player = tiny_player()
    game = playing(player, stakes)
    return player, game, [game.step(steps) for _ in range(steps)]


def test_what_is_liked_comes_sooner() -> None:
    _, _, liked = played(QUICK)
    assert np.mean(liked[-6:]) > np.mean(liked[:6]) + 0.1


def test_what_moves_far_is_held_back() -> None:
    near, far = (played(replace(QUICK, divergence=weight)) for weight in (20.0, 0.0))
    moved = [abs(forgotten(player.student, game.deltas) - 1) for player, game, _ in (near, far)]
    assert moved[0] < 0.5 * moved[1]


def test_the_critic_has_its_say() -> None:
    with_critic, without = (played(replace(QUICK, real=weight), steps=2)[1].deltas for weight in (2.0, 0.0))
    assert any(not torch.equal(with_critic[name][0], without[name][0]) for name in GANReader.matrices)


def test_a_game_resumed_goes_on_to_the_same_deltas() -> None:
    player, whole, _ = played(QUICK, steps=4)
    begun, resumed = playing(player, QUICK), playing(player, QUICK)
    for _ in range(2):
        begun.step(4)
    resumed.restore(begun.state())
    while resumed.steps_done < 4:
        resumed.step(4)
    for name, (up, down) in whole.deltas.items():
        assert torch.equal(resumed.deltas[name][0], up)
        assert torch.equal(resumed.deltas[name][1], down)


def test_a_generator_reads_works_as_one_with_its_deltas_merged() -> None:
    player, game, _ = played(QUICK, steps=3)
    reader, passages = GANReader(), player.student.held_out[:2]
    game.low_rank.install()
    learning = reader.read(game.low_rank.network, passages)
    merged = reader.read(adapted(player.student.network, game.deltas), passages)
    for (now, said), (then, targets) in zip(learning, merged, strict=True):
        assert torch.equal(said, targets)
        assert torch.allclose(now.gather(1, said[:, None]), then.gather(1, said[:, None]), atol=1e-5)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(4)
    folder, profiles = tmp_path_factory.mktemp("weights"), tiny_profiles()
    save_gan(Generator(TINY), folder / "gan.safetensors", profiles=profiles, facts={"genres": ["reel"]})
    save_gan_critic(Critic(TINY), TINY, folder, facts={})
    write_replay(works(24), list(profiles), replay_file(folder, "gan"))
    return folder


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of a second or two."""
    monkeypatch.setattr(course, "GAMES", 3)
    monkeypatch.setattr(course, "SHUFFLES", 9)
    monkeypatch.setattr(rehearsal, "PIECES", 3)
    monkeypatch.setattr(rehearsal, "SECONDS", 5.0)


def asked(approvals: Sequence[float]) -> FinetuneRequest:
    """Marches and waltzes by turns, rated so."""
    random = np.random.default_rng(3)
    lessons: list[Lesson] = [
        lesson(number, approval, made=(march if number % 2 else waltz)(random))
        for number, approval in enumerate(approvals)
    ]
    return FinetuneRequest(teachable=Teachable.GAN, lessons=tuple(lessons))


LIKES_MARCHES = asked([1.0 if number % 2 else -1.0 for number in range(24)])


def outcome(weights: Path, folder: Path, request: FinetuneRequest = LIKES_MARCHES) -> Finetuned:
    finetuned = list(learn(request, weights, folder))[-1]
    assert isinstance(finetuned, Finetuned)
    return finetuned


def deltas_of(finetuned: Finetuned) -> set[str]:
    assert finetuned.adapter is not None
    return set(Adapter.from_bytes(finetuned.adapter).deltas.get("gan", {}))


def accepting(figures: dict[str, float], *, sure: bool) -> Gated:
    return Gated(refusal=None if sure else Refusal.NOT_BETTER, figures=figures)


def test_a_version_plays_for_what_its_server_likes(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "verdict", accepting)
    finetuned = outcome(weights, tmp_path)
    assert deltas_of(finetuned) == set(GANReader.matrices) == set(learned_deltas(tmp_path, "gan"))
    assert finetuned.gated.figures["nats_ratio"] != 1.0


def test_a_game_that_the_gate_refuses_leaves_the_leaning(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unforgetting(figures: dict[str, float], *, sure: bool) -> Gated:
        forgets = sure and figures["nats_ratio"] != 1.0
        return Gated(refusal=Refusal.FORGETS if forgets else None, figures=figures)

    monkeypatch.setattr(course, "verdict", unforgetting)
    finetuned = outcome(weights, tmp_path)
    assert finetuned.gated.accepted
    assert deltas_of(finetuned) == set()
    assert {str(change.aspect) for change in finetuned.changes} >= {"major"}


def test_votes_at_random_are_not_played_for(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "SHUFFLES", 199)
    random = np.random.default_rng(8)
    finetuned = outcome(weights, tmp_path, asked(random.permutation([1.0, -1.0] * 12).tolist()))
    assert finetuned.gated.refusal is Refusal.NOT_BETTER
    assert deltas_of(finetuned) == set()


@pytest.mark.parametrize("left_after", [13, 15, 30])
def test_a_run_left_off_anywhere_ends_the_same(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_after: int
) -> None:
    monkeypatch.setattr(runs, "CHECKPOINT_SECONDS", 0.0)
    whole = outcome(weights, tmp_path / "whole")
    begun = learn(LIKES_MARCHES, weights, tmp_path / "begun")
    for _, _ in zip(range(left_after), begun, strict=False):
        pass
    del begun  # as good as killed: nothing more is written
    assert outcome(weights, tmp_path / "begun") == whole


def test_without_a_critic_nobody_plays_and_a_damaged_one_is_told(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    for file in weights.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    critic = folder / f"{GAN_CRITIC}.safetensors"
    critic.write_bytes(critic.read_bytes()[:-9])
    with pytest.raises(Unavailable) as refused:
        outcome(folder, tmp_path / "damaged")
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE
    critic.unlink()
    critic.with_suffix(".json").unlink()
    monkeypatch.setattr(course, "verdict", accepting)
    finetuned = outcome(folder, tmp_path / "without")
    assert finetuned.gated.accepted
    assert deltas_of(finetuned) == set()
