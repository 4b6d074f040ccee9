"""From the notes a model wrote to a score for players: within their reach, accompanied, and with an ending.

Puts together what the chord finder, the accompanists and the instruments know; changes no rhythm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.ensembles import Ensemble
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.score import Note, Part, Score
from engine.craft.accompaniment import accompany, damped
from engine.craft.harmony import find_chords
from engine.craft.instruments import Family, Instrument, family_for, lineup_for, named

_MAX_REST_SECONDS = 1.2
"""A silence longer than this is filled by holding the notes before it."""

_CHORDAL = 0.2
"""The share of notes begun together with another from which a part is one of chords."""

_OCTAVES = (0, 1, -1, 2, -2)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A score for players, and what the listener should be told about it."""

    score: Score
    remarks: tuple[Remark, ...] = ()


def arrange(
    score: Score,
    genre: Genre,
    *,
    hold_seconds: float,
    ensemble: Ensemble | None = None,
    octaves: Sequence[int] = _OCTAVES,
) -> Arrangement:
    """The same music for the ensemble, or the genre's own players; its last notes held to the end.

    A tune without accompaniment is given one, where its genre is played with one. Notes are only moved by
    octaves, where instruments do not reach them: all together by one of `octaves`, or those few alone. Parts
    without notes fall out.
    """
    parts = [part for part in score.parts if part.notes]
    if not parts:
        return Arrangement(replace(score, parts=()))
    lineup = lineup_for(genre, ensemble) if len(parts) == 1 else None
    family = Family((lineup.lead,)) if lineup else family_for(genre, ensemble)
    reached, players = _within_reach(parts, family, octaves)
    end = score.bars * score.metre.bar_ticks + round(hold_seconds / score.seconds_per_tick)
    ended = _with_ending(_without_long_silence(reached, score), score, end=end)
    names = named(lineup.players if lineup else players)
    tune = replace(
        score,
        parts=tuple(
            replace(part, name=name, program=player.program)
            for part, player, name in zip(ended, players, names, strict=False)
        ),
    )
    added = accompany(tune, find_chords(tune), lineup, end=end) if lineup else ()
    remarks: tuple[Remark, ...] = ()
    if ensemble is not None and reached != parts:
        remarks = (Remark(Topic.RANGE_OF_INSTRUMENTS, {"instruments": str(ensemble)}),)
    return Arrangement(replace(tune, parts=(*tune.parts, *added)), remarks)


def _within_reach(
    parts: Sequence[Part], family: Family, octaves: Sequence[int]
) -> tuple[list[Part], list[Instrument]]:
    """The parts, and a player for each who reaches all of its notes.

    All parts move together by the octaves at which most notes lie well. What is then still out of reach
    goes to another member of the family, or moves by itself: the whole part, if that leaves it between
    its neighbours, else single notes.
    """

    def cost(up: int) -> tuple[int, int]:
        moved = [_transposed(part, 12 * up) for part in parts]
        return sum(player.strangers(pitches) for player, pitches in _cast(moved, family)), abs(up)

    best = min(octaves, key=cost)
    moved = [_transposed(part, 12 * best) for part in parts]
    players = [player for player, _ in _cast(moved, family)]
    for place, player in enumerate(players):
        moved[place] = _folded(_moved_alone(moved, place, player), player)
    return moved, players


def _cast(parts: Sequence[Part], family: Family) -> Iterator[tuple[Instrument, Sequence[int]]]:
    """For each part, who of the family reaches it best, nearest its place; and its pitches."""
    members = family.members
    for place, part in enumerate(parts):
        pitches = [note.pitch for note in part.notes]
        if family.wide is not None and _is_chordal(part):
            yield family.wide, pitches
            continue
        desk = int(place * (len(members) - 1) / max(len(parts) - 1, 1) + 0.5)
        by_distance = sorted(members, key=lambda member: abs(members.index(member) - desk))
        yield min(by_distance, key=lambda member: member.strangers(pitches)), pitches


def _is_chordal(part: Part) -> bool:
    together = sum(note.onset == following.onset for note, following in pairwise(part.notes))
    return together >= _CHORDAL * len(part.notes)


def _moved_alone(parts: Sequence[Part], place: int, player: Instrument) -> Part:
    """The part, by octaves nearer to its player if it stays between its neighbours."""
    above = [_mean_pitch(part) for part in parts[:place]]
    below = [_mean_pitch(part) for part in parts[place + 1 :]]
    here = _mean_pitch(parts[place])

    def cost(octaves: int) -> tuple[int, int]:
        return player.strangers([note.pitch + 12 * octaves for note in parts[place].notes]), abs(octaves)

    def keeps_order(octaves: int) -> bool:
        there = here + 12 * octaves
        # Where parts cross as it is, nothing is asked of them.
        return all(there < other or here >= other for other in above) and all(
            there > other or here <= other for other in below
        )

    return _transposed(parts[place], 12 * min(filter(keeps_order, _OCTAVES), key=cost))


def _folded(part: Part, player: Instrument) -> Part:
    """The part with single notes moved by octaves into the player's range."""
    if not player.strangers([note.pitch for note in part.notes]):
        return part
    notes = (
        note
        if player.lowest <= note.pitch <= player.highest
        else replace(
            note,
            pitch=player.lowest + (note.pitch - player.lowest) % 12
            if note.pitch < player.lowest
            else player.highest - (player.highest - note.pitch) % 12,
        )
        for note in part.notes
    )
    return replace(part, notes=damped(notes))


def _mean_pitch(part: Part) -> float:
    return sum(note.pitch for note in part.notes) / len(part.notes)


def _transposed(part: Part, semitones: int) -> Part:
    return replace(part, notes=tuple(replace(note, pitch=note.pitch + semitones) for note in part.notes))


def _without_long_silence(parts: Sequence[Part], score: Score) -> list[Part]:
    """Notes before a silence of all parts last until music goes on."""
    ends: dict[int, int] = {}
    for note in sorted(note for part in parts for note in part.notes):
        ends[note.onset] = max(ends.get(note.onset, 0), note.end)
    limit = _MAX_REST_SECONDS / score.seconds_per_tick
    held_until: dict[int, int] = {}
    sounding_until = 0
    for onset, following in pairwise(ends):
        sounding_until = max(sounding_until, ends[onset])
        if following - sounding_until > limit:
            held_until[onset] = following

    def held(note: Note) -> Note:
        end = held_until.get(note.onset, note.end)
        return replace(note, duration=end - note.onset)

    return [replace(part, notes=tuple(held(note) for note in part.notes)) for part in parts]


def _with_ending(parts: Sequence[Part], score: Score, *, end: int) -> list[Part]:
    """Each part's last notes, where they begin in the last bar or ring into it, sound to the end together.

    Nothing sounds longer.
    """
    last_bar = (score.bars - 1) * score.metre.bar_ticks
    last_onset = max(note.onset for part in parts for note in part.notes)

    def ended(note: Note) -> Note:
        rings = note.onset == last_onset or (note.onset >= last_bar and note.end > last_onset)
        return replace(note, duration=(end if rings else min(note.end, end)) - note.onset)

    return [replace(part, notes=tuple(ended(note) for note in part.notes)) for part in parts]
