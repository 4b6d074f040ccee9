"""How accompanists fill a bar: strums, vamps, arpeggios, held chords and drum beats, in letters.

Data, and the rule for metres that nobody wrote a pattern for. Every letter is an equal share of the bar:
`-` lets the stroke before it ring, `.` is silence. Knows no chords and no instruments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from domain.score import TICKS_PER_QUARTER, Metre

Levels = tuple[str, str, str]
"""The same bar played lightly, plainly and fully."""


class Texture(Enum):
    """How chords and bass share the bar."""

    STRUM = "strum"
    VAMP = "vamp"
    ARPEGGIO = "arpeggio"
    HELD = "held"


class Kit(Enum):
    """What is beaten."""

    BODHRAN = "bodhran"
    CEILI = "ceili"
    CHIP = "chip"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A bar's chords and bass.

    Of chords, `C` is a strong stroke, `c` a light one, `u` the upper strings alone, and a digit a single
    voice counted from the lowest. Of the bass, `R` is the root and `5` the fifth.
    """

    chords: Levels
    bass: Levels


@dataclass(frozen=True, slots=True)
class Beat:
    """A bar of drums, plain and full, and one that leads into a new section; capitals are accents."""

    plain: str
    full: str
    fill: str


_Bar = tuple[int, bool]
"""The length of a bar in ticks, and whether its metre is compound: 2/2 is played as 4/4."""

_FOUR, _TWO, _THREE = (48, False), (24, False), (36, False)
_SIX, _NINE = (36, True), (54, True)

_PATTERNS: Mapping[Texture, Mapping[_Bar, Pattern]] = {
    Texture.STRUM: {
        _FOUR: Pattern(("..C...c.", "..C..uC.", "c.Cu.uCu"), ("R---5---", "R---5---", "R---5-R-")),
        _TWO: Pattern((".C.c", ".Cuc", "cCuC"), ("R-5-", "R-5-", "R-5-")),
        _THREE: Pattern(("..C.c.", "..C-cu", "c.CuCu"), ("R-----", "R-----", "R---5-")),
        _SIX: Pattern(("..C..c", "c.Cc.c", "CucCuc"), ("R--5--", "R--5--", "R--5-R")),
        _NINE: Pattern(("..C..c..c", "c.Cc.cc.c", "CucCucCuc"), ("R-----5--", "R-----5--", "R--R--5--")),
    },
    Texture.VAMP: {
        _FOUR: Pattern((".C.c", ".C.C", ".C.C"), ("R.5.", "R.5.", "R.5.")),
        _TWO: Pattern((".C.c", ".C.C", ".C.C"), ("R.5.", "R.5.", "R.5.")),
        _THREE: Pattern((".Cc", ".CC", ".CC"), ("R..", "R..", "R.5")),
        _SIX: Pattern(("..C..c", "..C..C", ".cC.cC"), ("R..5..", "R..5..", "R..5..")),
        _NINE: Pattern(("..C..c..c", "..C..C..C", ".cC.cC.cC"), ("R.....5..", "R..R..5..", "R..R..5..")),
    },
    Texture.ARPEGGIO: {
        _FOUR: Pattern(("..2-..3-", ".2-3.2-4", ".234.343"), ("R-------", "R---5---", "R---5---")),
        _TWO: Pattern((".2.3", ".243", ".2-3-4-3"), ("R---", "R-5-", "R-5-")),
        _THREE: Pattern(("..2-3-", ".23432", ".23434"), ("R-----", "R-----", "R---5-")),
        _SIX: Pattern(("..2..3", ".23.43", ".23432"), ("R-----", "R--5--", "R--5--")),
        _NINE: Pattern(("..2..3..2", ".23.34.32", ".23434.32"), ("R--------", "R-----5--", "R-----5--")),
    },
    Texture.HELD: {
        _FOUR: Pattern(("C-------", "C-------", "C---c---"), ("R-------", "R---5---", "R---5---")),
        _TWO: Pattern(("C---", "C---", "C-c-"), ("R---", "R---", "R-5-")),
        _THREE: Pattern(("C-----", "C-----", "C---c-"), ("R-----", "R-----", "R---5-")),
        _SIX: Pattern(("C-----", "C-----", "C--c--"), ("R-----", "R--5--", "R--5--")),
        _NINE: Pattern(("C--------", "C--------", "C-----c--"), ("R--------", "R-----5--", "R-----5--")),
    },
}

_BEATS: Mapping[Kit, Mapping[_Bar, Beat]] = {
    # A deep stroke of the tipper's lower end, the open skin, and a light tap.
    Kit.BODHRAN: {
        _FOUR: Beat("D.s.d.s.", "D.stD.st", "D.stSsSs"),
        _TWO: Beat("D.st", "Dtst", "DsSs"),
        _THREE: Beat("D.s.s.", "D.stst", "D.sSsS"),
        _SIX: Beat("D.sd.s", "DtsDts", "D.sSsS"),
        _NINE: Beat("D..d..s.t", "D.td.ts.t", "D..d.sSsS"),
    },
    # Woodblock and snare over a soft bass drum.
    Kit.CEILI: {
        _FOUR: Beat("kwkw", "kwkW", "kwkwsssS"),
        _TWO: Beat("kwkw", "kSkS", "kwsS"),
        _THREE: Beat("k.w.w.", "k.w.w.", "k.w.sS"),
        _SIX: Beat("k.wk.w", "k.wk.w", "k.wsss"),
        _NINE: Beat("k.w..wk.w", "k.w..wk.w", "k.w..wsss"),
    },
    Kit.CHIP: {
        _FOUR: Beat("k.h.S.h.", "khhhShhh", "k.h.SsSs"),
        _TWO: Beat("khSh", "khSh", "khSs"),
        _THREE: Beat("k.h.h.", "k.S.S.", "k.hsSs"),
        _SIX: Beat("k..S..", "k.hS.h", "k..SsS"),
        _NINE: Beat("k..h..S..", "k.hk.hS.h", "k..h..SsS"),
    },
}


def pattern_for(texture: Texture, metre: Metre) -> Pattern:
    """The bar of a texture in a metre."""
    return _PATTERNS[texture].get(_bar(metre)) or _plain_pattern(texture, metre)


def beat_for(kit: Kit, metre: Metre) -> Beat:
    """The bar of a drum kit in a metre."""
    return _BEATS[kit].get(_bar(metre)) or _plain_beat(kit, metre)


def _bar(metre: Metre) -> _Bar:
    return metre.bar_ticks, metre.is_compound


def _plain_pattern(texture: Texture, metre: Metre) -> Pattern:
    """The bass once a bar, and chords on its other beats (held ones: from its beginning)."""
    count = _strokes(metre)
    chords = "C" + "-" * (count - 1) if texture is Texture.HELD or count == 1 else "." + "c" * (count - 1)
    bass = "R" + "-" * (count - 1)
    return Pattern((chords, chords, chords), (bass, bass, bass))


def _plain_beat(kit: Kit, metre: Metre) -> Beat:
    """One stroke a bar."""
    stroke = ("D" if kit is Kit.BODHRAN else "k") + "." * (_strokes(metre) - 1)
    return Beat(stroke, stroke, stroke)


def _strokes(metre: Metre) -> int:
    """Into how many strokes a bar divides: its beats, or quarters' halves, or nothing smaller than itself."""
    for ticks in (metre.beat_ticks, TICKS_PER_QUARTER // 2):
        if metre.bar_ticks % ticks == 0:
            return metre.bar_ticks // ticks
    return 1
