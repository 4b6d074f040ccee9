"""The loop of games between a generator and a critic: turns, averaged weights, checkpoints it resumes from.

Knows modules and the terms of their losses, not music. A run is one folder: `checkpoint.safetensors`
(weights, buffers, averages, optimisers), `generator.safetensors` (the averaged generator) and
`history.jsonl` (a line an epoch: the mean of every term).
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from safetensors import safe_open
from torch import Tensor, nn

from training.fitting import half_precision, write_tensors

Terms = Mapping[str, Tensor]
"""The terms of a loss, already weighted: their sum is what is lowered."""


class Game(Protocol):
    """Two players and what each is to lower; either module may hold several networks.

    `critic_terms` draws its fakes without gradient, `generator_terms` draws them anew. All chance comes
    from `random`. The critic's parameters need no gradient while the generator's terms are asked for.
    """

    @property
    def generator(self) -> nn.Module: ...

    @property
    def critic(self) -> nn.Module: ...

    def critic_terms(self, random: np.random.Generator) -> Terms: ...

    def generator_terms(self, random: np.random.Generator) -> Terms: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GameSchedule:
    """How long and how hard to play. An epoch is `updates_per_epoch` updates of the generator.

    From the share `decay_from` of all updates on, learning rates fall in a line to nothing. Where the
    generator begins with learned weights, the critic may take `critic_first` steps before it.
    """

    epochs: int
    updates_per_epoch: int = 100
    critic_steps: int = 2
    critic_first: int = 0
    learning_rate: float = 2e-4
    critic_learning_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.9)
    clip: float = 1.0
    average_decay: float = 0.995
    decay_from: float = 0.6
    seed: int = 0


@dataclass(slots=True)
class GameStanding:
    """Where a run stands; what a checkpoint remembers beside tensors."""

    epoch: int = 0
    seconds: float = 0.0


AfterEpoch = Callable[[nn.Module, int], Mapping[str, float]]
"""Looks at the generator with averaged weights, in evaluation mode, after the epoch of that number (from 1);
the figures it gives go into the history."""


class AdversarialFitting:
    """One game played in one folder, from wherever it was stopped there."""

    def __init__(
        self,
        game: Game,
        schedule: GameSchedule,
        *,
        folder: Path,
        device: torch.device,
        after_epoch: AfterEpoch | None = None,
    ) -> None:
        self.game, self.schedule = game, schedule
        self.folder, self.device = folder, device
        self.after_epoch = after_epoch
        self.standing = GameStanding()
        self._players = {"generator": game.generator.to(device), "critic": game.critic.to(device)}
        rates = {"generator": schedule.learning_rate, "critic": schedule.critic_learning_rate}
        self._optimisers = {
            name: torch.optim.Adam(player.parameters(), lr=rates[name], betas=schedule.betas)
            for name, player in self._players.items()
        }
        self._rates = rates
        self.average = {name: p.detach().clone() for name, p in game.generator.named_parameters()}
        folder.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            self._resume()

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.safetensors"

    @property
    def weights(self) -> Path:
        """The averaged weights of the generator, as the last epoch left them."""
        return self.folder / "generator.safetensors"

    @property
    def history(self) -> Path:
        return self.folder / "history.jsonl"

    def run(self) -> Path:
        """Play to the schedule's end; where the averaged generator lies."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        each = self.schedule.updates_per_epoch
        with Progress(*columns, refresh_per_second=1) as progress:
            done = self.standing.epoch * each
            task = progress.add_task("", total=self.schedule.epochs * each, completed=done)
            while self.standing.epoch < self.schedule.epochs:
                started = time.monotonic()
                figures = self._epoch(lambda: progress.advance(task))
                self.standing.epoch += 1
                self.standing.seconds += time.monotonic() - started
                if self.after_epoch is not None:
                    with self.averaged() as generator:
                        figures |= self.after_epoch(generator, self.standing.epoch)
                self._save()
                self._record(figures)
                shown = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
                epoch = f"epoch {self.standing.epoch}/{self.schedule.epochs}"
                minutes = f"{self.standing.seconds / 60:.1f} min"
                progress.console.print(f"{epoch}  {shown}  {minutes}", highlight=False)
                progress.update(task, description=epoch)
        return self.weights

    @contextmanager
    def averaged(self) -> Generator[nn.Module]:
        """The generator with its averaged weights, in evaluation mode, for a while."""
        generator = self.game.generator
        training = {name: p.detach().clone() for name, p in generator.named_parameters()}
        generator.load_state_dict(self.average, strict=False)
        generator.eval()
        try:
            with torch.no_grad():
                yield generator
        finally:
            generator.load_state_dict(training, strict=False)
            generator.train()

    def _epoch(self, advance: Callable[[], None]) -> dict[str, float]:
        random = np.random.default_rng([self.schedule.seed, self.standing.epoch])
        torch.manual_seed(int(random.integers(2**31)))  # dropout
        self.game.generator.train()
        self.game.critic.train()
        sums: defaultdict[str, list[float]] = defaultdict(list)
        if self.standing.epoch == 0:
            for _ in range(self.schedule.critic_first):
                self._turn("critic", self.game.critic_terms, random, 1.0, sums)
            sums.clear()
        for update in range(self.schedule.updates_per_epoch):
            share = self._share_of_rate(self.standing.epoch * self.schedule.updates_per_epoch + update)
            for _ in range(self.schedule.critic_steps):
                self._turn("critic", self.game.critic_terms, random, share, sums)
            self.game.critic.requires_grad_(False)
            self._turn("generator", self.game.generator_terms, random, share, sums)
            self.game.critic.requires_grad_(True)
            self._update_average()
            advance()
        return {name: sum(values) / len(values) for name, values in sums.items()}

    def _turn(
        self,
        name: str,
        terms: Callable[[np.random.Generator], Terms],
        random: np.random.Generator,
        share: float,
        sums: defaultdict[str, list[float]],
    ) -> None:
        player, optimiser = self._players[name], self._optimisers[name]
        for group in optimiser.param_groups:
            group["lr"] = self._rates[name] * share
        with half_precision(self.device):
            found = terms(random)
        optimiser.zero_grad(set_to_none=True)
        torch.stack([term.float() for term in found.values()]).sum().backward()
        nn.utils.clip_grad_norm_(player.parameters(), self.schedule.clip)
        optimiser.step()
        for term, value in found.items():
            sums[term].append(value.item())

    def _share_of_rate(self, update: int) -> float:
        done = update / (self.schedule.epochs * self.schedule.updates_per_epoch)
        return min(1.0, (1.0 - done) / max(1e-9, 1.0 - self.schedule.decay_from))

    @torch.no_grad()
    def _update_average(self) -> None:
        for name, parameter in self.game.generator.named_parameters():
            self.average[name].lerp_(parameter.detach(), 1 - self.schedule.average_decay)

    def _save(self) -> None:
        tensors = {f"average.{name}": value for name, value in self.average.items()}
        for name, player in self._players.items():
            tensors |= {f"{name}.weights.{key}": value for key, value in player.state_dict().items()}
            for key, parameter in player.named_parameters():
                for slot, value in self._optimisers[name].state[parameter].items():
                    tensors[f"{name}.optimiser.{slot}.{key}"] = value
        write_tensors(self.checkpoint, tensors, {"standing": json.dumps(asdict(self.standing))})
        write_tensors(self.weights, self.average)

    def _record(self, figures: Mapping[str, float]) -> None:
        line = {"epoch": self.standing.epoch, "seconds": round(self.standing.seconds, 1)}
        line |= {name: round(value, 5) for name, value in figures.items()}
        with self.history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _resume(self) -> None:
        with safe_open(self.checkpoint, framework="pt", device=str(self.device)) as file:
            self.standing = GameStanding(**json.loads(file.metadata()["standing"]))
            tensors: dict[str, Tensor] = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        for name in self.average:
            self.average[name].copy_(tensors[f"average.{name}"])
        for name, player in self._players.items():
            player.load_state_dict(_under(f"{name}.weights.", tensors))
            slots = _under(f"{name}.optimiser.", tensors)
            for key, parameter in player.named_parameters():
                state = {slot: slots.get(f"{slot}.{key}") for slot in ("step", "exp_avg", "exp_avg_sq")}
                if state["step"] is not None:
                    self._optimisers[name].state[parameter] = state | {"step": state["step"].cpu()}
        kept = [line for line in read_history(self.folder) if line["epoch"] <= self.standing.epoch]
        self.history.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's history, in order; none where there is no history yet."""
    file = folder / "history.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]


def read_game_standing(checkpoint: Path) -> GameStanding:
    """Where the run of a checkpoint stands."""
    with safe_open(checkpoint, framework="pt") as file:
        return GameStanding(**json.loads(file.metadata()["standing"]))


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
