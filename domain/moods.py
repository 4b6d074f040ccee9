"""Moods that people ask for; what each means in notes is decided where pieces are planned."""

from enum import StrEnum


class Mood(StrEnum):
    CALM = "calm"
    BRIGHT = "bright"
    SAD = "sad"
    LULLABY = "lullaby"
    FESTIVE = "festive"
    TENSE = "tense"
