"""The page of samples: verse to prompts that were drawn, every option and seed beside it, and the figures.

Nothing is chosen: the evaluation's first prompts come first here too. The same weights give the same page.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from domain.verses import LyricsRequest, Verse
from training.evaluation.tables import Table, markdown
from training.lyrics.evaluation.prompts import Prompt

PAGE = Path("docs/lyrics-samples.md")
SAMPLES = {"en": 20, "zh": 10}

_HEADING = """# Verse as it comes

Written by `python -m training evaluate lyrics --samples`. Nobody picked these: scenes, options and seeds
are the first that the evaluation draws, two in three from words of people's held-out stanzas, the third from
words that the networks never heard as a scene. `/lyrics` with the same options writes the same verse.
"""
_TITLES = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True, slots=True)
class Sampled:
    """The samples of one language, by which version, and its table where it was measured."""

    language: str
    version: str
    verses: Sequence[tuple[Prompt, Verse]]
    table: Table | None


def write_page(parts: Sequence[Sampled], path: Path = PAGE) -> None:
    """Write the page of all languages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([_HEADING, *map(_part, parts)]), encoding="utf-8")


def _part(part: Sampled) -> str:
    told = [f"## {_TITLES[part.language]}", "", f"By `{part.version}`.", ""]
    if part.table is not None:
        told += [markdown([part.table])]
    told += [_sample(number, *one) for number, one in enumerate(part.verses, start=1)]
    return "\n".join(told)


def _sample(number: int, prompt: Prompt, verse: Verse) -> str:
    stanzas = "\n\n".join("  \n".join(line.text for line in stanza.lines) for stanza in verse.stanzas)
    outside = " (words from outside)" if prompt.outside else ""
    return f"### {number}. {verse.title}\n\n{_options(prompt.request)}{outside}\n\n{stanzas}\n"


def _options(request: LyricsRequest) -> str:
    """The request as it would be typed."""
    given = {
        "scene": request.scene,
        "form": request.form,
        "rhyme": request.rhyme,
        "lines": request.lines,
        "seed": request.seed,
    }
    return (
        "`/lyrics " + " ".join(f"{name}:{value}" for name, value in given.items() if value is not None) + "`"
    )


def save_table(path: Path, version: str, table: Table) -> None:
    """Keep the table of a version, for the page."""
    plain = {"version": version, "table": asdict(table)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_table(path: Path, version: str) -> Table | None:
    """The table that was kept of a version; None where it was not measured."""
    if not path.exists():
        return None
    plain = json.loads(path.read_text(encoding="utf-8"))
    if plain["version"] != version:
        return None
    table = plain["table"]
    return Table(table["title"], tuple(table["header"]), tuple(map(tuple, table["rows"])), table["note"])
