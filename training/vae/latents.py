"""What the latent space is like: how much of it is used, what lies anywhere in it, and ways through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode, Score
from models.composition.blending import blend
from models.features import YANG_LERCH, measure
from models.lanes import FINE, to_score
from models.tokens import METRES, Plan
from models.vae.drafting import VAEModel, decode_units
from training.evaluation.notation import excerpts

ACTIVE_VARIANCE = 0.01
"""A unit of the latent is active where the means of posteriors vary by more (Burda et al. 2016)."""

RATIOS = tuple(step / 10 for step in range(11))
PAIR_BARS = 8
_SIXTEENTH = TICKS_PER_QUARTER // 4


@dataclass(frozen=True, slots=True)
class LatentUse:
    """How a latent is used: its size, the share of active units, and the mean divergence in nats."""

    size: int
    active: float
    divergence: float


def latent_use(means: Sequence[Tensor], divergences: Sequence[Tensor]) -> LatentUse:
    """Of posteriors' means and their divergence from the prior, (B, Z) each."""
    mean, divergence = torch.cat(list(means)), torch.cat(list(divergences))
    active = (mean.var(0) > ACTIVE_VARIANCE).float().mean()
    return LatentUse(mean.shape[1], float(active), float(divergence.sum(1).mean()))


def is_legal(score: Score) -> bool:
    """Whether every note lies on the grid, in the bars and in MIDI's range, and none is struck while held."""
    end_tick = score.bars * score.metre.bar_ticks
    for part in score.parts:
        until: dict[int, int] = {}
        for note in part.notes:
            on_grid = note.onset % score.metre.bar_ticks % TICKS_PER_QUARTER in FINE
            inside = 0 <= note.onset < note.end <= end_tick and 0 <= note.pitch <= 127
            if not (on_grid and inside and note.onset >= until.get(note.pitch, 0)):
                return False
            until[note.pitch] = note.end
        if list(part.notes) != sorted(part.notes):
            return False
    return True


@torch.no_grad()
def legal_samples(model: VAEModel, *, samples: int, seed: int = 0) -> float:
    """The share of samples of the prior of phrases that are legal scores, drawn in every metre in turn."""
    random = np.random.default_rng(seed)
    config = model.network.phrase_config
    legal = 0
    for index in range(samples):
        drawn = torch.from_numpy(random.standard_normal((1, config.latent)).astype(np.float32))
        units = model.network.conductor(drawn)[0]
        plan = Plan(
            genre=Genre.SONG,
            key=Key(index % 12, list(Mode)[index % 2]),
            metre=METRES[index % len(METRES)],
            tempo=100.0,
            bars=2 * len(units),
            parts=1 + index % 4,
            density=0,
            register=0,
        )
        lanes = decode_units(model.network, units, plan, temperature=1.0, random=random)
        legal += is_legal(to_score(lanes, plan))
    return legal / samples


@dataclass(frozen=True, slots=True)
class Walks:
    """Blends of pairs: the rank correlations (Spearman) of their ratios and feature distances.

    `whole` is the mean where the features are Yang and Lerch's, of whole pieces, whose order plays no part.
    """

    pairs: int
    mean: float
    median: float
    least: float
    whole: float


def measure_walks(
    model: VAEModel, scores: Mapping[Genre, Sequence[Score]], *, pairs: int, seed: int = 0
) -> Walks:
    """Walk between pairs of held-out excerpts of one metre, of any genres, and measure how far it has got.

    Distance is that of the features of every beat (`beat_features`) from the walk's first piece.
    """
    random = np.random.default_rng(seed)
    by_metre: dict[Metre, list[Score]] = {}
    for some in scores.values():
        for score in excerpts(some, PAIR_BARS):
            if score.bars == PAIR_BARS:
                by_metre.setdefault(score.metre, []).append(score)
    groups = [group for group in by_metre.values() if len(group) > 1]
    sizes = np.array([len(group) for group in groups]) / sum(map(len, groups))
    spread = {
        name: np.maximum(values.std(0), 1e-3)
        for name, values in measure([score for group in groups for score in group], YANG_LERCH).items()
    }
    found: list[float] = []
    whole: list[float] = []
    for _ in range(pairs):
        group = groups[int(random.choice(len(groups), p=sizes))]
        first, second = random.permutation(len(group))[:2].tolist()
        walk = [blend(model, group[first], group[second], ratio=ratio, seed=0).score for ratio in RATIOS]
        found.append(_rank_correlation(_distances([beat_features(score) for score in walk])))
        values = measure(walk, YANG_LERCH)
        scaled = [[values[name][step] / spread[name] for name in values] for step in range(len(walk))]
        whole.append(_rank_correlation(_distances(scaled)))
    return Walks(
        pairs, float(np.mean(found)), float(np.median(found)), float(np.min(found)), float(np.mean(whole))
    )


def beat_features(score: Score) -> list[NDArray[np.float64]]:
    """What sounds in each beat: shares of the pitch classes above the tonic, of pitches, and onsets."""
    beat = score.metre.beat_ticks
    beats = -(-score.bars * score.metre.bar_ticks // beat)
    classes, pitches = np.zeros((beats, 12)), np.zeros((beats, 128))
    onsets = np.zeros(score.bars * score.metre.bar_ticks // _SIXTEENTH + 1)
    for part in score.parts:
        for note in part.notes:
            onsets[note.onset // _SIXTEENTH] += 1
            for index in range(note.onset // beat, min(beats, -(-note.end // beat))):
                ticks = min(note.end, (index + 1) * beat) - max(note.onset, index * beat)
                classes[index, (note.pitch - score.key.tonic) % 12] += ticks
                pitches[index, note.pitch] += ticks / beat
    classes /= np.maximum(classes.sum(1, keepdims=True), 1)
    return [classes.ravel(), pitches.ravel(), onsets]


def _distances(walk: Sequence[Sequence[NDArray[np.float64]]]) -> NDArray[np.float64]:
    """How far each step of a walk is from its first: the sum over features, each in units of its farthest."""
    total = np.zeros(len(walk))
    for feature in range(len(walk[0])):
        values = np.array([step[feature] for step in walk])
        apart = np.sqrt(np.square(values - values[0]).sum(1))
        total += apart / max(apart.max(), 1e-9)
    return total


def _rank_correlation(distances: NDArray[np.float64]) -> float:
    """Spearman's, of the ratios and how far a walk has got by then; 0 where it goes nowhere."""
    if np.ptp(distances) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(RATIOS), rankdata(distances))[0, 1])
