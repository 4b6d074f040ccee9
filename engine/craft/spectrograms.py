"""A recording as a picture: its mel spectrogram, and its pitch classes below, in the piano rolls' look."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from domain.score import PITCH_NAMES
from engine.craft.pens import Pen
from models.critic.spectra import Spectra

# All lengths are pixels of the finished picture.
_WIDTH, _MARGIN, _HEADER = 1600, 40, 108
_LABELS = 44
_MEL_HEIGHT, _CHROMA_HEIGHT, _GAP, _SECONDS_ROW = 360, 216, 40, 24

_BACKGROUND, _TITLE, _TEXT, _FAINT = "#14161b", "#f4f5f7", "#b4bac6", "#7d8493"
_SHADES = ("#181a20", "#2f3d63", "#7a4a78", "#f58fb0", "#ffc24b", "#fff4d6")
"""From silence to the loudest."""

_STEPS_SECONDS = (1, 2, 5, 10, 20)
_MOST_LABELS = 15


def spectrogram(spectra: Spectra, *, title: str, about: str) -> bytes:
    """The PNG, 1600 pixels wide; `about` is a line below the title. Both in plain Latin letters."""
    foot = _HEADER + _MEL_HEIGHT + _GAP + _CHROMA_HEIGHT + _SECONDS_ROW
    pen = Pen(_WIDTH, foot + _MARGIN // 2, background=_BACKGROUND)
    pen.text(_MARGIN, 58, title, size=36, colour=_TITLE, bold=True)
    pen.text(_MARGIN, 94, about, size=20, colour=_TEXT)
    left, right, top = _MARGIN + _LABELS, _WIDTH - _MARGIN, _HEADER + 20
    mel = spectra.mel.astype(np.float32) / np.float32(255)
    pen.image(left, top, right, top + _MEL_HEIGHT, _shaded(mel))
    pen.text(left, top - 6, "mel", size=15, colour=_FAINT)
    top += _MEL_HEIGHT + _GAP - 10
    pen.image(left, top, right, top + _CHROMA_HEIGHT, _shaded(_relative(spectra.chroma())))
    pen.text(left, top - 6, "chroma", size=15, colour=_FAINT)
    row = _CHROMA_HEIGHT / 12
    for place, name in enumerate(PITCH_NAMES):
        bottom = top + _CHROMA_HEIGHT - place * row
        pen.text(left - 10, bottom - 4, name, size=14, colour=_TEXT, anchor="rs")
    _draw_seconds(pen, spectra.seconds, left, right, top + _CHROMA_HEIGHT + 18)
    return pen.png()


def _relative(chroma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each moment's pitch classes beside the strongest of it, fainter where the moment is quiet."""
    strongest = chroma.max(axis=1, keepdims=True)
    loud = np.minimum(1, strongest / max(float(np.percentile(strongest, 60)), 1e-6))
    relative = (chroma / np.maximum(strongest, 1e-6)) ** 1.5
    return (relative * np.sqrt(loud)).astype(np.float32)


def _shaded(levels: NDArray[np.float32]) -> Image.Image:
    """(frames, bands), 0 to 1, as a picture: time to the right, low bands at the bottom."""
    shades = np.asarray([[int(shade[at : at + 2], 16) for at in (1, 3, 5)] for shade in _SHADES])
    places = np.linspace(0, 1, len(shades))
    table = np.stack([np.interp(np.linspace(0, 1, 256), places, column) for column in shades.T], axis=1)
    indices = np.clip(np.rint(255 * levels.T[::-1]), 0, 255).astype(np.uint8)
    return Image.fromarray(table.astype(np.uint8)[indices])


def _draw_seconds(pen: Pen, seconds: float, left: float, right: float, y: float) -> None:
    step = next((step for step in _STEPS_SECONDS if seconds / step <= _MOST_LABELS), _STEPS_SECONDS[-1])
    for second in range(0, int(seconds) + 1, step):
        x = left + (right - left) * second / max(seconds, 1e-6)
        pen.text(x, y, f"{second // 60}:{second % 60:02}", size=14, colour=_FAINT, anchor="ms")
