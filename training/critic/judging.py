"""The commands of judging: teach the judge of recordings, fit what opinions are formed by, measure and ship.

`python -m training train|evaluate|export judging`
"""

import argparse
import shlex
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from domain.genres import Genre
from domain.score import Score
from models.critic.files import load_critic
from models.critic.network import Calibration, Critic, Judge
from models.critic.opinions import Critique, Surprise, load_scales, save_scales
from models.critic.sound import Ear, transcribe
from models.critic.sound_files import SoundJudge, load_sound_judge, save_sound_judge
from models.critic.spectra import listen
from models.registry import WEIGHTS, available_styles
from models.rnn.files import load_rnn
from training.corpora.beats import save_weighing
from training.corpora.dictation import dictated
from training.corpora.works import load_works
from training.critic.beat_teaching import learn_counting
from training.critic.commands import FOLDER as CRITIC_FOLDER
from training.critic.commands import gather
from training.critic.corruption import CORRUPTIONS
from training.critic.ear_teaching import CONFIG, train_ear
from training.critic.opinions import Hearing, Passage, draw_kinds, fit_scales
from training.critic.passages import HUMAN, Examples, Material
from training.critic.recordings import Recordings, record
from training.critic.sound_players import Instruments, draw_setting, played
from training.critic.sound_teaching import train_judge
from training.critic.sources import SOURCES
from training.critic.teaching import CONFIG as CRITIC_CONFIG
from training.critic.teaching import auc, genre_shares
from training.evaluation.tables import Table, print_tables
from training.fitting import read_standing
from training.paths import RUNS, WORKS
from training.rnn.surprise import surprise_at

FOLDER = RUNS / "critic-sound"
PASSAGES = 16
"""People's passages measured of each genre; of each way of spoiling them an eighth as many."""

_COMPOSER = "rnn"
_TIMED_SECONDS = 30.0
_TIMED = 5

_SOURCES = tuple(source for source in SOURCES if source.name != "raw")
"""As the bot composes, and as an n-gram does; what no listener gets to hear is left out."""

CPU = torch.device("cpu")


def train(options: argparse.Namespace) -> None:
    """Teach the ear, how it counts, and the judge of what it writes down; networks go on from checkpoints."""
    roles = gather(load_works(WORKS), CRITIC_FOLDER, sources=_SOURCES)
    learn, choose = (_recordings(roles, role) for role in ("learn", "choose"))
    train_ear(learn, choose, folder=FOLDER / "ear", device_name=options.device)
    ear = Ear(CONFIG)
    _load(ear, "ear")
    save_weighing(learn_counting(ear, learn))
    folder = FOLDER / "judge"
    train_judge(ear, _judge_of_notes(), learn, choose, folder=folder, device_name=options.device)
    print("`python -m training export judging` ships them.")


def evaluate(options: argparse.Namespace) -> None:
    """Print how well works are told by notes and by sound, and how long a recording takes."""
    roles = gather(load_works(WORKS), CRITIC_FOLDER, sources=())  # people's works alone are measured
    print_tables(_measured(roles["test"], options.pieces or PASSAGES)[0])


def export(options: argparse.Namespace) -> None:
    """Ship the best weights of a run, fit the scales of both judges to them, and measure all."""
    started = time.monotonic()
    works = load_works(WORKS)
    roles = gather(works, CRITIC_FOLDER, sources=_SOURCES)
    ear, critic = Ear(CONFIG), Critic(CRITIC_CONFIG)
    _load(ear, "ear")
    _load(critic, "judge")
    unfitted = SoundJudge(ear, Judge("", critic, Calibration()))
    heard = [work for work in works if work.split in ("train", "judge")]
    facts: dict[str, Any] = {
        "data": dict(Counter(f"{work.source}, {work.licence}" for work in heard)),
        "command": f"python -m training train judging; python -m training {shlex.join(sys.argv[1:])}",
        "training": {name: _standing(name) for name in ("ear", "judge")},
    }
    card = save_sound_judge(unfitted, WEIGHTS, facts=facts)
    by_sound = _judge_of_sound()
    by_notes, surprise = _judge_of_notes(), _surprise()
    by_ear = _by_ear(by_sound)
    save_scales(
        {
            "notes": fit_scales(by_notes, roles, _as_written, second=by_sound.judge, surprise=surprise),
            "sound": fit_scales(by_sound.judge, roles, by_ear, second=by_notes, surprise=surprise),
        }
    )
    tables, figures = _measured(roles["test"], options.pieces or PASSAGES)
    print_tables(tables)
    save_sound_judge(by_sound, WEIGHTS, facts={**facts, "metrics": figures})
    print(f"{card['version']} shipped in {(time.monotonic() - started) / 60:.1f} minutes")


def _measured(test: Material, passages: int) -> tuple[list[Table], dict[str, Any]]:
    """The tables, and the same figures for the card."""
    areas = {"notes": _areas(test, passages, _by_notes()), "sound": _areas(test, passages, _by_sound())}
    means = {name: float(np.mean(list(kinds.values()))) for name, kinds in areas.items()}
    seconds = _seconds_for_a_recording(test)
    rows = [(kind, *(f"{areas[name][kind]:.3f}" for name in areas)) for kind in CORRUPTIONS]
    rows.append(("mean", *(f"{mean:.3f}" for mean in means.values())))
    told = Table(
        "How often people's test passages are put above spoilt ones (AUC, mean over genres)",
        ("kind", "by notes", "by sound"),
        tuple(rows),
    )
    wait = Table(
        "A recording of 30 s",
        ("figure", "measured"),
        (("listened to, written down and judged, of CPU", f"{seconds:.2f} s"),),
        note="Decoding and the fenced process come on top; `python -m engine judge` tells the whole.",
    )
    figures = {
        "auc": {
            name: {kind: round(area, 4) for kind, area in kinds.items()} for name, kinds in areas.items()
        },
        "mean auc": {name: round(mean, 4) for name, mean in means.items()},
        "seconds for 30 s": round(seconds, 2),
    }
    return [told, wait], figures


Opinions = dict[tuple[Genre, str], list[float]]


def _areas(test: Material, passages: int, logit_of: "_Logit") -> dict[str, float]:
    """By kind: the mean over genres of how often a person's passage is put above a spoilt one."""
    random = np.random.default_rng(29)
    found: Opinions = {}
    for passage in draw_kinds(test, random, humans=passages, each=max(1, passages // 8)):
        logit = logit_of(passage, random)
        found.setdefault((passage.genre, passage.origin), []).append(logit)
    areas: dict[str, float] = {}
    for kind in CORRUPTIONS:
        genres = [genre for genre, origin in found if origin == kind]
        each = [auc(_array(found[genre, HUMAN]), _array(found[genre, kind])) for genre in genres]
        areas[kind] = float(np.mean(each))
    return areas


def _array(values: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


class _Logit:
    """What a critique makes of a passage once `hearing` has brought it there; nothing heard is nobody's."""

    def __init__(self, critique: Critique, hearing: Hearing) -> None:
        self._critique, self._hearing = critique, hearing

    def __call__(self, passage: Passage, random: np.random.Generator) -> float:
        score = self._hearing(passage.score, random)
        if score is None:
            return -np.inf
        opinion = self._critique.scales.opinion
        return float(opinion(self._critique.inputs_of(score))[0])


def _by_notes() -> _Logit:
    critique = Critique(_judge_of_notes(), load_scales()["notes"], _judge_of_sound().judge, _surprise())
    return _Logit(critique, _as_written)


def _by_sound() -> _Logit:
    judge = _judge_of_sound()
    return _Logit(_critique_of_sound(judge), _by_ear(judge))


def _by_ear(judge: SoundJudge) -> Hearing:
    instruments = _instruments()

    def hear(score: Score, random: np.random.Generator) -> Score | None:
        return dictated(transcribe(judge.ear, record(score, instruments, random).spectra))

    return hear


def _recordings(roles: Mapping[str, Material], role: str) -> Recordings:
    examples = Examples(roles[role], genre_shares(roles[role]))
    return Recordings(role, examples, _instruments(), FOLDER / "recordings")


def _critique_of_sound(judge: SoundJudge) -> Critique:
    return Critique(judge.judge, load_scales()["sound"], _judge_of_notes(), _surprise())


def _seconds_for_a_recording(test: Material) -> float:
    """Of CPU, from samples to an opinion: the median of a few runs once warm."""
    judge = _judge_of_sound()
    critique = _critique_of_sound(judge)
    random = np.random.default_rng(2)
    score = max(
        (score for scores in test.human.values() for score in scores), key=lambda score: score.seconds
    )
    setting = draw_setting(_TIMED_SECONDS, random)
    sound = played(score, setting, _instruments(), start=0, seconds=_TIMED_SECONDS)
    taken: list[float] = []
    for _ in range(1 + _TIMED):
        began = time.process_time()
        heard = dictated(transcribe(judge.ear, listen(sound)))
        if heard is not None:
            critique.consider(heard)
        taken.append(time.process_time() - began)
    return float(np.median(taken[1:]))


def _as_written(score: Score, random: np.random.Generator) -> Score:  # noqa: ARG001  a Hearing
    return score


def _judge_of_notes() -> Judge:
    judge = load_critic(WEIGHTS, CPU)
    if judge is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / "critic.safetensors"))
    return judge


def _judge_of_sound() -> SoundJudge:
    judge = load_sound_judge(WEIGHTS, CPU)
    if judge is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / "critic_sound.safetensors"))
    return judge


def _surprise() -> Surprise:
    style = next((style for style in available_styles() if style.name == _COMPOSER), None)
    if style is None:
        raise FileNotFoundError(2, "no weights", f"{_COMPOSER}.safetensors")
    model = load_rnn(style, CPU)
    return lambda score, genre: surprise_at(model, score, genre)


def _instruments() -> Instruments:
    return Instruments(FOLDER / "instruments")


def _load(network: torch.nn.Module, name: str) -> None:
    network.load_state_dict(load_file(FOLDER / name / "best.safetensors"))
    network.eval()


def _standing(name: str) -> Mapping[str, float]:
    standing = read_standing(FOLDER / name / "checkpoint.safetensors")
    return {"epochs": standing.epoch, "updates": standing.update, "minutes": round(standing.seconds / 60, 1)}
