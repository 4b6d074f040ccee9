"""From the upstream archives to one file of works, with the licence of each.

Every run starts from the archives: nothing is kept between runs but the result.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from training.corpora import cre, js_fakes, lieder, mutopia, openhymnal
from training.corpora.archives import (
    CRE,
    JS_FAKES,
    LIEDER,
    MUTOPIA,
    OPEN_HYMNAL,
    Upstream,
    find_upstream,
    verify,
)
from training.corpora.credits import write_licences
from training.corpora.families import group
from training.corpora.works import WORKS_FILE, Work, save_works

LICENCES_FILE = "licences.json"

_READERS: tuple[tuple[Upstream, Callable[[Path], Iterator[Work]]], ...] = (
    (CRE, cre.read_works),
    (JS_FAKES, js_fakes.read_works),
    (OPEN_HYMNAL, openhymnal.read_works),
    (MUTOPIA, mutopia.read_works),
    (LIEDER, lieder.read_works),
)


def prepare(*, archives: Path, out: Path) -> None:
    """Read the collections in `archives` into `out`: the works, and a manifest of their licences.

    Raises ArchiveError when a collection is missing or its archive is not the expected one.
    """
    # All are checked before any is read: a wrong last one should not cost minutes.
    paths = {upstream.name: find_upstream(archives, upstream) for upstream, _ in _READERS}
    for upstream, _ in _READERS:
        verify(paths[upstream.name], upstream)
    works: list[Work] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for upstream, read_works in _READERS:
            task = progress.add_task(upstream.name, total=None)
            for work in read_works(paths[upstream.name]):
                works.append(work)
                progress.advance(task)
            progress.update(task, total=progress.tasks[task].completed)
    grouped = group(works)
    save_works(out / WORKS_FILE, grouped.works)
    write_licences(out / LICENCES_FILE, grouped.works)
    print(
        f"{len(grouped.works)} works; {grouped.duplicates} duplicates dropped, "
        f"{grouped.joined} families joined by near-duplicates"
    )
