"""The library: everything the bot remembers, in SQLite and a folder of files. All SQL is in here.

Knows nothing of Discord beyond its ids, and nothing of how music is made.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.adapters import AdapterFolder
from storage.charts import Charts
from storage.cleaning import Cleaning
from storage.clips import ClipName, Clips, StoredClip, sha256_of
from storage.contests import Contest, Contests
from storage.database import DatabaseTooNew, open_database
from storage.errors import plain_errors
from storage.files import ClipFolder
from storage.finetune_runs import FinetuneRuns, Run, RunStatus
from storage.history import History, HistoryFilter, HistoryPage
from storage.jobs import Job, JobKind, Jobs, JobStatus
from storage.lessons import Lessons, Selection
from storage.listings import Listing
from storage.places import Place
from storage.postings import Posting, Postings
from storage.preferences import Comparison, Difference, Pair, Pick, PickEvent, Preferences
from storage.ratings import Favourites, Ratings, RatingSource, Tally
from storage.recommendations import Recommendation, Recommendations
from storage.seeds import MAX_SEEDS, SeedName, Seeds, StoredSeed
from storage.verses import StoredVerse, VerseName, Verses
from storage.versions import SHIPPED, Version, Versions
from storage.works import Works

__all__ = [
    "ADAPTERS",
    "MAX_SEEDS",
    "SHIPPED",
    "Charts",
    "ClipName",
    "Clips",
    "Comparison",
    "Contest",
    "Contests",
    "DatabaseTooNew",
    "Difference",
    "Favourites",
    "FinetuneRuns",
    "History",
    "HistoryFilter",
    "HistoryPage",
    "Job",
    "JobKind",
    "JobStatus",
    "Jobs",
    "Lessons",
    "Listing",
    "Pair",
    "Pick",
    "PickEvent",
    "Place",
    "Posting",
    "Postings",
    "Preferences",
    "RatingSource",
    "Ratings",
    "Recommendation",
    "Recommendations",
    "Run",
    "RunStatus",
    "SeedName",
    "Seeds",
    "Selection",
    "Storage",
    "StoredClip",
    "StoredSeed",
    "StoredVerse",
    "Tally",
    "VerseName",
    "Verses",
    "Version",
    "Versions",
    "Works",
    "open_storage",
    "sha256_of",
]


ADAPTERS = "adapters"
"""The folder of versions' files, within the data folder; the engine reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One noun an attribute; all of them share one connection."""

    jobs: Jobs
    clips: Clips
    verses: Verses
    works: Works
    postings: Postings
    ratings: Ratings
    favourites: Favourites
    history: History
    charts: Charts
    recommendations: Recommendations
    preferences: Preferences
    seeds: Seeds
    lessons: Lessons
    runs: FinetuneRuns
    versions: Versions
    contests: Contests


@asynccontextmanager
async def open_storage(data_folder: Path, *, max_clip_bytes: int) -> AsyncGenerator[Storage, None]:
    """The library in `data_folder`, made where there is none, migrated and tidied; for one process only.

    `max_clip_bytes` is the cap on all clips' files together. Raises DatabaseTooNew,
    Unavailable(DATABASE_BUSY or DISK_FULL), OSError, or the sqlite3 error of a failed migration.
    """
    clip_folder, adapters, runs = (data_folder / name for name in ("clips", ADAPTERS, "runs"))
    with plain_errors():
        for each in (clip_folder, adapters, runs):
            each.mkdir(parents=True, exist_ok=True)
    async with open_database(data_folder / "nightingale.db") as database:
        folder = ClipFolder(clip_folder)
        cleaning = Cleaning(database, folder, max_clip_bytes=max_clip_bytes)
        await cleaning.tidy()
        finetune_runs = FinetuneRuns(database, runs)
        await finetune_runs.tidy()
        versions = Versions(database, AdapterFolder(adapters))
        await versions.tidy()
        async with aclosing(Recommendations(database)) as recommendations:
            yield Storage(
                jobs=Jobs(database),
                clips=Clips(database, folder, cleaning),
                verses=Verses(database),
                works=Works(database, folder),
                postings=Postings(database),
                ratings=Ratings(database),
                favourites=Favourites(database),
                history=History(database),
                charts=Charts(database),
                recommendations=recommendations,
                preferences=Preferences(database),
                seeds=Seeds(database),
                lessons=Lessons(database, folder),
                runs=finetune_runs,
                versions=versions,
                contests=Contests(database, versions),
            )
