"""Servers' versions of the models: adapters from a folder, and models with one merged in.

A hundred servers share the shipped models in memory; only a few merged ones, lately asked for, are kept.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

from domain.finetuning import version_with
from domain.remarks import Remark, Topic
from models.adapters import Adapter, AdapterError, adapted, read_adapter
from models.lyrics.files import Poet

MERGED = 3
"""Merged models that are kept. A recurrent one is 19 MB, of which most is changed."""

log = logging.getLogger(__name__)

Made = TypeVar("Made")


class Versions(Generic[Made]):
    """What was lately made of adapters, by their names and those of the models."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: OrderedDict[tuple[str, str], Made] = OrderedDict()

    def made(self, name: str, digest: str, make: Callable[[Adapter], Made]) -> Made:
        """What `make` makes of the adapter. Raises AdapterError where it is missing, damaged or another's."""
        key = name, digest
        if key not in self._kept:
            if self._folder is None:
                raise AdapterError("there is no folder of adapters")
            self._kept[key] = make(read_adapter(self._folder, digest))
        self._kept.move_to_end(key)
        while len(self._kept) > MERGED:
            self._kept.popitem(last=False)
        return self._kept[key]


def unusable(digest: str, error: AdapterError) -> Remark:
    """What is said where the shipped model has to do; the reason is for the log."""
    log.warning("adapter %s can't be used: %s", digest, error)
    return Remark(Topic.ADAPTER_UNUSABLE, {"adapter": digest[:8]})


def poet_with(poet: Poet, name: str, adapter: Adapter, digest: str) -> Poet:
    """A poet as its adapter changes it. Raises AdapterError where it was made for another one."""
    adapter.check_base(name, poet.version)
    network = adapted(poet.network, adapter.deltas.get(name, {}))
    return replace(poet, version=version_with(poet.version, digest), network=network)
