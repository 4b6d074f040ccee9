from pathlib import Path

import numpy as np
import pytest

from training.__main__ import main
from training.benchmarks import FIRST_NOTE, PITCHES, STEP_END, collate, roll_tokens, transpose


def roll(*steps: set[int]) -> np.ndarray:
    made = np.zeros((len(steps), PITCHES), dtype=np.int64)
    for step, pitches in enumerate(steps):
        made[step, list(pitches)] = 1
    return made


def test_a_step_is_its_notes_from_high_to_low_and_an_end() -> None:
    tokens = roll_tokens(roll({40, 44, 51}, set(), {3}), 4)
    top = FIRST_NOTE + PITCHES - 1
    assert tokens.tolist() == [
        [top - 51, top - 44, top - 40, STEP_END],
        [STEP_END, 0, 0, 0],
        [top - 3, STEP_END, 0, 0],
    ]


def test_transposing_moves_every_note_or_none() -> None:
    piece = roll({40, 44}, {2})
    assert (transpose(piece, 3) == roll({43, 47}, {5})).all()
    assert (transpose(piece, -2) == roll({38, 42}, {0})).all()
    assert (transpose(piece, -3) == piece).all()
    assert (transpose(piece, 0) == piece).all()


def test_windows_know_their_phase_and_never_look_back_before_their_start() -> None:
    batch = collate([(roll(*[{40}] * 6), 14), (roll({41}, {42}), 0)], (2, 4))
    assert batch.conditions[0, :, 0].tolist() == [14, 15, 0, 1, 2, 3]
    assert batch.lookbacks[0].tolist() == [[-1, -1], [-1, -1], [0, -1], [1, -1], [2, 0], [3, 1]]
    assert (batch.tokens[1, 2:] == 0).all()


@pytest.mark.parametrize("content", [None, b"another file"], ids=["missing", "another"])
def test_a_missing_or_other_file_is_said_in_a_sentence(tmp_path: Path, capsys, content: bytes | None) -> None:
    file = tmp_path / "benchmark" / "JSB_Chorales.mat"
    if content is not None:
        file.parent.mkdir()
        file.write_bytes(content)
    assert main(["benchmark", "jsb", "--archives", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert str(file) in said
    assert said.count("\n") == 1
