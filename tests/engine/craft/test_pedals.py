"""The sustaining pedal: where it is held, and that it is heard."""

from dataclasses import replace

import numpy as np
import pytest

from domain.genres import Genre
from domain.score import Note, Part, Score
from engine.craft.performance import pedalled
from engine.craft.rendering import SAMPLE_RATE, render
from tests.engine.craft.pieces import ORGAN, PIANO, chorale, jig, of_notes

HONKY_TONK, HARPSICHORD, HARP = 3, 6, 46
BAR = 48

# Broken chords over one bass a bar: C, then G.
ALBERTI = [(48, 64, 60, 64, 55, 64, 60, 64), (43, 62, 59, 62, 55, 62, 59, 62)]


def alberti(*, bars: int = 4, program: int = PIANO) -> Score:
    notes = (
        Note(BAR * bar + 6 * place, pitch, 5)
        for bar in range(bars)
        for place, pitch in enumerate(ALBERTI[bar % 2])
    )
    return of_notes(*notes, program=program, bars=bars)


def spans(score: Score, genre: Genre | None = Genre.CLASSICAL) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in pedalled(score, genre=genre)[0]]


def test_a_broken_chord_rings_until_the_next_bass() -> None:
    assert spans(alberti()) == [(0, 48), (48, 96), (96, 144), (144, 191)]


def test_a_bass_within_the_bar_changes_the_pedal() -> None:
    halves = [Note(24 * place, pitch, 24) for place, pitch in enumerate((48, 41, 43, 48))]
    above = [Note(24 * place + 12, pitch, 12) for place, pitch in enumerate((64, 69, 71, 72))]
    assert spans(of_notes(*sorted(halves + above), bars=2)) == [(0, 24), (24, 48), (48, 72), (72, 96)]


def test_a_waltz_keeps_its_bass_under_the_chords() -> None:
    bass = [Note(48 * bar, 43, 12) for bar in range(2)]
    chords = [
        Note(48 * bar + 12 * beat, pitch, 12) for bar in range(2) for beat in (1, 2) for pitch in (50, 59, 62)
    ]
    assert spans(of_notes(*sorted(bass + chords), bars=2)) == [(0, 36), (48, 84)]


def test_a_scale_is_played_without_it_and_a_slow_step_changes_it() -> None:
    run = [Note(3 * place, 60 + pitch, 3) for place, pitch in enumerate((0, 2, 4, 5, 7, 9, 11, 12))]
    assert spans(of_notes(*run, Note(24, 72, 24))) == [(24, 48)]
    steps = [Note(12 * place, pitch, 12) for place, pitch in enumerate((60, 62, 64, 65))]
    assert spans(of_notes(*steps)) == [(0, 12), (12, 24), (24, 36), (36, 48)]


def test_a_rest_is_heard() -> None:
    score = of_notes(Note(0, 48, 12), Note(36, 48, 12))
    assert spans(score) == [(0, 12), (36, 48)]


def test_both_hands_have_one_foot() -> None:
    right = Part(
        "Right hand", PIANO, tuple(Note(12 * n, pitch, 12) for n, pitch in enumerate((72, 74, 76, 77)))
    )
    left = Part("Left hand", PIANO, (Note(0, 48, 48),))
    first, second = pedalled(replace(of_notes(), parts=(right, left)), genre=Genre.ROMANTIC)
    assert first == second
    assert len(first) == 4  # the melody's steps change it for the left hand, too


@pytest.mark.parametrize(
    ("genre", "program", "held"),
    [
        (Genre.CLASSICAL, PIANO, True), (Genre.ROMANTIC, PIANO, True), (Genre.HYMN, PIANO, True),
        (Genre.FOLK, PIANO, True), (Genre.CLASSICAL, HARPSICHORD, False), (Genre.HYMN, ORGAN, False),
        (Genre.RAGTIME, PIANO, False), (Genre.RAGTIME, HONKY_TONK, False), (Genre.BAROQUE, PIANO, False),
        (Genre.REEL, PIANO, False), (Genre.REEL, HARP, True), (None, PIANO, False),
    ],
)  # fmt: skip
def test_who_has_a_pedal(genre: Genre | None, program: int, held: bool) -> None:
    assert bool(spans(alberti(program=program), genre)) is held


def test_drums_have_none() -> None:
    score = alberti()
    drums = replace(score, parts=(replace(score.parts[0], percussion=True),))
    assert pedalled(drums, genre=Genre.ROMANTIC) == ((),)


def test_what_is_pedalled_is_heard_ringing() -> None:
    """Short notes on a piano: after the keys are up, the strings still sound where the foot is down."""
    staccato = of_notes(
        *(Note(24 * place, pitch, 3) for place, pitch in enumerate((48, 55, 60, 64) * 2)), bars=4
    )

    def after_keys_are_up(genre: Genre) -> float:
        samples = render(staccato, genre=genre).samples
        beats = samples[: 7 * SAMPLE_RATE].reshape(7, SAMPLE_RATE, 2)
        first, later = beats[:, : SAMPLE_RATE // 8], beats[:, SAMPLE_RATE // 2 : 3 * SAMPLE_RATE // 4]
        return float(10 * np.log10((later**2).mean() / (first**2).mean()))

    assert after_keys_are_up(Genre.CLASSICAL) > after_keys_are_up(Genre.RAGTIME) + 10


def test_harmonies_do_not_run_into_each_other() -> None:
    """A chord of E flat, then one of E, pedalled: half a second into the second, the first is gone."""
    chords = [
        Note(48 * place, pitch, 44)
        for place, chord in enumerate(((51, 67, 70), (52, 68, 71)))
        for pitch in chord
    ]
    score = of_notes(*chords, bars=2)
    assert spans(score) == [(0, 48), (48, 92)]
    samples = render(score, genre=Genre.CLASSICAL).samples.mean(axis=1)

    def level_db(pitch: int, start_seconds: float) -> float:
        window = samples[round(start_seconds * SAMPLE_RATE) :][:SAMPLE_RATE] * np.hanning(SAMPLE_RATE)
        spectrum = np.abs(np.fft.rfft(window))
        near = round(440 * 2 ** ((pitch - 69) / 12))  # one bin a hertz
        return float(20 * np.log10(spectrum[near - 2 : near + 3].max()))

    assert level_db(67, 0.5) > level_db(68, 0.5) + 20
    assert level_db(68, 2.7) > level_db(67, 2.7) + 20


@pytest.mark.parametrize("score", [jig(program=PIANO), chorale(program=PIANO)])
def test_pedals_are_held_one_after_another(score: Score) -> None:
    for part_spans in pedalled(score, genre=Genre.FOLK):
        ends = [0]
        for span in part_spans:
            assert ends[-1] <= span.start < span.end
            ends.append(span.end)
