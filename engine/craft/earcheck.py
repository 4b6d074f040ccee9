"""How much of a tune comes back when it is played, hummed or whistled and then listened to.

    python -m engine.craft.earcheck --tunes 30

Takes works that nothing learned from, and prints a table. For people; nothing else needs it.
"""

import argparse
import io
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table

from domain.errors import BadRequest, Reason
from domain.score import Metre, Note, Part, Score
from engine.craft.rendering import render
from engine.intake.listening import take_recording
from training.corpora.works import Work, load_works
from training.paths import WORKS
from training.voices import SAMPLE_RATE, Manner, Tone, Voice, sing, speak

_SECONDS = 20.0
_VOICE_CENTRES = {Voice.HUMMED: 55, Voice.WHISTLED: 81}
_TEMPO_SLACK = 0.04
_FACTORS = (1.0, 2.0, 0.5, 1.5, 2 / 3, 3.0, 1 / 3, 0.75, 4 / 3)
"""Tempos that the same tune may be counted at."""


@dataclass(frozen=True)
class Take:
    """What was heard of one tune; shares from 0 to 1. `notes` is an F-measure of pitches in order."""

    notes: float
    lengths: float
    key: bool
    tempo: bool
    tempo_or_multiple: bool
    metre: bool
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tunes", type=int, default=30, help="how many tunes, of all genres in turn")
    parser.add_argument("--works", type=Path, default=WORKS, help="the prepared corpora")
    options = parser.parse_args(arguments)
    random = np.random.default_rng(5)
    tunes = [_tune(work) for work in _chosen(load_works(options.works), options.tunes, random)]
    columns = ("notes", "lengths", "key", "tempo", "or its multiple", "metre", "refused", "seconds")
    table = Table("take", *columns, title=f"What comes back of {len(tunes)} tunes of {_SECONDS:g} s")
    played = [_heard(tune, _played(tune)) for tune in tunes]
    table.add_row("played", *_row(played))
    for voice in Voice:
        sung = [_heard(low, _sung(low, voice, random)) for low in (_moved(tune, voice) for tune in tunes)]
        table.add_row(voice, *_row(sung))
    spoken = [_is_refused(speak(12, random, pitch=random.uniform(43, 58))) for _ in tunes]
    table.add_row("spoken", *["–"] * (len(columns) - 2), f"{sum(spoken)} of {len(spoken)}", "–")
    Console().print(table)
    return 0


def _chosen(works: Sequence[Work], count: int, random: np.random.Generator) -> Iterator[Work]:
    """Works of no model's training, one genre after the other."""
    unseen = [work for work in works if work.split != "train"]
    shuffled = [unseen[index] for index in random.permutation(len(unseen))]
    by_genre = {
        genre: [w for w in shuffled if w.genre == genre] for genre in sorted({w.genre for w in unseen})
    }
    while count > 0:
        for queue in by_genre.values():
            if queue and count > 0:
                count -= 1
                yield queue.pop()


def _tune(work: Work) -> Score:
    """The upper line of a work's first seconds, one note at a time."""
    score = work.score
    notes: list[Note] = []
    for note in sorted(score.parts[0].notes, key=lambda note: (note.onset, -note.pitch)):
        if notes and note.onset == notes[-1].onset:
            continue
        if notes and notes[-1].end > note.onset:
            notes[-1] = replace(notes[-1], duration=note.onset - notes[-1].onset)
        notes.append(note)
    bar = score.metre.bar_ticks
    start = notes[0].onset // bar * bar
    until = notes[0].onset + _SECONDS / score.seconds_per_tick
    kept = tuple(replace(note, onset=note.onset - start) for note in notes if note.onset < until)
    part = Part("Melody", score.parts[0].program, kept)
    return replace(score, parts=(part,), bars=-(-kept[-1].end // bar), sections=())


def _moved(tune: Score, voice: Voice) -> Score:
    """By octaves, to where people hum or whistle."""
    (part,) = tune.parts
    middle = float(np.median([note.pitch for note in part.notes]))
    up = 12 * round((_VOICE_CENTRES[voice] - middle) / 12)
    notes = tuple(replace(note, pitch=note.pitch + up) for note in part.notes)
    return replace(tune, parts=(replace(part, notes=notes),))


def _played(tune: Score) -> bytes:
    audio = render(tune)
    return _file(audio.samples, audio.sample_rate)


def _sung(tune: Score, voice: Voice, random: np.random.Generator) -> bytes:
    notes, tick = tune.parts[0].notes, tune.seconds_per_tick
    manner = Manner(
        vibrato=random.uniform(0.1, 0.4),
        glide_seconds=random.uniform(0.02, 0.08),
        breath=random.uniform(0.002, 0.03),
        detuned=random.uniform(-0.5, 0.5),
    )
    later = 0.3 - notes[0].onset * tick
    tones = [Tone(later + note.onset * tick, later + note.end * tick, note.pitch) for note in notes]
    return _file(sing(tones, random, voice=voice, manner=manner), SAMPLE_RATE)


def _file(samples: np.ndarray, rate: int) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, format="FLAC")
    return stream.getvalue()


def _is_refused(samples: np.ndarray) -> bool:
    try:
        take_recording(_file(samples, SAMPLE_RATE), title="x")
    except BadRequest as refusal:
        return refusal.reason is Reason.RECORDING_NO_MELODY
    return False


def _heard(tune: Score, file: bytes) -> Take | None:
    """None where no melody was heard."""
    start = time.process_time()
    try:
        score = take_recording(file, title="x").score
    except BadRequest:
        return None
    seconds = time.process_time() - start
    written, heard = tune.parts[0].notes, score.parts[0].notes
    # Of a choir and an organ's stops, any octave may be the one that is heard.
    octave = 12 * round(
        float(np.median([note.pitch for note in heard]) - np.median([note.pitch for note in written])) / 12
    )
    pitches, lengths = _likeness([replace(note, pitch=note.pitch + octave) for note in written], heard)
    ratio = _quarters_a_minute(score) / _quarters_a_minute(tune)
    near = [abs(ratio / factor - 1) <= _TEMPO_SLACK for factor in _FACTORS]
    return Take(
        notes=pitches,
        lengths=lengths,
        key=score.key == tune.key,
        tempo=near[0],
        tempo_or_multiple=any(near),
        metre=_folded(score.metre) == _folded(tune.metre),
        seconds=seconds,
    )


def _likeness(written: Sequence[Note], heard: Sequence[Note]) -> tuple[float, float]:
    """The F-measure of pitches in order, and the share of their distances that are right at some tempo."""
    matcher = SequenceMatcher(
        None, [note.pitch for note in written], [note.pitch for note in heard], autojunk=False
    )
    pairs = [
        (block.a + step, block.b + step)
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]
    distances = [
        (written[there].onset - written[here].onset, heard[there_heard].onset - heard[here_heard].onset)
        for (here, here_heard), (there, there_heard) in pairwise(pairs)
        if there == here + 1
    ]
    right = max(
        sum(heard_ticks == round(ticks * factor) for ticks, heard_ticks in distances) for factor in _FACTORS
    )
    return 2 * len(pairs) / (len(written) + len(heard)), right / max(1, len(distances))


def _quarters_a_minute(score: Score) -> float:
    return 5 / score.seconds_per_tick


def _folded(metre: Metre) -> Metre:
    """Two bars of 2/4 are heard as one of 4/4."""
    return {Metre(2, 4): Metre(4, 4), Metre(2, 2): Metre(4, 4), Metre(12, 8): Metre(6, 8)}.get(metre, metre)


def _row(takes: Sequence[Take | None]) -> list[str]:
    heard = [take for take in takes if take is not None]
    means = [
        float(np.mean([getattr(take, name) for take in heard])) if heard else float("nan")
        for name in ("notes", "lengths", "key", "tempo", "tempo_or_multiple", "metre")
    ]
    slowest = max((take.seconds for take in heard), default=float("nan"))
    refused = f"{len(takes) - len(heard)} of {len(takes)}"
    return [*(f"{mean:.0%}" for mean in means), refused, f"≤ {slowest:.1f}"]


if __name__ == "__main__":
    sys.exit(main())
