"""Whatever tokens the constraint lets through, the stanza comes out whole, with its syllables and rhymes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.lyrics import pinyin
from models.lyrics.constraint import StanzaConstraint
from models.lyrics.lexicon import Lexicon, build_lexicon, with_words, word_of
from models.lyrics.pinyin import GROUPS
from models.lyrics.pronouncing import rhymes
from models.lyrics.stanzas import MARKS, Stanza, StanzaPlan, line_syllables, read_target
from models.lyrics.tunes import Half
from models.lyrics.vocabulary import EOS, Vocabulary
from tests.models.lyrics.toy_words import SCHEMES, WORDS, toy_lexicon, toy_vocabulary

_LONGEST = 400


def _written(plan: StanzaPlan, rng: np.random.Generator) -> tuple[list[int], Stanza]:
    """A stanza of tokens drawn blindly among the allowed ones."""
    hold = StanzaConstraint(plan, toy_lexicon(), toy_vocabulary()).start()
    tokens: list[int] = []
    while not hold.finished:
        allowed = np.flatnonzero(hold.allowed())
        assert len(allowed), "there is always a way on"
        tokens.append(int(rng.choice(allowed)))
        hold = hold.after(tokens[-1])
        assert len(tokens) < _LONGEST
    return tokens, read_target(tokens, toy_vocabulary())


@st.composite
def _plans(draw: st.DrawFn) -> StanzaPlan:
    scheme = draw(st.sampled_from([scheme for scheme in SCHEMES if len(set(scheme)) <= 4]))
    counts = st.lists(st.integers(3, 12), min_size=len(scheme), max_size=len(scheme))
    return StanzaPlan("en", scheme, syllables=tuple(draw(st.one_of(st.just([]), counts))))


@given(_plans(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_whatever_is_allowed_comes_out_with_exact_syllables_and_rhymes(plan: StanzaPlan, seed: int) -> None:
    tokens, stanza = _written(plan, np.random.default_rng(seed))

    assert tokens[-1] == EOS
    assert len(stanza.lines) == plan.lines
    if plan.syllables:
        assert tuple(line_syllables(line, "en") for line in stanza.lines) == plan.syllables
    assert {word.lower() for line in stanza.lines for word in line.words} <= set(WORDS)
    for first, second in combinations(range(plan.lines), 2):
        if plan.scheme[first] == plan.scheme[second]:
            assert rhymes(stanza.lines[first].last_word, stanza.lines[second].last_word)
    assert stanza.lines[-1].marks[-1] in (".", "!", "?", "…")


def test_lines_that_shall_not_rhyme_take_classes_of_their_own() -> None:
    for seed in range(20):
        _, stanza = _written(StanzaPlan("en", "ABCD"), np.random.default_rng(seed))

        last = [line.last_word for line in stanza.lines]
        assert not any(rhymes(one, other) for one, other in combinations(last, 2)), last


def test_line_ends_are_as_wished() -> None:
    plan = StanzaPlan("en", "AA", end_marks=("", ";"))

    _, stanza = _written(plan, np.random.default_rng(1))

    assert [line.marks[-1] for line in stanza.lines] == ["", ";"]


def test_a_scheme_that_the_lexicon_has_no_words_for_is_refused() -> None:
    with pytest.raises(ValueError, match="too few words"):
        StanzaConstraint(StanzaPlan("en", "AAAAAAAAAAAAAAAAAAAA"), toy_lexicon(), toy_vocabulary())


def test_words_of_a_scene_join_the_lexicon_and_leave_the_old_one_alone() -> None:
    word = word_of("nightingale", "en")
    assert word is not None
    pieces = toy_vocabulary().encode_word("nightingale")

    richer = with_words(toy_lexicon(), [word], toy_vocabulary())

    def found(node: object) -> bool:
        for piece in pieces:
            node = getattr(node, "children", {}).get(piece)
        return getattr(node, "word", None) == word

    assert found(richer.free)
    assert not found(toy_lexicon().free)


def _chinese() -> tuple[Vocabulary, Lexicon]:
    characters = "山天年前边烟泉船风中空红东鸿声情春人云新津神尘巾花家霞沙鸦瓜茶楼秋流舟愁头洲鸥水月雪夜"
    controls = (
        *(f"<rhyme {group}>" for group in (*GROUPS, "zhi", "other")),
        *(f"<syllables {count}>" for count in range(1, 13)),
    )
    vocabulary = Vocabulary("zh", controls, MARKS["zh"], characters, {})
    words = [word for character in characters if (word := word_of(character, "zh")) is not None]
    return vocabulary, build_lexicon(words, vocabulary, archaic=True)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_chinese_keeps_a_tune_to_the_character(seed: int) -> None:
    vocabulary, lexicon = _chinese()
    half = Half((4, 5, 7, 6), ("，", "。", "。", "。"), "ABBB")
    plan = StanzaPlan("zh", half.scheme, syllables=half.syllables, end_marks=half.end_marks)
    hold, rng = StanzaConstraint(plan, lexicon, vocabulary).start(), np.random.default_rng(seed)
    tokens: list[int] = []
    while not hold.finished:
        tokens.append(int(rng.choice(np.flatnonzero(hold.allowed()))))
        hold = hold.after(tokens[-1])

    lines = read_target(tokens, vocabulary).lines

    assert tuple(len(line.words) for line in lines) == half.syllables
    assert tuple(line.marks[-1] for line in lines) == half.end_marks
    assert all(not mark for line in lines for mark in line.marks[:-1])
    assert all(pinyin.rhymes(one.last_word, other.last_word) for one, other in combinations(lines[1:], 2))
    assert not pinyin.rhymes(lines[0].last_word, lines[1].last_word)
