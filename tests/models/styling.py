"""Style transfer small enough for tests: random weights, three genres, and pieces to restyle."""

import numpy as np
import torch

from domain.genres import Genre
from domain.score import Key, Metre, Note, Part, Score
from models.plans import Habit, Profile
from models.style_transfer.files import Restyler
from models.style_transfer.networks import Config, StyleTransfer
from models.tokens import METRES

COMMON, HOME = Metre(4, 4), Key(2)
TINY = Config(genres=8, width=16, blocks=2, code=4, critic_width=8, encoder_width=8, bank=12)
KNOWN = (
    Genre.CHORALE,
    Genre.HYMN,
    Genre.GUITAR,
    Genre.BAROQUE,
    Genre.CLASSICAL,
    Genre.RAGTIME,
    Genre.FOLK,
    Genre.SONG,
)


def tiny_restyler(seed: int = 0) -> Restyler:
    torch.manual_seed(seed)
    network = StyleTransfer(TINY).eval()
    network.bank.normal_()
    network.bank_metre.fill_(METRES.index(Metre(4, 4)))
    hymn = Profile({"C major": 1}, (Habit("4/4", "major", 4, 2, 100.0, 62.0, 5),))
    waltz = Profile({"C major": 1}, (Habit("3/4", "major", 2, 3, 150.0, 64.0, 9),))
    return Restyler("style_transfer-test", network, KNOWN, {Genre.HYMN: hymn, Genre.FOLK: waltz})


def piece(*, metre: Metre = COMMON, bars: int = 5, parts: int = 4, key: Key = HOME, seed: int = 0) -> Score:
    """Eighths over longer notes, the tune a twelfth of a quarter late now and then, ending on the tonic."""
    random = np.random.default_rng(seed)
    end = bars * metre.bar_ticks
    lines: list[list[Note]] = []
    for part in range(parts):
        length = 6 if part == 0 else 12
        onsets = range(0, end - length + 1, length)
        scale = [0, 2, 4, 5, 7, 9, 11]
        pitches = [key.tonic + 72 - 8 * part + scale[int(random.integers(7))] for _ in onsets]
        line = [
            Note(onset + (part == 0 and index % 5 == 2), pitch, length - 1)
            for index, (onset, pitch) in enumerate(zip(onsets, pitches, strict=True))
        ]
        last = line[-1]
        lines.append([*line[:-1], Note(last.onset, key.tonic + 72 - 12 * part, end - last.onset)])
    return Score(key, metre, 90.0, bars, tuple(Part(str(i), 0, tuple(line)) for i, line in enumerate(lines)))
