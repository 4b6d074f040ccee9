"""Composing with the variational autoencoder: latents between and along those of known music, decoded.

A piece begins from a phrase of its genre, metre and mode that the model learned from. A tune lies on the
arc to another one; music in several voices walks from one to the next (`models.vae.walking`). Knows plans
and lanes; how networks are taught is not its matter.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.genres import Genre
from domain.score import Metre, Mode
from models.drafting import Candidate, Seed
from models.grammar import unscripted
from models.lane_scripts import obey
from models.lanes import LANES, LOWEST, Lanes, to_score
from models.plans import Profile
from models.scripts import Script, Stated
from models.tokens import Plan
from models.vae.anchors import ALL_CLASSES, Anchor, fitness, like
from models.vae.phrases import VAE
from models.vae.stating import (
    classes_stated,
    lanes_stated,
    stated_beats,
    stated_classes,
    stated_phrase,
)
from models.vae.unit_vae import decode
from models.vae.units import (
    FIRST_STRIKE,
    PATCH_SLOTS,
    UNIT_BARS,
    VOCABULARY,
    Units,
    from_units,
    grid_class,
    places,
)
from models.vae.walking import Heard, decode_walk, hear, hear_both, walk

BETWEEN = 0.32, 0.45
"""How far from one phrase to the other a tune lies. Nearer, it would copy; in the middle, it blurs."""

NEARNESS = 20.0
"""How much sooner a phrase goes towards one that is like it: in nats for a cosine of 1."""

MISCAST = 3.0
"""What it costs to go to a phrase that has a lane more or less, in nats a lane."""

MATTERING = -4.0, 2.0
"""How much less or more gladly a phrase is gone to than where the walk began, in nats, at most."""

MOST_LIKED = 2.0
"""How much more or less gladly a phrase is gone to for being liked, in nats, at most."""

COOLING = 0.2
"""What a temperature is multiplied by: a latent says nearly all, and chance is only to say the rest."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a piece lies: latents of its units (U, Z), and the lanes and pitch classes it keeps to."""

    latents: Tensor
    lanes: tuple[int, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VAEModel:
    """A loaded autoencoder in evaluation mode, what it knows of each genre, and phrases it learned from.

    `units` (A, N, Z) are latents of the units of the `anchors`' phrases, a sample of the aggregate
    posterior; `latents` (A, N x share) those of the phrases. `heard` keeps what they sound like. `liked`
    (A,) is how much more gladly than usual each is gone to, in nats; None where all are liked alike.
    """

    version: str
    network: VAE
    profiles: Mapping[Genre, Profile]
    anchors: tuple[Anchor, ...]
    units: Tensor
    liked: NDArray[np.float64] | None = None
    latents: Tensor = field(init=False)
    heard: dict[tuple[Metre, Mode, tuple[int, ...]], Heard] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        with torch.no_grad():
            object.__setattr__(self, "latents", self.network.encoder(self.units).mean)

    def liking(self, direction: NDArray[np.float64] | None, *, version: str) -> "VAEModel":
        """The same model, with phrases that lie in this direction (Z,) of the latent space gone to sooner."""
        liked = None
        if direction is not None:
            lying = self.latents.double().cpu().numpy()
            liked = np.clip((lying - lying.mean(0)) @ direction, -MOST_LIKED, MOST_LIKED)
        model = replace(self, liked=liked, version=version)
        object.__setattr__(model, "heard", self.heard)  # the phrases sound as they do, whoever likes them
        return model

    def fitness(self, plan: Plan) -> NDArray[np.float64]:
        """(A,): how likely each anchor is to be drawn for a plan."""
        chances = fitness(self.anchors, plan)
        if self.liked is None:
            return chances
        chances = chances * np.exp(self.liked)
        return chances / chances.sum()

    def draft(
        self,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
    ) -> "Dreaming":
        """Begin a piece for each plan (see models.drafting)."""
        return Dreaming(self, plans, seeds, temperatures=temperatures, scripts=scripts)


class Dreaming:
    """Pieces being decoded, one at each step; no piece depends on those beside it."""

    def __init__(
        self,
        model: VAEModel,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
    ) -> None:
        self._model = model
        self._rows = list(zip(plans, seeds, temperatures, scripts, strict=True))
        self._written: list[Candidate] = []

    @property
    def finished(self) -> bool:
        return len(self._written) == len(self._rows)

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1."""
        return len(self._written) / max(1, len(self._rows))

    def advance(self) -> None:
        """Write the next piece."""
        plan, seed, temperature, script = self._rows[len(self._written)]
        random = np.random.default_rng(seed)
        first = int(random.choice(len(self._model.anchors), p=self._model.fitness(plan)))
        is_tune = len(self._model.anchors[first].lanes) == 1
        script = script or unscripted(plan)
        write = _between if is_tune else _along
        written = write(self._model, plan, first, temperature, random, script.stated)
        self._written.append(Candidate(to_score(obey(written, script), plan)))

    def candidates(self) -> list[Candidate]:
        """The finished pieces, in the order of their plans."""
        return list(self._written)


def _between(
    model: VAEModel,
    plan: Plan,
    first: int,
    temperature: float,
    random: np.random.Generator,
    stated: Stated | None,
) -> Lanes:
    """A tune between a phrase, the one stated if there is one, and others like it."""
    drawn = draw_latents(model, plan, first, random, stated)
    written = decode_units(
        model.network,
        drawn.latents,
        plan,
        temperature=COOLING * temperature,
        random=random,
        classes=drawn.classes,
    )
    return _cut(written, plan.bars, drawn.lanes)


def _along(
    model: VAEModel,
    plan: Plan,
    first: int,
    temperature: float,
    random: np.random.Generator,
    stated: Stated | None,
) -> Lanes:
    """A piece in several voices along a phrase and others like it, going on from or under what is stated."""
    anchors, lanes = model.anchors, set(model.anchors[first].lanes)
    rows = like(anchors, first)
    latents = model.units[list(rows)]
    key = plan.metre, plan.key.mode, rows
    if key not in model.heard:
        model.heard[key] = hear(model.network, latents, plan.metre, plan.key.mode)
    heard = model.heard[key]
    fit = np.log(fitness([anchors[row] for row in rows], plan) + 1e-30)
    fit = (fit - fit[rows.index(first)]).clip(*MATTERING)
    if model.liked is not None:
        fit += model.liked[list(rows)] - model.liked[first]
    begins, stays, under = rows.index(first), 0, None
    if stated is not None and stated.whole:
        phrase = stated_phrase(model.network, stated, plan)[None]
        latents = torch.cat([latents, phrase])
        heard = hear_both(heard, hear(model.network, phrase, plan.metre, plan.key.mode))
        lanes, begins, stays = set(lanes_stated(stated, plan)), len(rows), stated_beats(stated, plan)
    elif stated is not None:
        under = stated_classes(stated, plan)
    fit -= [MISCAST * len(set(anchors[row].lanes) ^ lanes) for row in rows]
    way = walk(
        heard,
        np.append(fit, [0.0] * (len(latents) - len(rows))),
        first=begins,
        units=-(-plan.bars // UNIT_BARS),
        random=random,
        heat=temperature,
        stays=stays,
        under=under,
    )
    written = decode_walk(
        model.network, latents, heard, way, temperature=COOLING * temperature, random=random
    )
    passed = {int(place) for place in np.unique(way // heard.length) if place < len(rows)}
    used = {lane for place in passed for lane in anchors[rows[place]].lanes}
    return _cut(written, plan.bars, used | (lanes if stays else set()))


@torch.no_grad()
def draw_latents(
    model: VAEModel, plan: Plan, first: int, random: np.random.Generator, stated: Stated | None = None
) -> Drawn:
    """Where a tune lies: every phrase between one phrase, the same for the whole piece, and another.

    It keeps to the pitch classes of the one, so that what lies between two tunes stays in the scale. After
    something stated, the one is a phrase like that, and its pitch classes are kept to as well.
    """
    fit, kept = model.fitness(plan), frozenset[int]()
    if stated is not None:
        begun = model.network.encoder(stated_phrase(model.network, stated, plan)[None]).mean[0]
        first = int(random.choice(len(fit), p=_like(model, fit, begun)))
        kept = classes_stated(stated)
    units = -(-plan.bars // UNIT_BARS)
    config = model.network.phrase_config
    chances = _others(model, fit, first)
    phrases: list[Tensor] = []
    lanes = set(model.anchors[first].lanes)
    for _ in range(-(-units // config.units)):
        other = int(random.choice(len(chances), p=chances))
        lanes.update(model.anchors[other].lanes)
        ratio = float(random.uniform(*BETWEEN))
        phrases.append(slerp(model.latents[first], model.latents[other], ratio))
    given = model.network.conductor(torch.stack(phrases)).flatten(0, 1)
    classes = tuple(sorted(kept.union(model.anchors[first].classes)))
    return Drawn(given[:units], tuple(sorted(lanes)), classes)


def _others(model: VAEModel, chances: NDArray[np.float64], first: int) -> NDArray[np.float64]:
    """(A,): how likely each anchor is gone towards from the first: never itself, sooner the nearer."""
    if len(chances) < 2:
        return chances
    return _like(model, chances, model.latents[first], besides=first)


def _like(
    model: VAEModel, chances: NDArray[np.float64], latent: Tensor, *, besides: int | None = None
) -> NDArray[np.float64]:
    """(A,): how likely each anchor is drawn: sooner the nearer to a phrase's latent, one never."""
    likeness = torch.cosine_similarity(latent[None], model.latents, dim=1).double().numpy()
    others = np.arange(len(chances)) != (-1 if besides is None else besides)
    weights = np.log(chances + 1e-300) + NEARNESS * likeness
    drawn = np.exp(weights - weights[others].max()) * others
    return drawn / drawn.sum()


def slerp(first: Tensor, second: Tensor, ratio: float) -> Tensor:
    """The point at `ratio` (0: first, 1: second) on the arc between vectors (..., Z)."""
    lengths = first.norm(dim=-1, keepdim=True), second.norm(dim=-1, keepdim=True)
    cosine = (first * second).sum(-1, keepdim=True) / (lengths[0] * lengths[1]).clamp_min(1e-6)
    angle = torch.arccos(cosine.clamp(-0.9999, 0.9999))
    from_first = torch.sin((1 - ratio) * angle) / torch.sin(angle)
    from_second = torch.sin(ratio * angle) / torch.sin(angle)
    return from_first * first + from_second * second


@torch.no_grad()
def decode_units(
    network: VAE,
    latents: Tensor,
    plan: Plan,
    *,
    temperature: float = 0.0,
    random: np.random.Generator | None = None,
    classes: Collection[int] = ALL_CLASSES,
) -> Lanes:
    """The music of unit latents (U, Z), played one after the other in the plan's metre and mode.

    The likeliest everywhere; with a temperature, drawn. Only notes of these pitch classes are struck.
    """
    at = torch.from_numpy(places(plan.metre))
    chances = temperatures = None
    if temperature > 0 and random is not None:
        drawn = random.random((len(latents), len(at), PATCH_SLOTS), dtype=np.float32)
        chances, temperatures = torch.from_numpy(drawn), torch.full((len(latents),), temperature)
    grid = torch.tensor(grid_class(plan.metre))
    tokens, tied = decode(
        network.units.decoder,
        latents,
        at,
        grid,
        chances=chances,
        temperatures=temperatures,
        allowed=_allowed(classes),
    )
    units = Units(plan.metre, tokens.numpy().astype(np.int8), tied.numpy())
    return from_units(units, plan.key.mode)


def _allowed(classes: Collection[int]) -> Tensor:
    """(VOCABULARY,): every token but strikes of other pitch classes."""
    allowed = torch.ones(VOCABULARY, dtype=torch.bool)
    for token in range(FIRST_STRIKE, VOCABULARY):
        allowed[token] = (token - FIRST_STRIKE + LOWEST) % 12 in classes
    return allowed


def _cut(lanes: Lanes, bars: int, used: Collection[int]) -> Lanes:
    """So many bars, with nothing but the lanes used."""
    cut = lanes.window(0, bars)
    for lane in set(range(LANES)) - set(used):
        cut.pitch[lane] = 0
        cut.onset[lane] = False
    return cut
