"""Walking through phrases: along one that was learned from, and over to another where the two agree.

Halfway between two harmonies lies no third one, so music in several voices is not written between
phrases but along them: at a beat the walk changes to a phrase that has the same harmony there and nearly
the notes that were to come, and the decoder writes what both say. Knows latents and what they sound
like; not plans.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.score import TICKS_PER_QUARTER, Metre, Mode
from models.lanes import LANES, LOWEST, MELODY, Lanes
from models.vae.phrases import VAE
from models.vae.unit_vae import decode, write
from models.vae.units import (
    PATCH_COLUMNS,
    PATCH_SLOTS,
    UNIT_BARS,
    Units,
    bar_patches,
    from_units,
    grid_class,
    places,
)

LEAVING = 0.2
"""How likely a walk changes to another phrase at a beat of its own accord."""

MOST_NOTES = 7
"""Notes of the tune after which it changes: a listener would know a longer run again."""

GOING_ON = 0.5
"""How likely a beat that is away from home goes on with what came before it."""

STEP_COST, REST_COST = 0.8, 6
"""What a join costs: nats a semitone between the note due and the one that comes; a rest counts as 6."""

LANE_WEIGHTS = (1.0, 0.35, 0.35, 0.7)
HARMONY, HARMONY_BEFORE = 6.0, 3.0
"""Nats for a cosine of 1 between the pitch classes of the beats that change places, and of those before."""

PLACE = 1.5
"""Nats for the same place in a phrase of four units, and again in one of eight: cadences come as cadences."""

PAUSE = 8.0
"""What a join costs into a beat that begins with a rest of all voices."""

SAME = 8.0
"""What a join costs that changes nothing in its first beat."""

UNDER, STAYING = 10.0, 2.0
"""Nats for a cosine of 1 between a beat and the tune that it goes under, and for going on under a tune."""

_PATCH_TICKS = TICKS_PER_QUARTER // 2
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Heard:
    """What units sound like in a metre, unit by unit (U) and beat by beat (B).

    starts (B,): patches at which beats begin; first (U, B, LANES): what sounds there, 0 for silence;
    harmony (U, B, 12): how long each pitch class sounds, at length 1; struck (U, B): notes of the tune;
    said (U, B): the same number for the same music. A phrase is `length` units in a row.
    """

    metre: Metre
    mode: Mode
    length: int
    starts: Integers
    first: Integers
    harmony: NDArray[np.float64]
    struck: Integers
    said: Integers


def hear_both(heard: Heard, more: Heard) -> Heard:
    """Both as one, the second's units after the first's; none of them says the same as another."""
    return replace(
        heard,
        first=np.concatenate([heard.first, more.first]),
        harmony=np.concatenate([heard.harmony, more.harmony]),
        struck=np.concatenate([heard.struck, more.struck]),
        said=np.concatenate([heard.said, more.said + heard.said.max() + 1]),
    )


def hear(network: VAE, latents: Tensor, metre: Metre, mode: Mode) -> Heard:
    """Decode the units (A, N, Z) of some phrases, and listen."""
    at = torch.from_numpy(places(metre))
    tokens, tied = decode(network.units.decoder, latents.flatten(0, 1), at, torch.tensor(grid_class(metre)))
    lanes = from_units(Units(metre, tokens.numpy().astype(np.int8), tied.numpy()), mode)
    by_unit = (LANES, len(tokens), len(at) * PATCH_COLUMNS)
    pitch = lanes.pitch.reshape(by_unit).transpose(1, 2, 0).astype(np.int64)
    onset = lanes.onset.reshape(by_unit).transpose(1, 2, 0)
    starts = beat_starts(metre)
    columns = starts * PATCH_COLUMNS
    classes = ((pitch - 1 + LOWEST) % 12)[..., None] == np.arange(12)
    lasting = np.add.reduceat((classes & (pitch > 0)[..., None]).sum(2), columns, axis=1)
    length = np.linalg.norm(lasting, axis=2, keepdims=True)
    return Heard(
        metre=metre,
        mode=mode,
        length=latents.shape[1],
        starts=starts,
        first=pitch[:, columns],
        harmony=lasting / np.maximum(length, 1),
        struck=np.add.reduceat(onset[..., MELODY].astype(np.int64), columns, axis=1),
        said=_said(2 * pitch + onset, columns),
    )


def walk(
    heard: Heard,
    likings: NDArray[np.float64],
    *,
    first: int,
    units: int,
    random: np.random.Generator,
    heat: float = 1.0,
    stays: int = 0,
    under: NDArray[np.float64] | None = None,
) -> Integers:
    """(units, B): which unit of those heard says each beat, beginning with the phrase `first`.

    No bar comes from one phrase whole, and no rest of all voices is waited for. `likings` (A,) are how
    gladly each phrase is gone to, in nats; more `heat`, and joins are looser. For so many beats the walk
    `stays` with the phrase; beats of a tune whose pitch classes are `under` (n, 12) sound as that does.
    """
    beats = len(heard.starts)
    rows = np.zeros((units, beats), np.int64)
    row, struck = first * heard.length, 0
    for unit, beat in np.ndindex(units, beats):
        if beat == 0 and unit > 0:
            row += 1 if (row + 1) % heard.length else 1 - heard.length
        at = unit * beats + beat
        tune = None if under is None or at >= len(under) else under[at]
        leaves = random.random() < LEAVING or struck + heard.struck[row, beat] > MOST_NOTES
        leaves |= _is_whole(rows[unit], row, beat) or not heard.first[row, beat].any()
        before = int(rows[unit, beat - 1] if beat else rows[unit - 1, -1])
        if tune is not None:
            wanted = _joins_under(tune, heard, row, before, unit, beat) + np.repeat(likings, heard.length)
            row, struck = _drawn(wanted, heat, random), 0
        elif leaves and at >= max(stays, 1) and len(likings) > 1:
            wanted = _joins(heard, row, before, unit, beat) + np.repeat(likings, heard.length)
            wanted[row // heard.length * heard.length :][: heard.length] = -np.inf
            row, struck = _drawn(wanted, heat, random), 0
        rows[unit, beat] = row
        struck += int(heard.struck[row, beat])
    return rows


def _drawn(wanted: NDArray[np.float64], heat: float, random: np.random.Generator) -> int:
    """One of the units, by how much each is wanted, in nats."""
    chances = np.exp((wanted - wanted.max()) / heat)
    return int(random.choice(len(chances), p=chances / chances.sum()))


def stray(
    heard: Heard, likings: NDArray[np.float64], home: Integers, *, amount: float, random: np.random.Generator
) -> Integers:
    """(units, B): the walk along the units `home`, away from them at so many of the beats (0 to 1).

    What is gone to fits what is left; with larger amounts it goes on by itself more often. The same
    beats leave at any larger amount. Units that are the same leave alike.
    """
    rows: list[Integers] = []
    known: dict[bytes, Integers] = {}
    liked = np.repeat(likings, heard.length)
    liked[home] = -np.inf
    for unit, row in enumerate(home.tolist()):
        said = heard.said[row].tobytes()
        if said not in known:
            draws = random.random((3, len(heard.starts)))
            known[said] = _strayed(heard, liked, row, unit, amount, draws)
        rows.append(np.where(known[said] < 0, row, known[said]))
    return np.stack(rows)


def _strayed(
    heard: Heard,
    liked: NDArray[np.float64],
    row: int,
    unit: int,
    amount: float,
    draws: NDArray[np.float64],
) -> Integers:
    """(B,): what is gone to at each beat of a unit, -1 where it stays."""
    rows = np.full(len(heard.starts), -1, dtype=np.int64)
    for beat, (leaving, fitting, choice) in enumerate(draws.T.tolist()):
        if leaving >= amount:
            continue
        before = int(rows[beat - 1]) if beat and rows[beat - 1] >= 0 else row
        if before != row and fitting < GOING_ON:
            rows[beat] = before
            continue
        due = before if (fitting - GOING_ON) / (1 - GOING_ON) < amount - 0.5 else row
        wanted = _joins(heard, due, before, unit, beat) + liked
        chances = np.exp(wanted - wanted.max()).cumsum()
        rows[beat] = min(np.searchsorted(chances, choice * chances[-1], side="right"), len(chances) - 1)
    return rows


@torch.no_grad()
def decode_walk(
    network: VAE,
    latents: Tensor,
    heard: Heard,
    rows: Integers,
    *,
    temperature: float = 0.0,
    random: np.random.Generator | None = None,
) -> Lanes:
    """The music of a walk (units, B) through the units (A, N, Z) heard.

    The likeliest everywhere; with a temperature, drawn.
    """
    at = torch.from_numpy(places(heard.metre))
    used, row = np.unique(rows, return_inverse=True)
    features, tied = network.units.decoder.features(
        latents.flatten(0, 1)[torch.from_numpy(used)], at, torch.tensor(grid_class(heard.metre))
    )
    row = row.reshape(rows.shape)
    lasting = np.diff(np.append(heard.starts, len(at)))
    along = features[torch.from_numpy(np.repeat(row, lasting, axis=1)), torch.arange(len(at))]
    chances = temperatures = None
    if temperature > 0 and random is not None:
        chances = torch.from_numpy(random.random((len(rows), len(at), PATCH_SLOTS), dtype=np.float32))
        temperatures = torch.full((len(rows),), temperature)
    tokens = write(network.units.decoder, along, chances=chances, temperatures=temperatures)
    ties = (tied > 0)[torch.from_numpy(row[:, 0])]
    units = Units(heard.metre, tokens.numpy().astype(np.int8), ties.numpy())
    return from_units(units, heard.mode)


def _joins(heard: Heard, row: int, before: int, unit: int, beat: int) -> NDArray[np.float64]:
    """(U,): how well each unit's beat goes on instead of that of `row`, in nats."""
    due, come = heard.first[row, beat], heard.first[:, beat]
    both = (due > 0) & (come > 0)
    apart = np.where(both, np.abs(come - due).clip(max=12), np.where((due > 0) != (come > 0), REST_COST, 0))
    place = np.arange(len(come)) % heard.length
    joins = -STEP_COST * (apart @ np.array(LANE_WEIGHTS)) * due.any() - PAUSE * ~come.any(1)
    joins += HARMONY * (heard.harmony[:, beat] @ heard.harmony[row, beat])
    if beat:
        joins += HARMONY_BEFORE * (heard.harmony[:, beat - 1] @ heard.harmony[before, beat - 1])
    joins += PLACE * ((place % 4 == unit % 4) * 1.0 + (place == unit % heard.length))
    return joins - SAME * (heard.said[:, beat] == heard.said[row, beat])


def _joins_under(
    tune: NDArray[np.float64], heard: Heard, row: int, before: int, unit: int, beat: int
) -> NDArray[np.float64]:
    """(U,): the same under a beat of a tune, given by its pitch classes (12,); going on is no loss here."""
    joins = _joins(heard, row, before, unit, beat)
    joins[row] += SAME + STAYING
    grates = (np.roll(tune, 1) + np.roll(tune, -1)) / 2
    return joins + UNDER * (heard.harmony[:, beat] @ (tune - grates))


def _is_whole(rows: Integers, row: int, beat: int) -> bool:
    """Whether with this beat, the last of its bar, the bar would come from one unit."""
    bar_beats = len(rows) // UNIT_BARS
    first = beat // bar_beats * bar_beats
    return first < beat == first + bar_beats - 1 and bool((rows[first:beat] == row).all())


def beat_starts(metre: Metre) -> Integers:
    """(B,): the patches at which a unit's beats begin."""
    bar = bar_patches(metre)
    beats = np.arange(0, bar, metre.beat_ticks // _PATCH_TICKS, dtype=np.int64)
    return (np.arange(UNIT_BARS)[:, None] * bar + beats).reshape(-1)


def _said(music: Integers, columns: Integers) -> Integers:
    """(U, B): numbers of the beats' music (U, S, LANES); beats of different places may share them."""
    beats = np.split(music, columns[1:], axis=1)
    return np.stack(
        [
            np.unique(beat.reshape(len(beat), -1), axis=0, return_inverse=True)[1].reshape(-1)
            for beat in beats
        ],
        1,
    )
