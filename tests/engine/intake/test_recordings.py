"""Recordings: what a hummed tune becomes, what is no melody, and files made to do harm."""

import io
import math
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from domain.errors import BadRequest, Reason
from domain.score import Key, Metre, Mode, Score
from engine.intake.beats import find_beats
from engine.intake.hearing import HeardNote
from engine.intake.listening import take_recording
from engine.intake.metres import find_bars
from engine.intake.reader import MAX_RECORDING_BYTES, read_recording
from engine.intake.recordings import SAMPLE_RATE, decode
from training.corpora.midi import TimedNote
from training.voices import Manner, Samples, Tone, Voice, sing, speak

TWINKLE = (
    *((67, 1), (67, 1), (74, 1), (74, 1), (76, 1), (76, 1), (74, 2)),
    *((72, 1), (72, 1), (71, 1), (71, 1), (69, 1), (69, 1), (67, 2)),
)
"""Pitches, and lengths in quarters."""


def written(
    samples: Samples, kind: str = "WAV", codec: str | None = None, *, rate: int = SAMPLE_RATE
) -> bytes:
    stream = io.BytesIO()
    with soundfile.SoundFile(stream, "w", rate, 1, codec, format=kind) as file:
        for first in range(0, len(samples), rate):  # the encoders crash on more at a time
            file.write(samples[first : first + rate])
    return stream.getvalue()


def sung(
    tune: tuple[tuple[int, int], ...] = TWINKLE, *, quarter: float = 0.55, higher: float = 0.0
) -> list[Tone]:
    starts = 0.3 + quarter * np.cumsum([0, *(length for _, length in tune)])
    return [
        Tone(float(start), float(start) + length * quarter, pitch + higher)
        for start, (pitch, length) in zip(starts, tune, strict=False)
    ]


def rows(score: Score) -> list[tuple[int, int, int]]:
    return [(note.onset, note.pitch, note.duration) for note in score.parts[0].notes]


def expected(higher: int) -> list[tuple[int, int, int]]:
    starts = 12 * np.cumsum([0, *(length for _, length in TWINKLE)])
    return [
        (int(start), pitch + higher, 12 * length)
        for start, (pitch, length) in zip(starts, TWINKLE, strict=False)
    ]


def refusal(content: bytes) -> Reason:
    with pytest.raises(BadRequest) as refused:
        take_recording(content, title="x")
    return refused.value.reason


@pytest.mark.parametrize(
    ("voice", "higher"), [(Voice.HUMMED, -12), (Voice.HUMMED, -24), (Voice.WHISTLED, 12)]
)
@pytest.mark.parametrize("detuned", [0.0, 0.4])
def test_a_tune_comes_back_note_for_note(voice: Voice, higher: int, detuned: float) -> None:
    sound = sing(sung(higher=higher), np.random.default_rng(7), voice=voice, manner=Manner(detuned=detuned))
    score = take_recording(written(sound), title="x").score
    assert rows(score) == expected(higher)
    assert (score.key, score.metre) == (Key(7, Mode.MAJOR), Metre(4, 4))
    assert score.tempo == pytest.approx(60 / 0.55, rel=0.03)


def test_vibrato_and_glides_make_no_notes() -> None:
    manner = Manner(vibrato=0.4, glide_seconds=0.1, wander=0.1)
    sound = sing(sung(higher=-12), np.random.default_rng(2), voice=Voice.HUMMED, manner=manner)
    heard = rows(take_recording(written(sound), title="x").score)
    assert len(set(heard) & set(expected(-12))) >= 12
    assert len(heard) <= 17


def refused_sounds() -> dict[str, tuple[Samples, Reason]]:
    random = np.random.default_rng(3)
    seconds = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    siren = np.sin(np.cumsum(2 * np.pi * (600 + 300 * np.sin(np.pi * seconds)) / SAMPLE_RATE))
    silence = np.zeros(len(seconds), dtype=np.float32)
    noise = random.normal(0, 0.1, len(seconds))
    return {
        "silence": (silence, Reason.RECORDING_SILENT),
        "not numbers": (silence + np.float32(math.nan), Reason.RECORDING_SILENT),
        "noise": (noise.astype(np.float32), Reason.RECORDING_NO_MELODY),
        "one tone": (np.sin(2764 * seconds).astype(np.float32), Reason.RECORDING_NO_MELODY),
        "a siren": (siren.astype(np.float32), Reason.RECORDING_NO_MELODY),
        "speech": (speak(10, random), Reason.RECORDING_NO_MELODY),
        "low speech": (speak(10, random, pitch=43, span=3), Reason.RECORDING_NO_MELODY),
        "high speech": (speak(10, random, pitch=57, span=6), Reason.RECORDING_NO_MELODY),
        "a moment": (silence[:1000], Reason.RECORDING_TOO_SHORT),
        "none": (silence[:0], Reason.RECORDING_EMPTY),
    }


@pytest.mark.parametrize("what", refused_sounds())
def test_what_is_no_melody_is_refused(what: str) -> None:
    samples, reason = refused_sounds()[what]
    assert refusal(written(samples, codec="FLOAT")) is reason


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("WAV", "PCM_24"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")],
)
def test_every_kind_of_file_decodes_to_the_same_sound(kind: str, codec: str) -> None:
    seconds = np.arange(3 * 48_000) / 48_000
    tone = 0.4 * np.sin(2 * np.pi * 440 * seconds).astype(np.float32)
    samples = decode(written(tone, kind, codec, rate=48_000), max_seconds=2)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(2 * SAMPLE_RATE, abs=2)
    middle = samples[SAMPLE_RATE // 2 : SAMPLE_RATE // 2 + 2205]  # 44 periods
    loudness = np.sqrt(2 * np.mean(np.square(middle)))
    crossings = np.sum(np.diff(np.signbit(middle)))
    assert loudness == pytest.approx(0.4, rel=0.05)
    assert crossings == pytest.approx(88, abs=1)


@pytest.mark.parametrize("rate", [8_000, 44_100, 44_101, 192_000])
def test_any_rate_comes_out_as_one(rate: int) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)
    samples = decode(written(0.5 * tone.astype(np.float32), rate=rate), max_seconds=9)
    wanted = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(len(samples)) / SAMPLE_RATE)
    assert len(samples) == pytest.approx(SAMPLE_RATE, abs=1)
    assert np.abs(samples - wanted)[500:-500].max() < 0.01


def test_samples_beyond_every_limit_are_tamed() -> None:
    wild = np.array([math.inf, -math.inf, math.nan, 3e38, -3e38, 1.0] * 4000, dtype=np.float32)
    samples = decode(written(wild, codec="FLOAT"), max_seconds=9)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.RECORDING_EMPTY),
        (b"\0\0\0\x18ftypM4A ", Reason.NOT_A_RECORDING),
        (b"MThd\0\0\0\6", Reason.NOT_A_RECORDING),
        (b"RIFF", Reason.RECORDING_DAMAGED),
        (b"OggS" + bytes(400), Reason.RECORDING_DAMAGED),
        (b"ID3" + bytes(400), Reason.RECORDING_DAMAGED),
        (b"fLaC" + b"\xff" * 400, Reason.RECORDING_DAMAGED),
    ],
)
def test_what_is_no_sound_file_is_refused(content: bytes, reason: Reason) -> None:
    assert refusal(content) is reason


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_damaged_files_are_refused_or_heard_as_far_as_they_go(kind: str) -> None:
    whole = written(np.random.default_rng(1).normal(0, 0.1, 2 * SAMPLE_RATE).astype(np.float32), kind)
    random = np.random.default_rng(5)
    for _ in range(12):
        damaged = bytearray(whole[: random.integers(1, len(whole))])
        for place in random.integers(0, len(damaged), 8):
            damaged[place] = random.integers(256)
        try:
            samples = decode(bytes(damaged), max_seconds=1)
        except BadRequest as refused:
            assert refused.reason in (  # noqa: PT017 - most of them are refused, not all
                *(Reason.NOT_A_RECORDING, Reason.RECORDING_DAMAGED, Reason.RECORDING_EMPTY),
            )
        else:
            assert len(samples) <= SAMPLE_RATE + 1
            assert np.isfinite(samples).all()


async def test_two_hours_of_a_tune_are_cut_to_a_minute_and_it_is_said() -> None:
    tune = sing(sung(higher=-12), np.random.default_rng(7), voice=Voice.HUMMED, manner=Manner())
    once = np.tile(tune, 8)
    silence = np.zeros(SAMPLE_RATE, dtype=np.float32)
    stream = io.BytesIO()
    with soundfile.SoundFile(stream, "w", SAMPLE_RATE, 1, format="FLAC") as file:
        file.write(once)
        for _ in range(7200):
            file.write(silence)
    assert len(stream.getvalue()) < MAX_RECORDING_BYTES
    intake = await read_recording(stream.getvalue(), name="two_hours.flac")
    assert intake.title == "two hours"
    assert [str(remark) for remark in intake.left_out] == [
        "I listened to the first 60 seconds of “two hours”."
    ]
    assert rows(intake.score)[:13] == expected(-12)[:13]


async def test_too_much_is_refused_unread() -> None:
    for content, reason in (
        (b"", Reason.RECORDING_EMPTY),
        (b"RIFF" + bytes(MAX_RECORDING_BYTES), Reason.RECORDING_TOO_BIG),
    ):
        with pytest.raises(BadRequest) as refused:
            await read_recording(content, name="x")
        assert refused.value.reason is reason


def test_beats_are_followed_through_a_drifting_tempo() -> None:
    random = np.random.default_rng(4)
    lengths = np.array([2, 1, 1, 2, 2, 3, 1, 4] * 4) / 2
    clicks = np.concatenate([[0], np.cumsum(lengths * np.linspace(0.5, 0.58, len(lengths)))])
    notes = [
        HeardNote(float(start) + random.normal(0, 0.012), float(end) - 0.05, 60)
        for start, end in pairwise(clicks.tolist())
    ]
    beaten = find_beats(notes)
    assert [note.end - note.onset for note in beaten.notes[:-1]] == lengths[:-1].tolist()
    assert beaten.tempo == pytest.approx(60 / 0.54, rel=0.03)


def test_a_waltz_with_an_upbeat_is_told_by_its_long_notes() -> None:
    tune = (67, 1), *(((72, 3), (71, 2), (69, 1)) * 4), (72, 3)
    onsets = np.cumsum([0, *(length for _, length in tune)])
    notes = [
        TimedNote(float(start), float(start + length), pitch)
        for start, (pitch, length) in zip(onsets, tune, strict=False)
    ]
    assert find_bars(notes) == (Metre(3, 4), 2.0)
