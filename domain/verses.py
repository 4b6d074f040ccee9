"""Verse: what people ask to be written, checked once, and what comes of it.

Knows nothing of how words are found, nor of music.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from domain.errors import Reason
from domain.limits import SEED, check_adapter, check_range
from domain.remarks import Remark
from domain.songs import StanzaKind

LINES = (4, 16)
VERSE_TEMPERATURE = (0.5, 1.5)
VERSE_CANDIDATES = (1, 32)
MOST_SCENE = 4000
"""Characters of a scene; a longer one is cut."""

DEFAULT_VERSE_TEMPERATURE = 0.95
DEFAULT_VERSE_CANDIDATES = 16

VERSE_FORMAT = 1
"""Raised when the fields of a verse's recipe change meaning."""


class Language(StrEnum):
    ENGLISH = "en"
    CHINESE = "zh"


class VerseForm(StrEnum):
    """How lines make stanzas. The first four are English, the others Chinese."""

    QUATRAINS = "quatrains"
    BALLAD = "ballad"
    """Lines of 8, 6, 8 and 6 syllables."""
    COUPLETS = "couplets"
    SONG = "song"
    """Verses with a chorus that returns."""
    FIVE = "five"
    """五言: five characters a line."""
    SEVEN = "seven"
    """七言: seven characters a line."""
    CI = "ci"
    """词: as long as its tune pattern has it."""


class RhymeScheme(StrEnum):
    """Which lines of four rhyme."""

    AABB = "AABB"
    ABAB = "ABAB"
    ABCB = "ABCB"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class LyricsRequest:
    """Verse about a scene as asked for. What is None, the poet chooses from the scene and the seed.

    `tune` names a tune pattern (词牌), `model` a kind of network, `adapter` its version that is to write (see
    domain.finetuning), None the shipped one. Of `candidates` verses the best is kept. Wishes may contradict
    each other: the poet chooses, and remarks on it. Raises BadRequest when a value is out of range; whether
    there is a scene in the words is only known to the engine.
    """

    kind: ClassVar[str] = "lyrics"

    scene: str
    seed: int
    language: Language | None = None
    lines: int | None = None
    form: VerseForm | None = None
    rhyme: RhymeScheme | None = None
    tune: str | None = None
    model: str | None = None
    temperature: float = DEFAULT_VERSE_TEMPERATURE
    candidates: int = DEFAULT_VERSE_CANDIDATES
    adapter: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "scene", self.scene[:MOST_SCENE])
        check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        check_range(self.temperature, VERSE_TEMPERATURE, Reason.TEMPERATURE_OUT_OF_RANGE)
        check_range(self.candidates, VERSE_CANDIDATES, Reason.CANDIDATES_OUT_OF_RANGE)
        if self.lines is not None:
            check_range(self.lines, LINES, Reason.LINES_OUT_OF_RANGE)
        check_adapter(self.adapter)

    def to_plain(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes; `adapter` is left out where there is none."""
        plain = {"kind": self.kind, **asdict(self)}
        if self.adapter is None:
            del plain["adapter"]
        return plain

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_plain(), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        values = dict(plain)
        if values.pop("kind") != cls.kind:
            raise ValueError("not a request for lyrics")
        for name, kind in {"language": Language, "form": VerseForm, "rhyme": RhymeScheme}.items():
            if values.get(name) is not None:
                values[name] = kind(values[name])
        return cls(**values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        return cls.from_plain(json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerseRecipe:
    """A request with every choice made, and the model version that made them.

    The same request with the same version on the same machine gives the same words.
    """

    request: LyricsRequest
    model_version: str

    def __post_init__(self) -> None:
        wishes = self.request
        if None in (wishes.language, wishes.lines, wishes.form, wishes.model):
            raise ValueError("a recipe leaves nothing open")

    def to_json(self) -> str:
        """A readable JSON document that ends in a newline."""
        plain = {
            "format": VERSE_FORMAT,
            "model_version": self.model_version,
            "request": self.request.to_plain(),
        }
        return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        plain: dict[str, Any] = json.loads(text)
        if plain["format"] > VERSE_FORMAT:
            raise ValueError(f"recipe format {plain['format']} is newer than {VERSE_FORMAT}")
        return cls(request=LyricsRequest.from_plain(plain["request"]), model_version=plain["model_version"])


@dataclass(frozen=True, slots=True)
class VerseLine:
    """A line in print.

    `rhyme` is the same letter for lines of a stanza that rhyme, empty where it rhymes with none; `pattern`
    its stresses (English: 0 and 1 a syllable) or tones (Chinese: 平 and 仄 a character).
    """

    text: str
    syllables: int
    rhyme: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class VerseStanza:
    """Lines that belong together."""

    lines: tuple[VerseLine, ...]
    label: StanzaKind = StanzaKind.VERSE

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verse:
    """Finished verse: a title, stanzas, and the words of the scene that it uses, as they were typed."""

    title: str
    recipe: VerseRecipe
    stanzas: tuple[VerseStanza, ...]
    scene_words: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def text(self) -> str:
        """The stanzas, an empty line between them."""
        return "\n\n".join(stanza.text for stanza in self.stanzas)

    def to_plain(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes."""
        return {
            "title": self.title,
            "recipe": json.loads(self.recipe.to_json()),
            "stanzas": [asdict(stanza) for stanza in self.stanzas],
            "scene_words": list(self.scene_words),
            "remarks": [remark.to_plain() for remark in self.remarks],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        return cls(
            title=plain["title"],
            recipe=VerseRecipe.from_json(json.dumps(plain["recipe"])),
            stanzas=tuple(map(_stanza, plain["stanzas"])),
            scene_words=tuple(plain["scene_words"]),
            remarks=tuple(map(Remark.from_plain, plain["remarks"])),
        )


def _stanza(plain: dict[str, Any]) -> VerseStanza:
    lines = tuple(VerseLine(**line) for line in plain["lines"])
    return VerseStanza(lines, StanzaKind(plain["label"]))
