"""Verse such as a network hands over, made up for tests about one word. Knows neither scenes nor networks."""

from dataclasses import replace

from domain.finetuning import version_with
from domain.songs import StanzaKind
from domain.verses import (
    Language,
    LyricsRequest,
    RhymeScheme,
    Verse,
    VerseForm,
    VerseLine,
    VerseRecipe,
    VerseStanza,
)

_ENGLISH = (
    *("The {} wakes before the day", "And sings the mist out of the trees"),
    *("Till all the hills have turned to grey", "And every leaf has caught the breeze"),
)
_CHORUS = ("O {}, sing to me", "By brook and hollow tree")
_CHINESE = (("空山闻鸟语", "平平平仄仄"), ("林下晚风轻", "平仄仄平平"))


def verse_about(word: str, request: LyricsRequest) -> Verse:
    """Verse in the language that was asked for, with what was left open filled in."""
    if request.language is Language.CHINESE:
        return _chinese(request, word)
    form = request.form or VerseForm.QUATRAINS
    verse = _stanza([(line.format(word), "ABAB"[row]) for row, line in enumerate(_ENGLISH)])
    stanzas = (verse, replace(verse))
    if form is VerseForm.SONG:
        chorus = _stanza([(line.format(word), "A") for line in _CHORUS], StanzaKind.CHORUS)
        stanzas = (verse, chorus, verse, chorus)
    made = replace(
        request,
        language=Language.ENGLISH,
        lines=sum(len(stanza.lines) for stanza in stanzas),
        form=form,
        rhyme=request.rhyme or RhymeScheme.ABAB,
        model=request.model or "seq2seq",
    )
    recipe = VerseRecipe(request=made, model_version=_version(made))
    return Verse(title=f"The {word.title()}", recipe=recipe, stanzas=stanzas, scene_words=(word,))


def _version(request: LyricsRequest) -> str:
    shipped = f"{request.model}-1"
    return shipped if request.adapter is None else version_with(shipped, request.adapter)


def _stanza(lines: list[tuple[str, str]], label: StanzaKind = StanzaKind.VERSE) -> VerseStanza:
    return VerseStanza(tuple(VerseLine(text, 8, rhyme, "01010101") for text, rhyme in lines), label)


def _chinese(request: LyricsRequest, word: str) -> Verse:
    made = replace(
        request,
        lines=4,
        form=request.form or (VerseForm.CI if request.tune else VerseForm.FIVE),
        model=request.model or "seq2seq",
    )
    lines = tuple(VerseLine(text, 5, "A", tones) for text, tones in _CHINESE * 2)
    recipe = VerseRecipe(request=made, model_version=_version(made))
    return Verse(
        title=request.tune or "山中", recipe=recipe, stanzas=(VerseStanza(lines),), scene_words=(word,)
    )
