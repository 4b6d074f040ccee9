"""The catalogues: every language says the same things, and Discord accepts the names in them."""

import re
from pathlib import Path
from string import Formatter

import discord
import pytest

import cogs
from bot import COGS
from cogs._shared.failures import Failure
from cogs._shared.wording import CATALOGUES, ENGLISH, CatalogueTranslator, wording_for
from cogs._shared.work_job import progress_text
from domain.clips import Progress, Stage
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Bug, Reason
from domain.finetuning import Aspect, Refusal, Teachable
from domain.genres import Genre
from domain.moods import Mood
from domain.remarks import Topic
from domain.score import Mode
from domain.verses import Language, RhymeScheme, VerseForm
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
        "form": VerseForm,
        "rhyme": RhymeScheme,
        "language": Language,
        "aspect": Aspect,
        "refusal": Refusal,
        "teachable": Teachable,
    }
    assert {f"{kind}.{name}" for kind, names in named.items() for name in names} <= set(texts)


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_wording_waits_unused(language):
    code = "".join(path.read_text() for path in Path(cogs.__file__).parent.rglob("*.py"))
    said = [key for key in CATALOGUES[language].texts if not key.startswith(("error.", "genre.", "option."))]
    kinds = (
        *("button", "clip", "ensemble", "form", "key", "kind", "language"),
        *("mode", "mood", "remark", "rhyme", "verse"),
        *("mark", "period"),
        *("aspect", "finetune_fact", "finetune_result", "finetune_sample", "refusal", "teachable"),
    )
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
    assert progress_text(progress, name="#42", kind="vary", wording=wording_for(None)) == text


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        ("lyrics", "✍️ #42 · writing ▰▰▰▰▰▱▱▱▱▱ 50%", "✍️ #42 · 作词中 ▰▰▰▰▰▱▱▱▱▱ 50%"),
        ("song", "🎶 #42 · writing the song ▰▰▰▰▰▱▱▱▱▱ 50%", "🎶 #42 · 写歌中 ▰▰▰▰▰▱▱▱▱▱ 50%"),
    ],
)
def test_it_says_whether_words_are_written_or_a_song(kind, english, chinese):
    halfway = Progress(Stage.COMPOSING, 0.5)
    for locale, text in ((None, english), (discord.Locale.chinese, chinese)):
        assert progress_text(halfway, name="#42", kind=kind, wording=wording_for(locale)) == text


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
            for command in w.bot.tree.get_commands(type=discord.AppCommandType.chat_input)
        ]
        menus = [
            await menu.get_translated_payload(w.bot.tree, translator)
            for menu in w.bot.tree.get_commands(type=discord.AppCommandType.message)
        ]
    for language in TRANSLATIONS:
        names = [menu["name_localizations"][language] for menu in menus]
        assert len(set(names)) == len(names) <= 5
        assert all(0 < len(name) <= 32 for name in names)
    groups = [command for command in payload if any("options" in option for option in command["options"])]
    assert sorted(group["name"] for group in groups) == ["finetune", "seed"]
    nested = [command["options"] for group in groups for command in group["options"]]
    for siblings in (payload, *(command["options"] for command in payload), *nested):
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
