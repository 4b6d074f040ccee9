"""Songs made by a composer that knows nothing: words, notes and form hold all the same."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from domain.songs import StanzaKind, SungStanza
from models.composition.cadences import DOMINANT_TRIAD
from models.composition.setting import SetSong, set_words
from models.composition.singing_through import sing_through
from models.composition.song_plans import COMPASS, SongWishes, plan_song
from models.composition.tune_lines import lines_of, whole_stanzas
from models.composition.underlay import place_line
from models.composition.words_to_tune import fit_words
from models.plans import Habit, Profile
from models.rnn.writing import RNNModel
from tests.models.composition.songs import CHORUS, COMMON_METRE, TROCHAIC, line, stanza
from tests.models.networks import tiny_network

HYMN = Profile(
    {"G major": 2, "D minor": 1},
    tuple(
        Habit(metre, mode, 4, 1, 100.0, 60.0, 5)
        for metre in ("4/4", "3/4", "6/8")
        for mode in ("major", "minor")
    ),
)
MODEL = RNNModel("tiny", tiny_network(), {Genre.HYMN: HYMN})

OTHER_WORDS = COMMON_METRE.replace("GRACE", "LOVE").replace("SEE", "LIVE")
VERSES = [stanza(COMMON_METRE, scheme="ABAB"), stanza(OTHER_WORDS, scheme="ABAB")]
WITH_CHORUS = [
    VERSES[0],
    stanza(CHORUS, kind=StanzaKind.CHORUS),
    VERSES[1],
    stanza(CHORUS, kind=StanzaKind.CHORUS),
]


def song(stanzas: list[SungStanza], seed: int = 1) -> SetSong:
    return set_words(MODEL, stanzas, SongWishes(seed=seed), gate=None, style="rnn", candidates=1)


def test_every_syllable_has_a_note_of_its_own() -> None:
    made = song(VERSES)
    onsets = [note.onset for note in made.score.parts[0].notes]
    for verse in (1, 2):
        assert [each.tick for each in made.underlay.of_verse(verse)] == onsets
    assert made.unsung == 0


def test_a_chorus_has_a_melody_of_its_own_and_verses_share_theirs() -> None:
    made = song(WITH_CHORUS)
    spans = [(stretch.first_bar, stretch.bars) for stretch in made.stretches]
    assert spans[0] == spans[2]
    assert spans[1] == spans[3]
    assert spans[0] != spans[1]
    assert [stretch.verse for stretch in made.stretches] == [1, 1, 2, 1]


def test_a_melody_lies_within_the_compass_and_ends_on_the_tonic() -> None:
    for seed in range(2):
        made = song(VERSES, seed)
        pitches = [note.pitch for note in made.score.parts[0].notes]
        assert COMPASS[0] <= min(pitches) <= max(pitches) <= COMPASS[1]
        assert (pitches[-1] - made.score.key.tonic) % 12 == 0


def test_the_second_of_four_lines_rests_on_the_dominant() -> None:
    for seed in range(2):
        made = song(VERSES[:1], seed)
        ends = [each for each in made.underlay.of_verse(1) if each.line == 1][-1]
        [note] = [note for note in made.score.parts[0].notes if note.onset == ends.tick]
        assert (note.pitch - made.score.key.tonic) % 12 in DOMINANT_TRIAD


def test_sung_through_every_stanza_is_there_in_turn() -> None:
    written = song(WITH_CHORUS)
    made = sing_through(written)
    assert made.underlay.verses == 1
    words = [each.syllable.text for each in made.underlay.sung]
    assert words == [s.text for each in WITH_CHORUS for line in each.lines for s in line.syllables]
    assert made.score.bars == sum(stretch.bars for stretch in written.stretches) + (written.upbeat > 0)
    assert [each.tick for each in made.underlay.sung] == [note.onset for note in made.score.parts[0].notes]
    for part in made.score.parts:
        assert all(
            0 <= note.onset < note.end <= made.score.bars * made.score.metre.bar_ticks for note in part.notes
        )
    covered = [(section.first_bar, section.end_bar) for section in made.score.sections]
    assert covered[0][0] == 0
    assert covered[-1][1] == made.score.bars
    assert all(end == start for (_, end), (start, _) in pairwise(covered))


def test_wishes_are_kept() -> None:
    wishes = SongWishes(seed=1, key=Key(9), metre=Metre(6, 8), tempo=66.0)
    plan = plan_song(VERSES, wishes, MODEL.profiles).plan
    assert (plan.key, plan.metre, plan.tempo) == (Key(9), Metre(6, 8), 66.0)


def test_the_same_seed_is_the_same_song_and_another_another() -> None:
    assert song(VERSES, 5) == song(VERSES, 5)
    assert song(VERSES, 5).score != song(VERSES, 6).score


def test_nothing_to_sing_is_refused() -> None:
    with pytest.raises(ValueError, match="no syllables"):
        plan_song([SungStanza(())], SongWishes(seed=1), MODEL.profiles)


def test_a_verse_with_other_numbers_of_syllables_is_sung_to_the_same_notes() -> None:
    short = replace(
        VERSES[1],
        lines=(
            line("a-MA-zing GRACE how SWEET"),
            *VERSES[1].lines[1:3],
            line("was BLIND but now i SEE the LIGHT"),
        ),
    )
    made = song([*VERSES, short])
    notes = {note.onset: note.end for note in made.score.parts[0].notes}
    first = [each for each in made.underlay.of_verse(3) if each.line == 0]
    last = [each for each in made.underlay.of_verse(3) if each.line == 3]
    assert (len(first), len(last)) == (6, 8)
    assert sum(each.tick not in notes for each in last) == 2
    assert made.unsung == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.lists(st.sampled_from([6, 12, 18, 24, 48]), min_size=1, max_size=12))
def test_syllables_fill_a_line_without_overlap_or_nothing_fits(count: int, durations: list[int]) -> None:
    notes = [(sum(durations[:place]), duration) for place, duration in enumerate(durations)]
    syllables = line(" ".join(["la"] * count)).syllables
    placed = place_line(syllables, notes, Metre(4, 4))
    if placed is None:
        assert not len(notes) / 4 <= count <= sum(1 + (duration >= 12) for duration in durations)
        return
    assert [each.syllable for each in placed] == list(range(count))
    edges = [each.tick for each in placed] + [sum(durations)]
    assert all(each.tick + each.ticks == after for each, after in zip(placed, edges[1:], strict=True))
    assert all(each.ticks > 0 for each in placed)


def test_words_are_put_under_a_tune_that_is_given() -> None:
    tune = song([stanza(TROCHAIC)]).score
    fitted = fit_words(tune, [stanza(TROCHAIC), stanza(TROCHAIC)], phrases=lines_of(tune, lines=4).phrases)
    assert (fitted.unsung, fitted.slurred, fitted.shared, fitted.unworded) == (0, 0, 0, 0)
    assert fitted.underlay.verses == 2
    assert [each.tick for each in fitted.underlay.of_verse(2)] == [note.onset for note in tune.parts[0].notes]


def test_what_does_not_fit_a_tune_is_told() -> None:
    notes = tuple(Note(48 * bar + 12 * beat, 60 + beat, 12) for bar in range(8) for beat in range(bar % 2, 4))
    tune = Score(Key(0), Metre(4, 4), 100.0, 8, (Part("", 0, notes),))
    crowded = line(" ".join(["la"] * 18))
    fitted = fit_words(tune, [SungStanza((crowded, line("la la"), line("la la la la"), line("la")))])
    assert fitted.sung + fitted.unsung == 18 + 2 + 4 + 1
    assert fitted.unsung == 18 - 2 * 7
    assert fitted.shared > 0 < fitted.slurred
    assert fitted.unworded == 3


def eighths(bars: int, every: int) -> Score:
    notes = tuple(Note(tick, 60 + tick % 5, every) for tick in range(0, 48 * bars, every))
    return Score(Key(0), Metre(4, 4), 100.0, bars, (Part("", 0, notes),))


def test_a_tune_asks_for_as_many_lines_and_syllables_as_it_has_phrases_and_notes() -> None:
    hymn, reel = lines_of(eighths(8, 12)), lines_of(eighths(32, 6))
    assert (len(hymn.phrases), hymn.stanza, hymn.lines) == (4, (8, 8, 8, 8), 4)
    assert (len(reel.phrases), reel.stanza, reel.lines) == (16, (8, 8, 8, 8), 16)
    assert lines_of(eighths(8, 12), lines=8).stanza == (8, 8, 8, 8)
    assert lines_of(eighths(12, 12)).stanza == (8,) * 6
    assert [note for phrase in reel.phrases for note, _ in phrase] == list(range(0, 48 * 32, 6))


@given(st.integers(4, 16))
def test_lines_asked_for_make_stanzas_and_stay_so(lines: int) -> None:
    whole = whole_stanzas(lines)
    assert 4 <= whole <= 16
    assert whole_stanzas(whole) == whole
    assert whole % len(lines_of(eighths(16, 12), lines=whole).stanza) == 0


def test_a_tune_without_notes_has_no_lines() -> None:
    with pytest.raises(ValueError, match="without notes"):
        lines_of(replace(eighths(1, 12), parts=(Part("", 0, ()),)))
