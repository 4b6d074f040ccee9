"""What listeners' votes come to: refused where they are random, and told with bars and parts."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from domain.finetuning import Teachable
from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.verses import Language, LyricsRequest, Verse, VerseForm, VerseLine, VerseRecipe, VerseStanza
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.lyrics.verse_traits import describe_verse
from models.registry import Style
from models.rnn.writing import RNNModel
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.test_finetuning_leaning import piece
from training.finetuning import commands, instant, pool, reading
from training.finetuning.gate import LUCKY
from training.finetuning.instant import Heard, Learned, Listening
from training.finetuning.listeners import Listener
from training.finetuning.listening import ROWS, SPREADS, learn_from, votes_of
from training.finetuning.listening_tables import print_listening
from training.finetuning.pool import Drafted, Studio, kept_drafts
from training.finetuning.readers import Reader

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
    monkeypatch.setattr(instant, "SHUFFLES", 12)
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
    gains: list[dict[str, float]] = [
        dict(zip(ROWS, values, strict=True)) for values in ((0.9, 0.1, 1.2), (0.7, -0.1, 1.0))
    ]
    heard = tuple(
        Heard(number, learned, each, dict(zip(SPREADS, (1.0, 0.96, 1.0, 0.9), strict=True)))
        for number, each in enumerate(gains)
    )
    out = io.StringIO()
    print_listening(Listening("rnn", 8, heard, refused=1), Console(file=out, width=200))
    lines = out.getvalue().splitlines()

    def line(start: str) -> str:
        return next(each for each in lines if start in each)

    assert "1.10" in line("hidden score")
    assert " met" in line("hidden score")
    assert "missed" in line("refused where votes are random")
    assert " met" in line("diversity of features, same choices")
    assert "missed" in line("diversity of features, choices that lean")
    assert "0.80" in line("│ choices  ")
    assert "1 of 2" in line("gate  ")


def verses(count: int, weights: tuple[float, float] = (0.5, 0.5)) -> list[Verse]:
    """Lines of some length, with couplets or without, with exclamations or without."""
    random = np.random.default_rng(11)
    made: list[Verse] = []
    for seed in range(count):
        couplets, cries = random.random(2) < weights
        words = "silver forest " * int(random.integers(1, 4)) + "river" + ("!" if cries else ".")
        lines = tuple(
            VerseLine(words, len(words) // 3, letter) for letter in ("AABB" if couplets else "ABAB")
        )
        request = LyricsRequest(
            scene="river", seed=seed, language=Language.ENGLISH, lines=4, form=VerseForm.QUATRAINS, model="m"
        )
        recipe = VerseRecipe(request=request, model_version="m-1")
        made.append(Verse(title="", recipe=recipe, stanzas=(VerseStanza(lines),)))
    return made


def test_readers_tastes_are_found_in_their_votes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instant, "SHUFFLES", 12)
    known = verses(80)
    reader = Reader.drawn(100, known)
    scores = [reader.score(verse) for verse in known]
    assert np.mean(scores) == pytest.approx(0.0, abs=1e-9)
    assert np.std(scores) == pytest.approx(1.0)
    assert reading.votes_of(reader, known, seed=3) == reading.votes_of(reader, known, seed=3)
    voted, random = (reading.votes_of(reader, known, seed=3, at_random=each) for each in (False, True))
    assert sorted(one.approval for one in voted) == sorted(one.approval for one in random)
    found, nothing = (
        instant.learn_at_once(each, Teachable.LYRICS, {"lyrics-en-transformer": "v"})
        for each in (voted, random)
    )
    assert found.accepted
    assert found.accuracy > nothing.accuracy
    assert found.adapter is not None
    agreed = [found.adapter.leaning.of(describe_verse(verse)) for verse in known]
    assert np.corrcoef(agreed, scores)[0, 1] > 0.7


def test_a_part_that_is_done_is_not_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []

    def broken(console: Console) -> None:
        raise KeyboardInterrupt

    def part(name: str) -> commands.Part:
        return lambda console: (done.append(name), console.print(f"{name}: met"))[1]

    with pytest.raises(KeyboardInterrupt):
        commands.show({"a": part("a"), "b": broken}, tmp_path, mark="1")
    commands.show({"a": part("a"), "b": part("b")}, tmp_path, mark="1")
    assert done == ["a", "b"]
    commands.show({"a": part("a")}, tmp_path, mark="2")
    assert done == ["a", "b", "a"]
    assert capsys.readouterr().out.split() == ["a:", "met"] * 2 + ["b:", "met", "a:", "met"]


def test_parts_are_kept_as_long_as_weights_and_code_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    monkeypatch.setattr(commands, "WEIGHTS", weights)
    marks = [commands.mark_of_code_and_weights()]
    for file in (weights / "rnn.safetensors", tmp_path / "leanings.py"):
        for content in ("one", "other"):
            file.write_text(content)
            marks.append(commands.mark_of_code_and_weights())
    assert len(set(marks)) == len(marks)
    assert commands.mark_of_code_and_weights() == marks[-1]
