"""Verse as it is finished: whole, in its form, the same for a seed, and told moment by moment."""

from itertools import combinations

import pytest

from domain.songs import StanzaKind
from domain.verses import Language, LyricsRequest, RhymeScheme, Verse, VerseForm
from models.lyrics import merits
from models.lyrics.pronouncing import rhymes
from models.lyrics.verse_plans import plan_verse
from models.lyrics.versing import Versing, forms_of, write_verse, write_verses
from tests.models.lyrics.toy_tongues import toy_poet, toy_tongue

ENGLISH, CHINESE = Language.ENGLISH, Language.CHINESE


def _verse(language: Language = ENGLISH, **wishes: object) -> Verse:
    scene = {ENGLISH: "forest birds", CHINESE: "山林鸟语"}[language]
    request = LyricsRequest(**{"scene": scene, "seed": 1, "candidates": 2, **wishes})  # type: ignore[arg-type]
    return write_verse(toy_poet(language), toy_tongue(language), request)


def test_verse_is_in_its_form_and_says_what_it_is() -> None:
    verse = _verse(form=VerseForm.BALLAD, rhyme=RhymeScheme.ABCB)

    assert [[line.syllables for line in stanza.lines] for stanza in verse.stanzas] == [[8, 6, 8, 6]] * 2
    for stanza in verse.stanzas:
        assert [line.rhyme for line in stanza.lines] == ["", "B", "", "B"]
        second, fourth = (stanza.lines[at].text.lower().rstrip(".,;:!?—…- ").split()[-1] for at in (1, 3))
        assert rhymes(second.rpartition("-")[2], fourth.rpartition("-")[2])
        assert all(len(line.pattern) == line.syllables for line in stanza.lines)
    assert set(verse.scene_words) <= {"forest", "birds"}
    assert verse.recipe.model_version == "toy-en"
    assert verse.title
    assert Verse.from_plain(verse.to_plain()) == verse


def test_the_recipe_gives_the_same_verse() -> None:
    verse = _verse(seed=5)

    again = write_verse(toy_poet(ENGLISH), toy_tongue(ENGLISH), verse.recipe.request)

    assert again == verse
    assert _verse(seed=6).text != verse.text


def test_no_line_ends_as_another_does() -> None:
    verse = _verse(lines=12, form=VerseForm.QUATRAINS)

    last = [
        line.text.lower().rstrip(".,;:!?—…- ").split()[-1]
        for stanza in verse.stanzas
        for line in stanza.lines
    ]
    assert all(one != other for one, other in combinations(last, 2))


def test_a_chorus_returns_word_for_word() -> None:
    verse = _verse(form=VerseForm.SONG, lines=8)

    assert [stanza.label for stanza in verse.stanzas] == [StanzaKind.VERSE, StanzaKind.CHORUS] * 2
    assert verse.stanzas[1] == verse.stanzas[3]
    assert verse.stanzas[0] != verse.stanzas[2]


def test_chinese_keeps_characters_rhyme_and_tones() -> None:
    verse = _verse(CHINESE, form=VerseForm.SEVEN)

    (stanza,) = verse.stanzas
    assert [line.syllables for line in stanza.lines] == [7] * 4
    assert stanza.lines[1].rhyme == stanza.lines[3].rhyme != ""
    assert all(set(line.pattern) <= set("平仄○") and len(line.pattern) == 7 for line in stanza.lines)


def test_ci_has_both_parts_and_is_called_by_its_tune() -> None:
    verse = _verse(CHINESE, tune="浣溪沙")

    assert [len(stanza.lines) for stanza in verse.stanzas] == [3, 3]
    assert verse.title.startswith("浣溪沙·")


def test_a_long_stanza_of_a_tune_stays_one() -> None:
    request = LyricsRequest(scene="forest birds", seed=2, candidates=1)

    verse = write_verse(toy_poet(ENGLISH), toy_tongue(ENGLISH), request, syllables=(6,) * 10)

    (stanza,) = verse.stanzas
    assert [line.syllables for line in stanza.lines] == [6] * 10
    first, later = ({line.rhyme for line in part} - {""} for part in (stanza.lines[:4], stanza.lines[4:]))
    assert first.isdisjoint(later)


def test_progress_grows_to_its_end() -> None:
    request = LyricsRequest(scene="forest birds", seed=2, candidates=2)
    versing = Versing(toy_poet(ENGLISH), toy_tongue(ENGLISH), plan_verse(request, toy_tongue(ENGLISH)))
    told = [versing.fraction]
    with pytest.raises(RuntimeError):
        versing.choose_best()
    while not versing.finished:
        versing.advance()
        told.append(versing.fraction)

    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(told) > 4


def test_many_are_written_as_one_by_one() -> None:
    requests = [
        LyricsRequest(scene=scene, seed=seed, candidates=2, lines=lines)
        for scene, seed, lines in (("forest birds", 1, 4), ("rain", 2, 8), ("silver moonlit river", 3, 5))
    ]
    poet, tongue = toy_poet(ENGLISH), toy_tongue(ENGLISH)

    assert write_verses(poet, tongue, requests) == [write_verse(poet, tongue, one) for one in requests]


def test_a_scene_s_word_that_the_lexicon_lacks_may_be_used() -> None:
    found = [_verse(scene="stormy night", seed=seed, candidates=4).scene_words for seed in range(4)]

    assert any("stormy" in words for words in found)


def test_where_all_candidates_are_unsafe_others_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = _verse(candidates=1)
    refused = {"\n".join(line.text for line in usual.stanzas[0].lines)}
    monkeypatch.setattr(merits, "is_safe", lambda text: text not in refused)

    other = _verse(candidates=1)

    assert "\n".join(line.text for line in other.stanzas[0].lines) not in refused
    assert _verse(candidates=1) == other


def test_forms_of_a_word_are_its_own() -> None:
    assert set(forms_of("birds")) >= {"birds", "bird", "bird's"}
    assert "king" not in forms_of("k")
