"""The genres that the corpora hold, by the names people type."""

from enum import StrEnum


class Genre(StrEnum):
    """Which of these a style offers is said by its model card, after its evaluation."""

    REEL = "reel"
    JIG = "jig"
    SLIP_JIG = "slip jig"
    HORNPIPE = "hornpipe"
    POLKA = "polka"
    CHORALE = "chorale"
    HYMN = "hymn"
    GUITAR = "guitar"
    BAROQUE = "baroque"
    CLASSICAL = "classical"
    ROMANTIC = "romantic"
    RAGTIME = "ragtime"
    FOLK = "folk"
    SONG = "song"


TUNES = frozenset({Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA})
"""Dances, which are composed as one line and accompanied where they are arranged."""
