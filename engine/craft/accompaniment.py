"""What players add to a tune: chords, a bass and drums, fuller from section to section.

Takes a melody, its chords and who is to play; gives notes, always the same ones. Does not find the
chords, choose the players or know the patterns.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.score import Key, Mode, Note, Part, Score, Section
from engine.craft.harmony import ChordSpan
from engine.craft.instruments import Instrument, Lineup, named
from engine.craft.patterns import Kit, Texture, beat_for, pattern_for
from engine.craft.voicing import Voicing, lead_voices

LIGHT, PLAIN, FULL = range(3)

_USUAL_SECTION_BARS = 8
"""What is taken for a section where the form is not known."""

_STAY_BARS = 2
"""How long a chord stays in one position."""

_VOICES = {Texture.STRUM: 4, Texture.VAMP: 3, Texture.ARPEGGIO: 4, Texture.HELD: 3}

# MIDI velocities, with the tune at 80. Each level of fullness adds `_FULLER`.
_CHORD_VELOCITIES = {"C": 60, "c": 50, "u": 44}
_VOICE_VELOCITY, _ROOT_VELOCITY, _FIFTH_VELOCITY, _FINAL_VELOCITY = 54, 64, 58, 68
_FULLER = 5

_DRUMMERS = {Kit.BODHRAN: "Bodhrán", Kit.CEILI: "Drums", Kit.CHIP: "Drums"}

# General MIDI drum keys and velocities, by the patterns' letters. A bodhrán is made of toms and congas:
# the high floor tom for its deep stroke, the low conga for the open skin, a muted surdo for a tap.
_DRUMS = {
    Kit.BODHRAN: {"D": (43, 84), "d": (43, 64), "S": (64, 80), "s": (64, 56), "t": (86, 46)},
    Kit.CEILI: {"k": (36, 62), "w": (76, 50), "W": (76, 66), "S": (38, 58), "s": (38, 38)},
    Kit.CHIP: {"k": (36, 84), "h": (42, 60), "S": (40, 74), "s": (40, 54)},
}
_FINAL_STROKE = {Kit.BODHRAN: "D", Kit.CEILI: "k", Kit.CHIP: "k"}

_MAJOR_SCALE, _MINOR_SCALE = frozenset({0, 2, 4, 5, 7, 9, 11}), frozenset({0, 2, 3, 5, 7, 8, 10})


@dataclass(frozen=True, slots=True)
class _Frame:
    """When an accompaniment begins, strikes its last chord, and stops sounding, in ticks."""

    start: int
    final: int
    end: int


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A letter of a pattern: when, and for how long."""

    onset: int
    duration: int
    letter: str

    @property
    def end(self) -> int:
        return self.onset + self.duration


def accompany(tune: Score, spans: Sequence[ChordSpan], lineup: Lineup, *, end: int) -> tuple[Part, ...]:
    """Parts for chords, bass (unless the chords' player has it) and drums (if the lineup has a kit).

    The last chord comes with the tune's last note and sounds until tick `end`. Nothing begins before
    the tune does. Nothing at all where the tune has no notes.
    """
    melody = [note for part in tune.parts for note in part.notes]
    if not melody or not spans:
        return ()
    frame = _frame(tune, melody, end=end)
    spans = _ended(spans, frame)
    chords = _chord_notes(tune, _voicings(tune, spans, lineup), lineup, frame)
    bass = _bass_notes(tune, spans, lineup, frame)
    lines = [[*chords, *bass]] if lineup.is_one_player else [chords, bass]
    names = named(lineup.players)
    parts = [
        Part(name, player.program, tuple(sorted(line)))
        for name, player, line in zip(names[1:], lineup.players[1:], lines, strict=True)
    ]
    if lineup.kit is not None:
        strokes = tuple(_drum_notes(tune, lineup.kit, frame))
        parts.append(Part(_DRUMMERS[lineup.kit], 0, strokes, percussion=True))
    return tuple(parts)


def damped(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes in order, each over by the time its pitch is struck again; of doubles, the longest."""
    struck: dict[int, int] = {}
    kept: list[Note] = []
    for note in sorted(notes, reverse=True):
        following = struck.get(note.pitch)
        if following == note.onset:
            continue
        struck[note.pitch] = note.onset
        end = note.end if following is None else min(note.end, following)
        kept.append(replace(note, duration=end - note.onset))
    return tuple(reversed(kept))


def fullness_by_bar(tune: Score) -> tuple[int, ...]:
    """How full each bar is: the first statement is light, another idea and the last section full."""
    sections = _sections(tune)
    levels: list[int] = []
    for place, section in enumerate(sections):
        contrasts = section.idea != sections[0].idea or place == len(sections) - 1
        level = PLAIN if len(sections) == 1 else LIGHT if place == 0 else FULL if contrasts else PLAIN
        levels += [level] * section.bars
    return tuple(levels)


def _sections(tune: Score) -> tuple[Section, ...]:
    """The tune's, or eight bars each, every idea twice, as dances go."""
    firsts = range(0, tune.bars, _USUAL_SECTION_BARS)
    return tune.sections or tuple(
        Section("AABB"[place % 4], first, min(_USUAL_SECTION_BARS, tune.bars - first))
        for place, first in enumerate(firsts)
    )


def _leads_on(tune: Score, bar: int) -> bool:
    """Whether a new section begins after a bar."""
    return any(section.first_bar == bar + 1 for section in _sections(tune))


def _frame(tune: Score, melody: Sequence[Note], *, end: int) -> _Frame:
    """The accompaniment waits for the first bar line; its last chord meets the tune's last note."""
    bar, beat = tune.metre.bar_ticks, tune.metre.beat_ticks
    first = min(note.onset for note in melody)
    last_bar = (tune.bars - 1) * bar
    last = max((note.onset for note in melody if note.onset < tune.bars * bar), default=first)
    final = max(last_bar + max(last - last_bar, 0) // beat * beat, first)
    return _Frame(start=-(-first // bar) * bar, final=final, end=max(end, final + 1))


def _ended(spans: Sequence[ChordSpan], frame: _Frame) -> list[ChordSpan]:
    """The spans, the last chord of them from the final stroke to the end."""
    before = [replace(span, end=min(span.end, frame.final)) for span in spans if span.onset < frame.final]
    return [*before, ChordSpan(frame.final, frame.end, spans[-1].chord)]


def _voicings(tune: Score, spans: Sequence[ChordSpan], lineup: Lineup) -> tuple[Voicing, ...]:
    """The chords' pitches. Over a harmony that stays, the position changes, so that something moves."""
    step = _STAY_BARS * tune.metre.bar_ticks
    moving = [
        ChordSpan(max(onset, span.onset), min(onset + step, span.end), span.chord)
        for span in spans
        for onset in range(span.onset // step * step, span.end, step)
    ]
    return lead_voices(
        moving,
        [note for part in tune.parts for note in part.notes],
        lowest=lineup.chords.lowest,
        highest=lineup.chords.highest,
        voices=_VOICES[lineup.texture],
    )


def _strokes(pattern: str, tune: Score, bar: int, frame: _Frame) -> Iterator[_Stroke]:
    """The strokes of one bar, between the frame's start and its final chord."""
    step = tune.metre.bar_ticks // len(pattern)
    for place, letter in enumerate(pattern):
        onset = bar * tune.metre.bar_ticks + place * step
        if letter not in ".-" and frame.start <= onset < frame.final:
            after = pattern[place + 1 :]
            steps = 1 + len(after) - len(after.lstrip("-"))
            yield _Stroke(onset, min(steps * step, frame.final - onset), letter)


def _within(onset: int, end: int, starts: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The pieces of a time that fall to one chord each: which chord, onset and end."""
    place = bisect_right(starts, onset) - 1
    while onset < end:
        until = min([end, *starts[place + 1 : place + 2]])
        yield place, onset, until
        place, onset = place + 1, until


def _chord_notes(tune: Score, voicings: Sequence[Voicing], lineup: Lineup, frame: _Frame) -> list[Note]:
    pattern = pattern_for(lineup.texture, tune.metre)
    starts = [voicing.onset for voicing in voicings]
    notes: list[Note] = []
    for bar, fullness in enumerate(fullness_by_bar(tune)):
        bar_end = min((bar + 1) * tune.metre.bar_ticks, frame.final)
        for stroke in _strokes(pattern.chords[fullness], tune, bar, frame):
            end = bar_end if lineup.rings and stroke.letter.isdigit() else stroke.end
            pieces = list(_within(stroke.onset, end, starts))
            # A held chord moves on with the harmony; a struck one is over by then.
            for place, onset, until in pieces if lineup.texture is Texture.HELD else pieces[:1]:
                velocity = _CHORD_VELOCITIES.get(stroke.letter, _VOICE_VELOCITY) + fullness * _FULLER
                pitches = _struck(stroke.letter, voicings[place].pitches)
                notes += [Note(onset, pitch, until - onset, velocity) for pitch in pitches]
    length = frame.end - frame.final
    notes += [Note(frame.final, pitch, length, _FINAL_VELOCITY) for pitch in voicings[-1].pitches]
    return list(damped(notes))


def _struck(letter: str, pitches: tuple[int, ...]) -> tuple[int, ...]:
    """The pitches that a pattern's letter stands for, of those of a chord."""
    if letter.isdigit():
        return pitches[: int(letter)][-1:]
    return pitches[-2:] if letter == "u" else pitches


def _bass_notes(tune: Score, spans: Sequence[ChordSpan], lineup: Lineup, frame: _Frame) -> list[Note]:
    player, pattern = lineup.bass, pattern_for(lineup.texture, tune.metre)
    if lineup.octaves:
        player = replace(player, lowest=player.lowest + 12)
    starts = [span.onset for span in spans]
    root, rooted = (player.lowest + player.highest) // 2, -1
    notes: list[Note] = []
    for bar, fullness in enumerate(fullness_by_bar(tune)):
        in_bar: list[Note] = []
        for stroke in _strokes(pattern.bass[fullness], tune, bar, frame):
            for place, onset, until in _within(stroke.onset, stroke.end, starts):
                if is_root := stroke.letter == "R" or place != rooted:
                    root, rooted = _nearest(spans[place].chord.root, root, player), place
                pitch = root if is_root else _fifth(root, player)
                velocity = (_ROOT_VELOCITY if is_root else _FIFTH_VELOCITY) + fullness * _FULLER
                in_bar.append(Note(onset, pitch, until - onset, velocity))
        if len(in_bar) > 1 and _leads_on(tune, bar):
            ahead = spans[bisect_right(starts, (bar + 1) * tune.metre.bar_ticks) - 1].chord.root
            in_bar[-1] = _approaching(_nearest(ahead, root, player), in_bar[-1], tune.key, player)
        notes += in_bar
    final = _nearest(spans[-1].chord.root, root, player)
    notes.append(Note(frame.final, final, frame.end - frame.final, _FINAL_VELOCITY))
    below = [replace(note, pitch=note.pitch - 12) for note in notes] if lineup.octaves else []
    return [*notes, *below]


def _nearest(pitch_class: int, pitch: int, player: Instrument) -> int:
    """The pitch of a class, in the player's range, nearest to another and to the middle."""
    middle = (player.lowest + player.highest) / 2
    choices = [choice for choice in range(player.lowest, player.highest + 1) if choice % 12 == pitch_class]
    return min(choices, key=lambda choice: abs(choice - pitch) + 0.5 * abs(choice - middle))


def _fifth(root: int, player: Instrument) -> int:
    """The fifth below a root, or above it where the range ends; else the root itself."""
    return next((pitch for pitch in (root - 5, root + 7) if player.lowest <= pitch <= player.highest), root)


def _approaching(goal: int, note: Note, key: Key, player: Instrument) -> Note:
    """A step of the scale from the goal, on the side of the note that it stands for; else that note."""
    scale = _MAJOR_SCALE if key.mode is Mode.MAJOR else _MINOR_SCALE
    side = 1 if note.pitch > goal else -1
    steps = (goal + side, goal + 2 * side)
    fitting = [
        pitch
        for pitch in steps
        if (pitch - key.tonic) % 12 in scale and player.lowest <= pitch <= player.highest
    ]
    return replace(note, pitch=fitting[0]) if fitting and (note.pitch - goal) % 12 else note


def _drum_notes(tune: Score, kit: Kit, frame: _Frame) -> Iterator[Note]:
    """From the second section on, with a fill before each; from the beginning, where there is only one."""
    beat = beat_for(kit, tune.metre)
    bar_ticks = tune.metre.bar_ticks
    for bar, fullness in enumerate(fullness_by_bar(tune)):
        is_fill = _leads_on(tune, bar) and bar < tune.bars - 1
        pattern = beat.fill if is_fill else beat.full if fullness == FULL else beat.plain
        for stroke in _strokes(pattern, tune, bar, frame):
            if fullness == LIGHT and not (is_fill and stroke.onset % bar_ticks * 2 >= bar_ticks):
                continue
            key, velocity = _DRUMS[kit][stroke.letter]
            yield Note(stroke.onset, key, stroke.duration, velocity)
    key, velocity = _DRUMS[kit][_FINAL_STROKE[kit]]
    yield Note(frame.final, key, min(tune.metre.beat_ticks, frame.end - frame.final), velocity)
