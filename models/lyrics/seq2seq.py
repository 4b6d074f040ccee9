"""The recurrent writer: a two-way LSTM reads the scene, an LSTM with attention writes the stanza.

Attention and input feeding as in Luong et al. 2015. As the decoder has to go step by step even when the
target is known, all that need not wait for a step is computed before or after the loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.lyrics.loops import Map, plain, recorded
from models.lyrics.networks import Sources, Writer


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes. `first_piece` is the first id that is a piece of a word; `encoder` is one way's."""

    vocabulary: int
    first_piece: int
    embedding: int = 256
    encoder: int = 192
    decoder: int = 384
    layers: int = 2
    attention: int = 128
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Read:
    """Sources as the decoder attends to them: memory (B, S, M), keys (B, S, A), values (B, S, E) and the
    pointer's keys (B, S, P).
    """

    sources: Sources
    memory: Tensor
    keys: Tensor
    values: Tensor
    pointed: Tensor

    def select(self, rows: Tensor) -> "Read":
        return Read(
            self.sources.select(rows),
            *(tensor[rows] for tensor in (self.memory, self.keys, self.values, self.pointed)),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """hidden and cells: (B, H) of each layer; fed (B, E): what was said last."""

    read: Read
    hidden: tuple[Tensor, ...]
    cells: tuple[Tensor, ...]
    fed: Tensor

    def select(self, rows: Tensor) -> "Standing":
        return Standing(
            self.read.select(rows),
            tuple(h[rows] for h in self.hidden),
            tuple(c[rows] for c in self.cells),
            self.fed[rows],
        )


@dataclass(frozen=True, slots=True)
class LockedDropout:
    """What is dropped of each layer (B, H) and of what is said (B, E) for a whole stanza (Gal 2016)."""

    hidden: tuple[Tensor, ...]
    said: Tensor


class Seq2seq(Writer[Standing]):
    def __init__(self, config: Config) -> None:
        super().__init__(
            vocabulary=config.vocabulary,
            first_piece=config.first_piece,
            width=config.embedding,
            memory=2 * config.encoder,
        )
        self.config = config
        width, hidden, memory = config.embedding, config.decoder, 2 * config.encoder
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.LSTM(width, config.encoder, batch_first=True, bidirectional=True)
        self.bridge_hidden = nn.Linear(memory, config.layers * hidden)
        self.bridge_cells = nn.Linear(memory, config.layers * hidden)
        self.attended = nn.Linear(memory, config.attention + width, bias=False)
        self.heard = nn.Linear(width, 4 * hidden)
        below = [width] + [hidden] * (config.layers - 1)
        self._layers = [nn.Linear(size + hidden, 4 * hidden, bias=False) for size in below]
        self.layers = nn.ModuleList(self._layers)
        self.biases = nn.Parameter(torch.zeros(config.layers - 1, 4 * hidden))
        self.said = nn.Linear(hidden, config.attention + width)
        with torch.no_grad():  # forget gates open at first (Jozefowicz 2015)
            self.heard.bias[hidden : 2 * hidden] = 1.0
            self.biases[:, hidden : 2 * hidden] = 1.0

    def begin(self, sources: Sources) -> Standing:
        lengths = sources.known.sum(1).cpu()
        packed = pack_padded_sequence(
            self.dropout(self.embed(sources.tokens)), lengths, batch_first=True, enforce_sorted=False
        )
        states, (last_hidden, last_cells) = self.encoder(packed)
        memory, _ = pad_packed_sequence(states, batch_first=True, total_length=sources.tokens.shape[1])
        memory = self.dropout(memory)
        hidden = torch.tanh(self.bridge_hidden(last_hidden.transpose(0, 1).flatten(1)))
        cells = self.bridge_cells(last_cells.transpose(0, 1).flatten(1)).float()
        keys, values = self.attended(memory).split([self.config.attention, self.config.embedding], -1)
        return Standing(
            Read(sources, memory, keys.transpose(1, 2), values, self.outlet.keys(memory)),
            hidden.chunk(self.config.layers, -1),
            cells.chunk(self.config.layers, -1),
            values.new_zeros(len(lengths), self.config.embedding),
        )

    def step(self, state: Standing, tokens: Tensor) -> tuple[Tensor, Standing]:
        after = self._advance(state, self.heard(self.embed(tokens)), self._maps(), None)
        spoken = self.outlet.log_probabilities(
            after.fed[:, None], state.read.pointed, state.read.sources, self.embedding.weight
        )
        return spoken.squeeze(1), after

    def speak(self, sources: Sources, tokens: Tensor, *, own: float) -> tuple[Tensor, Tensor]:
        state = self.begin(sources)
        maps = self._maps(record=torch.is_grad_enabled())
        locked = self._locked_dropout(len(tokens), state.fed) if self.training else None
        heard = self.heard(self.dropout(self.embed(tokens.T)))
        spoken: list[Tensor] = []
        for step, told in enumerate(heard.unbind(0)):
            if own and step:
                told = self._own_words(state, tokens[:, step], told, own)  # noqa: PLW2901
            state = self._advance(state, told, maps, locked)
            spoken.append(state.fed)
        said = torch.stack(spoken, 1)
        return said if locked is None else said * locked.said[:, None], state.read.memory

    def _own_words(self, state: Standing, tokens: Tensor, told: Tensor, own: float) -> Tensor:
        """What is heard when some tokens (B,) are its own draws (scheduled sampling, Bengio 2015)."""
        with torch.no_grad():
            likely = self.outlet.log_probabilities(
                state.fed[:, None], state.read.pointed, state.read.sources, self.embedding.weight
            )
            mingled = self.mingle(tokens, torch.multinomial(likely.squeeze(1).exp(), 1).squeeze(1), own)
        changed = (mingled != tokens)[:, None]
        return torch.where(changed, self.heard(self.embed(mingled)).to(told.dtype), told)

    def _advance(
        self, state: Standing, told: Tensor, maps: Sequence[Map], locked: LockedDropout | None
    ) -> Standing:
        """One step: `told` (B, 4H) is what the last token gives the lowest layer's gates."""
        hidden: list[Tensor] = []
        cells: list[Tensor] = []
        below = state.fed
        for layer in range(self.config.layers):
            gates = maps[layer](torch.cat([below, state.hidden[layer]], -1))
            gates = gates + (told if layer == 0 else self.biases[layer - 1])
            enter, keep, new, out = gates.float().chunk(4, -1)
            cells.append(keep.sigmoid() * state.cells[layer] + enter.sigmoid() * new.tanh())
            hidden.append((out.sigmoid() * cells[-1].tanh()).to(gates.dtype))
            below = hidden[-1] if locked is None else hidden[-1] * locked.hidden[layer]
        said = maps[-1](below) + self.said.bias
        query, own = said.split([self.config.attention, self.config.embedding], -1)
        scores = torch.bmm(query[:, None].to(state.read.keys.dtype), state.read.keys).float()
        scores = scores * self.config.attention**-0.5
        scores = scores.masked_fill(~state.read.sources.known[:, None], -torch.inf)
        seen = torch.bmm(scores.softmax(-1).to(state.read.values.dtype), state.read.values)
        return Standing(state.read, tuple(hidden), tuple(cells), torch.tanh(own + seen.squeeze(1)))

    def _maps(self, *, record: bool = False) -> Sequence[Map]:
        weights = [*(layer.weight for layer in self._layers), self.said.weight]
        return [recorded(w) if record else plain(w) for w in weights]

    def _locked_dropout(self, rows: int, like: Tensor) -> LockedDropout:
        def mask(size: int) -> Tensor:
            return self.dropout(like.new_ones(rows, size))

        return LockedDropout(
            tuple(mask(self.config.decoder) for _ in self.layers), mask(self.config.embedding)
        )
