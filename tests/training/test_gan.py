from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.gan.drafting import GANModel
from models.gan.generator import BEFORE, MOVES, PHRASE_BARS, moves_of
from models.lanes import LANES, MELODY
from models.plans import Habit, Profile
from models.roll_networks import CHANNELS, gumbel_noise
from tests.models.test_gan import TINY
from training.adversarial import AdversarialFitting, GameSchedule, read_history
from training.corpora.works import Work
from training.evaluation.copying import Copying
from training.evaluation.endings import Endings
from training.evaluation.evaluation import Evaluation, GenreFigures, PieceSetFigures, Spread
from training.evaluation.genre_classifier import Confusion
from training.evaluation.overlap import Overlap
from training.fitting import Schedule, read_standing
from training.gan import choosing
from training.gan import game as game_module
from training.gan import warm_start as warm_module
from training.gan.diversity import Diversity, bars_of, copied_bars, diversity
from training.gan.evaluation import (
    Dissonance,
    GanEvaluation,
    GenreDiversity,
    checks,
    evaluate_model,
    failing,
    narrowed,
)
from training.gan.game import PhraseGame, Stakes, drawn_roll
from training.gan.phrases import PhraseSource, Piece, as_piece, collate, read_pieces
from training.gan.sampling import generate
from training.gan.warm_start import ReaderAndGenerator, nats_per_column, warm_start


def _hymn(seed: int, bars: int = 8, metre: str = "3/4", parts: int = 4) -> Score:
    random = np.random.default_rng(seed)
    length = Metre.parse(metre).bar_ticks
    lines: list[Part] = []
    for part in range(parts):
        scale = np.array([0, 2, 4, 5, 7, 9, 11]) + 72 - 7 * part
        notes = tuple(Note(start, int(random.choice(scale)), 12) for start in range(0, bars * length, 12))
        lines.append(Part(f"part {part}", 0, notes))
    return Score(Key(0), Metre.parse(metre), 90.0, bars, tuple(lines))


def _work(number: int, split: str, score: Score | None = None, genre: Genre = Genre.HYMN) -> Work:
    name = str(number)
    return Work(name, name, "", "source", name, "CC0", genre, split, name, score or _hymn(number))


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    return read_pieces([_work(n, "train") for n in range(6)], "train")


def test_a_work_becomes_a_piece_with_nothing_before_it() -> None:
    piece = as_piece(_hymn(0), Genre.HYMN)
    assert piece is not None
    columns = 12
    assert piece.states.shape == (LANES, (PHRASE_BARS + 8) * columns)
    assert (piece.states[:, : PHRASE_BARS * columns] == BEFORE).all()
    assert (piece.states[:, PHRASE_BARS * columns :: 4] % 2 == 1).all()
    assert piece.windows == 5


def test_works_that_do_not_fit_are_left_out() -> None:
    assert as_piece(_hymn(0, bars=3), Genre.HYMN) is None
    assert as_piece(_hymn(0, metre="5/4"), Genre.HYMN) is None
    triplets = Part("t", 0, tuple(Note(4 * n, 60, 4) for n in range(48)))
    assert as_piece(Score(Key(0), Metre(4, 4), 90.0, 4, (triplets,)), Genre.REEL) is None
    assert read_pieces([_work(0, "train", genre=Genre.SONG), _work(1, "valid")], "train") == []


def test_batches_share_their_columns_and_tell_where_they_are(pieces: Sequence[Piece]) -> None:
    waltz, march = pieces[0], as_piece(_hymn(9, metre="4/4"), Genre.CHORALE)
    assert march is not None
    source = PhraseSource([waltz, march])
    seen = {len(source.draw(np.random.default_rng(n), 4).setting.ticks) for n in range(12)}
    assert seen == {48, 64}
    batch = collate([waltz, waltz], [0, 4], given=np.array([False, True]))
    assert batch.setting.bars[:, :, ::12].tolist() == [
        [[0, 1, 2, 3], [7, 6, 5, 4]],
        [[4, 5, 6, 7], [3, 2, 1, 0]],
    ]
    assert batch.setting.has_melody.tolist() == [False, True]
    assert torch.equal(batch.setting.melody[1], batch.states[1, MELODY, 48:])
    assert (batch.states[0, :, :48] == BEFORE).all()
    assert batch.roll.shape == (2, LANES, 48, CHANNELS)


def test_small_genres_are_heard_more_often_than_they_come() -> None:
    many = [piece for n in range(9) if (piece := as_piece(_hymn(n), Genre.HYMN)) is not None]
    few = as_piece(_hymn(20), Genre.FOLK)
    assert few is not None
    told = PhraseSource([*many, few]).draw(np.random.default_rng(0), 4000).setting.told[:, 0]
    share = float((told == list(Genre).index(Genre.FOLK)).float().mean())
    assert share == pytest.approx(1 / 4, abs=0.03)  # sqrt(1) to sqrt(9), where one in ten is folk


def test_given_melodies_cost_nothing(pieces: Sequence[Piece]) -> None:
    torch.manual_seed(0)
    players = ReaderAndGenerator(TINY).eval()
    free, given = (collate(pieces[:2], [0, 1], given=np.array([each, each])) for each in (False, True))
    noise = torch.zeros(2, TINY.noise)
    logits = players.generator(free.states, noise, free.setting)
    moves = moves_of(free.states[..., 48:], free.states[..., 47])
    melody = torch.nn.functional.cross_entropy(logits[:, MELODY].flatten(0, 1), moves[:, MELODY].flatten())
    apart = nats_per_column(logits, free) - nats_per_column(logits, given)
    assert apart.item() == pytest.approx(melody.item(), rel=1e-4)


def test_the_warm_start_learns(
    pieces: Sequence[Piece], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_module, "BATCH", 4)
    monkeypatch.setattr(warm_module, "_VALID_BATCHES", 2)
    schedule = Schedule(epochs=1, learning_rate=0.01, warmup_updates=1, average_decay=0.5)

    def start(updates: int) -> float:
        torch.manual_seed(0)
        best = warm_start(
            pieces,
            pieces,
            config=TINY,
            schedule=schedule,
            folder=tmp_path / str(updates),
            device=torch.device("cpu"),
            updates_per_epoch=updates,
        )
        assert best.exists()
        return read_standing(tmp_path / str(updates) / "checkpoint.safetensors").best

    assert start(8) < start(1) - 1


def test_the_roll_is_that_of_what_was_drawn_and_has_a_gradient(pieces: Sequence[Piece]) -> None:
    phrases = collate(pieces[:2], [0, 4], given=np.array([False, True]))
    logits = torch.randn(2, LANES, 48, MOVES, requires_grad=True)
    roll = drawn_roll(logits, gumbel_noise(np.random.default_rng(0), *logits.shape), phrases)
    assert torch.allclose(roll, phrases.roll, atol=1e-5)
    (roll * torch.rand(roll.shape)).sum().backward()
    assert logits.grad is not None
    assert logits.grad[0].abs().sum() > 0
    assert logits.grad[1, MELODY].abs().sum() == 0
    assert logits.grad[1, MELODY + 1 :].abs().sum() > 0


def test_a_game_goes_on_where_it_was_stopped(
    pieces: Sequence[Piece], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game_module, "BATCH", 4)

    def play(epochs: int) -> AdversarialFitting:
        torch.manual_seed(0)
        game = PhraseGame(ReaderAndGenerator(TINY), PhraseSource(pieces), Stakes())
        schedule = GameSchedule(epochs=epochs, updates_per_epoch=1, critic_first=1)
        fitting = AdversarialFitting(game, schedule, folder=tmp_path, device=torch.device("cpu"))
        fitting.run()
        return fitting

    play(1)
    before = {name: value.clone() for name, value in play(1).average.items()}
    after = play(2)
    assert after.standing.epoch == 2
    assert any(not torch.equal(before[name], value) for name, value in after.average.items())
    terms = {"critic", "generator", "likeness", "corpus"}
    assert all(terms <= line.keys() for line in read_history(tmp_path))


def test_without_the_game_only_the_corpus_teaches(
    pieces: Sequence[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game_module, "BATCH", 4)
    game = PhraseGame(ReaderAndGenerator(TINY), PhraseSource(pieces), Stakes(game=0.0, spectral_norm=False))
    assert game.generator_terms(np.random.default_rng(0)).keys() == {"corpus"}


def _piece(*bars: Sequence[tuple[int, int]], tonic: int = 0) -> Score:
    notes = [Note(48 * bar + tick, pitch + tonic, 6) for bar, said in enumerate(bars) for tick, pitch in said]
    return Score(Key(tonic), Metre(4, 4), 90.0, len(bars), (Part("one", 0, tuple(sorted(notes))),))


def test_bars_found_in_training_are_counted_in_any_key() -> None:
    one, two, three = [(0, 60), (24, 64)], [(0, 62)], [(0, 65), (12, 64)]
    training = [_piece(one, two)]
    assert bars_of(_piece(one, tonic=3)) == bars_of(_piece(one))
    assert copied_bars([_piece(one, three, tonic=2), _piece(two, three)], training) == pytest.approx(0.5)


def test_diversity_falls_where_pieces_say_the_same() -> None:
    people = [_hymn(seed) for seed in range(10)]
    alike = [_hymn(0)] * 6 + people[:4]
    told, real = diversity(alike, people), diversity(people, people)
    assert told.features < 0.8 * real.features
    assert told.notes < real.notes
    assert told.largest_mode == pytest.approx(0.7)
    assert real.largest_mode == pytest.approx(0.1)


def test_every_bar_is_measured() -> None:
    torch.manual_seed(0)
    works = [_work(n, split) for split, few in (("train", 8), ("valid", 4), ("test", 4)) for n in range(few)]
    works += [_work(50 + n, "train", genre=Genre.FOLK) for n in range(4)]
    profile = Profile({"C major": 1}, (Habit("3/4", "major", 4, 2, 90.0, 60.0, 3),))
    model = GANModel("tiny", ReaderAndGenerator(TINY).generator.eval(), {Genre.HYMN: profile})
    evaluation = evaluate_model(model, works, [Genre.HYMN], pieces=3)
    assert isinstance(evaluation.pieces, Evaluation)
    figures = {(check.figure, check.subject) for check in checks(evaluation)}
    assert {subject for _, subject in figures} == {"hymn", "all"}
    wanted = ("overlapped area", "bars found in training", "largest mode, of pieces")
    assert all((figure, subject) in figures for figure in wanted for subject in ("hymn", "all"))
    assert ("strong beats that grate with the tune, accompanied", "all") in figures
    assert ("scale consistency within one deviation, of genres", "all") in figures
    # A generator that has learned nothing is not offered.
    assert failing(evaluation) == {Genre.HYMN}
    assert evaluation.dissonance[Genre.HYMN].beats > 0


def test_genres_left_out_are_left_out_of_every_figure() -> None:
    spread = Spread(0.9, 0.05)

    def figures(area: float) -> GenreFigures:
        found = Overlap({}, area, (area, area), 0.0, 3)
        metrics = {"scale consistency": spread, "empty-bar rate": spread}
        pieces = PieceSetFigures(3, found, found, metrics, *[Copying(0, 0, 0, 0)] * 2, Endings(1, 1, 1, 1, 1))
        return GenreFigures(16, pieces, pieces)

    confusion = Confusion((), (), ())
    told = GenreDiversity(Diversity(1, 1, 0.01), Diversity(1, 1, 0.01), 0.0, 0.0)
    heard = {Genre.HYMN: Dissonance(0.3, 0.1, 10), Genre.FOLK: Dissonance(0.1, 0.1, 10)}
    genres = {Genre.HYMN: figures(0.5), Genre.FOLK: figures(0.9)}
    both = GanEvaluation(Evaluation(genres, "", confusion, confusion, {}), dict.fromkeys(genres, told), heard)
    totals = {check.figure: check for check in checks(both) if check.subject == "all"}
    assert totals["overlapped area"].value == pytest.approx(0.7)
    assert not totals["strong beats that grate with the tune, accompanied"].met
    one = {check.figure: check for check in checks(narrowed(both, [Genre.FOLK])) if check.subject == "all"}
    assert one["overlapped area"].value == pytest.approx(0.9)
    assert one["strong beats that grate with the tune, accompanied"].met


def test_pieces_are_chosen_by_how_like_the_training_works_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "GENRES", (Genre.HYMN,))
    monkeypatch.setattr(choosing, "PIECES", 6)
    works = [_work(n, "train") for n in range(8)]
    monkeypatch.setattr(choosing, "generate", lambda *_, **__: [work.score for work in works])
    torch.manual_seed(0)
    model = GANModel("tiny", ReaderAndGenerator(TINY).generator.eval(), {})
    same = choosing.resemblance(model, works)
    monkeypatch.setattr(choosing, "generate", lambda *_, **__: [_hymn(n, parts=1) for n in range(8)])
    assert 0 < choosing.resemblance(model, works) < same <= 1


def test_pieces_are_the_same_each_time() -> None:
    torch.manual_seed(0)
    profile = Profile({"C major": 1}, (Habit("4/4", "major", 2, 2, 90.0, 60.0, 3),))
    model = GANModel("tiny", ReaderAndGenerator(TINY).generator.eval(), {Genre.FOLK: profile})
    first, again = (generate(model, Genre.FOLK, pieces=2, bars=4) for _ in range(2))
    assert first == again
    assert all(score.bars == 4 and len(score.parts) == 2 for score in first)
