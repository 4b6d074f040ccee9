"""MusicXML engraved as pictures: verovio sets the notes, resvg draws them on white paper.

Knows the tempo mark and the title, and else nothing of the score. All text is in a font that comes as
a package, so that a machine without fonts draws the same.
"""

import io
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from importlib.util import find_spec
from math import sqrt
from typing import Any

import resvg_py
import verovio
from PIL import Image

MAX_PAGES = 4
"""Discord shows so many pictures in one block."""

_PIXELS = 1600
_PAGE_WIDTHS = (2300, 2700, 3100, 3500)
"""In verovio's units, tried in turn: on a wider page all is smaller, and more fits."""

_PAGE_SHAPE = 1.414  # height to width, as A4
_LINE_SHARE = 0.35  # how full a line has to be to end where a new one had best begin
_MARGIN = 80
_TITLE_HEIGHT, _TITLE_SIZE = 150, 72

_LYRIC_SPACE, _LYRIC_MARGIN = 2.4, 3.5
"""Between words, and above them: verovio by itself leaves less, counting on a narrower and lower font."""

_FONT = "Source Serif Pro"
_FONT_STYLES = ("Regular", "Bold", "It", "BoldIt")

_HAN_FONT, _HAN_PACKAGE, _HAN_FILE = "Noto Sans CJK SC", "manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"
_HAN_TEXT = re.compile(r"<(?P<tag>t(?:ext|span)[^>]*)>(?=[^<]*[\u3400-\u9fff])")

_PAGE = re.compile(r'<svg viewBox="0 0 (?P<width>\d+) (?P<height>\d+)"')
_TEMPO_MARK = re.compile(
    r'(?P<group>class="tempo"[^>]*>)\s*<text x="(?P<x>\d+)" y="(?P<y>\d+)".*?</text>', re.DOTALL
)
_BAR = 'class="measure"'
_MUSIC_TEXT = re.compile(r'<tspan font-family="Leipzig" font-size="\d+px">(?P<sign>[^<])</tspan>')
_IN_LETTERS = {"\uea64": "b", "\uea66": "#", "\ue550": " ", "\ue551": " ", "\ue552": " "}
"""Signs in chord symbols, and ties between syllables, that no text font has."""

_GLYPH = '<path transform="scale(1,-1)"'

# The tempo mark's note, in the units of verovio's drawing: 180 between two lines of a staff.
_NOTE = (
    '<ellipse cx="100" cy="-72" rx="88" ry="62" transform="rotate(-22 100 -72)" stroke="none"/>'
    '<rect x="166" y="-420" width="20" height="330" stroke="none"/>'
)
_DOT = '<circle cx="265" cy="-62" r="32" stroke="none"/>'
_TEMPO_SIZE = 405


@dataclass(frozen=True, slots=True)
class TempoMark:
    """What stands over the first bar: beats a minute, the beat a quarter or a dotted one, and a word."""

    beats: int
    dotted: bool
    word: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """PNG pages, and how many bars are on them."""

    pictures: tuple[bytes, ...]
    bars: int


def engrave(musicxml: bytes, *, title: str, tempo: TempoMark) -> Pages:
    """The first `MAX_PAGES` pages, set as large as lets the piece end on them.

    Raises RuntimeError for what verovio can't read.
    """
    toolkit = _toolkit()
    toolkit.setOptions(_options(_PAGE_WIDTHS[0]))
    if not toolkit.loadData(_in_the_fonts_signs(musicxml.decode())):
        raise RuntimeError("verovio could not read the MusicXML")
    _lay_out(toolkit)
    pages = min(toolkit.getPageCount(), MAX_PAGES)
    drawings = [toolkit.renderToSVG(page) for page in range(1, pages + 1)]
    bars = sum(drawing.count(_BAR) for drawing in drawings)
    drawings[0] = _titled(_with_tempo(drawings[0], tempo), title)
    return Pages(tuple(_picture(drawing) for drawing in drawings), bars)


def _in_the_fonts_signs(musicxml: str) -> str:
    """Three primes in a row for the triple prime, which the font has not."""
    return musicxml.replace("‴", "′′′").replace("⁗", "′′′′")


def _lay_out(toolkit: verovio.toolkit) -> None:
    """Set smaller what takes too many pages, and what takes one page less for it."""
    pages = toolkit.getPageCount()
    needed = _PAGE_WIDTHS[0] * sqrt(pages / MAX_PAGES)
    for width in _PAGE_WIDTHS[1:]:
        if pages == 1 or (width < needed and width != _PAGE_WIDTHS[-1]):
            continue
        toolkit.setOptions(_options(width))
        toolkit.redoLayout()
        if toolkit.getPageCount() <= MAX_PAGES:
            break
    if pages <= toolkit.getPageCount() <= MAX_PAGES:  # nothing was gained
        toolkit.setOptions(_options(_PAGE_WIDTHS[0]))
        toolkit.redoLayout()


@cache
def _toolkit() -> verovio.toolkit:
    verovio.enableLog(verovio.LOG_ERROR)
    return verovio.toolkit()


def _options(page_width: int) -> dict[str, Any]:
    return {
        "adjustPageHeight": True,
        "barLineWidth": 0.35,
        "breaks": "smart",
        "breaksSmartSb": _LINE_SHARE,
        "footer": "none",
        "header": "none",
        "lyricHeightFactor": 1.2,
        "lyricTopMinMargin": _LYRIC_MARGIN,
        "lyricWordSpace": _LYRIC_SPACE,
        "pageHeight": round(page_width * _PAGE_SHAPE),
        "pageMarginBottom": _MARGIN,
        "pageMarginLeft": _MARGIN,
        "pageMarginRight": _MARGIN,
        "pageMarginTop": _MARGIN,
        "pageWidth": page_width,
        "smuflTextFont": "none",
        "staffLineWidth": 0.2,
        "stemWidth": 0.25,
        "svgFormatRaw": True,
        "svgViewBox": True,
    }


def _with_tempo(drawing: str, tempo: TempoMark) -> str:
    """The drawing with the tempo mark's note drawn, where verovio would want a music font."""
    note, width = (_NOTE + _DOT, 380) if tempo.dotted else (_NOTE, 280)
    text = f"= {tempo.beats}" + (f"   {tempo.word}" if tempo.word else "")
    attributes = f'x="{width}" y="0" font-size="{_TEMPO_SIZE}" xml:space="preserve"'

    def mark(found: re.Match[str]) -> str:
        place = f'transform="translate({found["x"]},{found["y"]})"'
        return f"{found['group']}<g {place}>{note}<text {attributes}>{escape(text)}</text></g>"

    return _TEMPO_MARK.sub(mark, drawing, count=1)


def _titled(drawing: str, title: str) -> str:
    """The drawing with the title above it, in the middle."""
    found = _PAGE.match(drawing)
    if found is None:
        raise RuntimeError("verovio's drawing has no size")
    width, height = int(found["width"]), int(found["height"])
    scale = width / _PAGE_WIDTHS[0]
    top = (_TITLE_HEIGHT - _MARGIN) * scale
    place = f'x="{width / 2}" y="{(_TITLE_HEIGHT - _TITLE_SIZE / 2) * scale}" text-anchor="middle"'
    look = f'font-family="{_FONT}" font-size="{_TITLE_SIZE * scale}"'
    return (
        f'<svg viewBox="0 0 {width} {height + top}" xmlns="http://www.w3.org/2000/svg">'
        f"<text {place} {look}>{escape(title)}</text>"
        f'<svg y="{top}" width="{width}" height="{height}"{drawing[len("<svg") :]}</svg>'
    )


def _picture(drawing: str) -> bytes:
    """A grey PNG: a third of the colour one's size."""
    drawing = _MUSIC_TEXT.sub(_in_letters, drawing)
    has_han = _HAN_TEXT.search(drawing) is not None
    drawing = _HAN_TEXT.sub(_in_han_font, drawing)
    drawn = resvg_py.svg_to_bytes(
        # Verovio's style sheet outlines every path; glyphs look the same without, and take less time.
        svg_string=drawing.replace(_GLYPH, f'{_GLYPH} style="stroke:none"'),
        background="#ffffff",
        width=_PIXELS,
        skip_system_fonts=True,
        font_files=[*_font_files(), *(_han_font_files() if has_han else ())],
        font_family=_FONT,
        serif_family=_FONT,
    )
    picture = io.BytesIO()
    Image.open(io.BytesIO(drawn)).convert("L").save(picture, "PNG")
    return picture.getvalue()


@cache
def _font_files() -> list[str]:
    folder = files("font_source_serif_pro") / "files"
    return [str(folder / f"SourceSerifPro-{style}.otf") for style in _FONT_STYLES]


def _in_letters(found: re.Match[str]) -> str:
    """A flat or sharp of a chord symbol as people type it: Bb, F#m."""
    return f'<tspan font-size="{_TEMPO_SIZE}px">{_IN_LETTERS.get(found["sign"], "")}</tspan>'


def _in_han_font(found: re.Match[str]) -> str:
    """A piece of text with Chinese characters in their font; a title, which has one, falls back by itself."""
    tag = found["tag"]
    return found[0] if "font-family" in tag else f'<{tag} font-family="{_HAN_FONT}">'


@cache
def _han_font_files() -> list[str]:
    """The font with Chinese characters, which is large and read only for them; none where it is missing."""
    if find_spec(_HAN_PACKAGE) is None:
        return []
    return [str(files(_HAN_PACKAGE) / _HAN_FILE)]
