"""Titles for verse, out of its own words: a phrase with a word of the scene, or two of its words together.

Chinese titles are a word of the verse and what such verse is called; ci are called by their tune.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from models.lyrics.lemmas import lemma
from models.lyrics.metre import SMALL_WORDS
from models.lyrics.safety import is_safe
from models.lyrics.scenes import STOP_WORDS
from models.lyrics.stanzas import Line

_ARTICLES = frozenset({"the", "a", "an", "my", "our", "your"})
_JOINTS = frozenset({"of", "in", "on", "by", "and", "at", "under", "beneath", "above", "through"})
_SMALL_IN_TITLES = _JOINTS | _ARTICLES
_NO_TITLE = (STOP_WORDS | SMALL_WORDS) - _SMALL_IN_TITLES
_VERBAL = re.compile(r".*(ing|ed|ly)$")
_KINDS = {4: ("吟", "曲", "小景", "即事", "闲咏"), 0: ("行", "歌", "吟")}
_MOST_CHINESE = 5


def title_of(lines: Sequence[Line], keywords: Sequence[str], *, language: str, tune: str, seed: int) -> str:
    """A title for finished lines about these keywords, the same for a seed. Always safe."""
    candidates = _chinese(lines, keywords, tune) if language == "zh" else _english(lines, keywords)
    safe = [title for title in dict.fromkeys(candidates) if is_safe(title)]
    if not safe:
        return "无题" if language == "zh" else "Untitled"
    best = safe[:3]
    return best[int(np.random.default_rng([seed, 5]).integers(len(best)))]


def _english(lines: Sequence[Line], keywords: Sequence[str]) -> Iterator[str]:
    wanted = {lemma(word) for word in keywords}
    phrases = [phrase for line in lines for phrase in _phrases(line)]
    about = [phrase for phrase in phrases if any(lemma(word) in wanted for word in phrase)]
    ranked = sorted(about, key=lambda phrase: (-_worth(phrase, wanted), phrases.index(phrase)))
    yield from (_in_title_case(phrase) for phrase in ranked)
    said = [word.lower() for line in lines for word in line.words]
    there = [word for word in dict.fromkeys(said) if lemma(word) in wanted]
    if len(there) > 1:
        yield _in_title_case((there[0], "and", there[1]))
    if there:
        yield _in_title_case(("the", there[0]))
    yield from (_in_title_case(phrase) for phrase in phrases)
    telling = [word for word in dict.fromkeys(said) if word not in STOP_WORDS | SMALL_WORDS]
    yield from (_in_title_case(("the", word)) for word in telling)


def _phrases(line: Line) -> Iterator[tuple[str, ...]]:
    """Runs of two to five words that no mark parts, begin with an article and end before a small word."""
    words = [word.lower() for word in line.words]
    for start in range(len(words)):
        if words[start] not in _ARTICLES:
            continue
        for end in range(start + 2, min(len(words), start + 5) + 1):
            phrase = tuple(words[start:end])
            closed = end == len(words) or line.marks[end - 1] or words[end] in _JOINTS | _NO_TITLE
            if any(line.marks[start : end - 1]) or not closed:
                continue
            if _is_phrase(phrase):
                yield phrase


def _is_phrase(phrase: tuple[str, ...]) -> bool:
    joints = [at for at, word in enumerate(phrase) if word in _JOINTS]
    if phrase[-1] in _SMALL_IN_TITLES or len(joints) > 1 or any(word in _NO_TITLE for word in phrase):
        return False
    articles = [at for at, word in enumerate(phrase) if word in _ARTICLES]
    heads = [at - 1 for at in joints] + [len(phrase) - 1]
    after_joint = all(at == 0 or at - 1 in joints for at in articles)
    return after_joint and all(at > 0 and phrase[at] not in _SMALL_IN_TITLES for at in heads)


def _worth(phrase: tuple[str, ...], wanted: set[str]) -> float:
    there = sum(lemma(word) in wanted for word in phrase)
    odd = sum(bool(_VERBAL.match(word)) for word in phrase[-1:])
    return (
        there + 0.3 * (len(phrase) in (2, 3, 5)) + 0.4 * (phrase[0] == "the") - 0.5 * odd - 0.1 * len(phrase)
    )


def _in_title_case(phrase: Sequence[str]) -> str:
    small = _SMALL_IN_TITLES - {"my", "our", "your"}
    return " ".join(
        word if at and word in small else word[:1].upper() + word[1:] for at, word in enumerate(phrase)
    )


def _chinese(lines: Sequence[Line], keywords: Sequence[str], tune: str) -> Iterator[str]:
    text = "\n".join("".join(line.words) for line in lines)
    there = [word for word in keywords if word in text]
    words = [*there, *_pairs(lines, set("".join(keywords))), *_pairs(lines, set(text))]
    if tune:
        yield from (f"{tune}·{word}" for word in words)
        return
    kinds = _KINDS.get(len(lines), _KINDS[0])
    for number, word in enumerate(words):
        title = word if len(word) > 2 else word + kinds[number % len(kinds)]
        yield title[:_MOST_CHINESE]


def _pairs(lines: Sequence[Line], characters: set[str]) -> Iterator[str]:
    """The words of two characters that lines begin with, where they hold one of these characters."""
    for line in lines:
        if len(line.words) in (5, 7):
            places = (0, 2) if len(line.words) == 7 else (0,)
            for at in places:
                pair = "".join(line.words[at : at + 2])
                if set(pair) & characters:
                    yield pair
