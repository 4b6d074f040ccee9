"""Toys that write verse and songs: they read scenes as the real ones do, and do what their network says."""

import json
import os
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason
from domain.remarks import Remark, Topic
from domain.requests import Recipe
from domain.score import Key, Score
from domain.song_requests import SongRequest
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
from models.lyrics.tunes import Half, save_tunes

NETWORKS = ("broken", "die", "gated", "seq2seq", "transformer", "wild")
TUNES = ("如梦令", "浣溪沙", "菩萨蛮")
LEAD_SHEET = b"<?xml version='1.0'?><score-partwise/>"

_REASONS = {
    "empty": Reason.SCENE_EMPTY,
    "no words": Reason.SCENE_WITHOUT_WORDS,
    "language": Reason.SCENE_LANGUAGE,
    "unsafe": Reason.SCENE_UNSAFE,
}
_ENGLISH = (
    *("The {} wakes before the day", "And sings the mist out of the trees"),
    *("Till all the hills have turned to grey", "And every leaf has caught the breeze"),
)
_CHORUS = ("O {}, sing to me", "By brook and hollow tree")
_CHINESE = (("空山闻鸟语", "平平平仄仄"), ("林下晚风轻", "平仄仄平平"))


def lay_out_poets(folder: Path) -> None:
    """Cards for each of the toy's networks, and a few tune patterns."""
    for language, networks in (("en", NETWORKS), ("zh", NETWORKS[3:5])):
        for network in networks:
            card = {"kind": "lyrics", "language": language, "network": network, "version": f"{network}-1"}
            (folder / f"lyrics-{language}-{network}.json").write_text(json.dumps(card))
            (folder / f"lyrics-{language}-{network}.safetensors").touch()
    save_tunes(folder / "lyrics-zh.tunes", {name: (Half((5, 5), ("，", "。"), "AA"),) for name in TUNES})


def toy_verse(request: LyricsRequest) -> Verse:
    """Verse about the first word of the scene. Raises BadRequest where there is no scene."""
    from models.lyrics.scenes import SceneError, read_scene  # noqa: PLC0415

    try:
        scene = read_scene(request.scene)
    except SceneError as error:
        raise BadRequest(_REASONS[error.reason]) from None
    word = scene.keywords[0]
    if scene.language == "zh":
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
    remarks = () if request.tune is None else (Remark(Topic.TUNE_LEFT_OUT),)
    recipe = VerseRecipe(request=replace(made, tune=None), model_version=f"{made.model}-1")
    return Verse(
        title=f"The {word.title()}", recipe=recipe, stanzas=stanzas, scene_words=(word,), remarks=remarks
    )


def _stanza(lines: list[tuple[str, str]], label: StanzaKind = StanzaKind.VERSE) -> VerseStanza:
    return VerseStanza(tuple(VerseLine(text, 8, rhyme, "01010101") for text, rhyme in lines), label)


def _chinese(request: LyricsRequest, word: str) -> Verse:
    made = replace(
        request,
        language=Language.CHINESE,
        lines=4,
        form=request.form or (VerseForm.CI if request.tune else VerseForm.FIVE),
        model=request.model or "seq2seq",
    )
    lines = tuple(VerseLine(text, 5, "A", tones) for text, tones in _CHINESE * 2)
    recipe = VerseRecipe(request=made, model_version=f"{made.model}-1")
    return Verse(
        title=request.tune or "山中", recipe=recipe, stanzas=(VerseStanza(lines),), scene_words=(word,)
    )


def toy_song(request: SongRequest, verse: Verse, *, tune: Score, picture: bytes) -> Clip:
    from engine.craft.midi_files import midi_bytes  # noqa: PLC0415

    return Clip(
        title=verse.title,
        recipe=Recipe(
            request=request,
            model_version="rnn-1",
            genre="song",
            key=request.key or Key(7),
            metre="4/4",
            tempo=96.0,
            bars=16,
            parts=1,
        ),
        seconds=21.0,
        audio=b"ID3 toy song",
        midi=midi_bytes(tune),
        picture=picture,
        verse=verse,
        lead_sheet=LEAD_SHEET,
    )


class ToyPoet:
    """Writes at once, unless the network's name says otherwise."""

    folder: Path

    def written(self, request: LyricsRequest) -> Generator[Progress, None, Verse]:
        yield Progress(Stage.COMPOSING, 0.2)
        match request.model:
            case "gated":
                while not (self.folder / "gate").exists():
                    yield Progress(Stage.COMPOSING, 0.34)
                    time.sleep(0.01)
            case "die":
                os._exit(1)
            case "broken":
                raise ZeroDivisionError("a mistake in the toy poet")
            case _:
                pass
        verse = toy_verse(request)
        if request.model != "wild":
            return verse
        # As nobody writes: whatever was typed is the title, a line and a word of it.
        wild = VerseStanza((VerseLine(request.scene, 1),))
        return replace(verse, title=request.scene, stanzas=(wild,), scene_words=(request.scene,))

    def write(self, request: LyricsRequest) -> Generator[Progress | Verse, None, None]:
        yield (yield from self.written(request))
