import asyncio
from pathlib import Path

import pytest

from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.tastes import Grounds
from storage import Place, Storage, recommendations
from tests.storage.plans import filled, scans
from tests.storage.samples import CHANNEL, GUILD, USER, add_clip, add_job, add_song, add_verse

HERE = Place(GUILD, CHANNEL)
ME, FRIEND, FOE = 100, 101, 102


async def _ids(storage: Storage, user_id: int = ME, *, limit: int = 99, place: Place = HERE) -> list[int]:
    return [each.work.id for each in await storage.recommendations.for_user(place, user_id, limit)]


async def test_only_what_one_has_not_heard_is_recommended(storage: Storage):
    clip, verse, song, other = [(await add(storage)).id for add in (add_clip, add_verse, add_song, add_clip)]
    await add_clip(storage, guild_id=GUILD + 1)
    assert set(await _ids(storage)) == {clip, verse, song, other}
    await storage.ratings.vote(clip, user_id=ME, value=1)
    await storage.favourites.save(verse, user_id=ME)
    await storage.recommendations.heard(ME, song)
    await storage.recommendations.heard(ME, song)
    assert await _ids(storage) == [other]
    assert await _ids(storage, USER) == [], "they asked for all of it"
    assert len(await _ids(storage, FRIEND, limit=2)) == 2
    assert await _ids(storage, place=Place(None, CHANNEL)) == []
    await storage.works.delete(other)
    assert await _ids(storage) == []


async def test_what_is_no_work_is_not_heard(storage: Storage):
    with pytest.raises(BadRequest) as raised:
        await storage.recommendations.heard(ME, await add_job(storage))
    assert raised.value.reason is Reason.NO_WORK


async def test_people_of_like_taste_are_listened_to(storage: Storage):
    ids = [(await add_clip(storage)).id for _ in range(9)]
    for work_id in ids[:4]:
        await storage.ratings.vote(work_id, user_id=ME, value=5 if work_id % 2 else 1)
        await storage.ratings.vote(work_id, user_id=FRIEND, value=5 if work_id % 2 else 1)
        await storage.ratings.vote(work_id, user_id=FOE, value=1 if work_id % 2 else 5)
    await storage.ratings.vote(ids[5], user_id=FRIEND, value=5)
    await storage.ratings.vote(ids[6], user_id=FOE, value=5)
    first, *others = await storage.recommendations.for_user(HERE, ME, 9)
    assert (first.work.id, first.grounds, first.people) == (ids[5], Grounds.LIKE_TASTE, 1)
    assert {each.work.id for each in others} == {ids[4], *ids[6:]}
    assert await storage.recommendations.for_user(HERE, ME, 9) == [first, *others]


async def test_who_has_heard_most_is_shown_the_rest(storage: Storage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recommendations, "SEARCHED", 2)
    ids = [(await add_verse(storage)).id for _ in range(6)]
    for work_id in ids[2:]:
        await storage.recommendations.heard(ME, work_id)
    assert sorted(await _ids(storage)) == ids[:2]
    assert {each.grounds for each in await storage.recommendations.for_user(HERE, ME, 9)} == {
        Grounds.COLD_START
    }


async def test_somebody_new_gets_what_is_liked_here_and_what_the_judge_likes(storage: Storage):
    judged, liked = [(await add_clip(storage)).id for _ in range(2)]
    for user_id in range(50):
        await storage.ratings.vote(liked, user_id=user_id, value=5)
    found = await storage.recommendations.for_user(HERE, ME, 9)
    assert [(each.work.id, each.grounds) for each in found] == [
        (liked, Grounds.COLD_START),
        (judged, Grounds.JUDGE),
    ]


async def test_votes_count_at_once_and_what_is_learned_of_all_a_little_later(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
):
    reels = [(await add_clip(storage)).id for _ in range(6)]
    verses = [(await add_verse(storage)).id for _ in range(6)]
    assert set(await _ids(storage)) == {*reels, *verses}
    for work_id in reels[:5]:
        await storage.ratings.vote(work_id, user_id=ME, value=5)
    first = (await storage.recommendations.for_user(HERE, ME, 1))[0]
    assert (first.work.id, first.grounds, first.genre) == (reels[5], Grounds.OWN_RATINGS, Genre.REEL)
    await storage.works.delete(reels[5])
    new = (await add_clip(storage)).id
    monkeypatch.setattr(storage.recommendations, "_stale_at", 0.0)
    assert await _ids(storage, limit=1) == [new]


async def test_while_tastes_are_learned_again_the_last_time_counts(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
):
    one = (await add_clip(storage)).id
    both = await asyncio.gather(_ids(storage), _ids(storage, FRIEND))
    assert both == [[one], [one]]
    await add_clip(storage)
    monkeypatch.setattr(storage.recommendations, "_stale_at", 0.0)
    monkeypatch.setattr(recommendations, "PATIENCE_SECONDS", 0.0)
    assert await _ids(storage) == [one]


async def test_nothing_is_searched_through(storage: Storage, tmp_path: Path):
    values = {"place": 1, "user_id": 2, "work_id": 3, "limit": 3, "works": "[1]", "kin": "[1]"}
    statements = (recommendations._OWN, recommendations._UNHEARD, recommendations._LIKED_BY)
    pages = (recommendations._VOTES, recommendations._WORKS)
    # What may be gone through is a list that was handed over, or what was found already.
    allowed = ("SCAN (subquery", "SCAN given", "SCAN kin")
    async with filled(tmp_path / "filled") as other:
        for library in (storage, other):
            for sql in (*statements, *pages):
                steps = await scans(library, sql, values)
                assert all(step.startswith(allowed) for step in steps if step.startswith("SCAN")), steps
                assert sql not in pages or not any("TEMP B-TREE" in step for step in steps), steps
