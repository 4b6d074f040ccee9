from domain.genres import Genre
from domain.score import Key, Mode
from engine.craft.titles import title_of


def test_art_music_is_named_by_form_and_key_and_tunes_by_name() -> None:
    assert title_of(Genre.CHORALE, Key(7, Mode.MINOR), 1) == "Chorale in G minor"
    names = {title_of(Genre.REEL, Key(2), seed) for seed in range(50)}
    assert len(names) > 30
    assert all(name.startswith("The ") for name in names)
    assert title_of(Genre.RAGTIME, Key(8), 4).endswith(" Rag")


def test_a_seed_gives_the_same_title_again() -> None:
    assert title_of(Genre.JIG, Key(2), 7) == title_of(Genre.JIG, Key(2), 7)
