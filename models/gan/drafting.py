"""Whole pieces by the adversarial composer: phrases from noise, one after the other, held to their scripts.

All phrases of a piece share a part of their noise, so that they belong together. Knows plans, scripts and
the generator; not where requests come from nor how music is played.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.genres import Genre
from models.drafting import Candidate, Seed
from models.gan.generator import (
    BEFORE,
    FIRST_PITCH,
    MOVES,
    ORDER,
    PHRASE_BARS,
    Generator,
    moves_of,
)
from models.gan.rows import Row
from models.gan.settings import phrase_setting, told_of
from models.gan.writing import PhraseWriting
from models.grammar import unscripted
from models.lane_scripts import obey
from models.lanes import (
    LANES,
    MELODY,
    SIXTEENTHS,
    Lanes,
    bar_columns,
    to_score,
)
from models.plans import Profile
from models.scripts import Script
from models.tokens import Plan

SHARED = 0.5
"""The share of a phrase's noise, in variance, that is the whole piece's."""

TOP_P = 0.95
"""The nucleus that notes are drawn from, where one begins."""

_LEAST = 0.003
"""What is less likely than this does not happen: no lane of a tune alone begins to sound by chance."""

_COLUMNS_AT_ONCE = 8
"""Written in one step of the work."""

_SILENCES = np.arange(MOVES) < FIRST_PITCH


@dataclass(frozen=True, slots=True)
class GANModel:
    """A loaded adversarial composer: the generator in evaluation mode, and what it knows of each genre."""

    version: str
    generator: Generator
    profiles: Mapping[Genre, Profile]

    def draft(
        self,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
    ) -> "PhraseDrafting":
        """Begin a piece for each plan (see models.drafting)."""
        return PhraseDrafting(self.generator, plans, seeds, temperatures=temperatures, scripts=scripts)


class PhraseDrafting:
    """Pieces being written side by side; see models.drafting. Pieces of like bars are written at once."""

    def __init__(
        self,
        generator: Generator,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
        melody: NDArray[np.int64] | None = None,
        pace: int = 1,
    ) -> None:
        """`melody` (S,), states of the melody lane as in models.gan.generator, is given to all pieces alike.

        Other lanes begin notes only every `pace` ticks of a bar.
        """
        rows = [
            Row(plan, script or unscripted(plan), np.random.default_rng(seed), temperature, pace)
            for plan, seed, temperature, script in zip(plans, seeds, temperatures, scripts, strict=True)
        ]
        groups: dict[tuple[int, ...], list[int]] = {}
        for place, row in enumerate(rows):
            groups.setdefault(bar_columns(row.plan.metre, SIXTEENTHS), []).append(place)
        self._rows = rows
        self._groups = [
            _Group(generator, [rows[place] for place in places], ticks, melody)
            for ticks, places in groups.items()
        ]
        self._places = list(groups.values())

    @property
    def finished(self) -> bool:
        return all(group.finished for group in self._groups)

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1."""
        return sum(group.written for group in self._groups) / sum(group.columns for group in self._groups)

    def advance(self) -> None:
        """Write some columns of the pieces of one kind."""
        group = next(group for group in self._groups if not group.finished)
        group.advance(_COLUMNS_AT_ONCE)

    def candidates(self) -> list[Candidate]:
        """The finished pieces, in the order of their plans."""
        written = zip(self.lanes(), self._rows, strict=True)
        return [Candidate(to_score(obey(lanes, row.script), row.plan)) for lanes, row in written]

    def lanes(self) -> list[Lanes]:
        """The same as they were written, in C."""
        found: dict[int, Lanes] = {}
        for group, places in zip(self._groups, self._places, strict=True):
            found |= zip(places, group.lanes(), strict=True)
        return [found[place] for place in range(len(self._rows))]


class _Group:
    """Pieces whose bars have the same columns, written at once."""

    def __init__(
        self,
        generator: Generator,
        rows: Sequence[Row],
        ticks: tuple[int, ...],
        melody: NDArray[np.int64] | None,
    ) -> None:
        self._generator, self._rows, self._ticks = generator, rows, ticks
        self._phrase_columns = PHRASE_BARS * len(ticks)
        self._melody = melody
        self.columns = max(row.columns for row in rows)
        self.written = 0
        self._states = torch.full((len(rows), LANES, self._phrase_columns), BEFORE)
        self._told = torch.from_numpy(np.stack([told_of(row.plan) for row in rows]))
        self._piece_noise = self._draw_noise()
        self._temperatures = torch.tensor([[row.temperature] for row in rows], dtype=torch.float32)
        self._chance = np.zeros((len(rows), LANES), dtype=np.float32)
        self._must_begin = np.zeros(len(rows), dtype=np.bool_)
        self._phrase: PhraseWriting | None = None

    @property
    def finished(self) -> bool:
        return self.written >= self.columns

    @torch.inference_mode()
    def advance(self, columns: int) -> None:
        """Write up to so many columns."""
        for _ in range(min(columns, self.columns - self.written)):
            if self._phrase is None or self.written % self._phrase_columns == 0:
                self._phrase = self._begin_phrase()
            self._chance = np.stack([row.random.random(LANES, dtype=np.float32) for row in self._rows])
            self._must_begin = self._must_sound()
            states = self._phrase.write(self._draw)
            self._states = torch.cat([self._states, states.unsqueeze(-1)], -1)
            self.written += 1

    def lanes(self) -> list[Lanes]:
        """The finished pieces."""
        written = self._states[..., self._phrase_columns :].numpy()
        return [
            Lanes(
                row.plan.metre,
                row.plan.key.mode,
                SIXTEENTHS,
                (states[:, : row.columns] // 2).astype(np.int8),
                states[:, : row.columns] % 2 == 1,
            )
            for row, states in zip(self._rows, written, strict=True)
        ]

    def _draw_noise(self) -> Tensor:
        size = self._generator.config.noise
        return torch.from_numpy(
            np.stack([row.random.standard_normal(size, dtype=np.float32) for row in self._rows])
        )

    def _begin_phrase(self) -> PhraseWriting:
        own = self._draw_noise()
        noise = SHARED**0.5 * self._piece_noise + (1 - SHARED) ** 0.5 * own
        first = self.written // len(self._ticks)
        history = self._states[..., -self._phrase_columns :]
        bars = [row.plan.bars for row in self._rows]
        setting = phrase_setting(self._told, self._ticks, [first] * len(bars), bars, self._given())
        tunes_alone = all(row.is_one_line for row in self._rows)
        lanes = (MELODY,) if tunes_alone else ORDER
        return PhraseWriting(self._generator, history, noise, setting, lanes=lanes)

    def _given(self) -> Tensor | None:
        """(B, S): the phrase's part of the given melody, silent after its end; or of tunes stated."""
        if self._melody is None:
            return self._stated_tunes()
        here = self._melody[self.written : self.written + self._phrase_columns]
        padded = np.zeros(self._phrase_columns, dtype=np.int64)
        padded[: len(here)] = here
        return torch.from_numpy(padded).expand(len(self._rows), -1)

    def _stated_tunes(self) -> Tensor | None:
        """(B, S): the phrase's melody in pieces that state it; None where no piece does."""
        tunes = [row.tune(self.written, self._phrase_columns) for row in self._rows]
        if all(tune is None for tune in tunes):
            return None
        unknown = np.full(self._phrase_columns, BEFORE, dtype=np.int64)
        return torch.from_numpy(np.stack([unknown if tune is None else tune for tune in tunes]))

    def _must_sound(self) -> NDArray[np.bool_]:
        """(B,): where the melody may not be silent: at the very beginning, and when half a bar was silence.

        Upbeats would shift all that follows against the form, and people leave no bar empty.
        """
        gone = self.written % len(self._ticks)
        if self._melody is not None or (self.written and (gone == 0 or gone != len(self._ticks) // 2)):
            return np.zeros(len(self._rows), dtype=np.bool_)
        if self.written == 0:
            return np.ones(len(self._rows), dtype=np.bool_)
        return (self._states[..., -gone:] < 2).all(-1).all(-1).numpy()

    def _draw(self, lane: int, logits: Tensor, before: Tensor) -> Tensor:
        """Moves (B,): what comes again is copied, the rest drawn from the nucleus of what is allowed."""
        forbidden = np.zeros((len(self._rows), MOVES), dtype=np.bool_)
        for place, (row, state) in enumerate(zip(self._rows, before.tolist(), strict=True)):
            bound = row.forbidden(lane, self.written, state)
            if bound is None and self._must_begin[place] and lane == MELODY:
                bound = _SILENCES
            if bound is not None:
                forbidden[place] = bound
        if forbidden.any():
            logits = logits.masked_fill(torch.from_numpy(forbidden), -torch.inf)
        if self._melody is not None and lane != MELODY and self.written < len(self._melody):
            # What goes with a tune stays under it.
            tune = int(self._melody[self.written]) // 2
            if tune:
                logits[:, FIRST_PITCH + tune :] = -torch.inf
        for place, row in enumerate(self._rows):
            logits[place, FIRST_PITCH + row.ceiling(lane, self.written) :] = -torch.inf
        chance = torch.from_numpy(self._chance[:, lane : lane + 1])
        moves = draw_moves(logits, chance, self._temperatures)
        for place, row in enumerate(self._rows):
            state = self._state_again(place, row, lane)
            if state is not None:
                moves[place] = moves_of(state.view(1, 1, 1), before[place].view(1, 1)).view(())
        return moves

    def _state_again(self, place: int, row: Row, lane: int) -> Tensor | None:
        """What a lane is in this column because it is stated, or comes again; None where it is drawn."""
        given = row.given(lane, self.written)
        if given >= 0:
            return torch.tensor(given)
        source = row.source[self.written] if self.written < row.columns else -1
        return self._states[place, lane, self._phrase_columns + source] if source >= 0 else None


def draw_moves(logits: Tensor, chance: Tensor, temperatures: Tensor) -> Tensor:
    """(B,) draws from logits (B, MOVES), by numbers (B, 1) between 0 and 1, at temperatures (B, 1).

    Temperature and nucleus bear on which note begins, not on whether one does: in most columns nothing does,
    and whatever makes the likely likelier would make the music still.
    """
    kinds = torch.cat([logits[:, :FIRST_PITCH], logits[:, FIRST_PITCH:].logsumexp(-1, keepdim=True)], -1)
    kinds = kinds.softmax(-1)
    kinds = kinds.masked_fill(kinds < _LEAST, 0.0)
    notes, order = (logits[:, FIRST_PITCH:] / temperatures).softmax(-1).sort(-1, descending=True)
    notes = notes.masked_fill(notes.cumsum(-1) - notes >= TOP_P, 0.0).nan_to_num(0.0)
    notes = notes / notes.sum(-1, keepdim=True).clamp(min=1e-9)
    reached = torch.cat([kinds[:, :FIRST_PITCH], kinds[:, FIRST_PITCH:] * notes], -1).cumsum(-1)
    drawn = (reached <= chance * reached[:, -1:]).sum(-1, keepdim=True).clamp(max=MOVES - 1)
    pitches = FIRST_PITCH + order.gather(-1, (drawn - FIRST_PITCH).clamp(min=0))
    return torch.where(drawn < FIRST_PITCH, drawn, pitches).squeeze(-1)
