"""Pieces composed with a tiny model: their form, their candidates, and the same again."""

import numpy as np
import pytest

from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.score import Key, Metre, Score
from models.composition.choices import Choices
from models.composition.composing import Composing, compose_scores
from models.composition.gate import Gate
from models.composition.norms import Norm, Norms
from models.features import pitch_range
from models.note_table import tabulate
from models.rnn.writing import RNNModel
from models.tokens import Plan
from tests.models.networks import tiny_network, tiny_profiles

MODEL = RNNModel("tiny", tiny_network(), tiny_profiles())


def choices(seed: int, genre: Genre = Genre.REEL) -> Choices:
    key, metre = Key(2), Metre(4, 4)
    request = ComposeRequest(style="rnn", seed=seed, genre=str(genre), key=key, metre=metre, tempo=100.0)
    return Choices(request, Plan(genre, key, metre, 100.0, 8, 1, 2, 6), hold_seconds=0.0)


def test_a_formed_piece_has_sections_and_a_held_ending() -> None:
    (composed,) = compose_scores(MODEL, [choices(1)], gate=None, candidates=1)
    score = composed.score
    assert [section.label for section in score.sections] == ["A", "A′"]
    assert score.end_tick == score.bars * score.metre.bar_ticks
    last = max(note for part in score.parts for note in part.notes)
    assert last.pitch % 12 == score.key.tonic


def test_a_raw_piece_has_none() -> None:
    (composed,) = compose_scores(MODEL, [choices(1)], gate=None, candidates=1, formed=False)
    assert composed.score.sections == ()


def test_the_same_choices_give_the_same_piece() -> None:
    first, again = (compose_scores(MODEL, [choices(3)], gate=None, candidates=4) for _ in range(2))
    assert first == again


def test_the_gate_lets_the_best_candidate_through() -> None:
    every = Composing(MODEL, [choices(5)], candidates=6)
    while not every.finished:
        every.advance()
    narrow = Gate(None, Norms({Genre.REEL: {"range": Norm(60.0, 10.0)}}))
    wide = Gate(None, Norms({Genre.REEL: {"range": Norm(90.0, 10.0)}}))
    low, high = (pitch_range(tabulate(every.choose_best(gate)[0].score)) for gate in (narrow, wide))
    assert low < high


@pytest.mark.parametrize("count", [1, 5])
def test_many_pieces_keep_their_order(count: int) -> None:
    asked = [
        choices(seed, genre)
        for seed, genre in zip(range(count), [Genre.REEL, Genre.CHORALE] * 3, strict=False)
    ]
    composed = compose_scores(MODEL, asked, gate=None, candidates=2, side_by_side=4)

    def labels(score: Score) -> int:
        return len(score.sections)

    assert [piece.score.key for piece in composed] == [each.plan.key for each in asked]
    assert np.all([labels(piece.score) == 2 for piece in composed])
