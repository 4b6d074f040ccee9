"""What the judge hears of a recording, the notes it writes down, and the score that becomes of them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Reason, Unavailable
from domain.score import Key, Metre, Mode, Note, Part, Score
from models.critic.network import Calibration, Config, Critic, Judge
from models.critic.opinions import Critique, load_scales
from models.critic.passages import hear_placed
from models.critic.sound import PITCHES, Ear, EarConfig, Tone, transcribe
from models.critic.sound_files import SoundJudge, load_sound_judge, save_sound_judge
from models.critic.spectra import HOP, LOWEST_PITCH, MEL_BANDS, RATE, SEMITONES, listen
from models.registry import available_styles
from training.corpora.dictation import dictated

CPU = torch.device("cpu")


def tone(pitch: int, seconds: float, *, gain: float = 0.3) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    sound = sum(np.sin(2 * np.pi * hertz * k * times) / k**2 for k in (1, 2, 3))
    return (gain * sound * np.exp(-2 * times)).astype(np.float32)


def sound_judge() -> SoundJudge:
    torch.manual_seed(0)
    critic = Critic(Config(width=8, bar_width=16))
    return SoundJudge(Ear(EarConfig(maps=4, frame_width=8)), Judge("tiny", critic, Calibration(0.5, 0.1)))


def scale(bars: int = 8) -> Score:
    metre, tempo = Metre(4, 4), 100.0
    degrees = (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0, 0)
    beats = metre.bar_ticks // 12
    notes = tuple(Note(12 * i, 62 + degrees[i * 5 % 12], 12) for i in range(beats * bars))
    bass = tuple(Note(bar * metre.bar_ticks, 50, metre.bar_ticks) for bar in range(bars))
    return Score(Key(2), metre, tempo, bars, (Part("a", 0, notes), Part("b", 0, bass)))


def waltz(bars: int = 16) -> Score:
    """A bass note on every first beat, chords on the others, and a tune of halves and quarters."""
    roots, degrees = (50, 50, 57, 57, 55, 57, 50, 50), (76, 78, 74, 73, 71, 73, 74, 69)
    bass, chords, tune = list[Note](), list[Note](), list[Note]()
    for bar in range(bars):
        first, place = 36 * bar, bar % 8
        bass.append(Note(first, roots[place] - 12, 12))
        chords += [Note(first + beat, roots[place] + step, 12) for beat in (12, 24) for step in (4, 7)]
        tune += [Note(first, degrees[place], 24), Note(first + 24, degrees[place] + 2, 12)]
    parts = (Part(name, 0, tuple(line)) for name, line in (("a", tune), ("b", chords), ("c", bass)))
    return Score(Key(2), Metre(3, 4), 132.0, bars, tuple(parts))


def slip_jig(bars: int = 16) -> Score:
    metre = Metre(9, 8)
    degrees = (12, 7, 4, 12, 9, 5, 11, 7, 2)
    notes = tuple(
        Note(54 * bar + 6 * place, 62 + degrees[(place + bar % 4 // 2 * 3) % 9], 6)
        for bar in range(bars)
        for place in range(9)
    )
    bass = tuple(Note(54 * bar, 50 - bar % 4, 54) for bar in range(bars))
    return Score(Key(2), metre, 116.0, bars, (Part("a", 0, notes), Part("b", 0, bass)))


@pytest.mark.parametrize("pitch", [45, 57, 69, 81])
def test_a_note_is_loudest_in_its_own_semitone_and_pitch_class(pitch: int) -> None:
    spectra = listen(tone(pitch, 1.0))
    frame = len(spectra.semitones) // 2
    assert spectra.semitones[frame].argmax() == pitch - LOWEST_PITCH
    assert spectra.chroma()[frame].argmax() == pitch % 12


def test_what_is_heard_does_not_depend_on_loudness() -> None:
    quiet, loud = listen(tone(60, 1.0, gain=0.003)), listen(tone(60, 1.0, gain=0.3))
    assert np.abs(quiet.semitones.astype(int) - loud.semitones).max() <= 1
    assert np.abs(quiet.mel.astype(int) - loud.mel).max() <= 1


@pytest.mark.parametrize("samples", [0, 1, HOP, 5 * HOP + 1])
def test_shapes_and_silence(samples: int) -> None:
    spectra = listen(np.zeros(samples, np.float32))
    frames = -(-samples // HOP)
    assert spectra.semitones.shape == (frames, SEMITONES)
    assert spectra.mel.shape == (2 * frames, MEL_BANDS)
    assert not spectra.semitones.any()
    assert not spectra.chroma().any()
    assert transcribe(sound_judge().ear.eval(), spectra) == [] or frames


def test_an_ear_learns_to_write_a_note_down() -> None:
    torch.manual_seed(1)
    ear = Ear(EarConfig(maps=8, frame_width=16))
    spectra = listen(np.concatenate([tone(69, 0.4), tone(76, 0.4), tone(64, 0.4)]))
    frames = len(spectra.semitones)
    notes = torch.zeros(1, 3, frames, PITCHES)
    for place, pitch in enumerate((69, 76, 64)):
        first, end = round(place * frames / 3), round((place + 1) * frames / 3)
        notes[0, 0, first:end, pitch - LOWEST_PITCH] = 1
        notes[0, 1:, first, pitch - LOWEST_PITCH] = 1
    semitones = torch.from_numpy(spectra.semitones).unsqueeze(0).float() / 255
    mel = torch.from_numpy(spectra.mel).unsqueeze(0).float() / 255
    optimiser = torch.optim.Adam(ear.parameters(), lr=1e-2)
    for _ in range(200):
        optimiser.zero_grad()
        logits = ear(semitones, mel)
        torch.nn.functional.binary_cross_entropy_with_logits(
            logits, notes, pos_weight=torch.tensor(4.0)
        ).backward()
        optimiser.step()
    heard = transcribe(ear.eval(), spectra)
    firsts = {each.pitch: each.onset for each in reversed(heard)}
    assert firsts == pytest.approx({69: 0, 76: 0.4, 64: 0.8}, abs=0.08)


def test_an_ear_that_is_sure_of_silence_writes_nothing_down() -> None:
    ear = Ear(EarConfig(maps=8, frame_width=16)).eval()
    torch.nn.init.zeros_(ear.notes.weight)
    torch.nn.init.constant_(ear.get_parameter("notes.bias"), -200.0)  # of which the sigmoid is nothing
    assert transcribe(ear, listen(tone(69, 0.4))) == []


def test_tones_become_a_score_in_its_tempo_and_key() -> None:
    score = scale()
    tick = score.seconds_per_tick
    tones = [
        Tone(0.37 + note.onset * tick, 0.37 + note.end * tick, note.pitch)
        for part in score.parts
        for note in part.notes
    ]
    heard = dictated(sorted(tones, key=lambda each: (each.onset, each.pitch)))
    assert heard is not None
    assert heard.tempo == pytest.approx(100, rel=0.02)
    assert heard.key == Key(2, Mode.MAJOR)
    assert sum(len(part.notes) for part in heard.parts) == len(tones)
    assert dictated(tones[:3]) is None


@pytest.mark.parametrize("dance", [waltz(), slip_jig()])
def test_bars_are_counted_from_where_they_begin(dance: Score) -> None:
    tick = dance.seconds_per_tick
    upbeat = 1.3  # what is played does not begin with the recording
    tones = [
        Tone(upbeat + note.onset * tick, upbeat + note.end * tick - 0.02, note.pitch)
        for part in dance.parts
        for note in part.notes
    ]
    heard = dictated(sorted(tones, key=lambda each: (each.onset, each.pitch)))
    assert heard is not None
    assert heard.metre == dance.metre
    assert heard.tempo == pytest.approx(dance.tempo, rel=0.02)
    assert heard.bars == dance.bars
    assert heard.first_tick == 0


def test_a_saved_judge_loads_as_it_was_and_is_no_style(tmp_path: Path) -> None:
    judge = sound_judge()
    card = save_sound_judge(judge, tmp_path, facts={"data": {}})
    assert available_styles(tmp_path) == ()
    loaded = load_sound_judge(tmp_path, CPU)
    assert loaded is not None
    assert loaded.judge.version == card["version"]
    assert loaded.judge.calibration == judge.judge.calibration
    for name, tensor in judge.ear.state_dict().items():
        assert torch.equal(loaded.ear.state_dict()[name], tensor.half().float())
    card_file = tmp_path / "critic_sound.json"
    card_file.write_text(json.dumps(json.loads(card_file.read_text()) | {"ear": {"maps": 5}}))
    with pytest.raises(Unavailable) as refused:
        load_sound_judge(tmp_path, CPU)
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE


def test_no_weights_no_judge(tmp_path: Path) -> None:
    assert load_sound_judge(tmp_path, CPU) is None


def test_scales_of_another_judge_are_not_used() -> None:
    judge = sound_judge().judge
    judge.network.eval()
    opinion = Critique(judge, load_scales()["notes"]).consider(scale())
    own = judge.judge([scale()], [opinion.genre])
    assert opinion.share == pytest.approx(own[0], abs=1e-6)
    assert sum(opinion.genres.values()) == pytest.approx(1)


def test_bars_are_heard_to_the_end_of_a_long_score() -> None:
    judge = sound_judge().judge
    judge.network.eval()
    logit, bars = judge.logits_and_bars(hear_placed(scale(70)), None)
    assert len(bars) == 70
    assert logit == pytest.approx(judge.logits([scale(70)], [None])[0], abs=1e-5)
