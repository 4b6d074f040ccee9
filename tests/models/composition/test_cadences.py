import pytest

from domain.score import Cadence, Metre, Section
from models.composition.cadences import cadence_degrees, cadence_tick


@pytest.mark.parametrize(
    ("metre", "tick"),
    [
        ("4/4", 24),
        ("2/4", 12),
        ("2/2", 24),
        ("6/4", 36),
        ("6/8", 18),
        ("12/8", 36),
        ("3/4", 12),
        ("9/8", 18),
        ("3/2", 24),
        ("3/8", 0),
    ],
)
def test_a_section_rests_on_the_last_strong_beat_of_its_last_bar(metre: str, tick: int) -> None:
    parsed = Metre.parse(metre)
    assert cadence_tick(parsed, Section("B", 8, 4, Cadence.FULL)) == 11 * parsed.bar_ticks + tick


def test_cadences_rest_on_tonic_and_dominant_and_a_single_line_may_imply_the_dominant() -> None:
    assert cadence_degrees(Cadence.FULL, 4) == cadence_degrees(Cadence.FULL, 1) == {0}
    assert cadence_degrees(Cadence.HALF, 4) == {7}
    assert cadence_degrees(Cadence.HALF, 1) == {7, 11, 2}
