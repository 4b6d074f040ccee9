"""How quickly the bot answers: the real bot, engine and models, driven through the preview's Discord.

Runs `python -m preview --measure` as a process of its own, since training knows nothing of Discord.
"""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

LYRICS_SECONDS, SONG_SECONDS = 4, 10
"""Bars for eight lines, and for a song."""

CANCEL_SECONDS = 5
"""The bar for leaving a run that learns."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and the most it may be."""

    name: str
    value: float
    unit: str
    bar: float


def measure_learning(*, runs: int) -> list[Figure]:
    """How many times as long a command takes, in the median, while a version is learned; and how long
    cancelling that takes at most.
    """
    command = [sys.executable, "-m", "preview", "--measure", str(runs), "--learning"]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 – our own module
    measured: dict[str, list[float]] = json.loads(finished.stdout.splitlines()[-1])
    alone, learning = (statistics.median(measured[name]) for name in ("alone_seconds", "learning_seconds"))
    return [
        Figure("/compose style:rnn length:30 while a version is learned", learning / alone, "times", 1.5),
        Figure("cancelling that, at most", max(measured["cancelling_seconds"]), "s", CANCEL_SECONDS),
    ]


def measure_latency(*, runs: int) -> list[Figure]:
    """Median times of `runs` warm commands, and the largest memory of both processes."""
    command = [sys.executable, "-m", "preview", "--measure", str(runs)]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 – our own module
    measured: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    figures: list[Figure] = []
    for style, times in measured["styles"].items():
        one, eight = (
            statistics.median(times[name]) for name in ("one_candidate_seconds", "all_candidates_seconds")
        )
        figures += [
            Figure(
                f"/compose style:{style} length:30, median",
                statistics.median(times["finished_seconds"]),
                "s",
                4,
            ),
            Figure(f"eight candidates beside one, {style}", eight / one, "times", 1.6),
        ]
    bars = {"lyrics": LYRICS_SECONDS, "song": SONG_SECONDS}
    figures += [
        Figure(f"/{name}, warm, median", statistics.median(seconds), "s", bars[name])
        for name, seconds in measured["words"].items()
    ]
    return [
        *figures,
        Figure("acknowledged, median", statistics.median(measured["acknowledged_milliseconds"]), "ms", 300),
        Figure("memory of the bot", measured["bot_megabytes"], "MB", 200),
        Figure("memory of the engine", measured["engine_megabytes"], "MB", 900),
    ]
