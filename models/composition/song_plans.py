"""From stanzas to what a song's music is held to: metre, rhythm, form, cadences, compass, key and tempo.

Everything that a seed decides before the first note is decided here. Knows no notes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Cadence, Key, Metre, Section
from domain.songs import SungStanza
from models.composition.cadences import DOMINANT_TRIAD, cadence_degrees
from models.composition.rhythm import METRES, LineRhythm, choose_metre, set_lines
from models.composition.strophes import Strophe, cadences, draw_form, strophes_of
from models.grammar import TRIADS
from models.plans import Habit, Profile, draw, make_plan
from models.scripts import Arrival, Copy, Lead, Script
from models.tokens import Plan, density_class, semitones_to_c

SUNG_GENRES: Mapping[Genre, float] = {Genre.HYMN: 1.0, Genre.CHORALE: 0.0, Genre.FOLK: 0.0}
"""Genres that songs are composed in, and how often one is drawn; some only where they are asked for.

Under words the judge takes hymns for people's far more often than chorales and folk songs.
"""

COMPASS = (59, 76)
"""The lowest and highest note that is sung: B3 to E5, an octave and a fourth, within reach of most voices."""

_FRESH_CLOSE, _FRESH_NOTE = 3, 1
"""Notes at the end of a returning line that are new: where it closes otherwise, and where alike."""

_SYLLABLE_SECONDS = (0.33, 1.0)
"""How long the middle one of the syllables, by length, may last at least and at most."""

_DENSITY_PREFERENCE = 1.0
_SONG_DRAWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SongWishes:
    """What a song is asked for beside its words; what is None is drawn from the seed."""

    seed: int
    genre: Genre | None = None
    key: Key | None = None
    metre: Metre | None = None
    tempo: float | None = None
    temperature: float = 0.9


@dataclass(frozen=True, slots=True)
class Melody:
    """A strophe with the rhythm of its lines; `starts` are the ticks of their first bar lines."""

    strophe: Strophe
    lines: tuple[LineRhythm, ...]
    starts: tuple[int, ...]
    form: str

    @property
    def onset(self) -> int:
        """Where it is first sung."""
        return self.starts[0] - self.lines[0].pickup

    def notes(self, line: int) -> tuple[tuple[int, int], ...]:
        """(onset, duration) of a line's notes."""
        return tuple((self.starts[line] + onset, duration) for onset, duration in self.lines[line].notes)


@dataclass(frozen=True, slots=True)
class SongPlan:
    """A song before its notes. Every melody is there once; before each there is room for `upbeat` ticks."""

    plan: Plan
    script: Script
    melodies: tuple[Melody, ...]
    sections: tuple[Section, ...]
    upbeat: int
    wishes: SongWishes


def plan_song(
    stanzas: Sequence[SungStanza], wishes: SongWishes, profiles: Mapping[Genre, Profile]
) -> SongPlan:
    """Decide what is open. Raises ValueError where there is nothing to sing, or no genre to sing it in."""
    random = np.random.default_rng([wishes.seed, _SONG_DRAWS])
    strophes = strophes_of(stanzas)
    genres = [genre for genre in SUNG_GENRES if genre in profiles and wishes.genre in (None, genre)]
    if not strophes or not genres:
        raise ValueError("no syllables, or no genre to sing them in")
    lines = [[strophe.stresses(line) for line in range(len(strophe.syllables))] for strophe in strophes]
    offered = [metre for metre in METRES if any(metre in profiles[genre].metres for genre in genres)]
    metre = choose_metre([line for unit in lines for line in unit], offered, random)
    metre = wishes.metre if wishes.metre in offered else metre
    genres = [genre for genre in genres if metre in profiles[genre].metres]
    genre = draw(genres, [SUNG_GENRES[genre] for genre in genres], random)
    rhythms = set_lines(lines, metre, random)
    forms = [draw_form(len(strophe.syllables), strophe.scheme, random) for strophe in strophes]
    upbeat = max(unit[0].pickup for unit in rhythms)
    melodies = tuple(_melodies(strophes, rhythms, forms, first_bar=int(upbeat > 0), metre=metre))
    plan = _plan(genre, melodies, metre, profiles[genre], wishes, random)
    return SongPlan(plan, _script(melodies, plan), melodies, tuple(_sections(melodies, plan)), upbeat, wishes)


def _melodies(
    strophes: Sequence[Strophe],
    rhythms: Sequence[Sequence[LineRhythm]],
    forms: Sequence[str],
    *,
    first_bar: int,
    metre: Metre,
) -> Iterator[Melody]:
    bar = first_bar
    for strophe, lines, form in zip(strophes, rhythms, forms, strict=True):
        starts: list[int] = []
        for line in lines:
            starts.append(bar * metre.bar_ticks)
            bar += line.bars
        yield Melody(strophe, tuple(lines), tuple(starts), form)


def _plan(
    genre: Genre,
    melodies: Sequence[Melody],
    metre: Metre,
    profile: Profile,
    wishes: SongWishes,
    random: np.random.Generator,
) -> Plan:
    last = melodies[-1]
    bars = last.starts[-1] // metre.bar_ticks + last.lines[-1].bars
    durations = [duration for melody in melodies for line in melody.lines for _, duration in line.notes]
    key = profile.choose_key(random)
    key = wishes.key or key
    habit = _habit(profile, metre, key, density_class(len(durations), bars, metre), random)
    plan = make_plan(genre, habit, key=key, tempo=habit.tempo, bars=bars)
    middle = sorted(durations)[len(durations) // 2]
    slowest, fastest = (60 * middle / (seconds * metre.beat_ticks) for seconds in reversed(_SYLLABLE_SECONDS))
    tempo = round(min(max(plan.tempo, slowest), fastest), 1)
    return replace(plan, tempo=wishes.tempo or tempo, metre=metre)


def _habit(profile: Profile, metre: Metre, key: Key, density: int, random: np.random.Generator) -> Habit:
    """A habit in the metre and the key's mode, as dense as the words or a little more, by how usual it is."""
    in_metre = [habit for habit in profile.habits if habit.metre == str(metre)] or list(profile.habits)
    fitting = [habit for habit in in_metre if habit.mode == key.mode] or in_metre
    weights = [
        habit.works
        * float(np.exp(-_DENSITY_PREFERENCE * max(density - habit.density, habit.density - density - 1)))
        for habit in fitting
    ]
    return draw(fitting, weights, random)


def _script(melodies: Sequence[Melody], plan: Plan) -> Script:
    lowest, highest = (pitch + semitones_to_c(plan.key) for pitch in COMPASS)
    lead = Lead(
        tuple(
            note for melody in melodies for line in range(len(melody.lines)) for note in melody.notes(line)
        ),
        lowest,
        highest,
    )
    arrivals = [arrival for melody in melodies for arrival in _arrivals(melody, plan, melody is melodies[-1])]
    copies = [copy for melody in melodies for copy in _copies(melody)]
    return Script(tuple(arrivals), tuple(copies), lead)


def _arrivals(melody: Melody, plan: Plan, ends_song: bool) -> Iterator[Arrival]:
    """Where lines come to rest: on their last syllable."""
    closes = cadences(len(melody.lines))
    for line, cadence in enumerate(closes):
        if cadence is None:
            continue
        chord = TRIADS[plan.key.mode] if cadence is Cadence.FULL else DOMINANT_TRIAD
        bass = cadence_degrees(cadence, plan.parts) & chord
        onset, duration = melody.notes(line)[-1]
        final = ends_song and line == len(closes) - 1
        top = bass if final else chord
        hold = 0 if final else min(duration, plan.metre.bar_ticks)
        yield Arrival(onset, chord, bass, top, hold, final)


def _copies(melody: Melody) -> Iterator[Copy]:
    """Lines that return, where their rhythms agree."""
    closes = cadences(len(melody.lines))
    for line, letter in enumerate(melody.form):
        source = melody.form.index(letter)
        here, there = melody.lines[line], melody.lines[source]
        if source == line or here.onsets != there.onsets:
            continue
        fresh = _FRESH_NOTE if closes[line] is closes[source] else _FRESH_CLOSE
        kept = max(len(here.onsets) - fresh, 0)
        start, end = here.onsets[0], here.onsets[kept]
        if kept:
            yield Copy(melody.starts[line] + start, melody.starts[line] + end, melody.starts[source] + start)


def _sections(melodies: Sequence[Melody], plan: Plan) -> Iterator[Section]:
    """Two lines each, over all bars; those that begin alike have one letter."""
    bar_ticks = plan.metre.bar_ticks
    letters: dict[tuple[int, str], int] = {}
    primes: dict[str, int] = {}
    first_bar = 0
    for number, melody in enumerate(melodies):
        closes = cadences(len(melody.lines))
        for line in range(0, len(melody.lines), 2):
            last = min(line + 1, len(melody.lines) - 1)
            end = melody.starts[last] // bar_ticks + melody.lines[last].bars
            letter = chr(ord("A") + letters.setdefault((number, melody.form[line]), len(letters)))
            label = letter + "′" * min(primes.get(letter, 0), 3)
            primes[letter] = primes.get(letter, 0) + 1
            yield Section(label, first_bar, end - first_bar, closes[last])
            first_bar = end


def syllable_seconds(song: SongPlan) -> float:
    """How long a syllable on a quarter note is sung."""
    return 60.0 * TICKS_PER_QUARTER / (song.plan.tempo * song.plan.metre.beat_ticks)
