"""The poets whose weights lie in a folder, and all that verse of their languages is made with.

Which there are is known at once; each is loaded when it is first asked for. Knows no music.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from domain.errors import BadRequest, Reason, Unavailable
from domain.remarks import Remark
from domain.verses import Language
from engine.craft.versions import Versions, poet_with, unusable
from models.adapters import AdapterError
from models.checkpoints import find_weights
from models.leanings import NO_LEANING, Leaning
from models.lyrics.files import NETWORKS, Poet, load_poet, name_of
from models.lyrics.tongues import Tongue, load_tongue

DEFAULT_NETWORKS: Mapping[Language, str] = {Language.ENGLISH: "transformer", Language.CHINESE: "transformer"}
"""Who writes where nobody asked for a network."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A poet by the name of its network, what it writes with, and what its version leans to.

    With `remarks` it is not what was asked for: the adapter can't be used.
    """

    network: str
    poet: Poet
    tongue: Tongue
    leaning: Leaning = NO_LEANING
    remarks: tuple[Remark, ...] = ()


class Poets:
    """The poets of a folder. Weights that can't be used are told to who asks for them."""

    def __init__(self, weights: Path, device: torch.device, adapters: Path | None = None) -> None:
        self._weights = weights
        self._versions: Versions[Writer] = Versions(adapters)
        self._device = device
        self._there = {
            language: tuple(
                network for network in NETWORKS if find_weights(weights, name_of(language, network))
            )
            for language in Language
        }
        self._writers: dict[tuple[Language, str], Writer] = {}
        self._tongues: dict[Language, Tongue] = {}

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those that there is a poet for."""
        return tuple(language for language, networks in self._there.items() if networks)

    def writer(self, language: Language, network: str | None = None, adapter: str | None = None) -> Writer:
        """The poet of this network, or of the one that usually writes in this language.

        As shipped, or as the adapter of this name changes it; one that can't be used is done without. Raises
        BadRequest (UNKNOWN_POET) for another network than those there are, Unavailable where there is none
        (NO_POETS) or its files can't be used.
        """
        there = self._there[language]
        if not there:
            raise Unavailable(Reason.NO_POETS)
        usual = DEFAULT_NETWORKS[language]
        name = network or (usual if usual in there else there[0])
        if name not in there:
            raise BadRequest(Reason.UNKNOWN_POET, value=name, known=", ".join(there))
        if (language, name) not in self._writers:
            self._writers[language, name] = self._load(language, name)
        shipped = self._writers[language, name]
        if adapter is None:
            return shipped
        full = name_of(language, name)
        try:
            return self._versions.made(
                full,
                adapter,
                lambda read: replace(
                    shipped, poet=poet_with(shipped.poet, full, read, adapter), leaning=read.leaning
                ),
            )
        except AdapterError as error:
            return replace(shipped, remarks=(unusable(adapter, error),))

    def _load(self, language: Language, name: str) -> Writer:
        poet = load_poet(self._weights, language, name, self._device)
        tongue = self._tongues.get(language) or load_tongue(self._weights, language)
        if poet is None or tongue is None:
            raise Unavailable(Reason.NO_POETS)
        self._tongues[language] = tongue
        return Writer(name, poet, tongue)
