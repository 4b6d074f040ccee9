"""How a leaning bears on choices that are left open: which are made more often, and at what tempo.

Works on a genre's habits alone; knows no random numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.genres import Genre
from domain.score import Metre, Mode
from models.composition.moods import Meaning
from models.leanings import NO_LEANING, Leaning
from models.plans import Habit, Profile


@dataclass(frozen=True, slots=True)
class Favours:
    """A leaning beside what is wished for: a metre, a mode (of the key), and what a mood means.

    All factors are 1 without a leaning. That of a habit depends on nothing that is wished for.
    """

    leaning: Leaning
    metre: Metre | None
    mode: Mode | None
    meaning: Meaning

    def of_habit(self, habit: Habit, genre: Genre) -> float:
        """How many times as often as usual a habit is to be followed."""
        return 1.0 if self.leaning == NO_LEANING else self.leaning.favour(habit, genre)

    def of_modes(self, profile: Profile, genre: Genre) -> dict[Mode, float]:
        """How many times as often as usual keys of each mode are to occur."""
        if self.leaning == NO_LEANING:
            return {}
        return {mode: self._mean(self._fitting(profile, mode), genre) for mode in profile.modes}

    def of_genre(self, profile: Profile, genre: Genre) -> float:
        """How many times as often as usual the genre is to occur, whatever is chosen of it then."""
        if self.leaning == NO_LEANING:
            return 1.0
        by_mode = self.of_modes(profile, genre)
        wished = self.mode or self.meaning.mode
        if wished is not None and wished in by_mode:
            return by_mode[wished]
        shares = mode_shares(profile)
        return sum(shares[mode] * favour for mode, favour in by_mode.items()) / sum(
            shares[mode] for mode in by_mode
        )

    def tempo(self, habit: Habit, genre: Genre) -> float:
        """What the habit's tempo is multiplied by, where no mood has a say in it."""
        if self.leaning == NO_LEANING or self.meaning.tempo != 1.0:
            return 1.0
        return self.leaning.tempo_of(habit, genre) / habit.tempo

    def _fitting(self, profile: Profile, mode: Mode) -> list[Habit]:
        habits = [habit for habit in profile.habits if habit.mode == mode]
        return [habit for habit in habits if habit.metre == str(self.metre)] or habits

    def _mean(self, habits: Sequence[Habit], genre: Genre) -> float:
        works = sum(habit.works for habit in habits)
        return sum(habit.works * self.of_habit(habit, genre) for habit in habits) / works


def mode_shares(profile: Profile) -> Mapping[Mode, float]:
    """How often a genre's keys are in each mode, of those that its habits are in."""
    counts = dict.fromkeys(profile.modes, 1e-9)
    for name, count in profile.keys.items():
        for mode in counts:
            counts[mode] += count * name.endswith(mode)
    return counts
