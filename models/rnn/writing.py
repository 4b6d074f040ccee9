"""Writing music with the two-stage RNN: several drafts side by side, a moment at a time.

Knows plans, the grammar and the network; not where requests come from nor how music is played.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from domain.genres import Genre
from models.drafting import Candidate, Seed
from models.grammar import Draft
from models.plans import Profile
from models.rnn.network import Moments, TwoStageRNN, gather_moments, lstm_step
from models.sampling import choose
from models.scripts import Script
from models.tokens import FIRST_NOTE, MAX_NOTES, PAD, Plan, TokenSequence, decode, lookback_ticks

TOP_P = 0.98
"""The nucleus that pieces are drawn from, by the bot and wherever its pieces are measured."""

_CLOSING = 0.85
"""How much less is dared in the bar of a cadence."""

_MOMENT_TOKENS = 2 * MAX_NOTES + 1


@dataclass(slots=True)
class Surprise:
    """How unlikely the network found what was drawn, before temperature, nucleus and grammar."""

    nats: float = 0.0
    notes: int = 0

    def add(self, token: int, nats: float) -> None:
        self.nats += nats
        self.notes += token >= FIRST_NOTE

    @property
    def nats_per_note(self) -> float:
        """Comparable with a work's negative log-likelihood a note."""
        return self.nats / max(1, self.notes)


class Writing:
    """A batch of pieces being written. Call `advance` until `finished`; then read `sequences`.

    Each piece draws from its own seed. The pieces of a batch do not hear each other, but a
    piece is repeated exactly only in a batch of the same size (sums round differently in others).
    """

    def __init__(
        self,
        network: TwoStageRNN,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        top_p: float,
        scripts: Sequence[Script | None] | None = None,
    ) -> None:
        self.network = network
        self.drafts = list(map(Draft, plans, scripts or [None] * len(plans)))
        self.temperatures = temperatures
        self.top_p = top_p
        self.surprise = [Surprise() for _ in plans]
        self._chance = [np.random.default_rng(seed) for seed in seeds]
        self._device = next(network.parameters()).device
        # Step 0 is the silence before the piece; then comes one encoding a moment, as it is written.
        self._encoded = torch.zeros(len(plans), 1, network.config.embedding, device=self._device)
        self._states = network.feature_rnn.start(len(plans), self._encoded)
        self._moment_at: list[dict[int, int]] = [{} for _ in plans]

    @property
    def finished(self) -> bool:
        return all(draft.finished for draft in self.drafts)

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1: that of the piece furthest behind."""
        return min(1.0 if draft.finished else draft.tick / draft.plan.end_tick for draft in self.drafts)

    @property
    def sequences(self) -> list[TokenSequence]:
        return [draft.sequence() for draft in self.drafts]

    def candidates(self) -> list[Candidate]:
        """The finished pieces as scores, and how unlikely the network found each."""
        finished = zip(self.sequences, self.surprise, strict=True)
        return [Candidate(decode(sequence), surprise.nats_per_note) for sequence, surprise in finished]

    @torch.inference_mode()
    def advance(self) -> None:
        """Write one moment of every piece that is not finished."""
        features = self._feature_stage()
        self._output_stage(features)
        self._remember()

    def _feature_stage(self) -> Tensor:
        """(N, H): feature vectors of the moments to come."""
        feature_rnn = self.network.feature_rnn
        back = [
            [self._moment_at[row].get(tick, -1) for tick in lookback_ticks(draft.tick, draft.plan.metre)]
            for row, draft in enumerate(self.drafts)
        ]
        told = np.stack([draft.plan.conditions([draft.tick]) for draft in self.drafts])
        sounding = np.stack([draft.sounding for draft in self.drafts])[:, None, :]
        moments = Moments(
            tokens=torch.empty(0, dtype=torch.long),
            conditions=torch.from_numpy(told),
            lookbacks=torch.tensor(back).unsqueeze(1),
            sounding=torch.from_numpy(sounding).float(),
        ).to(self._device)
        looked_back = gather_moments(self._encoded, moments.lookbacks)
        x = feature_rnn.read(self._encoded[:, -1:], moments, looked_back)
        features, self._states = feature_rnn.step(x[:, 0], self._states)
        return features

    def _output_stage(self, features: Tensor) -> None:
        """Close the moment of every draft: copy it where it comes again, draw its tokens elsewhere."""
        rows: list[int] = []
        for row, draft in enumerate(self.drafts):
            copied = None if draft.finished else draft.copied_moment()
            for token in copied or ():
                draft.push(token)
            if copied is None and not draft.finished:
                rows.append(row)
        if rows:
            self._write_moments(rows, features[rows])

    def _write_moments(self, rows: list[int], features: Tensor) -> None:
        """Draw tokens until the drafts of these rows have closed their moment; features (len(rows), H)."""
        output_rnn, embedding = self.network.output_rnn, self.network.embedding
        told = output_rnn.feature(features)
        state = output_rnn.begin_state(features)
        inputs = output_rnn.start.expand(len(rows), -1)
        while True:
            state = lstm_step(output_rnn.rnn, torch.cat([inputs, told], -1), state)
            logits = output_rnn.logits(state[0], features, embedding).float()
            likely = torch.log_softmax(logits, -1).cpu().numpy()
            tokens = [self._draw(row, likely[place]) for place, row in enumerate(rows)]
            going_on = [place for place, row in enumerate(rows) if not self.drafts[row].at_moment_start]
            if not going_on:
                return
            if len(going_on) < len(rows):
                rows = [rows[place] for place in going_on]
                features, told = features[going_on], told[going_on]
                state = (state[0][going_on], state[1][going_on])
            inputs = embedding(torch.tensor([tokens[place] for place in going_on], device=self._device))

    def _draw(self, row: int, likely: np.ndarray) -> int:
        """Draw and take one token, given its logarithmic probabilities (VOCABULARY,)."""
        draft = self.drafts[row]
        is_given = draft.given is not None
        token = choose(
            likely,
            draft.allowed(),
            temperature=self.temperatures[row] * (_CLOSING if draft.is_closing else 1.0),
            top_p=self.top_p,
            chance=self._chance[row].random(),
        )
        if not is_given:
            self.surprise[row].add(token, -float(likely[token]))
        draft.push(token)
        return token

    def _remember(self) -> None:
        """Encode the moments just written, for the next step and for looking back later."""
        tokens = np.full((len(self.drafts), _MOMENT_TOKENS), PAD, dtype=np.int64)
        written = self._encoded.shape[1]
        for row, draft in enumerate(self.drafts):
            moment = draft.last_moment
            tokens[row, : len(moment)] = moment
            self._moment_at[row].setdefault(draft.last_tick, written)
        encoded = self.network.encode(torch.from_numpy(tokens).to(self._device)).unsqueeze(1)
        self._encoded = torch.cat([self._encoded, encoded], 1)


def write(
    network: TwoStageRNN,
    plans: Sequence[Plan],
    seeds: Sequence[Seed],
    *,
    temperature: float,
    top_p: float,
) -> list[TokenSequence]:
    """Write whole pieces without a script, one a plan and seed."""
    temperatures = [temperature] * len(plans)
    writing = Writing(network, plans, seeds, temperatures=temperatures, top_p=top_p)
    while not writing.finished:
        writing.advance()
    return writing.sequences


@dataclass(frozen=True, slots=True)
class RNNModel:
    """A loaded recurrent composer: the network in evaluation mode, and what it knows of each genre."""

    version: str
    network: TwoStageRNN
    profiles: dict[Genre, Profile]

    def draft(
        self,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
    ) -> Writing:
        """Begin a piece for each plan (see models.drafting)."""
        return Writing(self.network, plans, seeds, temperatures=temperatures, top_p=TOP_P, scripts=scripts)
