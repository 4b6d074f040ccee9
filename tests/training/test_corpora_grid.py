"""The grid, the bar lines and the keys, on music written for the purpose."""

import itertools

import pytest

from domain.score import Key, Metre, Mode, Note, Part
from training.corpora.bars import find_pickup
from training.corpora.keys import find_dance_key, find_key
from training.corpora.midi import KeySignature, TimedNote
from training.corpora.quantize import snap
from training.corpora.shared_bars import find_pickups
from training.corpora.voices import split_voices


def line(*steps: tuple[float, int], start: float = 0.0) -> list[TimedNote]:
    """Notes one after the other, as (quarters, pitch)."""
    onsets = itertools.accumulate((length for length, _ in steps), initial=start)
    return [
        TimedNote(onset, onset + length, pitch) for onset, (length, pitch) in zip(onsets, steps, strict=False)
    ]


def melody(*steps: tuple[int, int], start: int = 0) -> tuple[Note, ...]:
    """Notes one after the other, as (ticks, pitch)."""
    onsets = itertools.accumulate((length for length, _ in steps), initial=start)
    return tuple(Note(onset, pitch, length) for onset, (length, pitch) in zip(onsets, steps, strict=False))


def test_triplets_and_sixteenths_are_told_apart_beat_by_beat():
    third = 1 / 3
    notes = line((third, 60), (third, 62), (third, 64), (0.25, 65), (0.25, 64), (0.5, 62), (1.5, 60))
    snapped = snap(notes)
    assert [note.onset for note in snapped.notes] == [0, 4, 8, 12, 15, 18, 24]
    assert [note.duration for note in snapped.notes] == [4, 4, 4, 3, 3, 6, 18]
    assert snapped.bent_share == 0


def test_beats_that_begin_after_an_upbeat_are_put_on_whole_quarters_first():
    third = 1 / 3
    notes = line((0.5, 60), (third, 62), (third, 64), (third, 65), (1, 67))
    assert [note.onset for note in snap(notes, later=0.5).notes] == [6, 12, 16, 20, 24]
    assert snap(notes, later=0.5).bent_share == 0 < snap(notes).bent_share


@pytest.mark.parametrize("late", [-0.02, 0.02])
def test_small_unevenness_is_straightened_and_not_counted(late: float):
    snapped = snap([TimedNote(1 + late, 1.98, 60), TimedNote(2.5 + late, 2.97, 62)])
    assert [(note.onset, note.duration) for note in snapped.notes] == [(12, 12), (30, 6)]
    assert snapped.off_grid == 0


def test_an_ornament_gives_way_to_its_note_but_a_chord_stays_whole():
    grace, *chord = TimedNote(0.94, 1.0, 74), TimedNote(1.0, 2.0, 72), TimedNote(1.0, 2.0, 64)
    snapped = snap([TimedNote(0.0, 0.94, 60), grace, *chord])
    assert [(note.onset, note.pitch) for note in snapped.notes] == [(0, 60), (12, 64), (12, 72)]
    assert snapped.lost == 1


def test_a_pitch_ends_where_it_sounds_again():
    snapped = snap([TimedNote(0, 4, 60), TimedNote(0, 4, 67), TimedNote(1, 2, 60)])
    assert [(note.onset, note.pitch, note.duration) for note in snapped.notes] == [
        (0, 60, 12),
        (0, 67, 48),
        (12, 60, 12),
    ]


def hymn(pickup: int) -> list[Part]:
    """Four phrases over I-IV-V-I, a chord a half bar, with an upbeat of `pickup` ticks in 4/4."""
    chords = [(48, 64, 67, 72), (53, 65, 69, 72), (55, 62, 67, 71), (48, 64, 67, 72)] * 4
    parts: list[Part] = []
    for voice, name in enumerate(("bass", "tenor", "alto", "soprano")):
        notes: list[Note] = [Note(0, chords[2][voice], pickup)] if pickup else []
        for index, chord in enumerate(chords):
            start = pickup + 48 * index
            notes += [Note(start, chord[voice], 24), Note(start + 24, chord[voice], 24)]
        last = notes[-1]
        parts.append(Part(name, 0, (*notes[:-1], Note(last.onset, last.pitch, 24 - pickup))))
    return parts


@pytest.mark.parametrize("pickup", [0, 6, 12])
def test_the_upbeat_of_a_piece_is_found(pickup: int):
    assert find_pickup(hymn(pickup), Metre(4, 4)) == pickup


def test_marks_on_bar_lines_decide():
    assert find_pickup(hymn(0), Metre(4, 4), marks=[0, 12 + 48, 12 + 480]) == 12


def jig(seed: int, pickup: int) -> tuple[Part, ...]:
    """Eight bars of 6/8 with long notes on the two beats, in a contour of their own."""
    root = 62 + seed % 7
    bars: list[tuple[int, int]] = []
    for bar in range(8):
        turn = (seed + bar) % 3
        bars += [(12, root + turn), (6, root + 2), (6, root + 4), (6, root + 2 + turn), (6, root)]
    bars[-3:] = [(18 - pickup, root)]
    lead = [(pickup, root - 5)] if pickup else []
    return (Part("melody", 40, melody(*lead, *bars)),)


def test_the_upbeats_of_a_corpus_are_learned_together():
    pickups = [0, 6, 6, 0, 6, 0, 6, 6, 12, 6] * 2
    tunes = [jig(seed, pickup) for seed, pickup in enumerate(pickups)]
    assert find_pickups(tunes, Metre(6, 8), candidates=(0, 6, 12)) == pickups


MAJOR = (0, 2, 4, 5, 7, 9, 11)


def scale_piece(tonic: int, degrees: tuple[int, ...], last: int) -> list[Part]:
    up = [(12, 60 + tonic + degree) for degree in degrees]
    return [Part("melody", 0, melody(*up, *reversed(up), (24, 60 + tonic + last)))]


@pytest.mark.parametrize("tonic", range(12))
def test_major_and_relative_minor_differ_by_their_ending(tonic: int):
    assert find_key(scale_piece(tonic, MAJOR, 0)) == Key(tonic, Mode.MAJOR)
    harmonic = (-3, -1, 0, 2, 4, 5, 8)
    assert find_key(scale_piece(tonic, harmonic, -3)) == Key((tonic + 9) % 12, Mode.MINOR)


@pytest.mark.parametrize(
    ("final", "key"),
    [(0, Key(2, Mode.MAJOR)), (7, Key(9, Mode.MAJOR)), (2, Key(4, Mode.MINOR))],
    ids=["ionian", "mixolydian", "dorian"],
)
def test_modal_tunes_are_heard_from_their_tonic(final: int, key: Key):
    """All in two sharps: D major, A mixolydian, E dorian."""
    tonic = 62 + final
    scale = [62 + octave + degree for octave in (0, 12) for degree in MAJOR]
    start = scale.index(tonic)
    third, fifth, seventh = scale[start + 2], scale[start + 4], scale[start + 6]
    bar = [(12, tonic), (6, third), (6, fifth), (12, fifth), (6, seventh), (6, third)]
    tune = melody(*(bar * 7), (24, fifth), (24, tonic))
    assert find_dance_key(tune, Metre(4, 4), KeySignature(2, minor=False)) == key


def test_two_voices_on_a_staff_are_parted():
    staff = [*line((1, 72), (1, 74), (2, 72)), TimedNote(0, 2, 64), TimedNote(2, 4, 64)]
    split = split_voices(staff)
    assert split is not None
    assert [note.pitch for note in split[0]] == [72, 74, 72]
    assert [note.pitch for note in split[1]] == [64, 64]


def test_a_unison_belongs_to_both_voices_and_a_third_voice_to_none():
    assert split_voices([TimedNote(0, 1, 60)]) == ([TimedNote(0, 1, 60)], [TimedNote(0, 1, 60)])
    assert split_voices([TimedNote(0, 1, 60), TimedNote(0, 1, 64), TimedNote(0, 1, 67)]) is None
