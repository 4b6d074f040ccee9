"""Cutting presets out of a real font, TimGM6mb, and what broken files do."""

import io
from contextlib import suppress
from pathlib import Path

import midirenderer
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from domain.score import Note
from engine.craft.midi_files import stem_bytes
from engine.craft.performance import PlayedPart, perform
from engine.craft.roles import Role
from engine.craft.sf2 import DRUM_BANK, BadFont, SoundFont
from engine.craft.soundfonts import bundled
from tests.engine.craft.listening import Samples
from tests.engine.craft.pieces import of_notes

PIANO, STRINGS, VOICE, CLARINET = 0, 48, 53, 71
WHOLE = bundled().read_bytes()
KEYBOARD = of_notes(*(Note(3 * place, 24 + 2 * place, 6, 40 + 2 * place) for place in range(40)), bars=3)


def played(program: int, *, drums: bool = False) -> bytes:
    role = Role.DRUMS if drums else Role.LEAD
    return stem_bytes(PlayedPart(program, role, perform(KEYBOARD)[0].notes), until_seconds=4)


def sound(font: bytes, midi: bytes) -> Samples:
    samples, _ = soundfile.read(io.BytesIO(midirenderer.render_wave_from(font, midi)))
    return samples


@pytest.mark.parametrize("program", [STRINGS, VOICE, CLARINET])
def test_an_instrument_that_is_cut_out_sounds_the_same_to_the_last_bit(program: int) -> None:
    cut = SoundFont.open(bundled()).cut([(0, program)])
    assert len(cut) < len(WHOLE) / 7
    midi = played(program)
    assert midirenderer.render_wave_from(cut, midi) == midirenderer.render_wave_from(WHOLE, midi)


def test_drums_are_cut_out_as_well() -> None:
    drums = sound(SoundFont.open(bundled()).cut([(DRUM_BANK, 0)]), played(0, drums=True))
    assert np.corrcoef(drums.ravel(), sound(WHOLE, played(0, drums=True)).ravel())[0, 1] > 0.9999
    assert abs(np.corrcoef(drums.ravel(), sound(WHOLE, played(0)).ravel())[0, 1]) < 0.1


def test_what_is_a_hair_beside_the_middle_is_put_into_it() -> None:
    """As the piano of TimGM6mb is; its strings are meant to be wide, and stay so."""
    font = SoundFont.open(bundled())
    whole, piano, strings = (
        SoundFont.read(memoryview(content))
        for content in (WHOLE, font.cut([(0, PIANO)]), font.cut([(0, STRINGS)]))
    )
    assert (piano.is_centred(), strings.is_centred(), whole.is_centred()) == (True, False, False)
    samples, before = sound(font.cut([(0, PIANO)]), played(PIANO)), sound(WHOLE, played(PIANO))
    assert np.abs(samples[:, 0] - samples[:, 1]).max() <= 2 / 32768
    assert np.corrcoef(samples.ravel(), before.ravel())[0, 1] > 0.9999


def test_several_instruments_can_be_cut_out_together() -> None:
    font = SoundFont.open(bundled())
    both = font.cut([(0, VOICE), (0, CLARINET)])
    for program in (VOICE, CLARINET):
        midi = played(program)
        assert midirenderer.render_wave_from(both, midi) == midirenderer.render_wave_from(WHOLE, midi)


def test_a_font_that_was_cut_out_can_be_read_again() -> None:
    cut = SoundFont.open(bundled()).cut([(0, VOICE)])
    assert SoundFont.read(memoryview(cut)).cut([(0, VOICE)]) == cut


def test_for_a_preset_that_is_missing_the_first_one_stands_in() -> None:
    voice = SoundFont.read(memoryview(SoundFont.open(bundled()).cut([(0, VOICE)])))
    assert voice.cut([(0, PIANO)]) == voice.cut([(0, VOICE)]) == voice.cut([(DRUM_BANK, 0)])


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\0\0\0\0sfbk", b"MThd" * 100, WHOLE[:100_000], WHOLE[:-1000]]
)
def test_what_is_no_font_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "font.sf2"
    path.write_bytes(content)
    with pytest.raises(BadFont):
        SoundFont.open(path)


def test_compressed_samples_are_refused() -> None:
    """As in .sf3 files: the same tables, with a flag in each sample's header."""
    font = bytearray(SoundFont.open(bundled()).cut([(0, VOICE)]))
    header = font.index(b"shdr") + 8
    font[header + 44] |= 0x10
    with pytest.raises(BadFont, match="compressed"):
        SoundFont.read(memoryview(font))


@given(st.data())
def test_damaged_tables_are_refused_or_cut(data: st.DataObject) -> None:
    """Never another error than BadFont, whatever a table says."""
    font = bytearray(SoundFont.open(bundled()).cut([(0, VOICE)]))
    tables = font.index(b"pdta")
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(tables, len(font) - 1), st.integers(0, 255)), min_size=1, max_size=8)
    ):
        font[place] = value
    with suppress(BadFont):
        SoundFont.read(memoryview(font)).cut([(0, VOICE)])
