"""The Chinese verse corpus: quatrains of Tang and Song, ci by their tune patterns, in simplified characters.

Knows the files of the `chinese-poetry` collection. A ci is taken where it keeps its tune's main pattern.
"""

import json
import re
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from models.lyrics import pinyin
from models.lyrics.safety import is_safe
from models.lyrics.simplifying import Simplifier
from models.lyrics.stanzas import Line, Stanza, scheme_of
from models.lyrics.tunes import Half, Tunes
from training.corpora.verses import Verse, decontaminated, split_of

_POEMS = re.compile(r"/poet\.(?:tang|song)\.\d+\.json$")
_CI = re.compile(r"/ci\.song\.\d+\.json$")
_CLEAN = re.compile(r"[\u4e00-\u9fff，。？！；：]+")
_LINE = re.compile(r"([\u4e00-\u9fff]+)([，。？！；：])")
_STOPS = "。！？"
_NAMELESS = frozenset({"无名氏", "佚名", "不详", "阙名", ""})
"""Authors that are many: always in the training set."""
_NO_TUNE = frozenset({"失调名", "残句", ""})

_LEAST_OF_TUNE = 25
"""How many ci must keep a tune's main pattern for the tune to be offered."""
_SINGLE = 36
"""Characters up to which a tune may have one part; of two parts are those of `_DOUBLE`."""
_DOUBLE = frozenset({"长相思", "相见欢", "乌夜啼", "醉太平"})
_RHYMING = 0.35
"""Share of a tune's ci in which two lines rhyme, from which its pattern has them rhyme; chance is a tenth."""


@dataclass(frozen=True, slots=True)
class ChinesePoem:
    """Simplified text; `tune` is empty for a poem of even lines."""

    author: str
    tune: str
    lines: tuple[Line, ...]


def read_verses(path: Path) -> tuple[list[Verse], Tunes]:
    """The corpus from the package's archive or its folder, split and decontaminated, and its tunes."""
    quatrains: list[Verse] = []
    ci: dict[str, list[ChinesePoem]] = defaultdict(list)
    seen: set[str] = set()
    for poem in read_chinese_poems(path):
        text = "".join("".join(line.words) for line in poem.lines)
        if text in seen or not is_safe("\n".join(line.text() for line in poem.lines)):
            continue
        seen.add(text)
        if poem.tune:
            ci[poem.tune].append(poem)
        else:
            quatrains += _quatrains(poem)
    tunes: Tunes = {}
    halves: list[Verse] = []
    for tune in sorted(ci):
        fitting = _of_main_pattern(ci[tune])
        if len(fitting) >= _LEAST_OF_TUNE:
            tunes[tune] = _pattern(tune, fitting)
            halves += (half for poem in fitting for half in _halves(poem, tunes[tune]))
    return decontaminated([*quatrains, *halves]), tunes


def read_chinese_poems(path: Path) -> Iterator[ChinesePoem]:
    """Poems of five or seven characters a line in four or eight lines, and ci, all without gaps."""
    simplify = Simplifier()
    for name, content in _files(path):
        is_ci = bool(_CI.search(name))
        rows: list[dict[str, Any]] = json.loads(content)
        for row in rows:
            # 、 marks a breath inside a line, which later editors set as they pleased.
            text = simplify("".join(row.get("paragraphs") or ())).replace("、", "").replace(",", "，")
            tune = simplify(row.get("rhythmic") or "").replace("·", "・").split("・")[-1]
            if not _CLEAN.fullmatch(text) or (is_ci and tune in _NO_TUNE):
                continue
            lines = tuple(_line(words, mark) for words, mark in _LINE.findall(text))
            lengths = {len(line.words) for line in lines}
            even = len(lines) in (4, 8) and lengths in ({5}, {7})
            if lines and (is_ci or even) and lines[-1].marks[-1] in _STOPS and _sayable(lines):
                yield ChinesePoem(simplify(row.get("author") or "").strip(), tune if is_ci else "", lines)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the collections, in the order of their names."""
    wanted = (_POEMS, _CI)
    if path.is_dir():
        for file in sorted(path.rglob("*.json")):
            if any(pattern.search(file.as_posix()) for pattern in wanted):
                yield file.as_posix(), file.read_bytes()
        return
    contents: dict[str, bytes] = {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:  # in its own order: going back would unpack it all again
            if any(pattern.search(member.name) for pattern in wanted):
                content = archive.extractfile(member)
                contents[member.name] = b"" if content is None else content.read()
    yield from sorted(contents.items())


def _line(words: str, mark: str) -> Line:
    return Line(tuple(words), ("",) * (len(words) - 1) + (mark,))


def _sayable(lines: Sequence[Line]) -> bool:
    return all(pinyin.is_pronounceable(word) for line in lines for word in line.words)


def _split(author: str) -> str:
    return "train" if author in _NAMELESS else split_of(author)


def _quatrains(poem: ChinesePoem) -> Iterator[Verse]:
    """Four lines each; the second half of eight follows the first."""
    for start in range(0, len(poem.lines), 4):
        lines = poem.lines[start : start + 4]
        if lines[-1].marks[-1] in _STOPS:
            yield Verse(
                "zh",
                poem.author,
                _split(poem.author),
                Stanza(lines),
                scheme_of(lines, "zh"),
                follows=start > 0,
                form=str(len(lines[0].words)),
            )


def _lengths(lines: Iterable[Line]) -> tuple[int, ...]:
    return tuple(len(line.words) for line in lines)


def _of_main_pattern(poems: Sequence[ChinesePoem]) -> list[ChinesePoem]:
    """The ci whose lines are as long as in most of their tune."""
    counts = Counter(_lengths(poem.lines) for poem in poems)
    main = max(counts, key=lambda lengths: (counts[lengths], lengths))
    return [poem for poem in poems if _lengths(poem.lines) == main]


def _pattern(tune: str, poems: Sequence[ChinesePoem]) -> tuple[Half, ...]:
    """Line lengths, marks and rhymes of a tune's parts, as most of its ci have them."""
    lengths = _lengths(poems[0].lines)
    stops = [
        2 * sum(poem.lines[at].marks[-1] in _STOPS for poem in poems) >= len(poems)
        for at in range(len(lengths))
    ]
    marks = ["。" if stop else "，" for stop in stops]
    cut = _cut(tune, lengths, stops)
    parts = [(0, cut), (cut, len(lengths))] if cut else [(0, len(lengths))]
    return tuple(
        Half(lengths[start:end], tuple(marks[start:end]), _scheme([poem.lines[start:end] for poem in poems]))
        for start, end in parts
    )


def _cut(tune: str, lengths: Sequence[int], stops: Sequence[bool]) -> int:
    """The line its second part begins with: after the stop nearest to the middle; 0 for tunes of one part."""
    if sum(lengths) <= _SINGLE and tune not in _DOUBLE:
        return 0
    sums = list(accumulate(lengths))
    ends = [at + 1 for at in range(1, len(lengths) - 2) if stops[at]]
    return min(ends, key=lambda end: (abs(2 * sums[end - 1] - sums[-1]), end), default=0)


def _scheme(halves: Sequence[Sequence[Line]]) -> str:
    """A letter a line, shared by the lines that rhyme in enough of the halves."""
    letters: list[str] = []
    for at in range(len(halves[0])):
        earlier = (
            letters[other] for other in range(at - 1, -1, -1) if _rhyming_share(halves, other, at) >= _RHYMING
        )
        letters.append(next(earlier, chr(ord("A") + len(set(letters)))))
    return "".join(letters)


def _rhyming_share(halves: Sequence[Sequence[Line]], one: int, other: int) -> float:
    return sum(pinyin.rhymes_in_verse(half[one].last_word, half[other].last_word) for half in halves) / len(
        halves
    )


def _halves(poem: ChinesePoem, halves: Sequence[Half]) -> Iterator[Verse]:
    start = 0
    for number, half in enumerate(halves, start=1):
        lines = poem.lines[start : start + len(half.syllables)]
        start += len(half.syllables)
        yield Verse(
            "zh",
            poem.author,
            _split(poem.author),
            Stanza(lines),
            half.scheme,
            follows=number > 1,
            form="ci",
            tune=poem.tune,
            half=number if len(halves) > 1 else 0,
        )
