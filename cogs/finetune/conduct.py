"""A run from its lessons to its version. Knows nothing of Discord, so that it can be killed without one."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from domain.clips import Progress
from domain.finetuning import Finetuned, Learning, TeachRequest
from engine.tutor import Tutor
from storage import Run, Storage, Version

Step = Progress | Learning | Version


async def conduct(
    run: Run, *, tutor: Tutor, storage: Storage, may_use: Callable[[Run], Awaitable[bool]]
) -> AsyncGenerator[Step, None]:
    """Learn what an open run is to learn, going on where it was left off, and last the version that is kept.

    What is accepted is put in use in the same moment, unless `may_use` then says no. Raises what
    `Tutor.learn` and `Versions.keep` do. Left earlier, the run stays open.
    """
    works, preferred = await storage.lessons.load(run.selection)
    request = TeachRequest(
        teachable=run.teachable,
        works=works,
        preferred=preferred,
        seed=run.id,
        run=str(storage.runs.folder_of(run.id).absolute()),
    )
    finetuned = None
    async with aclosing(tutor.learn(request)) as steps:
        async for step in steps:
            if isinstance(step, Finetuned):
                finetuned = step
            else:
                yield step
    if finetuned is None:
        raise RuntimeError("the tutor ended without a result")
    version = await storage.versions.keep(run.id, finetuned, use=await may_use(run))
    await storage.runs.forget_checkpoints(run.id)
    yield version
