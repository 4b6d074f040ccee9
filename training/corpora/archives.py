"""The upstream collections as files: a checked archive, or a clone of the same upstream.

Knows names, commits, checksums and licences; knows nothing of what is inside the files.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class ArchiveError(Exception):
    """An archive is missing or is not the one this program was written for; the message says which."""


@dataclass(frozen=True)
class Upstream:
    """One collection. `stem` names its archive (`<stem>.tar.xz`) and that archive's one top folder."""

    name: str
    stem: str
    repository: str
    commit: str
    sha256: str
    licence: str
    attribution: str

    @property
    def url(self) -> str:
        return f"https://github.com/{self.repository}"


CRE = Upstream(
    name="CRÉ",
    stem="cre-9d8ccf9",
    repository="polifonia-project/folk_ngram_analysis",
    commit="9d8ccf9",
    sha256="52980e2e60f711928901561ad95ce260ccdacb06fd3c0bd8a2d567a1065bcba4",
    licence="CC BY 4.0",
    attribution="Ceol Rince na hÉireann corpus: collected by Breandán Breathnach, transcribed by Bill Black, "
    "prepared by Danny Diamond for the Polifonia project",
)
JS_FAKES = Upstream(
    name="JS Fake Chorales",
    stem="js-fakes-68b476d",
    repository="omarperacha/js-fakes",
    commit="68b476d",
    sha256="320457e64ab117ba43e0ac23adb6ba1cef791861836ba33bf79d1cf9c1687db1",
    licence="CC BY 4.0",
    attribution="JS Fake Chorales, by Omar Peracha",
)
MUTOPIA = Upstream(
    name="Mutopia",
    stem="mutopia-midi-2144afd",
    repository="MutopiaProject/MutopiaProject",
    commit="2144afd",
    sha256="8354f0f02f144ba41b58b471bad0fbf797554031edd960c00f23f5063ce513d1",
    licence="per piece",
    attribution="The Mutopia Project and its contributors",
)
OPEN_HYMNAL = Upstream(
    name="Open Hymnal",
    stem="openhymnal-d35811b",
    repository="mzealey/openhymnal",
    commit="d35811b",
    sha256="9359badba73eff0f08a248a4b5ea30e3d0e3dfffc03d4f79b0b0b382fae8fb7e",
    licence="public domain",
    attribution="The Open Hymnal Project, edited by Brian J. Dumont",
)
LIEDER = Upstream(
    name="OpenScore Lieder",
    stem="lieder-bca1224",
    repository="OpenScore/Lieder",
    commit="bca1224",
    sha256="c100be9f7c38ab9a063e7ed169cdf7980b4154720d75c0486662a342aa3e9b09",
    licence="CC0 1.0",
    attribution="OpenScore Lieder Corpus, by the OpenScore contributors",
)
ENGLISH_POETRY = Upstream(
    name="English Gutenberg Poetry",
    stem="english-gutenberg-poetry-8693a25",
    repository="tnhaider/english-gutenberg-poetry",
    commit="8693a25",
    sha256="f48996e014f609c3ac5a1869311acc572298ae2037ccba16b58b1bb4c48042ee",
    licence="public domain",
    attribution="English verse of Project Gutenberg, marked up with GutenTag by Julian Brooke and Adam "
    "Hammond, collected by T. N. Haider",
)
CHINESE_POETRY = Upstream(
    name="chinese-poetry",
    stem="chinese-poetry-2.0.1",
    repository="chinese-poetry/chinese-poetry-npm",
    commit="2.0.1",
    sha256="25b549e46919c3a0569db6b68ddc96956b04a484ea4518ad2bbd4f137e307e86",
    licence="MIT",
    attribution="chinese-poetry, collected by JackeyGao and contributors, packaged by Kenny Wong",
)
UPSTREAMS = (CRE, JS_FAKES, MUTOPIA, OPEN_HYMNAL, LIEDER)
"""The collections of music."""

VERSE_UPSTREAMS = (ENGLISH_POETRY, CHINESE_POETRY)


def find_upstream(folder: Path, upstream: Upstream) -> Path:
    """Where `folder` keeps a collection: its archive, its unpacked archive, or a clone.

    Raises ArchiveError when there is none.
    """
    repository_name = upstream.repository.split("/")[1]
    for name in (f"{upstream.stem}.tar.xz", f"{upstream.stem}.tgz", upstream.stem, repository_name):
        if (folder / name).exists():
            return folder / name
    raise ArchiveError(
        f"{folder} holds neither {upstream.stem}.tar.xz nor a clone named {repository_name} "
        f"(git clone {upstream.url}, then check out {upstream.commit})"
    )


def verify(path: Path, upstream: Upstream) -> None:
    """Compare an archive with its checksum; a folder is taken as it is.

    Raises ArchiveError when they differ.
    """
    if path.is_dir():
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != upstream.sha256:
        raise ArchiveError(
            f"{path} has sha256 {found}, not {upstream.sha256}: it is damaged or another version"
        )


def read_files(path: Path, *, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield (path inside the collection, content) for every file whose name ends in one of `suffixes`."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.name.endswith(suffixes) and file.is_file():
                yield file.relative_to(path).as_posix(), file.read_bytes()
        return
    with tarfile.open(path, "r:xz") as archive:
        for member in archive:
            if not (member.isfile() and member.name.endswith(suffixes)):
                continue
            content = archive.extractfile(member)
            if content is not None:
                yield member.name.partition("/")[2], content.read()
