"""When notes are played, measured on whole performances."""

from dataclasses import replace
from statistics import mean, pstdev

import pytest

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from engine.craft.performance import PlayedPart, perform
from engine.craft.rendering import render
from engine.craft.timing import MAX_RITARDANDO_SECONDS
from tests.engine.craft.pieces import ORGAN, PIANO, chorale, jig, of_notes

GUITAR, HARP, MUSIC_BOX = 24, 46, 10


def eighths(*, bars: int = 16) -> Score:
    return of_notes(*(Note(6 * place, 60 + place % 5, 6) for place in range(8 * bars)), bars=bars)


def lateness(player: PlayedPart, score: Score) -> list[float]:
    """Seconds by which each note of the first part comes after its time on the grid."""
    return [
        played.start_seconds - note.onset * score.seconds_per_tick
        for played, note in zip(player.notes, score.parts[0].notes, strict=True)
    ]


def shares(score: Score, genre: Genre, *, of_beat: int) -> list[float]:
    """Where in the beat its second (and third) note falls, on average."""
    beat_seconds = score.metre.beat_ticks * score.seconds_per_tick
    starts = [note.start_seconds / beat_seconds % 1 for note in perform(score, genre=genre)[0].notes]
    return [mean(starts[place::of_beat]) for place in range(1, of_beat)]


def test_a_hornpipe_swings_and_a_rag_does_not() -> None:
    assert shares(eighths(), Genre.HORNPIPE, of_beat=2) == pytest.approx([0.6], abs=0.02)
    assert shares(eighths(), Genre.RAGTIME, of_beat=2) == pytest.approx([0.5], abs=0.02)


def test_a_jigs_first_eighth_is_its_longest_and_the_second_its_shortest() -> None:
    notes = tuple(Note(6 * place, 60 + place % 5, 6) for place in range(96))
    score = Score(Key(7), Metre(6, 8), 115, 16, (Part("Fiddle", 110, notes),))
    on_the_grid = shares(score, Genre.POLKA, of_beat=3)
    second, third = (
        lilting - straight
        for lilting, straight in zip(shares(score, Genre.JIG, of_beat=3), on_the_grid, strict=True)
    )
    assert 0.02 < second < 0.05
    assert -0.03 < third < -0.005
    assert on_the_grid == pytest.approx([1 / 3, 2 / 3], abs=0.02)


def test_triplets_and_dotted_notes_are_not_bent() -> None:
    triplets = [Note(48 * bar + at, 60 + at % 5, 4) for bar in range(8) for at in (0, 4, 8)]
    dotted = [Note(48 * bar + 12 + at, 70, 3) for bar in range(8) for at in (0, 9)]
    score = of_notes(*sorted(triplets + dotted), bars=8)
    late = lateness(perform(score, genre=Genre.HORNPIPE)[0], score)
    assert max(map(abs, late)) < 0.025


def test_all_parts_swing_together() -> None:
    tune = tuple(Note(6 * place, 72, 6) for place in range(64))
    drums = tuple(Note(6 * place, 42, 6) for place in range(64) if place % 3)
    parts = (Part("Fiddle", 110, tune), Part("Drums", 0, drums, percussion=True))
    lead, drummer = perform(replace(of_notes(bars=8), parts=parts), genre=Genre.HORNPIPE)
    onsets = [round(note.onset) for note in drums]
    together = [lead.notes[onset // 6].start_seconds for onset in onsets]
    apart = [a - b.start_seconds for a, b in zip(together, drummer.notes, strict=True)]
    assert max(map(abs, apart)) < 0.03


@pytest.mark.parametrize("genre", list(Genre))
def test_only_what_is_no_dance_slows_down_and_never_by_much(genre: Genre) -> None:
    score = chorale(bars=16, program=PIANO)
    player = perform(score, genre=genre)[0]
    *_, before, last = lateness(player, score)
    dance = genre in {Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA, Genre.RAGTIME}
    if dance:
        assert abs(last) < 0.03
    else:
        assert 0.2 < last < MAX_RITARDANDO_SECONDS + 0.03
        assert before < last
    assert max(map(abs, lateness(player, score)[:40])) < 0.15


def test_slowing_down_leaves_the_length_as_asked() -> None:
    """Of the tail there is enough to take from; nothing ends later."""
    score = chorale(bars=8, program=ORGAN, tempo=96)
    length_seconds = score.seconds + 1.6
    for genre in (Genre.HYMN, Genre.REEL):
        audio = render(score, genre=genre, length_seconds=length_seconds)
        assert audio.seconds == pytest.approx(length_seconds, abs=0.02)


def test_a_piece_of_a_single_note_does_not_slow_down() -> None:
    (player,) = perform(of_notes(Note(0, 60, 48)), genre=Genre.ROMANTIC)
    (note,) = player.notes
    assert note.end_seconds == pytest.approx(2.0, abs=0.02)


def test_romantic_phrases_are_quicker_in_their_middle() -> None:
    score = eighths()
    starts = [note.start_seconds for note in perform(score, genre=Genre.ROMANTIC)[0].notes]
    bars = [starts[8 * (bar + 1)] - starts[8 * bar] for bar in range(8)]
    assert bars[1] + bars[2] < bars[0] + bars[3] - 0.05
    assert starts[32] == pytest.approx(8.0, abs=0.02)  # the next phrase begins on time


def test_hands_are_not_machines_and_drums_are_tight() -> None:
    drums = Part("Drums", 0, tuple(Note(12 * n, 38, 6) for n in range(64)), percussion=True)
    piano = Part("Piano", PIANO, tuple(Note(12 * n, 60 + n % 5, 12) for n in range(64)))
    box = Part("Music box", MUSIC_BOX, piano.notes)
    spread = {
        part.name: pstdev(lateness(perform(score)[0], score))
        for part in (drums, piano, box)
        for score in [replace(of_notes(bars=16), parts=(part,))]
    }
    assert spread["Music box"] == pytest.approx(0, abs=1e-9)
    assert 0 < spread["Drums"] < 0.002 < spread["Piano"] < 0.008


def test_the_melody_is_a_hair_ahead_of_its_accompaniment() -> None:
    score = chorale(bars=16)
    lead, *others = ([note.start_seconds for note in player.notes] for player in perform(score))
    for other in others:
        ahead = mean(b - a for a, b in zip(lead, other, strict=True))
        assert 0.004 < ahead < 0.015


@pytest.mark.parametrize(
    ("program", "least", "most"), [(GUITAR, 0.03, 0.06), (HARP, 0.05, 0.08), (ORGAN, 0, 0)]
)
def test_chords_are_rolled_on_strings_alone(program: int, least: float, most: float) -> None:
    chords = (Note(48 * bar, pitch, 48) for bar in range(4) for pitch in (48, 55, 60, 64, 67))
    score = of_notes(*chords, program=program, bars=4)
    starts = [note.start_seconds for note in perform(score)[0].notes[5:10]]
    assert starts == sorted(starts)  # from the lowest up
    assert least <= starts[-1] - starts[0] + 1e-9
    assert starts[-1] - starts[0] <= most + 1e-9


def test_jigs_and_reels_end_together_with_the_grid() -> None:
    score = jig()
    (player,) = perform(score, genre=Genre.JIG)
    assert player.notes[-1].end_seconds == pytest.approx(score.seconds, abs=0.03)
