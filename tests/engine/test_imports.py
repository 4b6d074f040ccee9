"""The bot's process talks to the engine without loading what only the engine's process needs."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numpy", "scipy", "symusic", "pretty_midi", "engine.craft", "training", "discord")


@pytest.mark.parametrize("module", ["engine", "engine.client", "engine.worker", "engine.__main__"])
def test_importing_the_engine_loads_nothing_heavy(module: str):
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(loaded.stdout.split())
    assert module in modules
    assert not modules.intersection(HEAVY)
