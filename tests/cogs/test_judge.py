"""`/judge`: clips, MIDI files and recordings, and a plain sentence for whatever is none."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cogs._shared import sources
from cogs._shared.wording import CATALOGUES
from tests.cogs.test_compose import fields
from tests.cogs.transforming import FILE, ask, library, move_elsewhere, refusal
from tests.cogs.worlds import world

RATE = 22_050


def wav(seconds: float, *, gain: float = 0.3, form: str = "WAV") -> bytes:
    """A tune of two notes a second, or silence at no gain."""
    times = np.arange(round(seconds * RATE)) / RATE
    pitches = 60 + (np.floor(times * 2) * 7) % 12
    sound = gain * np.sin(2 * np.pi * 440 * 2 ** ((pitches - 69) / 12) * times)
    written = io.BytesIO()
    soundfile.write(written, sound, RATE, format=form, subtype="PCM_16")
    return written.getvalue()


async def test_a_clip_is_judged_in_one_embed_with_a_picture(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        message = await ask(w, "judge", clip="#1")
        [embed] = message.embeds
        assert embed.title == "#1 · Tune 1"
        assert "**1 out of 100**" in (embed.description or "")
        assert "Notes grate on 20% of its beats; in slip jig music it is 4%." in (embed.description or "")
        assert fields(embed)["Key"] == "D major"
        assert fields(embed)["Genre"] == "slip jig 90%\njig 10%"
        assert embed.image.url.startswith("attachment://") or embed.image.url
        assert len(message.attachments) == 1


async def test_files_are_judged_as_notes_or_as_sound(tmp_path: Path):
    async with world(tmp_path) as w:
        roll = await ask(w, "judge", file=FILE)
        assert "notes" in (roll.embeds[0].footer.text or "")
        assert fields(roll.embeds[0])["Key"] == "D major"
        heard = await ask(w, "judge", file=("*my* 88.flac", wav(6, form="FLAC")))
        assert "sound" in (heard.embeds[0].footer.text or "")
        assert fields(heard.embeds[0])["Key"] == "about D major"
        assert heard.embeds[0].title == r"\*my\* 88"
        assert CATALOGUES["en"]("judge.likely") in (heard.embeds[0].description or "")


REFUSED = [
    ({}, "Tell me what to judge"),
    ({"clip": "1", "file": FILE}, "not both"),
    ({"clip": "99"}, "#99"),
    ({"clip": "reel"}, "reel"),
    ({"file": ("a.wav", b"")}, "empty"),
    ({"file": ("a.mid", b"")}, "empty"),
    ({"file": ("a.wav", wav(8, gain=0))}, "I hear nothing"),
    ({"file": ("a.wav", wav(1))}, "too short"),
    ({"file": ("a.mp3", b"ID3" + bytes(500))}, "damaged"),
    ({"file": ("a.pdf", b"%PDF-1.7 ...")}, "that kind of file"),
]


async def test_what_can_not_be_judged_is_a_sentence(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        for options, said in REFUSED:
            assert said in await refusal(w, "judge", **options), options
        await w.alice.slash(w.channel, "lyrics", scene="rain", seed=4)
        assert "#2 is verse" in await refusal(w, "judge", clip="#2")
        await move_elsewhere(w, 1)
        assert "#1" in await refusal(w, "judge", clip="1")


async def test_a_recording_too_big_is_not_even_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        monkeypatch.setattr(sources, "MAX_RECORDING_BYTES", 1000)
        assert "kB" in await refusal(w, "judge", file=("two hours.wav", wav(1)))
