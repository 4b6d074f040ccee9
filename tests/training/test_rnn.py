"""What the composer learns from: windows, batches and likelihoods over small works."""

from itertools import pairwise

import numpy as np
import torch

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.rnn.network import PAD
from models.tokens import encode
from tests.models.networks import tiny_network
from training.rnn.teaching import Epochs, as_piece, collate, total_nll


def scale(bars: int, genre: Genre = Genre.REEL, *, top: int = 72):
    """A piece of quarters that walk up and down."""
    notes = tuple(Note(12 * beat, top - beat % 5, 12) for beat in range(4 * bars))
    return as_piece(encode(Score(Key(0), Metre(4, 4), 100.0, bars, (Part("", 0, notes),)), genre))


def test_held_notes_are_told_until_they_end() -> None:
    score = Score(
        Key(0),
        Metre(4, 4),
        100.0,
        1,
        (Part("", 0, (Note(0, 72, 12), Note(12, 74, 12), Note(24, 76, 24))), Part("", 0, (Note(0, 48, 24),))),
    )
    piece = as_piece(encode(score, Genre.FOLK))
    held = [[int(row) + 21 for row in np.flatnonzero(moment)] for moment in piece.sounding]
    assert held == [[], [48], []]


def test_looking_back_lands_on_the_moment_bars_ago_or_nowhere() -> None:
    piece = scale(10)
    assert piece.back[36].tolist() == [32, 28, 20, 4]
    assert piece.back[7].tolist() == [3, -1, -1, -1]


def test_windows_cover_every_moment_of_every_piece_once_where_genres_are_alike() -> None:
    pieces = [scale(30, top=70), scale(30, top=80)]
    windows = Epochs(pieces, window=50, batch=4).windows(3)
    for piece in pieces:
        seen = sorted((start, end) for owner, start, end in windows if owner is piece)
        assert seen[0][0] == 0
        assert all(end - start <= 50 for start, end in seen)
        assert all(end == start for (_, end), (start, _) in pairwise(seen))


def test_small_genres_are_heard_more_often() -> None:
    pieces = [scale(12) for _ in range(16)] + [scale(12, Genre.JIG)]
    windows = Epochs(pieces, window=100, batch=4).windows(0)
    jigs = sum(piece.genre is Genre.JIG for piece, _, _ in windows)
    assert jigs >= 2
    assert len(windows) - jigs < 17


def test_padding_changes_no_likelihood() -> None:
    short, long = scale(4), scale(9, top=90)
    network = tiny_network()
    alone = sum(total_nll(network, [short, long], torch.device("cpu")))
    batch = collate([(short, 0, len(short)), (long, 0, len(long))])
    with torch.no_grad():
        logits, targets = network(batch)
        together = torch.nn.functional.cross_entropy(logits, targets, reduction="sum").item()
    assert (batch.tokens[0, len(short) :] == PAD).all()
    assert abs(together - alone) < 0.02 * alone  # alone may be computed in half precision


def test_a_window_looks_back_only_within_itself() -> None:
    piece = scale(10)
    batch = collate([(piece, 8, 24)])
    assert batch.lookbacks[0, 0].tolist() == [-1, -1, -1, -1]
    assert batch.lookbacks[0, 8].tolist() == [4, 0, -1, -1]
