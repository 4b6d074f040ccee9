"""Stanzas become batches with little padding, and both writers learn from them what keywords say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.lyrics.files import build
from models.lyrics.vocabulary import EOL, EOS, PAD, SEP, Vocabulary
from tests.models.lyrics.toy_writers import CONFIGS, FIRST, WORDS
from training.lyrics.commands import config_of
from training.lyrics.examples import Examples
from training.lyrics.teaching import (
    Epochs,
    Recipe,
    collate,
    finished,
    grouped,
    mean_nats,
    run_config,
    tell_config,
    total_nats,
    train,
)

CPU = torch.device("cpu")
KEYWORDS = 6


def toy_examples(draw: int, count: int = 240) -> Examples:
    """A stanza says its keyword and the piece that belongs to it, once or twice."""
    random = np.random.default_rng([draw, 7])
    words = random.integers(KEYWORDS, size=count)
    lines = random.integers(1, 3, size=count)
    said = [[FIRST + word, FIRST + 7 + word % 5, EOL] for word in words]
    return Examples.join(
        [[5, FIRST + word, SEP] for word in words],
        [[False, True, False]] * count,
        [[*line * times, EOS] for line, times in zip(said, lines, strict=True)],
    )


def unigram_nats(examples: Examples) -> float:
    shares = np.bincount(examples.target) / len(examples.target)
    return float(-np.log(shares[examples.target]).mean())


def test_a_batch_is_of_like_lengths_and_no_larger_than_asked() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(10, 120, size=5000)
    groups = grouped(lengths, lengths // 3, tokens=3000, random=random)
    assert sorted(np.concatenate(groups)) == list(range(5000))
    laid = [len(group) * lengths[group].max() for group in groups]
    assert max(laid) <= 3000
    assert 1 - lengths.sum() / sum(laid) < 0.05
    assert [group[0] for group in groups] != sorted(group[0] for group in groups)


def test_a_stanza_longer_than_a_batch_is_a_batch() -> None:
    lengths = np.array([50, 10, 10])
    groups = grouped(lengths, lengths, tokens=20, random=np.random.default_rng(0))
    assert sorted(map(len, groups)) == [1, 2]


def test_batches_hold_the_stanzas_they_name() -> None:
    examples = Examples.join(
        [[5, 9, SEP], [6, SEP], [5, 10, 11, SEP]],
        [[False, True, False], [False] * 2, [False, True, True, False]],
        [[9, EOS], [12, 13, 14, EOS], [10, EOS]],
    )
    batch = collate(examples, np.array([2, 0]))
    assert batch.sources.tokens.tolist() == [[5, 10, 11, SEP], [5, 9, SEP, PAD]]
    assert batch.sources.copyable.tolist() == [[False, True, True, False], [False, True, False, False]]
    assert batch.target.tolist() == [[10, EOS], [9, EOS]]


def test_examples_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="number"):
        Examples.join([[5]], [[False]], [[9], [9]])
    with pytest.raises(ValueError, match="copyable"):
        Examples.join([[5]], [[False, True]], [[9]])


def test_the_epochs_of_a_pass_hold_each_stanza_once_and_are_the_same_each_time() -> None:
    epochs = Epochs(toy_examples, epoch_tokens=300, tokens=60)
    assert epochs.parts == round(len(toy_examples(0).target) / 300)
    assert epochs.parts > 1
    told = [[batch.target for batch in epochs.batches(epoch)] for epoch in range(epochs.parts)]
    assert sum(len(target) for part in told for target in part) == len(toy_examples(0))
    assert all(abs(len(part) - epochs.batches_per_epoch) <= 1 for part in told)
    for again, before in zip(epochs.batches(1), told[1], strict=True):
        assert torch.equal(again.target, before)
    following = next(iter(epochs.batches(epochs.parts))).target
    assert not any(torch.equal(following, target) for target in told[0])


def recipe(network: str, *, epochs: int = 5, own: float = 0.0) -> Recipe:
    return Recipe(CONFIGS[network], epochs=epochs, learning_rate=2e-2, warmup_updates=3, own=own)


@pytest.mark.parametrize("network", list(CONFIGS))
def test_a_writer_learns_what_the_keywords_say_and_goes_on_where_it_was(tmp_path: Path, network: str) -> None:
    epochs, valid = Epochs(toy_examples, epoch_tokens=1200, tokens=150), toy_examples(99, 60)
    best = train(epochs, valid, recipe(network), folder=tmp_path, device=CPU)
    assert best < 0.6 * unigram_nats(valid)
    again = train(epochs, valid, recipe(network), folder=tmp_path, device=CPU)
    assert again == best  # the run was over
    writer = finished(tmp_path)
    assert not writer.training
    figure = total_nats(writer, valid, CPU).sum() / len(valid.target)
    assert figure == pytest.approx(best, rel=1e-3)
    start = tmp_path / "best.safetensors"
    short = replace(recipe(network, epochs=1), learning_rate=1e-3)  # too little to learn it anew
    second = train(epochs, valid, short, folder=tmp_path / "second", device=CPU, start_from=start)
    assert second < best + 0.2


def test_a_folder_holds_runs_of_one_size_alone(tmp_path: Path) -> None:
    tell_config(tmp_path, CONFIGS["seq2seq"])
    tell_config(tmp_path, CONFIGS["seq2seq"])
    with pytest.raises(ValueError, match="other sizes"):
        tell_config(tmp_path, CONFIGS["transformer"])
    assert run_config(tmp_path) == CONFIGS["seq2seq"]


@pytest.mark.parametrize("network", list(CONFIGS))
def test_scheduled_sampling_learns_too(tmp_path: Path, network: str) -> None:
    epochs, valid = Epochs(toy_examples, epoch_tokens=1200, tokens=150), toy_examples(99, 60)
    best = train(epochs, valid, recipe(network, epochs=4, own=0.3), folder=tmp_path, device=CPU)
    assert best < 0.7 * unigram_nats(valid)


def test_a_run_that_never_was_has_no_weights(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        finished(tmp_path)


@pytest.mark.parametrize("network", list(CONFIGS))
def test_the_loss_is_a_mean_over_tokens_whatever_the_batch(network: str) -> None:
    torch.manual_seed(0)
    writer, examples = build(CONFIGS[network]).eval(), toy_examples(0, 20)
    mean = mean_nats(writer, collate(examples, np.arange(20))).item()
    assert mean == pytest.approx(total_nats(writer, examples, CPU).sum() / len(examples.target), rel=0.02)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rivals_are_about_as_large_as_each_other(language: str) -> None:
    words = Vocabulary(language, WORDS.controls, [","], [f"▁{number}" for number in range(4000)], {})
    sizes = [
        sum(parameter.numel() for parameter in build(config_of(language, network, words)).parameters())
        for network in CONFIGS
    ]
    assert max(sizes) - min(sizes) < 0.1 * max(sizes)
