"""Walks in latent space end where they should, in a sensible metre, key and length, and go on coming home."""

from dataclasses import replace

import pytest
import torch

from domain.genres import Genre
from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section
from models.composition.blending import STEP_BARS, blend, morph, vary
from models.composition.transformation import Transformed
from models.grammar import TRIADS
from models.lanes import FINE, to_lanes, to_score
from models.tokens import plan_of
from models.vae.drafting import VAEModel, decode_units
from models.vae.encoding import encode_units
from models.vae.units import to_units
from tests.models.vaes import random_lanes, tiny_model


@pytest.fixture(scope="module")
def model() -> VAEModel:
    return tiny_model()


def tune(pitches: list[int], *, key: Key = Key(0), metre: str = "4/4", bars: int = 4) -> Score:  # noqa: B008
    read = Metre.parse(metre)
    step = 6
    notes = [
        Note(tick, pitches[index % len(pitches)] + key.tonic, step)
        for index, tick in enumerate(range(0, bars * read.bar_ticks, step))
    ]
    return Score(key, read, 100.0, bars, (Part("tune", 0, tuple(notes)),))


def song(seed: int, metre: str = "4/4", bars: int = 6, *, parts: int = 3) -> Score:
    lanes = random_lanes(Metre.parse(metre), bars, seed)
    plan = plan_of(replace(tune([60], metre=metre, bars=bars), parts=(Part("a", 0, ()),) * parts), Genre.SONG)
    return to_score(lanes, plan)


def comes_home(piece: Transformed) -> bool:
    score = piece.score
    last = max(note.onset for part in score.parts for note in part.notes)
    sounding = {
        (note.pitch - score.key.tonic) % 12 for part in score.parts for note in part.notes if note.end > last
    }
    return sounding <= TRIADS[score.key.mode] and all(
        note.end <= score.bars * score.metre.bar_ticks for part in score.parts for note in part.notes
    )


def test_a_blend_takes_after_the_nearer_one(model: VAEModel) -> None:
    first = tune([60, 62, 64, 67], key=Key(2), bars=5)
    second = song(1, "6/8", 9)
    near, far = (blend(model, first, second, ratio=ratio, seed=0) for ratio in (0.3, 0.7))
    assert (near.score.metre, near.score.key, near.score.bars) == (first.metre, first.key, 5)
    assert (far.score.metre, far.score.key, far.score.bars) == (second.metre, second.key, 9)
    assert near.score.tempo == near.plan.tempo
    assert comes_home(near)
    assert comes_home(far)


def test_at_its_ends_a_blend_is_what_the_model_makes_of_each_piece(model: VAEModel) -> None:
    first, second = tune([60, 64]), song(2, bars=4)
    start = blend(model, first, second, ratio=0.0, seed=0)
    assert start.score.parts == vary(model, first, amount=0.0, seed=5).score.parts
    end = blend(model, first, second, ratio=1.0, seed=0)
    assert end.score.parts == vary(model, second, amount=0.0, seed=5).score.parts


def test_each_seed_takes_a_path_of_its_own_between_the_same_ends(model: VAEModel) -> None:
    first, second = song(5, bars=16), song(6, bars=16)

    def blends(ratio: float) -> list[Score]:
        return [blend(model, first, second, ratio=ratio, seed=seed).score for seed in (1, 1, 2)]

    one, same, other = blends(0.5)
    assert one == same
    assert one != other
    for end in (0.0, 1.0):
        one, _, other = blends(end)
        assert one == other
    paths = [morph(model, first, second, seed=seed).score for seed in (1, 1, 2)]
    assert paths[0] == paths[1]
    assert paths[0] != paths[2]


def test_what_is_lost_of_both_is_counted(model: VAEModel) -> None:
    dense = Score(
        Key(0), Metre(4, 4), 90.0, 2, (Part("x", 0, tuple(Note(0, 60 + n, 12) for n in range(0, 18, 3))),)
    )
    piece = blend(model, dense, tune([60]), ratio=0.2, seed=0)
    assert piece.simplified.heard == 6 + 32
    assert piece.simplified.dropped == 2


def test_a_morph_has_a_step_for_every_four_bars(model: VAEModel) -> None:
    first, second = tune([60, 62], key=Key(7), bars=3), song(3, "3/4", 20)
    piece = morph(model, first, second, seed=0, steps=5)
    assert piece.score.bars == 5 * STEP_BARS
    assert (piece.score.metre, piece.score.key) == (first.metre, first.key)
    assert comes_home(piece)


def test_a_seed_is_a_direction_and_an_amount_how_far(model: VAEModel) -> None:
    score = song(4)
    still, again = (vary(model, score, amount=0.0, seed=seed) for seed in (1, 2))
    assert still.score == again.score
    one, same, other = (vary(model, score, amount=1.0, seed=seed) for seed in (1, 1, 2))
    assert one.score == same.score
    assert one.score != still.score
    assert one.score != other.score
    assert all(map(comes_home, (still, one, other)))


def test_bars_that_are_alike_are_varied_alike(model: VAEModel) -> None:
    score = tune([60, 62, 64, 65, 67, 65, 64, 62], bars=8)
    varied = vary(model, score, amount=0.8, seed=3).score
    lanes, _ = to_lanes(varied, FINE)
    assert (lanes.window(0, 2).pitch == lanes.window(2, 2).pitch).all()


def test_larger_amounts_keep_less_and_leave_where_smaller_ones_do(model: VAEModel) -> None:
    score = song(7, bars=16)
    pieces = [vary(model, score, amount=amount, seed=1).score for amount in (0.0, 0.3, 0.6, 1.0)]
    lanes = [to_lanes(piece, FINE)[0].pitch for piece in pieces]
    kept = [float((lanes[0] == each).mean()) for each in lanes]
    assert kept == sorted(kept, reverse=True)
    assert kept[1] < 1
    assert kept[3] < kept[1]


SECTIONS = (Section("A", 0, 4, Cadence.HALF), Section("A′", 4, 4, Cadence.FULL, Key(7)))


def test_a_varied_piece_has_the_sections_of_its_source(model: VAEModel) -> None:
    score = replace(song(1, bars=8), sections=SECTIONS)
    assert vary(model, score, amount=0.4, seed=0).score.sections == SECTIONS
    assert vary(model, song(1, bars=8), amount=0.4, seed=0).score.sections == ()


def test_a_blend_has_the_sections_of_the_nearer_but_promises_no_cadences(model: VAEModel) -> None:
    first, second = replace(song(1, bars=8), sections=SECTIONS), song(2, bars=6)
    sections = blend(model, first, second, ratio=0.4, seed=0).score.sections
    assert [(each.label, each.first_bar, each.bars) for each in sections] == [("A", 0, 4), ("A′", 4, 4)]
    assert {each.cadence for each in sections} == {None}
    assert blend(model, first, second, ratio=0.6, seed=0).score.sections == ()


def test_a_morph_has_a_section_for_every_step(model: VAEModel) -> None:
    sections = morph(model, song(1), song(2), seed=0, steps=3).score.sections
    assert [(each.label, each.first_bar, each.bars) for each in sections] == [
        ("A", 0, STEP_BARS),
        ("B", STEP_BARS, STEP_BARS),
        ("C", 2 * STEP_BARS, STEP_BARS),
    ]


def test_pieces_in_any_key_and_mode_are_read(model: VAEModel) -> None:
    minor = tune([60, 63, 67], key=Key(9, Mode.MINOR))
    piece = vary(model, minor, amount=0.4, seed=0)
    assert piece.score.key == minor.key
    assert comes_home(piece)
    assert piece.plan.genre in {Genre.REEL, Genre.CHORALE}


def test_no_part_is_left_without_a_note(model: VAEModel) -> None:
    for seed in range(3):
        piece = blend(model, tune([60, 64]), song(seed, parts=4), ratio=0.4, seed=0)
        assert all(part.notes for part in piece.score.parts)
        assert piece.plan.parts == len(piece.score.parts)


def test_a_metre_without_units_is_refused(model: VAEModel) -> None:
    with pytest.raises(ValueError, match="no patches"):
        vary(model, tune([60], metre="5/16"), amount=0.1, seed=0)


def test_units_are_decoded_in_order(model: VAEModel) -> None:
    lanes = random_lanes(Metre(4, 4), 8, 0)
    latents = encode_units(model.network, to_units(lanes, [0, 2, 4, 6]))
    plan = plan_of(tune([60], bars=8), Genre.REEL)
    whole = decode_units(model.network, latents, plan)
    alone = decode_units(model.network, latents[1:2], plan)
    assert torch.equal(torch.from_numpy(whole.window(2, 2).pitch), torch.from_numpy(alone.pitch))
