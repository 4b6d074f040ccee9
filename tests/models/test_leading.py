"""However tokens are drawn, a sung part keeps to its rhythm and compass, and the piece stays legal."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Score
from models.grammar import TRIADS, Draft
from models.scripts import Arrival, Copy, Lead, Script
from models.tokens import END, GRID, Plan, decode

HALF = frozenset({7, 11, 2})


@st.composite
def sung_pieces(draw: st.DrawFn) -> tuple[Plan, Script]:
    """Four lines of two bars; the third is the first again, but for its last note."""
    metre = Metre.parse(draw(st.sampled_from(["4/4", "3/4", "6/8"])))
    mode = draw(st.sampled_from(list(Mode)))
    parts = draw(st.integers(1, 4))
    bar = metre.bar_ticks
    pickup = draw(st.sampled_from([0, 6, 12]))
    inner = draw(st.lists(st.integers(1, 2 * bar // 6 - 3), min_size=1, max_size=8, unique=True))
    places = [0, *(6 * place for place in sorted(inner))]
    onsets = [bar + 2 * bar * line + place - pickup for line in range(4) for place in places]
    ends = [*onsets[1:], 9 * bar]
    spoken = (6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 66, 72)
    notes = tuple(
        (on, max(ticks for ticks in spoken if ticks <= end - on))
        for on, end in zip(onsets, ends, strict=True)
    )
    lowest = draw(st.integers(52, 64))
    triad = TRIADS[mode]
    last = onsets[2 * len(places) - 1]
    arrivals = (
        Arrival(last, HALF, frozenset({7}) if parts > 1 else HALF, HALF),
        Arrival(onsets[-1], triad, frozenset({0}), frozenset({0}), final=True),
    )
    third, its_end = onsets[2 * len(places)], onsets[3 * len(places) - 1]
    copies = (Copy(third, its_end, onsets[0]),) if len(places) > 1 else ()
    plan = Plan(Genre.HYMN, Key(draw(st.integers(0, 11)), mode), metre, 100.0, 9, parts, 2, 4)
    return plan, Script(arrivals, copies, Lead(notes, lowest, lowest + draw(st.integers(12, 17))))


def walk(plan: Plan, script: Script, seed: int, habit: str) -> Score:
    random = np.random.default_rng(seed)
    draft = Draft(plan, script)
    last = 0
    for _ in range(20_000):
        if draft.finished:
            sequence = draft.sequence()
            assert last == END == sequence.moments[-1][-1]
            return decode(sequence)
        copied = draft.copied_moment() if draft.at_moment_start else None
        allowed = np.flatnonzero(draft.allowed())
        drawn = int({"any": random.choice(allowed), "first": allowed[0], "last": allowed[-1]}[habit])
        for last in copied or (drawn,):
            draft.push(last)
    raise AssertionError("the piece never ended")


@settings(max_examples=30, deadline=None)
@given(sung_pieces(), st.integers(0, 2**32 - 1), st.sampled_from(["any", "first", "last"]))
def test_a_sung_part_keeps_its_rhythm_whatever_is_drawn(
    piece: tuple[Plan, Script], seed: int, habit: str
) -> None:
    plan, script = piece
    assert script.lead is not None
    score = walk(plan, script, seed, habit)
    sung = score.parts[0].notes
    assert [(note.onset, note.duration) for note in sung] == list(script.lead.notes)
    notes = [note for part in score.parts for note in part.notes]
    assert all(note.onset % 12 in GRID and 0 < note.end <= plan.end_tick for note in notes)
    assert min(note.onset for note in notes) == sung[0].onset


@settings(max_examples=30, deadline=None)
@given(sung_pieces(), st.integers(0, 2**32 - 1))
def test_a_sung_part_keeps_its_compass_and_leaps_that_can_be_sung(
    piece: tuple[Plan, Script], seed: int
) -> None:
    plan, script = piece
    assert script.lead is not None
    draft_key = Plan(
        plan.genre, Key(0, plan.key.mode), *(plan.metre, plan.tempo, plan.bars, plan.parts, 2, 4)
    )
    score = walk(draft_key, script, seed, "any")
    pitches = [note.pitch for note in score.parts[0].notes]
    assert script.lead.lowest <= min(pitches) <= max(pitches) <= script.lead.highest
    arrivals = {arrival.tick for arrival in script.arrivals}
    for before, note in zip(score.parts[0].notes, score.parts[0].notes[1:], strict=False):
        copied = any(note.onset in (copy.start, copy.end) for copy in script.copies)
        if note.onset not in arrivals and not copied:
            assert abs(note.pitch - before.pitch) in {0, 1, 2, 3, 4, 5, 7, 8, 9, 12}


@settings(max_examples=30, deadline=None)
@given(sung_pieces(), st.integers(0, 2**32 - 1))
def test_what_accompanies_begins_below_what_is_sung(piece: tuple[Plan, Script], seed: int) -> None:
    plan, script = piece
    score = walk(plan, script, seed, "any")
    sung = score.parts[0].notes
    for part in score.parts[1:]:
        for note in part.notes:
            over = [each.pitch for each in sung if each.onset <= note.onset][-1]
            assert note.pitch < over


@settings(max_examples=30, deadline=None)
@given(sung_pieces(), st.integers(0, 2**32 - 1))
def test_a_line_that_returns_is_sung_to_the_same_notes(piece: tuple[Plan, Script], seed: int) -> None:
    plan, script = piece
    score = walk(plan, script, seed, "any")
    for copy in script.copies:
        moved = copy.start - copy.source
        source = [
            (n.onset + moved, n.pitch)
            for n in score.parts[0].notes
            if n.onset + moved < copy.end and n.onset >= copy.source
        ]
        again = [(n.onset, n.pitch) for n in score.parts[0].notes if copy.start <= n.onset < copy.end]
        assert again == source
