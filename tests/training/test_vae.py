"""The autoencoder's trainers: what they draw and count, runs that learn and go on, and their figures."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from models.vae.units import FIRST_STRIKE, HOLD, Units, to_units
from tests.models.vaes import TINY, TINY_PHRASES, random_lanes, tiny_model, tiny_vae
from training.fitting import Schedule
from training.vae import phrases, units
from training.vae.anchors import choose_anchors
from training.vae.data import Draws, LanedWork, as_batch, tables, take, vary
from training.vae.evaluation import Level, VaeEvaluation, checks, generate
from training.vae.latents import (
    Walks,
    beat_features,
    is_legal,
    latent_use,
    legal_samples,
    measure_walks,
)
from training.vae.reconstruction import Reconstruction, compare
from training.vae.units import melody_and_trio

COMMON = Metre(4, 4)


def works(count: int = 4, bars: int = 20) -> list[LanedWork]:
    genres = (Genre.REEL, Genre.CHORALE)
    return [
        LanedWork(genres[seed % 2], split, random_lanes(COMMON, bars, seed))
        for seed, split in enumerate(["train"] * count + ["valid"] * count)
    ]


def test_units_follow_each_other_to_the_end_of_their_piece_and_no_further() -> None:
    laned = works(2, bars=5)
    (table,) = tables(laned, "train").values()
    assert len(table.units) == 2 * (5 + 1)
    taken = take(table, np.array([1]), 3)
    lanes = laned[0].lanes
    expected = to_units(lanes, [1, 3, 5])
    assert np.array_equal(taken.tokens, expected.tokens)
    assert (taken.tokens[2, 1:] == HOLD).all()


def test_draws_are_decided_by_the_epoch() -> None:
    draws = Draws(tables(works(), "train"), rows=3, length=2, updates=2)
    first, again, other = (list(draws.batches(epoch)) for epoch in (0, 0, 1))
    assert [len(batch) for batch in first] == [6, 6]
    assert all(torch.equal(a.tokens, b.tokens) for a, b in zip(first, again, strict=True))
    assert not all(torch.equal(a.tokens, b.tokens) for a, b in zip(first, other, strict=True))


def test_varied_units_keep_their_rhythm_in_range() -> None:
    (table,) = tables(works(), "train").values()
    original = take(table, np.arange(0, 40), 1)
    varied = vary(original, 1, np.random.default_rng(0))
    assert varied.tokens.shape == original.tokens.shape
    assert varied.tokens.min() >= 0
    assert varied.tokens.max() < 74
    changed = (varied.tokens != original.tokens).any((1, 2))
    assert 0.1 < changed.mean() < 0.9


def unit(token: int) -> Units:
    tokens = np.zeros((1, 16, 12), np.int8)
    tokens[0, 0] = 1
    tokens[0, 0, 0] = FIRST_STRIKE + 10
    tokens[0, 4, 0] = token
    return Units(COMMON, tokens, np.zeros((1, 4), np.bool_))


def test_notes_and_steps_are_counted() -> None:
    found = compare(unit(FIRST_STRIKE + 20), unit(FIRST_STRIKE + 21))
    assert (found.there, found.written, found.right) == (2, 2, 1)
    assert found.f1 == found.precision == found.recall == 0.5
    assert found.steps == 32  # two bars of sixteenths, in the one lane that sounds
    assert found.step_accuracy == pytest.approx(31 / 32)
    missed = compare(unit(FIRST_STRIKE + 20), unit(HOLD))
    assert (missed.written, missed.recall, missed.precision) == (1, 0.5, 1.0)
    assert compare(unit(30), unit(30)).whole == 1


def test_melody_and_trio_are_told_apart() -> None:
    parts = {Genre.JIG: Reconstruction(there=1), Genre.HYMN: Reconstruction(there=2)}
    melody, trio = melody_and_trio(parts)
    assert (melody.there, trio.there) == (1, 2)


def test_both_stages_learn_and_go_on_where_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "BATCH", 6)
    monkeypatch.setattr(phrases, "ROWS", 2)
    monkeypatch.setattr(phrases, "CONFIG", TINY)
    monkeypatch.setattr(phrases, "PHRASE_CONFIG", TINY_PHRASES)
    laned, cpu = works(2, bars=16), torch.device("cpu")
    brief = Schedule(epochs=1, learning_rate=1e-2, warmup_updates=1)
    best = units.train(laned, folder=tmp_path / "units", schedule=brief, config=TINY, device=cpu, updates=5)
    units.train(
        laned,
        folder=tmp_path / "units",
        schedule=replace(brief, epochs=2),
        config=TINY,
        device=cpu,
        updates=5,
    )
    terms = replace(phrases.TERMS, apart_updates=1)
    final = phrases.train(
        laned, units=best, folder=tmp_path / "phrases", device=cpu, schedule=brief, terms=terms, updates=2
    )
    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [(line["stage"], line["update"]) for line in lines] == [
        ("units", 5),
        ("units", 10),
        ("phrases", 2),
    ]
    assert lines[1]["reconstruction"] < lines[0]["reconstruction"]
    assert {"divergence", "phrase_divergence", "phrase trio f1"} <= set(lines[2])
    network = tiny_vae()
    network.load_state_dict(load_file(final))
    assert (tmp_path / "samples.png").stat().st_size > 1000
    assert (tmp_path / "losses.png").stat().st_size > 1000


def test_free_bits_cost_nothing() -> None:
    network = tiny_vae().units
    (table,) = tables(works(), "train").values()
    batch = as_batch(take(table, np.arange(4), 1))

    def loss(free_bits: float) -> float:
        torch.manual_seed(0)
        terms = units.Terms(free_bits=free_bits, beta=1.0, warmup_updates=0, word_dropout=0.0)
        return units.UnitLoss(terms, units.History(Path("unused"), "units"))(network, batch).item()

    assert loss(1e6) < loss(0.0)


def test_anchors_stand_for_every_kind_of_music() -> None:
    network = tiny_vae()
    laned = [*works(8), LanedWork(Genre.JIG, "train", random_lanes(Metre(6, 8), 3, 1))]
    genres = [Genre.REEL, Genre.CHORALE, Genre.JIG]
    anchors, latents = choose_anchors(network, laned, genres, voiced=6, tunes=1)
    assert latents.shape == (len(anchors), TINY_PHRASES.units, TINY_PHRASES.unit_latent)
    # One jig is an exception; of the kinds there are, a few are taken even where fewer are asked for.
    assert [anchor.genre for anchor in anchors] == [Genre.CHORALE] * 4 + [Genre.REEL] * 4


def test_latents_are_active_where_they_vary() -> None:
    mean = torch.stack([torch.tensor([0.0, 1.0, 5.0]), torch.tensor([0.0, -1.0, 5.0])])
    use = latent_use([mean], [torch.full((2, 3), 2.0)])
    assert use.active == pytest.approx(1 / 3)
    assert use.divergence == pytest.approx(6.0)


def test_legal_means_legal() -> None:
    def score(*notes: Note) -> Score:
        return Score(Key(0), COMMON, 90.0, 1, (Part("x", 0, notes),))

    assert is_legal(score(Note(0, 60, 6), Note(6, 60, 6)))
    for wrong in (
        [Note(5, 60, 3)],
        [Note(0, 128, 3)],
        [Note(36, 60, 24)],
        [Note(0, 60, 12), Note(6, 60, 6)],
        [Note(6, 60, 6), Note(0, 60, 6)],
    ):
        assert not is_legal(score(*wrong))


def test_any_sample_of_the_prior_is_legal() -> None:
    assert legal_samples(tiny_model(), samples=6) == 1.0


def tune(seed: int) -> Score:
    random = np.random.default_rng(seed)
    notes = tuple(Note(tick, int(random.integers(60, 80)), 6) for tick in range(0, 8 * 48, 6))
    return Score(Key(0, Mode.MAJOR), COMMON, 90.0, 8, (Part("tune", 0, notes),))


def test_walks_are_measured() -> None:
    found = measure_walks(tiny_model(), {Genre.REEL: [tune(1), tune(2), tune(3)]}, pairs=2)
    assert found.pairs == 2
    assert -1 <= found.least <= found.mean <= 1


def test_features_of_beats_tell_music_apart() -> None:
    one, same, other = (np.concatenate(beat_features(tune(seed))) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_pieces_are_generated_alike_every_time() -> None:
    model = tiny_model()
    first, again = (
        generate(model, Genre.REEL, model.profiles[Genre.REEL], pieces=2, bars=4) for _ in range(2)
    )
    assert first == again
    assert len(first) == 2


def test_every_bar_is_checked() -> None:
    whole = Level(
        {Genre.REEL: compare(unit(30), unit(30)), Genre.HYMN: compare(unit(30), unit(31))},
        latent_use([torch.zeros(2, 4)], [torch.ones(2, 4)]),
    )
    found = checks(VaeEvaluation(whole, whole, legal=1.0, walks=Walks(1, 0.95, 0.9, 0.8, 0.7), pieces=None))
    met = {(check.figure, check.subject): check.met for check in found}
    assert met["notes reconstructed (F1), 2 bars", "melody"]
    assert not met["notes reconstructed (F1), 2 bars", "trio"]
    assert not met["active units", "z of 16 bars"]
    assert met["samples of the prior that are legal", "all"]
    assert met["ratio and feature distance along 1 blends (Spearman)", "all"]
    assert ("steps reconstructed, 16 bars", "trio") in met
