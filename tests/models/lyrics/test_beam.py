"""Writing: what is held stays held, rows are their own, and the beam finds what is likeliest."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from models.lyrics.beam import Manner, Sampling, sample, search
from models.lyrics.files import AnyWriter
from models.lyrics.rows import Task, Words, Written
from models.lyrics.vocabulary import EOS
from models.lyrics.wishes import Wish, Wishes
from tests.models.lyrics.toy_writers import CONFIGS, FIRST, WORDS, WordCount, toy_sources, toy_writer

SHAPES = Words.of(WORDS)
SOURCE, COPYABLE = (5, FIRST, FIRST + 1, 4, FIRST + 3), (False, True, True, False, False)
TASK = Task(SOURCE, COPYABLE, WordCount(6))
STEM, TAIL = FIRST, WORDS.id_of("s")


@pytest.fixture(params=list(CONFIGS))
def writer(request: pytest.FixtureRequest) -> AnyWriter:
    return toy_writer(request.param)


def test_a_row_keeps_its_constraints_and_knows_what_it_cost(writer: AnyWriter) -> None:
    written = sample(writer, [replace(TASK, seed=seed) for seed in range(5)], SHAPES, Manner())
    for row in written:
        assert row.hold.finished
        assert len(row.tokens) == 7
        assert row.tokens[-1] == EOS
    target = torch.tensor([row.tokens for row in written])
    sources = toy_sources().select(torch.zeros(5, dtype=torch.int64))
    assert [row.nats for row in written] == pytest.approx(writer(sources, target).sum(1).tolist(), rel=1e-4)
    assert len({row.tokens for row in written}) > 1


@pytest.mark.parametrize("guidance", [0.0, 0.5])
def test_a_row_is_drawn_as_its_seed_says_whatever_is_beside_it(writer: AnyWriter, guidance: float) -> None:
    manner = Manner(guidance=guidance)
    others = [Task((6, 4), (False, False), WordCount(left), seed=left) for left in (2, 9, 4)]
    mine = replace(TASK, seed=11)
    (alone,) = sample(writer, [mine], SHAPES, manner)
    among = sample(writer, [*others[:2], mine, others[2]], SHAPES, manner)[2]
    assert among.tokens == alone.tokens
    assert sample(writer, [mine], SHAPES, manner) == [alone]


def test_a_row_without_end_is_given_up(writer: AnyWriter) -> None:
    (row,) = sample(writer, [Task(SOURCE, COPYABLE, WordCount(50))], SHAPES, Manner(longest=8))
    assert len(row.tokens) == 8
    assert not row.hold.finished


def test_a_wide_beam_finds_the_likeliest_of_all_rows(writer: AnyWriter) -> None:
    choices = tuple(range(FIRST, FIRST + 4))
    rows = [(*row, EOS) for row in product(choices, repeat=3)]
    sources = toy_sources().select(torch.zeros(len(rows), dtype=torch.int64))
    nats = writer(sources, torch.tensor(rows)).sum(1)
    task = Task(SOURCE, COPYABLE, WordCount(3, choices))
    (found,) = search(writer, [task], SHAPES, Manner(), beams=64)
    assert found[0].tokens == rows[int(nats.argmin())]
    assert found[0].nats == pytest.approx(nats.min().item(), rel=1e-4)
    assert [row.normalised for row in found] == sorted((row.normalised for row in found), reverse=True)


def test_tasks_are_searched_apart(writer: AnyWriter) -> None:
    other = Task((6, 4), (False, False), WordCount(3))
    both = search(writer, [TASK, other], SHAPES, Manner(), beams=4)
    for task, found in zip((TASK, other), both, strict=True):
        (alone,) = search(writer, [task], SHAPES, Manner(), beams=4)
        assert [row.tokens for row in alone] == [row.tokens for row in found]
        assert len(found) == 4


def test_guidance_counts_only_where_there_are_keywords(writer: AnyWriter) -> None:
    bare = Task((6, 4), (False, False), WordCount(5))
    for task, same in ((bare, True), (TASK, False)):
        plain, guided = (
            search(writer, [task], SHAPES, Manner(guidance=guidance), beams=1)[0][0]
            for guidance in (0.0, 2.0)
        )
        assert (abs(plain.score - guided.score) < 1e-4) == same


def test_longer_rows_are_weighed_by_their_length() -> None:
    row = Written(tuple(range(7)), 8.0, -8.0, WordCount(0), Wishes(()))
    assert row.normalised == pytest.approx(-8.0 / 2**0.6)


def test_three_pieces_in_a_row_are_not_repeated() -> None:
    one, two, three = FIRST, FIRST + 1, FIRST + 2
    assert SHAPES.repeated([one, two, three, one, two]) == [three]
    assert SHAPES.repeated([one, two, 3, one, two]) == []  # three in a row do not go over a line's end
    assert SHAPES.repeated([one, TAIL, TAIL + 1, one, TAIL]) == []  # a word of three pieces may come again
    assert SHAPES.repeated([one, TAIL, two, one, TAIL]) == [two]


def test_what_repeats_is_written_only_where_nothing_else_may_be(writer: AnyWriter) -> None:
    free = Task(SOURCE, COPYABLE, WordCount(8, (FIRST, FIRST + 1, FIRST + 2)))
    for row in sample(writer, [replace(free, seed=seed) for seed in range(20)], SHAPES, Manner()):
        threes = list(zip(row.tokens, row.tokens[1:], row.tokens[2:-1], strict=False))
        assert len(set(threes)) == len(threes)
    (row,) = sample(writer, [Task(SOURCE, COPYABLE, WordCount(6, (FIRST,)))], SHAPES, Manner())
    assert row.tokens == (*[FIRST] * 6, EOS)


def test_a_wish_draws_its_next_piece_until_one_form_is_there() -> None:
    wishes = Wishes((Wish(((STEM,), (STEM + 1, TAIL))), Wish(((STEM + 2, TAIL, TAIL + 1),))))
    assert set(wishes.next_pieces()) == {STEM, STEM + 1, STEM + 2}
    begun = wishes.after(STEM + 2)
    assert set(begun.next_pieces()) == {STEM, STEM + 1, STEM + 2, TAIL}
    assert set(begun.after(TAIL).next_pieces()) >= {TAIL + 1}
    granted = begun.after(TAIL).after(TAIL + 1)
    assert set(granted.next_pieces()) == {STEM, STEM + 1}
    assert granted.after(STEM).next_pieces() == {}


def test_words_wished_for_come_oftener(writer: AnyWriter) -> None:
    wish = (Wish(((FIRST + 6,),)),)
    wished = [replace(TASK, wishes=wish, seed=seed) for seed in range(12)]
    counts = [
        np.mean([FIRST + 6 in row.tokens for row in sample(writer, wished, SHAPES, Manner(bonus=bonus))])
        for bonus in (0.0, 6.0)
    ]
    assert counts[1] == 1.0
    assert counts[0] < 1.0


def test_a_wish_is_pressed_from_the_line_on_where_it_is_due() -> None:
    wishes = Wishes((Wish(((STEM,),), due=2),))
    weights = [wishes.next_pieces(line)[STEM] for line in range(5)]
    assert weights == sorted(weights)
    assert weights[1] < weights[2] < weights[3]


def test_a_token_at_a_step_is_the_same_as_all_at_once(writer: AnyWriter) -> None:
    tasks = [replace(TASK, hold=WordCount(left), seed=left) for left in (2, 5)]
    sampling = Sampling(writer, tasks, SHAPES, Manner())
    steps = 0
    while not sampling.finished:
        sampling.step()
        steps += 1
    assert steps == 6
    assert sampling.rows == sample(writer, tasks, SHAPES, Manner())


def test_what_was_said_comes_less_often(writer: AnyWriter) -> None:
    said = frozenset({FIRST, FIRST + 1, FIRST + 2})
    tasks = [replace(TASK, said=said, seed=seed) for seed in range(20)]
    counts = [
        sum(len(said & set(row.tokens)) for row in sample(writer, tasks, SHAPES, Manner(freshness=freshness)))
        for freshness in (0.0, 5.0)
    ]
    assert counts[1] < counts[0] / 4
