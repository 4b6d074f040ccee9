"""A score as plain JSON values and back: as few and as short as thousands of stored scores want them.

Knows nothing of files, of the works that carry scores, or of who reads them.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section

_DEFAULT_VELOCITY = Note(0, 0, 0).velocity


def score_to_plain(score: Score) -> dict[str, Any]:
    """The score as a dict that `json.dumps` takes.

    A part is `[name, program, notes]`, its notes one flat list: ticks since the note before, pitch,
    duration, again and again. What most scores do without is left out where they do: `sections`, and as
    a part's fourth value `{"percussion": true, "velocities": [...]}`, either or both.
    """
    plain: dict[str, Any] = {
        "key": _plain_key(score.key),
        "metre": str(score.metre),
        "tempo": score.tempo,
        "bars": score.bars,
        "parts": [_plain_part(part) for part in score.parts],
    }
    if score.sections:
        plain["sections"] = [
            [
                section.label,
                section.first_bar,
                section.bars,
                None if section.cadence is None else str(section.cadence),
                None if section.key is None else _plain_key(section.key),
            ]
            for section in score.sections
        ]
    return plain


def score_from_plain(plain: Mapping[str, Any]) -> Score:
    """Read what `score_to_plain` gave. Other entries are ignored. Raises ValueError where it is no score."""
    try:
        return Score(
            key=_key(plain["key"]),
            metre=Metre.parse(plain["metre"]),
            tempo=plain["tempo"],
            bars=plain["bars"],
            parts=tuple(_part(*part) for part in plain["parts"]),
            sections=tuple(_section(*section) for section in plain.get("sections", ())),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a score") from error


def _plain_key(key: Key) -> list[Any]:
    return [key.tonic, str(key.mode)]


def _key(plain: Sequence[Any]) -> Key:
    tonic, mode = plain
    return Key(tonic, Mode(mode))


def _plain_part(part: Part) -> list[Any]:
    plain: list[Any] = [part.name, part.program, list(_flatten(part.notes))]
    rest: dict[str, Any] = {}
    if part.percussion:
        rest["percussion"] = True
    if any(note.velocity != _DEFAULT_VELOCITY for note in part.notes):
        rest["velocities"] = [note.velocity for note in part.notes]
    return [*plain, rest] if rest else plain


def _part(name: str, program: int, flat: Sequence[int], rest: Mapping[str, Any] | None = None) -> Part:
    rest = rest or {}
    notes = _unflatten(flat, rest.get("velocities"))
    return Part(name, program, notes, percussion=rest.get("percussion", False))


def _flatten(notes: Iterable[Note]) -> Iterator[int]:
    before = 0
    for note in notes:
        yield note.onset - before
        yield note.pitch
        yield note.duration
        before = note.onset


def _unflatten(flat: Sequence[int], velocities: Sequence[int] | None) -> tuple[Note, ...]:
    steps, pitches, durations = flat[::3], flat[1::3], flat[2::3]
    if velocities is None:
        velocities = [_DEFAULT_VELOCITY] * len(steps)
    return tuple(
        Note(*note) for note in zip(itertools.accumulate(steps), pitches, durations, velocities, strict=True)
    )


def _section(
    label: str, first_bar: int, bars: int, cadence: str | None, key: Sequence[Any] | None
) -> Section:
    return Section(
        label,
        first_bar,
        bars,
        cadence=None if cadence is None else Cadence(cadence),
        key=None if key is None else _key(key),
    )
