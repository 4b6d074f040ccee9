from dataclasses import replace

from domain.genres import Genre
from domain.score import Key, Mode
from domain.transformations import AccompanyRequest, BlendRequest, RestyleRequest, Source, VaryRequest
from engine.craft.titles import title_of, title_of_transformation
from tests.engine.craft.pieces import chorale


def test_art_music_is_named_by_form_and_key_and_tunes_by_name() -> None:
    assert title_of(Genre.CHORALE, Key(7, Mode.MINOR), 1) == "Chorale in G minor"
    names = {title_of(Genre.REEL, Key(2), seed) for seed in range(50)}
    assert len(names) > 30
    assert all(name.startswith("The ") for name in names)
    assert title_of(Genre.RAGTIME, Key(8), 4).endswith(" Rag")


def test_a_seed_gives_the_same_title_again() -> None:
    assert title_of(Genre.JIG, Key(2), 7) == title_of(Genre.JIG, Key(2), 7)


def test_titles_of_transformations_say_what_a_piece_was_made_from_and_do_not_pile_up() -> None:
    score = chorale()
    mill, lied = Source.of("The Old Mill", score), Source.of("Lied", score)
    vary, restyle = VaryRequest(source=mill, seed=1), RestyleRequest(source=mill, genre="reel", seed=1)
    varied = title_of_transformation(vary, Genre.REEL)
    assert varied == "The Old Mill, varied"
    assert title_of_transformation(replace(vary, source=Source.of(varied, score)), Genre.REEL) == varied
    accompanied = title_of_transformation(AccompanyRequest(source=mill, seed=1), Genre.HYMN)
    assert accompanied == "The Old Mill, accompanied"
    restyled = title_of_transformation(restyle, Genre.SLIP_JIG)
    assert restyled == "The Old Mill as a Slip Jig"
    again = replace(restyle, source=Source.of(restyled, score))
    assert title_of_transformation(again, Genre.HYMN) == "The Old Mill as a Hymn"
    blend = BlendRequest(first=mill, second=lied, seed=1)
    assert title_of_transformation(blend, Genre.HYMN) == "The Old Mill meets Lied"
    long = Source.of("x" * 80, score)
    assert len(title_of_transformation(replace(blend, first=long), Genre.HYMN)) == 80
