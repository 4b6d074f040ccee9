"""Two voices written on one staff, told apart again."""

from collections.abc import Sequence

from training.corpora.midi import TimedNote

_SAME_MOMENT = 1 / 48


def split_voices(notes: Sequence[TimedNote]) -> tuple[list[TimedNote], list[TimedNote]] | None:
    """An upper and a lower voice; None where a staff holds more than two at a time.

    A note alone belongs to the voice that is silent, and to both where both are: two voices in unison
    are written as one note.
    """
    upper: list[TimedNote] = []
    lower: list[TimedNote] = []
    for chord in _chords(notes):
        pitches = sorted({note.pitch for note in chord}, reverse=True)
        if len(pitches) > 2:
            return None
        longest = {pitch: max(n.end for n in chord if n.pitch == pitch) for pitch in pitches}
        onset = chord[0].onset
        high, low = (TimedNote(onset, longest[pitch], pitch) for pitch in (pitches[0], pitches[-1]))
        if len(pitches) == 2:
            upper.append(high)
            lower.append(low)
        elif _sounds(upper, onset) and not _sounds(lower, onset):
            lower.append(low)
        elif _sounds(lower, onset) and not _sounds(upper, onset):
            upper.append(high)
        else:
            upper.append(high)
            lower.append(low)
    return upper, lower


def _chords(notes: Sequence[TimedNote]) -> list[list[TimedNote]]:
    chords: list[list[TimedNote]] = []
    for note in sorted(notes):
        if chords and note.onset - chords[-1][0].onset < _SAME_MOMENT:
            chords[-1].append(note)
        else:
            chords.append([note])
    return chords


def _sounds(voice: list[TimedNote], onset: float) -> bool:
    return bool(voice) and voice[-1].end > onset + _SAME_MOMENT
