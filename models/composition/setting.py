"""Words set to music: a melody of one syllable a note, with what accompanies it, and the best of several.

Candidates are written side by side under the rhythm of the words. Knows models and the gate; not how words
are found nor how music is made to sound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.score import Metre, Note, Score
from domain.songs import SungLine, SungStanza, SungSyllable, Underlay
from models.composition.composing import laid_out
from models.composition.gate import Gate
from models.composition.song_plans import Melody, SongPlan, SongWishes, plan_song
from models.composition.underlay import Timed, place_line
from models.composition.vocal import vocal_cost
from models.drafting import Candidate, Model

CANDIDATES = 12
"""Candidates written of each song: more than of other pieces, since a song is short."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stanza of the song, by its place, and the bars it is sung to; `verse` is its row of words there."""

    stanza: int
    verse: int
    first_bar: int
    bars: int


@dataclass(frozen=True, slots=True)
class SetSong:
    """A song as it is written down: every melody once, the words of its verses under each other.

    `stretches` are in the order of the stanzas. `upbeat` is how many ticks before its first bar a stretch
    begins. `unsung` counts syllables for which there was no note.
    """

    score: Score
    underlay: Underlay
    stretches: tuple[Stretch, ...]
    upbeat: int
    judgement: float | None = None
    unsung: int = 0


class Setting:
    """A song being set. Call `advance` until `finished`; then `choose_best`.

    The same words and wishes give the same song where as many candidates are written.
    """

    def __init__(
        self, model: Model, stanzas: Sequence[SungStanza], wishes: SongWishes, *, candidates: int = CANDIDATES
    ) -> None:
        self.song = plan_song(stanzas, wishes, model.profiles)
        self._drafting = model.draft(
            [self.song.plan] * candidates,
            [[wishes.seed, candidate] for candidate in range(candidates)],
            temperatures=[wishes.temperature] * candidates,
            scripts=[self.song.script] * candidates,
        )

    @property
    def finished(self) -> bool:
        return self._drafting.finished

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1."""
        return self._drafting.fraction

    def advance(self) -> None:
        """Write on at every candidate, for a moment."""
        self._drafting.advance()

    def choose_best(self, gate: Gate | None, *, style: str) -> SetSong:
        """The best candidate with its words; without a gate the one that is easiest to sing."""
        song = self.song
        written = [
            replace(each, score=laid_out(each.score, song.sections)) for each in self._drafting.candidates()
        ]
        genre = song.plan.genre
        verdicts = gate.weigh(written, genre=genre, style=style) if gate is not None else []
        merits = [verdict.merit for verdict in verdicts] or [0.0] * len(written)
        merits = [merit - vocal_cost(_sung(each)) for merit, each in zip(merits, written, strict=True)]
        best = max(range(len(written)), key=merits.__getitem__)
        underlay, unsung = underlay_of(song.melodies, song.plan.metre)
        return SetSong(
            written[best].score,
            underlay,
            _stretches(song),
            song.upbeat,
            verdicts[best].judgement if verdicts else None,
            unsung,
        )


def set_words(
    model: Model,
    stanzas: Sequence[SungStanza],
    wishes: SongWishes,
    *,
    gate: Gate | None,
    style: str,
    candidates: int = CANDIDATES,
) -> SetSong:
    """A whole song at once. Raises ValueError as `plan_song` does."""
    setting = Setting(model, stanzas, wishes, candidates=candidates)
    while not setting.finished:
        setting.advance()
    return setting.choose_best(gate, style=style)


def underlay_of(melodies: Sequence[Melody], metre: Metre) -> tuple[Underlay, int]:
    """Every verse under its melody in the first part, and how many syllables were left over."""
    sung: list[SungSyllable] = []
    unsung = 0
    for melody in melodies:
        for number, verse in enumerate(melody.strophe.verses, 1):
            for place, line in enumerate(verse.lines):
                found = words_on(line, melody.notes(place), metre, verse=number, place=place)
                unsung += len(line.syllables) - len(found)
                sung += found
    return Underlay.of(0, sung), unsung


def words_on(
    line: SungLine, notes: Sequence[Timed], metre: Metre, *, verse: int, place: int
) -> list[SungSyllable]:
    """A line's syllables on these notes, as many of them from the first on as can be sung."""
    for count in range(len(line.syllables), 0, -1):
        syllables = line.syllables[:count]
        placed = place_line(syllables, notes, metre)
        if placed is not None:
            return [
                SungSyllable(each.tick, verse, each.ticks, place, syllables[each.syllable]) for each in placed
            ]
    return []


def _sung(candidate: Candidate) -> tuple[Note, ...]:
    return candidate.score.parts[0].notes


def _stretches(song: SongPlan) -> tuple[Stretch, ...]:
    bar = song.plan.metre.bar_ticks
    stretches = [
        Stretch(stanza, 1 + row, melody.starts[0] // bar, sum(line.bars for line in melody.lines))
        for melody in song.melodies
        for stanza, row in zip(melody.strophe.stanzas, melody.strophe.rows, strict=True)
    ]
    return tuple(sorted(stretches, key=lambda each: each.stanza))
