"""What people ask to be made of music that there is already, checked once.

A request holds the notes it works on, not a clip's id alone: so it can be run again after a restart, and
makes the same piece when the clip has been cleaned away.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.limits import MAX_SOURCE_BARS, MAX_TITLE, SEED, check_adapter, check_range
from domain.remarks import Remark, Topic
from domain.score import Part, Score, Section
from domain.score_json import score_from_plain, score_to_plain

RATIO = (0.0, 1.0)
AMOUNT = (0.0, 1.0)

DEFAULT_AMOUNT = 0.3


@dataclass(frozen=True, slots=True)
class Source:
    """A piece to work on: the composition alone, without accompaniment and drums, in any key and metre.

    `genre` is None where nobody said it, `clip_id` where it is no clip of the library. `left_out` says
    what the music had before that this has not. Of what was given as somebody's seed, `title` is the seed's
    name.
    """

    title: str
    score: Score
    genre: Genre | None = None
    clip_id: int | None = None
    left_out: tuple[Remark, ...] = ()
    is_seed: bool = False

    @classmethod
    def of(
        cls,
        title: str,
        score: Score,
        *,
        genre: Genre | None = None,
        clip_id: int | None = None,
        left_out: tuple[Remark, ...] = (),
    ) -> Self:
        """The piece, cut to what can be worked on.

        Raises BadRequest (NOTHING_TO_WORK_ON) where nothing is left of it.
        """
        title = title[:MAX_TITLE]
        pitched = tuple(part for part in score.parts if not part.percussion)
        cut = first_bars(replace(score, parts=pitched), MAX_SOURCE_BARS)
        if not cut.parts:
            raise BadRequest(Reason.NOTHING_TO_WORK_ON, title=title)
        if cut.bars < score.bars:
            values = {"title": title, "bars": str(score.bars), "limit": str(cut.bars)}
            left_out = (*left_out, Remark(Topic.CUT, values))
        return cls(title, cut, genre, clip_id, left_out)

    def to_plain(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes."""
        plain = {
            "title": self.title,
            "score": score_to_plain(self.score),
            "genre": self.genre,
            "clip_id": self.clip_id,
            "left_out": [remark.to_plain() for remark in self.left_out],
        }
        return plain | {"seed": True} if self.is_seed else plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError, KeyError or TypeError otherwise."""
        genre = plain["genre"]
        return cls(
            title=plain["title"],
            score=score_from_plain(plain["score"]),
            genre=None if genre is None else Genre(genre),
            clip_id=plain["clip_id"],
            left_out=tuple(map(Remark.from_plain, plain["left_out"])),
            is_seed=bool(plain.get("seed")),
        )


def first_bars(score: Score, bars: int) -> Score:
    """The score's first bars, at most so many; parts without notes in them fall out."""
    bars = min(score.bars, bars)
    end = bars * score.metre.bar_ticks

    def cut(part: Part) -> Part:
        notes = (note for note in part.notes if note.onset < end)
        if bars == score.bars:
            return replace(part, notes=tuple(notes))  # a held ending rings on
        return replace(
            part, notes=tuple(replace(note, duration=min(note.duration, end - note.onset)) for note in notes)
        )

    sections: list[Section] = [
        replace(section, bars=min(section.end_bar, bars) - section.first_bar)
        for section in score.sections
        if section.first_bar < bars
    ]
    parts = tuple(part for part in map(cut, score.parts) if part.notes)
    return replace(score, bars=bars, parts=parts, sections=tuple(sections))


class _Transformation:
    """What all kinds of it share: a style that does it, sources, and JSON under the name of their kind.

    Those whose style can be taught have an `adapter`, which names the version that is to make it (see
    domain.finetuning); None is the shipped one.
    """

    kind: ClassVar[str]
    style: ClassVar[str]

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it works on, in order."""
        values = (getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]
        return tuple(value for value in values if isinstance(value, Source))

    def to_json(self) -> str:
        """One line of JSON, the notes included."""
        plain: dict[str, Any] = {"kind": self.kind}
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if value is None and field.name == "adapter":  # as in requests from before there were any
                continue
            plain[field.name] = value.to_plain() if isinstance(value, Source) else value
        return json.dumps(plain, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        plain: dict[str, Any] = json.loads(text)
        if plain.pop("kind") != cls.kind:
            raise ValueError(f"not a request to {cls.kind}")
        for name, value in plain.items():
            if isinstance(value, dict):
                plain[name] = Source.from_plain(value)
        return cls(**plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendRequest(_Transformation):
    """A piece between two: at `ratio` 0 the first, at 1 the second; None walks from one to the other."""

    kind: ClassVar[str] = "blend"
    style: ClassVar[str] = "vae"

    first: Source
    second: Source
    seed: int
    ratio: float | None = None
    adapter: str | None = None

    def __post_init__(self) -> None:
        check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        check_adapter(self.adapter)
        if self.ratio is not None:
            check_range(self.ratio, RATIO, Reason.RATIO_OUT_OF_RANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VaryRequest(_Transformation):
    """Another piece near one: at `amount` 0 as near as the model can write it down, at 1 far away."""

    kind: ClassVar[str] = "vary"
    style: ClassVar[str] = "vae"

    source: Source
    seed: int
    amount: float = DEFAULT_AMOUNT
    adapter: str | None = None

    def __post_init__(self) -> None:
        check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        check_adapter(self.adapter)
        check_range(self.amount, AMOUNT, Reason.AMOUNT_OUT_OF_RANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccompanyRequest(_Transformation):
    """The source's tune, note for note, with a new harmony and bass, as `genre` has them.

    Without a genre it is the source's, or one drawn from the seed.
    """

    kind: ClassVar[str] = "accompany"
    style: ClassVar[str] = "gan"

    source: Source
    seed: int
    genre: str | None = None
    adapter: str | None = None

    def __post_init__(self) -> None:
        check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        check_adapter(self.adapter)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestyleRequest(_Transformation):
    """The source's tune in its metre, and all the rest as `genre` has it."""

    kind: ClassVar[str] = "restyle"
    style: ClassVar[str] = "style_transfer"

    source: Source
    genre: str
    seed: int

    def __post_init__(self) -> None:
        check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)


Transformation = BlendRequest | VaryRequest | AccompanyRequest | RestyleRequest

TRANSFORMATIONS: dict[str, type[Transformation]] = {
    made.kind: made for made in (BlendRequest, VaryRequest, AccompanyRequest, RestyleRequest)
}
"""Every kind of transformation by its name, which is also its command's."""
