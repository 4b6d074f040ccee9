"""Which font is taken. The fonts here are cut out of TimGM6mb, so that none has to be installed."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.craft import soundfonts
from engine.craft.rendering import render
from engine.craft.sf2 import DRUM_BANK, SoundFont
from engine.craft.soundfonts import VARIABLE, bundled, soundfont
from tests.engine.craft.pieces import jig


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """A system with two empty folders for fonts, and nothing asked for."""
    made = [tmp_path / "first", tmp_path / "second"]
    for folder in made:
        folder.mkdir()
    monkeypatch.setattr(soundfonts, "SYSTEM_FOLDERS", tuple(made))
    monkeypatch.delenv(VARIABLE, raising=False)
    soundfont.cache_clear()
    yield made
    soundfont.cache_clear()


def put(path: Path) -> Path:
    path.write_bytes(SoundFont.open(bundled()).cut([(0, 0)]))
    return path


def test_without_any_other_it_is_the_one_that_comes_with_pretty_midi(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        assert soundfont().path == bundled()
    assert str(bundled()) in caplog.text
    assert soundfont() is soundfont()


def test_one_found_on_the_system_comes_before_it_the_best_first(folders: list[Path]) -> None:
    first, second = folders
    put(first / "Unknown.sf2")
    assert soundfont().path == bundled()
    for better in (first / "default.sf2", second / "MuseScore_General_Full.sf2", second / "FluidR3_GM.sf2"):
        put(better)
        soundfont.cache_clear()
        assert soundfont().path == better


def test_the_one_asked_for_comes_before_all(
    folders: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(folders[0] / "FluidR3_GM.sf2")
    mine = put(tmp_path / "mine.sf2")
    monkeypatch.setenv(VARIABLE, str(mine))
    assert soundfont().path == mine


@pytest.mark.parametrize("content", [None, b"RIFF and no more"])
def test_one_asked_for_that_cannot_be_used_is_a_warning_and_not_the_end(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mine = tmp_path / "mine.sf2"
    if content is not None:
        mine.write_bytes(content)
    monkeypatch.setenv(VARIABLE, str(mine))
    assert soundfont().path == bundled()
    (warning,) = (record for record in caplog.records if record.levelno == logging.WARNING)
    assert str(mine) in warning.getMessage()
    assert render(jig(bars=1)).samples.any()


def test_a_compressed_font_is_passed_over_with_a_line_in_the_log(
    folders: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    compressed = folders[0] / "MuseScore_General.sf3"
    font = bytearray(SoundFont.open(bundled()).cut([(0, 0)]))
    font[font.index(b"shdr") + 8 + 44] |= 0x10
    compressed.write_bytes(font)
    with caplog.at_level(logging.INFO):
        assert soundfont().path == bundled()
    assert f"{compressed} can't be used: its samples are compressed" in caplog.text


def test_an_instrument_is_a_small_font_of_its_own() -> None:
    piano, drums = (0, 0), (DRUM_BANK, 0)
    assert soundfont().file(piano) != soundfont().file(drums)
    assert soundfont().file(piano) is soundfont().file(piano)
    assert len(soundfont().file(piano, drums)) < bundled().stat().st_size / 5
    assert soundfont().is_centred(piano)
    assert not soundfont().is_centred(drums)
