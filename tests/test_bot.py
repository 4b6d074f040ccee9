"""Starting: settings, tokens, what is registered with Discord, and what the bot's process loads."""

import multiprocessing
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import discord
import psutil
import pytest
from pydantic import ValidationError

import bot
from engine.client import Engine
from storage import DatabaseTooNew
from tests.cogs.toys import TOY, lay_out_weights
from tests.cogs.worlds import settings_for, toy_bot, world

ROOT = Path(bot.__file__).parent


@pytest.fixture(autouse=True)
def _no_settings_from_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # away from the developer's own .env
    for name in os.environ:
        if name.startswith("NIGHTINGALE_") or name == "DISCORD_TOKEN":
            monkeypatch.delenv(name)


@pytest.fixture
def _toy_engine(monkeypatch, tmp_path):
    monkeypatch.setattr(bot, "Engine", partial(Engine, craft=TOY))
    monkeypatch.setenv("NIGHTINGALE_WEIGHTS_FOLDER", str(lay_out_weights(tmp_path / "weights")))


@pytest.fixture(autouse=True)
def _signals_as_before():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_bots_process_loads_neither_torch_nor_numpy():
    code = (
        "import importlib, sys, bot\n"
        "for cog in bot.COGS: importlib.import_module(cog)\n"
        "print([name for name in ('torch', 'numpy', 'scipy', 'symusic', 'simcord') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_without_a_token_it_says_what_to_do_in_three_lines(tmp_path):
    run = subprocess.run(
        [sys.executable, ROOT / "bot.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert not run.stdout
    first, second, third = run.stderr.splitlines()
    assert "DISCORD_TOKEN" in first
    assert "--preview" in second
    assert ".env" in third


@pytest.mark.usefixtures("_toy_engine")
def test_a_wrong_token_is_a_plain_sentence(monkeypatch, capsys):
    async def refused(self: discord.Client, token: str) -> None:
        raise discord.LoginFailure("Improper token has been passed.")

    monkeypatch.setattr(bot.Nightingale, "start", refused)
    monkeypatch.setenv("DISCORD_TOKEN", "not.a.token")
    assert bot.main([]) == 1
    assert "Discord refused DISCORD_TOKEN." in capsys.readouterr().err


@pytest.mark.usefixtures("_toy_engine")
@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (OSError(101, "Network is unreachable"), "I can't run: [Errno 101] Network is unreachable"),
        (DatabaseTooNew("The database is of version 9."), "I can't run: The database is of version 9."),
    ],
)
def test_what_stops_the_bot_is_a_plain_sentence(monkeypatch, capsys, problem, sentence):
    async def stopped(self: discord.Client, token: str) -> None:
        raise problem

    monkeypatch.setattr(bot.Nightingale, "start", stopped)
    monkeypatch.setenv("DISCORD_TOKEN", "a.fine.token")
    assert bot.main([]) == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.usefixtures("_toy_engine")
def test_a_service_managers_stop_closes_everything(monkeypatch, tmp_path):
    closed: list[str] = []

    async def serve(self: discord.Client, token: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await discord.utils.sleep_until(discord.utils.utcnow().replace(year=9999))

    async def close(self: discord.Client) -> None:
        closed.append("bot")

    monkeypatch.setattr(bot.Nightingale, "start", serve)
    monkeypatch.setattr(bot.Nightingale, "close", close)
    monkeypatch.setenv("DISCORD_TOKEN", "a.fine.token")
    assert bot.main([]) == 0
    assert closed == ["bot"]
    assert not list((tmp_path / "data").glob("*-wal"))  # SQLite cleans up when it is closed


def test_settings_come_from_the_environment_and_env_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("DISCORD_TOKEN=secret\nNIGHTINGALE_MAX_WAITING=7\n")
    monkeypatch.setenv("NIGHTINGALE_DEVICE", "cpu")
    monkeypatch.setenv("NIGHTINGALE_UNRELATED", "tolerated")
    settings = bot.Settings()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "secret"
    assert (settings.max_waiting, settings.device) == (7, "cpu")
    assert "secret" not in repr(settings)


@pytest.mark.usefixtures("_toy_engine")
async def test_a_soundfont_from_the_env_file_reaches_the_engines_process(monkeypatch, tmp_path):
    monkeypatch.delenv("SOUNDFONT")
    (tmp_path / ".env").write_text("SOUNDFONT=/fonts/mine.sf2\n")
    async with bot.open_bot(bot.Settings()) as opened:
        await opened.engine.ready()
        [child] = multiprocessing.active_children()
        assert psutil.Process(child.pid).environ()["SOUNDFONT"] == "/fonts/mine.sf2"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("NIGHTINGALE_LOG_LEVLE=INFO", "NIGHTINGALE_LOG_LEVLE"),
        ("NIGHTINGALE_MAX_WAITING=many", "MAX_WAITING"),
    ],
)
def test_a_mistake_in_the_env_file_is_named(tmp_path, capsys, line, name):
    (tmp_path / ".env").write_text(line + "\n")
    assert bot.main([]) == 2
    assert f"{name}: " in capsys.readouterr().err
    with pytest.raises(ValidationError):
        bot.Settings()


def test_the_example_lists_every_setting():
    text = (ROOT / ".env.example").read_text()
    for name, field in bot.Settings.model_fields.items():
        variable = field.validation_alias or f"NIGHTINGALE_{name.upper()}"
        assert f"{variable}=" in text
        assert f"`{variable}`" in (ROOT / "README.md").read_text()


def registrations(env) -> list[str]:
    return [request.path for request in env.http_requests if request.method == "PUT"]


async def test_commands_are_registered_only_when_they_changed(tmp_path):
    async with world(tmp_path) as w:
        assert len(registrations(w.env)) == 1
        async with toy_bot(w.settings) as same:
            await w.env.restart_bot(same)
            assert len(registrations(w.env)) == 1
        (w.settings.weights_folder / "slow.json").unlink()
        async with toy_bot(w.settings) as poorer:
            await w.env.restart_bot(poorer)
            assert len(registrations(w.env)) == 2


async def test_a_dev_server_gets_the_commands_alone(tmp_path):
    import simcord  # noqa: PLC0415

    async with (
        toy_bot(settings_for(tmp_path, dev_guild_id=1234567)) as nightingale,
        simcord.run(nightingale, shard_count=1, check_errors=False) as env,
    ):
        [path] = registrations(env)
        assert path.endswith("/guilds/1234567/commands")


async def test_the_bot_asks_for_as_little_as_it_needs(tmp_path):
    async with toy_bot(settings_for(tmp_path)) as nightingale:
        assert nightingale.intents == discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True)
        assert nightingale.allowed_mentions is not None
        assert not any(nightingale.allowed_mentions.to_dict()["parse"])
