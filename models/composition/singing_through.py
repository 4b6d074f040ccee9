"""A song written out as it is sung: stanza after stanza, each with its own words. Knows notes, no model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.score import Note, Part, Section
from domain.songs import SungSyllable, Underlay
from models.composition.setting import SetSong, Stretch


@dataclass(frozen=True, slots=True)
class _Move:
    """A stretch of the song as it is written down, and the tick at which its first bar is sung."""

    stretch: Stretch
    start: int
    end: int
    there: int
    last: bool

    def moved(self, tick: int) -> int:
        return tick - self.start + self.there


def sing_through(song: SetSong) -> SetSong:
    """The same song with every stanza's notes and words one after the other, in one row.

    A note under which two syllables are sung is struck for each. A song of one stanza has only that done.
    """
    score = song.score
    bar = score.metre.bar_ticks
    moves = list(_moves(song))
    lead_in = int(song.upbeat > 0)
    bars = sum(move.stretch.bars for move in moves) + lead_in
    sung = [each for move in moves for each in _words(move, song.underlay, song.upbeat)]
    end = bars * bar
    parts = tuple(
        replace(part, notes=tuple(sorted(_notes(part, moves, song.upbeat, end)))) for part in score.parts
    )
    lead = replace(parts[0], notes=_struck(parts[0].notes, [each.tick for each in sung]))
    written = replace(
        score,
        bars=bars,
        parts=(lead, *parts[1:]),
        sections=tuple(_sections(moves, score.sections, bar, lead_in)),
    )
    stretches = tuple(replace(move.stretch, verse=1, first_bar=move.there // bar) for move in moves)
    return replace(song, score=written, underlay=Underlay.of(0, sung), stretches=stretches)


def _moves(song: SetSong) -> Iterator[_Move]:
    bar = song.score.metre.bar_ticks
    there = bar * int(song.upbeat > 0)
    for stretch, following in pairwise([*song.stretches, None]):
        if stretch is None:
            return
        start = stretch.first_bar * bar
        yield _Move(stretch, start, start + stretch.bars * bar, there, following is None)
        there += stretch.bars * bar


def _notes(part: Part, moves: Sequence[_Move], upbeat: int, end: int) -> Iterator[Note]:
    """A part's notes again for every stretch; only those of the last one ring to the end."""
    for move in moves:
        first, last = move.start - upbeat, move.end - upbeat
        for note in part.notes:
            if not first <= note.onset < last:
                continue
            onset = move.moved(note.onset)
            if move.last and note.end >= last:
                yield replace(note, onset=onset, duration=end - onset)
            else:
                yield replace(note, onset=onset, duration=min(note.end, last) - note.onset)


def _words(move: _Move, underlay: Underlay, upbeat: int) -> Iterator[SungSyllable]:
    """The stanza's words, in one row."""
    for each in underlay.of_verse(move.stretch.verse):
        if move.start - upbeat <= each.tick < move.end - upbeat:
            yield replace(each, tick=move.moved(each.tick), verse=1)


def _struck(notes: Sequence[Note], ticks: Sequence[int]) -> tuple[Note, ...]:
    """The notes, cut wherever a syllable begins within one."""
    struck: list[Note] = []
    for note in notes:
        cuts = [note.onset, *sorted(tick for tick in ticks if note.onset < tick < note.end), note.end]
        struck += [replace(note, onset=start, duration=end - start) for start, end in pairwise(cuts)]
    return tuple(struck)


def _sections(
    moves: Sequence[_Move], sections: Sequence[Section], bar: int, lead_in: int
) -> Iterator[Section]:
    for number, move in enumerate(moves):
        for section in sections:
            start = max(section.first_bar, lead_in) * bar
            if move.start <= start < move.end:
                first = move.moved(start) // bar
                end = move.moved(section.end_bar * bar) // bar
                first = 0 if number == 0 and start == move.start else first
                yield replace(section, first_bar=first, bars=end - first)
