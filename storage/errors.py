"""Which faults of SQLite and of the disk a person is told about; all others stay what they are, and loud."""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from domain.errors import Reason, Unavailable

_PRIMARY_CODE = 0xFF  # an extended result code keeps its primary one in the low byte
_BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def plain_errors() -> Generator[None, None, None]:
    """Raise Unavailable(DATABASE_BUSY) for a locked database, Unavailable(DISK_FULL) for a full disk."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise Unavailable(reason) from error


def _reason(error: sqlite3.OperationalError | OSError) -> Reason | None:
    if isinstance(error, OSError):
        return Reason.DISK_FULL if error.errno in _FULL_ERRNOS else None
    # Absent when the error is of Python's own making.
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code & _PRIMARY_CODE in _BUSY_CODES:
        return Reason.DATABASE_BUSY
    # SHMSIZE is what a full disk gives when the write-ahead log's index can't grow.
    if code & _PRIMARY_CODE == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return Reason.DISK_FULL
    return None
