"""What the adversarial composer is told of phrases, as tensors: from plans, metres and places in a piece."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.genres import Genre
from domain.score import Mode
from models.gan.generator import BARS_TOLD, BEFORE, PHRASE_BARS, Setting
from models.tokens import METRES, Plan


def told_of(plan: Plan) -> NDArray[np.int64]:
    """(len(TOLD),): what the generator is told of a piece; the nearest metre for one it does not know."""
    metre = plan.metre
    if metre not in METRES:
        metre = min(METRES, key=lambda known: abs(known.bar_ticks - plan.metre.bar_ticks))
    told = (
        list(Genre).index(plan.genre),
        list(Mode).index(plan.key.mode),
        METRES.index(metre),
        plan.parts - 1,
        plan.density,
        plan.register,
    )
    return np.asarray(told, dtype=np.int64)


def phrase_setting(
    told: Tensor,
    ticks: Sequence[int],
    firsts: Sequence[int],
    bars: Sequence[int],
    melody: Tensor | None = None,
) -> Setting:
    """The setting of B phrases that begin at these bars of pieces with so many bars.

    `ticks` are those of a bar's columns; `melody` (B, S) as in Setting, none given where it is None.
    """
    gone = torch.tensor(firsts)[:, None] + torch.arange(PHRASE_BARS)
    to_go = (torch.tensor(bars)[:, None] - 1 - gone).clamp(min=0)
    counted = torch.stack([gone, to_go], 1).clamp(max=BARS_TOLD - 1)
    if melody is None:
        melody = torch.full((len(bars), PHRASE_BARS * len(ticks)), BEFORE)
    return Setting(
        told,
        torch.tensor(list(ticks) * PHRASE_BARS),
        counted.repeat_interleave(len(ticks), dim=2),
        melody,
    )
