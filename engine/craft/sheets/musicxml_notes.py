"""Notes, chords and rests as MusicXML elements, with their accidentals, ties, beams and triplets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from engine.craft.sheets.rhythm import Symbol, Triplet
from engine.craft.sheets.spelling import Spelling

_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}

Signs = Mapping[Spelling, str]
"""The accidentals that stand before the notes of a chord."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a symbol stands: in which voice, on which staff, its stem up or down (None: as it comes)."""

    voice: int
    staff: int
    stem: str | None


def add(parent: ET.Element, tag: str, text: object = None, **attributes: str) -> ET.Element:
    """A new last child; an attribute's _ is written as a hyphen."""
    child = ET.SubElement(parent, tag, {name.replace("_", "-"): value for name, value in attributes.items()})
    if text is not None:
        child.text = str(text)
    return child


def accidentals(voices: Sequence[Sequence[Symbol]], signature: Mapping[str, int]) -> list[list[Signs]]:
    """For each symbol of one staff's bar the accidentals to be written, given what a bar has in force.

    A tied note has none: it sounds on as it was.
    """
    in_force: dict[tuple[str, int], int] = {}
    signs: list[list[Signs]] = [[{} for _ in symbols] for symbols in voices]
    order = sorted(
        (symbol.start, voice, index)
        for voice, symbols in enumerate(voices)
        for index, symbol in enumerate(symbols)
    )
    for _, voice, index in order:
        symbol = voices[voice][index]
        if symbol.chord is None or symbol.tied_from:
            continue
        needed: dict[Spelling, str] = {}
        for spelling in symbol.chord.spellings:
            line = (spelling.letter, spelling.octave)
            if in_force.get(line, signature[spelling.letter]) != spelling.alter:
                needed[spelling] = _ACCIDENTALS[spelling.alter]
            in_force[line] = spelling.alter
        signs[voice][index] = needed
    return signs


def write_rest(measure: ET.Element, symbol: Symbol, place: Place, *, hidden: bool) -> None:
    if hidden:
        forward = add(measure, "forward")
        add(forward, "duration", symbol.ticks)
        add(forward, "voice", place.voice)
        add(forward, "staff", place.staff)
        return
    note = add(measure, "note")
    rest = add(note, "rest")
    if symbol.value is None:
        rest.set("measure", "yes")
    add(note, "duration", symbol.ticks)
    add(note, "voice", place.voice)
    _add_value(note, symbol)
    _add_ratio(note, symbol)
    add(note, "staff", place.staff)
    if symbol.triplet is not None:
        _add_tuplet(add(note, "notations"), symbol.triplet, numbered=True)


def write_chord(
    measure: ET.Element, symbol: Symbol, place: Place, signs: Signs, *, numbered: bool, held: bool
) -> ET.Element:
    """One `note` element for each note of the symbol's chord, the first returned. `held`: under a fermata."""
    if symbol.chord is None:
        raise ValueError("a rest has no notes")
    notes: list[ET.Element] = []
    for index, spelling in enumerate(symbol.chord.spellings):
        note = add(measure, "note")
        notes.append(note)
        if index > 0:
            add(note, "chord")
        _add_pitch(note, spelling)
        add(note, "duration", symbol.ticks)
        for kind in _ties(symbol):
            add(note, "tie", type=kind)
        add(note, "voice", place.voice)
        _add_value(note, symbol)
        if spelling in signs:
            add(note, "accidental", signs[spelling])
        _add_ratio(note, symbol)
        if place.stem is not None:
            add(note, "stem", place.stem)
        add(note, "staff", place.staff)
        for number, beam in enumerate(symbol.beams if index == 0 else (), 1):
            add(note, "beam", beam, number=str(number))
        _add_notations(note, symbol, place, first=index == 0, numbered=numbered, held=held)
    return notes[0]


def _add_notations(
    note: ET.Element, symbol: Symbol, place: Place, *, first: bool, numbered: bool, held: bool
) -> None:
    """Ties for every note of a chord, all else for its first note only."""
    notations = ET.Element("notations")
    for kind in _ties(symbol):
        add(notations, "tied", type=kind)
    if first:
        if symbol.triplet is not None:
            _add_tuplet(notations, symbol.triplet, numbered=numbered)
        if symbol.chord is not None and symbol.chord.short and not symbol.tied_from:
            add(add(notations, "articulations"), "staccato")
        if held:
            add(notations, "fermata", type="inverted" if place.stem == "down" else "upright")
    if len(notations):
        note.append(notations)


def _add_pitch(note: ET.Element, spelling: Spelling) -> None:
    pitch = add(note, "pitch")
    add(pitch, "step", spelling.letter)
    if spelling.alter:
        add(pitch, "alter", spelling.alter)
    add(pitch, "octave", spelling.octave)


def _add_value(note: ET.Element, symbol: Symbol) -> None:
    if symbol.value is not None:
        add(note, "type", symbol.value)
        for _ in range(symbol.dots):
            add(note, "dot")


def _add_ratio(note: ET.Element, symbol: Symbol) -> None:
    if symbol.triplet is not None:
        ratio = add(note, "time-modification")
        add(ratio, "actual-notes", 3)
        add(ratio, "normal-notes", 2)


def _add_tuplet(notations: ET.Element, triplet: Triplet, *, numbered: bool) -> None:
    if triplet.first:
        start = add(notations, "tuplet", type="start", bracket="no" if triplet.beamed else "yes")
        if not numbered:
            start.set("show-number", "none")
    if triplet.last:
        add(notations, "tuplet", type="stop")


def _ties(symbol: Symbol) -> tuple[str, ...]:
    return (("stop",) if symbol.tied_from else ()) + (("start",) if symbol.tied_on else ())
