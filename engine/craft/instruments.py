"""Which instruments play a genre: part names and General MIDI programs, by position in the score.

The choices suit TimGM6mb, the soundfont that is always there: samples in tune, that speak quickly
enough for the genre's shortest notes and keep one loudness over its range.
"""

from domain.genres import Genre

Player = tuple[str, int]
"""A part's name and its General MIDI program, counted from 0."""

_PIANO, _HONKY_TONK, _HARPSICHORD, _CHURCH_ORGAN, _REED_ORGAN = 0, 3, 6, 19, 20
_NYLON_GUITAR, _STEEL_GUITAR, _BASS, _VOICE = 24, 25, 32, 53
_CLARINET, _RECORDER, _PAN_FLUTE, _OCARINA, _FIDDLE = 71, 74, 75, 79, 110

# Accordion, harmonica and bandoneon are what one would expect here, but in TimGM6mb they are a
# quarter tone flat over much of their range; its reed organ is in tune. Its flute and whistle are
# uneven, its choir is 15 cents off here and there: ocarina, pan flute and solo voices are not.
_LEADS: dict[Genre, Player] = {
    Genre.REEL: ("Fiddle", _FIDDLE),
    Genre.JIG: ("Whistle", _OCARINA),
    Genre.SLIP_JIG: ("Pan flute", _PAN_FLUTE),
    Genre.HORNPIPE: ("Concertina", _REED_ORGAN),
    Genre.POLKA: ("Clarinet", _CLARINET),
    Genre.FOLK: ("Recorder", _RECORDER),
}

_CHOIRS: dict[Genre, int] = {Genre.CHORALE: _VOICE, Genre.HYMN: _CHURCH_ORGAN}

_KEYBOARDS: dict[Genre, Player] = {
    Genre.BAROQUE: ("Harpsichord", _HARPSICHORD),
    Genre.CLASSICAL: ("Piano", _PIANO),
    Genre.ROMANTIC: ("Piano", _PIANO),
    Genre.RAGTIME: ("Honky-tonk piano", _HONKY_TONK),
}


def dress(genre: Genre, part_count: int) -> tuple[Player, ...]:
    """A player for each of `part_count` parts, from the top (the lead) down.

    Raises ValueError when there is no part to play.
    """
    if part_count < 1:
        raise ValueError("a piece has at least one part")
    if genre in _CHOIRS:
        return _voices(_CHOIRS[genre], part_count)
    if genre in _KEYBOARDS:
        return _alike(*_KEYBOARDS[genre], part_count)
    if genre is Genre.GUITAR:
        return _alike("Guitar", _NYLON_GUITAR, part_count)
    if genre is Genre.SONG:
        accompaniment = _alike("Piano", _PIANO, part_count - 1) if part_count > 1 else ()
        return (("Voice", _VOICE), *accompaniment)
    return (_LEADS[genre], *_band(part_count - 1))


def _voices(program: int, part_count: int) -> tuple[Player, ...]:
    names = ("Soprano", "Alto", "Tenor", "Bass")
    if part_count != len(names):
        names = tuple(f"Voice {number}" for number in range(1, part_count + 1))
    return tuple((name, program) for name in names)


def _alike(name: str, program: int, part_count: int) -> tuple[Player, ...]:
    """One instrument on several staves."""
    if part_count == 1:
        return ((name, program),)
    if part_count == 2 and program != _NYLON_GUITAR:
        return ((f"{name}, right hand", program), (f"{name}, left hand", program))
    return tuple((f"{name} {number}", program) for number in range(1, part_count + 1))


def _band(part_count: int) -> tuple[Player, ...]:
    """Who accompanies a dance or folk tune: guitars, and below them a bass from two parts on."""
    if part_count == 0:
        return ()
    if part_count == 1:
        return (("Guitar", _STEEL_GUITAR),)
    return (*_alike("Guitar", _STEEL_GUITAR, part_count - 1), ("Bass", _BASS))
