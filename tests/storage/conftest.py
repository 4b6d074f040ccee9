import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import Storage, open_storage


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with open_storage(tmp_path, max_clip_bytes=10**9) as opened:
        yield opened


@pytest.fixture
def other_connection(storage: Storage, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else at the same database, such as the operator's shell."""
    connection = sqlite3.connect(tmp_path / "nightingale.db", isolation_level=None, timeout=0)
    yield connection
    connection.close()
