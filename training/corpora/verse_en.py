"""The English verse corpus: poems of the archive, cleaned, cut into stanzas, tagged and split.

What is clean is said in `verse_lines`; what is a duplicate, and where long stanzas are cut, here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.lyrics.metre import scan_stanza
from models.lyrics.pronouncing import is_pronounceable
from models.lyrics.stanzas import Line, Stanza, scheme_of
from training.corpora.verse_lines import capital_shares, clean_line, recased
from training.corpora.verse_tei import Poem, read_poems
from training.corpora.verse_words import is_about_nature, is_archaic, is_sacred
from training.corpora.verses import Verse, decontaminated, split_of

DEAD_BY = 1955
LONGEST_STANZA = 8
_SAYABLE = 0.85
"""Share of a stanza's words that the dictionary must know, so that dialects and other languages stay out."""
_CUT = 4
"""Lines of the parts a longer stanza is cut into."""


@dataclass(frozen=True, slots=True)
class CleanStanza:
    """A run of clean lines, however long, and whether the one before it in the poem is clean too."""

    author: str
    lines: tuple[Line, ...]
    follows: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What the corpus came to, to hold against what is known of it."""

    lines: int
    stanzas: int
    words: int
    modern: int
    nature: int

    def __str__(self) -> str:
        return (
            f"{self.lines} lines, {self.stanzas} stanzas, {self.words} words; "
            f"{self.modern} modern stanzas of 4, 6 or 8 lines, {self.nature} of them about nature"
        )


def read_verses(path: Path) -> tuple[list[Verse], Counts]:
    """The corpus from an archive or clone, split and decontaminated, and what was counted before cutting."""
    stanzas = list(clean_stanzas(read_poems(path, dead_by=DEAD_BY)))
    shown = capital_shares(line for stanza in stanzas for line in stanza.lines)
    verses: list[Verse] = []
    counted = [0] * 5
    stanzas.reverse()
    while stanzas:  # let go of as they are used: there are millions of lines
        stanza = stanzas.pop()
        lines = tuple(recased(line, shown) for line in stanza.lines)
        words = [word.lower() for line in lines for word in line.words]
        modern = len(lines) in (4, 6, 8) and not any(map(is_archaic, words))
        tally = (len(lines), 1, len(words), modern, modern and is_about_nature(words))
        counted = [count + more for count, more in zip(counted, tally, strict=True)]
        verses += _verses(stanza.author, lines, follows=stanza.follows)
    return decontaminated(verses), Counts(*counted)


def clean_stanzas(poems: Iterable[Poem]) -> Iterator[CleanStanza]:
    """Stanzas whose lines are all clean; of long ones the clean runs of four lines or more. Each once."""
    seen: set[tuple[str, ...]] = set()
    for poem in poems:
        last_kept = False
        for raw in poem.stanzas:
            runs = list(_clean_runs([clean_line(line) for line in raw]))
            if len(raw) <= LONGEST_STANZA and [len(run) for run in runs] != [len(raw)]:
                runs = []
            whole = sum(map(len, runs)) == len(raw)
            for at, run in enumerate(runs):
                if _is_new(run, seen):
                    yield CleanStanza(poem.author, tuple(run), follows=last_kept and at == 0 and whole)
                    last_kept = whole
                else:
                    last_kept = False
            if not runs:
                last_kept = False


def _clean_runs(lines: Sequence[Line | None]) -> Iterator[list[Line]]:
    run: list[Line] = []
    for line in (*lines, None):
        if line is not None:
            run.append(line)
            continue
        if len(run) >= (2 if len(run) == len(lines) else _CUT) and _sayable(run):
            yield run
        run = []


def _sayable(lines: Sequence[Line]) -> bool:
    words = [word.lower() for line in lines for word in line.words]
    return sum(map(is_pronounceable, words)) >= _SAYABLE * len(words)


def _is_new(lines: Sequence[Line], seen: set[tuple[str, ...]]) -> bool:
    """Whether neither the stanza's first and last words nor its middle were there: editions repeat poems."""
    heads = tuple("".join(line.words[:4]).lower() for line in lines)
    keys = (
        {heads, (heads[0], heads[-1], "ends")}
        if len(lines) <= LONGEST_STANZA
        else {heads, (*heads[:4], "head")}
    )
    if seen & keys:
        return False
    seen |= keys
    return True


def _verses(author: str, lines: Sequence[Line], *, follows: bool) -> Iterator[Verse]:
    split = split_of(author)
    for part in cut(lines):
        words = [word.lower() for line in part for word in line.words]
        yield Verse(
            language="en",
            author=author,
            split=split,
            stanza=Stanza(tuple(part)),
            scheme=scheme_of(part, "en"),
            follows=follows,
            register="archaic" if any(map(is_archaic, words)) else "modern",
            sacred=is_sacred(words),
            nature=is_about_nature(words),
            metre=scan_stanza([line.words for line in part]),
        )
        follows = True


def cut(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """A long stanza in parts of four lines, or three where couplets would be cut through.

    What is left over is a part; a single line joins the last.
    """
    if len(lines) <= LONGEST_STANZA:
        return [lines]
    starts = [0]
    while len(lines) - starts[-1] > _CUT + 1:
        starts.append(starts[-1] + (_CUT - 1 if _inside_couplets(lines, starts[-1]) else _CUT))
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _inside_couplets(lines: Sequence[Line], start: int) -> bool:
    """Whether a part that began here would end in the middle of a couplet: ABBC C."""
    scheme = scheme_of(lines[start : start + _CUT + 1], "en")
    return scheme == "ABBCC"
