"""Groups of instruments that people ask for; who plays what is decided where pieces are arranged."""

from enum import StrEnum


class Ensemble(StrEnum):
    """What the `instruments` option offers. A piece without one is played by its genre's own."""

    PIANO = "piano"
    STRINGS = "strings"
    GUITAR = "guitar"
    WINDS = "winds"
    BRASS = "brass"
    CHOIR = "choir"
    ORGAN = "organ"
    HARP = "harp"
    MUSIC_BOX = "music box"
    CHIPTUNE = "chiptune"
