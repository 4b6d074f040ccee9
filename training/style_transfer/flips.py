"""What becomes of held-out pieces in another genre: whose they pass for then, and how much of them is kept.

Every piece is restyled as the bot would do it, and an independent classifier says which of the two genres it
sounds like, before and after (Brunner 2018). Beside it stand the same figures of music that was not restyled
but only laid out anew, and of people's own textures, of any harmony, put under the tune.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from domain.genres import Genre
from domain.score import Metre, Part, Score
from models.composition.restyling import restyle
from models.composition.tunes import tune_of
from models.lanes import MELODY, SIXTEENTHS, Lanes, to_lanes, to_score
from models.style_transfer.files import Restyler
from models.tokens import plan_of
from training.corpora.works import Work
from training.style_transfer.placing import STRETCH, Placer
from training.style_transfer.windows import BARS, GENRES, Windows

PIECES = 60
"""Held-out pieces restyled of each genre, for every genre they can go to."""

BARS_HEARD = 32
"""Of longer pieces the beginning is taken."""

LEAST = 8
"""A pair of genres counts from so many pieces each way."""


@dataclass(frozen=True, slots=True)
class Direction:
    """From one genre to another. Shares are of the `pieces` that the classifier had placed rightly before."""

    source: Genre
    target: Genre
    pieces: int
    flipped: float
    """Placed in the target rather than in the source, when asked for one of the two."""
    named: float
    """Placed in the target when asked for any genre, or none."""
    before: float
    """The share of all pieces that passed for the target's untouched."""
    relaid: float
    """Flipped by the target's number of parts alone."""
    textures: float
    """Flipped by textures of random works of the target, whatever their harmony."""
    chroma: float
    """The mean cosine between bars' pitch classes before and after, over all notes."""
    texture_chroma: float
    """The same of what is under the tune alone."""
    kept: float
    """The share of pieces whose tune is there note for note, in their metre."""


TargetWindows = Mapping[Metre, Mapping[int, Windows]]


def held_out(works: Sequence[Work], *, pieces: int) -> dict[Genre, list[Score]]:
    """Works of each genre that nothing was learned from, at random: enough for `pieces` in most metres."""
    random = np.random.default_rng(0)
    found: dict[Genre, list[Score]] = {genre: [] for genre in GENRES}
    for row in random.permutation(len(works)).tolist():
        work = works[row]
        if work.split in ("test", "judge") and work.genre in found and work.score.bars >= STRETCH:
            found[work.genre].append(_beginning(work.score))
    return {genre: scores[: 3 * pieces] for genre, scores in found.items()}


def _beginning(score: Score) -> Score:
    bars = min(score.bars, BARS_HEARD)
    end = bars * score.metre.bar_ticks

    def cut(part: Part) -> Part:
        notes = tuple(note for note in part.notes if note.onset < end)
        return replace(part, notes=tuple(replace(n, duration=min(n.duration, end - n.onset)) for n in notes))

    return replace(score, bars=bars, parts=tuple(map(cut, score.parts)), sections=())


def measure_flips(
    model: Restyler,
    placer: Placer,
    works: Sequence[Work],
    windows: TargetWindows,
    *,
    pieces: int = PIECES,
) -> list[Direction]:
    """Every direction between two genres of the model, in metres that the target has in training."""
    unheard = held_out(works, pieces=pieces)
    directions = [(source, target) for source in GENRES for target in model.profiles if source != target]
    found: list[Direction] = []
    for source, target in track(directions, description="Restyling"):
        place = GENRES.index(target)
        scores = [s for s in unheard[source] if place in windows.get(s.metre, {})][:pieces]
        if scores:
            found.append(_measure(model, placer, scores, (source, target), windows))
    return found


def _measure(
    model: Restyler,
    placer: Placer,
    scores: Sequence[Score],
    between: tuple[Genre, Genre],
    windows: TargetWindows,
) -> Direction:
    source, target = between
    one, other = placer.genres.index(source), placer.genres.index(target)
    random = np.random.default_rng(0)
    lanes = [to_lanes(score, SIXTEENTHS)[0] for score in scores]
    restyled = [restyle(model, score, genre=target, seed=seed).score for seed, score in enumerate(scores)]
    parts = len(restyled[0].parts)
    before = placer.place(lanes)
    told = before[:, one] >= before[:, other]

    def flipped(pieces: Sequence[Lanes]) -> float:
        likely = placer.place(pieces)
        return _share(likely[:, other] > likely[:, one], told)

    again = [to_lanes(score, SIXTEENTHS)[0] for score in restyled]
    after = placer.place(again)
    return Direction(
        source=source,
        target=target,
        pieces=int(told.sum()),
        flipped=_share(after[:, other] > after[:, one], told),
        named=_share(after.argmax(1) == other, told),
        before=float(np.mean(~told)),
        relaid=flipped([_laid_out(each, score, parts) for each, score in zip(lanes, scores, strict=True)]),
        textures=flipped([_under(each, windows[each.metre][GENRES.index(target)], random) for each in lanes]),
        chroma=_likeness(scores, restyled, lambda score: score),
        texture_chroma=_likeness(scores, restyled, _without_tune),
        kept=float(np.mean([_keeps(*pair) for pair in zip(scores, restyled, strict=True)])),
    )


def bar_chroma(score: Score) -> NDArray[np.float64]:
    """(bars, 12): for how many ticks each pitch class sounds in each bar."""
    width = score.metre.bar_ticks
    found = np.zeros((score.bars, 12))
    for note in (note for part in score.parts if not part.percussion for note in part.notes):
        for bar in range(note.onset // width, min(-(-note.end // width), score.bars)):
            inside = min(note.end, (bar + 1) * width) - max(note.onset, bar * width)
            found[bar, note.pitch % 12] += inside
    return found


def chroma_likeness(before: Score, after: Score) -> float:
    """The mean cosine of the bars' pitch classes, over bars that are not silent before; 1 where all are."""
    first, second = bar_chroma(before), bar_chroma(after)
    sounding = first.any(axis=1)
    if not sounding.any():
        return 1.0
    dots = (first * second).sum(axis=1)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return float((dots / np.maximum(lengths, 1e-9))[sounding].mean())


def _likeness(before: Sequence[Score], after: Sequence[Score], cut: Callable[[Score], Score]) -> float:
    pairs = zip(before, after, strict=True)
    return float(np.mean([chroma_likeness(cut(first), cut(second)) for first, second in pairs]))


def _without_tune(score: Score) -> Score:
    tune = set(tune_of(score, to_lanes(score, SIXTEENTHS)[0]))
    return replace(
        score,
        parts=tuple(
            replace(part, notes=tuple(note for note in part.notes if note not in tune))
            for part in score.parts
        ),
    )


def _keeps(before: Score, after: Score) -> bool:
    tune = tune_of(before, to_lanes(before, SIXTEENTHS)[0])
    there = {note for part in after.parts for note in part.notes}
    return before.metre == after.metre and before.bars == after.bars and there.issuperset(tune)


def _laid_out(lanes: Lanes, score: Score, parts: int) -> Lanes:
    plan = replace(plan_of(score, Genre.CHORALE), parts=parts)
    return to_lanes(to_score(lanes, plan), SIXTEENTHS)[0]


def _under(lanes: Lanes, textures: Windows, random: np.random.Generator) -> Lanes:
    """The tune over textures of people's, four bars of a random work at a time."""
    rows = random.integers(len(textures.pitch), size=-(-lanes.bars // BARS))
    length = lanes.pitch.shape[1]
    pitch = np.concatenate([textures.pitch[row] for row in rows], axis=1)[:, :length]
    onset = np.concatenate([textures.onset[row] for row in rows], axis=1)[:, :length]
    pitch[MELODY], onset[MELODY] = lanes.pitch[MELODY], lanes.onset[MELODY]
    return replace(lanes, pitch=pitch, onset=onset)


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(hits[among].mean()) if among.any() else 0.0
