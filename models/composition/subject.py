"""Music that a piece is to begin with, and what it asks of the piece: its genre, key, metre, tempo and plan.

What was asked for goes before what the music is like. Knows scores and what genres are like; no model.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.genres import TUNES, Genre
from domain.remarks import Remark, Topic
from domain.requests import TEMPO, ComposeRequest
from domain.score import Key, Metre, Note, Part
from domain.transformations import Source
from models.composition.moods import Meaning
from models.composition.tunes import tune_of
from models.lanes import FINE, to_lanes
from models.plans import Habit, Profile
from models.tokens import (
    DENSITY_EDGES,
    MAX_PARTS,
    Plan,
    density_class,
    mean_pitch,
    register_class,
    semitones_between,
)

_TEMPO_COST, _REGISTER_COST = 4.0, 0.3
"""What an octave between tempos, and a class between registers, count beside a class of density."""

_LEGATO = 3
"""Ticks that a note of one line may run into the next."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A source as something to begin with.

    `parts` sound; `tune` is the highest line of the first of them, each note over when the next begins.
    """

    source: Source
    parts: tuple[Part, ...]
    tune: tuple[Note, ...]

    @classmethod
    def of(cls, source: Source) -> "Subject":
        heard, _ = to_lanes(source.score, FINE)
        parts = tuple(part for part in source.score.parts if part.notes and not part.percussion)
        tune = tune_of(source.score, heard) or parts[0].notes
        ends = [*(note.onset for note in tune[1:]), tune[-1].end]
        line = (
            replace(note, duration=min(note.duration, end - note.onset))
            for note, end in zip(tune, ends, strict=True)
        )
        return cls(source, parts, tuple(line))

    @property
    def key(self) -> Key:
        return self.source.score.key

    @property
    def metre(self) -> Metre:
        return self.source.score.metre

    @property
    def is_line(self) -> bool:
        """Whether there is nothing but the tune, though notes may run into the next one."""
        notes = self.parts[0].notes
        overlaps = any(before.end > after.onset + _LEGATO for before, after in pairwise(notes))
        return len(self.parts) == 1 and len(self.tune) == len(notes) and not overlaps

    @property
    def density(self) -> int:
        """The class of how many moments a quarter note holds, where the music sounds."""
        onsets = {note.onset for part in self.parts for note in part.notes}
        bars = max(1, (max(onsets) - min(onsets)) // self.metre.bar_ticks + 1)
        return density_class(len(onsets), bars, self.metre)

    def is_kept_whole(self, genre: Genre, profile: Profile) -> bool:
        """Whether the genre's pieces have as many parts; of a line, whether they are lines."""
        if genre in TUNES or self.is_line:
            return genre in TUNES
        return len(self.parts) in {habit.parts for habit in profile.habits} and len(self.parts) <= MAX_PARTS

    def lines(self, genre: Genre, *, whole: bool) -> list[tuple[Note, ...]]:
        """The notes that a piece of this genre begins with, part by part: all parts, or the tune."""
        return [part.notes for part in self.parts] if whole and genre not in TUNES else [self.tune]

    def tempo(self, metre: Metre) -> float:
        """Beats of this metre a minute at which a note lasts as long as it did."""
        return self.source.score.tempo * self.metre.beat_ticks / metre.beat_ticks


def followed(
    request: ComposeRequest,
    subject: Subject,
    offered: Collection[Genre],
    profiles: Mapping[Genre, Profile],
    meaning: Meaning,
) -> ComposeRequest:
    """The request with what the music to begin with leads to, where nothing was asked for.

    A tonic that was asked for is kept, but the mode is the music's: other intervals would be another tune.
    """
    genre = request.genre or str(_likeliest(request, subject, offered, profiles, meaning))
    if genre not in offered:
        return request  # and will be refused
    metres = profiles[Genre(genre)].metres
    asked = request.metre or subject.metre
    metre = asked if asked in metres else _nearest_metre(subject.metre, metres)
    low, high = TEMPO
    return replace(
        request,
        genre=genre,
        key=Key((request.key or subject.key).tonic, subject.key.mode),
        metre=metre,
        tempo=request.tempo or min(max(round(subject.tempo(metre) * meaning.tempo, 1), low), high),
    )


def adapted(plan: Plan, subject: Subject, profile: Profile, meaning: Meaning) -> Plan:
    """The plan of a piece that goes on as the music begins, as far as the genre has pieces like that."""
    densities = [habit.density for habit in profile.habits]
    density = min(max(subject.density + meaning.density, min(densities)), max(densities))
    plan = replace(plan, density=min(density, len(DENSITY_EDGES)))
    if not subject.is_kept_whole(plan.genre, profile):
        return plan
    seen = profile.registers
    mean = mean_pitch(subject.source.score) + semitones_between(subject.key, plan.key)
    register = min(max(register_class(mean, plan.key), seen.start), seen.stop - 1)
    return replace(plan, parts=1 if plan.genre in TUNES else len(subject.parts), register=register)


def remarks_on(
    request: ComposeRequest, subject: Subject, plan: Plan, *, whole: bool, bars: int | None
) -> list[Remark]:
    """What became of the music to begin with, of which the first `bars` were kept, or all."""
    title = subject.source.title
    remarks = list(subject.source.left_out)
    if bars is not None:
        remarks.append(Remark(Topic.OPENING_CUT, {"title": title, "bars": str(bars)}))
    if subject.metre != plan.metre:
        values = {"title": title, "asked": str(subject.metre), "chosen": str(plan.metre)}
        remarks.append(Remark(Topic.OPENING_METRE, values))
    if request.key is not None and request.key.mode is not subject.key.mode:
        values = {"title": title, "mode": str(subject.key.mode), "key": str(plan.key)}
        remarks.append(Remark(Topic.MODE_OF_TUNE, values))
    if not subject.is_line and not (whole and plan.genre not in TUNES):
        remarks.append(Remark(Topic.OPENING_TUNE_ALONE, {"title": title, "genre": str(plan.genre)}))
    return remarks


def _likeliest(
    request: ComposeRequest,
    subject: Subject,
    offered: Collection[Genre],
    profiles: Mapping[Genre, Profile],
    meaning: Meaning,
) -> Genre:
    """The genre that the music is said to be of, or else the one whose pieces are most like it."""
    metre, mode, own = request.metre or subject.metre, subject.key.mode, subject.source.genre
    # What comes first matters more: a wish that leaves no genre over is passed by.
    wishes: list[Callable[[Genre], bool]] = [
        lambda genre: metre in profiles[genre].metres,
        lambda genre: subject.is_line or subject.is_kept_whole(genre, profiles[genre]),
        lambda genre: not meaning.genres or genre in meaning.genres,
        lambda genre: genre == own,
        lambda genre: mode in profiles[genre].modes,
    ]
    fitting = sorted(offered)
    for wish in wishes:
        fitting = [genre for genre in fitting if wish(genre)] or fitting
    return max(fitting, key=lambda genre: _likeness(subject, profiles[genre], metre))


def _likeness(subject: Subject, profile: Profile, metre: Metre) -> float:
    """How like the genre's pieces in this metre the music is, in nats."""
    register = register_class(mean_pitch(subject.source.score), subject.key)

    def distance(habit: Habit) -> float:
        own = register_class(habit.mean_pitch, subject.key)
        return (
            abs(habit.density - subject.density)
            + _TEMPO_COST * abs(math.log2(habit.tempo / subject.tempo(metre)))
            + _REGISTER_COST * abs(own - register)
        )

    habits = [habit for habit in profile.habits if habit.metre == str(metre)] or list(profile.habits)
    works = sum(habit.works for habit in profile.habits)
    return math.log(sum(habit.works * math.exp(-distance(habit)) for habit in habits) / works + 1e-30)


def _nearest_metre(metre: Metre, metres: Collection[Metre]) -> Metre:
    """Of the metres the one whose bars the music fits best: as long, or so many times as long or short."""

    def misfit(other: Metre) -> tuple[bool, bool, int]:
        longer, shorter = max(metre.bar_ticks, other.bar_ticks), min(metre.bar_ticks, other.bar_ticks)
        return longer % shorter > 0, metre.is_compound != other.is_compound, longer - shorter

    return min(metres, key=misfit)
