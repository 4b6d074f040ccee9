"""What a song job does: have words written, find music for them or a tune to put them under, and finish it.

The child process's side. A melody of its own is written for the words; the tune of a source stays note for
note, and asks for words with as many syllables as it has notes.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason
from domain.genres import TUNES, Genre
from domain.remarks import Remark, Topic
from domain.requests import SongRequest
from domain.score import Part, Score
from domain.sheets import Sheet
from domain.songs import StanzaKind, SungStanza, Underlay
from domain.transformations import Source
from domain.verses import LyricsRequest, Verse
from engine.craft.arranging import Arrangement, arrange
from engine.craft.finishing import ENDING_SECONDS, Piece, finish
from engine.craft.repertoire import Repertoire
from engine.craft.song_players import with_lead
from engine.craft.steps import told
from engine.craft.versifying import Versifier
from models.composition.setting import SetSong, Setting, Stretch
from models.composition.singing_through import sing_through
from models.composition.song_plans import SongWishes
from models.composition.song_words import sung_stanzas, words_for_tune, words_to_sing
from models.composition.tune_lines import lines_of, whole_stanzas
from models.composition.tunes import tune_of
from models.composition.words_to_tune import FittedWords, fit_words
from models.lanes import SIXTEENTHS, to_lanes

_WRITTEN = 0.5
"""How much of the composing is done when there are words."""

_LABELS = {StanzaKind.VERSE: "Verse", StanzaKind.CHORUS: "Chorus"}


@dataclass(frozen=True, slots=True)
class _Song:
    """A song as it is played, and as it is written down: each melody once, its verses under each other."""

    request: SongRequest
    verse: Verse
    version: str
    genre: Genre
    played: Score
    written: Score
    underlay: Underlay
    labels: dict[int, str]
    judgement: float | None
    remarks: tuple[Remark, ...]


class Singer:
    """Makes songs with the poets and the composers of the repertoire."""

    def __init__(self, repertoire: Repertoire, versifier: Versifier) -> None:
        self._repertoire = repertoire
        self._versifier = versifier

    def sing(self, request: SongRequest) -> Iterator[Progress | Clip]:
        """Progress, moment by moment, and the clip at the end.

        Raises BadRequest for a scene or wishes that can't be written about and for words or a source that
        can't be sung, Unavailable when weights are missing or can't be used.
        """
        yield Progress(Stage.COMPOSING, 0.0)
        song = yield from self._make(request)
        yield Progress(Stage.COMPOSING, 1.0)
        piece = Piece(
            score=song.played,
            genre=song.genre,
            title=song.verse.title,
            request=song.request,
            model_version=song.version,
            judgement=song.judgement,
            remarks=song.remarks,
            verse=song.verse,
            sheet=_sheet_of(song),
        )
        yield from finish(piece, _arranged(song))

    def _make(self, request: SongRequest) -> Generator[Progress, None, _Song]:
        if request.source is None:
            return (yield from self._compose(request))
        return (yield from self._fit(request, request.source))

    def _compose(self, request: SongRequest) -> Generator[Progress, None, _Song]:
        """Words, and a melody that is written for them."""
        composer = self._repertoire.needed(request.style, request.adapter)
        model = composer.model
        language = self._versifier.language(request.words)
        verse = yield from self._words(words_to_sing(request.words, language))
        stanzas = sung_stanzas(verse)
        try:
            setting = Setting(model, stanzas, SongWishes(seed=_seed(request, verse), key=request.key))
        except ValueError as error:
            raise BadRequest(Reason.UNSINGABLE) from error
        while not setting.finished:
            setting.advance()
            yield Progress(Stage.COMPOSING, _WRITTEN + (1 - _WRITTEN) * setting.fraction)
        song = setting.choose_best(composer.gate, style=request.style)
        key = song.score.key
        # The recipe names what made it.
        adapter = None if composer.remarks else request.adapter
        return _Song(
            request=replace(request, words=verse.recipe.request, key=key, adapter=adapter),
            verse=verse,
            version=self._repertoire.version_of(verse.recipe.model_version, model.version),
            genre=setting.song.plan.genre,
            played=sing_through(song).score,
            written=song.score,
            underlay=song.underlay,
            labels=_labels(song, stanzas),
            judgement=song.judgement,
            remarks=(*composer.remarks, *_remarks(verse, unsung=song.unsung)),
        )

    def _fit(self, request: SongRequest, source: Source) -> Generator[Progress, None, _Song]:
        """A tune, and words that are written for it."""
        score = _with_tune_first(source, request)
        lines = whole_stanzas(request.words.lines or lines_of(score).lines)
        tune = lines_of(score, lines=lines)
        language = self._versifier.language(request.words)
        words, syllables = words_for_tune(request.words, language, tune.stanza, lines=lines)
        verse = yield from self._words(words, syllables=syllables)
        fitted = fit_words(score, sung_stanzas(verse), phrases=tune.phrases)
        if not fitted.sung:
            raise BadRequest(Reason.UNSINGABLE)
        genre = _genre_of(source)
        return _Song(
            request=replace(request, words=verse.recipe.request, key=score.key),
            verse=verse,
            version=verse.recipe.model_version,
            genre=genre,
            played=score,
            written=score,
            underlay=fitted.underlay,
            labels={},
            judgement=self._repertoire.judgement(score, genre),
            remarks=(
                *source.left_out,
                *_mode_kept(request, source),
                *_remarks(verse, unsung=fitted.unsung),
                *_notes_left(fitted),
            ),
        )

    def _words(
        self, request: LyricsRequest, *, syllables: Sequence[int] | None = None
    ) -> Generator[Progress, None, Verse]:
        steps = self._versifier.writing(request, syllables=syllables)
        return (yield from told(steps, Stage.COMPOSING, end=_WRITTEN))


def _seed(request: SongRequest, verse: Verse) -> int:
    """What the music is drawn from: other words of the same seed have another melody."""
    return crc32(f"{request.seed} {verse.text}".encode())


def _with_tune_first(source: Source, request: SongRequest) -> Score:
    """The source in the key asked for, its tune alone as the first part and what was under it as the next."""
    score = source.score
    first = next((part for part in score.parts if part.notes), None)
    if first is None:
        raise BadRequest(Reason.NOTHING_TO_WORK_ON, title=source.title)
    lanes, _ = to_lanes(score, SIXTEENTHS)
    tune = tune_of(score, lanes)
    under = tuple(note for note in first.notes if note not in set(tune))
    others = tuple(part for part in score.parts if part.notes and part is not first)
    parts = (replace(first, notes=tune), *([replace(first, notes=under)] if under else []), *others)
    return _in_key(replace(score, parts=parts), request)


def _in_key(score: Score, request: SongRequest) -> Score:
    """The score moved the shorter way to the tonic asked for; its mode stays."""
    if request.key is None:
        return score
    up = (request.key.tonic - score.key.tonic + 5) % 12 - 5
    parts = (_moved(part, up) for part in score.parts)
    return replace(score, key=replace(score.key, tonic=request.key.tonic), parts=tuple(parts))


def _moved(part: Part, semitones: int) -> Part:
    return replace(part, notes=tuple(replace(note, pitch=note.pitch + semitones) for note in part.notes))


def _genre_of(source: Source) -> Genre:
    """The genre as which a source is played: tunes alone as those are that have an accompaniment."""
    if sum(bool(part.notes) for part in source.score.parts) == 1:
        return source.genre if source.genre is not None and source.genre in TUNES else Genre.FOLK
    return source.genre or Genre.SONG


def _labels(song: SetSong, stanzas: Sequence[SungStanza]) -> dict[int, str]:
    """What is sung where, by its first bar, in songs that have more than verses."""
    if len({stanza.label for stanza in stanzas}) == 1:
        return {}
    return {_first_bar(stretch, song): _LABELS[stanzas[stretch.stanza].label] for stretch in song.stretches}


def _first_bar(stretch: Stretch, song: SetSong) -> int:
    """The bar in which the section of a stretch begins: the first one has the bar of the upbeat before it."""
    starts = [section.first_bar for section in song.score.sections]
    return max((start for start in starts if start <= stretch.first_bar), default=stretch.first_bar)


def _arranged(song: _Song) -> Arrangement:
    """The song for its players, the melody where it is sung."""
    arranged = arrange(
        song.played,
        song.genre,
        hold_seconds=ENDING_SECONDS,
        ensemble=song.request.instruments,
        octaves=(0,),
    )
    return replace(arranged, score=with_lead(arranged.score, song.played.parts[0].notes))


def _sheet_of(song: _Song) -> Sheet:
    # As with other sheets: their libraries take 40 MB, and come with the first.
    from engine.craft.sheets.lead_sheets import make_lead_sheet  # noqa: PLC0415

    return make_lead_sheet(song.written, song.underlay, title=song.verse.title, labels=song.labels)


def _remarks(verse: Verse, *, unsung: int) -> tuple[Remark, ...]:
    """What the poet remarked, and how many syllables found no note."""
    left = (Remark(Topic.SYLLABLES_UNSUNG, {"count": str(unsung)}),) if unsung else ()
    return (*verse.remarks, *left)


def _mode_kept(request: SongRequest, source: Source) -> Iterator[Remark]:
    asked, own = request.key, source.score.key
    if asked is not None and asked.mode is not own.mode:
        key = replace(asked, mode=own.mode)
        yield Remark(Topic.MODE_OF_TUNE, {"title": source.title, "mode": str(own.mode), "key": str(key)})


def _notes_left(fitted: FittedWords) -> Iterator[Remark]:
    counts = {
        Topic.SYLLABLES_SLURRED: fitted.slurred,
        Topic.SYLLABLES_SHARED: fitted.shared,
        Topic.NOTES_WITHOUT_WORDS: fitted.unworded,
    }
    for topic, count in counts.items():
        if count:
            yield Remark(topic, {"count": str(count), "notes": str(fitted.notes), "sung": str(fitted.sung)})
