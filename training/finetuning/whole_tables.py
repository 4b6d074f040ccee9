"""What a whole run of learning came to, as a table with its bars."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from domain.finetuning import MAX_ADAPTER_BYTES, Gated
from training.finetuning.costs import Cost
from training.finetuning.gate import LEAST_DIVERSITY, MOST_COPIED_MORE, MOST_NATS

MOST_SECONDS = 600.0
MOST_MEGABYTES = 500.0
LONGEST_STEP = 1.0


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run from its first step to the gate's word.

    `deltas` are the networks whose deltas it kept. `nats_ratio` is what test works of the corpora cost with
    the network's deltas, to without: with those kept, or with all that was learned where none were; None
    where no network is taught.
    """

    subject: str
    gated: Gated
    adapter_bytes: int
    cost: Cost
    deltas: tuple[str, ...]
    nats_ratio: float | None


def print_whole(run: WholeRun, console: Console | None = None) -> None:
    """Every figure beside its bar."""
    figures, cost = run.gated.figures, run.cost
    grown = figures.get("copied", 0.0) - figures.get("copied_before", 0.0)
    lessons = int(figures["lessons"])
    table = Table(
        "figure", "measured", "bar", "", title=f"{run.subject}: learning from {lessons} rated works"
    )
    for name, value, bar, shown in (
        ("seconds of the processor", cost.processor_seconds, MOST_SECONDS, "{:.0f}"),
        ("longest step, seconds of the processor", cost.longest_step, LONGEST_STEP, "{:.2f}"),
        ("memory of the process at its peak, MB", cost.megabytes, MOST_MEGABYTES, "{:.0f}"),
        ("adapter, kB", run.adapter_bytes / 1000, MAX_ADAPTER_BYTES / 1000, "{:.0f}"),
        ("runs of works copied, more than before", grown, MOST_COPIED_MORE, "{:.3f}"),
    ):
        table.add_row(name, shown.format(value), f"≤ {bar:g}", "met" if value <= bar else "missed")
    if run.nats_ratio is not None:
        met = "met" if run.nats_ratio <= MOST_NATS else "missed"
        kept = "the deltas kept" if run.deltas else "deltas that were not kept"
        name = f"nats a token of test works with {kept}, to before"
        table.add_row(name, f"{run.nats_ratio:.4f}", f"≤ {MOST_NATS}", met)
    diversity = figures.get("diversity_ratio", 1.0)
    met = "met" if diversity >= LEAST_DIVERSITY else "missed"
    table.add_row("diversity, same choices, to before", f"{diversity:.3f}", f"≥ {LEAST_DIVERSITY}", met)
    table.add_row("seconds on the wall", f"{cost.seconds:.0f}", "", "")
    table.add_row("accuracy on votes not learned from", f"{figures['accuracy']:.3f}", "", "")
    table.add_row("deltas kept of", ", ".join(run.deltas) or "no network", "", "")
    table.add_row("the gate", str(run.gated.refusal or "accepted"), "", "")
    (console or Console()).print(table)
