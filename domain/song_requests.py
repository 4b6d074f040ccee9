"""What people ask to be sung: words to be written, and music made for them, or a tune that takes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from domain.ensembles import Ensemble
from domain.limits import check_adapter
from domain.score import Key
from domain.transformations import Source
from domain.verses import LyricsRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SongRequest:
    """A song: the words as asked for, and a melody for them, or the tune of `source` to put them under.

    The words' seed decides the music as well. What is None, the composer chooses from it. `adapter` names the
    version of the style that is to write the melody (see domain.finetuning); the words name their own.
    """

    kind: ClassVar[str] = "song"
    style: ClassVar[str] = "rnn"

    words: LyricsRequest
    source: Source | None = None
    key: Key | None = None
    instruments: Ensemble | None = None
    adapter: str | None = None

    def __post_init__(self) -> None:
        check_adapter(self.adapter)

    @property
    def seed(self) -> int:
        return self.words.seed

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it works on: nothing, or one piece."""
        return () if self.source is None else (self.source,)

    def to_json(self) -> str:
        """One line of JSON, the notes of the source included."""
        plain: dict[str, Any] = {
            "kind": self.kind,
            "words": self.words.to_plain(),
            "source": None if self.source is None else self.source.to_plain(),
            "key": None if self.key is None else str(self.key),
            "instruments": self.instruments,
        }
        if self.adapter is not None:
            plain["adapter"] = self.adapter
        return json.dumps(plain, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        plain: dict[str, Any] = json.loads(text)
        if plain.pop("kind") != cls.kind:
            raise ValueError("not a request for a song")
        read: dict[str, Callable[[Any], object]] = {
            "words": LyricsRequest.from_plain,
            "source": Source.from_plain,
            "key": Key.parse,
            "instruments": Ensemble,
            "adapter": str,
        }
        values: dict[str, Any] = {
            name: None if value is None else read[name](value) for name, value in plain.items()
        }
        return cls(**values)
