"""Crafts that run in the real engine process and need no model.

`Toy` does what the request's style, or its title, says. The weights folder is where it and the test
meet: the toy appends to `log`, and waits for the files that a test makes there. Imports no torch, so
spawning it is quick.
"""

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason, Unavailable
from domain.genres import Genre
from domain.judgements import Judgement, JudgeRequest
from domain.playings import Playing, PlayRequest
from domain.remarks import Remark, Topic
from domain.requests import ComposeRequest, Recipe
from domain.score import Key
from domain.sheets import Sheet, SheetRequest
from domain.song_requests import SongRequest
from domain.transformations import Transformation
from domain.verses import Language, LyricsRequest, Verse, VerseForm, VerseLine, VerseRecipe, VerseStanza

TOY = "tests.engine.toys:Toy"

Steps = Generator[Progress | Clip, None, None]

DEATHS: dict[str, Callable[[], object]] = {
    "exit": lambda: os._exit(1),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": faulthandler._sigsegv,
    "memory": lambda: bytearray(1 << 62),
}


def clip(request: ComposeRequest, *, audio: bytes = b"mp3") -> Clip:
    """A clip whose title tells which process made it."""
    recipe = Recipe(
        request=ComposeRequest(
            style=request.style,
            seed=request.seed,
            genre="slip jig",
            key=Key(2),
            tempo=120,
            opening=request.opening,
        ),
        model_version="toy-1",
        genre="slip jig",
        key=Key(2),
        metre="9/8",
        tempo=120,
        bars=8,
        parts=1,
    )
    return Clip(title=str(os.getpid()), recipe=recipe, seconds=5.0, audio=audio, midi=b"midi", picture=b"png")


def verse(request: LyricsRequest) -> Verse:
    """Verse whose first line is the scene, as many lines as were asked for."""
    decided = replace(
        request,
        language=request.language or Language.ENGLISH,
        lines=request.lines or 4,
        form=request.form or VerseForm.QUATRAINS,
        model=request.model or "seq2seq",
    )
    lines = [
        VerseLine(request.scene, 4, "A"),
        *[VerseLine("La la la la", 4, "A")] * ((request.lines or 4) - 1),
    ]
    return Verse(
        title=f"Of {request.scene}",
        recipe=VerseRecipe(request=decided, model_version="toy-poet-1"),
        stanzas=(VerseStanza(tuple(lines)),),
        scene_words=(request.scene,),
        remarks=(Remark(Topic.LANGUAGE_OF_SCENE),),
    )


class Toy:
    def __init__(self, weights: Path, device: str | None, adapters: Path | None = None) -> None:
        self.folder = weights
        self.note(f"born {device}")

    def note(self, text: str) -> None:
        with (self.folder / "log").open("a") as log:
            log.write(text + "\n")

    def first_time(self, name: str) -> bool:
        """True once per folder, whatever dies in between."""
        marker = self.folder / name
        if marker.exists():
            return False
        marker.touch()
        return True

    def warm_up(self) -> None:
        self.note("warm")

    def compose(self, request: ComposeRequest) -> Steps:
        self.note(f"run {request.seed}")
        act, _, argument = request.style.partition(":")
        yield from getattr(self, act)(request, argument)

    def quick(self, request: ComposeRequest, _: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.0)
        yield Progress(Stage.COMPOSING, 0.5)
        yield Progress(Stage.RENDERING)
        yield clip(request)

    def remarking(self, request: ComposeRequest, _: str) -> Steps:
        """Say back what was asked for, as a remark, of a clip that the judge has heard."""
        values = {"genre": str(request.mood), "asked": str(request.metre), "chosen": str(request.instruments)}
        heard = 0.5 + request.candidates / 100
        yield replace(clip(request), judgement=heard, remarks=(Remark(Topic.METRE_OF_GENRE, values),))

    def gated(self, request: ComposeRequest, gate: str) -> Steps:
        """Step until the test makes the file `gate`."""
        try:
            while not (self.folder / gate).exists():
                yield Progress(Stage.COMPOSING, 0.5)
                time.sleep(0.005)
        except GeneratorExit:
            self.note(f"closed {request.seed}")
            raise
        yield clip(request)

    def huge(self, request: ComposeRequest, _: str) -> Steps:
        yield clip(request, audio=bytes(range(256)) * (5 * 4096))

    def die_once(self, request: ComposeRequest, how: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        if self.first_time(f"died {how}"):
            DEATHS[how]()
        yield clip(request)

    def die(self, request: ComposeRequest, how: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        DEATHS[how]()

    def hang_once(self, request: ComposeRequest, _: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        if self.first_time("hung"):
            time.sleep(1000)
        yield clip(request)

    def hang(self, request: ComposeRequest, _: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        self.note("hanging")
        time.sleep(1000)

    def bad(self, request: ComposeRequest, _: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        raise BadRequest(Reason.UNKNOWN_GENRE, value="polka", known=["reel", "jig"])

    def unavailable(self, request: ComposeRequest, _: str) -> Steps:
        raise Unavailable(Reason.WEIGHTS_UNUSABLE, style="toy", problem="a tensor is missing")
        yield

    def broken(self, request: ComposeRequest, _: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)
        raise ZeroDivisionError("a mistake in the toy")

    def resultless(self, request: ComposeRequest, _: str) -> Steps:
        yield Progress(Stage.COMPOSING, 0.1)

    def unsendable(self, request: ComposeRequest, _: str) -> Steps:
        yield clip(request, audio=threading.Lock())  # type: ignore[arg-type]

    def transform(self, request: Transformation) -> Steps:
        """Say back what was asked for, as the clip's recipe."""
        self.note(f"{request.kind} {request.seed}")
        yield Progress(Stage.COMPOSING, 0.0)
        recipe = replace(clip(ComposeRequest(style="toy", seed=0)).recipe, request=request)
        yield replace(clip(ComposeRequest(style="toy", seed=0)), recipe=recipe)

    def write(self, request: LyricsRequest) -> Generator[Progress | Verse, None, None]:
        """Verse about the scene; what the scene says, where that is something to do."""
        self.note(f"{request.kind} {request.seed}")
        yield Progress(Stage.COMPOSING, 0.0)
        if request.scene == "nothing":
            raise BadRequest(Reason.SCENE_WITHOUT_WORDS)
        yield verse(request)

    def sing(self, request: SongRequest) -> Steps:
        """Say back what was asked for, as the clip's recipe, with verse and a lead sheet."""
        self.note(f"{request.kind} {request.seed}")
        yield Progress(Stage.COMPOSING, 0.0)
        made = clip(ComposeRequest(style="toy", seed=0))
        yield replace(
            made,
            title="A song",
            recipe=replace(made.recipe, request=request),
            verse=verse(request.words),
            lead_sheet=b"musicxml",
        )

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        """Do what the title says, which may be anything that ends otherwise than in a clip."""
        self.note(f"engrave {request.title}")
        act, _, argument = request.title.partition(":")
        yield Progress(Stage.RENDERING)
        if act == "gated":
            while not (self.folder / argument).exists():
                yield Progress(Stage.RENDERING, 0.5)
                time.sleep(0.005)
        elif act == "mistaken":
            yield clip(ComposeRequest(style="quick", seed=1))  # type: ignore[misc]
        elif act == "die_once" and self.first_time(f"died {argument}"):
            DEATHS[argument]()
        elif act == "damaged":
            raise BadRequest(Reason.MIDI_UNREADABLE)
        written = request.lead_sheet or request.midi
        yield Sheet(pages=(b"page",) * 2, musicxml=written, bars=8, bars_shown=6 if act == "cut" else 8)

    def judge(self, request: JudgeRequest) -> Generator[Progress | Judgement, None, None]:
        yield Progress(Stage.COMPOSING)
        yield Judgement(
            title=request.music.title,
            share=0.7,
            reasons=(),
            genres=((Genre.JIG, 0.9),),
            key=Key(2),
            tempo=112.0,
            picture=b"png",
        )

    def play(self, request: PlayRequest) -> Generator[Progress | Playing, None, None]:
        self.note(f"play {request.title}")
        yield Progress(Stage.RENDERING)
        yield Playing(seconds=request.score.seconds, audio=b"mp3", midi=b"midi", picture=b"png")


class Stillborn(Toy):
    """Dies at every start, without a word."""

    def warm_up(self) -> None:
        os._exit(3)


class StillbornUntilMended(Toy):
    """Dies at every start until the file `mended` exists."""

    def warm_up(self) -> None:
        if not (self.folder / "mended").exists():
            os._exit(3)


class StillbornOnce(Toy):
    def warm_up(self) -> None:
        if self.first_time("stillborn"):
            os._exit(3)


class HungAtBirth(Toy):
    def warm_up(self) -> None:
        time.sleep(1000)


class Weightless(Toy):
    def warm_up(self) -> None:
        raise Unavailable(Reason.NO_STYLES)


class Mistaken(Toy):
    def warm_up(self) -> None:
        raise ZeroDivisionError("a mistake at the start")
