"""A piece in another genre: its tune note for note, in its metre, key and form, over that genre's texture.

Several textures are written for the whole piece, each after another code of the genre's; of those that keep
the harmony about as well as the best does, the one is taken that the model's own critics find most real.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.genres import Genre
from domain.score import Metre, Mode, Score
from models.composition.accompanying import faults
from models.composition.transformation import Transformed
from models.composition.tunes import tune_of, with_tune
from models.lanes import BASS, LOWER, LOWEST, MELODY, SIXTEENTHS, UPPER, Lanes, to_lanes, to_score
from models.plans import Habit, Profile
from models.style_transfer.files import Restyler
from models.style_transfer.texture_rolls import Rolls, as_lanes, bar_chroma, columns_a_bar
from models.tokens import METRES, Plan, plan_of

CANDIDATES = 12

_CHANCE = 0.6
"""The temperature at which it is drawn what happens in a column. The likeliest alone strikes too few notes;
at 1, as the critics hear it, rhythms lose their order, and fewer validation works pass for the genre."""

_CODES = 6
"""Codes from which those of other metres are left alone."""

_AS_GOOD = 0.05
"""A texture may keep so much less of the harmony than the one that keeps it best."""

_WINDOW = 4
"""Bars that the critics hear at a time, as they have learned to."""


@dataclass(frozen=True, slots=True)
class Textures:
    """Textures for one piece, (candidates, TEXTURE, S, channels), and what speaks for each of them.

    `merit` (candidates,) is the critics', `kept` (candidates,) how alike bars are in pitch classes (cosine);
    of a tune alone, which has no harmony to keep, it is how well they go with the tune.
    """

    texture: Tensor
    merit: NDArray[np.float64]
    kept: NDArray[np.float64]

    def best(self) -> int:
        """The one to take."""
        fitting = self.kept >= self.kept.max() - _AS_GOOD
        return int(np.where(fitting, self.merit, -np.inf).argmax())


def restyle(
    model: Restyler, score: Score, *, genre: Genre, seed: int, candidates: int = CANDIDATES
) -> Transformed:
    """The piece as one of `genre`. The same seed gives the same piece.

    Raises KeyError for a genre that the model does not offer, ValueError for a score without notes.
    """
    profile = model.profiles[genre]
    lanes, simplified = to_lanes(score, SIXTEENTHS)
    if not lanes.onset[MELODY].any():
        raise ValueError("a score without notes has no tune")
    tune = tune_of(score, lanes)
    written = write_textures(model, lanes, genre, np.random.default_rng(seed), candidates=candidates)
    under = as_lanes(Rolls.of([lanes]), written.texture[written.best()].unsqueeze(0), 0, mode=lanes.mode)
    _close(under)
    under.pitch[MELODY], under.onset[MELODY] = 0, False
    plan = _plan(score, genre, profile)
    restyled = replace(with_tune(to_score(under, plan), tune), sections=score.sections)
    told = plan_of(restyled, genre)
    plan = replace(plan, density=told.density, register=told.register)
    return Transformed(score=restyled, plan=plan, simplified=simplified)


@torch.inference_mode()
def write_textures(
    model: Restyler, lanes: Lanes, genre: Genre, random: np.random.Generator, *, candidates: int
) -> Textures:
    """Textures of the genre, never above the tune of these lanes, each after another code."""
    rolls = Rolls.of([lanes] * candidates)
    place = model.known.index(genre)
    codes = choose_codes(model, place, lanes.metre, random, count=candidates)
    told = torch.full((candidates,), place)
    written = model.network.writer.transfer(rolls, told, codes)
    texture = written.texture(random, chance=_CHANCE, barred=rolls.over_tune)
    before, after = bar_chroma(rolls.texture, lanes.metre), bar_chroma(texture, lanes.metre)
    known = (before.sum(-1) > 0).double()
    alike = torch.nn.functional.cosine_similarity(before, after, dim=-1).double() * known
    kept = (alike.sum(1) / known.sum(1).clamp(min=1)).numpy()
    if not known.any():
        one = Rolls.of([lanes])
        under = [as_lanes(one, texture[[row]], 0, mode=lanes.mode) for row in range(candidates)]
        kept = np.asarray([1 - faults(each) for each in under])
    return Textures(texture, _merit(model, rolls.with_texture(texture), place), kept)


def choose_codes(
    model: Restyler, place: int, metre: Metre, random: np.random.Generator, *, count: int
) -> Tensor:
    """(count, code): codes of textures of a genre, in this metre where there are enough of them."""
    metres = model.network.bank_metre[place].numpy()
    rows = np.arange(len(metres))
    if metre in METRES:
        same = rows[metres == METRES.index(metre)]
        if len(same) >= _CODES:
            rows = same
    chosen = random.choice(rows, count, replace=len(rows) < count)
    return model.network.bank[place, torch.from_numpy(chosen)]


def _merit(model: Restyler, rolls: Rolls, place: int) -> NDArray[np.float64]:
    """(B,): what the critics make of each piece, four bars at a time: is it music, which genre's is it?

    The critic of one genre at a time is not asked: on validation works its choice was no better than chance.
    """
    width = columns_a_bar(rolls.metre)
    bars = rolls.tune.shape[1] // width
    window = min(_WINDOW, bars)
    starts = sorted({*range(0, bars - window + 1, window), bars - window})
    spans = [slice(start * width, (start + window) * width) for start in starts]
    cut = Rolls(
        rolls.metre,
        torch.cat([rolls.tune[:, span] for span in spans]),
        torch.cat([rolls.texture[:, :, span] for span in spans]),
    )
    told = torch.full((len(cut),), place)
    heard = model.network.critics(cut, told)
    merit = heard.mixed + heard.genre.log_softmax(-1)[:, place]
    return merit.view(len(spans), -1).double().mean(0).numpy()


def _close(lanes: Lanes) -> None:
    """Let the texture end on the tonic chord under the tune's last note, where that is one of its notes."""
    struck = np.flatnonzero(lanes.onset[MELODY])
    if not len(struck):
        return
    column = int(struck[-1])
    triad = (0, 3 if lanes.mode is Mode.MINOR else 4, 7)
    top = int(lanes.pitch[MELODY, column]) - 1 + LOWEST
    if top % 12 not in triad:
        return
    wanted = [(0,), *((degree,) for degree in triad if degree != top % 12)]
    lowest = LOWEST
    for lane in (BASS, LOWER, UPPER):
        sounded = lanes.pitch[lane, : column + 1]
        sounded = sounded[sounded > 0]
        if len(sounded):
            pitch = _nearest(
                int(sounded[-1]) - 1 + LOWEST, wanted.pop(0), range(lowest, max(top, lowest + 12))
            )
            lowest = pitch + 1
            lanes.pitch[lane, column:] = 1 + pitch - LOWEST
            lanes.onset[lane, column:] = False
            lanes.onset[lane, column] = True


def _nearest(pitch: int, degrees: Sequence[int], reach: range) -> int:
    """The pitch within reach that is one of these degrees and nearest to `pitch`."""
    return min((each for each in reach if each % 12 in degrees), key=lambda each: abs(each - pitch))


def _plan(score: Score, genre: Genre, profile: Profile) -> Plan:
    """The genre's usual number of parts; a tempo between the piece's and the genre's usual."""
    habits = [habit for habit in profile.habits if habit.metre == str(score.metre)] or list(profile.habits)
    parts = max(habits, key=lambda habit: habit.works).parts
    quarters = np.average([_quarters(habit) for habit in habits], weights=[habit.works for habit in habits])
    usual = float(quarters) * 12 / score.metre.beat_ticks
    tempo = round(float(np.sqrt(score.tempo * usual)), 1)
    return Plan(
        genre=genre,
        key=score.key,
        metre=score.metre,
        tempo=tempo,
        bars=score.bars,
        parts=parts,
        density=0,
        register=0,
    )


def _quarters(habit: Habit) -> float:
    """Quarters a minute."""
    return habit.tempo * Metre.parse(habit.metre).beat_ticks / 12
