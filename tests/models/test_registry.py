"""What the registry says of the shipped styles, beside the models' own account."""

import json

from domain.genres import Genre
from models.plans import Profile
from models.registry import WEIGHTS, available_styles


def test_a_style_knows_the_metres_of_its_genres() -> None:
    [style] = [style for style in available_styles() if style.name == "rnn"]
    card = json.loads((WEIGHTS / "rnn.json").read_text(encoding="utf-8"))
    profiles = {Genre(name): Profile.from_plain(plain) for name, plain in card["profiles"].items()}
    assert style.metres == {genre: profile.metres for genre, profile in profiles.items()}
    assert [str(metre) for metre in style.metres[Genre.JIG]] == ["6/8"]
    assert [str(metre) for metre in style.metres[Genre.RAGTIME]] == ["2/4", "4/4"]
    assert set(style.genres) <= set(style.metres)
