"""Textures are legal whatever the networks say, harmony is told without texture, and files load strictly."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Unavailable
from domain.score import Metre
from models.lanes import LOWEST, SIXTEENTHS, to_lanes
from models.registry import available_styles, find_model
from models.style_transfer.files import load_style_transfer, save_style_transfer
from models.style_transfer.networks import Critics, Generator, Writer
from models.style_transfer.texture_rolls import (
    EVENTS,
    HOLD,
    LANE_CHANNELS,
    ONSET,
    POSITION,
    REST,
    SKETCH,
    TEXTURE,
    Rolls,
    as_lanes,
    bar_chroma,
    columns_a_bar,
    positions,
    realised,
    sketch,
    without_passing_notes,
)
from tests.models.styling import COMMON, TINY, piece, tiny_restyler

METRES = [
    Metre(4, 4),
    Metre(3, 4),
    Metre(6, 8),
    Metre(3, 8),
    Metre(2, 4),
    Metre(5, 4),
    Metre(7, 8),
    Metre(7, 16),
]
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
CPU = torch.device("cpu")


def rolls(metre: Metre = COMMON, bars: int = 4, rows: int = 2) -> Rolls:
    return Rolls.of([to_lanes(piece(metre=metre, bars=bars, seed=row), SIXTEENTHS)[0] for row in range(rows)])


def test_rolls_say_what_lanes_hold() -> None:
    lanes, _ = to_lanes(piece(), SIXTEENTHS)
    back = as_lanes(Rolls.of([lanes]), Rolls.of([lanes]).texture, 0)
    assert np.array_equal(back.pitch, lanes.pitch)
    assert np.array_equal(back.onset, lanes.onset)


def test_events_tell_strikes_holds_and_rests() -> None:
    given = rolls()
    events = given.events
    assert torch.equal(events.sounds, given.texture[..., :-1].sum(-1) > 0)
    assert torch.equal(events.event == ONSET, given.texture[..., -1] > 0)
    assert set(events.event.unique().tolist()) <= {ONSET, HOLD, REST}


@pytest.mark.parametrize("seed", range(5))
def test_any_logits_make_a_legal_texture(seed: int) -> None:
    torch.manual_seed(seed)
    events, pitches = torch.randn(3, TEXTURE, 32, EVENTS), torch.randn(3, TEXTURE, 32, LANE_CHANNELS - 1)
    texture = realised(events, pitches)
    sounding = texture[..., :-1].sum(-1)
    pitch = texture[..., :-1].argmax(-1)
    strikes = texture[..., -1] > 0.5
    assert torch.all((sounding - sounding.round()).abs() < 1e-5)
    assert torch.all((sounding.round() == 0) | (sounding.round() == 1))
    assert torch.all(sounding[strikes].round() == 1)
    # A pitch never changes without a strike, and nothing sounds on after silence.
    sounds = sounding > 0.5
    moved = sounds[..., 1:] & (~sounds[..., :-1] | (pitch[..., 1:] != pitch[..., :-1]))
    assert torch.all(strikes[..., 1:][moved])
    assert torch.equal(strikes[..., 0], sounds[..., 0])


def test_gradients_pass_through_the_choice() -> None:
    events = torch.randn(1, TEXTURE, 16, EVENTS, requires_grad=True)
    pitches = torch.randn(1, TEXTURE, 16, LANE_CHANNELS - 1, requires_grad=True)
    realised(events, pitches).square().sum().backward()
    for grad in (events.grad, pitches.grad):
        assert grad is not None
        assert grad.abs().sum() > 0


@pytest.mark.parametrize("metre", METRES, ids=str)
def test_every_metre_has_positions_and_harmony(metre: Metre) -> None:
    given = rolls(metre, bars=3)
    columns = 3 * columns_a_bar(metre)
    assert positions(metre, columns).shape == (columns, POSITION)
    harmony = sketch(given)
    assert harmony.shape == (2, columns, SKETCH)
    sums = harmony.unflatten(-1, (2, 12)).sum(-1)
    assert torch.all((sums - 1).abs() < 1e-3)  # the pieces are never silent
    writer = Writer(TINY)
    written = writer.transfer(given, torch.tensor([0, 1]), torch.zeros(2, TINY.code)).texture()
    assert written.shape == given.texture.shape


def bar_of(*lines: str) -> Rolls:
    """A bar of 4/4 without a tune, its texture in letters of one octave: `-` is held, `.` silent."""
    pitch = np.zeros((1, TEXTURE + 1, 16), np.int8)
    onset = np.zeros((1, TEXTURE + 1, 16), np.bool_)
    for lane, line in enumerate(lines, start=1):
        for column, letter in enumerate(line):
            if letter == "-":
                pitch[0, lane, column] = pitch[0, lane, column - 1]
            elif letter != ".":
                pitch[0, lane, column] = 1 + 60 + SEMITONES[letter] - LOWEST
                onset[0, lane, column] = True
    return Rolls.of_arrays(COMMON, torch.from_numpy(pitch), torch.from_numpy(onset))


def letters_of(texture: torch.Tensor) -> list[str]:
    names = {semitones: letter for letter, semitones in SEMITONES.items()}
    sounding = (texture[0, ..., :-1].sum(-1) > 0.5).tolist()
    classes = ((texture[0, ..., :-1].argmax(-1) + LOWEST) % 12).tolist()
    return [
        "".join(names[pitch] if heard else "." for pitch, heard in zip(lane, on, strict=True))
        for lane, on in zip(classes, sounding, strict=True)
    ]


def test_the_sketch_knows_harmony_but_not_texture() -> None:
    plain = bar_of("g---f---f---e---", "e---d---d---c---", "c---b---g---c---")
    broken = bar_of("gegef.f.f-f-ecec", "e.....d-d---c...", "c-..b---g-g-c.c.")
    lower = plain.texture.clone()
    lower[:, 0, :, :-1] = plain.texture[:, 0, :, :-1].roll(-12, -1)
    for other in (broken.texture, lower):
        assert torch.allclose(sketch(plain, 0.0), sketch(plain.with_texture(other), 0.0), atol=1e-5)
    assert not torch.allclose(sketch(plain), sketch(plain.with_texture(plain.texture.roll(4, 2))), atol=1e-2)


def test_passing_notes_are_taken_up_by_those_before_them() -> None:
    walking = bar_of("c-d-e-f-g---a-g-", "c-e-g-g-g-agf---", "..d-c-----d-c---")
    plain = letters_of(without_passing_notes(walking.texture, COMMON))
    # What leaps, is repeated, begins after silence or falls on a beat stays.
    assert plain == ["cccceeeeggggaagg", "cceeggggggggffff", "..ddcccccccccccc"]


def test_gradients_of_the_sketch_are_bounded_where_little_sounds() -> None:
    given = bar_of("g---............", "." * 16, "c...............")
    texture = torch.cat([given.texture, torch.zeros_like(given.texture)]).requires_grad_()
    rolls = Rolls(COMMON, given.tune.expand(2, -1, -1), texture)
    sketch(rolls).square().sum().backward()
    assert texture.grad is not None
    assert 0 < texture.grad.abs().max().item() < 100


def test_bar_chroma_counts_sounding_columns() -> None:
    lanes, _ = to_lanes(piece(bars=4), SIXTEENTHS)
    chroma = bar_chroma(Rolls.of([lanes]).texture, lanes.metre)[0]
    sounding = (lanes.pitch[1:].reshape(TEXTURE, 4, -1) > 0).sum(axis=(0, 2)) / columns_a_bar(lanes.metre)
    assert chroma.sum(-1).numpy() == pytest.approx(sounding)


def test_chance_comes_from_the_random_numbers_alone() -> None:
    given = rolls()
    writer = Writer(TINY).eval()
    written = writer.transfer(given, torch.tensor([0, 1]), torch.zeros(2, TINY.code))
    first, again, other = (written.texture(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_generator_follows_genre_code_and_harmony() -> None:
    torch.manual_seed(0)
    given = rolls()
    generator = Generator(TINY).eval()
    for module in generator.modules():
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.weight, std=0.3)
    genre, code = torch.tensor([0, 1]), torch.zeros(2, TINY.code)
    usual = generator(given, sketch(given), genre, code).pitches
    assert not torch.allclose(usual, generator(given, sketch(given), genre + 1, code).pitches)
    assert not torch.allclose(usual, generator(given, sketch(given), genre, code + 1).pitches)
    assert not torch.allclose(usual, generator(given, sketch(given) * 0, genre, code).pitches)


def test_critics_hear_the_texture_and_what_it_is_meant_to_be() -> None:
    torch.manual_seed(0)
    given = rolls()
    critics = Critics(TINY).eval()
    heard = critics(given, torch.tensor([0, 0]))
    assert heard.real.shape == heard.mixed.shape == (2,)
    assert heard.genre.shape == (2, TINY.genres)
    meant = critics(given, torch.tensor([1, 1]))
    assert not torch.allclose(heard.real, meant.real)
    assert torch.allclose(heard.mixed, meant.mixed)
    silent = critics(given.with_texture(torch.zeros_like(given.texture)), torch.tensor([0, 0]))
    assert not torch.allclose(heard.mixed, silent.mixed)


def test_files_load_as_they_were_saved(tmp_path: Path) -> None:
    assert load_style_transfer(tmp_path, CPU) is None
    restyler = tiny_restyler()
    save_style_transfer(restyler, tmp_path, facts={"data": "none"})
    loaded = load_style_transfer(tmp_path, CPU)
    assert loaded is not None
    assert loaded.known == restyler.known
    assert loaded.profiles == restyler.profiles
    for name, tensor in restyler.network.state_dict().items():
        assert torch.equal(loaded.network.state_dict()[name], tensor.half().float())


def test_the_card_is_no_composing_style(tmp_path: Path) -> None:
    save_style_transfer(tiny_restyler(), tmp_path, facts={})
    assert available_styles(tmp_path) == ()
    found = find_model("style_transfer", tmp_path)
    assert found is not None
    assert [str(genre) for genre in found.genres] == ["hymn", "folk"]


def test_altered_or_foreign_files_are_refused(tmp_path: Path) -> None:
    save_style_transfer(tiny_restyler(), tmp_path, facts={})
    weights = tmp_path / "style_transfer.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-8] + b"\0" * 8)
    with pytest.raises(Unavailable):
        load_style_transfer(tmp_path, CPU)
    weights.write_bytes(content)
    card = json.loads(weights.with_suffix(".json").read_text())
    card["config"]["width"] += 4
    weights.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(Unavailable):
        load_style_transfer(tmp_path, CPU)
