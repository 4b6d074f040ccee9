"""What listeners' votes come to: refused where they are random, and told with bars and parts."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from domain.genres import Genre
from domain.requests import ComposeRequest
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.registry import Style
from models.rnn.writing import RNNModel
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.test_finetuning_leaning import piece
from training.finetuning import listening, pool
from training.finetuning.gate import LUCKY
from training.finetuning.listeners import Listener
from training.finetuning.listening import ROWS, Heard, Learned, Listening, Spread, learn_from, votes_of
from training.finetuning.listening_tables import print_listening
from training.finetuning.pool import Drafted, Studio, kept_drafts

GENRES = (Genre.REEL, Genre.CHORALE)
STYLE = Style("rnn", "rnn-1", GENRES, Path("rnn.safetensors"), "")
STUDIO = Studio(STYLE, RNNModel("rnn-1", tiny_network(), tiny_profiles()), Gate(None, Norms.load()))


def drafted(count: int) -> list[Drafted]:
    random = np.random.default_rng(7)
    return [
        Drafted(
            ComposeRequest(style="rnn", seed=seed, genre=str(GENRES[seed % 2])),
            (piece(random), piece(random)),
            (0.0, 1.0),
        )
        for seed in range(count)
    ]


def test_random_votes_are_refused_and_a_taste_foretells_votes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "SHUFFLES", 12)
    known = drafted(80)
    listener = Listener.drawn(101, [(each.best, each.genre) for each in known])
    lessons = votes_of(listener, known, seed=1)
    assert len({lesson.work_id for lesson in lessons}) == 60
    assert all(lesson.made == known[lesson.work_id].candidates[1] for lesson in lessons)
    random = votes_of(listener, known, seed=1, at_random=True)
    assert sorted(lesson.approval for lesson in random) == sorted(lesson.approval for lesson in lessons)
    refused = learn_from(random, STUDIO)
    assert not refused.accepted
    assert learn_from(lessons, STUDIO).accuracy > max(0.6, refused.accuracy)


def test_pieces_are_composed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LENGTH_SECONDS", 5.0)
    file = tmp_path / "pool.jsonl.gz"
    first = kept_drafts(STUDIO, [3], file)
    both = kept_drafts(STUDIO, [4, 3], file)
    assert both[1] == first[0]
    assert [each.request.seed for each in both] == [4, 3]
    assert len(both[0].candidates) == len(both[0].merits) == both[0].request.candidates
    broken = replace(STUDIO, model=None)  # type: ignore[arg-type]  nothing is left to compose
    assert kept_drafts(broken, [3, 4], file) == [both[1], both[0]]


def test_what_was_met_and_missed_is_said_with_each_parts_share() -> None:
    learned = Learned(None, 0.7, LUCKY)
    gains = [dict(zip(ROWS, values, strict=True)) for values in ((0.9, 0.1, 1.2), (0.7, -0.1, 1.0))]
    heard = tuple(Heard(number, learned, each, Spread(1.0, 0.9)) for number, each in enumerate(gains))
    out = io.StringIO()
    print_listening(Listening("rnn", 8, heard, refused=1), Console(file=out, width=200))
    lines = out.getvalue().splitlines()

    def line(start: str) -> str:
        return next(each for each in lines if start in each)

    assert "1.10" in line("hidden score")
    assert " met" in line("hidden score")
    assert "missed" in line("refused where votes are random")
    assert "missed" in line("diversity of features")
    assert "0.80" in line("choices  ")
    assert "1 of 2" in line("gate  ")
