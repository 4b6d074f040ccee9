"""A score as a piano roll to look at while it plays: a PNG for Discord's dark theme.

Long pieces break into systems, as sheet music does, so that bars stay wide enough to read.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from PIL import ImageColor

from domain.score import Note, Part, Score
from engine.craft.pens import Pen, text_width

# All lengths are pixels of the finished picture.
_WIDTH = 1600
_MARGIN = 40
_HEADER = 108
_KEYS_WIDTH = 38  # the keyboard to the left of every system
_BAR_NUMBERS = 26
_SECONDS_ROW = 24
_SYSTEM_GAP = 14
_FORM_ROW = 24  # the sections above the bar numbers, where the form is known
_DRUM_ROW = 16  # the strokes below the notes, where anybody drums
_SYSTEM_HEIGHTS = {1: 440, 2: 330, 3: 236}

_SECONDS_A_SYSTEM = 48.0
_MIN_SEMITONES = 24  # else the notes of a narrow tune would be bricks
_NOTE_HEIGHTS = (4.5, 14.0)
_MIN_BEAT_WIDTH = 14
_MIN_BAR_NUMBER_GAP = 46
_MIN_SECONDS_GAP = 90
_SECONDS_LABEL_WIDTH = 36

_BACKGROUND = "#14161b"
_PANEL = "#1c1f26"
_PANEL_DARK = "#181a20"
_OCTAVE_LINE = "#343945"
_BEAT_LINE = "#262a33"
_BAR_LINE = "#454c5b"
_WHITE_KEY, _BLACK_KEY, _KEY_EDGE = "#b9bec9", "#23262e", "#858b99"
_TITLE, _TEXT, _FAINT = "#f4f5f7", "#b4bac6", "#7d8493"

_SECTION_BOUNDARY = "#77809a"
_SECTION_TINTS = ("#4b3f26", "#1f4644", "#2f3d63", "#54344a")
"""By idea, in the order in which the ideas appear."""

_COLOURS = ("#ffc24b", "#4fd1c5", "#7aa2ff", "#f58fb0", "#a5e075", "#c79bff")
"""The lead's amber first: the warmest, since it is also drawn last."""

_USUAL_VELOCITY = 80
"""Of written parts, which are bright; accompaniments are quieter, and fade in proportion."""

_PRIMES = (("′", "'"), ("″", "''"), ("‴", "'''"))
"""Varied returns are marked with these, which Pillow's built-in font lacks."""

_BLACK_CLASSES = frozenset({1, 3, 6, 8, 10})


@dataclass(frozen=True, slots=True)
class _System:
    """One row of the roll: which ticks and pitches it shows, and where."""

    first_tick: int
    last_tick: int
    lowest: int
    highest: int
    left: float
    top: float
    width: float
    height: float
    drum_height: float

    @property
    def bottom(self) -> float:
        """Where the pitches end."""
        return self.top + self.height

    @property
    def foot(self) -> float:
        """Where the drums end, which lie below the pitches."""
        return self.bottom + self.drum_height

    @property
    def row_height(self) -> float:
        return self.height / (self.highest - self.lowest + 1)

    @property
    def tick_width(self) -> float:
        return self.width / (self.last_tick - self.first_tick)

    def x(self, tick: float) -> float:
        return self.left + (tick - self.first_tick) * self.tick_width

    def y(self, pitch: int) -> float:
        """The upper edge of a pitch's row."""
        return self.top + (self.highest - pitch) * self.row_height


def piano_roll(score: Score, *, title: str) -> bytes:
    """The score as a PNG, 1600 pixels wide and 600 to 1000 high.

    The title is drawn in plain Latin letters: accents are dropped, other scripts left out. Drums are a strip
    of strokes below the notes, sections a strip above them.
    """
    end_tick = max(score.bars * score.metre.bar_ticks, score.end_tick, score.metre.bar_ticks)
    bars = ceil(end_tick / score.metre.bar_ticks)
    count = min(max(ceil(end_tick * score.seconds_per_tick / _SECONDS_A_SYSTEM), 1), len(_SYSTEM_HEIGHTS))
    systems = list(_systems(score, bars=bars, count=min(count, bars)))
    pen = Pen(_WIDTH, round(systems[-1].foot) + _SECONDS_ROW + _MARGIN // 2, background=_BACKGROUND)
    _draw_header(pen, score, title)
    for system in systems:
        _draw_ground(pen, score, system)
        _draw_form(pen, score, system)
        _draw_seconds(pen, score, system)
        _draw_keys(pen, system)
        for place, part in reversed(list(enumerate(score.parts))):
            draw = _draw_strokes if part.percussion else _draw_notes
            draw(pen, part, system, colour=_COLOURS[place % len(_COLOURS)])
    _draw_final_bar_line(pen, systems[-1])
    return pen.png()


def _systems(score: Score, *, bars: int, count: int) -> Iterator[_System]:
    pitches = [note.pitch for part in score.parts if not part.percussion for note in part.notes] or [60]
    lowest, highest = min(pitches) - 2, max(pitches) + 2
    missing = max(_MIN_SEMITONES - (highest - lowest + 1), 0)
    lowest, highest = lowest - missing // 2, highest + ceil(missing / 2)
    bars_a_system = ceil(bars / count)
    if count > 1:
        bars_a_system = ceil(bars_a_system / 4) * 4  # phrases stay whole
    height = _SYSTEM_HEIGHTS[count]
    drum_height = _DRUM_ROW if any(part.percussion for part in score.parts) else 0
    above = _BAR_NUMBERS + (_FORM_ROW if score.sections else 0)
    top = _HEADER + above
    bar_width = (_WIDTH - 2 * _MARGIN - _KEYS_WIDTH) / min(bars_a_system, bars)
    for first_bar in range(0, bars, bars_a_system):
        last_bar = min(first_bar + bars_a_system, bars)
        yield _System(
            first_tick=first_bar * score.metre.bar_ticks,
            last_tick=last_bar * score.metre.bar_ticks,
            lowest=lowest,
            highest=highest,
            left=_MARGIN + _KEYS_WIDTH,
            top=top,
            width=(last_bar - first_bar) * bar_width,
            height=height,
            drum_height=drum_height,
        )
        top += height + drum_height + _SECONDS_ROW + _SYSTEM_GAP + above


def _draw_header(pen: Pen, score: Score, title: str) -> None:
    pen.text(_MARGIN, 58, plain(title), size=36, colour=_TITLE, bold=True)
    x = pen.text(_MARGIN, 94, f"{score.key}   ·   {score.metre}   ·   ", size=20, colour=_TEXT)
    x = _draw_beat_symbol(pen, score, x)
    pen.text(x, 94, f"  = {score.tempo:.0f}", size=20, colour=_TEXT)
    x = _WIDTH - _MARGIN
    for place, part in reversed(list(enumerate(score.parts))):
        name = plain(part.name)
        x -= text_width(name, size=20)
        pen.text(x, 94, name, size=20, colour=_TEXT)
        x -= 28
        pen.box(x, 80, x + 18, 94, _COLOURS[place % len(_COLOURS)], radius=4)
        x -= 30


def _draw_beat_symbol(pen: Pen, score: Score, x: float) -> float:
    """The note that the tempo counts, as the built-in font has none; returns where it ends."""
    pen.disc(x, 86, 10, 8, _TEXT)
    pen.box(x + 8.5, 70, x + 10, 90, _TEXT)
    if score.metre.is_compound:
        pen.disc(x + 13.5, 88, 3.5, 3.5, _TEXT)
        return x + 18
    return x + 12


def _draw_ground(pen: Pen, score: Score, system: _System) -> None:
    """Rows in the colours of the keys, octave lines, beats, bars and bar numbers."""
    right = system.left + system.width
    pen.box(system.left, system.top, right, system.bottom, _PANEL)
    pen.box(system.left, system.bottom, right, system.foot, _PANEL_DARK)
    for pitch in range(system.lowest, system.highest + 1):
        top = system.y(pitch)
        if pitch % 12 in _BLACK_CLASSES:
            pen.box(system.left, top, right, top + system.row_height, _PANEL_DARK)
        if pitch % 12 == 0:
            bottom = top + system.row_height
            pen.box(system.left, bottom - 0.5, right, bottom + 0.5, _OCTAVE_LINE)
    metre = score.metre
    bar_width = metre.bar_ticks * system.tick_width
    if metre.beat_ticks * system.tick_width >= _MIN_BEAT_WIDTH:
        for tick in range(system.first_tick, system.last_tick, metre.beat_ticks):
            pen.box(system.x(tick) - 0.5, system.top, system.x(tick) + 0.5, system.bottom, _BEAT_LINE)
    every = next(step for step in (1, 2, 4, 8, 16, 32, 64) if step * bar_width >= _MIN_BAR_NUMBER_GAP)
    for tick in range(system.first_tick, system.last_tick, metre.bar_ticks):
        bar, x = tick // metre.bar_ticks, system.x(tick)
        is_numbered = (bar - system.first_tick // metre.bar_ticks) % every == 0
        colour = _BAR_LINE if is_numbered or bar_width >= _MIN_BEAT_WIDTH else _BEAT_LINE
        pen.box(x - 0.75, system.top, x + 0.75, system.bottom, colour)
        if is_numbered:
            pen.text(x + 1, system.top - 8, str(bar + 1), size=15, colour=_TEXT)


def _draw_form(pen: Pen, score: Score, system: _System) -> None:
    """The sections by their labels, above the bar numbers, and where they begin, through the notes."""
    bar = score.metre.bar_ticks
    ideas = list(dict.fromkeys(section.idea for section in score.sections))
    top = system.top - _BAR_NUMBERS - _FORM_ROW + 3
    for section in score.sections:
        first, last = section.first_bar * bar, section.end_bar * bar
        if section is score.sections[-1]:
            last = max(last, score.end_tick)  # a held ending is part of it
        if last <= system.first_tick or first >= system.last_tick:
            continue
        left = system.x(max(first, system.first_tick))
        right = system.x(min(last, system.last_tick)) - 3
        tint = _SECTION_TINTS[ideas.index(section.idea) % len(_SECTION_TINTS)]
        pen.box(left, top, right, top + 18, tint, radius=4)
        pen.text(left + 8, top + 14.5, plain(section.label), size=15, colour=_TITLE)
        if first > system.first_tick:
            pen.box(left - 1, system.top, left + 1, system.foot, _SECTION_BOUNDARY)


def _draw_seconds(pen: Pen, score: Score, system: _System) -> None:
    """The player's clock below the system: the sound starts with the first note."""
    seconds_per_tick = score.seconds_per_tick
    second_width = system.tick_width / seconds_per_tick
    step = next(step for step in (1, 2, 5, 10, 20, 30, 60, 600) if step * second_width >= _MIN_SECONDS_GAP)
    zero = min((note.onset for part in score.parts for note in part.notes), default=0)
    first, last = (
        max((tick - zero) * seconds_per_tick, 0.0) for tick in (system.first_tick, system.last_tick)
    )
    for seconds in range(ceil(first / step) * step, ceil(last), step):
        x = system.x(zero + seconds / seconds_per_tick)
        if x > system.left + system.width - _SECONDS_LABEL_WIDTH:
            break
        pen.box(x - 0.5, system.foot, x + 0.5, system.foot + 6, _FAINT)
        label = f"{seconds // 60}:{seconds % 60:02}"
        pen.text(x + 5, system.foot + 18, label, size=14, colour=_FAINT)


def _draw_keys(pen: Pen, system: _System) -> None:
    """The keyboard at the left edge, its Cs named beside it (middle C is C4)."""
    left, right = _MARGIN, _MARGIN + _KEYS_WIDTH - 4
    pen.box(left, system.top, right, system.bottom, _WHITE_KEY)
    for pitch in range(system.lowest, system.highest + 1):
        top, bottom = system.y(pitch), system.y(pitch) + system.row_height
        middle = (top + bottom) / 2
        if pitch % 12 in _BLACK_CLASSES:
            pen.box(left, top, left + 0.6 * (right - left), bottom, _BLACK_KEY, radius=1)
            pen.box(left, middle - 0.4, right, middle + 0.4, _KEY_EDGE)  # white keys meet behind it
        elif pitch % 12 in (0, 5):
            pen.box(left, bottom - 0.4, right, bottom + 0.4, _KEY_EDGE)
        if pitch % 12 == 0:
            pen.text(left - 7, middle, f"C{pitch // 12 - 1}", size=14, colour=_TEXT, anchor="rm")


def _draw_notes(pen: Pen, part: Part, system: _System, *, colour: str) -> None:
    edge = _mixed(colour, _BACKGROUND, 0.45)
    height = min(max(system.row_height, _NOTE_HEIGHTS[0]), _NOTE_HEIGHTS[1])
    inset = 0.75 if height >= 6 else 0.0
    for note in part.notes:
        if note.end <= system.first_tick or note.onset >= system.last_tick:
            continue
        left = system.x(max(note.onset, system.first_tick))
        right = max(system.x(min(note.end, system.last_tick)) - 1, left + 1.5)
        middle = system.y(note.pitch) + system.row_height / 2
        top, bottom = middle - height / 2, middle + height / 2
        radius = min(4.0, height / 2.5, (right - left) / 2)
        if inset:
            pen.box(left, top, right, bottom, edge, radius=radius)
        filling = _mixed(_BACKGROUND, colour, _brightness(note))
        pen.box(left + inset, top + inset, right - inset, bottom - inset, filling, radius=radius)


def _draw_strokes(pen: Pen, part: Part, system: _System, *, colour: str) -> None:
    """Drums have no pitch to show: a tick for each stroke, taller where it is stronger."""
    for note in part.notes:
        if system.first_tick <= note.onset < system.last_tick:
            x, height = system.x(note.onset), min(note.velocity / 84, 1.0) * (system.drum_height - 4)
            ink = _mixed(_BACKGROUND, colour, _brightness(note))
            pen.box(x, system.foot - height, x + 2.5, system.foot, ink)


def _draw_final_bar_line(pen: Pen, system: _System) -> None:
    x = system.left + system.width
    pen.box(x + 1, system.top, x + 2.5, system.foot, _BAR_LINE)
    pen.box(x + 6, system.top, x + 10, system.foot, _BAR_LINE)


def _brightness(note: Note) -> float:
    return min(1.0, 0.2 + 0.8 * (note.velocity / _USUAL_VELOCITY) ** 1.5)


def _mixed(colour: str, other: str, share: float) -> str:
    """The colour with `share` of the other in it."""
    pairs = zip(ImageColor.getrgb(colour)[:3], ImageColor.getrgb(other)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def plain(text: str) -> str:
    """The text in the letters that Pillow's built-in font has."""
    for fancy, plain in (("–", "-"), ("—", "-"), ("♯", "#"), ("♭", "b"), *_PRIMES):
        text = text.replace(fancy, plain)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if " " <= letter <= "~" or letter in "·…“”’").strip()
