from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from models.roll_networks import with_spectral_norm
from training.adversarial import AdversarialFitting, GameSchedule, read_game_standing, read_history

SCHEDULE = GameSchedule(
    epochs=4, updates_per_epoch=30, learning_rate=0.03, critic_learning_rate=0.03, average_decay=0.9
)


class Guessing:
    """Real numbers lie around 3; the generator moves a normal distribution."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.generator = nn.Linear(1, 1)
        self.critic = with_spectral_norm(nn.Sequential(nn.Linear(1, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)))

    def _fakes(self, random: np.random.Generator) -> Tensor:
        return self.generator(torch.from_numpy(random.standard_normal((32, 1), dtype=np.float32)))

    def critic_terms(self, random: np.random.Generator) -> dict[str, Tensor]:
        with torch.no_grad():
            fakes = self._fakes(random)
        real = torch.from_numpy(3 + 0.5 * random.standard_normal((32, 1), dtype=np.float32))
        return {
            "real": (1 - self.critic(real)).relu().mean(),
            "fake": (1 + self.critic(fakes)).relu().mean(),
        }

    def generator_terms(self, random: np.random.Generator) -> dict[str, Tensor]:
        assert not any(p.requires_grad for p in self.critic.parameters())
        return {"generator": -self.critic(self._fakes(random)).mean()}


def _fit(folder: Path, epochs: int) -> AdversarialFitting:
    schedule = GameSchedule(
        epochs=epochs,
        updates_per_epoch=SCHEDULE.updates_per_epoch,
        learning_rate=SCHEDULE.learning_rate,
        critic_learning_rate=SCHEDULE.critic_learning_rate,
        average_decay=SCHEDULE.average_decay,
        decay_from=1.0,
    )
    return AdversarialFitting(Guessing(), schedule, folder=folder, device=torch.device("cpu"))


def test_the_generator_moves_to_what_is_real(tmp_path: Path) -> None:
    fitting = _fit(tmp_path, 6)
    with fitting.averaged() as generator:
        before = float(generator(torch.zeros(1, 1)))
    fitting.run()
    with fitting.averaged() as generator:
        after = float(generator(torch.zeros(1, 1)))
    assert abs(after - 3) < min(1.0, abs(before - 3) / 2)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    _fit(tmp_path / "whole", 4).run()
    _fit(tmp_path / "stopped", 2).run()
    _fit(tmp_path / "stopped", 4).run()
    whole = load_file(tmp_path / "whole" / "checkpoint.safetensors")
    stopped = load_file(tmp_path / "stopped" / "checkpoint.safetensors")
    assert whole.keys() == stopped.keys()
    assert all(torch.allclose(whole[name], stopped[name], atol=1e-6) for name in whole)
    assert read_game_standing(tmp_path / "stopped" / "checkpoint.safetensors").epoch == 4


def test_history_has_every_term_of_every_epoch_once(tmp_path: Path) -> None:
    fitting = _fit(tmp_path, 2)
    fitting.after_epoch = lambda _, epoch: {"looked at": epoch}
    fitting.run()
    # A line that was written before the checkpoint of its epoch was lost is not kept twice.
    with fitting.history.open("a", encoding="utf-8") as file:
        file.write('{"epoch": 3, "real": 0}\n')
    _fit(tmp_path, 3).run()
    lines = read_history(tmp_path)
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert all({"real", "fake", "generator", "seconds"} <= line.keys() for line in lines)
    assert lines[1]["looked at"] == 2


def test_averaged_weights_are_lent_and_given_back(tmp_path: Path) -> None:
    fitting = _fit(tmp_path, 1)
    fitting.run()
    training = fitting.game.generator.state_dict()["bias"].clone()
    with fitting.averaged() as generator:
        assert not torch.equal(generator.state_dict()["bias"], training)
        assert torch.equal(generator.state_dict()["bias"], load_file(fitting.weights)["bias"])
    assert torch.equal(fitting.game.generator.state_dict()["bias"], training)


def test_rates_fall_at_the_end(tmp_path: Path) -> None:
    schedule = GameSchedule(epochs=2, updates_per_epoch=10, decay_from=0.5, learning_rate=0.01)
    fitting = AdversarialFitting(Guessing(), schedule, folder=tmp_path, device=torch.device("cpu"))
    fitting.run()
    rates = [group["lr"] for optimiser in fitting._optimisers.values() for group in optimiser.param_groups]
    assert all(0 < rate < 0.0021 for rate in rates)
