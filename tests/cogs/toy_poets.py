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
from domain.verses import Language, LyricsRequest, Verse, VerseLine, VerseStanza
from models.lyrics.tunes import Half, save_tunes
from tests.verses import verse_about

NETWORKS = ("broken", "die", "gated", "seq2seq", "transformer", "wild")
TUNES = ("如梦令", "浣溪沙", "菩萨蛮")
LEAD_SHEET = b"<?xml version='1.0'?><score-partwise/>"

_REASONS = {
    "empty": Reason.SCENE_EMPTY,
    "no words": Reason.SCENE_WITHOUT_WORDS,
    "language": Reason.SCENE_LANGUAGE,
    "unsafe": Reason.SCENE_UNSAFE,
}


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
    asked = replace(request, language=Language(scene.language))
    if asked.language is Language.CHINESE or asked.tune is None:
        return verse_about(scene.keywords[0], asked)
    made = verse_about(scene.keywords[0], replace(asked, tune=None))
    return replace(made, remarks=(Remark(Topic.TUNE_LEFT_OUT),))


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
