"""The loop every trainer shares: AdamW on a cosine, averaged weights, checkpoints it resumes from.

Knows modules and losses, not music. Checkpoints are safetensors: weights, their moving average and
the optimiser's state in one file, so that a run goes on where it was stopped.
"""

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long and how hard to train. `average_decay` is that of the weights' moving average."""

    epochs: int
    learning_rate: float = 2e-3
    warmup_updates: int = 100
    weight_decay: float = 0.02
    clip: float = 1.0
    average_decay: float = 0.998
    evaluate_every: int = 1


@dataclass(slots=True)
class Standing:
    """Where a run stands; what a checkpoint remembers beside tensors. `best` is a validation figure."""

    epoch: int = 0
    update: int = 0
    best: float = math.inf
    seconds: float = 0.0


def half_precision(device: torch.device) -> Any:
    """bfloat16 autocast where the hardware multiplies it faster, and nothing elsewhere."""
    if device.type == "cuda" or (
        device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX512"
    ):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


class Fitting(Generic[Batch]):
    """One training run in one folder.

    `batches(epoch)` gives an epoch's batches, `loss(module, batch)` a scalar to lower and
    `validate(module)` the figure that decides which weights are kept (lower is better).
    """

    def __init__(
        self,
        module: nn.Module,
        schedule: Schedule,
        *,
        folder: Path,
        device: torch.device,
        batches: Callable[[int], Iterable[Batch]],
        loss: Callable[[nn.Module, Batch], Tensor],
        validate: Callable[[nn.Module], float],
        updates_per_epoch: int,
    ) -> None:
        self.module = module.to(device)
        self.schedule = schedule
        self.folder = folder
        self.device = device
        self.batches, self.loss, self.validate = batches, loss, validate
        self.total_updates = max(1, schedule.epochs * updates_per_epoch)
        decayed = [p for p in module.parameters() if p.dim() > 1]
        kept = [p for p in module.parameters() if p.dim() <= 1]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": schedule.weight_decay},
                {"params": kept, "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
            lr=schedule.learning_rate,
        )
        self.average = {name: p.detach().clone() for name, p in module.named_parameters()}
        self.standing = Standing()
        folder.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            self._resume()

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.safetensors"

    @property
    def best(self) -> Path:
        """The averaged weights that validated best."""
        return self.folder / "best.safetensors"

    def run(self) -> float:
        """Train to the schedule's end, from wherever the last run stopped; the best validation figure."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[loss]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, refresh_per_second=1) as progress:
            task = progress.add_task("", total=self.total_updates, completed=self.standing.update, loss="")
            while self.standing.epoch < self.schedule.epochs:
                started = time.monotonic()
                mean = self._epoch(lambda shown: progress.update(task, advance=1, loss=f"loss {shown:.3f}"))
                self.standing.epoch += 1
                self.standing.seconds += time.monotonic() - started
                line = f"epoch {self.standing.epoch}/{self.schedule.epochs}  loss {mean:.4f}"
                if self.standing.epoch % self.schedule.evaluate_every == 0 or self._is_over():
                    line += f"  valid {self._keep_best():.4f}  best {self.standing.best:.4f}"
                progress.console.print(f"{line}  {self.standing.seconds / 60:.1f} min", highlight=False)
                progress.update(task, description=f"epoch {self.standing.epoch}")
                self._save()
        return self.standing.best

    def _is_over(self) -> bool:
        return self.standing.epoch >= self.schedule.epochs

    def _epoch(self, advance: Callable[[float], None]) -> float:
        self.module.train()
        losses: list[float] = []
        for batch in self.batches(self.standing.epoch):
            for group in self.optimiser.param_groups:
                group["lr"] = self._learning_rate()
            with half_precision(self.device):
                loss = self.loss(self.module, batch)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.module.parameters(), self.schedule.clip)
            self.optimiser.step()
            self.standing.update += 1
            self._update_average()
            losses.append(loss.item())
            advance(losses[-1])
        return sum(losses) / max(1, len(losses))

    def _learning_rate(self) -> float:
        update = self.standing.update
        warmup = min(1.0, (update + 1) / self.schedule.warmup_updates)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, update / self.total_updates)))
        return self.schedule.learning_rate * warmup * max(cosine, 0.01)

    @torch.no_grad()
    def _update_average(self) -> None:
        # A young average follows closely, so that it does not carry the random start along.
        decay = min(self.schedule.average_decay, (1 + self.standing.update) / (10 + self.standing.update))
        for name, parameter in self.module.named_parameters():
            self.average[name].lerp_(parameter.detach(), 1 - decay)

    @torch.no_grad()
    def _keep_best(self) -> float:
        """Validate the averaged weights; write them down when they are the best so far."""
        training = {name: p.detach().clone() for name, p in self.module.named_parameters()}
        self.module.load_state_dict(self.average)
        self.module.eval()
        figure = self.validate(self.module)
        self.module.load_state_dict(training)
        if figure < self.standing.best:
            self.standing.best = figure
            write_tensors(self.best, self.average)
        return figure

    def _save(self) -> None:
        tensors: dict[str, Tensor] = {}
        for name, parameter in self.module.named_parameters():
            tensors[f"weights.{name}"] = parameter.detach()
            tensors[f"average.{name}"] = self.average[name]
            for slot, value in self.optimiser.state[parameter].items():
                tensors[f"optimiser.{slot}.{name}"] = value
        standing = {
            "epoch": self.standing.epoch,
            "update": self.standing.update,
            "best": self.standing.best,
            "seconds": self.standing.seconds,
        }
        write_tensors(self.checkpoint, tensors, {"standing": json.dumps(standing)})

    def _resume(self) -> None:
        with safe_open(self.checkpoint, framework="pt", device=str(self.device)) as file:
            self.standing = read_standing(self.checkpoint)
            slots = {key.split(".")[1] for key in file.keys() if key.startswith("optimiser.")}  # noqa: SIM118
            for name, parameter in self.module.named_parameters():
                parameter.data.copy_(file.get_tensor(f"weights.{name}"))
                self.average[name].copy_(file.get_tensor(f"average.{name}"))
                state = {slot: file.get_tensor(f"optimiser.{slot}.{name}") for slot in slots}
                self.optimiser.state[parameter] = state | {"step": state["step"].cpu()}


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    save_file({name: value.contiguous() for name, value in tensors.items()}, unfinished, metadata=metadata)
    unfinished.replace(path)


def read_standing(checkpoint: Path) -> Standing:
    """Where the run of a checkpoint stands."""
    with safe_open(checkpoint, framework="pt") as file:
        return Standing(**json.loads(file.metadata()["standing"]))
