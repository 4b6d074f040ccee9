"""Shapes and text on a canvas, smooth at the edges, and the PNG of it. Draws with Pillow alone.

Draws at twice the size, and halves the picture at the end. Knows nothing of music.
"""

import io

from PIL import Image, ImageDraw, ImageFont

_SUPERSAMPLING = 2


class Pen:
    """Draws in pixels of the finished picture on a canvas that is larger by the supersampling."""

    def __init__(self, width: int, height: int, *, background: str) -> None:
        size = (width * _SUPERSAMPLING, height * _SUPERSAMPLING)
        self._image = Image.new("RGB", size, background)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, **shape: float) -> None:
        """A filled box; `radius` rounds its corners."""
        corners = [value * _SUPERSAMPLING for value in (left, top, right, bottom)]
        corners[2:] = [max(corners[2] - 1, corners[0]), max(corners[3] - 1, corners[1])]
        radius = shape.get("radius", 0) * _SUPERSAMPLING
        self._draw.rounded_rectangle(corners, radius, fill=colour)

    def image(self, left: float, top: float, right: float, bottom: float, picture: Image.Image) -> None:
        """A picture, stretched to a box."""
        corners = [round(value * _SUPERSAMPLING) for value in (left, top, right, bottom)]
        size = (corners[2] - corners[0], corners[3] - corners[1])
        self._image.paste(picture.resize(size, Image.Resampling.BILINEAR), (corners[0], corners[1]))

    def disc(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        corners = [value * _SUPERSAMPLING for value in (x, y, x + width, y + height)]
        self._draw.ellipse(corners, fill=colour)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str,
        anchor: str = "ls",
        bold: bool = False,
    ) -> float:
        """Text on its baseline; returns where it ends."""
        font = ImageFont.load_default(size * _SUPERSAMPLING)
        stroke = 1 if bold else 0
        place = (x * _SUPERSAMPLING, y * _SUPERSAMPLING)
        self._draw.text(place, text, colour, font, anchor=anchor, stroke_width=stroke)
        return x + font.getlength(text) / _SUPERSAMPLING

    def png(self) -> bytes:
        finished = self._image.reduce(_SUPERSAMPLING)
        # A palette halves the file. It is chosen from a quarter of the pixels, four times as fast.
        sample = finished.resize((finished.width // 2, finished.height // 2), Image.Resampling.NEAREST)
        palette = sample.quantize(256, method=Image.Quantize.MEDIANCUT)
        finished = finished.quantize(palette=palette, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        finished.save(buffer, "PNG", compress_level=6)
        return buffer.getvalue()


def text_width(text: str, *, size: float) -> float:
    """How wide a pen draws the text."""
    return ImageFont.load_default(size).getlength(text)
