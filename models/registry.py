"""What can be played and written: the models whose weights lie beside their model card.

Reads model cards and the names of tunes only (JSON), never weights, and imports no torch: the bot's
process asks here.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from domain.genres import Genre
from domain.score import Metre
from domain.song_requests import SongRequest
from domain.transformations import RestyleRequest, VaryRequest
from domain.verses import Language
from models.lyrics.tunes import load_tunes

log = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parent / "weights"

POET = "lyrics"
"""The kind of card that networks have which write verse."""

TUNES = "lyrics-zh.tunes"
"""The file of tune patterns beside the weights."""

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Style:
    """One row of the registry: weights of a model family, and what their evaluation lets them offer.

    `metres` are those that it learned for each genre, the most usual first.
    """

    name: str
    model_version: str
    genres: tuple[Genre, ...]
    weights: Path
    sha256: str
    family: str = "rnn"
    metres: Mapping[Genre, tuple[Metre, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PoetCard:
    """Weights of a network that writes verse in a language."""

    network: str
    language: Language
    model_version: str


@dataclass(frozen=True, slots=True)
class Models:
    """All that the weights of a folder allow to be asked for.

    `restyler` is the model that gives music another genre, None where there is none; `tunes` names the
    tune patterns (词牌) that verse can be written to.
    """

    styles: tuple[Style, ...]
    restyler: Style | None
    poets: tuple[PoetCard, ...]
    tunes: tuple[str, ...]

    @property
    def networks(self) -> tuple[str, ...]:
        """The kinds of network that write verse, in any language."""
        return tuple(dict.fromkeys(poet.network for poet in self.poets))

    @property
    def varies(self) -> bool:
        """Whether clips can be varied."""
        return any(style.name == VaryRequest.style for style in self.styles)

    @property
    def sings(self) -> bool:
        """Whether songs can be made: it takes a poet and a style that makes melodies."""
        return bool(self.poets) and any(style.name == SongRequest.style for style in self.styles)


def available_models(weights: Path = WEIGHTS) -> Models:
    """Everything in `weights` that has both its card and its weights."""
    return Models(
        styles=available_styles(weights),
        restyler=find_model(RestyleRequest.style, weights),
        poets=available_poets(weights),
        tunes=available_tunes(weights),
    )


def available_styles(weights: Path = WEIGHTS) -> tuple[Style, ...]:
    """Every style in `weights` that has both `NAME.json` (its card) and `NAME.safetensors`, by name.

    A card of a `kind` is no style's: it describes a model that does not compose.
    """
    return tuple(_read_cards(weights, lambda kind: kind is None, _read_card))


def find_model(kind: str, weights: Path = WEIGHTS) -> Style | None:
    """The model in `weights` whose card is of this kind, such as "style_transfer"; None where there is none.

    Its genres are those it can turn music into.
    """
    return next(_read_cards(weights, lambda other: other == kind, _read_card), None)


def available_poets(weights: Path = WEIGHTS) -> tuple[PoetCard, ...]:
    """Every network in `weights` that writes verse, by language and name."""
    return tuple(_read_cards(weights, lambda kind: kind == POET, _read_poet_card))


def available_tunes(weights: Path = WEIGHTS) -> tuple[str, ...]:
    """The names of the tune patterns in `weights`, as they are kept; none where there are none."""
    try:
        return tuple(load_tunes(weights / TUNES))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        log.exception("%s holds no tune patterns this program reads; they are left out", weights / TUNES)
        return ()


def _read_cards(
    weights: Path, wanted: Callable[[str | None], bool], read: Callable[[dict[str, Any], Path], C]
) -> Iterator[C]:
    """What `read` makes of the cards whose kind is wanted, by name; a card that it can't read is left out."""
    for card_path in sorted(weights.glob("*.json")):
        if not card_path.with_suffix(".safetensors").exists():
            continue
        try:
            card = json.loads(card_path.read_text(encoding="utf-8"))
            if wanted(card.get("kind")):
                yield read(card, card_path)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.exception("%s is not a model card this program reads; it is left out", card_path)


def _read_poet_card(card: dict[str, Any], _: Path) -> PoetCard:
    return PoetCard(card["network"], Language(card["language"]), card["version"])


def _read_card(card: dict[str, Any], card_path: Path) -> Style:
    return Style(
        name=card_path.stem,
        model_version=card["version"],
        genres=tuple(Genre(name) for name in card["genres"]),
        weights=card_path.with_suffix(".safetensors"),
        sha256=card["sha256"],
        family=card.get("family", card_path.stem),
        metres={
            Genre(name): _metres(profile["habits"]) for name, profile in card.get("profiles", {}).items()
        },
    )


def _metres(habits: list[dict[str, Any]]) -> tuple[Metre, ...]:
    """As models.plans.Profile.metres, which this module can't ask: it would load numpy."""
    works = Counter[str]()
    for habit in habits:
        works[habit["metre"]] += habit["works"]
    return tuple(Metre.parse(metre) for metre, _ in works.most_common())
