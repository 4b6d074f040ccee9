"""The catalogues: every language says the same things, and Discord accepts the names in them."""

import re
from pathlib import Path
from string import Formatter

import discord
import pytest

import cogs
from bot import COGS
from cogs._shared.clip_job import progress_text
from cogs._shared.failures import Failure
from cogs._shared.wording import CATALOGUES, ENGLISH, CatalogueTranslator, wording_for
from domain.clips import Progress, Stage
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Bug, Reason
from domain.genres import Genre
from domain.moods import Mood
from domain.remarks import Remark, Topic
from domain.score import Mode
from tests.cogs.worlds import world

TRANSLATIONS = sorted(set(CATALOGUES) - {ENGLISH})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_the_same_keys_and_placeholders(language):
    english, translated = CATALOGUES[ENGLISH].texts, CATALOGUES[language].texts
    assert set(translated) == set(english)
    differing = {key for key in english if placeholders(english[key]) != placeholders(translated[key])}
    assert not differing


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_reason_and_genre_has_its_words(language):
    texts = CATALOGUES[language].texts
    named = {
        "error": Reason,
        "remark": Topic,
        "genre": Genre,
        "mood": Mood,
        "ensemble": Ensemble,
        "mode": Mode,
    }
    assert {f"{kind}.{name}" for kind, names in named.items() for name in names} <= set(texts)


REMARKS = [
    (
        Remark(Topic.REMADE_BY_ANOTHER_MODEL, {"clip": "#7", "then": "rnn-1", "now": "rnn-2"}),
        "The files of clip #7 were gone, so I made it again. It was rnn-1 that made it, and now it was "
        "rnn-2: the notes differ.",
        "作品 #7 的文件不在了，所以我把它重新作了一遍。"
        "当时用的模型是 rnn-1，现在是 rnn-2，所以音符不一样了。",
    ),
    (
        Remark(Topic.REMADE_OTHERWISE, {"clip": "#7"}),
        "The files of clip #7 were gone, so I made it again. Something in me has changed since: the notes "
        "differ.",
        "作品 #7 的文件不在了，所以我把它重新作了一遍。从那以后我有了变化，所以音符不一样了。",
    ),
    (
        Remark(Topic.METRE_OF_GENRE, {"genre": "slip jig", "asked": "4/4", "chosen": "9/8"}),
        "I know no slip jig music in 4/4, so this is in 9/8.",
        "我没学过 4/4 拍的滑步吉格，所以这首是 9/8 拍。",
    ),
    (
        Remark(Topic.MODE_OF_GENRE, {"genre": "ragtime", "mode": "minor"}),
        "I know no ragtime music in a minor key, so this may sound unusual.",
        "我没学过小调的拉格泰姆，所以这首听起来可能不太寻常。",
    ),
    (
        Remark(Topic.KEY_OVER_MOOD, {"key": "D major", "mood": "sad", "mode": "minor"}),
        "This is in D major, although sad music is usually in a minor key.",
        "这首是 D 大调，虽然“忧伤”的音乐一般是小调。",
    ),
    (
        Remark(Topic.TEMPO_OVER_MOOD, {"tempo": "180", "mood": "calm"}),
        "I kept the tempo of 180 beats a minute, which is unusual for calm music.",
        "速度保持在每分钟 180 拍，不过“平静”的音乐很少用这样的速度。",
    ),
    (
        Remark(Topic.SHORT_FOR_GENRE, {"genre": "ragtime", "seconds": "5", "bars": "4"}),
        "5 seconds are short for ragtime music: this is a 4-bar phrase, not a whole piece.",
        "拉格泰姆只有 5 秒太短了：这是一个 4 小节的乐句，不是完整的乐曲。",
    ),
    (
        Remark(Topic.RANGE_OF_INSTRUMENTS, {"instruments": "music box"}),
        "Some notes were out of range (music box), so I moved them by octaves.",
        "有些音超出了音域（八音盒），所以我把它们移了八度。",
    ),
    (
        Remark(Topic.CUT, {"title": "Ode", "bars": "120", "limit": "64"}),
        "“Ode” has 120 bars; I worked on the first 64.",
        "“Ode”有 120 小节，我只用了前 64 小节。",
    ),
    (
        Remark(Topic.TOO_DENSE, {"notes": "9", "heard": "300"}),
        "The music is too dense for this model: it left out 9 of 300 notes.",
        "音符太密，这个模型容不下：300 个音里略去了 9 个。",
    ),
    (
        Remark(Topic.OUT_OF_RANGE, {"notes": "9", "heard": "300"}),
        "9 of 300 notes are out of this model's range, so I moved them by octaves.",
        "300 个音里有 9 个超出了这个模型的音域，所以我把它们移了八度。",
    ),
    (
        Remark(Topic.OFF_GRID, {"notes": "9", "heard": "300"}),
        "9 of 300 notes are off this model's grid, so I moved them onto it.",
        "300 个音里有 9 个不在这个模型的时间网格上，所以我把它们移到了网格上。",
    ),
    (
        Remark(
            Topic.METRES_DIFFER,
            {
                "first": "Ode",
                "first_metre": "4/4",
                "second": "Jig",
                "second_metre": "6/8",
                "chosen": "4/4",
            },
        ),
        "“Ode” is in 4/4, “Jig” in 6/8, and this in 4/4.",
        "“Ode”是 4/4 拍，“Jig”是 6/8 拍，这首是 4/4 拍。",
    ),
    (
        Remark(Topic.METRE_CHANGES, {"title": "Ode", "chosen": "3/4"}),
        "The metre of “Ode” changes; I took all of it in 3/4.",
        "“Ode”的拍号中途有变化，我全部按 3/4 拍来读。",
    ),
    (
        Remark(Topic.METRE_REPLACED, {"title": "Ode", "asked": "1/32", "chosen": "4/4"}),
        "“Ode” is in 1/32, which I can't count; I took it in 4/4.",
        "“Ode”是 1/32 拍，我数不了，所以按 4/4 拍来读。",
    ),
    (
        Remark(Topic.TEMPO_CHANGES, {"title": "Ode", "tempo": "96"}),
        "The tempo of “Ode” changes; I took all of it at 96 beats a minute.",
        "“Ode”的速度中途有变化，我全部按每分钟 96 拍来读。",
    ),
    (
        Remark(Topic.TEMPO_REPLACED, {"title": "Ode", "asked": "300", "tempo": "240"}),
        "“Ode” has 300 beats a minute; I took it at 240, as far as I go.",
        "“Ode”是每分钟 300 拍，超出了我的范围，我按 240 拍来读。",
    ),
    (
        Remark(Topic.DRUMS_LEFT_OUT, {"title": "Ode"}),
        "I left out the drums of “Ode”.",
        "我去掉了“Ode”里的鼓。",
    ),
    (
        Remark(Topic.TRACKS_LEFT_OUT, {"title": "Ode", "tracks": "12", "kept": "4"}),
        "“Ode” has 12 tracks; I kept the 4 that carry it.",
        "“Ode”有 12 个音轨，我保留了最要紧的 4 个。",
    ),
    (
        Remark(Topic.NOTES_DOUBLED, {"title": "Ode"}),
        "“Ode” has notes shorter than sixteenths, so I counted twice as many beats.",
        "“Ode”里有比十六分音符更短的音，所以我按两倍的拍数来数。",
    ),
    (
        Remark(Topic.PLAYED_FREELY, {"title": "Ode", "notes": "9", "heard": "300"}),
        "9 of the 300 notes of “Ode” are no sixteenths or triplets; I moved them or left them out.",
        "“Ode”的 300 个音符里有 9 个不在十六分音符或三连音上，我把它们移了过去，或者去掉了。",
    ),
]


@pytest.mark.parametrize(("remark", "english", "chinese"), REMARKS)
def test_a_remark_names_things_in_the_readers_language(remark, english, chinese):
    assert wording_for(discord.Locale.american_english).remark(remark) == english == str(remark)
    assert wording_for(discord.Locale.chinese).remark(remark) == chinese


def test_every_topic_of_a_remark_is_read_above():
    assert {remark.topic for remark, _, _ in REMARKS} == set(Topic)


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_wording_waits_unused(language):
    code = "".join(path.read_text() for path in Path(cogs.__file__).parent.rglob("*.py"))
    said = [key for key in CATALOGUES[language].texts if not key.startswith(("error.", "genre.", "option."))]
    kinds = ("clip", "key", "mode", "mood", "ensemble", "remark")
    composed = {kind: f'f"{kind}.{{' for kind in kinds}
    unused = [key for key in said if key not in code and composed.get(key.split(".")[0], "-") not in code]
    assert not unused


def test_readers_of_other_languages_get_english():
    assert wording_for(None) == wording_for(discord.Locale.french) == CATALOGUES[ENGLISH]
    assert wording_for(discord.Locale.chinese) == CATALOGUES["zh-CN"]


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(Stage.QUEUED, position=3), "🎼 #42 · number 3 in the queue"),
        (Progress(Stage.QUEUED), "🎼 #42 · waiting for the composer"),
        (Progress(Stage.COMPOSING, 0.0), "🎼 #42 · composing ▱▱▱▱▱▱▱▱▱▱ 0%"),
        (Progress(Stage.COMPOSING, 0.34), "🎼 #42 · composing ▰▰▰▱▱▱▱▱▱▱ 34%"),
        (Progress(Stage.COMPOSING, 1.0), "🎼 #42 · composing ▰▰▰▰▰▰▰▰▰▰ 100%"),
        (Progress(Stage.RENDERING), "🎼 #42 · rendering the sound"),
    ],
)
def test_progress_reads_well(progress, text):
    assert progress_text(progress, job_id=42, wording=wording_for(None)) == text


@pytest.mark.parametrize(
    ("error", "job_id", "text"),
    [
        (BadRequest(Reason.NOT_FOUND, value="#7"), 42, "❌ #42 · There is no clip #7 here."),
        (BadRequest(Reason.NOT_FOUND, value="#7"), None, "❌ There is no clip #7 here. (code `c0de`)"),
        (Bug(), 42, "❌ #42 · Something broke on my side. (code `c0de`)"),
    ],
)
def test_a_failure_always_shows_an_id(error, job_id, text):
    assert Failure(error, "c0de").text(wording_for(None), job_id=job_id) == text


async def test_no_two_commands_or_options_share_a_name_in_any_language(tmp_path):
    async with world(tmp_path, warm=False) as w:
        assert set(COGS) <= set(w.bot.extensions)
        translator = CatalogueTranslator()
        payload = [
            await command.get_translated_payload(w.bot.tree, translator)
            for command in w.bot.tree.get_commands()
        ]
    for siblings in (payload, *(command["options"] for command in payload)):
        for language in ("en", *TRANSLATIONS):
            names = [
                item["name"] if language == "en" else item["name_localizations"][language]
                for item in siblings
            ]
            assert len(set(names)) == len(names)
            # what Discord allows: lower case where the script has it, no spaces, 32 characters
            assert all(re.fullmatch(r"[-_\w]{1,32}", name) and name == name.lower() for name in names)
            described = (item["description_localizations"].get(language, "") for item in siblings)
            assert all(len(text) <= 100 for text in described)
