"""How well songs sing: stress on strong beats, one syllable a note, line ends, compass, the judge's opinion.

Measured on the stanzas of `stanzas.txt` and on songs that the bot's own poets write, the seed of each its
number; hymns that are composed without words and hymns that people wrote stand beside them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np

from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.score import Score
from domain.songs import PRIMARY, SungStanza, SungSyllable
from models.composition.choices import choose
from models.composition.composing import compose_scores
from models.composition.gate import Gate
from models.composition.rhythm_habits import strong_ticks
from models.composition.setting import CANDIDATES, SetSong, set_words
from models.composition.song_plans import SongWishes
from models.drafting import Model
from models.registry import Style
from training.songs.stanzas import Written

STRESS_BAR, ONE_NOTE_BAR = 0.85, 0.95
LINE_END = 1.5
"""How many times as long as the middle one of its syllables the last of a line is, to be heard as an end."""


@dataclass(frozen=True, slots=True)
class SongFigures:
    """Shares of the song's syllables or lines, its compass in semitones, and what it took."""

    stressed: int
    stressed_on_strong: int
    in_words: int
    in_words_on_strong: int
    syllables: int
    one_note: int
    lines: int
    long_ends: int
    compass: int
    widest_leap: int
    judgement: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Songs:
    """The figures of each song, and the judge's opinion of other music, by what it is."""

    songs: Sequence[tuple[Written, SetSong, SongFigures]]
    judged: dict[str, Sequence[float]]

    def share(self, some: str, of: str) -> float:
        """A share of all songs together, by the names of its two counts."""
        figures = [figures for _, _, figures in self.songs]
        return sum(getattr(each, some) for each in figures) / max(
            1, sum(getattr(each, of) for each in figures)
        )


def measure_songs(
    model: Model, style: Style, gate: Gate, written: Sequence[Written], hymns: Sequence[Score]
) -> Songs:
    """Set every stanza once and measure it; judge as many hymns composed without words, and people's."""
    songs: list[tuple[Written, SetSong, SongFigures]] = []
    for seed, each in enumerate(written):
        began = time.process_time()
        song = set_words(model, [each.stanza], SongWishes(seed=seed), gate=gate, style=style.name)
        songs.append((each, song, figures_of(song, [each.stanza], time.process_time() - began)))
    judged: dict[str, Sequence[float]] = {
        "songs": [figures.judgement for _, _, figures in songs if figures.judgement is not None]
    }
    if gate.judge is not None:
        judged["hymns by people"] = list(map(float, gate.judge.judge(hymns, [Genre.HYMN] * len(hymns))))
        judged["hymns without words"] = _plain_hymns(model, style, gate, len(written) // 2)
    return Songs(songs, judged)


def measure_own_songs(
    model: Model, style: Style, gate: Gate, written: Sequence[tuple[str, Sequence[SungStanza]]]
) -> Songs:
    """Set songs of several stanzas, each with what it is called, and measure them."""
    songs: list[tuple[Written, SetSong, SongFigures]] = []
    for seed, (source, stanzas) in enumerate(written):
        began = time.process_time()
        song = set_words(model, stanzas, SongWishes(seed=seed), gate=gate, style=style.name)
        counts = ".".join(str(len(line.syllables)) for line in stanzas[0].lines)
        figures = figures_of(song, stanzas, time.process_time() - began)
        songs.append((Written(counts, source, stanzas[0]), song, figures))
    return Songs(songs, {"songs": [each.judgement for _, _, each in songs if each.judgement is not None]})


def figures_of(song: SetSong, stanzas: Sequence[SungStanza], seconds: float = 0.0) -> SongFigures:
    """Measure one song."""
    metre = song.score.metre
    strong = strong_ticks(metre)
    sung = song.underlay.sung
    notes = song.score.parts[0].notes
    onsets = {note.onset for note in notes}

    def is_strong(each: SungSyllable) -> bool:
        return each.tick % metre.bar_ticks in strong

    stressed = [each for each in sung if each.syllable.stress == PRIMARY]
    in_words = [each for each in _of_longer_words(sung) if each.syllable.stress == PRIMARY]
    alone = [
        each
        for each in sung
        if each.tick in onsets
        and not any(each.tick < onset < each.tick + each.ticks for onset in onsets)
        and not any(
            other.verse == each.verse and other is not each and other.tick == each.tick for other in sung
        )
    ]
    shared = {
        (each.verse, before) for each in sung if each.tick not in onsets for before in [_before(each, onsets)]
    }
    alone = [each for each in alone if (each.verse, each.tick) not in shared]
    lines = _lines(sung)
    pitches = [note.pitch for note in notes]
    return SongFigures(
        stressed=len(stressed),
        stressed_on_strong=sum(map(is_strong, stressed)),
        in_words=len(in_words),
        in_words_on_strong=sum(map(is_strong, in_words)),
        # A chorus that returns is written down once.
        syllables=sum(len(line.syllables) for stanza in dict.fromkeys(stanzas) for line in stanza.lines),
        one_note=len(alone),
        lines=len(lines),
        long_ends=sum(
            line[-1].ticks >= LINE_END * median(each.ticks for each in line[:-1] or line) for line in lines
        ),
        compass=max(pitches) - min(pitches),
        widest_leap=max((abs(after - before) for before, after in pairwise(pitches)), default=0),
        judgement=song.judgement,
        seconds=seconds,
    )


def _before(each: SungSyllable, onsets: set[int]) -> int:
    return max((onset for onset in onsets if onset < each.tick), default=-1)


def _of_longer_words(sung: Sequence[SungSyllable]) -> list[SungSyllable]:
    """Syllables of words of several, about whose stress there is no doubt."""
    found: list[SungSyllable] = []
    for verse in range(1, 1 + max((each.verse for each in sung), default=0)):
        row = [each for each in sung if each.verse == verse]
        goes_on = False
        for each in row:
            if goes_on or not each.syllable.ends_word:
                found.append(each)
            goes_on = not each.syllable.ends_word
    return found


def _lines(sung: Sequence[SungSyllable]) -> list[list[SungSyllable]]:
    lines: dict[tuple[int, int], list[SungSyllable]] = {}
    for each in sung:
        lines.setdefault((each.verse, each.line), []).append(each)
    return list(lines.values())


def _plain_hymns(model: Model, style: Style, gate: Gate, pieces: int) -> list[float]:
    """The judge's opinion of hymns as `/compose` makes them, as long as songs of one stanza."""
    requests = [
        ComposeRequest(style=style.name, genre=str(Genre.HYMN), length_seconds=25, seed=seed)
        for seed in range(pieces)
    ]
    choices = [choose(request, style, model) for request in requests]
    composed = compose_scores(model, choices, gate=gate, candidates=CANDIDATES, side_by_side=4 * CANDIDATES)
    return [each.judgement for each in composed if each.judgement is not None]


def rows_of(songs: Songs) -> list[tuple[str, str, str]]:
    """The table: figure, value, and the bar where there is one."""
    compasses = [figures.compass for _, _, figures in songs.songs]
    leaps = [figures.widest_leap for _, _, figures in songs.songs]
    seconds = [figures.seconds for _, _, figures in songs.songs]
    rows = [
        (
            "stressed syllables on strong beats",
            f"{songs.share('stressed_on_strong', 'stressed'):.1%}",
            f"≥ {STRESS_BAR:.0%}",
        ),
        ("those of words of several syllables", f"{songs.share('in_words_on_strong', 'in_words'):.1%}", ""),
        ("one syllable a note", f"{songs.share('one_note', 'syllables'):.1%}", f"≥ {ONE_NOTE_BAR:.0%}"),
        (
            f"line ends {LINE_END:g} times as long as the line's middle",
            f"{songs.share('long_ends', 'lines'):.1%}",
            "",
        ),
        ("compass in semitones, mean and widest", f"{fmean(compasses):.1f}, {max(compasses)}", "≤ 17"),
        ("widest leap in semitones", f"{max(leaps)}", "≤ 12"),
        ("seconds of one core a song, mean and longest", f"{fmean(seconds):.2f}, {max(seconds):.2f}", ""),
    ]
    return rows + [
        (f"the judge on {name}, mean and middle half", _spread(opinions), "")
        for name, opinions in songs.judged.items()
    ]


def _spread(opinions: Sequence[float]) -> str:
    low, high = np.quantile(opinions, (0.25, 0.75))
    return f"{fmean(opinions):.2f} ({low:.2f} to {high:.2f})"
