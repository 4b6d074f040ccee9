"""Around every test of the engine: quick spawning, and no process or thread left behind."""

import multiprocessing
import sys
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield
    assert not multiprocessing.active_children()
    assert "engine events" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture(autouse=True)
def main_script_stays_out_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spawned process runs its parent's main script again: here pytest, whose import doubles the wait."""
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
