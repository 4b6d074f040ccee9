import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from domain.score import Note, Part, Score, Section
from engine.craft import pictures
from engine.craft.pictures import piano_roll
from tests.engine.craft.pieces import chorale, jig, of_notes


def opened(png: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB")).astype(int)


def ink(picture: np.ndarray, colour: str, *, below: int = pictures._HEADER) -> np.ndarray:
    """Which pixels below the header are nearly of the colour. Shape (height, width)."""
    distance = np.abs(picture - np.array(ImageColor.getrgb(colour))).max(axis=2)
    distance[:below] = 255
    return distance < 30


def test_every_part_has_ink_of_its_own_colour_in_the_roll_and_in_the_legend() -> None:
    picture = opened(piano_roll(chorale(), title="Chorale in G"))
    assert picture.shape[1] == 1600
    assert 580 <= picture.shape[0] <= 640
    for colour in pictures._COLOURS[:4]:
        assert ink(picture, colour).sum() > 2000
        assert ink(picture[: pictures._HEADER], colour, below=0).sum() > 100
    assert ink(picture, pictures._COLOURS[4]).sum() == 0


def test_notes_stand_where_they_sound() -> None:
    low_then_high = of_notes(Note(0, 60, 12, 100), Note(36, 72, 12, 100))
    rows, columns = np.nonzero(ink(opened(piano_roll(low_then_high, title="")), pictures._COLOURS[0]))
    early = columns < 800
    assert early.any()
    assert (~early).any()
    assert rows[early].min() > rows[~early].max()


def test_the_lead_is_drawn_over_the_others() -> None:
    score = of_notes(Note(0, 60, 48, 100))
    both = replace(score, parts=(*score.parts, *score.parts))
    picture = opened(piano_roll(both, title=""))
    assert ink(picture, pictures._COLOURS[0]).sum() > 100
    assert ink(picture, pictures._COLOURS[1]).sum() == 0


def test_drums_are_strokes_below_the_notes_and_do_not_stretch_the_pitches() -> None:
    alone = chorale()
    drums = Part("Drums", 0, (Note(0, 20, 6, 90), Note(24, 110, 6, 40)), percussion=True)
    drummed = opened(piano_roll(replace(alone, parts=(*alone.parts, drums)), title=""))
    for colour in pictures._COLOURS[:4]:
        assert np.array_equal(
            ink(drummed, colour)[:500], ink(opened(piano_roll(alone, title="")), colour)[:500]
        )
    rows, columns = np.nonzero(ink(drummed, pictures._COLOURS[4]))
    lowest_note = np.nonzero(ink(drummed, pictures._COLOURS[3]))[0].max()
    assert rows.min() > lowest_note
    assert len(set(columns // 20)) == 1  # the loud stroke; the other is dimmer


def test_accompaniments_are_dimmer_than_what_was_written() -> None:
    loud, soft = (opened(piano_roll(of_notes(Note(0, 60, 48, v)), title="")) for v in (80, 50))
    assert ink(loud, pictures._COLOURS[0]).sum() > 100
    assert ink(soft, pictures._COLOURS[0]).sum() == 0


def test_sections_are_strips_above_and_lines_through_the_notes() -> None:
    form = (Section("A", 0, 2), Section("B", 2, 1), Section("A′", 3, 1))
    plain, formed = (opened(piano_roll(replace(chorale(), sections=s), title="")) for s in ((), form))

    def runs(places: np.ndarray) -> list[int]:
        """Lengths of what lies together."""
        return [len(run) for run in np.split(places, (np.diff(places) > 20).nonzero()[0] + 1) if len(run)]

    def strips(colour: str) -> list[int]:
        row = np.abs(formed[120] - np.array(ImageColor.getrgb(colour))).max(axis=1)
        return runs((row < 12).nonzero()[0])

    def lines(picture: np.ndarray) -> list[int]:
        return runs((ink(picture, pictures._SECTION_BOUNDARY).sum(axis=0) > 300).nonzero()[0])

    first, back = strips(pictures._SECTION_TINTS[0])
    (other,) = strips(pictures._SECTION_TINTS[1])
    assert first > 1.8 * other
    assert abs(back - other) < 12
    assert (len(lines(plain)), len(lines(formed))) == (0, 2)


def test_labels_are_drawn_in_letters_that_the_font_has() -> None:
    assert [pictures.plain(label) for label in ("A", "A′", "B″", "C‴")] == ["A", "A'", "B''", "C'''"]


@pytest.mark.parametrize(
    "score",
    [
        jig(),
        chorale(bars=32),
        jig(bars=160, tempo=80),
        of_notes(),
        replace(of_notes(), parts=()),
        of_notes(Note(0, 0, 1), Note(1, 127, 400), bars=2),
    ],
    ids=["jig", "long chorale", "two minutes", "no notes", "no parts", "all pitches, past the end"],
)
def test_any_score_makes_a_picture_of_a_moderate_size(score: Score) -> None:
    png = piano_roll(score, title="A “title”: Élan – D♭ 夜")
    assert len(png) < 100_000
    height, width, _ = opened(png).shape
    assert width == 1600
    assert 580 <= height <= 1030


def test_long_pieces_break_into_systems_and_lose_no_note() -> None:
    score = jig(bars=160, tempo=80)
    picture = opened(piano_roll(score, title=""))
    is_ink = ink(picture, pictures._COLOURS[0])
    first, second, third = (rows.sum() for rows in np.array_split(is_ink[pictures._HEADER :], 3))
    assert second > 0.8 * first
    assert third > 0.6 * first
    assert is_ink[:, -60:-41].any()  # up to the right margin


def test_the_same_score_gives_the_same_bytes() -> None:
    assert piano_roll(chorale(), title="Hymn") == piano_roll(chorale(), title="Hymn")
