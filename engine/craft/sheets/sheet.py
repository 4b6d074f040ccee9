"""A score's sheet music: its pages as pictures, and the MusicXML behind them."""

from xml.etree import ElementTree as ET

from domain.errors import BadRequest, Reason
from domain.score import Score
from domain.sheets import Sheet
from engine.craft.sheets import engraving
from engine.craft.sheets.bars import WrittenScore, write
from engine.craft.sheets.engraving import TempoMark
from engine.craft.sheets.musicxml import musicxml

MAX_NOTES = 12_000
"""Far more than two minutes of any genre have."""


def make_sheet(score: Score, *, title: str) -> Sheet:
    """Engrave the score. Raises BadRequest (TOO_DENSE_TO_ENGRAVE, MIDI_UNREADABLE where there is no note)."""
    notes = sum(len(part.notes) for part in score.parts)
    if notes > MAX_NOTES:
        raise BadRequest(Reason.TOO_DENSE_TO_ENGRAVE, value=notes, limit=MAX_NOTES)
    written = write(score)
    if not written.players:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    content = musicxml(written, title=title)
    pages = engraving.engrave(content, title=title, tempo=tempo_mark(written))
    return Sheet(pages=pages.pictures, musicxml=content, bars=len(written.bars), bars_shown=pages.bars)


def engrave_again(content: bytes, *, title: str) -> Sheet:
    """The pages of a MusicXML file that was written here. Raises BadRequest (MIDI_UNREADABLE) for another."""
    try:
        root = ET.fromstring(content)  # noqa: S314 - a file of our own library
        tempo = int(root.findtext(".//metronome/per-minute", ""))
    except (ET.ParseError, ValueError) as error:
        raise BadRequest(Reason.MIDI_UNREADABLE) from error
    mark = TempoMark(
        tempo,
        dotted=root.find(".//metronome/beat-unit-dot") is not None,
        word="Swing" if root.find(".//sound/swing") is not None else "",
    )
    pages = engraving.engrave(content, title=title, tempo=mark)
    bars = len(root.findall("part[1]/measure"))
    return Sheet(pages=pages.pictures, musicxml=content, bars=bars, bars_shown=pages.bars)


def tempo_mark(written: WrittenScore) -> TempoMark:
    """What stands over the first bar."""
    score = written.score
    return TempoMark(
        round(score.tempo), dotted=score.metre.is_compound, word="Swing" if written.swung else ""
    )
