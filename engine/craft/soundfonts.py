"""Which soundfont is played: the one asked for, a better one found on the system, or TimGM6mb.

A font that can't be used is named in the log, and the next one is taken. Nothing depends on which it is:
levels are measured where parts are mixed.
"""

import functools
import importlib.util
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from engine.craft.sf2 import BadFont, Preset, SoundFont

VARIABLE = "SOUNDFONT"
"""The environment variable that names a font, to be taken before all others."""

SYSTEM_FOLDERS = (
    Path("/usr/share/sounds/sf2"),  # Debian
    Path("/usr/share/soundfonts"),  # Fedora, Arch
    Path("/usr/local/share/soundfonts"),
    Path("/opt/homebrew/share/soundfonts"),
    Path("/usr/share/sounds/sf3"),
)

# How the names of fonts begin that hold all of General MIDI, best first. The last are what systems
# link to one of them.
_PREFERRED = ("FluidR3_GM", "MuseScore_General", "GeneralUser", "default-GM", "default")

log = logging.getLogger(__name__)


class Instruments:
    """A soundfont, handed out in small ones: all of it would have to be read for every part played."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file can't be read, BadFont for what it holds."""
        self.path = path
        font = SoundFont.open(path)
        font.cut([(0, 0)])
        self._cut = functools.lru_cache(maxsize=8)(font.cut)
        self._centred: dict[Preset, bool] = {}

    def file(self, *presets: Preset) -> bytes:
        """A SoundFont file with these presets alone."""
        return self._cut(presets)

    def is_centred(self, preset: Preset) -> bool:
        """Whether the preset sounds alike on the left and on the right."""
        if preset not in self._centred:
            self._centred[preset] = SoundFont.read(memoryview(self.file(preset))).is_centred()
        return self._centred[preset]


@functools.cache
def soundfont() -> Instruments:
    """The soundfont to play with, chosen once. Raises FileNotFoundError when there is none at all."""
    asked = os.environ.get(VARIABLE)
    if asked and (chosen := _opened(Path(asked).expanduser(), level=logging.WARNING)):
        return chosen
    for path in _on_the_system():
        if chosen := _opened(path, level=logging.INFO):
            return chosen
    if chosen := _opened(bundled(), level=logging.WARNING):
        return chosen
    raise FileNotFoundError("there is no soundfont to play with: install pretty_midi again")


def bundled() -> Path:
    """Where pretty_midi's TimGM6mb is (found without importing pretty_midi)."""
    spec = importlib.util.find_spec("pretty_midi")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    return next((Path(folder) for folder in folders), Path()) / "TimGM6mb.sf2"


def _opened(path: Path, *, level: int) -> Instruments | None:
    """The font, or None and a line of this level in the log that says why not."""
    try:
        font = Instruments(path)
    except (OSError, BadFont) as error:
        log.log(level, "The soundfont %s can't be used: %s", path, error)
        return None
    log.info("Playing with the soundfont %s", path)
    return font


def _on_the_system() -> Iterator[Path]:
    """Fonts where systems keep them: .sf2 before .sf3, then as preferred, then as the folders stand."""
    for suffix in (".sf2", ".sf3"):
        for beginning in _PREFERRED:
            for folder in SYSTEM_FOLDERS:
                yield from sorted(folder.glob(f"{beginning}*{suffix}"))
