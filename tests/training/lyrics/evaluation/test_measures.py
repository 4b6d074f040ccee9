"""Figures of verse whose rhymes, syllables and repetitions can be counted by hand."""

import math

import pytest

from training.lyrics.evaluation import measures
from training.lyrics.evaluation.pieces import Asked, Piece, draw_stanzas, words_of

_KEPT = (
    "The bird sings in the silent night,",
    "And all the hills are far away;",
    "The moon is up, the stars are bright,",
    "And we shall sing until the day.",
)
_SPOILT = (
    "The bird sings in the silent night,",
    "And all the hills are far away;",
    "The moon is up, the stars are gold,",
    "And we shall sing until today it comes.",
)
_ABAB = Asked("ABAB", (8, 8, 8, 8))


def _piece(*stanzas: tuple[str, ...], scene: tuple[str, ...] = (), asked: Asked | None = _ABAB) -> Piece:
    return Piece("en", scene, stanzas, (asked,) * len(stanzas) if asked else ())


def test_words_are_read_from_print() -> None:
    assert words_of("’Tis the well-known bird’s — 'neath", "en") == (
        "'tis", "the", "well", "known", "bird's", "'neath",
    )  # fmt: skip
    assert words_of("春眠不觉晓，", "zh") == tuple("春眠不觉晓")


def test_a_scheme_is_met_or_not_stanza_by_stanza() -> None:
    assert measures.scheme_met([_piece(_KEPT)]) == 1
    assert measures.scheme_met([_piece(_KEPT, _SPOILT)]) == 0.5
    assert measures.scheme_met([_piece(_KEPT[:3])]) == 0  # a line is missing
    assert math.isnan(measures.scheme_met([_piece(_KEPT, asked=Asked("ABCD", (8,) * 4))]))


def test_the_same_word_is_no_rhyme() -> None:
    same = ("I see the light", "We go", "You see the light", "So slow")
    assert measures.scheme_met([_piece(same)]) == 0
    assert measures.rhyme_density([_piece(same)]) == 0.5


def test_syllables_are_counted_by_the_dictionary() -> None:
    assert measures.syllables_within([_piece(_KEPT, _SPOILT)], 0) == 7 / 8
    assert measures.syllables_within([_piece(_SPOILT)], 2) == 1
    assert measures.form_kept([_piece(_KEPT, _SPOILT)]) == 0.5


def test_words_of_the_scene_count_in_any_form() -> None:
    told = _piece(_KEPT, scene=("birds", "hill", "singing", "ocean"))
    assert measures.scene_words_present([told]) == 0.75
    chinese = Piece("zh", ("春眠", "晓春"), (("春眠不觉晓，",),))
    assert measures.scene_words_present([chinese]) == 0.5


def test_lines_of_verse_are_in_duple_metre_and_prose_is_not() -> None:
    assert measures.in_duple_metre([_piece(_KEPT)]) == 1
    prose = ("Unfortunately several people misunderstood everything yesterday",)
    assert measures.in_duple_metre([_piece(prose, asked=None)]) == 0


def test_tones_alternate_where_they_do() -> None:
    # 白日依山尽: 2 4 1 1 4; 月落乌啼霜满天: 4 4 1 2 1 3 1
    assert measures.tones_alternate([Piece("zh", (), (("白日依山尽，", "月落乌啼霜满天。"),))]) == 1
    assert measures.tones_alternate([Piece("zh", (), (("春天山天春。",),))]) == 0


def test_repetition_lowers_distinct_runs_and_raises_self_bleu() -> None:
    other = ("A quiet river runs below the mill",)
    assert measures.distinct([_KEPT, _KEPT], "en") == pytest.approx(0.5, abs=0.03)
    assert measures.distinct([other], "en") == 1
    assert measures.self_bleu([_KEPT, _KEPT, other], "en") > 0.6
    assert measures.self_bleu([_KEPT, other], "en") < 0.1


def test_self_bleu_counts_a_run_no_oftener_than_another_stanza_has_it() -> None:
    thrice, once = ("bird bird bird",), ("bird on a tree",)
    twice = ("bird bird on a tree",)
    assert measures.self_bleu([thrice, once], "en") < measures.self_bleu([thrice, twice], "en")


def test_stanzas_are_drawn_the_same_each_time() -> None:
    pieces = [_piece((f"line {number}",), asked=None) for number in range(20)]
    assert draw_stanzas(pieces, 5) == draw_stanzas(pieces, 5)
    assert len(draw_stanzas(pieces, 50)) == 20


def test_pieces_come_back_from_plain_values() -> None:
    piece = _piece(_KEPT, scene=("birds",))
    assert Piece.from_plain(piece.to_plain()) == piece
    with pytest.raises(ValueError, match="every stanza"):
        Piece("en", (), (_KEPT, _KEPT), (_ABAB,))
