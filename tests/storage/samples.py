"""Requests and works to store; importable by the processes that the crash tests start."""

from dataclasses import replace
from pathlib import Path

from domain.clips import Clip
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.requests import ComposeRequest, Recipe
from domain.score import Key, Metre, Mode, Note, Part, Score
from domain.song_requests import SongRequest
from domain.transformations import AccompanyRequest, BlendRequest, RestyleRequest, Source, VaryRequest
from domain.verses import Language, LyricsRequest, RhymeScheme, Verse, VerseForm
from storage import Storage, StoredClip, StoredVerse
from tests.verses import verse_about

GUILD, CHANNEL, USER = 11, 22, 33

REQUEST = ComposeRequest(style="rnn", seed=7)

TUNE = Source(
    "Reel in D",
    Score(
        Key(2),
        Metre(4, 4),
        112.0,
        1,
        (Part("Fiddle", 110, (Note(0, 74, 24), Note(24, 76, 24, velocity=90))),),
    ),
    genre=Genre.REEL,
    clip_id=3,
)
UPLOAD = replace(
    TUNE, title="“my file”.mid", genre=None, clip_id=None, left_out=(Remark(Topic.CUT, {"bars": "80"}),)
)
TRANSFORMATIONS = (
    BlendRequest(first=TUNE, second=UPLOAD, ratio=0.25, seed=1),
    VaryRequest(source=UPLOAD, amount=0.5, seed=2),
    AccompanyRequest(source=TUNE, seed=3),
    RestyleRequest(source=TUNE, genre="chorale", seed=4),
)

LYRICS = LyricsRequest(
    scene="茶 and <@1> rain",
    seed=7,
    language=Language.ENGLISH,
    lines=4,
    form=VerseForm.SONG,
    rhyme=RhymeScheme.ABCB,
    model="seq2seq",
)
SONG = SongRequest(words=LYRICS, source=TUNE, key=Key(2))


def finished_clip(*, audio_bytes: int = 4000, title: str = "Reel in D") -> Clip:
    """A clip whose files look like real ones at their beginnings, the audio of a chosen size."""
    request = ComposeRequest(
        style="rnn", seed=7, genre="reel", key=Key(2, Mode.MAJOR), tempo=112.0, temperature=0.95
    )
    return Clip(
        title=title,
        recipe=Recipe(
            request=request,
            model_version="rnn-1",
            genre="reel",
            key=Key(2, Mode.MAJOR),
            metre="4/4",
            tempo=112.0,
            bars=16,
            parts=1,
        ),
        seconds=30.25,
        audio=b"\xff\xfb" + bytes(audio_bytes - 2),
        midi=b"MThd" + bytes(100),
        picture=b"\x89PNG" + bytes(300),
        judgement=0.8125,
        source_judgement=0.25,
        remarks=(Remark(Topic.METRE_OF_GENRE, {"genre": "reel", "asked": "6/8", "chosen": "4/4"}),),
    )


def finished_verse(*, title: str = "Tea and “Rain”", language: Language = Language.ENGLISH) -> Verse:
    return replace(
        verse_about("rain", replace(LYRICS, language=language)),
        title=title,
        scene_words=("rain", "茶"),
        remarks=(Remark(Topic.METRE_REPLACED, {"title": "x", "asked": "y", "chosen": "z"}),),
    )


def finished_song(*, audio_bytes: int = 4000) -> Clip:
    """A clip that says the same of itself as `finished_clip`, with words and a lead sheet."""
    clip, verse = finished_clip(audio_bytes=audio_bytes), finished_verse()
    return replace(
        clip,
        title="Song of Rain",
        recipe=replace(clip.recipe, request=SONG),
        verse=verse,
        lead_sheet=b"<score-partwise/>" + bytes(200),
    )


async def add_job(storage: Storage, *, guild_id: int | None = GUILD, channel_id: int = CHANNEL) -> int:
    return await storage.jobs.add(REQUEST, user_id=USER, guild_id=guild_id, channel_id=channel_id)


async def add_clip(storage: Storage, *, audio_bytes: int = 4000, guild_id: int | None = GUILD) -> StoredClip:
    job_id = await add_job(storage, guild_id=guild_id)
    await storage.jobs.start(job_id)
    return await storage.clips.save(job_id, finished_clip(audio_bytes=audio_bytes))


async def add_song(storage: Storage, *, audio_bytes: int = 4000, guild_id: int | None = GUILD) -> StoredClip:
    job_id = await add_job(storage, guild_id=guild_id)
    return await storage.clips.save(job_id, finished_song(audio_bytes=audio_bytes))


async def add_verse(storage: Storage, *, guild_id: int | None = GUILD) -> StoredVerse:
    job_id = await add_job(storage, guild_id=guild_id)
    return await storage.verses.save(job_id, finished_verse())


def kept_files(tmp_path: Path) -> set[Path]:
    return {path for path in (tmp_path / "clips").rglob("*") if path.is_file()}


def paths_of(clip: StoredClip) -> set[Path]:
    always = {clip.midi, clip.audio, clip.picture, clip.recipe_file}
    return always if clip.lead_sheet is None else always | {clip.lead_sheet}


async def get_clip(storage: Storage, clip_id: int) -> StoredClip:
    clip = await storage.clips.get(clip_id, guild_id=GUILD)
    assert clip is not None
    return clip
