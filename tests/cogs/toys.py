"""A craft that runs in the real engine process, needs no model, and does what the style's name says.

The weights folder is where it and the test meet. Imports nothing heavy, so that spawning it is quick.
"""

import io
import json
import os
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason, Unavailable
from domain.finetuning import version_with
from domain.genres import Genre
from domain.judgements import Judgement, JudgeRequest
from domain.playings import Playing, PlayRequest
from domain.remarks import Remark, Topic
from domain.requests import ComposeRequest, Recipe
from domain.score import Key, Metre, Note, Part, Score
from domain.sheets import Sheet, SheetRequest
from domain.song_requests import SongRequest
from domain.transformations import AccompanyRequest, RestyleRequest, Transformation
from domain.verses import LyricsRequest, Verse
from tests.cogs.toy_poets import ToyPoet, lay_out_poets, toy_song

TOY = "tests.cogs.toys:Toy"

STYLES = (
    *("quick", "gated", "slow", "die", "broken", "ignorant", "damaged", "audible", "bulky", "remarking"),
    *("rnn", "tuneful", "vae", "gan"),
)
METRES = {"reel": ("4/4",), "slip jig": ("9/8",), "chorale": ("4/4", "3/4")}
GENRES = tuple(METRES)

Steps = Generator[Progress | Clip, None, None]


def lay_out_weights(folder: Path) -> Path:
    """A weights folder with a card for each of the toy's styles."""
    folder.mkdir(exist_ok=True)
    for name in STYLES:
        profiles = {
            genre: {"habits": [{"metre": metre, "works": 1} for metre in metres]}
            for genre, metres in METRES.items()
        }
        card = {"version": f"{name}-1", "genres": GENRES, "sha256": "0" * 64, "profiles": profiles}
        (folder / f"{name}.json").write_text(json.dumps(card))
        (folder / f"{name}.safetensors").touch()
    restyler = {"kind": "style_transfer", "version": "restyler-1", "genres": GENRES[:2], "sha256": "0" * 64}
    (folder / "style_transfer.json").write_text(json.dumps(restyler))
    (folder / "style_transfer.safetensors").touch()
    lay_out_poets(folder)
    return folder


def toy_clip(request: ComposeRequest, *, audio: bytes = b"ID3 toy", seconds: float = 5.0) -> Clip:
    made = replace(
        request,
        genre=request.genre or "reel",
        key=request.key or Key(2),
        metre=request.metre or Metre(4, 4),
        tempo=request.tempo or 112,
    )
    return Clip(
        title=f"Toy {request.seed}",
        recipe=Recipe(
            request=made,
            model_version=version_with(f"{request.style}-1", request.adapter)
            if request.adapter
            else f"{request.style}-1",
            genre=made.genre,
            key=made.key,
            metre=str(made.metre),
            tempo=made.tempo,
            bars=8,
            parts=1,
        ),
        seconds=seconds,
        audio=audio,
        midi=b"MThd toy",
        picture=PICTURE,
    )


TUNE = Score(
    key=Key(2),
    metre=Metre(4, 4),
    tempo=112.0,
    bars=2,
    parts=(
        Part("Fiddle", 110, tuple(Note(12 * beat, 74 + beat % 5, 12) for beat in range(8))),
        Part("Guitar", 25, (Note(0, 50, 96), Note(0, 57, 96))),
    ),
)


def transformed_clip(request: Transformation) -> Clip:
    remarks = tuple(remark for source in request.sources for remark in source.left_out)
    return Clip(
        title=f"New {request.sources[0].title}",
        recipe=Recipe(
            request=request,
            model_version=f"{request.style}-1",
            genre="slip jig",
            key=Key(2),
            metre="9/8",
            tempo=116.0,
            bars=4,
            parts=1,
        ),
        seconds=9.0,
        audio=b"ID3 toy",
        midi=b"MThd toy",
        picture=PICTURE,
        judgement=0.61,
        source_judgement=0.54,
        remarks=remarks,
    )


def toy_sheet(request: SheetRequest) -> Sheet:
    xml = f"<!-- {request.title}, {len(request.midi)} bytes -->".encode()
    return Sheet(pages=(PICTURE, PICTURE), musicxml=request.lead_sheet or xml, bars=8, bars_shown=8)


class Toy(ToyPoet):
    def __init__(self, weights: Path, device: str | None, adapters: Path | None = None) -> None:
        self.folder = weights

    def warm_up(self) -> None:
        pass

    def compose(self, request: ComposeRequest) -> Steps:
        yield Progress(Stage.COMPOSING, 0.0)
        yield from getattr(self, request.style)(request)

    def quick(self, request: ComposeRequest) -> Steps:
        yield Progress(Stage.COMPOSING, 0.5)
        yield Progress(Stage.RENDERING)
        clip = toy_clip(request)
        if request.adapter is not None and (self.folder / "unusable").exists():
            remark = Remark(Topic.ADAPTER_UNUSABLE, {"adapter": request.adapter[:8]})
            clip = replace(clip, remarks=(remark,))
        yield clip

    rnn = vae = gan = quick

    def tuneful(self, request: ComposeRequest) -> Steps:
        """A clip whose MIDI file can be read: a tune, and one chord under it.

        It is another one once the test makes the file `changed`, and another model's with `retrained`.
        """
        from engine.craft.midi_files import midi_bytes  # noqa: PLC0415

        with (self.folder / "tuneful.log").open("a") as log:
            log.write(f"{request.seed}\n")
        yield Progress(Stage.COMPOSING, 0.5)
        if (self.folder / "forgotten").exists():
            raise BadRequest(Reason.UNKNOWN_GENRE, value=request.genre, known="nothing")
        clip, score = toy_clip(request), TUNE
        if (self.folder / "retrained").exists():
            score = replace(TUNE, tempo=120.0)
            clip = replace(clip, recipe=replace(clip.recipe, model_version="tuneful-2"))
        elif (self.folder / "changed").exists():
            score = replace(TUNE, tempo=121.0)
        yield replace(clip, midi=midi_bytes(score), title=f"Tune {request.seed}")

    def transform(self, request: Transformation) -> Steps:
        """Do as the genre that was asked for says, if it is none."""
        yield Progress(Stage.COMPOSING, 0.0)
        wanted = request.genre if isinstance(request, AccompanyRequest | RestyleRequest) else None
        if wanted == "gated":
            while not (self.folder / "gate").exists():
                yield Progress(Stage.COMPOSING, 0.34)
                time.sleep(0.01)
        elif wanted == "polka":
            raise BadRequest(Reason.GENRE_NOT_OFFERED, value=wanted, known=", ".join(GENRES))
        elif wanted == "damaged":
            raise Unavailable(Reason.WEIGHTS_UNUSABLE, style=request.style, problem="they are missing")
        yield Progress(Stage.RENDERING)
        yield transformed_clip(request)

    def gated(self, request: ComposeRequest) -> Steps:
        """Compose until the test makes the file `gate`."""
        while not (self.folder / "gate").exists():
            yield Progress(Stage.COMPOSING, 0.34)
            time.sleep(0.01)
        yield toy_clip(request)

    def slow(self, request: ComposeRequest) -> Steps:
        """Take 5 seconds, with far more steps than Discord would bear edits."""
        for step in range(100):
            yield Progress(Stage.COMPOSING, step / 100)
            time.sleep(0.05)
        yield toy_clip(request)

    def die(self, request: ComposeRequest) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        os._exit(1)

    def broken(self, request: ComposeRequest) -> Steps:
        raise ZeroDivisionError("a mistake in the toy")
        yield

    def ignorant(self, request: ComposeRequest) -> Steps:
        raise BadRequest(Reason.UNKNOWN_GENRE, value=request.genre, known=", ".join(GENRES))
        yield

    def damaged(self, request: ComposeRequest) -> Steps:
        raise Unavailable(Reason.WEIGHTS_UNUSABLE, style=request.style, problem="a tensor is missing")
        yield

    def bulky(self, request: ComposeRequest) -> Steps:
        """Sound and picture together are above the least upload limit Discord gives; alone they aren't."""
        clip = toy_clip(request, audio=bytes(6 << 20))
        yield replace(clip, picture=bytes(6 << 20))

    def remarking(self, request: ComposeRequest) -> Steps:
        """A clip that the judge has heard, and something to say about its instruments."""
        remark = Remark(Topic.RANGE_OF_INSTRUMENTS, {"instruments": str(request.instruments)})
        yield replace(toy_clip(request), judgement=0.8675, remarks=(remark, remark))

    def audible(self, request: ComposeRequest) -> Steps:
        """A real MP3 of the length that was asked for, and a real picture."""
        import numpy as np  # noqa: PLC0415
        import soundfile  # noqa: PLC0415

        seconds, rate = request.length_seconds, 44_100
        tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
        file = io.BytesIO()
        soundfile.write(file, np.stack([tone, tone], axis=1), rate, format="MP3")
        yield toy_clip(request, audio=file.getvalue(), seconds=seconds)

    def sing(self, request: SongRequest) -> Steps:
        verse = yield from self.written(request.words)
        yield Progress(Stage.RENDERING)
        yield toy_song(request, verse, tune=TUNE, picture=PICTURE)

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        yield Progress(Stage.RENDERING)
        yield toy_sheet(request)

    def judge(self, request: JudgeRequest) -> Generator[Progress | Judgement, None, None]:
        """The share that the title says in hundredths, if it says one."""
        yield Progress(Stage.COMPOSING)
        told = "".join(letter for letter in request.music.title if letter.isdigit())
        yield Judgement(
            title=request.music.title,
            share=int(told or 50) / 100,
            reasons=(
                Remark(Topic.JUDGED_BETWEEN),
                Remark(Topic.JUDGED_DISSONANT, {"value": "20%", "usual": "4%", "genre": "slip jig"}),
            ),
            genres=((Genre.SLIP_JIG, 0.9), (Genre.JIG, 0.1)),
            key=Key(2),
            tempo=112.0,
            picture=PICTURE,
            left_out=request.music.left_out,
        )

    def play(self, request: PlayRequest) -> Generator[Progress | Playing, None, None]:
        yield Progress(Stage.RENDERING)
        while request.title == "gated" and not (self.folder / "gate").exists():
            yield Progress(Stage.RENDERING, 0.34)
            time.sleep(0.01)
        notes = sum(len(part.notes) for part in request.score.parts)
        audio = f"ID3 {notes} notes of {request.title}".encode()
        yield Playing(seconds=request.score.seconds, audio=audio, midi=b"MThd toy", picture=PICTURE)


class LongWinded(Toy):
    """Its pieces don't fit on the sheet."""

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        yield replace(toy_sheet(request), bars_shown=6)


class Speechless(Toy):
    """Has no poet."""

    def write(self, request: LyricsRequest) -> Generator[Progress | Verse, None, None]:
        raise Unavailable(Reason.NO_POETS)
        yield


class Crowded(Toy):
    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        raise BadRequest(Reason.TOO_DENSE_TO_ENGRAVE, value=20000, limit=12000)
        yield


class Fragile(Toy):
    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        yield Progress(Stage.RENDERING)
        os._exit(1)


class Sluggish(Toy):
    """Warm once the test makes the file `gate`."""

    def warm_up(self) -> None:
        while not (self.folder / "gate").exists():
            time.sleep(0.01)


class Weightless(Toy):
    """What the composer does where no weights are."""

    def warm_up(self) -> None:
        raise Unavailable(Reason.NO_STYLES)


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000400000002008020000002dffe9d3"
    "0000004349444154789cedcf410dc02000c0404017121186ac89e07159d253d0ce7bf6f8b3"
    "a5035e35a035a035a035a035a035a035a035a035a035a035a035a035a035a035a07dcde4"
    "01d0420b00640000000049454e44ae426082"
)
"""A PNG, 64 by 32."""
