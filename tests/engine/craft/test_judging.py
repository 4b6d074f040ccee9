"""The judge's opinion of notes and of sound, with reasons and picture, by the weights that are shipped."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from domain.errors import BadRequest, Reason, Unavailable
from domain.genres import Genre
from domain.judgements import Judgement, JudgeRequest, Recording
from domain.remarks import Topic
from domain.score import Key, Metre, Note, Part, Score
from domain.transformations import Source
from engine.craft.judging import Judging, reasons_of, spectra_of
from engine.craft.repertoire import Repertoire
from models.composition.norms import Norm
from models.critic.opinions import Opinion
from models.critic.spectra import RATE, listen
from models.registry import WEIGHTS
from training import voices
from training.voices import Manner, Voice, sing, speak

TUNE = (62, 66, 69, 66, 67, 64, 61, 64, 62, 66, 69, 74, 73, 69, 67, 64)
"""Sixteen quarters in D major."""


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Judging:
    folder = tmp_path_factory.mktemp("weights")
    for file in WEIGHTS.glob("critic*"):
        shutil.copy(file, folder)
    return Judging(Repertoire(folder, "cpu"))


def tune(pitches: tuple[int, ...] = TUNE * 2) -> Score:
    notes = tuple(Note(12 * place, pitch, 12) for place, pitch in enumerate(pitches))
    bass = tuple(Note(48 * bar, (50, 57)[bar % 2], 48) for bar in range(len(pitches) // 4))
    return Score(Key(2), Metre(4, 4), 110.0, len(pitches) // 4, (Part("a", 0, notes), Part("b", 0, bass)))


def recording(score: Score) -> Recording:
    sound = np.zeros(round((score.seconds + 1) * RATE), np.float32)
    for part in score.parts:
        for note in part.notes:
            times = np.arange(round(note.duration * score.seconds_per_tick * RATE)) / RATE
            hertz = 440 * 2 ** ((note.pitch - 69) / 12)
            played = sum(np.sin(2 * np.pi * hertz * k * times) / k**1.5 for k in range(1, 7))
            first = round(note.onset * score.seconds_per_tick * RATE)
            sound[first : first + len(times)] += 0.1 * played * np.exp(-3 * times)
    return heard(sound)


def heard(sound: np.ndarray) -> Recording:
    spectra = listen(sound)
    return Recording(
        title="A♯ hum",
        seconds=len(sound) / RATE,
        semitones=spectra.semitones.tobytes(),
        mel=spectra.mel.tobytes(),
    )


def judged(judging: Judging, music: Source | Recording) -> Judgement:
    *_, judgement = judging.judge(JudgeRequest(music=music))
    assert isinstance(judgement, Judgement)
    return judgement


def test_notes_are_judged_with_reasons_and_a_roll(judging: Judging) -> None:
    judgement = judged(judging, Source.of("Tune", tune(), genre=Genre.REEL))
    assert 0 < judgement.share < 1
    assert 2 <= len(judgement.reasons) <= 4
    assert sum(share for _, share in judgement.genres) <= 1.001
    assert (judgement.key, judgement.tempo) == (Key(2), 110.0)
    assert Image.open(io.BytesIO(judgement.picture)).width == 1600


def test_noise_is_put_below_music_and_a_reason_is_said(judging: Judging) -> None:
    random = np.random.default_rng(1)
    jumble = tuple(int(pitch) for pitch in random.integers(48, 90, 32))
    music, noise = (judged(judging, Source.of("x", tune(each))) for each in (TUNE * 2, jumble))
    assert noise.share < music.share
    assert noise.share < 0.3
    assert noise.reasons[0].topic is Topic.JUDGED_STRAYS


def test_a_recording_is_written_down_and_drawn(judging: Judging) -> None:
    judgement = judged(judging, recording(tune()))
    assert 0 < judgement.share < 1
    assert judgement.key == Key(2)
    assert min(abs(judgement.tempo / 110 - factor) for factor in (0.5, 1, 2)) < 0.05
    assert not any(reason.topic is Topic.JUDGED_BAR for reason in judgement.reasons)
    assert Image.open(io.BytesIO(judgement.picture)).width == 1600


@pytest.mark.parametrize("pitch", [None, 43, 50, 57])
def test_noise_and_speech_are_refused(judging: Judging, pitch: int | None) -> None:
    random = np.random.default_rng(0)
    hiss = (0.1 * random.standard_normal(10 * RATE)).astype(np.float32)
    with pytest.raises(BadRequest) as refused:
        judged(judging, heard(hiss if pitch is None else speak(10, random, pitch=pitch)))
    assert refused.value.reason is Reason.RECORDING_NO_MUSIC


def test_a_hummed_tune_is_judged(judging: Judging) -> None:
    tones = [voices.Tone(0.5 * place, 0.5 * place + 0.48, pitch - 12) for place, pitch in enumerate(TUNE)]
    sung = sing(tones, np.random.default_rng(0), voice=Voice.HUMMED, manner=Manner())
    assert 0 < judged(judging, heard(sung)).share < 1


def test_levels_that_are_no_whole_rows_are_no_recording() -> None:
    with pytest.raises(ValueError, match="reshape"):
        spectra_of(Recording(title="x", seconds=1.0, semitones=b"", mel=b"123"))


def test_without_weights_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        judged(Judging(Repertoire(tmp_path, "cpu")), Source.of("x", tune()))
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE


def test_reasons_name_what_is_off_and_not_what_is_usual() -> None:
    opinion = Opinion(
        share=0.2,
        genre=Genre.JIG,
        genres={Genre.JIG: 1.0},
        pulls={"dissonance": -2.0, "scale": -0.5, "range": 0.1},
        figures={"dissonance": 0.3, "scale": 0.98, "range": 15.0},
        norms={"dissonance": Norm(0.05, 0.05), "scale": Norm(0.97, 0.03), "range": Norm(16.0, 3.0)},
        worst_bar=4,
        worst_share=0.9,
    )
    said = reasons_of(opinion, bars=8)
    topics = [reason.topic for reason in said]
    assert topics == [Topic.JUDGED_STRAYS, Topic.JUDGED_BAR, Topic.JUDGED_DISSONANT]
    assert said[1].values == {"bar": "5"}
    assert said[2].values == {"value": "30%", "usual": "5%", "genre": "jig"}
    usual = reasons_of(replace(opinion, share=0.9, figures={"range": 15.0}), bars=8)
    assert [reason.topic for reason in usual] == [Topic.JUDGED_FLOWS, Topic.JUDGED_USUAL]
