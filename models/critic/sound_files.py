"""The files of the judge of recordings: one file of weights and its card, written and strictly loaded."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.checkpoints import find_weights, load_weights, read_card, refusing, save_model
from models.critic.network import Calibration, Config, Critic, Judge
from models.critic.sound import Ear, EarConfig

SOUND_CRITIC = "critic_sound"
"""The name of its files, and the kind its card is of."""


class SoundCritic(nn.Module):
    """Both networks under one roof, to be saved together."""

    def __init__(self, ear: Ear, critic: Critic) -> None:
        super().__init__()
        self.ear = ear
        self.critic = critic


@dataclass(frozen=True, slots=True)
class SoundJudge:
    """An ear, and a judge of the notes that it writes down."""

    ear: Ear
    judge: Judge


def load_sound_judge(folder: Path, device: torch.device) -> SoundJudge | None:
    """The judge of recordings whose weights lie in `folder`; None where there is neither weights nor card.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    weights = find_weights(folder, SOUND_CRITIC)
    if weights is None:
        return None
    with refusing(SOUND_CRITIC):
        card = read_card(weights)
        ear, critic = Ear(EarConfig(**card["ear"])), Critic(Config(**card["critic"]))
        both = SoundCritic(ear, critic)
        load_weights(both, weights, card["sha256"])
        calibration = Calibration(**card["calibration"])
    both.to(device).eval()
    return SoundJudge(ear, Judge(card["version"], critic, calibration))


def save_sound_judge(judge: SoundJudge, folder: Path, *, facts: dict[str, Any]) -> dict[str, Any]:
    """Write the weights and card into `folder`; the card is returned."""
    described = {
        "kind": SOUND_CRITIC,
        "ear": asdict(judge.ear.config),
        "critic": asdict(judge.judge.network.config),
        "calibration": asdict(judge.judge.calibration),
        **facts,
    }
    both = SoundCritic(judge.ear, judge.judge.network)
    return save_model(both, folder / f"{SOUND_CRITIC}.safetensors", described)
