import numpy as np
import pytest

from models.sampling import choose

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05], dtype=np.float32))
ALL = np.ones(4, dtype=np.bool_)


@pytest.mark.parametrize(
    ("chance", "index"), [(0.0, 0), (0.49, 0), (0.51, 1), (0.79, 1), (0.81, 2), (0.999, 3)]
)
def test_chance_falls_where_the_probabilities_say(chance: float, index: int) -> None:
    assert choose(LOGITS, ALL, temperature=1.0, top_p=1.0, chance=chance) == index


def test_what_is_not_allowed_is_never_chosen() -> None:
    allowed = np.array([False, False, True, True])
    drawn = {choose(LOGITS, allowed, temperature=1.0, top_p=1.0, chance=c) for c in np.linspace(0, 0.999, 50)}
    assert drawn == {2, 3}


def test_the_nucleus_cuts_the_tail_and_keeps_at_least_the_best() -> None:
    drawn = {choose(LOGITS, ALL, temperature=1.0, top_p=0.7, chance=c) for c in np.linspace(0, 0.999, 50)}
    assert drawn == {0, 1}
    assert choose(LOGITS, ALL, temperature=1.0, top_p=1e-9, chance=0.999) == 0


def test_a_low_temperature_sharpens() -> None:
    assert choose(LOGITS, ALL, temperature=0.1, top_p=1.0, chance=0.98) == 0
