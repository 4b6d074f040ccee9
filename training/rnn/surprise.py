"""How unlikely a recurrent composer finds music that is there, and where it breaks off."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

from domain.genres import Genre
from domain.score import Score
from models.critic.opinions import BAR_LINES, SURPRISE, WORST_SURPRISE
from models.rnn.writing import RNNModel
from models.tokens import PAD, encode
from training.rnn.teaching import Piece, as_piece, collate

_USUAL_TOKENS = 8
"""A bar of few tokens is taken for as usual as so many more would make it."""

Array = NDArray[np.float64]


@torch.inference_mode()
def surprise_at(model: RNNModel, score: Score, genre: Genre) -> Mapping[str, float] | None:
    """What surprises in a score as the genre; None for what can't be said in tokens.

    SURPRISE is in nats a note. BAR_LINES: how many more nats a token first moments of bars take than others,
    which is how music breaks that was cut there. WORST_SURPRISE: the same of the bar that surprises most.
    """
    try:
        sequence = encode(score, genre)
    except ValueError:
        return None
    piece = as_piece(sequence)
    nats = moment_nats(model, piece)
    tokens = (piece.tokens != PAD).sum(axis=1)
    notes = sum(len(moment) // 2 for moment in sequence.moments)
    bars = np.asarray(sequence.ticks) // score.metre.bar_ticks
    first = np.append(False, bars[1:] > bars[:-1])
    mean = float(nats.sum() / tokens.sum())
    each, lengths = np.bincount(bars, nats), np.bincount(bars, tokens)
    leaning = (each + _USUAL_TOKENS * mean) / (lengths + _USUAL_TOKENS)
    return {
        SURPRISE: float(nats.sum()) / max(notes, 1),
        BAR_LINES: _mean(nats[first], tokens[first], mean) - _mean(nats[~first], tokens[~first], mean),
        WORST_SURPRISE: float(leaning.max()) - mean,
    }


def moment_nats(model: RNNModel, piece: Piece) -> Array:
    """(T,): the nats of each moment's tokens, given those before it."""
    network = model.network
    moments = collate([(piece, 0, len(piece))]).to(next(network.parameters()).device)
    logits, targets = network(moments)
    found = functional.cross_entropy(logits.float(), targets, reduction="none")
    # The network packs moments by how many tokens they have.
    lengths = torch.from_numpy((piece.tokens != PAD).sum(axis=1))
    order = lengths.argsort(descending=True, stable=True)
    rows = order.unsqueeze(1).expand(-1, int(lengths.max()))
    packed = pack_padded_sequence(rows, lengths[order], batch_first=True).data
    nats = np.bincount(packed.numpy(), found.double().cpu().numpy(), len(piece))
    return nats.astype(np.float64)


def _mean(nats: Array, tokens: NDArray[np.int_], otherwise: float) -> float:
    return float(nats.sum() / tokens.sum()) if tokens.sum() else otherwise
