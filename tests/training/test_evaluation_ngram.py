import numpy as np
import pytest

from domain.genres import Genre
from training.evaluation.ngram import fit, fit_floors

VOCABULARY = 6


def second_order(count: int, *, seed: int, length: int = 40) -> list[list[int]]:
    """Sequences whose every token depends on the two before it."""
    table = np.random.default_rng(0).dirichlet(np.full(VOCABULARY, 0.2), (VOCABULARY, VOCABULARY))
    rng = np.random.default_rng(seed)
    sequences: list[list[int]] = []
    for _ in range(count):
        tokens = [0, 0]
        while len(tokens) < length:
            tokens.append(int(rng.choice(VOCABULARY, p=table[tokens[-2], tokens[-1]])))
        sequences.append(tokens)
    return sequences


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_one_and_agree_with_the_nll(order):
    model = fit(second_order(60, seed=1), order=order, vocabulary=VOCABULARY)
    sequence = [0, 0, 5, 1, 4, 4, 2, 3]
    costs = model.token_nlls(sequence)
    for place, token in enumerate(sequence):
        distribution = model.next_token_probabilities(sequence[:place])
        assert distribution.sum() == pytest.approx(1)
        assert (distribution > 0).all()
        assert -np.log(distribution[token]) == pytest.approx(costs[place])
    assert model.nll(sequence) == pytest.approx(costs.sum())
    assert model.nll(sequence, given=3) == pytest.approx(costs[3:].sum())


def test_a_hand_counted_bigram():
    # After 0 always 1, after 1 always 0: too little to estimate discounts from, so 0.75 each.
    model = fit([[0, 1, 0, 1]], order=2, vocabulary=2)
    # 0 follows the boundary and 1; 1 follows 0 only.
    unigram = (np.array([2, 1]) - 0.75) / 3 + (1.5 / 3) / 2
    assert model.next_token_probabilities([])[0] == pytest.approx((1 - 0.75) / 1 + 0.75 * unigram[0])
    assert model.next_token_probabilities([0])[1] == pytest.approx((2 - 0.75) / 2 + 0.375 * unigram[1])
    assert model.next_token_probabilities([1])[0] == pytest.approx((1 - 0.75) / 1 + 0.75 * unigram[0])


def test_the_order_of_the_source_wins_and_nears_its_entropy():
    train, valid, test = (second_order(count, seed=seed) for count, seed in ((400, 1), (30, 2), (30, 3)))
    model = fit_floors({Genre.REEL: train}, {Genre.REEL: valid}, vocabulary=VOCABULARY, orders=range(1, 6))[
        Genre.REEL
    ]
    assert model.order == 3
    uniform = 30 * 40 * np.log(VOCABULARY)
    assert sum(map(model.nll, test)) < 0.6 * uniform


def test_contexts_do_not_reach_across_sequences():
    apart = fit([[0, 1], [2, 3]], order=2, vocabulary=4)
    joined = fit([[0, 1, 2, 3]], order=2, vocabulary=4)
    assert apart.next_token_probabilities([1])[2] < joined.next_token_probabilities([1])[2]


def test_a_small_genre_may_learn_from_all():
    rich, poor = second_order(300, seed=1), second_order(2, seed=2)
    other = [[5, 4, 3, 2, 1, 0] * 5] * 20
    floors = fit_floors(
        {Genre.REEL: rich, Genre.SLIP_JIG: poor, Genre.POLKA: other},
        {Genre.SLIP_JIG: second_order(10, seed=3), Genre.POLKA: other[:2]},
        vocabulary=VOCABULARY,
        orders=(2, 3),
    )
    alone = fit(poor, order=floors[Genre.SLIP_JIG].order, vocabulary=VOCABULARY)
    test = second_order(20, seed=4)
    assert sum(map(floors[Genre.SLIP_JIG].nll, test)) < sum(map(alone.nll, test))
    own = fit(other, order=floors[Genre.POLKA].order, vocabulary=VOCABULARY)
    assert floors[Genre.POLKA].nll(other[0]) == pytest.approx(own.nll(other[0]))


def test_tokens_outside_the_vocabulary_are_refused():
    model = fit([[0, 1]], order=2, vocabulary=2)
    with pytest.raises(ValueError, match="vocabulary of 2"):
        model.nll([0, 2])
    with pytest.raises(ValueError, match="vocabulary of 2"):
        fit([[-1]], order=2, vocabulary=2)
    with pytest.raises(ValueError, match="nothing to learn"):
        fit([], order=2, vocabulary=2)


def test_an_empty_sequence_costs_nothing():
    assert fit([[0, 1]], order=3, vocabulary=2).nll([]) == 0
