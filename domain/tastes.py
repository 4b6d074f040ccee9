"""Whose tastes are alike, what somebody likes about works, and what to recommend by both."""

from enum import StrEnum


class Grounds(StrEnum):
    """What speaks most for a recommended work."""

    LIKE_TASTE = "like_taste"
    """People who voted as this person did like it."""
    OWN_RATINGS = "own_ratings"
    """It is like what this person liked, saved and asked for."""
    JUDGE = "judge"
    """The judge rates it highly."""
    COLD_START = "cold_start"
    """Nothing is known of this person's taste, and people here like it."""
