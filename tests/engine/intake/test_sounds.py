"""What the judge is given of a recording: levels of its first minute, or a plain refusal."""

import asyncio

import numpy as np
import pytest

from domain.errors import BadRequest, Reason
from domain.judgements import Recording
from domain.remarks import Topic
from engine.intake.messages import SoundQuestion, read_answer, read_question, write_answer, write_question
from engine.intake.reader import MAX_RECORDING_BYTES, read_sound
from engine.intake.recordings import SAMPLE_RATE
from engine.intake.sounds import take_sound
from models.critic.spectra import MEL_BANDS, SEMITONES, listen
from tests.engine.intake.test_recordings import written
from training.voices import Samples

SILENCE = np.zeros(2 * SAMPLE_RATE, np.float32)


def arpeggio(seconds: float, *, rate: int = SAMPLE_RATE) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    pitches = 57 + np.take((0, 4, 7, 12), (2 * times).astype(int) % 4)
    return (0.3 * np.sin(2 * np.pi * 440 * 2 ** ((pitches - 69) / 12) * times)).astype(np.float32)


async def test_levels_come_out_of_the_fence_as_they_are_heard_within() -> None:
    sound = arpeggio(6)
    samples = np.concatenate([SILENCE, sound, SILENCE])
    recording = await read_sound(written(samples, codec="FLOAT"), name="../My hum.wav")
    assert (recording.title, recording.left_out) == ("My hum", ())
    assert recording.seconds == pytest.approx(6, abs=0.01)
    semitones = np.frombuffer(recording.semitones, np.uint8).reshape(-1, SEMITONES)
    mel = np.frombuffer(recording.mel, np.uint8).reshape(-1, MEL_BANDS)
    heard = listen(sound[1:-1])  # a sine's first sample is silent
    assert len(mel) == 2 * len(semitones)
    assert np.abs(semitones[5:-5].astype(int) - heard.semitones[5 : len(semitones) - 5]).mean() < 2


async def test_of_a_long_recording_the_first_minute_is_heard() -> None:
    content = written(arpeggio(75, rate=8_000), codec="ULAW", rate=8_000)
    recording = await read_sound(content, name="x.wav")
    assert recording.seconds == pytest.approx(60, abs=0.01)
    assert [remark.topic for remark in recording.left_out] == [Topic.RECORDING_CUT]


async def test_what_is_too_big_is_refused_unread() -> None:
    with pytest.raises(BadRequest) as refused:
        await asyncio.wait_for(read_sound(bytes(MAX_RECORDING_BYTES + 1), name="two hours.wav"), 0.5)
    assert refused.value.reason is Reason.RECORDING_TOO_BIG


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.RECORDING_EMPTY),
        (b"MThd" + bytes(100), Reason.NOT_A_RECORDING),
        (b"RIFF" + bytes(1000), Reason.RECORDING_DAMAGED),
        (written(arpeggio(2)), Reason.RECORDING_TOO_SHORT),
        (written(np.tile(SILENCE, 3)), Reason.RECORDING_SILENT),
        (written(np.tile(SILENCE, 3) + np.float32(0.3)), Reason.RECORDING_SILENT),
        (written(np.concatenate([np.tile(SILENCE, 3), arpeggio(1)])), Reason.RECORDING_SILENT),
    ],
)
def test_what_can_not_be_listened_to_is_refused(content: bytes, reason: Reason) -> None:
    with pytest.raises(BadRequest) as refused:
        take_sound(content, title="x")
    assert refused.value.reason is reason


def test_questions_and_recordings_cross_unchanged() -> None:
    assert read_question(write_question(SoundQuestion("a “b”"), b"1\n2")) == (SoundQuestion("a “b”"), b"1\n2")
    recording = Recording(title="x", seconds=4.5, semitones=bytes(range(256)), mel=b"\xff\n")
    assert read_answer(write_answer(recording)) == recording
