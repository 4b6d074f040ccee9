"""Stanzas small enough for tests, their stresses told by capitals: `a-MA-zing GRACE`."""

from domain.songs import PRIMARY, StanzaKind, SungLine, SungStanza, Syllable

COMMON_METRE = """a-MA-zing GRACE how SWEET the SOUND
that SAVED a WRETCH like ME
i ONCE was LOST but NOW am FOUND
was BLIND but NOW i SEE"""

TROCHAIC = """HO-ly SPI-rit LIGHT di-VINE
SHINE up-ON this HEART of MINE
CHASE the SHADES of NIGHT a-WAY
TURN my DARK-ness IN-to DAY"""

DACTYLIC = """im-MOR-tal in-VI-si-ble GOD on-ly WISE
in LIGHT in-ac-CES-si-ble HID from our EYES
most BLES-sed most GLO-rious the AN-cient of DAYS
al-MIGH-ty vic-TO-rious thy GREAT name we PRAISE"""

CHORUS = """SING it LOUD and SING it LONG
SING with ME the SUM-mer SONG"""


def line(text: str, rhyme: str = "") -> SungLine:
    syllables: list[Syllable] = []
    for word in text.split():
        pieces = word.split("-")
        syllables += [
            Syllable(piece.lower(), PRIMARY if piece.isupper() else 0, place == len(pieces) - 1)
            for place, piece in enumerate(pieces)
        ]
    return SungLine(tuple(syllables), rhyme)


def stanza(text: str, *, scheme: str = "", kind: StanzaKind = StanzaKind.VERSE) -> SungStanza:
    rhymes = scheme or "-" * len(text.splitlines())
    lines = zip(text.splitlines(), rhymes, strict=True)
    return SungStanza(tuple(line(each, rhyme.replace("-", "")) for each, rhyme in lines), kind)
