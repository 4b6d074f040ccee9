"""The check of what comes back of tunes: it counts right, and a plain tune comes back whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.genres import Genre
from engine.craft import earcheck
from tests.engine.craft.pieces import jig
from training.corpora.works import Work, save_works


def test_notes_are_counted_in_order_and_lengths_up_to_the_tempos_factor() -> None:
    written = jig().parts[0].notes
    twice = [replace(note, onset=2 * note.onset) for note in written]
    assert earcheck._likeness(written, written) == (1.0, 1.0)
    assert earcheck._likeness(written, twice) == (1.0, 1.0)
    half = len(written) // 2
    notes, lengths = earcheck._likeness(written, written[:half])
    assert (notes, lengths) == (pytest.approx(2 * half / (half + len(written))), 1.0)


def test_a_tune_that_is_hummed_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = Work(
        id="x",
        title="Jig",
        composer="",
        source="",
        path="",
        licence="",
        genre=Genre.JIG,
        split="test",
        family="x",
        score=replace(jig(), tempo=70.0),
    )
    save_works(tmp_path / "works.jsonl.gz", [work])
    assert earcheck.main(["--tunes", "1", "--works", str(tmp_path / "works.jsonl.gz")]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│ hummed")]
    assert rows[0].count("100%") >= 2
