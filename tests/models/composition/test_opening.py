"""Pieces that begin with music that there is, by tiny models of every style."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.requests import ComposeRequest
from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score
from domain.transformations import Source
from models.composition.choices import Choices, choose
from models.composition.composing import compose_scores
from models.drafting import Model
from models.gan.drafting import GANModel
from models.gan.generator import Generator
from models.registry import Style
from models.rnn.writing import RNNModel
from tests.models.networks import tiny_network, tiny_profiles
from tests.models.test_gan import TINY
from tests.models.vaes import tiny_model

STYLE = Style("toy", "toy-1", (Genre.REEL, Genre.CHORALE), Path("toy"), "")
COMMON = Metre(4, 4)
BAR = COMMON.bar_ticks

STEPS = (62, 66, 69, 74, 73, 69, 67, 64)


def _gan() -> GANModel:
    torch.manual_seed(1)
    return GANModel("toy", Generator(TINY).eval(), tiny_profiles())


MODELS: dict[str, Model] = {
    "rnn": RNNModel("toy", tiny_network(), tiny_profiles()),
    "vae": tiny_model(),
    "gan": _gan(),
}
by_style = pytest.mark.parametrize("style", list(MODELS))


def tune(bars: int, *, upbeat: int = 0, metre: Metre = COMMON, low: int = 0) -> tuple[Note, ...]:
    """Quarters over so many bars; with an upbeat, after a bar that holds no more than that."""
    before = tuple(Note(metre.bar_ticks - upbeat + tick, 57 - low, 12) for tick in range(0, upbeat, 12))
    start = metre.bar_ticks if upbeat else 0
    ticks = range(0, bars * metre.bar_ticks, 12)
    return *before, *(Note(start + tick, STEPS[tick // 12 % len(STEPS)] - low, 12) for tick in ticks)


def source(*lines: tuple[Note, ...], metre: Metre = COMMON, mode: Mode = Mode.MAJOR) -> Source:
    end = max(note.end for line in lines for note in line)
    parts = tuple(Part(f"part {place}", 0, line) for place, line in enumerate(lines))
    return Source.of("Ode", Score(Key(2, mode), metre, 100.0, -(-end // metre.bar_ticks), parts))


def chosen(style: str, opening: Source, **wishes: object) -> Choices:
    wishes = {"style": "toy", "seed": 3, "length_seconds": 22.0} | wishes
    return choose(ComposeRequest(opening=opening, **wishes), STYLE, MODELS[style])  # type: ignore[arg-type]


def composed(style: str, choices: Choices) -> Score:
    (made,) = compose_scores(MODELS[style], [choices], gate=None, candidates=1)
    return made.score


def notes_until(score: Score, tick: int) -> list[tuple[Note, ...]]:
    return [tuple(note for note in part.notes if note.onset < tick) for part in score.parts]


def topics(choices: Choices) -> list[Topic]:
    return [remark.topic for remark in choices.remarks]


@by_style
def test_a_tune_is_stated_note_for_note_and_comes_back(style: str) -> None:
    given_ = source(tune(4))
    choices = chosen(style, given_, genre="reel")
    score = composed(style, choices)
    assert (score.key, score.metre, choices.plan.parts) == (Key(2), COMMON, 1)
    assert notes_until(score, 4 * BAR) == [tune(4)]
    returning = [section for section in score.sections[1:] if section.idea == "A"]
    assert returning
    for section in returning:
        again = section.first_bar * BAR
        bar = [
            replace(note, onset=note.onset - again) for note in score.parts[0].notes if note.onset >= again
        ]
        assert bar[:4] == list(tune(1))
    assert score.parts[0].notes[-1].pitch % 12 == 2


@by_style
def test_a_line_is_the_highest_voice_where_a_genre_has_several(style: str) -> None:
    score = composed(style, chosen(style, source(tune(2)), genre="chorale"))
    top, *others = notes_until(score, 2 * BAR)
    assert top == tune(2)
    assert any(others)
    for line in others:
        for note in line:
            over = [lead for lead in top if lead.onset < note.end and note.onset < lead.end]
            assert all(lead.pitch > note.pitch for lead in over if lead.onset <= note.onset)


@by_style
def test_music_in_as_many_voices_as_the_genre_has_is_stated_whole(style: str) -> None:
    voices = [tune(3, low=low) for low in (0, 5, 12, 24)]
    # A triplet, and a chord in one voice: more than lanes hold.
    voices[3] = (
        Note(0, 38, 4),
        Note(4, 40, 4),
        Note(8, 42, 4),
        Note(12, 38, 36),
        Note(12, 45, 36),
        *voices[3][4:],
    )
    choices = chosen(style, source(*voices), genre="chorale")
    score = composed(style, choices)
    assert notes_until(score, 3 * BAR) == voices
    assert any(note.onset >= 3 * BAR for note in score.parts[0].notes)


@by_style
def test_a_motif_is_taken_up_where_it_ends_and_played_in_the_key_asked_for(style: str) -> None:
    motif = (Note(0, 62, 6), Note(6, 64, 6), Note(12, 66, 12))
    score = composed(style, chosen(style, source(motif), genre="reel", key=Key(4)))
    assert notes_until(score, 24) == [tuple(replace(note, pitch=note.pitch + 2) for note in motif)]
    assert any(24 <= note.onset < 2 * BAR for note in score.parts[0].notes)


@by_style
def test_an_upbeat_stands_in_a_bar_of_its_own_before_the_form(style: str) -> None:
    choices = chosen(style, source(tune(8, upbeat=12)), genre="reel")
    score = composed(style, choices)
    first, second, *_ = score.sections
    assert score.bars == choices.plan.bars + 1
    assert (first.first_bar, first.bars, second.first_bar) == (0, 5, 5)
    # What is cut of a longer tune leaves room for the upbeat to the next phrase.
    stated = [note for note in tune(8, upbeat=12) if note.onset < 5 * BAR - 12]
    assert notes_until(score, 5 * BAR - 12) == [tuple(stated)]
    assert Remark(Topic.OPENING_CUT, {"title": "Ode", "bars": "4"}) in choices.remarks


def test_the_cadence_that_is_stated_is_the_section_s_own() -> None:
    closes = (*tune(3), Note(3 * BAR, 69, 24), Note(3 * BAR + 24, 62, 24))
    score = composed("rnn", chosen("rnn", source(closes), genre="reel"))
    assert score.sections[0].cadence is Cadence.FULL
    opens = (*tune(3), Note(3 * BAR, 62, 24), Note(3 * BAR + 24, 69, 24))
    assert composed("rnn", chosen("rnn", source(opens), genre="reel")).sections[0].cadence is Cadence.HALF


def test_what_was_not_asked_for_follows_from_the_music() -> None:
    voices = chosen("rnn", source(*(tune(2, low=low) for low in (0, 5, 12, 24))))
    assert voices.request.genre == "chorale"
    assert abs(voices.plan.tempo / 100 - 1) < 0.031
    running = tuple(replace(note, onset=note.onset // 2, duration=6) for note in tune(4))
    quick = source(running).score
    assert chosen("rnn", Source.of("Reel", quick)).request.genre == "reel"
    assert chosen("rnn", Source.of("Said", quick, genre=Genre.CHORALE)).request.genre == "chorale"
    assert chosen("rnn", source(tune(2)), tempo=60.0).plan.tempo == pytest.approx(60, rel=0.031)


def test_contradictions_are_chosen_among_and_said() -> None:
    waltz = source(tune(4, metre=Metre(3, 4)), metre=Metre(3, 4))
    reel = chosen("rnn", waltz, genre="reel")
    assert reel.plan.metre == COMMON
    assert topics(reel) == [Topic.OPENING_METRE]
    assert notes_until(composed("rnn", reel), 4 * 36) == [tune(4, metre=Metre(3, 4))]
    minor = chosen("rnn", source(tune(2), mode=Mode.MINOR), genre="reel", key=Key(4))
    assert (minor.plan.key, topics(minor)) == (Key(4, Mode.MINOR), [Topic.MODE_OF_TUNE])
    voices = chosen("rnn", source(*(tune(2, low=low) for low in (0, 5, 12, 24))), genre="reel")
    assert topics(voices) == [Topic.OPENING_TUNE_ALONE]
    assert notes_until(composed("rnn", voices), 2 * BAR) == [tune(2)]


ODD: dict[str, tuple[tuple[Note, ...], Metre]] = {
    "one note": ((Note(7, 60, 5),), COMMON),
    "ten thousand notes": (tuple(Note(tick // 5, 40 + tick % 50, 1) for tick in range(10_000)), COMMON),
    "all at once": (tuple(Note(0, pitch, 300) for pitch in range(128)), COMMON),
    "far out of range": (tuple(Note(12 * beat, 127 * (beat % 2), 12) for beat in range(8)), COMMON),
    "a metre of its own": (tune(2, metre=Metre(7, 8)), Metre(7, 8)),
}


@by_style
@pytest.mark.parametrize("what", list(ODD))
def test_odd_music_makes_a_piece_too(style: str, what: str) -> None:
    line, metre = ODD[what]
    for genre in ("reel", "chorale"):
        choices = chosen(style, source(line, metre=metre), genre=genre, length_seconds=9.0)
        score = composed(style, choices)
        assert score.metre in (COMMON, metre)
        assert all(0 <= note.pitch <= 127 for part in score.parts for note in part.notes)
        assert score.parts[0].notes[-1].end == score.bars * score.metre.bar_ticks
        assert (Topic.OPENING_METRE in topics(choices)) == (metre != COMMON)
        assert Topic.OPENING_CUT in topics(choices) or what != "ten thousand notes"


def test_the_dice_keep_the_opening_and_a_seed_decides_the_rest() -> None:
    one, other = (composed("rnn", chosen("rnn", source(tune(2)), genre="reel", seed=seed)) for seed in (1, 2))
    assert notes_until(one, 2 * BAR) == notes_until(other, 2 * BAR) == [tune(2)]
    assert one.parts[0].notes != other.parts[0].notes
    assert composed("rnn", chosen("rnn", source(tune(2)), genre="reel", seed=1)) == one


NOTES = st.tuples(st.integers(0, 400), st.integers(24, 100), st.integers(1, 90))
LINES = st.lists(st.lists(NOTES, min_size=1, max_size=20), min_size=1, max_size=5)


@settings(max_examples=25)
@given(
    LINES,
    st.sampled_from([COMMON, Metre(3, 4), Metre(6, 8), Metre(7, 8), Metre(2, 2)]),
    st.sampled_from([None, "reel", "chorale"]),
    st.sampled_from([5.0, 13.0, 20.0]),
)
def test_whatever_it_is_a_piece_comes_of_it_and_its_recipe_leads_there_again(
    lines: list[list[tuple[int, int, int]]], metre: Metre, genre: str | None, seconds: float
) -> None:
    opening = source(*(tuple(sorted(Note(*note) for note in line)) for line in lines), metre=metre)
    choices = chosen("rnn", opening, genre=genre, length_seconds=seconds)
    again = choose(choices.request, STYLE, MODELS["rnn"])
    assert (again.plan, again.opening, again.remarks) == (choices.plan, choices.opening, choices.remarks)
    score = composed("rnn", choices)
    assert score.bars - choices.plan.bars in (0, 1)
    if choices.stated is not None:
        assert sum(map(len, choices.stated.parts)) > 0
        # Octaves of the composer's key and the seed's differ by less than one.
        kept = {(note.onset, note.pitch % 12) for part in score.parts for note in part.notes}
        shift = choices.plan.key.tonic
        added = (score.bars - choices.plan.bars) * score.metre.bar_ticks
        for line in choices.stated.parts:
            assert {(note.onset + added, (note.pitch + shift) % 12) for note in line} <= kept
