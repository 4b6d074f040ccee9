"""Whatever a model draws, a scripted piece repeats what it should and closes where it should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Cadence, Key, Metre, Mode, Score
from models.composition.cadences import cadence_degrees, cadence_tick
from models.composition.form import Passage, plan_form
from models.composition.script import script_of
from models.grammar import Draft
from models.tokens import Plan, decode


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    return Plan(
        genre=draw(st.sampled_from(list(Genre))),
        key=Key(draw(st.integers(0, 11)), draw(st.sampled_from(list(Mode)))),
        metre=Metre.parse(draw(st.sampled_from(["4/4", "3/4", "6/8", "3/8", "9/8", "2/4"]))),
        tempo=100.0,
        bars=draw(st.sampled_from([1, 3, 4, 8, 12, 16])),
        parts=draw(st.integers(1, 4)),
        density=3,
        register=5,
    )


def walk(plan: Plan, passages: tuple[Passage, ...], seed: int) -> Score:
    """A piece whose tokens are drawn without any sense, but for what the script says."""
    random = np.random.default_rng(seed)
    draft = Draft(plan, script_of(passages, plan))
    for _ in range(20_000):
        if draft.finished:
            return decode(draft.sequence())
        copied = draft.copied_moment() if draft.at_moment_start else None
        for token in copied or (int(random.choice(np.flatnonzero(draft.allowed()))),):
            draft.push(token)
    raise AssertionError("the piece never ended")


def degrees_at(score: Score, tick: int) -> list[int]:
    sounding = sorted(
        note.pitch for part in score.parts for note in part.notes if note.onset <= tick < note.end
    )
    return [(pitch - score.key.tonic) % 12 for pitch in sounding]


@given(plans(), st.integers(0, 2**32 - 1))
def test_senseless_pieces_still_end_in_their_last_bar(plan: Plan, seed: int) -> None:
    score = walk(
        plan, plan_form(plan.genre, plan.key, plan.metre, plan.bars, np.random.default_rng(seed)), seed
    )
    last_onset = max(note.onset for part in score.parts for note in part.notes)
    assert (plan.bars - 1) * plan.metre.bar_ticks <= last_onset < plan.end_tick


@pytest.mark.parametrize("parts", [1, 2, 4])
@pytest.mark.parametrize("mode", list(Mode))
def test_even_senseless_pieces_keep_their_cadences(parts: int, mode: Mode) -> None:
    kept: list[bool] = []
    for seed in range(20):
        plan = Plan(Genre.FOLK, Key(seed % 12, mode), Metre(3, 4), 100.0, 16, parts, 3, 5)
        passages = plan_form(plan.genre, plan.key, plan.metre, plan.bars, np.random.default_rng(seed))
        score = walk(plan, passages, seed)
        for passage in passages[:-1]:
            heard = degrees_at(score, cadence_tick(plan.metre, passage.section))
            cadence = passage.section.cadence or Cadence.FULL
            kept.append(bool(heard) and heard[0] in cadence_degrees(cadence, parts))
    # Noise may fill a moment with all the notes it can hold before its chord is mended.
    assert np.mean(kept) >= 0.95


@pytest.mark.parametrize("genre", [Genre.REEL, Genre.FOLK, Genre.CHORALE])
def test_what_returns_is_what_was_there(genre: Genre) -> None:
    plan = Plan(genre, Key(2), Metre(4, 4), 100.0, 16, 2, 3, 5)
    passages = plan_form(genre, plan.key, plan.metre, plan.bars, np.random.default_rng(3))
    score = walk(plan, passages, seed=4)
    for passage in passages:
        if passage.source is None:
            continue
        first_bar = passage.section.first_bar
        source_bar = passages[passage.source].section.first_bar

        def bar_of(bar: int) -> set[tuple[int, int]]:
            start = bar * plan.metre.bar_ticks
            return {
                (note.onset - start, note.pitch)
                for part in score.parts
                for note in part.notes
                if start <= note.onset < start + plan.metre.bar_ticks
            }

        assert bar_of(first_bar) == bar_of(source_bar)
