"""However tokens are drawn among those allowed, what comes out is a legal piece."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Key, Mode
from models.grammar import Draft
from models.tokens import END, GRID, METRES, Plan, decode, duration_token, encode, note_token


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    return Plan(
        genre=Genre.REEL,
        key=Key(draw(st.integers(0, 11)), draw(st.sampled_from(list(Mode)))),
        metre=draw(st.sampled_from(METRES)),
        tempo=100.0,
        bars=draw(st.integers(1, 4)),
        parts=draw(st.integers(1, 4)),
        density=3,
        register=5,
    )


@given(plans(), st.integers(0, 2**32 - 1), st.sampled_from(["any", "first", "last"]))
def test_every_walk_through_the_grammar_ends_in_a_legal_piece(plan: Plan, seed: int, habit: str) -> None:
    random = np.random.default_rng(seed)
    draft = Draft(plan)
    for _ in range(100_000):
        if draft.finished:
            break
        allowed = np.flatnonzero(draft.allowed())
        draft.push(int({"any": random.choice(allowed), "first": allowed[0], "last": allowed[-1]}[habit]))
    sequence = draft.sequence()
    score = decode(sequence)
    notes = [note for part in score.parts for note in part.notes]
    assert sequence.moments[-1][-1] == END
    assert notes
    assert all(note.onset % 12 in GRID and 0 < note.end <= plan.end_tick for note in notes)
    assert sequence.ticks[-1] >= plan.end_tick - plan.metre.bar_ticks
    assert sequence.ticks[-1] <= plan.end_tick - min(plan.metre.beat_ticks, plan.metre.bar_ticks)
    # What was written can be said again, moment by moment.
    assert encode(score, plan.genre).ticks[-1] == sequence.ticks[-1]


def test_the_end_waits_for_the_tonic_in_the_bass() -> None:
    plan = Plan(Genre.REEL, Key(0), METRES[0], 100.0, 1, 1, 3, 5)
    away, home = Draft(plan), Draft(plan)
    for draft, pitch in ((away, 62), (home, 60)):
        draft.push(note_token(0, pitch))
        draft.push(duration_token(12))
    assert not away.allowed()[END]
    assert home.allowed()[END]
