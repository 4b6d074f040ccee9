"""What somebody typed, wherever the bot says it: no markdown, no link and no mention comes of it."""

from pathlib import Path

import pytest

from cogs._shared.escaping import escaped
from tests.cogs.test_compose import fields
from tests.cogs.test_lyrics import lyrics
from tests.cogs.test_song import song
from tests.cogs.worlds import world

WILD = "**bold** [link](https://x.y) @everyone <@1> ||a|| `c` # rain"


async def test_whatever_is_echoed_is_escaped_and_pings_nobody(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await lyrics(w, WILD, model="wild")
        [embed] = message.embeds
        shown = escaped(WILD)
        assert shown == (
            "\\*\\*bold\\*\\* \\[link\\](https\\://x.y) @\u200beveryone \\<@\u200b1\\> "
            "\\|\\|a\\|\\| \\`c\\` # rain"
        )
        assert (embed.title, embed.description, fields(embed)["Scene"]) == (shown, shown, shown)
        edits = [r.json for r in w.env.http_requests if r.method == "PATCH" and "embeds" in (r.json or {})]
        assert edits
        assert all(not edit["allowed_mentions"]["parse"] for edit in edits)


async def test_a_verse_longer_than_discord_takes_is_cut(tmp_path: Path):
    async with world(tmp_path) as w:
        [embed] = (await lyrics(w, "*rain" * 800, model="wild")).embeds
        assert embed.description == "…"
        assert len(embed.title or "") == 256


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("# loud", "\\# loud"),
        ("-# small", "\\-# small"),
        ("- one", "\\- one"),
        ("12. twelve", "12\\. twelve"),
        ("> said", "\\> said"),
        ("two\n> lines", "two \\> lines"),
        ("\\*", "\\\\\\*"),
        ("#42, 3.5 and a-b", "#42, 3.5 and a-b"),
        ("discord.gg/x Discord.com/invite/x", "discord\\.gg/x Discord\\.com/invite/x"),
        ("(discordapp.com/x) I like Discord.", "(discordapp\\.com/x) I like Discord\\."),
        ("<t:0> <a:b:1> <#1>", "\\<t:0\\> \\<a:b:1\\> \\<#1\\>"),
    ],
)
def test_what_was_typed_is_shown_as_typed(typed: str, shown: str):
    assert escaped(typed) == shown


async def test_an_error_that_names_what_was_typed_escapes_it(tmp_path: Path):
    async with world(tmp_path) as w:
        result = await w.alice.slash(w.channel, "song", scene="rain", key="**H** @here")
        [private] = result.followups
        assert private.ephemeral
        assert "I don't know the key “\\*\\*H\\*\\* @\u200bhere”" in private.content


async def test_a_title_of_somebodys_words_is_escaped(tmp_path: Path):
    async with world(tmp_path) as w:
        music, words = (await song(w, WILD, model="wild")).embeds
        assert (music.title or "").startswith("\\*\\*bold\\*\\* \\[link\\]")
        assert music.title == words.description
