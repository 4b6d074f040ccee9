"""SoundFont 2 files: cuts presets out, with their samples, as a font of their own.

Synthesizers that read a whole file for every part they play get megabytes instead of hundreds of them.
Follows the SoundFont technical specification 2.04; knows nothing of where fonts are found.
"""

import mmap
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

DRUM_BANK = 128

Preset = tuple[int, int]
"""Bank and program, both from 0."""

Records = NDArray[Any]
"""A table of the file: a structured array, its last record a sentinel where the table has one."""

_HEAD = ("name", "S20")
_TABLES: Mapping[str, np.dtype[Any]] = {
    "phdr": np.dtype(
        [_HEAD, ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("reserved", "V12")],
    ),
    "pbag": np.dtype([("generator", "<u2"), ("modulator", "<u2")]),
    "pmod": np.dtype("V10"),
    "pgen": np.dtype([("operator", "<u2"), ("amount", "<u2")]),
    "inst": np.dtype([_HEAD, ("bag", "<u2")]),
    "ibag": np.dtype([("generator", "<u2"), ("modulator", "<u2")]),
    "imod": np.dtype("V10"),
    "igen": np.dtype([("operator", "<u2"), ("amount", "<u2")]),
    "shdr": np.dtype(
        [
            _HEAD,
            ("start", "<u4"),
            ("end", "<u4"),
            ("loop_start", "<u4"),
            ("loop_end", "<u4"),
            ("rate", "<u4"),
            ("pitch", "V2"),
            ("link", "<u2"),
            ("kind", "<u2"),
        ]
    ),
}

# Generators by which a preset's zone names an instrument, and an instrument's zone a sample.
_INSTRUMENT, _SAMPLE = 41, 53

_PAN = 17
_NEARLY_CENTRED = 5
"""Tenths of a percent beside the middle that nobody hears: they are set to none."""

_COMPRESSED = 0x10
"""Of a sample's kind: Ogg Vorbis, as in .sf3 files."""

_SPACING = 46
"""Zeros after every sample, as the specification asks for: interpolation reads past the end."""


class BadFont(ValueError):
    """Not a soundfont, a broken one, or one whose samples are compressed (.sf3)."""


@dataclass(frozen=True, slots=True)
class SoundFont:
    """A font's tables, and its samples as 16-bit numbers; a file's stay on the disk until they are used."""

    tables: Mapping[str, Records]
    samples: NDArray[np.int16]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises OSError when the file can't be read, BadFont for what it holds."""
        with path.open("rb") as file:
            try:
                return cls.read(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
            except ValueError as error:  # also that of an empty file, which can't be mapped
                raise BadFont(str(error)) from error

    @classmethod
    def read(cls, content: memoryview) -> Self:
        """Raises BadFont."""
        try:
            if bytes(content[:4]) != b"RIFF" or bytes(content[8:12]) != b"sfbk":
                raise BadFont("not a SoundFont 2 file")
            lists = {kind: body for name, kind, body in _chunks(content[12:]) if name == "LIST"}
            tables = {name: body for name, _, body in _chunks(lists["pdta"], nested=False)}
            records = {name: np.frombuffer(tables[name], dtype) for name, dtype in _TABLES.items()}
            waves = {name: body for name, _, body in _chunks(lists["sdta"], nested=False)}
            samples = np.frombuffer(waves["smpl"], "<i2")
        except (KeyError, ValueError, struct.error) as error:
            raise BadFont(f"not a whole SoundFont 2 file: {error}") from error
        if (records["shdr"]["kind"][:-1] & _COMPRESSED).any():
            raise BadFont("its samples are compressed, as in .sf3 files")
        return cls(records, samples)

    def cut(self, presets: Sequence[Preset]) -> bytes:
        """A file with just these presets, or the font's first for those that are missing.

        Raises BadFont when the tables contradict each other.
        """
        tables = [self.tables[name] for name in _TABLES]
        try:
            chosen = sorted({self._place(preset) for preset in presets})
            kept, instruments = _kept(tables[:4], chosen, link=_INSTRUMENT)
            inner, samples = _kept(tables[4:8], instruments, link=_SAMPLE)
            headers, wave = self._samples(samples)
        except (IndexError, ValueError, OverflowError) as error:
            raise BadFont(f"a broken SoundFont 2 file: {error}") from error
        return _file([*kept, *inner, headers], wave)

    def is_centred(self) -> bool:
        """Whether all that is in the font sounds alike on the left and on the right."""
        generators = (self.tables[name] for name in ("pgen", "igen"))
        return not any(table["amount"][table["operator"] == _PAN].any() for table in generators)

    def _place(self, preset: Preset) -> int:
        heads = self.tables["phdr"][:-1]
        found = np.flatnonzero((heads["bank"] == preset[0]) & (heads["program"] == preset[1]))
        return int(found[0]) if len(found) else 0

    def _samples(self, numbers: Sequence[int]) -> tuple[Records, NDArray[np.int16]]:
        """The samples of these numbers, one after another, and their headers with the sentinel."""
        table = self.tables["shdr"]
        headers = table[[*numbers, len(table) - 1]].copy()
        pieces: list[NDArray[np.int16]] = []
        position = 0
        for header in headers[:-1]:
            piece = self.samples[header["start"] : header["end"]]
            if len(piece) != int(header["end"]) - int(header["start"]) or not len(piece):
                raise ValueError(f"the sample {header['name']!r} lies outside the file")
            moved = position - int(header["start"])
            for field in ("start", "end", "loop_start", "loop_end"):
                header[field] = max(int(header[field]) + moved, 0)
            header["link"] = 0
            header["kind"] = 1  # mono: the other half of a pair sounds by its own zone, not by its link
            pieces += [piece, np.zeros(_SPACING, np.int16)]
            position += len(piece) + _SPACING
        return headers, np.concatenate(pieces) if pieces else np.zeros(_SPACING, np.int16)


def _kept(layer: Sequence[Records], owners: Sequence[int], *, link: int) -> tuple[list[Records], list[int]]:
    """Presets or instruments alone with their zones, and what these name by `link`, numbered in that order.

    `layer` is the four tables: heads, bags, modulators, generators.
    """
    heads, bags, modulators, generators = layer
    linked: dict[int, int] = {}
    kept_bags: list[tuple[int, int]] = []
    kept_generators: list[Records] = []
    kept_modulators: list[Records] = []
    kept_heads = heads[[*owners, len(heads) - 1]].copy()
    sizes = [0, 0]
    for head, owner in zip(kept_heads, owners, strict=False):
        head["bag"] = len(kept_bags)
        for bag in range(int(heads["bag"][owner]), int(heads["bag"][owner + 1])):
            kept_bags.append((sizes[0], sizes[1]))
            first, after = bags[bag], bags[bag + 1]
            own = generators[first["generator"] : after["generator"]].copy()
            names = own["operator"] == link
            own["amount"][(own["operator"] == _PAN) & _nearly_centred(own["amount"])] = 0
            own["amount"][names] = [linked.setdefault(int(n), len(linked)) for n in own["amount"][names]]
            kept_generators.append(own)
            kept_modulators.append(modulators[first["modulator"] : after["modulator"]])
            sizes = [sizes[0] + len(own), sizes[1] + len(kept_modulators[-1])]
    kept_heads["bag"][-1] = len(kept_bags)
    kept_bags.append((sizes[0], sizes[1]))
    tables = [
        kept_heads,
        np.array(kept_bags, bags.dtype),
        np.concatenate([*kept_modulators, np.zeros(1, modulators.dtype)]),
        np.concatenate([*kept_generators, np.zeros(1, generators.dtype)]),
    ]
    return tables, list(linked)


def _nearly_centred(pans: NDArray[np.uint16]) -> NDArray[np.bool_]:
    return np.abs(pans.view(np.int16)) <= _NEARLY_CENTRED


def _chunks(content: memoryview, *, nested: bool = True) -> Iterator[tuple[str, str, memoryview]]:
    """Each chunk's name, its kind where lists are `nested` in it (else empty), and its body."""
    position = 0
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        start = position + 8
        body = content[start : start + size]
        if len(body) < size:
            raise ValueError("it ends too early")
        kind = bytes(body[:4]).decode("latin-1") if nested else ""
        yield name.decode("latin-1"), kind, body[4:] if nested else body
        position = start + size + size % 2


def _file(tables: Sequence[Records], wave: NDArray[np.int16]) -> bytes:
    """The nine tables, in the order of `_TABLES`, and the samples as a file."""
    information = _chunk("ifil", struct.pack("<2H", 2, 1)) + _chunk("INAM", b"cut\0")
    return _chunk(
        "RIFF",
        b"sfbk",
        _chunk("LIST", b"INFO", information),
        _chunk("LIST", b"sdta", _chunk("smpl", wave.tobytes())),
        _chunk(
            "LIST",
            b"pdta",
            *(_chunk(name, table.tobytes()) for name, table in zip(_TABLES, tables, strict=True)),
        ),
    )


def _chunk(name: str, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack("<4sI", name.encode(), len(body)) + body + b"\0" * (len(body) % 2)
