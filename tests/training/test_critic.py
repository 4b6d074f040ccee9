"""The judge learns from passages that differ in nothing but the music, and is measured on others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from domain.genres import Genre
from domain.score import Score
from models.critic.network import Calibration, Config, Critic, Judge
from models.plans import Habit, Profile
from models.registry import Style
from models.rnn.writing import RNNModel
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.evaluation_scores import march, quarters, waltz, works
from training.critic.evaluation import critic_tables, evaluate_judge
from training.critic.passages import Example, Examples, Material, draw_passage, sort_out
from training.critic.rewriting import as_written
from training.critic.sources import SOURCES, Materials, Source, load_source
from training.critic.teaching import (
    TRUST,
    as_batch,
    auc,
    calibrate,
    epoch_batches,
    judge_examples,
    loss,
    train,
)
from training.evaluation.jumbles import noise
from training.fitting import Schedule

TINY = Config(width=16, bar_width=16, dropout=0.0)


def noises(count: int, seed: int) -> dict[Genre, list[Score]]:
    random = np.random.default_rng(seed)
    found: dict[Genre, list[Score]] = {}
    for genre, compose in ((Genre.REEL, march), (Genre.SONG, waltz)):
        scores = (as_written(noise(compose(random), random), genre) for _ in range(count))
        found[genre] = [score for score in scores if score is not None]
    return found


@pytest.fixture(scope="module")
def roles() -> dict[str, Material]:
    """Marches and waltzes, and noise as what nobody wrote."""
    sorted_out = sort_out(works(), {}, {})
    return {
        role: replace(material, sources={"noise source": noises(20, seed)})
        for seed, (role, material) in enumerate(sorted_out.items())
    }


def test_no_family_serves_two_ends_and_each_end_is_served() -> None:
    roles = sort_out(works(), {}, {})
    assert set(roles) == {"learn", "choose", "calibrate", "test"}
    seen = [
        str(score) for material in roles.values() for scores in material.human.values() for score in scores
    ]
    assert len(seen) == len(works())
    by_split = {split: sum(work.split == split for work in works()) for split in ("train", "valid", "judge")}
    counts = {role: sum(map(len, material.human.values())) for role, material in roles.items()}
    assert counts["choose"] == by_split["valid"]
    assert counts["learn"] > by_split["train"]  # most of the judge's works are learned from too
    assert 0 < counts["calibrate"] < by_split["judge"]


def test_layouts_that_the_generator_never_plays_tell_nothing() -> None:
    profile = Profile({"C major": 1}, (Habit("3/4", "major", 1, 3, 100.0, 66.0, 9),))
    assert Genre.REEL not in sort_out(works(), {}, {Genre.REEL: profile})["learn"].human


def test_passages_are_cut_to_the_lengths_of_phrases() -> None:
    random = np.random.default_rng(0)
    long = march(random, bars=80)
    lengths = {draw_passage(long, random).bars for _ in range(60)}
    assert lengths == {8, 12, 16, 24, 32}
    assert draw_passage(quarters(60, 62, 64, 65), random).bars == 1
    upbeat = replace(long, parts=(replace(long.parts[0], notes=long.parts[0].notes[3:]),))
    assert {draw_passage(upbeat, random).bars % 4 for _ in range(60)} == {0, 1}


def test_half_the_weight_is_people_s_and_half_others(roles: dict[str, Material]) -> None:
    examples = Examples(roles["learn"], {Genre.REEL: 1.0, Genre.SONG: 1.0})
    random = np.random.default_rng(0)
    drawn = [example for _ in range(30) for example in examples.draw(random)]
    human = sum(example.weight for example in drawn if example.is_human)
    others = sum(example.weight for example in drawn if not example.is_human)
    assert human == others == 30
    assert {example.genre for example in drawn} == {Genre.REEL, Genre.SONG}
    assert all(
        not example.altered.any() for example in drawn if example.is_human and example.altered is not None
    )


def test_an_epoch_is_decided_by_its_number(roles: dict[str, Material]) -> None:
    examples = Examples(roles["learn"], {Genre.REEL: 1.0})
    first, again, other = (
        [batch.passages.facts for batch in epoch_batches(examples, epoch, rounds=4)] for epoch in (0, 0, 1)
    )
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_bars_that_nobody_can_blame_do_not_count(roles: dict[str, Material]) -> None:
    examples = Examples(roles["learn"], {Genre.SONG: 1.0})
    random = np.random.default_rng(0)
    human, written = examples.human(Genre.SONG, random), examples.written(Genre.SONG, random)
    spoilt = examples.spoilt(Genre.SONG, random, kind="wrong notes")
    assert human
    assert written
    assert spoilt
    batch = as_batch([human, written, spoilt], [0, 0, 0])
    assert batch.human.tolist() == [1, 0, 0]
    assert batch.altered_weights.sum(1).tolist() == [8, 0, 8]
    assert 0 < batch.altered[2].sum() <= 8


def test_what_another_judge_believes_counts_beside_where_a_passage_is_from(
    roles: dict[str, Material],
) -> None:
    human = Examples(roles["learn"], {Genre.SONG: 1.0}).human(Genre.SONG, np.random.default_rng(0))
    assert human
    other = replace(human, origin="spliced")
    doubted, praised = replace(human, believed=0.5), replace(other, believed=0.5)
    wanted = as_batch([human, doubted, praised, other], [0] * 4).human.tolist()
    assert wanted == pytest.approx([1.0, 1 - TRUST / 2, TRUST / 2, 0.0])


def test_a_short_run_learns_to_tell_music_from_noise_and_goes_on(
    roles: dict[str, Material], tmp_path: Path
) -> None:
    schedule = Schedule(epochs=2, learning_rate=8e-3, warmup_updates=5, average_decay=0.8)
    arguments = {"folder": tmp_path, "config": TINY, "rounds": 80, "choosing": 20, "device_name": "cpu"}
    train(roles, schedule=replace(schedule, epochs=1), **arguments)
    best = train(roles, schedule=schedule, **arguments)
    network = Critic(TINY)
    network.load_state_dict(load_file(best))
    judge = Judge("tiny", network.eval(), Calibration())
    random = np.random.default_rng(9)
    longer = {Genre.REEL: [march(random, bars=16) for _ in range(8)], Genre.SONG: [waltz(random, bars=16)]}
    figures = evaluate_judge(judge, replace(roles["test"], human=longer), passages=12)
    assert figures.mean_area("noise source") > 0.9
    assert figures.mean_area("noise") > 0.9  # of a kind that was not among the corruptions
    assert 0 <= figures.calibration_error <= 0.5
    assert figures.milliseconds > 0
    first, second, third = critic_tables(figures, ["noise source"])
    assert [row[0] for row in first.rows] == ["reel", "song", "mean"]
    assert {row[0] for row in second.rows} == set(figures.areas)
    assert len(third.rows) == 3


def test_the_network_learns_which_bars_are_spoilt(roles: dict[str, Material]) -> None:
    torch.manual_seed(0)
    network = Critic(TINY)
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-3)
    examples = Examples(roles["learn"], {Genre.REEL: 1.0})
    random = np.random.default_rng(1)
    drawn = [examples.spoilt(Genre.REEL, random, kind="wrong register") for _ in range(24)]
    batch = as_batch([example for example in drawn if example is not None], [0] * len(drawn))
    before = loss(network, batch).item()
    for _ in range(80):
        optimiser.zero_grad()
        value = loss(network, batch)
        value.backward()
        optimiser.step()
    _, altered = network(batch.passages)
    told = altered[batch.altered_weights > 0] > 0
    truth = batch.altered[batch.altered_weights > 0] > 0
    assert value.item() < before
    assert (told == truth).float().mean() > 0.85


def test_auc_counts_pairs_in_order_and_ties_half() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([1.0, 2.0])) == pytest.approx(3.5 / 4)
    assert auc(np.array([0.0]), np.array([1.0])) == 0


def test_calibration_finds_the_probabilities_behind_stretched_logits(roles: dict[str, Material]) -> None:
    random = np.random.default_rng(0)
    true_logits = random.normal(0, 2, 4000)
    human = random.random(4000) < 1 / (1 + np.exp(-true_logits))
    passage = Examples(roles["learn"], {Genre.REEL: 1.0}).human(Genre.REEL, random)
    assert passage
    examples = [Example(passage.passage, Genre.REEL, "human" if each else "raw", 1.0, None) for each in human]
    found = calibrate(3 * true_logits + 1.5, examples)
    assert found.scale == pytest.approx(1 / 3, rel=0.1)
    assert found.shift == pytest.approx(-0.5, abs=0.15)


def test_judging_examples_keeps_their_order(roles: dict[str, Material]) -> None:
    torch.manual_seed(0)
    network = Critic(TINY).eval()
    examples = Examples(roles["learn"], {Genre.SONG: 1.0})
    random = np.random.default_rng(2)
    drawn = [example for _ in range(20) for example in examples.draw(random)]
    together = judge_examples(network, drawn)
    assert judge_examples(network, drawn[:3]) == pytest.approx(together[:3], abs=1e-5)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_writes_for_every_split_once(source: Source, tmp_path: Path) -> None:
    few = replace(source, pieces={"train": 2, "judge": 1, "test": 1})
    known = [work for work in works() if work.genre is Genre.REEL]
    model = RNNModel("tiny", tiny_network(), tiny_profiles())
    style = Style("rnn", "tiny", (Genre.REEL,), tmp_path, "")
    materials = Materials.of(style, model, known)
    pieces = load_source(few, lambda: materials, tmp_path)
    assert [piece.split for piece in pieces] == ["train", "train", "judge", "test"]
    assert len({str(piece.score) for piece in pieces}) == 4
    assert all(piece.score.bars == 8 for piece in pieces)  # as long as the works they are held against

    def never() -> Materials:
        raise AssertionError("pieces are written once")

    assert load_source(few, never, tmp_path) == pieces
