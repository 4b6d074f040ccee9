"""Every model that the engine works with: what composes, what transforms, the judge, and the poets.

Servers' versions of what composes are made here, too, of the shipped models and adapters.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch

from domain.errors import BadRequest, Reason, Unavailable
from domain.finetuning import version_with
from domain.genres import Genre
from domain.remarks import Remark
from domain.score import Score
from engine.craft.poets import Poets
from engine.craft.versions import Versions, unusable
from models.adapters import Adapter, AdapterError
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.critic.files import CRITIC, load_critic
from models.critic.network import Judge
from models.critic.sound_files import SOUND_CRITIC, SoundJudge, load_sound_judge
from models.devices import choose_device
from models.drafting import Model
from models.families import load_model, model_with
from models.leanings import NO_LEANING, Leaning
from models.registry import Style, available_styles
from models.style_transfer.files import STYLE_TRANSFER, Restyler, load_style_transfer

_Kind = TypeVar("_Kind")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Version:
    """What composes in a style: its model, the gate, and what both lean to.

    With `remarks` it is not what was asked for: the adapter can't be used.
    """

    style: Style
    model: Model
    gate: Gate
    leaning: Leaning = NO_LEANING
    remarks: tuple[Remark, ...] = ()


class Repertoire:
    """The models whose weights lie in a folder, and adapters in another one.

    Weights that can't be used are told to who asks for them.
    """

    def __init__(self, weights: Path, device: str | None = None, adapters: Path | None = None) -> None:
        # A step of a batch of one is over before a second thread has woken up.
        torch.set_num_threads(1)
        self._device = choose_device(device)
        self._styles: dict[str, Style] = {}
        self._models: dict[str, Model] = {}
        self._unusable: dict[str, Unavailable] = {}
        self.gate = Gate(_load_judge(weights, self._device), Norms.load())
        self.poets = Poets(weights, self._device, adapters)
        self._versions: Versions[Version] = Versions(adapters)
        for style in available_styles(weights):
            self._styles[style.name] = style
            try:
                self._models[style.name] = load_model(style, self._device)
            except Unavailable as error:
                self._unusable[style.name] = error
        self._sound_judge: SoundJudge | None = None
        try:
            self._sound_judge = load_sound_judge(weights, self._device)
        except Unavailable as error:
            self._unusable[SOUND_CRITIC] = error
        self._restyler: Restyler | None = None
        try:
            self._restyler = load_style_transfer(weights, self._device)
        except Unavailable as error:
            self._unusable[STYLE_TRANSFER] = error

    @property
    def composing(self) -> tuple[str, ...]:
        """The names of the styles that can compose."""
        return tuple(self._models)

    def composer(self, name: str, adapter: str | None = None) -> Version:
        """The style of this name as shipped, or as the adapter of this name changes it.

        An adapter that can't be used is done without. Raises BadRequest where no style has the name,
        Unavailable where its weights can't be used.
        """
        if not self._styles:
            raise Unavailable(Reason.NO_STYLES)
        if name in self._unusable:
            raise self._unusable[name]
        if name not in self._models:
            raise BadRequest(Reason.UNKNOWN_STYLE, value=name, known=", ".join(self._models))
        shipped = Version(self._styles[name], self._models[name], self.gate)
        if adapter is None:
            return shipped

        def changed(read: Adapter) -> Version:
            version = version_with(shipped.model.version, adapter)
            model = model_with(shipped.model, name, read, version=version)
            gate = replace(shipped.gate, leaning=read.leaning)
            return replace(shipped, model=model, gate=gate, leaning=read.leaning)

        try:
            return self._versions.made(name, adapter, changed)
        except AdapterError as error:
            return replace(shipped, remarks=(unusable(adapter, error),))

    def transformer(
        self, name: str, kind: type[_Kind], adapter: str | None = None
    ) -> tuple[_Kind, tuple[Genre, ...], tuple[Remark, ...]]:
        """The model of this name, which is of this kind, the genres that it offers, and what `composer` would
        remark.

        Raises Unavailable where its weights are missing or can't be used.
        """
        if isinstance(self._restyler, kind):
            return self._restyler, tuple(self._restyler.profiles), ()
        version = self.needed(name, adapter)
        if not isinstance(version.model, kind):
            raise _missing(name)
        return version.model, version.style.genres, version.remarks

    def needed(self, name: str, adapter: str | None = None) -> Version:
        """As `composer`, a style that nobody asked for by name. Raises Unavailable as `transformer` does."""
        if name not in self._models and name not in self._unusable:
            raise _missing(name)
        return self.composer(name, adapter)

    def version_of(self, *versions: str) -> str:
        """The versions of all who made something, where the judge chose among it."""
        judge = self.gate.judge
        return "+".join([*versions, *([] if judge is None else [judge.version])])

    @property
    def judge(self) -> Judge:
        """The judge of notes. Raises Unavailable where there is none."""
        if self.gate.judge is None:
            raise _missing(CRITIC)
        return self.gate.judge

    @property
    def heard_sound_judge(self) -> SoundJudge | None:
        """The judge of recordings, where there is one that can be used."""
        return self._sound_judge

    @property
    def sound_judge(self) -> SoundJudge:
        """The judge of recordings. Raises Unavailable where its weights are missing or can't be used."""
        if SOUND_CRITIC in self._unusable:
            raise self._unusable[SOUND_CRITIC]
        if self._sound_judge is None:
            raise _missing(SOUND_CRITIC)
        return self._sound_judge

    def judgement(self, score: Score, genre: Genre | None) -> float | None:
        """How likely the judge takes a score for a person's, 0 to 1; None without a judge."""
        if self.gate.judge is None:
            return None
        return float(self.gate.judge.judge([score], [genre])[0])


def _missing(name: str) -> Unavailable:
    return Unavailable(Reason.WEIGHTS_UNUSABLE, style=name, problem="they are missing")


def _load_judge(weights: Path, device: torch.device) -> Judge | None:
    """The judge, where its weights are there and whole; without it the gate's checks alone decide."""
    try:
        return load_critic(weights, device)
    except Unavailable as error:
        log.warning("composing goes on without the judge: %s", error)
        return None
