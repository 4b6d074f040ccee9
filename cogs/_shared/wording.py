"""Everything the bot says, looked up by key in the reader's language.

The wording itself is in catalogues/*.toml, one file a language; the English sentences of errors and
remarks come from `domain.errors` and `domain.remarks`. Knows no message and no command.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

from cogs._shared.escaping import escaped
from domain import errors, remarks
from domain.errors import NightingaleError, Reason
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.score import PITCH_NAMES, Key

ENGLISH = "en"

_NAMING_GENRES = (Reason.UNKNOWN_GENRE, Reason.GENRE_NOT_OFFERED)
"""Errors whose value `known` is a list of genres."""

_TYPED = ("value", "title", "seeds")
"""Values of errors that may be what somebody typed, or called a file."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. Calling it with a key gives the text, its {names} filled in."""

    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        return self.texts[key].format(**values)

    def sentence(self, error: NightingaleError) -> str:
        values = {
            name: escaped(value) if name in _TYPED and isinstance(value, str) else value
            for name, value in error.values.items()
        }
        if error.reason in _NAMING_GENRES:
            values["known"] = self.genres(str(values["known"]).split(", "))
        return self(f"error.{error.reason}", **values)

    def remark(self, remark: Remark) -> str:
        """The remark's sentence, the things it names called as readers of this language call them."""
        names: dict[str, Callable[[str], str]] = {
            "genre": self.genre,
            "key": lambda key: self.key_name(Key.parse(key)),
            "mode": lambda mode: self(f"mode.{mode}"),
            "mood": lambda mood: self(f"mood.{mood}"),
            "instruments": lambda ensemble: self(f"ensemble.{ensemble}"),
        }
        values = {name: names.get(name, str)(value) for name, value in remark.values.items()}
        return self(f"remark.{remark.topic}", **values)

    def genre(self, name: str) -> str:
        """The genre as readers of this language call it."""
        return self.texts.get(f"genre.{name}", name)

    def genres(self, names: Iterable[str]) -> str:
        """Several genres, in the order given."""
        return self("list.comma").join(map(self.genre, names))

    def genre_named(self, typed: str) -> str:
        """The genre that is called so in this language; what was typed, where none is."""
        wanted = typed.strip().casefold()
        return next((str(genre) for genre in Genre if self.genre(genre).casefold() == wanted), typed)

    def key_name(self, key: Key) -> str:
        return self(f"key.{key.mode}", tonic=PITCH_NAMES[key.tonic])


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        else:
            yield from _flatten(value, f"{prefix}{name}.")


def _read_catalogues(folder: Path) -> dict[str, Wording]:
    catalogues = {
        path.stem: dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
        for path in sorted(folder.glob("*.toml"))
    }
    catalogues[ENGLISH] |= {f"error.{reason}": errors.SENTENCES[reason] for reason in Reason}
    catalogues[ENGLISH] |= {f"remark.{topic}": remarks.SENTENCES[topic] for topic in Topic}
    return {name: Wording(texts) for name, texts in catalogues.items()}


CATALOGUES = _read_catalogues(Path(__file__).parent / "catalogues")


def wording_for(locale: discord.Locale | None) -> Wording:
    """The wording for a reader's locale; English where there is none of that language."""
    return CATALOGUES.get(ENGLISH if locale is None else locale.value, CATALOGUES[ENGLISH])


def localised(key: str) -> app_commands.locale_str:
    """A command's name or description: English by default, the catalogues' where Discord asks for it."""
    return app_commands.locale_str(CATALOGUES[ENGLISH](key), key=key)


class CatalogueTranslator(app_commands.Translator):
    """Gives Discord the other languages of what `localised` made."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002  part of the interface
    ) -> str | None:
        key = string.extras.get("key")
        if key is None or locale.value not in CATALOGUES:
            return None
        return CATALOGUES[locale.value](key)
