import numpy as np
import pytest

from domain.genres import Genre
from engine.craft.instruments import dress
from engine.craft.performance import PlayedNote
from engine.craft.rendering import SAMPLE_RATE, _stem

ACCORDION = 21


def cents_off(program: int, pitch: int) -> float:
    """How far a held note is from its pitch: where a comb of six harmonics catches the most sound."""
    note = PlayedNote(0.0, 0.5, pitch, 80)
    samples = _stem([note], program=program, until_seconds=0.5)[:, 4800:24000].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 17))
    tuning = np.arange(-80, 81)
    fundamentals = 440 * 2 ** ((pitch - 69) / 12 + tuning / 1200)
    bins = np.outer(np.arange(1, 7), fundamentals) * (1 << 17) / SAMPLE_RATE
    return float(tuning[spectrum[np.rint(bins).astype(int)].sum(axis=0).argmax()])


@pytest.mark.parametrize("genre", Genre)
@pytest.mark.parametrize("part_count", [1, 2, 3, 4, 6])
def test_every_part_of_every_genre_has_a_player(genre: Genre, part_count: int) -> None:
    players = dress(genre, part_count)
    assert len(players) == part_count
    assert len({name for name, _ in players}) == part_count
    assert all(0 <= program <= 127 for _, program in players)


def test_every_lead_is_in_tune_where_tunes_lie() -> None:
    for program in {dress(genre, 1)[0][1] for genre in Genre}:
        for pitch in (62, 69, 76, 79):
            assert abs(cents_off(program, pitch)) <= 15, (program, pitch)


def test_the_accordion_is_why_tuning_is_measured() -> None:
    assert abs(cents_off(ACCORDION, 79)) > 30


def test_nobody_plays_nothing() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        dress(Genre.REEL, 0)
