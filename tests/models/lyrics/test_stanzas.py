"""Stanzas become tokens and come back the same."""

from hypothesis import given
from hypothesis import strategies as st

from models.lyrics.stanzas import Line, Stanza, StanzaPlan, linearise, read_target, scheme_of
from models.lyrics.vocabulary import EOS, SEP
from tests.models.lyrics.toy_words import WORDS, toy_vocabulary

_MARKS = ("", ",", ";", ".", "!", "?", "—", "…")


@st.composite
def _lines(draw: st.DrawFn) -> Line:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
    shown = tuple({"i": "I", "london": "London"}.get(word, word) for word in words)
    marks = [draw(st.sampled_from((*_MARKS, "-"))) for _ in words[1:]]
    return Line(shown, (*marks, draw(st.sampled_from(_MARKS))))


@given(st.lists(_lines(), min_size=1, max_size=8))
def test_what_is_written_is_read_back(lines: list[Line]) -> None:
    stanza = Stanza(tuple(lines))
    plan = StanzaPlan("en", "A" * len(lines))

    assert read_target(linearise(plan, stanza, toy_vocabulary()).target, toy_vocabulary()) == stanza


def test_a_line_is_written_from_its_end() -> None:
    stanza = Stanza((Line(("my", "song", "remain"), ("", ",", "!")),))

    target = linearise(StanzaPlan("en", "A"), stanza, toy_vocabulary()).target

    written = toy_vocabulary().decode(target)
    assert written.startswith("<rhyme EY N> <syllables 4> ! ")
    assert written.replace(" ", "").endswith("▁remain,▁song▁my<eol><eos>")
    assert target[-1] == EOS


def test_the_source_tells_the_plan_the_keywords_and_the_line_before() -> None:
    vocabulary = toy_vocabulary()
    plan = StanzaPlan(
        "en",
        "ABAB",
        sacred=True,
        metre="iambic",
        keywords=("forest", "river"),
        previous=Line(("my", "sea"), ("", ".")),
    )

    told = linearise(plan, None, vocabulary)

    names = [vocabulary.names[token] for token in told.source]
    controls = ["<en>", "<modern>", "<sacred>", "<lines 4>", "<metre iambic>", "<scheme ABAB>"]
    assert names[: len(controls)] == controls
    copied = [token for token, copyable in zip(told.source, told.copyable, strict=True) if copyable]
    assert copied == [*vocabulary.encode_word("forest"), *vocabulary.encode_word("river")]
    assert "".join(names[told.source.index(SEP) + 1 :]) == "▁my▁sea."
    assert told.target == ()


def test_unknown_schemes_are_other_and_unspellable_keywords_are_left_out() -> None:
    told = linearise(StanzaPlan("en", "ABBACDDC", keywords=("夜",)), None, toy_vocabulary())

    assert toy_vocabulary().id_of("<scheme other>") in told.source
    assert not any(told.copyable)


def test_lines_are_shown_with_capitals_and_marks_in_place() -> None:
    line = Line(("'tis", "moon", "lit", "night", "I", "stay"), ("", "-", "", "—", "", "…"))

    assert line.text() == "'Tis moon-lit night — I stay…"


def test_schemes_are_told_by_ear() -> None:
    ends = ("light", "river", "sight", "shiver")
    lines = [Line((word,), ("",)) for word in ends]

    assert scheme_of(lines, "en") == "ABAB"
    assert scheme_of([*lines[:3], lines[0]], "en") == "ABAA"
    assert scheme_of([lines[0], lines[0]], "en") == "AB", "the same word is no rhyme"
