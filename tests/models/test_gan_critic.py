"""The files of the adversarial composer's critic."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Reason, Unavailable
from models.gan.critic import Critic
from models.gan.critic_files import GAN_CRITIC, load_gan_critic, save_gan_critic
from models.gan.settings import phrase_setting, told_of
from models.lanes import LANES
from models.registry import WEIGHTS, available_styles
from models.roll_networks import SOUNDS, to_roll, with_spectral_norm
from tests.models.test_gan import COLUMNS, TICKS, TINY, plan

CPU = torch.device("cpu")


def answers(critic: Critic) -> torch.Tensor:
    random = torch.Generator().manual_seed(0)
    roll = to_roll(
        torch.randint(SOUNDS, (3, LANES, COLUMNS), generator=random),
        torch.rand(3, LANES, COLUMNS, generator=random) < 0.5,
    )
    told = torch.from_numpy(np.stack([told_of(plan())] * 3))
    setting = phrase_setting(told, TICKS, [0] * 3, [8] * 3)
    with torch.no_grad():
        return critic.eval()(roll, roll, told, setting.ticks)


def test_a_saved_critic_answers_as_its_spectral_norm_had_it_and_is_no_style(tmp_path: Path) -> None:
    torch.manual_seed(1)
    critic = Critic(TINY)
    with_spectral_norm(critic)
    before = answers(critic)
    card = save_gan_critic(critic, TINY, tmp_path, facts={"against": "gan-1"})
    assert (card["kind"], card["against"]) == (GAN_CRITIC, "gan-1")
    assert available_styles(tmp_path) == ()
    loaded = load_gan_critic(tmp_path, CPU)
    assert loaded is not None
    assert torch.allclose(answers(loaded), before, atol=1e-2)
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_a_critic_that_is_missing_is_none_and_one_that_was_altered_is_refused(tmp_path: Path) -> None:
    assert load_gan_critic(tmp_path, CPU) is None
    save_gan_critic(Critic(TINY), TINY, tmp_path, facts={})
    weights = tmp_path / f"{GAN_CRITIC}.safetensors"
    content = weights.read_bytes()
    for damaged in (content[:-1] + bytes([content[-1] ^ 1]), content[: len(content) // 2], None):
        if damaged is None:
            weights.unlink()
        else:
            weights.write_bytes(damaged)
        with pytest.raises(Unavailable) as refused:
            load_gan_critic(tmp_path, CPU)
        assert refused.value.reason is Reason.WEIGHTS_UNUSABLE


def test_the_shipped_critic_was_taught_against_the_shipped_generator() -> None:
    card = json.loads((WEIGHTS / f"{GAN_CRITIC}.json").read_text(encoding="utf-8"))
    (gan,) = (style for style in available_styles() if style.name == "gan")
    assert card["against"] == gan.model_version
    assert load_gan_critic(WEIGHTS, CPU) is not None
