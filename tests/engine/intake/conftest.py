"""After every test: no process left that was to read a file."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


def readers() -> list[str]:
    """The command lines of this process's children that read files.

    Threads and children may end while they are listed; such a one has no reader to leave.
    """
    found: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        children: list[str] = []
        with suppress(OSError):
            children = (task / "children").read_text().split()
        for child in children:
            with suppress(OSError):
                line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [line] if "intake" in line else []
    return found


def is_alive(pid: int) -> bool:
    """Zombies, which a new parent has yet to reap, are not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(autouse=True)
def no_reader_left_behind() -> Iterator[None]:
    yield
    assert not readers()
