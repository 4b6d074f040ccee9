"""Style transfer learns from balanced windows, pays for what it should, and is measured on unheard music."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from domain.genres import Genre
from domain.score import Metre, Note, Score
from models.lanes import SIXTEENTHS, Lanes, to_lanes
from models.style_transfer.files import Restyler
from models.style_transfer.networks import StyleTransfer, Writer
from models.style_transfer.texture_rolls import Rolls, sketch
from tests.models.styling import COMMON, TINY, piece, tiny_restyler
from training.adversarial import GameSchedule, read_history
from training.corpora.works import Work
from training.fitting import Schedule
from training.style_transfer import run, warm_start
from training.style_transfer.ablating import compare
from training.style_transfer.bank import fill_bank
from training.style_transfer.figures import checks, counted, metrics, offered, tables
from training.style_transfer.flips import Direction, chroma_likeness, measure_flips
from training.style_transfer.game import TransferGame, Weights, new_players
from training.style_transfer.losses import blurred, chroma_distance, divergence, hidden, reconstruction
from training.style_transfer.placing import Placer, fit_placer, stretches
from training.style_transfer.windows import BARS, GENRES, Batches, cut, lanes_of

CPU = torch.device("cpu")


def work(genre: Genre, number: int, split: str, score: Score) -> Work:
    name = f"{genre} {number}"
    return Work(name, name, "", "test", name, "CC0", genre, split, name, score)


def folk_like(score: Score) -> Score:
    """The same bass, struck in sixteenths, and nothing between it and the tune."""
    tune, *_, bass = score.parts
    notes = tuple(
        Note(tick, note.pitch, 3) for note in bass.notes for tick in range(note.onset, note.end - 2, 3)
    )
    return replace(score, parts=(tune, replace(bass, notes=notes)))


def corpus() -> list[Work]:
    works: list[Work] = []
    for number in range(12):
        split = ("train", "train", "valid", "test")[number % 4]
        score = piece(bars=16, seed=number)
        works.append(work(Genre.HYMN, number, split, score))
        works.append(work(Genre.FOLK, number, split, folk_like(piece(bars=16, seed=100 + number))))
    return works


WORKS = corpus()
WINDOWS = cut(lanes_of(WORKS, ["train"]))
BATCHES = Batches(WINDOWS, size=6)


def batch_rolls() -> Rolls:
    return BATCHES.draw(np.random.default_rng(0)).rolls


def direction(source: Genre, target: Genre, flipped: float, pieces: int = 20) -> Direction:
    return Direction(source, target, pieces, flipped, flipped, 0.0, 0.0, 1.0, 0.9, 0.8, 1.0)


def test_windows_are_of_the_split_and_the_metre() -> None:
    assert set(WINDOWS) == {COMMON}
    assert {GENRES[genre] for genre in WINDOWS[COMMON]} == {Genre.HYMN, Genre.FOLK}
    held = WINDOWS[COMMON][GENRES.index(Genre.HYMN)]
    assert held.pitch.shape == (6 * 7, 4, BARS * 16)
    strangers = [replace(each, split="test") for each in WORKS]
    assert cut(lanes_of(strangers, ["train"])) == {}


def test_a_genre_alone_in_its_metre_is_left_out() -> None:
    waltzes = [work(Genre.FOLK, n, "train", piece(metre=Metre(3, 4), bars=16, seed=n)) for n in range(9)]
    assert set(cut(lanes_of([*WORKS, *waltzes], ["train"]))) == {COMMON}


def test_batches_balance_genres_of_any_size() -> None:
    few = [each for each in WORKS if each.genre == Genre.HYMN or int(each.id.split()[1]) % 4 == 0]
    drawn = Batches(cut(lanes_of([*few, *few], ["train"])), size=200).draw(np.random.default_rng(1))
    share = (drawn.genre == GENRES.index(Genre.FOLK)).float().mean().item()
    assert 0.4 < share < 0.6


def test_reconstruction_is_least_for_the_truth() -> None:
    rolls = batch_rolls()
    events = rolls.events
    right = torch.nn.functional.one_hot(events.event, 3).float() * 20
    pitches = torch.nn.functional.one_hot(events.pitch, 72).float() * 20
    written = type("Written", (), {"events": right, "pitches": pitches})
    wrong = type("Written", (), {"events": right.roll(1, -1), "pitches": pitches})
    assert reconstruction(written, rolls).item() < 0.01  # type: ignore[arg-type]
    assert reconstruction(wrong, rolls).item() > 10  # type: ignore[arg-type]


def test_chroma_distance_knows_octaves_from_other_chords() -> None:
    rolls = batch_rolls()
    octave, semitone = (rolls.texture.clone() for _ in range(2))
    octave[..., :-1] = rolls.texture[..., :-1].roll(12, -1)
    semitone[..., :-1] = rolls.texture[..., :-1].roll(1, -1)
    assert chroma_distance(rolls.texture, rolls).item() == pytest.approx(0, abs=1e-5)
    assert chroma_distance(octave, rolls).item() == pytest.approx(0, abs=1e-5)
    assert chroma_distance(semitone, rolls).item() > 0.3


def test_gradients_are_bounded_where_little_sounds() -> None:
    """Bars that fell silent must not drown what else there is to learn."""
    rolls = batch_rolls()
    silent = torch.zeros_like(rolls.texture).requires_grad_()
    chroma_distance(silent, rolls).backward()
    assert silent.grad is not None
    assert 0 < silent.grad.abs().max().item() < 100


def test_codes_are_free_up_to_a_point() -> None:
    near, far = torch.full((2, 4), 0.1), torch.full((2, 4), 6.0)
    assert divergence(near, torch.zeros(2, 4)).item() == 0
    assert divergence(far, torch.zeros(2, 4)).item() > 10


def test_some_tunes_are_hidden_and_some_harmony_lost_but_no_texture() -> None:
    rolls = BATCHES.some(COMMON, GENRES.index(Genre.HYMN), 60, np.random.default_rng(0)).rolls
    seen = hidden(rolls, np.random.default_rng(0))
    changed = (seen.tune != rolls.tune).flatten(1).any(1).float().mean().item()
    assert 0.1 < changed < 0.6
    assert torch.equal(seen.texture, rolls.texture)
    told = blurred(rolls, np.random.default_rng(0), lost=0.5)
    lost = (told.flatten(1).sum(1) == 0).float().mean().item()
    assert 0.3 < lost < 0.7
    assert not torch.allclose(blurred(rolls, np.random.default_rng(1), lost=0.0), sketch(rolls))


def test_every_term_of_the_game_reaches_its_player() -> None:
    writer, critics = new_players(TINY)
    game = TransferGame(writer, critics, BATCHES)
    terms = game.critic_terms(np.random.default_rng(0))
    assert set(terms) == {"critic genre", "critic mixed", "critic recognition"}
    sum(terms.values()).backward()  # type: ignore[union-attr]
    assert all(parameter.grad is None for parameter in writer.parameters())
    assert any(parameter.grad is not None for parameter in critics.parameters())
    for name in game.generator_terms(np.random.default_rng(0)):
        writer.zero_grad()
        game.generator_terms(np.random.default_rng(0))[name].backward()
        moved = sum(p.grad.abs().sum().item() for p in writer.parameters() if p.grad is not None)
        assert moved > 0 or name == "divergence", name  # free of charge for codes that tell little


def test_weights_scale_terms_and_leave_them_out() -> None:
    def terms(weights: Weights) -> dict[str, float]:
        writer, critics = new_players(TINY)
        found = TransferGame(writer, critics, BATCHES, weights=weights).generator_terms(
            np.random.default_rng(3)
        )
        return {name: term.item() for name, term in found.items()}

    usual, heavy = terms(Weights()), terms(Weights(chroma=10.0))
    assert heavy["chroma"] == pytest.approx(2 * usual["chroma"], rel=1e-3)
    assert heavy["cycle"] == pytest.approx(usual["cycle"], rel=1e-3)
    assert "cycle" not in terms(Weights(cycle=0.0))


def train(folder: Path, epochs: int) -> Path:
    schedule = GameSchedule(epochs=epochs, updates_per_epoch=2, critic_steps=1)
    return run.train(
        run.Material(BATCHES, BATCHES), folder=folder, schedule=schedule, device=CPU, config=TINY
    )


def test_a_run_warms_up_plays_resumes_and_can_be_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = Schedule(epochs=2, learning_rate=1e-2, warmup_updates=2)
    monkeypatch.setattr(run, "warm_start", partial(warm_start.warm_start, schedule=brief, updates=4))
    monkeypatch.setattr(run, "PICTURED", 2)
    train(tmp_path, 1)
    weights = train(tmp_path, 2)
    assert [line["epoch"] for line in read_history(tmp_path)] == [1, 2]
    assert weights.exists()
    assert (tmp_path / "losses.png").exists()
    assert (tmp_path / "samples-002.png").exists()
    network = run.finished(tmp_path, run.Material(BATCHES, BATCHES), config=TINY)
    assert torch.equal(network.bank, network.bank.half().float())
    assert network.bank[GENRES.index(Genre.HYMN)].abs().sum() > 0
    assert not network.training


def test_ablations_play_each_game_once_from_one_start(tmp_path: Path) -> None:
    warm = tmp_path / "warm.safetensors"
    save_file(dict(new_players(TINY)[0].state_dict()), warm)
    schedule = GameSchedule(epochs=1, updates_per_epoch=2, critic_steps=1, learning_rate=1e-2)
    material = run.Material(BATCHES, BATCHES)
    found = compare(material, warm=warm, folder=tmp_path, device=CPU, schedule=schedule, config=TINY)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {
        "as-it-is",
        "without-cycle-weight-10",
        "without-chroma-term",
    }
    with_cycle, without_cycle, with_chroma, _ = found.arms
    assert with_cycle.figures == with_chroma.figures
    assert with_cycle.figures != without_cycle.figures
    assert len(found.table().rows) == 4


def test_the_warm_start_lowers_the_reconstruction(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    batch = BATCHES.draw(random)
    torch.manual_seed(0)

    def loss(writer: Writer) -> float:
        return warm_start.warm_loss(writer.eval(), batch, np.random.default_rng(0), 0.001).item()

    before = loss(Writer(TINY))
    best = warm_start.warm_start(
        BATCHES,
        BATCHES,
        config=TINY,
        folder=tmp_path,
        device=CPU,
        schedule=Schedule(epochs=1, learning_rate=2e-2, warmup_updates=2),
        updates=12,
    )
    writer = Writer(TINY)
    writer.load_state_dict(load_file(best))
    assert loss(writer) < 0.9 * before


def test_the_bank_holds_codes_of_the_genres_own_metres() -> None:
    waltzes = [
        work(genre, n, "train", piece(metre=Metre(3, 4), bars=16, seed=n))
        for n in range(9)
        for genre in (Genre.HYMN, Genre.SONG)
    ]
    network = StyleTransfer(TINY)
    fill_bank(network, Batches(cut(lanes_of([*WORKS, *waltzes], ["train"])), size=6))
    place = GENRES.index(Genre.HYMN)
    assert len(network.bank_metre[place].unique()) == 2
    assert len(network.bank_metre[GENRES.index(Genre.SONG)].unique()) == 1
    assert network.bank[place].abs().sum(-1).min() > 0


def test_the_bank_is_full_even_where_windows_are_few() -> None:
    network = StyleTransfer(replace(TINY, bank=60))  # of 42 windows
    fill_bank(network, BATCHES)
    assert network.bank[GENRES.index(Genre.HYMN)].abs().sum(-1).min() > 0


def test_stretches_cover_a_piece_and_look_alike() -> None:
    lanes, _ = to_lanes(piece(bars=64, parts=2), SIXTEENTHS)
    found = stretches(lanes)
    assert len(found) == 4
    assert {(score.bars, len(score.parts), score.key.tonic) for score in found} == {(8, 4, 0)}
    short, _ = to_lanes(piece(bars=5), SIXTEENTHS)
    assert [score.bars for score in stretches(short)] == [5]


@pytest.fixture(scope="module")
def placer() -> Placer:
    return fit_placer(WORKS)


def test_the_classifier_learns_from_people_and_tells_unheard_pieces(placer: Placer) -> None:
    for genre in (Genre.HYMN, Genre.FOLK):
        unheard: list[Lanes] = lanes_of(WORKS, ["test"])[genre]
        named = placer.place(unheard)
        assert np.allclose(named.sum(1), 1)
        assert (named.argmax(1) == placer.genres.index(genre)).mean() > 0.8


def test_flips_are_counted_by_the_classifier_alone(placer: Placer) -> None:
    model = tiny_restyler()
    both: Restyler = replace(
        model, profiles={genre: model.profiles[genre] for genre in (Genre.HYMN, Genre.FOLK)}
    )
    found = measure_flips(both, placer, WORKS, WINDOWS, pieces=4)
    assert {(way.source, way.target) for way in found} == {
        (Genre.HYMN, Genre.FOLK),
        (Genre.FOLK, Genre.HYMN),
    }
    for way in found:
        assert way.kept == 1.0
        assert way.textures > 0.6  # people's textures flip what random weights may not
        assert way.relaid <= 0.5
        assert 0 <= way.texture_chroma <= way.chroma + 0.5


def test_chroma_likeness_is_a_cosine_of_bars() -> None:
    score = piece()
    assert chroma_likeness(score, score) == pytest.approx(1)
    higher = replace(
        score,
        parts=tuple(
            replace(part, notes=tuple(replace(note, pitch=note.pitch + 1) for note in part.notes))
            for part in score.parts
        ),
    )
    assert chroma_likeness(score, higher) < 0.8


def test_a_pair_counts_by_its_less_willing_way() -> None:
    ways = [
        direction(Genre.HYMN, Genre.FOLK, 0.9),
        direction(Genre.FOLK, Genre.HYMN, 0.6),
        direction(Genre.HYMN, Genre.SONG, 0.8),
        direction(Genre.SONG, Genre.HYMN, 0.75),
        direction(Genre.HYMN, Genre.GUITAR, 1.0),
        direction(Genre.GUITAR, Genre.HYMN, 1.0, pieces=3),
    ]
    assert [{a.source, a.target} for a, _ in counted(ways)] == [
        {Genre.HYMN, Genre.SONG},
        {Genre.HYMN, Genre.FOLK},
    ]
    first, *rest = checks(ways)
    assert (first.value, first.met) == (1, False)
    assert {check.figure for check in rest if check.met} >= {"chroma similarity, pairs that flip"}
    assert set(offered(ways)) == {Genre.FOLK, Genre.SONG, Genre.GUITAR, Genre.HYMN}
    assert metrics(ways, [])["directions"][0]["flipped"] == 0.9
    assert len(tables(ways, [])[1].rows) == len(ways)
