"""Song jobs with tiny poets and composers: random words and notes, but real forms, sheets and errors."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from domain.finetuning import Teachable, adapter_name
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.requests import Recipe
from domain.score import Key, Mode, Note, Score
from domain.sheets import SheetRequest
from domain.song_requests import SongRequest
from domain.songs import StanzaKind
from domain.transformations import Source
from domain.verses import Language, LyricsRequest, Verse, VerseForm
from engine.craft.midi_files import midi_bytes
from engine.craft.poets import Poets
from engine.craft.repertoire import Repertoire
from engine.craft.singing import Singer, _arranged, _Song
from engine.craft.versifying import Versifier
from engine.craft.workshop import Workshop
from engine.intake.clip_files import composition_of, read_score
from models.adapters import Adapter, file_of
from models.composition.song_words import words_to_sing
from models.devices import choose_device
from tests.engine.craft.pieces import chorale, jig, of_notes
from tests.engine.craft.poets import save_poets, save_singers

FOREST = LyricsRequest(scene="forest birds", seed=3, lines=8, form=VerseForm.SONG, candidates=1)
JIG = Source.of("The Washerwoman", jig(bars=8, tempo=200), genre=Genre.JIG)
CHORALE = Source.of("Chorale in G", chorale(bars=8, tempo=200), genre=Genre.CHORALE)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    save_singers(folder)
    return folder


@pytest.fixture(scope="module")
def singer(weights: Path) -> Singer:
    return singer_of(weights)


def singer_of(weights: Path) -> Singer:
    repertoire = Repertoire(weights, "cpu")
    return Singer(repertoire, Versifier(repertoire.poets))


def song_of(singer: Singer, request: SongRequest) -> Clip:
    *_, clip = singer.sing(request)
    assert isinstance(clip, Clip)
    return clip


def refusal(singer: Singer, request: SongRequest) -> NightingaleError:
    with pytest.raises(NightingaleError) as raised:
        song_of(singer, request)
    return raised.value


def pitches(score: Score) -> list[int]:
    """What the first part plays."""
    return [note.pitch for note in score.parts[0].notes]


def _sung(verse: Verse) -> int:
    """Syllables of all stanzas as they are sung."""
    return sum(line.syllables for stanza in verse.stanzas for line in stanza.lines)


def song_before_sound(singer: Singer, request: SongRequest) -> tuple[_Song, Score]:
    """What is decided of a song before it is played, and the score for its players."""
    steps = singer._make(request)
    while True:
        try:
            next(steps)
        except StopIteration as made:
            return made.value, _arranged(made.value).score


@pytest.fixture(scope="module")
def english(singer: Singer) -> tuple[list[Progress], Clip]:
    """A song with a chorus, and the steps until it was there."""
    *steps, clip = singer.sing(SongRequest(words=FOREST))
    assert isinstance(clip, Clip)
    return [step for step in steps if isinstance(step, Progress)], clip


def test_progress_goes_on_through_words_melody_and_sound(english: tuple[list[Progress], Clip]) -> None:
    progress, _ = english
    assert [step.stage for step in progress] == sorted(
        (step.stage for step in progress), key=[Stage.COMPOSING, Stage.RENDERING].index
    )
    for stage in (Stage.COMPOSING, Stage.RENDERING):
        fractions = [step.fraction for step in progress if step.stage is stage]
        assert fractions == sorted(fractions)
        assert fractions[0] == 0.0
        assert fractions[-1] <= 1.0
    assert any(0 < step.fraction < 0.5 for step in progress if step.stage is Stage.COMPOSING)
    assert any(0.5 < step.fraction < 1 for step in progress if step.stage is Stage.COMPOSING)


def test_a_song_has_words_sheet_and_sound_and_its_recipe_makes_it_again(
    singer: Singer, english: tuple[list[Progress], Clip]
) -> None:
    _, clip = english
    assert clip.verse is not None
    assert clip.lead_sheet is not None
    assert clip.title == clip.verse.title
    assert clip.title.encode() in clip.lead_sheet
    assert clip.picture[:4] == b"\x89PNG"
    recipe = Recipe.from_json(clip.recipe.to_json())
    assert isinstance(recipe.request, SongRequest)
    assert recipe.request.words == clip.verse.recipe.request
    assert recipe.request.key == recipe.key
    assert recipe.model_version.startswith(f"{clip.verse.recipe.model_version}+rnn-")
    again, score = song_before_sound(singer, recipe.request)
    assert midi_bytes(score, genre=again.genre) == clip.midi
    assert (again.request, again.verse, again.judgement) == (recipe.request, clip.verse, clip.judgement)


def test_a_lead_instrument_plays_every_syllable_above_its_accompaniment(
    english: tuple[list[Progress], Clip],
) -> None:
    _, clip = english
    assert clip.verse is not None
    score = read_score(clip.midi)
    assert score.parts[0].name == "Oboe"
    assert len(score.parts) > 1
    assert len(composition_of(score, clip.recipe.parts).parts) == len(score.parts)
    assert len(score.parts[0].notes) == _sung(clip.verse)


def test_a_chorus_has_its_name_on_the_sheet(english: tuple[list[Progress], Clip]) -> None:
    _, clip = english
    assert clip.verse is not None
    assert clip.lead_sheet is not None
    assert [stanza.label for stanza in clip.verse.stanzas] == [StanzaKind.VERSE, StanzaKind.CHORUS] * 2
    assert b"<rehearsal>Verse</rehearsal>" in clip.lead_sheet
    assert b"<rehearsal>Chorus</rehearsal>" in clip.lead_sheet


@pytest.mark.parametrize(
    "request_",
    [
        SongRequest(words=LyricsRequest(scene="山水", seed=3, candidates=1)),
        SongRequest(words=LyricsRequest(scene="forest birds", seed=3, candidates=1), source=JIG, key=Key(0)),
        SongRequest(words=LyricsRequest(scene="山水", seed=3, candidates=1), source=JIG),
    ],
    ids=["Chinese", "tune", "Chinese to a tune"],
)
def test_what_was_decided_decides_the_same_again(singer: Singer, request_: SongRequest) -> None:
    made, _ = song_before_sound(singer, request_)
    again, _ = song_before_sound(singer, made.request)
    assert again == made
    assert len(made.verse.stanzas) > 0
    assert made.request.key == made.played.key


def test_chinese_is_sung_a_character_a_note(singer: Singer) -> None:
    words = LyricsRequest(scene="山水", seed=3, candidates=1)
    made, score = song_before_sound(singer, SongRequest(words=words))
    assert [len(stanza.lines) for stanza in made.verse.stanzas] == [4, 4]
    assert len(score.parts[0].notes) == _sung(made.verse)
    onsets = {note.onset for note in made.written.parts[0].notes}
    assert {each.tick for each in made.underlay.sung} == onsets


def test_the_form_of_a_song_is_drawn_from_the_seed_unless_it_was_asked_for() -> None:
    open_ = [LyricsRequest(scene="forest birds", seed=seed) for seed in range(12)]
    drawn = [words_to_sing(request, Language.ENGLISH) for request in open_]
    assert {request.form for request in drawn} == {VerseForm.SONG, VerseForm.BALLAD, VerseForm.QUATRAINS}
    assert [words_to_sing(request, Language.ENGLISH) for request in drawn] == drawn
    assert {request.lines for request in drawn} == {8, 12}
    assert words_to_sing(FOREST, Language.ENGLISH) == FOREST
    assert words_to_sing(open_[0], Language.CHINESE) == replace(open_[0], lines=8)
    assert words_to_sing(replace(open_[0], tune="浣溪沙"), Language.CHINESE).lines is None


@pytest.mark.parametrize("source", [JIG, CHORALE], ids=["one part", "four parts"])
def test_a_tune_stays_note_for_note(singer: Singer, source: Source) -> None:
    made, score = song_before_sound(singer, SongRequest(words=replace(FOREST, lines=None), source=source))
    assert made.played.key == source.score.key
    assert pitches(score) == pitches(source.score)
    assert [note.onset for note in score.parts[0].notes] == [
        note.onset for note in source.score.parts[0].notes
    ]
    assert (made.genre, len(score.parts) > 1) == (source.genre, True)
    assert made.version == made.verse.recipe.model_version


def test_a_tune_goes_to_the_key_asked_for_and_keeps_its_mode(singer: Singer) -> None:
    request = SongRequest(words=FOREST, source=JIG, key=Key(9, Mode.MINOR))
    made, score = song_before_sound(singer, request)
    assert made.played.key == Key(9)
    assert pitches(score) == [pitch + 2 for pitch in pitches(JIG.score)]
    assert Topic.MODE_OF_TUNE in {remark.topic for remark in made.remarks}


def test_what_does_not_fit_becomes_remarks_after_what_was_left_out(singer: Singer) -> None:
    cut = Remark(Topic.DRUMS_LEFT_OUT, {"title": "A Scale"})
    notes = tuple(Note(6 * place, 60 + place % 8, 6) for place in range(8 * 48))
    source = Source.of("A Scale", of_notes(*notes, bars=48), left_out=(cut,))
    made, score = song_before_sound(singer, SongRequest(words=replace(FOREST, lines=4), source=source))
    assert made.remarks[0] == cut
    assert {Topic.SYLLABLES_SLURRED, Topic.NOTES_WITHOUT_WORDS} <= {remark.topic for remark in made.remarks}
    assert made.genre == Genre.FOLK
    assert len(score.parts) > 1


def test_of_chords_the_highest_line_is_sung_and_the_rest_accompanies(singer: Singer) -> None:
    pairs = [(48 * bar, 60, 48) for bar in range(4)] + [(12 * beat, 72 + beat % 5, 12) for beat in range(16)]
    source = Source.of("Chords", of_notes(*(Note(*pair) for pair in sorted(pairs)), bars=4))
    _, score = song_before_sound(singer, SongRequest(words=replace(FOREST, lines=4), source=source))
    assert pitches(score) == [72 + beat % 5 for beat in range(16)]
    assert [note.pitch for note in score.parts[1].notes] == [60] * 4


def test_a_song_needs_a_composer_and_a_poet(tmp_path: Path) -> None:
    save_poets(tmp_path)
    error = refusal(singer_of(tmp_path), SongRequest(words=FOREST))
    assert (type(error), error.reason) == (Unavailable, Reason.WEIGHTS_UNUSABLE)
    assert error.values["style"] == "rnn"
    assert Poets(tmp_path / "elsewhere", choose_device("cpu")).languages == ()


def test_a_scene_without_words_is_no_song(singer: Singer) -> None:
    error = refusal(singer, SongRequest(words=replace(FOREST, scene="...")))
    assert (type(error), error.reason) == (BadRequest, Reason.SCENE_WITHOUT_WORDS)


def test_a_songs_pages_are_engraved_again_from_its_lead_sheet(
    weights: Path, english: tuple[list[Progress], Clip]
) -> None:
    _, clip = english
    request = SheetRequest(title=clip.title, midi=clip.midi, lead_sheet=clip.lead_sheet)
    workshop = Workshop(weights, "cpu")
    *_, sheet = workshop.engrave(request)
    assert not isinstance(sheet, Progress)
    assert sheet.pages[0] == clip.picture
    assert sheet.musicxml == clip.lead_sheet
    assert sheet.bars == sheet.bars_shown > 0
    with pytest.raises(BadRequest) as raised:
        _ = [*workshop.engrave(replace(request, lead_sheet=b"<score"))]
    assert raised.value.reason is Reason.MIDI_UNREADABLE


def test_a_melody_is_written_by_the_version_in_use_or_by_the_shipped_composer(weights: Path, tmp_path: Path):
    repertoire = Repertoire(weights, "cpu", tmp_path)
    version = repertoire.composer("rnn").model.version
    content = Adapter(teachable=Teachable.RNN, bases={"rnn": version}).to_bytes()
    name = adapter_name(content)
    file_of(tmp_path, name).write_bytes(content)
    singer = Singer(repertoire, Versifier(repertoire.poets))
    shipped, taught, missing = (
        song_before_sound(singer, SongRequest(words=FOREST, adapter=each))[0]
        for each in (None, name, "0" * 16)
    )
    assert taught.version == shipped.version.replace(version, f"{version}~{name[:8]}")
    assert taught.request.adapter == name
    assert SongRequest.from_json(taught.request.to_json()) == taught.request
    assert (missing.written, missing.request, missing.version) == (
        shipped.written,
        shipped.request,
        shipped.version,
    )
    assert Topic.ADAPTER_UNUSABLE in {remark.topic for remark in missing.remarks}
