"""Writing phrases with the adversarial composer's generator, column by column.

Knows the generator; how moves are chosen is its caller's affair.
"""

from collections.abc import Callable, Collection

import torch
from torch import Tensor

from models.gan.generator import (
    BEFORE,
    GO_ON,
    ORDER,
    PHRASE_BARS,
    REST,
    Generator,
    Setting,
    gru_step,
    is_silent,
    lookbacks,
    states_after,
)
from models.lanes import LANES, MELODY

Draw = Callable[[int, Tensor, Tensor], Tensor]
"""Chooses: a lane, logits (B, MOVES) of its moves and its states before (B,), to moves (B,)."""


class PhraseWriting:
    """B phrases being written, column by column, after the four bars `history` (B, LANES, S).

    Of lanes that are not among `lanes` nothing is asked: they go on as they are.
    """

    def __init__(
        self,
        generator: Generator,
        history: Tensor,
        noise: Tensor,
        setting: Setting,
        *,
        lanes: Collection[int] = ORDER,
    ) -> None:
        self._lanes = lanes
        self._generator, self._setting = generator, setting
        self._known, whole = generator.prepare(noise, setting)
        self._states = list(history.unbind(-1))
        self._embedded = list(generator.embed(history).unbind(1))
        columns = len(setting.ticks)
        self._lags = lookbacks(columns)
        self._column = 0
        last_bar = torch.stack(self._embedded[-columns // PHRASE_BARS :], 1)
        self._hidden = generator.begin(whole, last_bar)

    @property
    def states(self) -> Tensor:
        """(B, LANES, S + columns written): those of the four bars before, and what is written."""
        return torch.stack(self._states, -1)

    def write(self, draw: Draw) -> Tensor:
        """Write a column; its states (B, LANES). A given melody is kept."""
        generator, before = self._generator, self._states[-1]
        back = [self._embedded[-lag] for lag in self._lags]
        heard = torch.cat([*back, self._known[:, self._column]], -1)
        self._hidden = gru_step(generator.rnn, heard, self._hidden)
        told = generator.pen.heard(self._hidden).unflatten(-1, (LANES, -1))
        states = torch.empty_like(before)
        written: list[Tensor] = []
        for place, lane in enumerate(ORDER):
            was = before[:, lane]
            if lane in self._lanes:
                others = torch.stack(written, -1) if written else before[:, :0]
                logits = generator.pen.lane(place, told, others).float()
                logits[:, REST] = logits[:, REST].masked_fill(is_silent(was), -torch.inf)
                state = states_after(draw(lane, logits, was), was)
            else:
                state = states_after(torch.full_like(was, GO_ON), was)
            if lane == MELODY:
                given = self._setting.melody[:, self._column]
                state = torch.where(given != BEFORE, given, state)
            states[:, lane] = state
            written.append(state)
        self._states.append(states)
        self._embedded.append(generator.embed(states.unsqueeze(-1))[:, 0])
        self._column += 1
        return states


@torch.no_grad()
def write_phrases(
    generator: Generator, history: Tensor, noise: Tensor, setting: Setting, chance: Tensor
) -> Tensor:
    """(B, LANES, 2 S): the history, then the phrases; `chance` (B, LANES, S, MOVES) is Gumbel noise."""
    writing = PhraseWriting(generator, history, noise, setting)
    for column in range(len(setting.ticks)):
        by_lane = chance[:, :, column]
        writing.write(lambda lane, logits, _, by_lane=by_lane: (logits + by_lane[:, lane]).argmax(-1))
    return writing.states
