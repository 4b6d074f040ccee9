"""A fenced process that does not do as it should: what, its file's content says. Run as a module."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from domain.errors import BadRequest, Reason
from engine.intake import fence
from engine.intake.messages import Intake, read_question, write_answer
from tests.engine.craft.pieces import chorale


def sleep() -> None:
    time.sleep(600)


def spin() -> None:
    while True:
        pass


def abort() -> None:
    os.abort()


def babble() -> None:
    sys.stdout.write("not an answer" * 1_000_000)


def flood() -> None:
    while True:
        sys.stderr.write("x" * 65536)


def fail() -> None:
    sys.stderr.write("Traceback: it was like this")
    sys.exit(fence.BROKEN)


def tell() -> None:
    """What it can see of the world."""
    seen = {
        "discord": os.environ.get("DISCORD_TOKEN", "none"),
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
    }
    sys.stdout.buffer.write(write_answer(BadRequest(Reason.MIDI_DAMAGED, **seen)))


def breed(pids: Path) -> None:
    """A child of its own, in the same group; their numbers go where the test finds them."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    pids.write_text(f"{os.getpid()} {child.pid}")


def write(path: Path) -> None:
    path.write_text("trace")


def hoard(content: bytes, *, title: str) -> Intake:
    """Two gigabytes, in the middle of what the fence does."""
    return Intake(chorale(), str(len(bytearray(2 << 30))))


DEEDS = {
    "sleep": sleep,
    "spin": spin,
    "abort": abort,
    "babble": babble,
    "flood": flood,
    "fail": fail,
    "tell": tell,
}


def main() -> int:
    fence.CPU_SECONDS = 1
    if b"hoard" in sys.stdin.buffer.peek():
        fence.take_upload = hoard
        return fence.main()
    _, content = read_question(sys.stdin.buffer.read())
    deed, _, path = content.decode().partition(" ")
    if deed == "breed":
        breed(Path(path))
        deed = "sleep"
    fence.confine()
    if deed == "write":
        write(Path(path))
    else:
        DEEDS[deed]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
