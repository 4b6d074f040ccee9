"""Titles for verse, out of its own words: a phrase with a word of the scene, or two of its words together.

Chinese titles are a word of the verse and what such verse is called; ci are called by their tune.
"""

import re
from collections.abc import Container, Iterator, Sequence

import numpy as np

from models.lyrics.lemmas import lemma
from models.lyrics.metre import SMALL_WORDS
from models.lyrics.pairs import Pairs
from models.lyrics.safety import is_safe
from models.lyrics.scenes import STOP_WORDS
from models.lyrics.stanzas import Line
from models.lyrics.tongues import Tongue

_ARTICLES = frozenset({"the", "a", "an", "my", "our", "your"})
_JOINTS = frozenset({"of", "in", "on", "by", "and", "at", "under", "beneath", "above", "through"})
_SMALL_IN_TITLES = _JOINTS | _ARTICLES
_NO_TITLE = (STOP_WORDS | SMALL_WORDS) - _SMALL_IN_TITLES
_VERBAL = re.compile(r".*(ing|ed|ly)$")
_KINDS = ("吟", "曲", "小景", "即事", "行", "谣", "闲咏")
_MOST_CHINESE = 5
_AFTER_NOUNS = ("is", "was", "are", "were", "of", "that")
_LEAST_AFTER = 3
_BEST = 3


def title_of(
    lines: Sequence[Line], keywords: Sequence[str], tongue: Tongue, *, tune: str = "", seed: int = 0
) -> str:
    """A title for finished lines about these keywords, the same for a seed. Always safe."""
    if tongue.language == "zh":
        candidates = _chinese(lines, keywords, tongue.neighbours, tune, seed)
    else:
        candidates = _english(lines, keywords, tongue.pairs)
    safe = [title for title in dict.fromkeys(candidates) if is_safe(title)]
    if not safe:
        return "无题" if tongue.language == "zh" else "Untitled"
    best = safe[:_BEST]
    return best[int(np.random.default_rng([seed, 5]).integers(len(best)))]


def _english(lines: Sequence[Line], keywords: Sequence[str], pairs: Pairs | None) -> Iterator[str]:
    """Phrases about the scene, the best first; where there is none its nouns, then other phrases."""
    wanted = {lemma(word) for word in keywords}
    phrases = [phrase for line in lines for phrase in _phrases(line) if is_noun(phrase[-1], pairs)]
    about = [phrase for phrase in phrases if any(lemma(word) in wanted for word in phrase)]
    ranked = sorted(about, key=lambda phrase: (-_worth(phrase, wanted), phrases.index(phrase)))
    yield from (_in_title_case(phrase) for phrase in ranked)
    said = [word.lower() for line in lines for word in line.words]
    there = [word for word in dict.fromkeys(said) if lemma(word) in wanted and is_noun(word, pairs)]
    if len(there) > 1:
        yield _in_title_case((there[0], "and", there[1]))
    yield from (_in_title_case(("the", word)) for word in there)
    yield from (_in_title_case(phrase) for phrase in phrases)
    telling = [word for word in dict.fromkeys(said) if word not in STOP_WORDS | SMALL_WORDS]
    yield from (_in_title_case(("the", word)) for word in telling if is_noun(word, pairs))


def is_noun(word: str, pairs: Pairs | None) -> bool:
    """Whether a word is used as nouns are: after an article, and before what nouns stand before."""
    if pairs is None or word not in pairs.numbers:
        return not _VERBAL.match(word)
    after = sum(pairs.seen(word, other) for other in _AFTER_NOUNS)
    return pairs.seen("the", word) and after >= _LEAST_AFTER


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


def _chinese(
    lines: Sequence[Line], keywords: Sequence[str], known: Container[str], tune: str, seed: int
) -> Iterator[str]:
    """Words of the verse, those of the scene first, with what such verse is called or the tune's name."""
    text = "\n".join("".join(line.words) for line in lines)
    there = [word for word in keywords if word in text]
    words = [*there, *_pairs(lines, set("".join(keywords)), known), *_pairs(lines, set(text), known)]
    for number, word in enumerate(words):
        if tune:
            yield f"{tune}·{word}"
        else:
            yield (word + _KINDS[(number + seed) % len(_KINDS)])[:_MOST_CHINESE]


def _pairs(lines: Sequence[Line], characters: set[str], known: Container[str]) -> Iterator[str]:
    """The words of two characters, of those known, in which lines hold one of these characters."""
    for line in lines:
        for at in range(0, len(line.words) - 1, 2):
            pair = "".join(line.words[at : at + 2])
            if set(pair) & characters and pair in known:
                yield pair
