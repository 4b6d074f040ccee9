"""Songs on paper: the melody with chord symbols and the words of its verses, or all parts with the words.

Knows how songs are laid out, not how they came about.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.errors import BadRequest, Reason
from domain.score import Score, Section
from domain.sheets import Sheet
from domain.songs import Underlay
from engine.craft.harmony import find_chords
from engine.craft.sheets import engraving
from engine.craft.sheets.bars import write
from engine.craft.sheets.musicxml import musicxml
from engine.craft.sheets.sheet import tempo_mark
from engine.craft.sheets.words import annotate, melody_chords


def make_lead_sheet(
    score: Score,
    underlay: Underlay,
    *,
    title: str,
    labels: Mapping[int, str] | None = None,
    whole: bool = False,
) -> Sheet:
    """Engrave a song whose words lie under its first part; `labels` name what begins at a bar.

    The melody alone with its chords, or `whole`: every part. Raises BadRequest where there is no note.
    """
    if not score.parts or not score.parts[0].notes:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    # The parts say what the harmony is; what the form expects need not be heard.
    chords = melody_chords(find_chords(replace(score, sections=())), first=score.first_tick)
    voice = replace(score.parts[0], name="")
    shown = replace(
        score,
        parts=score.parts if whole else (voice,),
        sections=tuple(_labelled(score, labels or {})),
    )
    written = write(shown)
    annotations = annotate(score, underlay, () if whole else chords)
    content = musicxml(written, title=title, annotations=annotations)
    pages = engraving.engrave(content, title=title, tempo=tempo_mark(written))
    return Sheet(pages=pages.pictures, musicxml=content, bars=len(written.bars), bars_shown=pages.bars)


def _labelled(score: Score, labels: Mapping[int, str]) -> list[Section]:
    """The score's sections, by which lines are broken, under these names alone."""
    return [replace(section, label=labels.get(section.first_bar, "")) for section in score.sections]
