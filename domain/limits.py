"""What every kind of request is held to: ranges, and one way to refuse what is beyond them."""

import re

from domain.errors import BadRequest, Reason

SEED = (0, 2**31 - 1)

MAX_SOURCE_BARS = 64
"""Of a longer piece, the first bars are worked on."""

MAX_TITLE = 80
"""Characters; what people's files are called may be longer, and is cut."""


def check_range(value: float, limits: tuple[float, float], reason: Reason) -> None:
    """Raises BadRequest with `reason` for what is out of the limits, NaN included."""
    low, high = limits
    if not low <= value <= high:
        raise BadRequest(reason, low=low, high=high, value=value)


def check_adapter(name: str | None) -> None:
    """Raises ValueError for what can't be the name of an adapter (see domain.finetuning)."""
    if name is not None and re.fullmatch("[0-9a-f]{16}", name) is None:
        raise ValueError("not the name of an adapter")
