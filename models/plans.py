"""From wishes to a plan: what a genre's pieces are usually like, and a choice among that.

A profile is counted on the training works and kept in the model card. Imports no torch.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self, TypeVar

import numpy as np

from domain.genres import Genre
from domain.score import Key, Metre, Mode
from models.tokens import Plan, register_class

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Habit:
    """One way a genre's pieces are laid out, and how many training works are like that."""

    metre: str
    mode: str
    parts: int
    density: int
    tempo: float
    mean_pitch: float
    works: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A genre as its training works show it: keys by how often they occur, and habits."""

    keys: Mapping[str, int]
    habits: tuple[Habit, ...]

    @classmethod
    def count(cls, works: Iterable[tuple[Plan, float]]) -> Self:
        """Count works, each given by its plan and the mean of its pitches as written."""
        keys = Counter[str]()
        tempos: dict[tuple[str, str, int, int], list[float]] = {}
        pitches: dict[tuple[str, str, int, int], list[float]] = {}
        for plan, mean_pitch in works:
            keys[str(plan.key)] += 1
            kind = (str(plan.metre), str(plan.key.mode), plan.parts, plan.density)
            tempos.setdefault(kind, []).append(plan.tempo)
            pitches.setdefault(kind, []).append(mean_pitch)
        habits = [
            Habit(
                *kind,
                tempo=round(float(np.median(tempos[kind])), 1),
                mean_pitch=round(float(np.mean(pitches[kind])), 1),
                works=len(tempos[kind]),
            )
            for kind in sorted(tempos)
        ]
        # What only one work in a hundred does is an exception, not a habit.
        enough = max(2, sum(habit.works for habit in habits) // 100)
        common = [habit for habit in habits if habit.works >= enough] or habits
        return cls(dict(sorted(keys.items())), tuple(common))

    def to_plain(self) -> dict[str, Any]:
        return {"keys": dict(self.keys), "habits": [asdict(habit) for habit in self.habits]}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        return cls(dict(plain["keys"]), tuple(Habit(**habit) for habit in plain["habits"]))

    @property
    def modes(self) -> frozenset[Mode]:
        """The modes that habits are in; keys of an exceptional work may be in another."""
        return frozenset(Mode(habit.mode) for habit in self.habits)

    @property
    def metres(self) -> tuple[Metre, ...]:
        """The metres that habits are in, the most usual first."""
        works = Counter[str]()
        for habit in self.habits:
            works[habit.metre] += habit.works
        return tuple(Metre.parse(metre) for metre, _ in works.most_common())

    @property
    def registers(self) -> range:
        """From the lowest to the highest register class that habits have in any of the keys."""
        classes = [
            register_class(habit.mean_pitch, Key.parse(key)) for habit in self.habits for key in self.keys
        ]
        return range(min(classes), max(classes) + 1)

    def choose_key(
        self,
        random: np.random.Generator,
        *,
        modes: Collection[Mode] = tuple(Mode),
        favours: Mapping[Mode, float] | None = None,
    ) -> Key:
        """A key in one of the modes, by how often it occurs; any key, where none is.

        `favours` say how many times as often those of a mode are to occur.
        """
        counts = {Key.parse(name): count for name, count in self.keys.items()}
        fitting = {key: count for key, count in counts.items() if key.mode in modes} or counts
        weights = [count * (favours or {}).get(key.mode, 1.0) for key, count in fitting.items()]
        return draw(list(fitting), weights, random)

    def choose_habit(self, mode: Mode, random: np.random.Generator) -> Habit:
        """A habit in this mode; in any mode, where the genre knows none."""
        fitting = [habit for habit in self.habits if habit.mode == mode] or list(self.habits)
        return draw(fitting, [habit.works for habit in fitting], random)


def profiles_to_plain(profiles: Mapping[Genre, Profile]) -> dict[str, Any]:
    """As model cards keep them."""
    return {str(genre): profile.to_plain() for genre, profile in profiles.items()}


def profiles_from_plain(plain: Mapping[str, Any]) -> dict[Genre, Profile]:
    """Read what `profiles_to_plain` gave."""
    return {Genre(name): Profile.from_plain(each) for name, each in plain.items()}


def make_plan(genre: Genre, habit: Habit, *, key: Key, tempo: float, bars: int) -> Plan:
    """The plan of a piece in `key` that follows a habit."""
    return Plan(
        genre=genre,
        key=key,
        metre=Metre.parse(habit.metre),
        tempo=tempo,
        bars=bars,
        parts=habit.parts,
        density=habit.density,
        register=register_class(habit.mean_pitch, key),
    )


def draw(items: Sequence[Item], weights: Sequence[float], random: np.random.Generator) -> Item:
    """One of the items, by their weights.

    One number is drawn whatever there is to choose from, so that choices do not shift each other.
    """
    cumulative = np.cumsum(weights)
    index = int(np.searchsorted(cumulative, random.random() * cumulative[-1], side="right"))
    return items[min(index, len(items) - 1)]
