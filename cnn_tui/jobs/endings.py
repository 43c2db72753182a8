"""How a training process says what it could not record itself, and what the worker makes of it."""

from __future__ import annotations

import sqlite3

NO_ROOM = 4
"""The exit status of a training process whose run came to its end, but on a disk too full to record it."""


def is_full(error: Exception | None) -> bool:
    """Whether an error of SQLite's is that the disk is full."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF == sqlite3.SQLITE_FULL
