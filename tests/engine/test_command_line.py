"""`python -m engine`, through the real process with toys."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from domain.remarks import Remark, Topic
from domain.requests import ComposeRequest, Recipe
from domain.score import Key
from domain.song_requests import SongRequest
from domain.transformations import BlendRequest, VaryRequest
from domain.verses import RhymeScheme, VerseForm, VerseRecipe
from engine.__main__ import main
from engine.craft.midi_files import midi_bytes
from tests.engine.craft.pieces import chorale
from tests.engine.toys import TOY


def compose(folder: Path, *options: str) -> int:
    out = ("--out", str(folder / "out"), "--weights", str(folder))
    return main(["compose", *out, *options], craft=TOY)


def test_each_clip_becomes_four_files(tmp_path: Path):
    assert compose(tmp_path, "--style", "quick", "--seed", "7", "--count", "3") == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        f"quick-slip-jig-{seed}.{suffix}" for seed in (7, 8, 9) for suffix in ("mp3", "mid", "png", "json")
    }
    recipe = Recipe.from_json((tmp_path / "out/quick-slip-jig-8.json").read_text())
    assert recipe.request.seed == 8
    assert (tmp_path / "out/quick-slip-jig-8.mp3").read_bytes() == b"mp3"


def test_sheet_music_is_written_beside_the_clip(tmp_path: Path):
    assert compose(tmp_path, "--style", "quick", "--seed", "7", "--sheet") == 0
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir() if path.stem != "quick-slip-jig-7"} == {
        "quick-slip-jig-7-sheet-1.png",
        "quick-slip-jig-7-sheet-2.png",
    }
    assert (out / "quick-slip-jig-7.musicxml").read_bytes() == b"midi"


def test_drawn_seed_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert compose(tmp_path, "--style", "quick") == 0
    (recipe,) = (tmp_path / "out").glob("*.json")
    seed = Recipe.from_json(recipe.read_text()).request.seed
    assert f"Seed {seed}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--length", "500"], "A clip can be 5 to 120 seconds long; you asked for 500.0."),
        (["--key", "H"], "I don't know the key “H”."),
        (["--metre", "waltz"], "I don't know the metre “waltz”."),
        (["--candidates", "9"], "I can choose among 1 to 8 candidates; you asked for 9."),
        (["--seed", str(2**31 - 1), "--count", "2"], "The seed number can be"),
        (["--style", "bad"], "I can't play “polka” in this style."),
    ],
)
def test_bad_request_is_a_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
):
    assert compose(tmp_path, *options) == 2
    complaint = capsys.readouterr().err
    assert sentence in complaint
    assert "Traceback" not in complaint


def test_failure_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert compose(tmp_path, "--style", "unavailable") == 1
    complaint = capsys.readouterr().err
    assert "a tensor is missing" in complaint
    assert "Traceback" not in complaint


def test_bug_shows_its_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert compose(tmp_path, "--style", "broken") == 1
    assert "a mistake in the toy" in capsys.readouterr().err


def test_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "out").write_text("a file, where a folder is needed")
    assert compose(tmp_path, "--style", "quick") == 1
    assert "File exists" in capsys.readouterr().err


def test_full_disk_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert compose(tmp_path, "--style", "quick") == 1
    assert "My disk is full" in capsys.readouterr().err


def test_list_shows_styles_with_their_genres(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert compose(tmp_path, "--list") == 0
    assert "No trained model was found" in capsys.readouterr().out
    card = {"version": "toy-1", "genres": ["reel", "slip jig"], "sha256": ""}
    (tmp_path / "toy.json").write_text(json.dumps(card))
    (tmp_path / "toy.safetensors").touch()
    restyler = card | {"kind": "style_transfer", "version": "restyler-1", "genres": ["reel"]}
    (tmp_path / "style_transfer.json").write_text(json.dumps(restyler))
    (tmp_path / "style_transfer.safetensors").touch()
    assert compose(tmp_path, "--list") == 0
    assert capsys.readouterr().out == (
        "toy (toy-1): reel, slip jig\n"
        "restyle (restyler-1): reel\n"
        "moods: calm, bright, sad, lullaby, festive, tense\n"
        "instruments: piano, strings, guitar, winds, brass, choir, organ, harp, music box, chiptune\n"
    )


def test_wishes_reach_the_composer_and_its_remarks_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    wishes = ["--mood", "sad", "--metre", "68", "--instruments", "music box", "--candidates", "4"]
    assert compose(tmp_path, "--style", "remarking", "--seed", "7", *wishes) == 0
    printed = capsys.readouterr().err
    clip_line = printed.index("remarking-slip-jig-7.mp3  5.0 s  judge 54%")
    assert printed.index("  I know no sad music in 6/8, so this is in music box.") > clip_line


@pytest.mark.parametrize("wish", [["--mood", "bored"], ["--instruments", "kazoo"]])
def test_unknown_moods_and_instruments_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wish: list[str]
):
    with pytest.raises(SystemExit) as raised:
        compose(tmp_path, *wish)
    assert raised.value.code == 2
    assert wish[1] in capsys.readouterr().err


def test_count_must_be_positive(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as raised:
        compose(tmp_path, "--count", "0")
    assert raised.value.code == 2
    assert "at least 1" in capsys.readouterr().err


@pytest.fixture
def sources(tmp_path: Path) -> tuple[str, str]:
    """A stranger's file, and a clip's own beside its recipe: a tune, and what it was accompanied by."""
    upload, own = tmp_path / "Their Song.mid", tmp_path / "Ours.mid"
    upload.write_bytes(midi_bytes(chorale(bars=2)))
    own.write_bytes(midi_bytes(chorale(bars=2)))
    recipe = Recipe(
        request=ComposeRequest(style="rnn", seed=1, genre="reel", key=Key(7), tempo=84.0),
        model_version="rnn-1",
        genre="reel",
        key=Key(7),
        metre="4/4",
        tempo=84.0,
        bars=2,
        parts=1,
    )
    own.with_suffix(".json").write_text(recipe.to_json())
    return str(upload), str(own)


def transform(folder: Path, *arguments: str) -> int:
    return main([*arguments, "--out", str(folder / "out"), "--weights", str(folder)], craft=TOY)


def test_each_transformation_works_on_files(tmp_path: Path, sources: tuple[str, str]):
    upload, own = sources
    assert transform(tmp_path, "blend", upload, own, "--ratio", ".25", "--seed", "7") == 0
    assert transform(tmp_path, "vary", own, "--amount", "0.7", "--seed", "7", "--count", "2") == 0
    assert transform(tmp_path, "accompany", upload, "--seed", "7") == 0
    assert transform(tmp_path, "restyle", own, "--genre", "reel", "--seed", "7") == 0
    out = tmp_path / "out"
    made = {path.stem: Recipe.from_json(path.read_text()).request for path in out.glob("*.json")}
    assert set(made) == {
        *("blend-slip-jig-7", "vary-slip-jig-7", "vary-slip-jig-8"),
        *("accompany-slip-jig-7", "restyle-slip-jig-7"),
    }
    blend, vary = made["blend-slip-jig-7"], made["vary-slip-jig-8"]
    assert isinstance(blend, BlendRequest)
    assert blend.ratio == 0.25
    assert isinstance(vary, VaryRequest)
    assert (vary.amount, vary.seed) == (0.7, 8)
    theirs, ours = blend.sources
    assert (theirs.title, theirs.genre, len(theirs.score.parts)) == ("Their Song", None, 4)
    assert (ours.title, ours.genre, len(ours.score.parts)) == ("Ours", "reel", 1)


def test_a_piece_begins_with_a_file(tmp_path: Path, sources: tuple[str, str]):
    assert compose(tmp_path, "--style", "quick", "--opening", sources[1], "--seed", "7", "--count", "2") == 0
    made = [Recipe.from_json(path.read_text()).request for path in (tmp_path / "out").glob("*.json")]
    assert [(opening.title, opening.genre) for each in made for opening in each.sources] == [
        ("Ours", "reel")
    ] * 2


def test_a_blend_without_a_ratio_walks(tmp_path: Path, sources: tuple[str, str]):
    assert transform(tmp_path, "blend", *sources, "--seed", "7") == 0
    [recipe] = (tmp_path / "out").glob("*.json")
    request = Recipe.from_json(recipe.read_text()).request
    assert isinstance(request, BlendRequest)
    assert request.ratio is None


def test_bad_sources_are_sentences(
    tmp_path: Path, sources: tuple[str, str], capsys: pytest.CaptureFixture[str]
):
    noise = tmp_path / "noise.mid"
    noise.write_bytes(b"not music")
    assert transform(tmp_path, "vary", str(noise)) == 2
    assert "MIDI" in capsys.readouterr().err
    assert transform(tmp_path, "vary", str(tmp_path / "nothing.mid")) == 1
    assert "nothing.mid: No such file or directory." in capsys.readouterr().err
    assert transform(tmp_path, "blend", *sources, "--ratio", "2") == 2
    assert "The ratio can be 0.0" in capsys.readouterr().err
    noise.with_suffix(".json").write_text('{"not": "a recipe"}')
    assert transform(tmp_path, "vary", str(noise)) == 2
    complaint = capsys.readouterr().err
    assert "Traceback" not in complaint


def test_lyrics_are_printed_with_their_title(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    wishes = ["--seed", "7", "--count", "2", "--lines", "5", "--weights", str(tmp_path)]
    assert main(["lyrics", "forest birds", *wishes], craft=TOY) == 0
    printed = capsys.readouterr()
    la = "La la la la\n" * 4
    assert printed.out == f"Of forest birds\n\nforest birds\n{la}\n" * 2
    assert printed.err.count(f"  {Remark(Topic.LANGUAGE_OF_SCENE)}") == 2
    assert (tmp_path / "log").read_text().splitlines()[-2:] == ["lyrics 7", "lyrics 8"]


def test_lyrics_become_text_and_recipe_in_a_folder(tmp_path: Path):
    wishes = ["--form", "ballad", "--rhyme", "ABCB", "--language", "en", "--model", "transformer"]
    assert transform(tmp_path, "lyrics", "forest birds", "--seed", "7", "--temperature", "1.1", *wishes) == 0
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {"lyrics-en-7.txt", "lyrics-en-7.json"}
    assert (out / "lyrics-en-7.txt").read_text().startswith("Of forest birds\n\nforest birds\n")
    request = VerseRecipe.from_json((out / "lyrics-en-7.json").read_text()).request
    assert (request.form, request.rhyme, request.model) == (VerseForm.BALLAD, RhymeScheme.ABCB, "transformer")
    assert (request.temperature, request.seed) == (1.1, 7)


def test_what_is_no_scene_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert transform(tmp_path, "lyrics", "nothing") == 2
    assert "I find no words in that to write about." in capsys.readouterr().err


def test_a_song_becomes_music_words_and_sheet(tmp_path: Path, sources: tuple[str, str]):
    wishes = ["--seed", "7", "--count", "2", "--key", "Bb", "--instruments", "strings", "--sheet"]
    assert transform(tmp_path, "song", "forest birds", "--clip", sources[1], *wishes) == 0
    out = tmp_path / "out"
    endings = (".mp3", ".mid", ".png", ".musicxml", ".txt", ".json", "-sheet-1.png", "-sheet-2.png")
    assert {path.name for path in out.iterdir()} == {
        f"song-slip-jig-{seed}{ending}" for seed in (7, 8) for ending in endings
    }
    assert (out / "song-slip-jig-7.musicxml").read_bytes() == b"musicxml"
    assert (out / "song-slip-jig-7.txt").read_text().startswith("Of forest birds\n")
    request = Recipe.from_json((out / "song-slip-jig-8.json").read_text()).request
    assert isinstance(request, SongRequest)
    assert (request.seed, request.key, request.instruments) == (8, Key(10), "strings")
    assert request.source is not None
    assert (request.source.title, request.source.genre) == ("Ours", "reel")


def test_files_are_judged(tmp_path: Path, sources: tuple[str, str], capsys: pytest.CaptureFixture[str]):
    assert transform(tmp_path, "judge", *sources) == 0
    printed = capsys.readouterr().out
    assert "Their Song: 70% human  jig 90%  D major  112 beats/min" in printed
    assert "Ours: 70% human" in printed
    pictures = {path.name for path in (tmp_path / "out").iterdir()}
    assert pictures == {"Their Song-judged.png", "Ours-judged.png"}


def test_what_can_not_be_judged_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    assert transform(tmp_path, "judge", str(tmp_path / "x.wav")) == 2
    assert "damaged" in capsys.readouterr().err


@contextmanager
def ignored_interrupts() -> Iterator[None]:
    """As a shell without a terminal starts what it runs in the background; children inherit it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupt_ends_everything_quietly(tmp_path: Path):
    arguments = ["compose", "--style", "hang", "--out", str(tmp_path), "--weights", str(tmp_path)]
    script = f"import sys; from engine.__main__ import main; sys.exit(main({arguments}, craft={TOY!r}))"
    command = [sys.executable, "-c", script]
    with (
        ignored_interrupts(),
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as program,
    ):
        try:
            log = tmp_path / "log"
            ends = time.monotonic() + 30
            while not (log.exists() and "hanging" in log.read_text()) and time.monotonic() < ends:
                time.sleep(0.01)
            os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to the whole group
            _, complaint = program.communicate(timeout=20)  # returns when no process holds the pipes
        finally:
            with suppress(ProcessLookupError):  # whatever went wrong, nothing runs on
                os.killpg(program.pid, signal.SIGKILL)
    assert program.returncode == 130
    assert "Stopped." in complaint
    assert "Traceback" not in complaint
