"""Excerpts, copying, endings and spoilt pieces: what is measured of sets of scores."""

from itertools import pairwise

import numpy as np
import pytest

from domain.score import Key, Mode
from tests.training.evaluation_scores import march, quarters, score
from training.evaluation.copying import copying, note_steps
from training.evaluation.endings import endings
from training.evaluation.jumbles import noise, shuffled
from training.evaluation.notation import Cut, excerpts


def test_excerpts_keep_either_end_whole_where_short():
    short = quarters(60, 62, 64, 65)
    long = quarters(*range(60, 72), bars=3)
    first = excerpts([short, long], 2, cut=Cut.FIRST)
    last = excerpts([short, long], 2, cut=Cut.LAST)
    assert first[0] is short
    assert [note.pitch for note in first[1].parts[0].notes] == list(range(60, 68))
    assert [note.pitch for note in last[1].parts[0].notes] == list(range(64, 72))
    assert last[1].parts[0].notes[0].onset == 0
    assert last[1].bars == 2


def test_an_opening_stops_at_its_bar_line_and_an_ending_may_be_held():
    held = score([(0, 60, 12), (40, 62, 60), (96, 60, 72)], bars=3)
    assert excerpts([held], 1, cut=Cut.FIRST)[0].end_tick == 48
    assert excerpts([held], 1, cut=Cut.LAST)[0].end_tick == 72


def test_excerpts_without_notes_are_dropped():
    assert excerpts([score([(0, 60, 12)], bars=4)], 2, cut=Cut.LAST) == []


TUNE = (60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72)


def test_a_transposed_copy_is_found_whole():
    found = copying([[quarters(*(pitch + 5 for pitch in TUNE))]], [quarters(*TUNE)])[0]
    assert found.gram_overlap == 1
    assert found.longest_run_share == 1
    assert found.longest_run_notes == len(TUNE)


def test_a_changed_note_cuts_the_run():
    changed = (*TUNE[:10], 66, 71)
    found = copying([[quarters(*changed)]], [quarters(*TUNE)])[0]
    assert found.longest_run_notes == 10  # nine steps agree
    assert found.gram_overlap == pytest.approx(2 / 4)  # the 8-grams that begin at the first and second step
    assert found.longest_run_share == pytest.approx(9 / 11)


def test_a_changed_rhythm_is_no_copy():
    slower = score([(24 * index, pitch, 24) for index, pitch in enumerate(TUNE)], bars=6)
    found = copying([[slower]], [quarters(*TUNE)])[0]
    assert found.gram_overlap == 0
    assert found.longest_run_notes == 1


def test_copies_do_not_run_across_pieces():
    found = copying([[quarters(*TUNE)]], [quarters(*TUNE[:6]), quarters(*TUNE[5:])])[0]
    assert found.longest_run_notes == 7
    assert found.gram_overlap == 0


def test_sets_are_measured_apart_and_parts_line_by_line():
    tune, other = quarters(*TUNE), quarters(*(60 + 3 * (index % 5) for index in range(12)))
    tune_rows = [(note.onset, note.pitch, note.duration) for note in tune.parts[0].notes]
    bass_rows = [(48 * index, 48 - index, 48) for index in range(3)]
    with_bass = score(tune_rows, bass_rows, bars=3)
    copied, fresh, accompanied = copying([[tune], [other], [with_bass]], [tune])
    assert (copied.gram_overlap, fresh.gram_overlap, accompanied.gram_overlap) == (1, 0, 1)
    assert copying([[with_bass]], [tune], read=note_steps)[0].gram_overlap < 1


def test_matches_agree_with_a_plain_search():
    rng = np.random.default_rng(3)
    known = [march(rng) for _ in range(12)]
    asked = [march(rng) for _ in range(6)]

    def steps(piece):
        pitches = [note.pitch for note in piece.parts[0].notes]
        return "".join(chr(77 + after - before) for before, after in pairwise(pitches))

    library = [steps(piece) for piece in known]
    for piece in asked:
        line = steps(piece)
        grams = [line[place : place + 8] for place in range(len(line) - 7)]
        shared = np.mean([any(gram in other for other in library) for gram in grams])
        longest = max(
            length
            for length in range(len(line) + 1)
            for place in range(len(line) - length + 1)
            if any(line[place : place + length] in other for other in library)
        )
        found = copying([[piece]], known)[0]
        assert found.gram_overlap == pytest.approx(shared)
        assert found.longest_run_notes == longest + 1


def test_pieces_too_short_to_copy_are_refused():
    with pytest.raises(ValueError, match="line of 9 notes"):
        copying([[quarters(60, 62)]], [quarters(*TUNE)])


def test_endings_of_a_cadence_and_of_a_stop():
    cadence = score([(0, 71, 24), (24, 74, 24), (48, 72, 48)], [(0, 55, 48), (48, 48, 48)], bars=2)
    home = endings([cadence])
    assert (home.in_last_bar, home.melody_on_tonic, home.bass_on_tonic, home.tonic_chord, home.held) == (
        1,
    ) * 5
    stop = score([(0, 60, 12), (12, 62, 24), (36, 65, 6)], bars=2)
    away = endings([stop])
    assert (away.in_last_bar, away.melody_on_tonic, away.bass_on_tonic, away.tonic_chord, away.held) == (
        0,
    ) * 5
    assert endings([cadence, stop]).melody_on_tonic == 0.5


def test_a_minor_piece_may_close_on_the_major_third():
    minor = Key(9, Mode.MINOR)
    for third, expected in ((60, 1.0), (61, 1.0), (62, 0.0)):
        chord = score([(0, 57, 48), (0, third, 48), (0, 64, 48)], key=minor)
        assert endings([chord]).tonic_chord == expected


def test_jumbles_keep_what_they_promise():
    tune = march(np.random.default_rng(0))
    mixed = shuffled(tune, np.random.default_rng(1))
    before, after = ([note.pitch for note in score.parts[0].notes] for score in (tune, mixed))
    assert sorted(after) == sorted(before)
    assert after != before
    scattered = noise(tune, np.random.default_rng(1))
    assert len(scattered.parts[0].notes) == len(tune.parts[0].notes)
    assert scattered == noise(tune, np.random.default_rng(1))
