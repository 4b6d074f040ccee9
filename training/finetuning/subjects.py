"""What is taught by its name: which networks learn, from which files, and who composes to be measured."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from domain.errors import Reason, Unavailable
from domain.finetuning import FinetuneRequest, Learning, Teachable
from domain.score import Score
from domain.verses import Language, Verse
from models.checkpoints import find_weights, read_card, refusing
from models.drafting import Model
from models.families import load_model
from models.gan.critic_files import load_gan_critic
from models.gan.drafting import GANModel
from models.lyrics.files import LANGUAGES, LYRICS, NETWORKS, load_poet, name_of
from models.lyrics.quotations import words_of_text
from models.lyrics.stanzas import read_target
from models.lyrics.tongues import Tongue, load_tongue
from models.lyrics.vocabulary import Vocabulary
from models.registry import available_styles
from models.rnn.writing import RNNModel
from models.tokens import decode
from models.vae.drafting import VAEModel
from training.finetuning.gan import Player, gan_player
from training.finetuning.rehearsal import Rehearsal, Rehearsing
from training.finetuning.replay import Replay, read_replay
from training.finetuning.rnn import rnn_student
from training.finetuning.students import Student
from training.finetuning.vae import LatentView, latents_of
from training.finetuning.verse import verse_student
from training.finetuning.verse_rehearsal import Author, VerseRehearsing
from training.finetuning.verse_replay import Told, read_verse_replay

TAUGHT = "transformer"
"""The network whose deltas are learned in each language: the one that usually writes."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run teaches.

    `bases` are the versions of the weights that it learns on, by name. `view` is where the lessons lie in the
    latent space of a model that has one. `player` learns by playing against a critic.
    """

    bases: Mapping[str, str]
    students: tuple[Student[Any], ...]
    rehearsing: Rehearsal
    view: LatentView | None = None
    player: Player | None = None

    @property
    def learning(self) -> tuple[Student[Any], ...]:
        """All that learns deltas."""
        return (*self.students, *(() if self.player is None else (self.player.student,)))


Opening = Generator[Learning, None, Subject]
"""A step after each thing that takes a while, so that a run can be cancelled before it has begun."""

_BEGUN = Learning(fraction=0.0)


def open_subject(request: FinetuneRequest, weights: Path) -> Opening:
    """Load all that a run needs, step by step, and return it.

    Raises Unavailable (WEIGHTS_UNUSABLE) where a file is missing or damaged.
    """
    return _verse(request, weights) if request.teachable is Teachable.LYRICS else _music(request, weights)


def _music(request: FinetuneRequest, weights: Path) -> Opening:
    name = str(request.teachable)
    style = next((style for style in available_styles(weights) if style.name == name), None)
    if style is None:
        raise _missing(name)
    model = load_model(style, torch.device("cpu"))
    yield _BEGUN
    with _sampled(name):
        replay = read_replay(weights, name)
    yield _BEGUN
    player = player_of(model, replay, weights)
    yield _BEGUN
    students: list[Student[Any]] = []
    if request.teachable is Teachable.RNN and isinstance(model, RNNModel):
        students.append(rnn_student(model, request.lessons, replay))
    view = None
    if isinstance(model, VAEModel):
        latents: dict[int, NDArray[np.float64]] = {}
        for work, latent in latents_of(model, request.lessons):
            latents[work] = latent
            yield _BEGUN
        view = LatentView.of(model, latents)
    made = [lesson.made for lesson in request.lessons if isinstance(lesson.made, Score)]
    return Subject(
        bases={name: model.version},
        students=tuple(students),
        rehearsing=Rehearsing(style, model, (*map(decode, replay.replayed), *made)),
        view=view,
        player=player,
    )


def player_of(model: Model, replay: Replay, weights: Path) -> Player | None:
    """Who plays on where votes were cast; None of models that play no game, and without a critic's weights:
    then what is learned is a leaning alone.

    Raises Unavailable (WEIGHTS_UNUSABLE) where those are damaged.
    """
    if not isinstance(model, GANModel):
        return None
    critic = load_gan_critic(weights, torch.device("cpu"))
    return None if critic is None else gan_player(model, critic, replay)


def _verse(request: FinetuneRequest, weights: Path) -> Opening:
    """The poets of the languages that there are lessons in; every poet is a base, as all go by a leaning."""
    written = [lesson.made for lesson in request.lessons if isinstance(lesson.made, Verse)]
    students: list[Student[Any]] = []
    authors: list[Author] = []
    known: dict[Language, list[list[str]]] = {}
    for language in sorted({verse.recipe.request.language or Language.ENGLISH for verse in written}):
        name = name_of(language, TAUGHT)
        poet = load_poet(weights, language, TAUGHT, torch.device("cpu"))
        yield _BEGUN
        open_tongue = partial(_tongue, weights, language, name)
        open_tongue()  # what is damaged is to be told before minutes of learning
        yield _BEGUN
        if poet is None:
            raise _missing(name)
        with _sampled(name):
            replay = read_verse_replay(weights, language, vocabulary=len(poet.vocabulary))
        students.append(verse_student(name, poet, request.lessons, replay))
        authors.append(Author(name, poet, language, open_tongue))
        own = [verse for verse in written if verse.recipe.request.language is language]
        known[language] = [
            *(words_of_text(verse.text, language) for verse in own),
            *(_words(told, poet.vocabulary) for told in replay.replayed),
        ]
        yield _BEGUN
    return Subject(_poets(weights), tuple(students), VerseRehearsing(tuple(authors), known))


def _tongue(weights: Path, language: Language, name: str) -> Tongue:
    tongue = load_tongue(weights, language)
    if tongue is None:
        raise _missing(name)
    return tongue


def _missing(name: str) -> Unavailable:
    return Unavailable(Reason.WEIGHTS_UNUSABLE, style=name, problem="they are missing")


def _poets(weights: Path) -> dict[str, str]:
    """The versions of all poets there are, by the names of their weights."""
    found = {
        name: find_weights(weights, name)
        for name in (name_of(language, network) for language in LANGUAGES for network in NETWORKS)
    }
    with refusing(LYRICS):
        return {name: read_card(path)["version"] for name, path in found.items() if path is not None}


def _words(told: Told, vocabulary: Vocabulary) -> list[str]:
    stanza = read_target(told.target, vocabulary)
    return [word.lower() for line in stanza.lines for word in line.words]


@contextmanager
def _sampled(name: str) -> Generator[None]:
    """Say which weights can't be taught where the sample of works beside them can't be read."""
    try:
        yield
    except (OSError, ValueError) as error:
        problem = "the sample of works beside them is missing or damaged"
        raise Unavailable(Reason.WEIGHTS_UNUSABLE, style=name, problem=problem) from error
