"""What judging is asked for and gives: music as notes or as sound, and what the judge thinks of it.

Knows neither networks nor sentences: reasons are remarks, to be said in the reader's language.
"""

from dataclasses import dataclass

from domain.genres import Genre
from domain.remarks import Remark
from domain.score import Key
from domain.transformations import Source

LIKELY, UNLIKELY = 0.65, 0.35
"""Shares from which on music is taken for a person's, and for nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording as it is heard: levels (0 to 255) of semitones and of mel bands, row by row.

    `models.critic.spectra` says how many bands there are and how long a row is; of mel bands there are twice
    as many rows. `left_out` says what of the file is not in it.
    """

    title: str
    seconds: float
    semitones: bytes
    mel: bytes
    left_out: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequest:
    """What do you think of this?"""

    music: Source | Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the judge thinks.

    `share` (0 to 1): how likely it takes the music for a person's, where half of all is. `genres` with their
    probabilities, the likeliest first, one alone where it was known. `tempo` in beats a minute. `picture` is
    a PNG: a piano roll of notes, a spectrogram of a recording.
    """

    title: str
    share: float
    reasons: tuple[Remark, ...]
    genres: tuple[tuple[Genre, float], ...]
    key: Key
    tempo: float
    picture: bytes
    left_out: tuple[Remark, ...] = ()
