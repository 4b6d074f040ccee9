"""What printed verse is like: rhymes, syllables, metre, its scene, and how varied it is.

Every figure is of texts alone; whoever wrote them is not asked.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from models.lyrics import pinyin
from models.lyrics.lemmas import lemma
from models.lyrics.metre import scan
from models.lyrics.safety import is_safe
from models.lyrics.stanzas import SOUNDS
from training.lyrics.evaluation.pieces import Piece, stanza_words, words_of

_BLEU_ORDER = 4
_SMOOTHING = 0.1
"""What counts for no match at all, in grams (method 1 of Chen and Cherry 2014)."""

Stanza = Sequence[str]


def scene_words_present(pieces: Iterable[Piece]) -> float:
    """The share of the scenes' words that are in the verse, in any form (Chinese: as they stand)."""
    return _mean(_is_present(word, piece) for piece in pieces for word in piece.scene)


def _is_present(word: str, piece: Piece) -> bool:
    if piece.language == "zh":
        return word in piece.text
    return word in piece.words or lemma(word) in {lemma(other) for other in piece.words}


def scheme_met(pieces: Iterable[Piece]) -> float:
    """The share of stanzas asked to rhyme in which every rhyme asked for is perfect by the usual reading."""
    return _mean(met for piece in pieces for met in _schemes_met(piece))


def _schemes_met(piece: Piece) -> Iterator[bool]:
    for stanza, asked in zip(piece.stanzas, piece.asked, strict=True):
        pairs = [
            (first, second)
            for first, second in combinations(range(len(asked.scheme)), 2)
            if asked.scheme[first] == asked.scheme[second]
        ]
        if pairs:
            complete = len(stanza) == len(asked.scheme)
            yield complete and all(
                _rhyme(stanza[a], stanza[b], piece.language, strict=True) for a, b in pairs
            )


def rhyme_density(pieces: Iterable[Piece]) -> float:
    """The share of lines that rhyme, as verse takes it, with another line of their stanza."""
    return _mean(
        any(at != other and _rhyme(stanza[at], stanza[other], piece.language) for other in range(len(stanza)))
        for piece in pieces
        for stanza in piece.stanzas
        for at in range(len(stanza))
    )


def _rhyme(first: str, second: str, language: str, *, strict: bool = False) -> bool:
    one, other = words_of(first, language), words_of(second, language)
    if not one or not other:
        return False
    sounds = SOUNDS[language]
    return (sounds.rhymes if strict else sounds.rhymes_in_verse)(one[-1], other[-1])


def syllables_within(pieces: Iterable[Piece], margin: int) -> float:
    """The share of lines whose syllables by the dictionary are those asked for, give or take `margin`."""
    return _mean(abs(off) <= margin for piece in pieces for stanza in _syllables_off(piece) for off in stanza)


def form_kept(pieces: Iterable[Piece]) -> float:
    """The share of stanzas of which every line has the syllables (Chinese: characters) asked for."""
    return _mean(all(off == 0 for off in stanza) for piece in pieces for stanza in _syllables_off(piece))


def _syllables_off(piece: Piece) -> Iterator[list[int]]:
    """For each stanza, by how many syllables its lines are too long; a missing line is too short by all."""
    count = SOUNDS[piece.language].syllables
    for stanza, asked in zip(piece.stanzas, piece.asked, strict=True):
        if asked.syllables:
            lines = [sum(map(count, words_of(line, piece.language))) for line in stanza]
            lines += [0] * (len(asked.syllables) - len(lines))
            yield [own - wanted for own, wanted in zip(lines, asked.syllables, strict=False)]


def in_duple_metre(pieces: Iterable[Piece]) -> float:
    """The share of English lines that scan as iambic or trochaic."""
    return _mean(
        scan(words_of(line, "en")).metre in ("iambic", "trochaic") for piece in pieces for line in piece.lines
    )


def tones_alternate(pieces: Iterable[Piece]) -> float:
    """The share of Chinese lines of five or seven whose second, fourth and sixth tones alternate."""
    return _mean(
        pattern[1] != pattern[3] and (len(pattern) == 5 or pattern[3] != pattern[5])
        for piece in pieces
        for line in piece.lines
        if len(pattern := pinyin.tone_pattern("".join(words_of(line, "zh")))) in (5, 7)
    )


def distinct(stanzas: Iterable[Stanza], language: str, size: int = 2) -> float:
    """Of all runs of `size` words in the stanzas, the share that are different (Li et al. 2016)."""
    runs = [run for stanza in stanzas for run in _runs(stanza_words(stanza, language), size)]
    return len(set(runs)) / max(1, len(runs))


def self_bleu(stanzas: Sequence[Stanza], language: str) -> float:
    """The mean BLEU-4 of each stanza against all others (Zhu et al. 2018): the higher, the more alike."""
    words = [stanza_words(stanza, language) for stanza in stanzas]
    lengths = sorted(map(len, words))
    counts = [[Counter(_runs(own, size)) for own in words] for size in range(1, _BLEU_ORDER + 1)]
    most = [_two_most(of_size) for of_size in counts]
    scores: list[float] = []
    for at, own in enumerate(words):
        logs = 0.0
        for size in range(_BLEU_ORDER):
            grams = counts[size][at]
            matched = sum(min(n, _most_elsewhere(most[size][gram], n)) for gram, n in grams.items())
            logs += math.log(max(matched, _SMOOTHING) / max(1, sum(grams.values()))) / _BLEU_ORDER
        scores.append(_brevity(len(own), lengths) * math.exp(logs))
    return sum(scores) / max(1, len(scores))


def _two_most(counts: Sequence[Counter[tuple[str, ...]]]) -> dict[tuple[str, ...], tuple[int, int]]:
    """How often each run comes in the stanza that has it most, and in the next one."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for own in counts:
        for gram, count in own.items():
            first, second = found.get(gram, (0, 0))
            found[gram] = (count, first) if count > first else (first, max(second, count))
    return found


def _most_elsewhere(two: tuple[int, int], own: int) -> int:
    return two[1] if own == two[0] else two[0]


def _brevity(length: int, lengths: Sequence[int]) -> float:
    """The penalty for being shorter than the nearest of the others, which one's own length stands among."""
    others = list(lengths)
    others.remove(length)
    nearest = min(others, key=lambda other: (abs(other - length), other), default=length)
    return 1.0 if length >= nearest or not length else math.exp(1 - nearest / length)


def _runs(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]


def unsafe_stanzas(pieces: Iterable[Piece]) -> tuple[int, int]:
    """How many stanzas hold a listed word, and how many there are."""
    found = [not is_safe("\n".join(stanza)) for piece in pieces for stanza in piece.stanzas]
    return sum(found), len(found)


def _mean(values: Iterable[bool]) -> float:
    """The share that is true; not a number where there is none."""
    found = list(values)
    return sum(found) / len(found) if found else math.nan


Measure = Callable[[Sequence[Piece]], float]
