"""A score as MusicXML 4.0, which notation programs open and which is engraved for pictures.

Knows the file format from the part list down to the bar; notes are written by `musicxml_notes`, and
what stands where was decided in `bars`.
"""

from xml.etree import ElementTree as ET

from domain.score import TICKS_PER_QUARTER
from engine.craft.sheets.bars import Bar, Layer, WrittenScore, WrittenStaff
from engine.craft.sheets.musicxml_notes import Place, accidentals, add, write_chord, write_rest
from engine.craft.sheets.rhythm import Symbol
from engine.craft.sheets.spelling import altered_by, signature
from engine.craft.sheets.staves import Clef, Player, are_one_ensemble
from engine.craft.sheets.words import NOTHING, Annotations, write_chords, write_words

_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)

_NUMBERED_TRIPLETS = 4
"""Where triplets go on and on, so many under a beam have their 3."""


def musicxml(written: WrittenScore, *, title: str, annotations: Annotations = NOTHING) -> bytes:
    """The file's content; words and chords stand at the first player's upper staff."""
    root = ET.Element("score-partwise", version="4.0")
    add(add(root, "work"), "work-title", title)
    add(add(add(root, "identification"), "encoding"), "software", "Nightingale")
    _list_players(add(root, "part-list"), written)
    for number, (player, staves) in enumerate(written.players, 1):
        part = add(root, "part", id=f"P{number}")
        _PartWriter(
            written, player, staves, annotations if number == 1 else NOTHING, leads=number == 1
        ).write(part)
    ET.indent(root, space="")
    return (_DOCTYPE + ET.tostring(root, encoding="unicode") + "\n").encode()


def _list_players(part_list: ET.Element, written: WrittenScore) -> None:
    bracketed = are_one_ensemble([player for player, _ in written.players])
    if bracketed:
        group = add(part_list, "part-group", type="start", number="1")
        add(group, "group-symbol", "bracket")
        add(group, "group-barline", "yes")
    for number, (player, _) in enumerate(written.players, 1):
        entry = add(part_list, "score-part", id=f"P{number}")
        add(entry, "part-name", player.name)
        if len(written.players) > 1:
            add(entry, "part-abbreviation", player.short_name)
        add(add(entry, "score-instrument", id=f"P{number}-I1"), "instrument-name", player.name)
        add(add(entry, "midi-instrument", id=f"P{number}-I1"), "midi-program", player.program + 1)
    if bracketed:
        add(part_list, "part-group", type="stop", number="1")


class _PartWriter:
    """Writes one player's bars. The first player `leads`: signs for all stand above it."""

    def __init__(
        self,
        written: WrittenScore,
        player: Player,
        staves: tuple[WrittenStaff, ...],
        annotations: Annotations,
        *,
        leads: bool,
    ) -> None:
        self._written = written
        self._annotations = annotations
        self._score = written.score
        self._player = player
        self._staves = staves
        self._leads = leads
        self._signature = altered_by(signature(self._score.key))
        self._end_tick = written.bars[-1].end_tick
        self._triplets_told = 0
        self._mostly_triplets = _are_mostly_triplets(staves)

    def write(self, part: ET.Element) -> None:
        bars = self._written.bars
        for index, bar in enumerate(bars):
            measure = add(part, "measure", number=str(bar.number))
            if bar.number == 0:
                measure.set("implicit", "yes")
            if index == 0:
                self._write_attributes(measure)
            elif bar.opens_line and self._leads:
                add(measure, "print", new_system="yes")
            if self._leads:
                self._write_signs(measure, bar, first=index == 0)
            self._write_bar(measure, bar, index)
            if bar is bars[-1]:
                _write_bar_line(measure, "light-heavy")
            elif bar.ends_section:
                _write_bar_line(measure, "light-light")

    def _write_attributes(self, measure: ET.Element) -> None:
        key, metre = self._score.key, self._score.metre
        attributes = add(measure, "attributes")
        add(attributes, "divisions", TICKS_PER_QUARTER)
        keys = add(attributes, "key")
        add(keys, "fifths", signature(key))
        add(keys, "mode", key.mode)
        time = add(attributes, "time")
        add(time, "beats", metre.beats)
        add(time, "beat-type", metre.unit)
        add(attributes, "staves", len(self._staves))
        for number, staff in enumerate(self._player.staves, 1):
            _write_clef(attributes, staff.clef, number)

    def _write_signs(self, measure: ET.Element, bar: Bar, *, first: bool) -> None:
        if first:
            self._write_tempo(measure)
        if bar.label:
            direction = add(measure, "direction", placement="above")
            add(add(direction, "direction-type"), "rehearsal", bar.label)

    def _write_tempo(self, measure: ET.Element) -> None:
        score = self._score
        direction = add(measure, "direction", placement="above")
        metronome = add(add(direction, "direction-type"), "metronome")
        add(metronome, "beat-unit", "quarter")
        if score.metre.is_compound:
            add(metronome, "beat-unit-dot")
        add(metronome, "per-minute", round(score.tempo))
        if self._written.swung:
            add(add(direction, "direction-type"), "words", "Swing")
        quarters = score.tempo * score.metre.beat_ticks / TICKS_PER_QUARTER
        sound = add(direction, "sound", tempo=f"{quarters:.2f}")
        if self._written.swung:
            swing = add(sound, "swing")
            add(swing, "first", 2)
            add(swing, "second", 1)
            add(swing, "swing-type", "eighth")

    def _write_bar(self, measure: ET.Element, bar: Bar, index: int) -> None:
        for number, staff in enumerate(self._staves, 1):
            layers = staff.bars[index]
            signs = accidentals([layer.symbols for layer in layers], self._signature)
            for layer_index, layer in enumerate(layers):
                if number > 1 or layer_index > 0:
                    add(add(measure, "backup"), "duration", bar.ticks)
                place = Place(
                    voice=4 * (number - 1) + layer_index + 1,
                    staff=number,
                    stem=("up", "down")[layer_index] if len(layers) > 1 else None,
                )
                on_top = number == 1 and layer_index == 0
                for symbol, its_signs in zip(layer.symbols, signs[layer_index], strict=True):
                    start = bar.first_tick + symbol.start
                    if on_top:
                        write_chords(measure, self._annotations, start, start + symbol.ticks, start)
                    if symbol.chord is None:
                        write_rest(
                            measure, symbol, place, hidden=_is_plain_without(symbol, layer_index, layers)
                        )
                    else:
                        held = self._written.held and bar.first_tick + symbol.end == self._end_tick
                        numbered = self._is_numbered(symbol)
                        note = write_chord(measure, symbol, place, its_signs, numbered=numbered, held=held)
                        if on_top and not symbol.tied_from:
                            write_words(note, self._annotations.words.get(symbol.chord.onset, ()))

    def _is_numbered(self, symbol: Symbol) -> bool:
        """Whether a triplet has its 3: it does, but for those under a beam where they go on and on."""
        if symbol.triplet is None or not symbol.triplet.beamed or not self._mostly_triplets:
            return True
        self._triplets_told += symbol.triplet.first
        return self._triplets_told <= _NUMBERED_TRIPLETS


def _are_mostly_triplets(staves: tuple[WrittenStaff, ...]) -> bool:
    symbols = [
        symbol
        for staff in staves
        for bar in staff.bars
        for layer in bar
        for symbol in layer.symbols
        if symbol.chord
    ]
    return 2 * sum(symbol.triplet is not None for symbol in symbols) > len(symbols)


def _is_plain_without(symbol: Symbol, layer_index: int, layers: tuple[Layer, ...]) -> bool:
    """True for a rest that may be left out: a lower voice's, and one under which the lower voice sounds."""
    if layers[layer_index].rests_shown:
        return False
    if layer_index > 0:
        return True
    return any(
        other.chord is not None and other.start <= symbol.start < other.end
        for layer in layers[1:]
        for other in layer.symbols
    )


def _write_clef(attributes: ET.Element, clef: Clef, number: int) -> None:
    element = add(attributes, "clef", number=str(number))
    add(element, "sign", clef.sign)
    add(element, "line", clef.line)
    if clef.octaves:
        add(element, "clef-octave-change", clef.octaves)


def _write_bar_line(measure: ET.Element, style: str) -> None:
    add(add(measure, "barline", location="right"), "bar-style", style)
