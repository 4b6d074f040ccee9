"""What is learned from: a server's rated works and what was compared blind, and nothing of anybody else's."""

from dataclasses import replace

import pytest

from domain.errors import BadRequest, Reason
from domain.finetuning import Preferred, RatedWork, Survey, Teachable
from domain.requests import WorkRequest
from domain.verses import Verse
from storage import Pick, Storage
from tests.storage.samples import (
    CHANNEL,
    GUILD,
    LYRICS,
    SONG,
    USER,
    add_clip,
    finished_clip,
    finished_song,
    finished_verse,
)

ALICE, BOB, CAROL = 1, 2, 3

ENOUGH = Survey(works=12, votes=30, voters=3, liked=6, spread=0.8, agreement=0.7, pairs=0)


async def asked(storage: Storage, request: WorkRequest) -> int:
    return await storage.jobs.add(request, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)


async def rate(storage: Storage, work_id: int, *values: int) -> None:
    for user_id, value in enumerate(values, ALICE):
        await storage.ratings.vote(work_id, user_id=user_id, value=value)


async def test_only_this_servers_own_pieces_of_this_style_are_lessons(storage: Storage):
    liked, mixed, unrated = [(await add_clip(storage)).id for _ in range(3)]
    elsewhere, song, verse = (
        (await add_clip(storage, guild_id=GUILD + 1)).id,
        (await storage.clips.save(await asked(storage, SONG), finished_song())).id,
        (await storage.verses.save(await asked(storage, LYRICS), finished_verse())).id,
    )
    await rate(storage, liked, 5, 4)
    await rate(storage, mixed, 1, 5, 2)
    for work_id in (elsewhere, song, verse):
        await rate(storage, work_id, 5)
    survey = await storage.lessons.survey(GUILD, Teachable.RNN)
    assert (survey.works, survey.votes, survey.voters, survey.liked, survey.pairs) == (2, 5, 3, 1, 0)
    assert survey.spread == pytest.approx((0.75 + 1 / 6) / 2)
    assert survey.agreement == pytest.approx(2 / 4)
    selection = await storage.lessons.select(GUILD, Teachable.RNN)
    assert [(each.work_id, each.voters) for each in selection.works] == [(liked, 2), (mixed, 3)]
    assert [each.approval for each in selection.works] == pytest.approx([0.75, -1 / 6])
    assert (await storage.lessons.survey(GUILD, Teachable.VAE)).works == 0

    [read], _ = await storage.lessons.load(await storage.lessons.select(GUILD, Teachable.LYRICS))
    assert (read.work_id, read.approval, isinstance(read.made, Verse)) == (verse, 1.0, True)
    assert unrated not in {each.work_id for each in selection.works}


async def test_what_was_picked_blind_counts_and_not_what_was_changed_afterwards(storage: Storage):
    a, b, c = [(await add_clip(storage)).id for _ in range(3)]
    pair, tie = await storage.preferences.add_pair(a, b), await storage.preferences.add_pair(b, c)
    for user_id in (ALICE, BOB):
        await storage.preferences.pick(pair, user_id=user_id, pick=Pick.B)
        await storage.preferences.pick(pair, user_id=user_id, pick=Pick.A)
    await storage.preferences.pick(tie, user_id=CAROL, pick=Pick.EQUAL)
    await rate(storage, a, 5)
    selection = await storage.lessons.select(GUILD, Teachable.RNN)
    assert selection.preferred == (Preferred(b, a, 2),)
    assert [(each.work_id, each.voters) for each in selection.works] == [(a, 1), (b, 0)]
    survey = await storage.lessons.survey(GUILD, Teachable.RNN)
    assert (survey.works, survey.voters, survey.pairs) == (1, 3, 1)


async def test_deleted_works_and_lost_files_are_no_lessons_any_more(storage: Storage):
    clips = [await add_clip(storage) for _ in range(3)]
    for clip in clips:
        await rate(storage, clip.id, 5)
    pair = await storage.preferences.add_pair(clips[0].id, clips[1].id)
    await storage.preferences.pick(pair, user_id=ALICE, pick=Pick.A)
    selection = await storage.lessons.select(GUILD, Teachable.RNN)
    await storage.works.delete(clips[0].id)
    clips[1].midi.unlink()
    works, preferred = await storage.lessons.load(selection)
    midi = finished_clip().midi
    assert works == (
        RatedWork(
            work_id=clips[2].id, request=clips[2].recipe.request, made=midi, approval=1.0, voters=1, parts=1
        ),
    )
    assert preferred == ()
    assert (await storage.lessons.survey(GUILD, Teachable.RNN)).works == 2  # with the votes it took away


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        ({"works": 0, "votes": 0, "voters": 0, "liked": 0}, Reason.FINETUNE_NO_VOTES),
        ({"works": 11}, Reason.FINETUNE_TOO_FEW),
        ({"voters": 1}, Reason.FINETUNE_ONE_VOTER),
        ({"liked": 12}, Reason.FINETUNE_ALL_LIKED),
        ({"liked": 2}, Reason.FINETUNE_NONE_LIKED),
    ],
)
def test_what_is_too_little_is_said(lacking, reason):
    ENOUGH.check()
    replace(ENOUGH, works=8, liked=8, pairs=4).check()  # pairs are lessons of both kinds
    with pytest.raises(BadRequest) as raised:
        replace(ENOUGH, **lacking).check()
    assert raised.value.reason is reason
