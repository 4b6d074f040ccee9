"""Walking through the latent space between two pieces, and around one.

Pieces are encoded two bars at a time and decoded where the walk has led. Every piece made comes home at
its end. Knows the autoencoder and lanes; not where pieces come from.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from domain.genres import Genre
from domain.score import Metre, Mode, Score
from models.composition.transformation import Transformed
from models.drafting import Seed
from models.grammar import unscripted
from models.lane_scripts import obey
from models.lanes import FINE, LAYOUTS, Lanes, Simplified, column_ticks, empty_lanes, join, to_lanes, to_score
from models.tokens import Plan, density_class, mean_pitch, register_class
from models.vae.drafting import VAEModel, decode_units, encode_units, slerp
from models.vae.units import UNIT_BARS, Units, to_units

STEPS = 5
STEP_BARS = 4
"""How many bars each step of a morph has."""

FARTHEST = 0.6
"""How much of the way to other music an amount of 1 goes, 1 being all of it."""

DETOUR = 0.1
"""How far off the straight way the middle of a blend lies, as a share of the way to other music."""

EAGERNESS = 0.6
"""The power of an amount: around a piece lies a stretch that still decodes to it, soon to be left behind."""


def blend(model: VAEModel, first: Score, second: Score, *, ratio: float, seed: Seed) -> Transformed:
    """One piece at `ratio` of the way from the first (0) to the second (1).

    Metre, key, mode and length are those of the nearer one, in which the other is heard again from its
    start or cut short. Each seed takes a path of its own between the two. Raises ValueError for a metre
    that units can't be read in.
    """
    nearer = first if ratio <= 0.5 else second
    (one, lost), (other, lost_too) = to_lanes(first, FINE), to_lanes(second, FINE)
    (start, units), (end, _) = (
        _encoded(model, _fitted(lanes, nearer.metre, nearer.bars)) for lanes in (one, other)
    )
    elsewhere = _elsewhere(model, start, units, np.random.default_rng(seed))
    between = _on_the_way(start, end, elsewhere, ratio)
    plan = _plan(model, nearer, first, second, ratio=ratio, latents=between)
    return _finished(model, between, plan, lost + lost_too)


def morph(model: VAEModel, first: Score, second: Score, *, seed: Seed, steps: int = STEPS) -> Transformed:
    """One piece that becomes another: the opening of the first, in so many steps, the opening of the second.

    In the first one's metre and key, each seed by a path of its own. Raises ValueError for a metre that
    units can't be read in.
    """
    (one, lost), (other, lost_too) = to_lanes(first, FINE), to_lanes(second, FINE)
    one = _fitted(_opening(one), first.metre, STEP_BARS)
    other = _fitted(_opening(other), first.metre, STEP_BARS)
    (start, units), (end, _) = _encoded(model, one), _encoded(model, other)
    elsewhere = _elsewhere(model, start, units, np.random.default_rng(seed))
    walk = torch.cat([_on_the_way(start, end, elsewhere, step / max(1, steps - 1)) for step in range(steps)])
    plan = _plan(model, replace(first, bars=steps * STEP_BARS), first, second, ratio=0.5, latents=walk)
    return _finished(model, walk, plan, lost + lost_too)


def vary(model: VAEModel, score: Score, *, amount: float, seed: Seed) -> Transformed:
    """The piece, moved in latent space by an amount from 0 (as the model can say it) to 1.

    A seed is a direction: with it, larger amounts go farther the same way. Bars that are alike stay so.
    Raises ValueError for a metre that units can't be read in.
    """
    lanes, lost = to_lanes(score, FINE)
    lanes = _fitted(lanes, score.metre, score.bars)
    latents, units = _encoded(model, lanes)
    random = np.random.default_rng(seed)
    elsewhere = _elsewhere(model, latents, units, random)
    moved = slerp(latents, elsewhere, FARTHEST * amount**EAGERNESS)
    plan = _plan(model, score, score, score, ratio=0.0, latents=moved)
    return _finished(model, moved, plan, lost)


def _encoded(model: VAEModel, lanes: Lanes) -> tuple[Tensor, Units]:
    """The latents (U, Z) of lanes, and their units."""
    units = to_units(lanes, range(0, lanes.bars, UNIT_BARS))
    return encode_units(model.network, units), units


def _opening(lanes: Lanes) -> Lanes:
    """The lanes from the first bar that is at least half full on, where there is one before the last bars."""
    sounding = (lanes.pitch > 0).any(0).reshape(lanes.bars, -1).mean(1)
    full = np.flatnonzero(sounding[: max(1, lanes.bars - STEP_BARS + 1)] >= 0.5)
    first = int(full[0]) if len(full) else 0
    return lanes.window(first, lanes.bars - first)


def _fitted(lanes: Lanes, metre: Metre, bars: int) -> Lanes:
    """The lanes in this metre, each bar stretched to its length, repeated or cut to so many bars."""
    if lanes.bars == 0:
        return empty_lanes(metre, lanes.mode, FINE, bars)
    again = join([lanes] * -(-bars // lanes.bars)).window(0, bars)
    if metre == lanes.metre:
        return again
    fitted = empty_lanes(metre, lanes.mode, FINE, bars)
    stretch = metre.bar_ticks / lanes.metre.bar_ticks
    ticks = column_ticks(lanes.metre, FINE, bars) * stretch
    targets = column_ticks(metre, FINE, bars)
    place = np.abs(ticks[:, None] - targets[None, :]).argmin(1)
    for first, last in pairwise(range(len(ticks))):
        start, end = int(place[first]), int(place[last])
        begins = again.onset[:, first]
        if end > start:
            fitted.pitch[:, start:end] = again.pitch[:, first, None]
            fitted.onset[:, start] |= begins
    return fitted


def _elsewhere(model: VAEModel, latents: Tensor, units: Units, random: np.random.Generator) -> Tensor:
    """(U, Z): random latents that lie as those of music do; the same one for units that are the same."""
    known = model.network.conductor(model.latents).flatten(0, 1).detach()
    mean = known.mean(0)
    drawn: dict[bytes, Tensor] = {}
    rows: list[Tensor] = []
    for unit in range(len(units)):
        said = units.tokens[unit].tobytes()
        if said not in drawn:
            weights = random.standard_normal(len(known)).astype(np.float32) / len(known) ** 0.5
            drawn[said] = mean + torch.from_numpy(weights) @ (known - mean)
        rows.append(drawn[said])
    return torch.stack(rows).to(latents.dtype)


def _on_the_way(start: Tensor, end: Tensor, elsewhere: Tensor, ratio: float) -> Tensor:
    """(U, Z): a point between two pieces; the middle lies farthest off the straight way, the ends on it."""
    return slerp(slerp(start, end, ratio), elsewhere, DETOUR * 4 * ratio * (1 - ratio))


def _plan(
    model: VAEModel, nearer: Score, first: Score, second: Score, *, ratio: float, latents: Tensor
) -> Plan:
    """The plan of what lies between two pieces; its genre is that of the nearest music learned from."""
    parts = {0.0: len(first.parts), 1.0: len(second.parts)}.get(
        ratio, max(len(first.parts), len(second.parts))
    )
    onsets = {note.onset for part in nearer.parts for note in part.notes}
    return Plan(
        genre=_nearest_genre(model, latents, nearer.metre, nearer.key.mode),
        key=nearer.key,
        metre=nearer.metre,
        tempo=float(first.tempo ** (1 - ratio) * second.tempo**ratio),
        bars=nearer.bars,
        parts=min(max(parts, 1), max(LAYOUTS)),
        density=density_class(len(onsets), nearer.bars, nearer.metre),
        register=register_class(mean_pitch(nearer), nearer.key),
    )


@torch.no_grad()
def _nearest_genre(model: VAEModel, latents: Tensor, metre: Metre, mode: Mode) -> Genre:
    """The genre whose phrases lie nearest to units, of those in the metre and mode where there are such."""
    anchors = model.anchors
    fitting = (
        [row for row, each in enumerate(anchors) if each.metre == str(metre) and each.mode == mode]
        or [row for row, each in enumerate(anchors) if each.metre == str(metre)]
        or list(range(len(anchors)))
    )
    centres = model.network.conductor(model.latents[fitting]).mean(1)
    nearest = int((centres - latents.mean(0)).square().sum(1).argmin())
    return anchors[fitting[nearest]].genre


def _finished(model: VAEModel, latents: Tensor, plan: Plan, lost: Simplified) -> Transformed:
    """The music of unit latents, brought home, in as many parts as have something to play."""
    lanes = decode_units(model.network, latents, plan).window(0, plan.bars)
    home = obey(lanes, unscripted(plan))
    plan = replace(plan, parts=_parts(home, plan.parts))
    return Transformed(to_score(home, plan), plan, lost)


def _parts(lanes: Lanes, most: int) -> int:
    """The largest number of parts, up to `most`, that leaves none of them silent."""
    sounding = {lane for lane, pitch in enumerate(lanes.pitch) if pitch.any()}
    whole = (
        parts
        for parts in range(most, 0, -1)
        if all(sounding.intersection(choices) for choices in LAYOUTS[parts])
    )
    return next(whole, 1)
