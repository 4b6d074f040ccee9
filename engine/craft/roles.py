"""What each part does among the others, read off the score: who leads, who plays the bass."""

from collections.abc import Sequence
from enum import Enum, auto

from domain.score import Part


class Role(Enum):
    LEAD = auto()
    INNER = auto()
    BASS = auto()
    DRUMS = auto()


def roles_of(parts: Sequence[Part]) -> tuple[Role, ...]:
    """A role for each part: the first pitched one leads, of the others the lowest is the bass.

    Low is a part's mean pitch. Parts without notes neither lead nor play the bass.
    """
    playing = [place for place, part in enumerate(parts) if part.notes and not part.percussion]
    lead = playing[0] if playing else None
    bass = min(playing[1:], key=lambda place: _mean_pitch(parts[place]), default=None)

    def role(place: int) -> Role:
        if parts[place].percussion:
            return Role.DRUMS
        return Role.LEAD if place == lead else Role.BASS if place == bass else Role.INNER

    return tuple(role(place) for place in range(len(parts)))


def _mean_pitch(part: Part) -> float:
    return sum(note.pitch for note in part.notes) / len(part.notes)
