import math
from dataclasses import replace

import numpy as np
import pytest

from domain.score import Key, Mode
from models import features
from models.features import SINGLE_NUMBERS, YANG_LERCH, measure
from models.note_table import tabulate
from tests.training.evaluation_scores import quarters, score

ARPEGGIO = tabulate(quarters(60, 64, 67, 72))


def test_pitches():
    assert features.pitch_count(ARPEGGIO) == 4
    assert features.pitch_class_count(ARPEGGIO) == 3
    assert features.pitch_range(ARPEGGIO) == 12
    assert features.average_pitch_interval(ARPEGGIO) == pytest.approx((4 + 3 + 5) / 3)


def test_pitch_class_histogram_weighs_time_and_counts_from_the_tonic():
    in_d = tabulate(score([(0, 62, 36), (36, 69, 12)], key=Key(2, Mode.MAJOR)))
    histogram = features.pitch_class_histogram(in_d)
    assert histogram[0] == pytest.approx(0.75)
    assert histogram[7] == pytest.approx(0.25)
    assert histogram.sum() == pytest.approx(1)


def test_pitch_class_transitions_follow_lines_not_chords():
    two_parts = tabulate(score([(0, 72, 24), (24, 74, 24)], [(0, 60, 24), (24, 67, 24)]))
    transitions = features.pitch_class_transitions(two_parts).reshape(12, 12)
    assert transitions[0, 2] == pytest.approx(0.5)
    assert transitions[0, 7] == pytest.approx(0.5)
    assert transitions.sum() == pytest.approx(1)


def test_the_top_line_takes_the_highest_note_of_a_chord():
    chords = tabulate(score([(0, 60, 12), (0, 67, 12), (12, 62, 12), (12, 69, 12)]))
    assert chords.lines[0].pitch.tolist() == [67, 69]


def test_rhythm():
    # A half, two quarters, and a chord that adds notes but no onset.
    table = tabulate(score([(0, 60, 24), (24, 62, 12), (36, 64, 12), (36, 67, 12)], bars=1))
    assert features.notes_per_bar(table) == 4
    assert features.average_inter_onset_interval(table) == pytest.approx((2 + 1) / 2)
    histogram = features.note_length_histogram(table)
    assert histogram[1] == pytest.approx(0.25)  # half
    assert histogram[2] == pytest.approx(0.75)  # quarter
    transitions = features.note_length_transitions(table).reshape(12, 12)
    assert transitions[1, 2] == pytest.approx(0.5)
    assert transitions[2, 2] == pytest.approx(0.5)


def test_note_lengths_go_to_the_nearest_class():
    table = tabulate(score([(0, 60, 4), (4, 60, 18), (22, 60, 100)]))
    used = np.flatnonzero(features.note_length_histogram(table))
    assert features.NOTE_LENGTHS[used].tolist() == [48, 18, 4]


def test_entropy_and_scale():
    assert features.pitch_class_entropy(tabulate(quarters(60, 72, 60, 48))) == 0
    assert features.pitch_class_entropy(tabulate(quarters(60, 62, 64, 65))) == pytest.approx(2)
    assert features.pitch_class_entropy(tabulate(quarters(*range(60, 72)))) == pytest.approx(math.log2(12))
    assert features.scale_consistency(tabulate(quarters(62, 64, 66, 67, 69, 71, 73, 74))) == 1  # D major
    assert features.scale_consistency(tabulate(quarters(*range(60, 72)))) == pytest.approx(7 / 12)


def test_groove_compares_neighbouring_bars():
    same = tabulate(quarters(60, 60, 60, 60, 60, 60, 60, 60))
    assert features.groove_consistency(same) == 1
    moved = tabulate(score([(0, 60, 12), (54, 60, 12)], bars=2))
    assert features.groove_consistency(moved) == pytest.approx(1 - 2 / 48)


def test_empty_bars_are_those_where_nothing_sounds():
    held_over = tabulate(score([(0, 60, 60), (144, 60, 12)], bars=4))  # sounds in bars 0, 1 and 3
    assert features.empty_bar_rate(held_over) == pytest.approx(0.25)
    ends_at_the_bar_line = tabulate(score([(0, 60, 48)], bars=2))
    assert features.empty_bar_rate(ends_at_the_bar_line) == pytest.approx(0.5)


def test_polyphony_counts_sounding_pitches():
    # Three pitches for a half bar, one for a quarter, silence for the last quarter but its end.
    table = tabulate(score([(0, 60, 24), (0, 64, 24), (0, 67, 24), (24, 60, 12), (47, 60, 1)]))
    assert features.polyphony(table) == pytest.approx((3 * 24 + 12 + 1) / 37)
    assert features.polyphony_rate(table) == pytest.approx(24 / 48)


def test_a_unison_sounds_once():
    table = tabulate(score([(0, 60, 12)], [(0, 60, 12)]))
    assert features.polyphony(table) == 1


def test_self_similarity_finds_the_bar_that_returns():
    returning = tabulate(quarters(60, 62, 64, 65, 72, 71, 69, 67, 60, 62, 64, 65))
    similarity = features.bar_similarity(returning)
    assert similarity[2, 0] == 1
    assert similarity[1, 0] == 0
    assert features.self_similarity(returning) == pytest.approx((0 + 1) / 2)


def test_an_empty_score_measures_as_zeros():
    silent = score([], bars=2)
    for values in measure([silent], YANG_LERCH).values():
        assert not values.any()
    metrics = {name: values.item() for name, values in measure([silent], SINGLE_NUMBERS).items()}
    assert metrics.pop("empty-bar rate") == 1
    assert metrics.pop("groove consistency") == 1
    assert not any(metrics.values())


def test_features_ignore_key_and_tempo():
    tune = quarters(60, 64, 67, 72, 67, 64, 62, 60)
    note_rows = [(note.onset, note.pitch + 3, note.duration) for note in tune.parts[0].notes]
    moved = replace(score(note_rows, bars=2, key=Key(3, Mode.MAJOR)), tempo=180.0)
    both = measure([tune, moved], {**YANG_LERCH, **SINGLE_NUMBERS})
    for name, values in both.items():
        assert values[0] == pytest.approx(values[1]), name
