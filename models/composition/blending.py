"""Going through the latent space from one piece to another, and from one to what is like it.

Pieces are encoded two bars at a time and decoded where the way has led. Every piece made comes home at
its end. Knows the autoencoder and lanes; not where pieces come from.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from domain.score import Metre, Mode, Score, Section
from models.composition.transformation import Transformed
from models.drafting import Seed
from models.grammar import unscripted
from models.lane_scripts import obey
from models.lanes import FINE, LAYOUTS, Lanes, Simplified, column_ticks, empty_lanes, join, to_lanes, to_score
from models.tokens import Plan, density_class, mean_pitch, register_class
from models.vae.anchors import Anchor, like
from models.vae.drafting import VAEModel, decode_units, slerp
from models.vae.encoding import encode_units
from models.vae.units import UNIT_BARS, Units, to_units
from models.vae.walking import decode_walk, hear, stray

STEPS = 5
STEP_BARS = 4
"""How many bars each step of a morph has."""

DETOUR = 0.1
"""How far off the straight way the middle of a blend lies, as a share of the way to other music."""


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
    lanes = decode_units(model.network, between, plan)
    return _finished(lanes, plan, lost + lost_too, _open(nearer.sections))


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
    sections = tuple(Section(chr(ord("A") + step), step * STEP_BARS, STEP_BARS) for step in range(steps))
    return _finished(decode_units(model.network, walk, plan), plan, lost + lost_too, sections)


def vary(model: VAEModel, score: Score, *, amount: float, seed: Seed) -> Transformed:
    """The piece, an amount of its beats, from 0 (as the model can say it) to 1, said as music like it would.

    What takes a beat's place has its harmony and begins near its notes; the larger the amount, the more
    goes its own way. Bars that are alike stay so, and sections are the piece's own. Raises ValueError for
    a metre that units can't be read in.
    """
    lanes, lost = to_lanes(score, FINE)
    lanes = _fitted(lanes, score.metre, score.bars)
    latents, _ = _encoded(model, lanes)
    plan = _plan(model, score, score, score, ratio=0.0, latents=latents)
    is_tune = not (lanes.pitch[1:] > 0).any()
    nearest = _nearest_anchor(model, latents, score.metre, score.key.mode, tune=is_tune)
    near = like(model.anchors, nearest)
    length = model.network.phrase_config.units
    phrases = torch.nn.functional.pad(latents, (0, 0, 0, -len(latents) % length)).unflatten(0, (-1, length))
    passed = torch.cat([model.units[list(near)], phrases])
    heard = hear(model.network, passed, score.metre, score.key.mode)
    likings = np.append(np.zeros(len(near)), np.full(len(phrases), -np.inf))
    home = np.arange(len(latents)) + len(near) * length
    random = np.random.default_rng(seed)
    rows = stray(heard, likings, home, amount=amount, random=random)
    varied = decode_walk(model.network, passed, heard, rows)
    return _finished(varied, plan, lost, score.sections)


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
    known = model.units.flatten(0, 1)
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
    anchor = _nearest_anchor(model, latents, nearer.metre, nearer.key.mode, tune=None)
    parts = {0.0: len(first.parts), 1.0: len(second.parts)}.get(
        ratio, max(len(first.parts), len(second.parts))
    )
    onsets = {note.onset for part in nearer.parts for note in part.notes}
    return Plan(
        genre=model.anchors[anchor].genre,
        key=nearer.key,
        metre=nearer.metre,
        tempo=float(first.tempo ** (1 - ratio) * second.tempo**ratio),
        bars=nearer.bars,
        parts=min(max(parts, 1), max(LAYOUTS)),
        density=density_class(len(onsets), nearer.bars, nearer.metre),
        register=register_class(mean_pitch(nearer), nearer.key),
    )


def _nearest_anchor(model: VAEModel, latents: Tensor, metre: Metre, mode: Mode, *, tune: bool | None) -> int:
    """The anchor whose units lie nearest to these in the mean, in the metre, and if there are such the mode.

    A tune's, or one in several voices, where that is asked.
    """
    anchors = model.anchors

    def fits(anchor: Anchor) -> int:
        is_right = tune is None or (len(anchor.lanes) == 1) == tune
        return 4 * (anchor.metre == str(metre)) + 2 * is_right + (anchor.mode == mode)

    best = max(map(fits, anchors))
    fitting = [row for row, each in enumerate(anchors) if fits(each) == best]
    apart = (model.units[fitting].mean(1) - latents.mean(0)).square().sum(1)
    return fitting[int(apart.argmin())]


def _finished(lanes: Lanes, plan: Plan, lost: Simplified, sections: tuple[Section, ...]) -> Transformed:
    """The music, brought home, in as many parts as have something to play."""
    home = obey(lanes.window(0, plan.bars), unscripted(plan))
    plan = replace(plan, parts=_parts(home, plan.parts))
    return Transformed(replace(to_score(home, plan), sections=sections), plan, lost)


def _open(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The sections without their cadences, which what lies between two pieces need not keep."""
    return tuple(replace(section, cadence=None) for section in sections)


def _parts(lanes: Lanes, most: int) -> int:
    """The largest number of parts, up to `most`, that leaves none of them silent."""
    sounding = {lane for lane, pitch in enumerate(lanes.pitch) if pitch.any()}
    whole = (
        parts
        for parts in range(most, 0, -1)
        if all(sounding.intersection(choices) for choices in LAYOUTS[parts])
    )
    return next(whole, 1)
