from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.score import Note
from engine.craft.harmony import Chord, ChordSpan, Quality
from engine.craft.voicing import lead_voices

chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(Quality))


def in_turn(*played: Chord) -> list[ChordSpan]:
    return [ChordSpan(48 * place, 48 * (place + 1), chord) for place, chord in enumerate(played)]


def major(*roots: int) -> list[ChordSpan]:
    return in_turn(*(Chord(root, Quality.MAJOR) for root in roots))


def test_common_tones_stay_and_others_step() -> None:
    led = lead_voices(major(0, 5, 0, 7, 0), (), lowest=50, highest=69, voices=3)
    for before, after in pairwise(led):
        moves = [abs(a - b) for a, b in zip(before.pitches, after.pitches, strict=True)]
        assert 0 in moves
        assert max(moves) <= 2


def test_a_low_tune_pushes_the_chord_down_or_thins_it() -> None:
    (free,) = lead_voices(major(2), (), lowest=52, highest=69, voices=4)
    (pushed,) = lead_voices(major(2), (Note(0, 63, 48),), lowest=52, highest=69, voices=4)
    assert len(free.pitches) == 4
    assert pushed.pitches == (54, 57, 62)


@given(st.lists(chords, min_size=1, max_size=12), st.integers(3, 4), st.integers(40, 60), st.integers(14, 24))
def test_any_chords_are_voiced_in_range_with_their_thirds(
    played: list[Chord], voices: int, lowest: int, room: int
) -> None:
    spans = in_turn(*played)
    led = lead_voices(spans, (), lowest=lowest, highest=lowest + room, voices=voices)
    for span, voicing in zip(spans, led, strict=True):
        assert lowest <= voicing.pitches[0] <= voicing.pitches[-1] <= lowest + room
        classes = {pitch % 12 for pitch in voicing.pitches}
        assert span.chord.classes[1] in classes
        assert classes <= set(span.chord.classes)
        assert (voicing.onset, voicing.end) == (span.onset, span.end)
