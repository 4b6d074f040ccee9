"""Who plays: instruments with their General MIDI programs and ranges, by genre or by what people asked for.

The choices suit TimGM6mb, the soundfont that is always there: samples in tune, that speak quickly
enough for the genre's shortest notes, and are heard over the whole range given here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from domain.ensembles import Ensemble
from domain.genres import Genre
from engine.craft.patterns import Kit, Texture


@dataclass(frozen=True, slots=True)
class Instrument:
    """A player's name, General MIDI program (from 0), and the pitches that lie well for it."""

    name: str
    program: int
    lowest: int
    highest: int

    def strangers(self, pitches: Sequence[int]) -> int:
        """How many of the pitches it does not reach."""
        return sum(not self.lowest <= pitch <= self.highest for pitch in pitches)


@dataclass(frozen=True, slots=True)
class Family:
    """Instruments that play written parts: `members` from the highest down.

    `wide`, where there is one, plays parts with chords in them, which one member could not.
    """

    members: tuple[Instrument, ...]
    wide: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who plays a tune and its accompaniment.

    The ranges of `chords` and `bass` are where accompaniments lie, each an octave or more. Where both
    are on one program, one player has both, and they have no pitch in common. Where `rings`, a plucked note
    sounds on under the next ones; where `octaves`, the bass is doubled an octave below, still within its
    range. Without a `kit`, nobody drums.
    """

    lead: Instrument
    chords: Instrument
    bass: Instrument
    texture: Texture
    kit: Kit | None = None
    rings: bool = False
    octaves: bool = False

    @property
    def is_one_player(self) -> bool:
        """Whether chords and bass are in the same hands."""
        return self.chords.program == self.bass.program

    @property
    def players(self) -> tuple[Instrument, ...]:
        """Everyone with pitches to play, the lead first."""
        return (self.lead, self.chords) if self.is_one_player else (self.lead, self.chords, self.bass)


# Accordion, harmonica and bandoneon are what one would expect among these, but in TimGM6mb they are a
# quarter tone flat over much of their range; its reed organ is in tune. Its flute and whistle grow by
# 10 dB from bottom to top, its horn and choir are 20 cents off here and there: ocarina, pan flute,
# trombone and solo voices are not. Its saw wave has no sound of its own above 91.
_PIANO = Instrument("Piano", 0, 24, 103)
_HONKY_TONK = Instrument("Honky-tonk piano", 3, 24, 103)
_HARPSICHORD = Instrument("Harpsichord", 6, 29, 91)
_MUSIC_BOX = Instrument("Music box", 10, 55, 98)
_ORGAN = Instrument("Organ", 19, 36, 96)
_CONCERTINA = Instrument("Concertina", 20, 48, 93)
_CLASSICAL_GUITAR = Instrument("Guitar", 24, 38, 86)
_GUITAR = Instrument("Guitar", 25, 38, 86)
_BASS = Instrument("Bass", 32, 28, 60)
_VIOLIN = Instrument("Violin", 40, 55, 96)
_VIOLA = Instrument("Viola", 41, 48, 84)
_CELLO = Instrument("Cello", 42, 36, 72)
_CONTRABASS = Instrument("Double bass", 43, 28, 55)
_PIZZICATO = Instrument("Plucked strings", 45, 36, 79)
_HARP = Instrument("Harp", 46, 28, 96)
_STRINGS = Instrument("Strings", 48, 36, 96)
_VOICE = Instrument("Voice", 53, 36, 93)
_TRUMPET = Instrument("Trumpet", 56, 54, 86)
_TROMBONE = Instrument("Trombone", 57, 40, 72)
_TUBA = Instrument("Tuba", 58, 29, 58)
_BRASS = Instrument("Brass", 61, 36, 84)
_OBOE = Instrument("Oboe", 68, 58, 89)
_BASSOON = Instrument("Bassoon", 70, 34, 70)
_CLARINET = Instrument("Clarinet", 71, 48, 91)
_RECORDER = Instrument("Recorder", 74, 55, 93)
_PAN_FLUTE = Instrument("Pan flute", 75, 55, 93)
_WHISTLE = Instrument("Whistle", 79, 55, 93)
_SQUARE = Instrument("Square wave", 80, 36, 96)
_SAW = Instrument("Saw wave", 81, 36, 90)
_SYNTH_BASS = Instrument("Synth bass", 39, 28, 60)
_FIDDLE = Instrument("Fiddle", 110, 55, 96)


def _between(instrument: Instrument, lowest: int, highest: int, *, name: str = "") -> Instrument:
    """The same instrument where its accompaniment should lie."""
    return replace(instrument, name=name or instrument.name, lowest=lowest, highest=highest)


_LINEUPS: Mapping[Genre, Lineup] = {
    Genre.REEL: Lineup(
        _FIDDLE, _between(_GUITAR, 48, 67), _between(_BASS, 31, 47), Texture.STRUM, Kit.BODHRAN
    ),
    Genre.JIG: Lineup(
        _WHISTLE, _between(_GUITAR, 48, 67), _between(_BASS, 31, 47), Texture.STRUM, Kit.BODHRAN
    ),
    Genre.SLIP_JIG: Lineup(
        _PAN_FLUTE,
        _between(_HARP, 48, 69),
        _between(_CELLO, 36, 50),
        Texture.ARPEGGIO,
        Kit.BODHRAN,
        rings=True,
    ),
    Genre.HORNPIPE: Lineup(
        _CONCERTINA, _between(_PIANO, 50, 69), _between(_PIANO, 26, 49), Texture.VAMP, Kit.CEILI, octaves=True
    ),
    Genre.POLKA: Lineup(
        _CLARINET, _between(_GUITAR, 48, 67), _between(_TUBA, 34, 48), Texture.VAMP, Kit.CEILI
    ),
    Genre.FOLK: Lineup(
        _RECORDER, _between(_GUITAR, 52, 69), _between(_GUITAR, 40, 51), Texture.ARPEGGIO, rings=True
    ),
}

_ENSEMBLE_LINEUPS: Mapping[Ensemble, Lineup] = {
    Ensemble.PIANO: Lineup(
        _PIANO, _between(_PIANO, 50, 69), _between(_PIANO, 26, 49), Texture.VAMP, octaves=True
    ),
    Ensemble.STRINGS: Lineup(_VIOLIN, _between(_PIZZICATO, 50, 69), _between(_CELLO, 36, 50), Texture.VAMP),
    Ensemble.GUITAR: Lineup(
        _between(_CLASSICAL_GUITAR, 52, 86),
        _between(_GUITAR, 52, 69),
        _between(_GUITAR, 40, 51),
        Texture.STRUM,
        Kit.BODHRAN,
    ),
    Ensemble.WINDS: Lineup(
        _OBOE, _between(_CLARINET, 50, 69, name="Clarinets"), _between(_BASSOON, 36, 50), Texture.VAMP
    ),
    Ensemble.BRASS: Lineup(
        _TRUMPET,
        _between(_TROMBONE, 48, 67, name="Trombones"),
        _between(_TUBA, 34, 48),
        Texture.VAMP,
        Kit.CEILI,
    ),
    Ensemble.CHOIR: Lineup(
        _between(_VOICE, 57, 84),
        _between(_VOICE, 52, 69, name="Choir"),
        _between(_VOICE, 40, 51),
        Texture.HELD,
    ),
    Ensemble.ORGAN: Lineup(_ORGAN, _between(_ORGAN, 50, 69), _between(_ORGAN, 36, 49), Texture.HELD),
    Ensemble.HARP: Lineup(
        _HARP, _between(_HARP, 48, 69), _between(_HARP, 34, 47), Texture.ARPEGGIO, rings=True
    ),
    Ensemble.MUSIC_BOX: Lineup(
        _between(_MUSIC_BOX, 72, 98),
        _between(_MUSIC_BOX, 67, 81),
        _between(_MUSIC_BOX, 55, 66),
        Texture.ARPEGGIO,
        rings=True,
    ),
    Ensemble.CHIPTUNE: Lineup(
        _between(_SQUARE, 55, 96),
        _between(_SAW, 52, 69),
        _between(_SYNTH_BASS, 33, 50),
        Texture.ARPEGGIO,
        Kit.CHIP,
    ),
}

_FAMILIES: Mapping[Ensemble, Family] = {
    Ensemble.PIANO: Family((_PIANO,)),
    Ensemble.STRINGS: Family((_VIOLIN, _VIOLA, _CELLO), _STRINGS),
    Ensemble.GUITAR: Family((_CLASSICAL_GUITAR,)),
    Ensemble.WINDS: Family((_OBOE, _CLARINET, _BASSOON), replace(_CLARINET, name="Clarinets")),
    Ensemble.BRASS: Family((_TRUMPET, _TROMBONE, _TUBA), _BRASS),
    Ensemble.CHOIR: Family((_between(_VOICE, 40, 84),), _between(_VOICE, 40, 84, name="Choir")),
    Ensemble.ORGAN: Family((_ORGAN,)),
    Ensemble.HARP: Family((_HARP,)),
    Ensemble.MUSIC_BOX: Family((_MUSIC_BOX,)),
    Ensemble.CHIPTUNE: Family((_SQUARE, _SAW, _SYNTH_BASS), _SQUARE),
}

_GENRE_FAMILIES: Mapping[Genre, Family] = {
    Genre.CHORALE: Family((_VOICE,)),
    Genre.HYMN: Family((_ORGAN,)),
    Genre.GUITAR: Family((_CLASSICAL_GUITAR,)),
    Genre.BAROQUE: Family((_HARPSICHORD,)),
    Genre.CLASSICAL: Family((_PIANO,)),
    Genre.ROMANTIC: Family((_PIANO,)),
    Genre.RAGTIME: Family((_HONKY_TONK,)),
    Genre.SONG: Family((_VOICE, _PIANO)),
    **{genre: Family((lineup.lead, _GUITAR)) for genre, lineup in _LINEUPS.items()},
}

_KEYBOARDS = frozenset({_PIANO.program, _HONKY_TONK.program, _HARPSICHORD.program})
_SINGERS = frozenset({_VOICE.program, _ORGAN.program})
_VOICES = ("Soprano", "Alto", "Tenor", "Bass")


def lineup_for(genre: Genre, ensemble: Ensemble | None) -> Lineup | None:
    """Who plays a tune of this genre that has no accompaniment; None where it needs none."""
    usual = _LINEUPS.get(genre)
    if usual is None or ensemble is None:
        return usual
    asked = _ENSEMBLE_LINEUPS[ensemble]
    return asked if usual.kit else replace(asked, kit=None)


def family_for(genre: Genre, ensemble: Ensemble | None) -> Family:
    """Who plays the written parts of this genre."""
    return _GENRE_FAMILIES[genre] if ensemble is None else _FAMILIES[ensemble]


def named(players: Sequence[Instrument]) -> tuple[str, ...]:
    """A name for each player, from the highest part down: no two are alike."""
    if len(players) == len(_VOICES) and {player.program for player in players} <= _SINGERS:
        return _VOICES
    names: list[str] = []
    for place, player in enumerate(players):
        desks = [other for other, like in enumerate(players) if like.name == player.name]
        if len(desks) == 1:
            names.append(player.name)
        elif len(desks) == 2 and player.program in _KEYBOARDS:
            names.append(f"{player.name}, {('right', 'left')[desks.index(place)]} hand")
        else:
            names.append(f"{player.name} {desks.index(place) + 1}")
    return tuple(names)
