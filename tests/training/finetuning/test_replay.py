"""Samples of the corpora beside the weights: small, whole, and of the right splits."""

from pathlib import Path

import pytest

from domain.genres import Genre
from models.registry import WEIGHTS, available_styles
from models.tokens import decode, encode
from tests.training.evaluation_scores import works
from training.finetuning.replay import LARGEST_BYTES, read_replay, replay_file, write_replay


def test_a_sample_holds_works_of_each_genre_from_both_splits(tmp_path: Path) -> None:
    corpus = works(60)
    size = write_replay(corpus, [Genre.REEL, Genre.SONG], replay_file(tmp_path, "rnn"))
    assert size == replay_file(tmp_path, "rnn").stat().st_size
    replay = read_replay(tmp_path, "rnn")
    for split, sequences in (("train", replay.replayed), ("valid", replay.held_out)):
        possible = {encode(work.score, work.genre) for work in corpus if work.split == split}
        assert set(sequences) <= possible
        assert {sequence.plan.genre for sequence in sequences} == {Genre.REEL, Genre.SONG}


def test_a_damaged_sample_is_said_to_be(tmp_path: Path) -> None:
    write_replay(works(12), [Genre.REEL], replay_file(tmp_path, "rnn"))
    content = replay_file(tmp_path, "rnn").read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"no gzip"):
        replay_file(tmp_path, "rnn").write_bytes(damaged)
        with pytest.raises((ValueError, OSError)):
            read_replay(tmp_path, "rnn")


@pytest.mark.parametrize("style", available_styles(), ids=lambda style: style.name)
def test_the_samples_that_are_shipped_are_small_and_playable(style) -> None:
    assert replay_file(WEIGHTS, style.name).stat().st_size <= LARGEST_BYTES
    replay = read_replay(WEIGHTS, style.name)
    for sequences in (replay.replayed, replay.held_out):
        assert {sequence.plan.genre for sequence in sequences} == set(style.genres)
    longest = max(replay.replayed, key=lambda sequence: len(sequence.moments))
    assert decode(longest).bars == longest.plan.bars
