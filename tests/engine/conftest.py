"""No test of the engine leaves a process or a thread behind."""

import multiprocessing
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    yield
    assert not multiprocessing.active_children()
    assert "engine events" not in {thread.name for thread in threading.enumerate()}
