"""Finished sound, measured: most of it from the decoded MP3, as people hear it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from domain.score import Note, Part, Score
from engine.craft import rendering
from engine.craft.encoding import encode_mp3
from engine.craft.performance import perform
from engine.craft.rendering import MIN_TAIL_SECONDS, SAMPLE_RATE, Audio, RenderingFailed, render
from engine.craft.soundfonts import soundfont
from tests.engine.craft.listening import (
    clicks,
    decoded,
    longest_silence_seconds,
    lufs,
    note_ends,
    true_peak_db,
)
from tests.engine.craft.pieces import chorale, jig, of_notes

PIANO, HARPSICHORD, NYLON_GUITAR, ORGAN, VOICE, OCARINA = 0, 6, 24, 19, 53, 79

# Together: every kind of attack and release, sustained and plucked, one line and four.
CLIPS = {
    "jig": jig(bars=4),
    "voices": chorale(),
    "organ": chorale(program=ORGAN, bars=2),
    "piano": chorale(program=PIANO, tempo=100, bars=2),
    "harpsichord": jig(bars=4, program=HARPSICHORD),
    "guitar": jig(bars=4, program=NYLON_GUITAR, tempo=90),
}


@pytest.fixture(scope="module", params=CLIPS)
def clip(request: pytest.FixtureRequest) -> tuple[Score, Audio]:
    score = CLIPS[request.param]
    return score, render(score)


def test_a_clip_is_as_loud_as_streaming_services_want_it_after_mp3(clip: tuple[Score, Audio]) -> None:
    samples, rate = decoded(encode_mp3(clip[1]))
    assert lufs(samples, rate) == pytest.approx(-14, abs=0.5)
    assert true_peak_db(samples) <= -1.0
    assert len(samples) / rate == pytest.approx(clip[1].seconds, abs=0.05)


def test_a_clip_starts_at_once_and_is_never_silent_for_long(clip: tuple[Score, Audio]) -> None:
    _, audio = clip
    level = np.abs(audio.samples).max(axis=1)
    assert np.flatnonzero(level > 0.003)[0] < 0.05 * SAMPLE_RATE
    assert longest_silence_seconds(audio.samples, audio.sample_rate) < 1.0


def test_a_clip_ends_with_its_release(clip: tuple[Score, Audio]) -> None:
    score, audio = clip
    tail_seconds = audio.seconds - score.seconds
    assert MIN_TAIL_SECONDS - 0.05 <= tail_seconds <= 3.0
    levels = [np.sqrt((audio.samples[-n:] ** 2).mean()) for n in (SAMPLE_RATE // 2, SAMPLE_RATE // 50)]
    assert levels[0] < 0.02
    assert levels[1] < 0.001
    assert np.abs(audio.samples[-1]).max() < 1e-4


def test_no_note_ends_with_a_click(clip: tuple[Score, Audio]) -> None:
    score, audio = clip
    ends = note_ends(score)
    assert ends
    assert clicks(audio.samples, audio.sample_rate, ends) == []


def test_a_hard_cut_is_heard_as_a_click() -> None:
    """The measure of the test above, shown to find what it looks for."""
    for score in (CLIPS["organ"], CLIPS["piano"]):
        audio = render(score)
        ends = note_ends(score)
        # Of a chord, whose voices end within milliseconds, the first.
        ends = [end for before, end in pairwise([-1.0, *ends]) if end - before > 0.04]
        samples = audio.samples.copy()
        for end in ends:
            samples[round(end * SAMPLE_RATE) : round((end + 0.2) * SAMPLE_RATE)] = 0
        assert clicks(samples, SAMPLE_RATE, ends) == ends


def test_the_same_score_gives_the_same_sound() -> None:
    score = chorale(bars=1)
    assert np.array_equal(render(score).samples, render(score).samples)


@pytest.mark.parametrize(("asked", "given"), [(8.8, 8.8), (3.0, None), (60.0, None)])
def test_the_length_asked_for_is_met_by_the_tail_alone(asked: float, given: float | None) -> None:
    score = jig(bars=7, tempo=120, program=ORGAN)
    assert score.seconds == 7.0
    audio = render(score, length_seconds=asked)
    seconds = audio.seconds
    assert longest_silence_seconds(audio.samples, SAMPLE_RATE) < 1.0
    if given:
        assert seconds == pytest.approx(given, abs=0.01)
    else:
        assert seconds + 0.05 >= 7.0 + MIN_TAIL_SECONDS
        assert seconds <= 10.0


def test_a_rest_before_the_first_note_is_left_out() -> None:
    late = of_notes(Note(48, 67, 12), program=ORGAN)
    early = of_notes(Note(0, 67, 12), program=ORGAN)
    assert render(late).seconds == pytest.approx(render(early).seconds, abs=0.01)


def test_every_part_is_heard_in_the_mix() -> None:
    """Each part holds a pitch of its own, so that the mix can be taken apart by frequency."""
    pitches = (76, 69, 62, 55)
    held = tuple(
        replace(part, program=PIANO, notes=(Note(0, pitch, 96),))
        for part, pitch in zip(chorale().parts, pitches, strict=True)
    )
    samples = render(replace(chorale(), parts=held)).samples
    power = np.abs(np.fft.rfft(samples.mean(axis=1))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)

    def level_db(pitch: int) -> float:
        near = np.abs(frequencies / (440 * 2 ** ((pitch - 69) / 12)) - 1) < 0.02
        return float(10 * np.log10(power[near].sum()))

    levels = [level_db(pitch) for pitch in pitches]
    assert min(levels) > max(levels) - 15


def test_parts_have_places_from_left_to_right() -> None:
    score = chorale(bars=1, program=OCARINA)

    def side_db(place: int) -> float:
        """Left over right when only one of the parts plays on."""
        parts = tuple(
            replace(part, notes=part.notes if index == place else part.notes[:1])
            for index, part in enumerate(score.parts)
        )
        left, right = render(replace(score, parts=parts)).samples[SAMPLE_RATE:].T
        return 10 * np.log10((left**2).sum() / (right**2).sum())

    lead, first_inner, second_inner, bass = (side_db(place) for place in range(4))
    assert first_inner < lead < 0 < bass < second_inner


DRUMS = Part(
    "Drums", 0, tuple(Note(9 * place, 36 + 2 * (place % 2), 9) for place in range(32)), percussion=True
)
FIDDLE = Part("Fiddle", 110, tuple(Note(6 * place, 69 + place % 5, 6) for place in range(48)))


def test_a_drum_is_a_drum_and_no_piano() -> None:
    score = replace(of_notes(bars=6), parts=(DRUMS,))
    drums = render(score).samples.mean(axis=1)
    piano = render(replace(score, parts=(replace(DRUMS, percussion=False),))).samples.mean(axis=1)
    frames = min(len(drums), len(piano))
    assert abs(np.corrcoef(drums[:frames], piano[:frames])[0, 1]) < 0.3


def test_drums_stand_behind_the_lead_and_in_the_middle() -> None:
    """The mix, taken apart by what each of its players sounds like alone."""
    score = replace(of_notes(bars=6), parts=(FIDDLE, DRUMS))
    mix = render(score).samples
    frames = len(mix) - SAMPLE_RATE
    fiddle, drums = (
        render(replace(score, parts=(part,))).samples.mean(axis=1)[:frames] for part in score.parts
    )
    (fiddle_gains, drum_gains), *_ = np.linalg.lstsq(np.stack([fiddle, drums], axis=1), mix[:frames])
    behind_db = lufs(fiddle[:, None] * fiddle_gains, SAMPLE_RATE) - lufs(
        drums[:, None] * drum_gains, SAMPLE_RATE
    )
    assert 4 < behind_db < 9
    assert abs(20 * np.log10(drum_gains[0] / drum_gains[1])) < 1.5


def test_two_players_share_a_render_and_neither_hears_the_other() -> None:
    soprano, *_, bass = perform(chorale(bars=1))
    shared = rendering._stems([soprano, bass], until_seconds=4)
    for player, stem in zip((soprano, bass), shared, strict=True):
        (alone,) = rendering._stems([player], until_seconds=4)
        assert stem.shape == (1, alone.shape[1])
        difference = stem[0] / np.sqrt(2) - alone[0]
        assert 20 * np.log10(difference.std() / alone[0].std()) < -40
    for place, pair in enumerate(([replace(soprano, notes=()), bass], [soprano, replace(bass, notes=())])):
        assert not rendering._stems(pair, until_seconds=4)[place].any()


def test_no_note_at_all_is_a_moment_of_silence() -> None:
    for score in (of_notes(), replace(of_notes(), parts=())):
        audio = render(score)
        assert audio.seconds == MIN_TAIL_SECONDS
        assert not audio.samples.any()


def test_a_part_without_notes_changes_nothing() -> None:
    score = jig(bars=2)
    with_empty = replace(score, parts=(*score.parts, replace(score.parts[0], notes=())))
    assert np.array_equal(render(score).samples, render(with_empty).samples)


@pytest.mark.parametrize("pitch", [0, 21, 108, 127])
def test_pitches_at_the_edges_of_midi_neither_fail_nor_overload(pitch: int) -> None:
    samples = render(of_notes(Note(0, pitch, 24), Note(24, pitch, 12))).samples
    assert np.isfinite(samples).all()
    assert true_peak_db(samples + 1e-12) <= -1.0


def test_one_short_note_is_loud_and_whole() -> None:
    audio = render(of_notes(Note(0, 60, 1, 100), tempo=240))
    assert lufs(audio.samples, SAMPLE_RATE) == pytest.approx(-14, abs=1)
    assert true_peak_db(audio.samples) <= -1.0
    assert MIN_TAIL_SECONDS <= audio.seconds <= 3.1


def test_two_minutes() -> None:
    score = jig(bars=120, tempo=120)
    audio = render(score, length_seconds=122)
    assert score.seconds == 120
    assert audio.seconds == pytest.approx(122, abs=0.6)
    assert lufs(audio.samples, SAMPLE_RATE) == pytest.approx(-14, abs=0.5)


def test_a_panic_of_the_synthesizer_is_an_ordinary_error(monkeypatch: pytest.MonkeyPatch) -> None:
    no_tracks = b"MThd\0\0\0\6\0\1\0\0\1\xf4"
    monkeypatch.setattr(rendering, "stem_bytes", lambda *_, **__: no_tracks)
    with pytest.raises(RenderingFailed, match="program 79") as caught:
        render(jig(bars=1))
    assert type(caught.value.__cause__).__name__ == "PanicException"


def test_a_broken_soundfont_is_an_ordinary_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfont(), "file", lambda *_: b"RIFF")
    with pytest.raises(RenderingFailed):
        render(jig(bars=1))
