"""How versions fared against each other, counted from pairs that were compared blind."""

from dataclasses import replace

from domain.finetuning import Preferred, Teachable, version_with
from storage import Contest, Difference, Pick, Storage
from tests.storage.samples import CHANNEL, GUILD, REQUEST, USER, finished_clip
from tests.storage.test_versions import REFUSED, learn, nth

ALICE, BOB, CAROL = 1, 2, 3


async def made(storage: Storage, adapter: str | None) -> int:
    clip = finished_clip()
    if adapter is not None:
        recipe = replace(
            clip.recipe, model_version=version_with(clip.recipe.model_version, adapter) + "+critic-1"
        )
        clip = replace(clip, recipe=recipe)
    job_id = await storage.jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
    return (await storage.clips.save(job_id, clip)).id


async def compared(storage: Storage, a: str | None, b: str | None, *picks: Pick) -> int:
    ids = [await made(storage, each) for each in (a, b)]
    pair = await storage.preferences.add_pair(*ids, differ_in=Difference.VERSION)
    for user_id, pick in enumerate(picks, ALICE):
        await storage.preferences.pick(pair, user_id=user_id, pick=pick)
    return pair


async def test_first_picks_are_counted_for_what_made_the_works_and_teach_nothing(storage: Storage):
    one, _, three = [await learn(storage, each) for each in (nth(1), REFUSED, nth(3))]
    pair = await compared(storage, None, one.adapter, Pick.A, Pick.B, Pick.EQUAL)
    await storage.preferences.pick(pair, user_id=ALICE, pick=Pick.B)  # who knows by then which is which
    await compared(storage, one.adapter, None, Pick.A, Pick.A)
    await compared(storage, three.adapter, one.adapter, Pick.B)
    await compared(storage, None, three.adapter)
    await compared(storage, None, None, Pick.A)  # a version whose file was missing
    contests = await storage.contests.here(GUILD)
    facts = {"teachable": Teachable.RNN}
    assert contests == [
        Contest(**facts, first=1, second=3, first_picks=1, second_picks=0, equal=0),
        Contest(**facts, first=0, second=1, first_picks=1, second_picks=3, equal=1),
    ]
    assert await storage.contests.here(GUILD, Teachable.VAE) == []
    assert await storage.contests.here(GUILD + 1) == []
    survey = await storage.lessons.survey(GUILD, Teachable.RNN)
    assert (survey.pairs, survey.voters) == (0, 0)

    seeds = [await made(storage, one.adapter) for _ in range(2)]
    pair = await storage.preferences.add_pair(*seeds)
    await storage.preferences.pick(pair, user_id=CAROL, pick=Pick.A)
    assert (await storage.lessons.select(GUILD, Teachable.RNN)).preferred == (Preferred(*seeds),)
