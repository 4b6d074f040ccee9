"""The preview: it starts, it measures, and in a browser a command ends in a clip that plays."""

import asyncio
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import bot
from models import registry
from preview import measure, measure_learning
from tests.cogs.worlds import settings_for, toy_bot

ROOT = Path(bot.__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
CHROMIUM_FLAGS = [
    "--no-sandbox",  # root in a container has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HAS_WEIGHTS = any(style.name == "rnn" for style in registry.available_styles())


@contextmanager
def served(
    *command: str | Path, **environment: str
) -> Generator[tuple[str, subprocess.Popen[str]], None, None]:
    """The address of a page that `command` serves. It gets Ctrl-C at the end."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = "\n".join(iter(process.stdout.readline, "  Type /compose there. Ctrl-C ends it.\n"))
            address = re.search(r"http://127\.0\.0\.1:\d+/#\S+", said)
            assert address, said
            yield address[0], process
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
        finally:
            process.kill()


def test_preview_serves_a_page_and_stops_when_asked(tmp_path):
    nothing = {"NIGHTINGALE_WEIGHTS_FOLDER": str(tmp_path)}  # it starts without a model, too
    with served("bot.py", "--preview", "--port", "0", **nothing) as (address, process):
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310  our own
            assert page.status == 200
        assert process.poll() is None
    assert process.returncode == 0


def test_started_in_the_background_it_stops_when_asked(tmp_path):
    command = f"trap '' INT; exec {sys.executable} bot.py --preview --port 0"  # what a script's "&" does
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "NIGHTINGALE_WEIGHTS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert any("Ctrl-C ends it" in line for line in process.stdout)
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()


def test_a_taken_port_is_a_plain_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = subprocess.run(
            [sys.executable, "bot.py", "--preview", "--port", str(taken.getsockname()[1])],
            cwd=ROOT,
            env={**os.environ, "NIGHTINGALE_WEIGHTS_FOLDER": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert run.returncode == 1
    assert "I can't run: " in run.stderr
    assert "Traceback" not in run.stderr


def measured(folder: Path) -> dict[str, Any]:
    return asyncio.run(measure(toy_bot, settings_for(folder), runs=2, styles=["rnn"]))


def test_measuring_times_each_command_and_weighs_both_processes(tmp_path):
    # In a process of its own: this one holds whatever the tests before it have loaded.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        figures = process.submit(measured, tmp_path).result()
    [times] = figures["styles"].values()
    acknowledged, finished = figures["acknowledged_milliseconds"], times["finished_seconds"]
    assert len(acknowledged) == len(finished) == 2
    assert all(0 < first < 1000 * last for first, last in zip(acknowledged, finished, strict=True))
    assert len(times["one_candidate_seconds"]) == len(times["all_candidates_seconds"]) == 2
    assert 5 < figures["engine_megabytes"] < figures["bot_megabytes"] < 1000


async def test_measuring_while_a_version_is_learned(tmp_path):
    measured = await measure_learning(toy_bot, settings_for(tmp_path), runs=1)
    commands = measured["alone_seconds"], measured["learning_seconds"]
    assert all(len(seconds) == 12 and min(seconds) > 0 for seconds in commands)
    assert len(measured["cancelling_seconds"]) == 2
    assert max(measured["cancelling_seconds"]) < 5
    assert (tmp_path / "weights" / "tutors").exists()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_in_the_page_a_command_ends_in_a_clip_that_plays(tmp_path):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  slow to import

    real = ["bot.py", "--preview", "--port", "0"]
    toy = ["-m", "tests.toy_preview", tmp_path]
    with served(*(real if HAS_WEIGHTS else toy)) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.goto(address)
        box = page.get_by_placeholder("Message #music")
        box.fill("/compose")
        page.get_by_role("option", name="/compose").click()
        page.get_by_role("option", name="style").click()
        page.get_by_role("option", name="rnn" if HAS_WEIGHTS else "audible").click()
        page.get_by_role("button", name=re.compile(r"\+\d+ more")).click()
        page.get_by_role("option", name="length").click()
        page.keyboard.type("8")
        page.get_by_role("button", name="Send").click()
        player = page.locator("audio").first
        player.wait_for(state="attached", timeout=90_000)
        seconds = player.evaluate(  # once the player has read it from the file
            "a => a.duration || new Promise(known => a.onloadedmetadata = () => known(a.duration))"
        )
        assert abs(seconds - 8) <= 2
        picture = page.get_by_role("img", name="Embed 1 image")
        picture.wait_for(timeout=20_000)
        assert picture.evaluate("image => image.naturalWidth") > 0
        page.get_by_role("button", name="MIDI & recipe").click()
        conversation = page.get_by_role("region", name="Conversation")
        conversation.get_by_text("Here is clip #1 as MIDI").wait_for(timeout=20_000)
        browser.close()
