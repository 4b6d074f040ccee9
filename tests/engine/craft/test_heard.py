"""What is heard is what was written: librosa listens to rendered sound."""

import warnings

import numpy as np
import pytest

from domain.score import Key, Metre, Note, Part, Score
from engine.craft.rendering import render

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
