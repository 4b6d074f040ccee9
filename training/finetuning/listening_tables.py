"""What simulated listeners came to, as tables with their bars."""

from rich.console import Console
from rich.table import Table

from training.finetuning.instant import Listening
from training.finetuning.listening import VOTES

LEAST_GAIN, LEAST_UP, LEAST_REFUSED, LEAST_DIVERSITY = 1.0, 0.9, 0.95, 0.95
"""The bars; of listeners, as shares of all."""


def print_listening(found: Listening, console: Console | None = None) -> None:
    """The bars, then what each part of a version is worth, and each listener."""
    console, count, whole = console or Console(), len(found.heard), found.rows[-1]
    table = Table(
        "figure", "measured", "bar", "", title=f"{found.style}: {count} listeners, {VOTES} votes each"
    )
    for name, value, bar, shown in (
        ("hidden score of new clips, deviations up", found.gain(whole), LEAST_GAIN, "{:.2f}"),
        ("listeners for whom it is up", found.up(whole), LEAST_UP * count, "{:g}"),
        ("refused where votes are random", found.refused, LEAST_REFUSED * count, "{:g}"),
        *(
            (f"diversity of {kind}, of the shipped model's", value, LEAST_DIVERSITY, "{:.3f}")
            for kind, value in found.spread.items()
        ),
    ):
        table.add_row(name, shown.format(value), f"≥ {bar:g}", "met" if value >= bar else "missed")
    console.print(table)
    parts = Table("used", "deviations up", "listeners up", title=f"{found.pieces} new clips a listener")
    for row in found.rows:
        parts.add_row(row, f"{found.gain(row):.2f}", f"{found.up(row)} of {count}")
    console.print(parts)
    told = Table(
        "listener",
        "accuracy on held-out votes",
        "accepted",
        *found.rows,
        *(f"diversity: {kind}" for kind in found.spread),
    )
    for each in found.heard:
        learned = each.learned
        gains = (f"{each.gains[row]:+.2f}" for row in found.rows)
        accepted = "yes" if learned.accepted else "no"
        spread = (f"{value:.2f}" for value in each.spread.values())
        told.add_row(str(each.listener), f"{learned.accuracy:.2f}", accepted, *gains, *spread)
    console.print(told)
