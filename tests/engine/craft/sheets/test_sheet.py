"""The sheet as people see it: pages of ink on white paper."""

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from domain.errors import BadRequest, Reason
from domain.score import Key, Metre, Note, Part, Score, Section
from engine.craft.sheets import engraving
from engine.craft.sheets import sheet as sheets
from engine.craft.sheets.sheet import make_sheet
from tests.engine.craft.pieces import chorale, jig


def ink(page: bytes) -> NDArray[np.bool_]:
    """Where a page is dark."""
    return np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 128


def long_piece(bars: int) -> Score:
    notes = tuple(Note(3 * place, 60 + place * 7 % 20, 3) for place in range(16 * bars))
    return Score(Key(0), Metre(4, 4), 240, bars, tuple(Part(f"Flute {n}", 73, notes) for n in range(1, 5)))


def test_a_tune_is_one_page_of_ink_on_white() -> None:
    sheet = make_sheet(jig(), title="The Irish Washerwoman")
    [page] = sheet.pages
    picture = Image.open(io.BytesIO(page))
    assert (picture.format, picture.mode, picture.width) == ("PNG", "L", 1600)
    assert picture.getpixel((2, 2)) == 255
    dark = ink(page)
    assert 0.01 < dark.mean() < 0.3
    assert not dark[:, :20].any()
    assert not dark[:, -20:].any()
    assert (sheet.bars, sheet.bars_shown) == (16, 16)
    assert sheet.musicxml.startswith(b"<?xml")


def test_the_title_stands_in_the_middle_at_the_top() -> None:
    def head(title: str) -> NDArray[np.bool_]:
        return ink(make_sheet(jig(), title=title).pages[0])[:85]

    assert not head("").any()
    columns = np.flatnonzero(head("The Irish Washerwoman").any(axis=0))
    assert columns.size > 0
    assert abs((columns[0] + columns[-1]) / 2 - 800) < 10


def test_the_tempo_mark_is_drawn() -> None:
    slow, fast = (ink(make_sheet(jig(tempo=tempo), title="").pages[0]) for tempo in (60, 200))
    assert slow.shape == fast.shape
    assert (slow != fast).any()


def test_a_third_return_is_marked_with_three_primes() -> None:
    def mark(label: str) -> bytes:
        return make_sheet(replace(jig(), sections=(Section(label, 0, 16),)), title="").pages[0]

    assert mark("A‴") == mark("A′′′") != mark("A″")


def test_text_needs_no_font_of_the_system() -> None:
    """A machine without fonts, which resvg is told this one is, draws names and titles all the same."""
    with_name, without = (
        make_sheet(replace(jig(), parts=(replace(jig().parts[0], name=name),)), title="").pages[0]
        for name in ("Whistle", "")
    )
    assert ink(with_name)[:, :200].sum() > ink(without)[:, :30].sum() + 500


def test_a_long_piece_is_set_smaller_before_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engraving, "_PIXELS", 200)
    assert len(make_sheet(long_piece(20), title="Long").pages) > 1
    monkeypatch.setattr(engraving, "MAX_PAGES", 1)
    whole = make_sheet(long_piece(20), title="Long")
    assert (len(whole.pages), whole.bars_shown) == (1, 20)


def test_what_does_not_fit_is_in_the_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engraving, "_PIXELS", 200)
    monkeypatch.setattr(engraving, "MAX_PAGES", 1)
    cut = make_sheet(long_piece(32), title="Longer")
    assert len(cut.pages) == 1
    assert 20 < cut.bars_shown < cut.bars == 32
    assert cut.musicxml.count(b'<measure number="32">') == 4


def test_too_many_notes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = len(jig().parts[0].notes)
    monkeypatch.setattr(sheets, "MAX_NOTES", notes - 1)
    with pytest.raises(BadRequest) as raised:
        make_sheet(jig(), title="Dense")
    assert raised.value.reason is Reason.TOO_DENSE_TO_ENGRAVE
    assert str(raised.value) == f"This clip has {notes} notes, too many to engrave; {notes - 1} I can do."


def test_drums_alone_have_no_sheet() -> None:
    drums = Part("Drums", 0, (Note(0, 36, 12),), percussion=True)
    with pytest.raises(BadRequest):
        make_sheet(Score(Key(0), Metre(4, 4), 100, 1, (drums,)), title="Drums")


def test_the_same_score_gives_the_same_pages() -> None:
    assert make_sheet(chorale(), title="Twice") == make_sheet(chorale(), title="Twice")


def test_verovio_is_silent() -> None:
    script = (
        "from engine.craft.sheets.sheet import make_sheet;"
        "from tests.engine.craft.pieces import chorale;"
        "make_sheet(chorale(), title='Quiet')"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout + run.stderr == ""
