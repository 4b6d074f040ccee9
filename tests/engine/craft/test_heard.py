"""What is heard is what was written: librosa listens to rendered sound; and what the judge hears of it."""

import warnings

import numpy as np
import pytest

from domain.score import Key, Metre, Note, Part, Score
from engine.craft.rendering import render
from models.critic.spectra import HOP, MEL_BANDS, RANGE_DB, RATE, listen

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import librosa


@pytest.mark.parametrize("program", [0, 24, 110], ids=["piano", "guitar", "fiddle"])
def test_each_bar_sounds_in_the_pitch_class_it_was_written_in(program: int) -> None:
    pitches = (62, 66, 69, 73)
    notes = tuple(Note(48 * bar, pitch, 46) for bar, pitch in enumerate(pitches))
    audio = render(Score(Key(2), Metre(4, 4), 120.0, 4, (Part("lead", program, notes),)))
    mono = librosa.resample(audio.samples.mean(1), orig_sr=audio.sample_rate, target_sr=22050)
    chroma = librosa.feature.chroma_cqt(y=mono, sr=22050, hop_length=512)
    bars = [
        chroma[:, round((2 * bar + 0.3) * 22050 / 512) : round((2 * bar + 1.7) * 22050 / 512)]
        for bar in range(4)
    ]
    assert [int(np.argmax(bar.mean(1))) for bar in bars] == [pitch % 12 for pitch in pitches]


def test_the_judges_levels_are_librosas_log_mel_spectrogram() -> None:
    times = np.arange(round(0.5 * RATE)) / RATE
    tones = [np.exp(-2 * times) * np.sin(2 * np.pi * hertz * times) for hertz in (110, 330, 880, 3520)]
    hiss = np.random.default_rng(0).standard_normal(4 * len(times))
    sound = (0.3 * np.concatenate(tones) + 0.001 * hiss).astype(np.float32)
    heard = (listen(sound).mel.astype(float) / 255 - 1) * RANGE_DB
    power = librosa.feature.melspectrogram(
        y=sound, sr=RATE, n_fft=1024, hop_length=HOP // 2, n_mels=MEL_BANDS, fmin=30, fmax=8000
    )
    loud = np.percentile(power.max(axis=0), 95)
    expected = np.maximum(librosa.power_to_db(power, ref=loud, top_db=None).T, -RANGE_DB)
    inside = slice(2, len(expected) - 4)
    assert np.abs(heard[: len(expected)] - np.minimum(expected, 0))[inside].max() < 0.5
