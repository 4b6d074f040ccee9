"""How much of a tune comes back from a recording of it: `training evaluate seeds`.

Runs `python -m engine.craft.earcheck` as a process of its own, since training knows no synthesizer.
"""

import argparse
import subprocess
import sys

_TUNES = 30


def evaluate(options: argparse.Namespace) -> None:
    """Print the table of `--pieces` tunes. Raises CalledProcessError where the listening fails."""
    tunes = options.pieces or _TUNES
    command = [sys.executable, "-m", "engine.craft.earcheck", "--tunes", str(tunes)]
    subprocess.run(command, check=True)  # noqa: S603 - our own module
