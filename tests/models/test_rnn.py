"""The network's two ways of running agree: all at once when it learns, moment by moment when it writes."""

import torch

from domain.genres import Genre
from domain.score import Key
from models.plans import make_plan
from models.rnn.network import PAD, Moments, gather_moments
from models.rnn.writing import Writing, write
from models.tokens import Plan, decode, encode
from tests.models.networks import tiny_network, tiny_profiles
from training.rnn.teaching import as_piece, collate


def _plan(bars: int = 4, genre: Genre = Genre.CHORALE) -> Plan:
    habit = tiny_profiles()[genre].habits[0]
    return make_plan(genre, habit, key=Key(7), tempo=84.0, bars=bars)


def test_writing_sees_the_features_that_training_sees() -> None:
    network = tiny_network()
    writing = Writing(network, [_plan()], [5], temperatures=[1.0], top_p=1.0)
    stepwise: list[torch.Tensor] = []
    stage = writing._feature_stage
    writing._feature_stage = lambda: stepwise.append(stage()) or stepwise[-1]  # type: ignore[method-assign]
    while not writing.finished:
        writing.advance()
    piece = as_piece(writing.sequences[0])
    with torch.no_grad():
        at_once = network.features(collate([(piece, 0, len(piece))]))
    assert torch.allclose(torch.stack(stepwise, 1), at_once, atol=1e-5)


def test_every_token_is_predicted_once_and_padding_never() -> None:
    pieces = [
        as_piece(sequence)
        for sequence in write(tiny_network(), [_plan(2), _plan(3)], [1, 2], temperature=1.0, top_p=1.0)
    ]
    batch = collate([(piece, 0, len(piece)) for piece in pieces])
    logits, targets = tiny_network()(batch)
    assert sorted(targets.tolist()) == sorted(
        token for token in batch.tokens.flatten().tolist() if token != PAD
    )
    assert logits.shape == (len(targets), tiny_network().config.vocabulary)


def test_the_likelihood_of_a_moment_depends_on_the_past_alone() -> None:
    network = tiny_network()
    (sequence,) = write(network, [_plan()], [3], temperature=1.0, top_p=1.0)
    piece = as_piece(sequence)
    batch = collate([(piece, 0, len(piece))])
    cut = len(piece) // 2
    changed = batch.tokens.clone()
    changed[:, cut:] = changed[:, cut:].flip(1)
    with torch.no_grad():
        before = network.features(batch)
        after = network.features(Moments(changed, batch.conditions, batch.lookbacks, batch.sounding))
    assert torch.allclose(before[:, : cut + 1], after[:, : cut + 1])
    assert not torch.allclose(before[:, cut + 1 :], after[:, cut + 1 :])


def test_pieces_of_a_batch_repeat_exactly_and_follow_their_seeds() -> None:
    plans = [_plan(2), _plan(2), _plan(3, Genre.REEL)]
    first = write(tiny_network(), plans, [1, 2, 3], temperature=0.9, top_p=0.95)
    again = write(tiny_network(), plans, [1, 2, 3], temperature=0.9, top_p=0.95)
    assert first == again
    assert first[0] != first[1]
    assert all(encode(decode(s), s.plan.genre).ticks[-1] == s.ticks[-1] for s in first)


def test_gathering_gives_zeros_where_there_is_nothing_to_look_back_on() -> None:
    encoded = torch.arange(6.0).reshape(1, 3, 2)
    picked = gather_moments(encoded, torch.tensor([[[2, -1]]]))
    assert picked.tolist() == [[[[4.0, 5.0], [0.0, 0.0]]]]
