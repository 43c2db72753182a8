"""What can hinder the use of a history, each as an error whose message is a sentence: why, and what to do."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from cnn_tui.text import cause_of

ELSEWHERE = "set CNN_TUI_HOME to another folder"
READ_ONLY = "its folder is read-only, or not yours to write to; set CNN_TUI_HOME to a folder that you may write to"
NO_ROOM = "the disk is full: make room on it"
NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
"""SQLite's codes where a file may not be written."""
_LEAST_ROOM = 65_536  # bytes
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class HistoryError(Exception):
    """The history cannot be used; the message says why and what to do. The file is left as it is."""


class HistoryTroubleError(HistoryError):
    """Something hinders the use of an open history. Once that is gone, what was tried can be done."""


class HistoryFullError(HistoryTroubleError):
    """There is no room on its disk."""


class HistoryLockedError(HistoryTroubleError):
    """Another process has it locked."""


class HistoryReadOnlyError(HistoryTroubleError):
    """It may not be written, or is no longer where it was."""


class LedgerError(sqlite3.OperationalError):
    """A ledger cannot be written. It is an error of SQLite's, so that training goes on and tries again, as it does
    with a history."""

    def __init__(self, error: OSError) -> None:
        super().__init__(cause_of(error))


def trouble_of(error: sqlite3.Error, path: Path) -> HistoryTroubleError:
    """What an error of SQLite's says of the history at `path`."""
    code = primary_code(error)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and not _has_room(path.parent)):
        return HistoryFullError(f"the history {path} cannot be used: {NO_ROOM}")
    if code in _LOCKED:
        return HistoryLockedError(
            f"the history {path} cannot be used: another process keeps it locked; wait for it, or end it "
            f"(`fuser {path}` tells which have it open)"
        )
    if code in NOT_WRITABLE:
        return HistoryReadOnlyError(f"the history {path} cannot be written: {READ_ONLY}")
    if code == sqlite3.SQLITE_IOERR:
        # A quota that is used up is no full disk to SQLite.
        return HistoryTroubleError(
            f"the history {path} cannot be used: its disk does not read or write ({error}), or your quota on it is "
            "used up; `cnn-tui doctor` looks for the cause"
        )
    return HistoryTroubleError(f"the history {path} cannot be used: {error}; `cnn-tui doctor` looks for the cause")


def _has_room(folder: Path) -> bool:
    """Whether there is room for the files that SQLite keeps beside a history. What cannot be told counts as yes."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return True
    return disk.f_bavail * disk.f_frsize >= _LEAST_ROOM


def primary_code(error: sqlite3.Error) -> int | None:
    """SQLite's own code of an error, without what it says more exactly; None for one that it has not raised."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
