"""A composer small enough for tests: random weights, every genre, a habit or two."""

import torch

from domain.genres import Genre
from models.plans import Habit, Profile
from models.rnn.network import Config, TwoStageRNN
from models.tokens import CONDITIONS, LOOKBACK_BARS, PITCHES, VOCABULARY

TINY = Config(
    vocabulary=VOCABULARY,
    conditions=CONDITIONS,
    lookbacks=len(LOOKBACK_BARS),
    pitches=PITCHES,
    embedding=16,
    feature_hidden=24,
    feature_layers=2,
    output_hidden=16,
    dropout=0.1,
)


def tiny_network() -> TwoStageRNN:
    torch.manual_seed(1)
    return TwoStageRNN(TINY).eval()


def tiny_profiles() -> dict[Genre, Profile]:
    reel = Profile(
        {"D major": 3, "E minor": 1},
        (
            Habit("4/4", "major", 1, 4, 108.0, 72.0, 10),
            Habit("4/4", "minor", 1, 4, 104.0, 70.0, 4),
        ),
    )
    chorale = Profile({"G major": 1}, (Habit("4/4", "major", 4, 2, 84.0, 62.0, 5),))
    return {Genre.REEL: reel, Genre.CHORALE: chorale}
