"""The SQLite file itself: opened, brought up to date, written to. What is in it is the history's affair."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from cnn_tui.history import alive
from cnn_tui.history.connection import connect
from cnn_tui.history.errors import (
    ELSEWHERE,
    NO_ROOM,
    NOT_WRITABLE,
    READ_ONLY,
    HistoryError,
    HistoryFullError,
    HistoryLockedError,
    primary_code,
    trouble_of,
)
from cnn_tui.history.versions import migrations
from cnn_tui.home import history_path, on_network
from cnn_tui.text import counted, quiet

WAIT = 10.0
"""Seconds that whoever says nothing else waits for another process that writes."""
_LEAST = (3, 37)  # of SQLite, which knows STRICT tables since then
_NAMED = 5  # of what could not be taken over, so much is named


class Health(NamedTuple):
    """How the file is: its size in bytes, and what SQLite finds wrong, as far as it was `checked` in time."""

    journal: str
    size: int
    checked: bool
    damage: str = ""


class Store:
    """An open history file. Make one per process; the connection may be used from one thread at a time."""

    def __init__(self, path: Path | None = None, wait: float = WAIT) -> None:
        """`wait` is in seconds: so long every statement waits for another process. Raises HistoryError."""
        self.path = path or history_path()
        self._wait = wait
        self.read_only = False
        """Whether it is only read, because it lies where nothing can be written."""
        if sqlite3.sqlite_version_info < _LEAST:
            raise HistoryError(
                f"the history needs SQLite {'.'.join(map(str, _LEAST))} or newer, and this Python has "
                f"{sqlite3.sqlite_version}: run cnn-tui with a newer Python"
            )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise IsADirectoryError("it is a folder, not a file; move it away")
            self._db = connect(str(self.path), wait)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"the history {self.path} cannot be opened: {error}, or {ELSEWHERE}") from None
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if primary_code(error) not in NOT_WRITABLE or not self.path.is_file():
                raise self._unreadable(error) from None
            self._db = self._open_to_read()
            self.read_only = True

    def wait_at_most(self, seconds: float) -> None:
        """From now on wait only so long for another process that writes."""
        self._wait = seconds
        self._db.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show_gone(self) -> None:
        """From now on show runs whose process is gone as ended, also where that cannot be written."""
        if not self.read_only:
            alive.show_gone(self._db)

    def data_version(self) -> int:
        """A number that changes when another connection has written; asking reads no table."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement of SQL. Raises sqlite3.Error."""
        return self._db.execute(statement, values)

    def health(self, seconds: float = 5.0) -> Health:
        """Look through the whole file for damage, for at most `seconds`."""
        journal = str(self._db.execute("PRAGMA journal_mode").fetchone()[0])
        size = self.path.stat().st_size
        until = time.monotonic() + seconds
        self._db.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
        try:
            found = str(self._db.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError:
            return Health(journal, size, checked=False)  # interrupted
        except sqlite3.DatabaseError as error:
            found = str(error)
        finally:
            self._db.set_progress_handler(None, 0)
        return Health(journal, size, checked=True, damage="" if found == "ok" else found)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All the writes inside it, or none. Inside another one it is a part of that."""
        inside = self._db.in_transaction
        if inside:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            # A full disk rolls back by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _open(self) -> None:
        self.refuse_newer(self._db)  # first, because the journal mode is written into the file
        self._set_journal()
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._migrate()
        self._db.execute("PRAGMA foreign_keys = ON")

    def _open_to_read(self) -> sqlite3.Connection:
        """The file where nothing can be written, not even the files that SQLite keeps beside it."""
        where = self.path.absolute().as_uri()
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            db = connect(f"{where}?mode=ro", self._wait)
            try:
                _version(db)
            except sqlite3.OperationalError:
                db.close()
                if log.exists() and log.stat().st_size:  # it has the newest, which what is immutable leaves out
                    raise
                db = connect(f"{where}?mode=ro&immutable=1", self._wait)
            self.refuse_newer(db)
            if _version(db) < len(migrations.MIGRATIONS):
                older, db = db, connect(":memory:", self._wait)
                older.backup(db)
                older.close()
                migrations.bring_up_to_date(db, _version(db))
            alive.show_gone(db)
            db.execute("PRAGMA query_only = ON")
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(
                f"the history {self.path} cannot be read ({error}), and its folder is read-only. Copy that folder to "
                "where you may write and set CNN_TUI_HOME to the copy"
            ) from None
        return db

    def _unreadable(self, error: sqlite3.Error) -> HistoryError:
        code = primary_code(error)
        trouble = trouble_of(error, self.path)
        if isinstance(trouble, HistoryFullError):
            return HistoryFullError(f"the history {self.path} cannot be opened: {NO_ROOM}, or {ELSEWHERE}")
        if isinstance(trouble, HistoryLockedError) or code == sqlite3.SQLITE_IOERR:
            return trouble
        if code in NOT_WRITABLE:
            return HistoryError(f"the history {self.path} cannot be made ({error}): {READ_ONLY}")
        return HistoryError(
            f"the history {self.path} cannot be read ({error}). It was left as it is: move it away to start "
            f"a new one, or {ELSEWHERE}"
        )

    def refuse_newer(self, opening: sqlite3.Connection | None = None) -> None:
        """Raise HistoryError for a file that a newer cnn-tui wrote, or has brought up to its own version meanwhile.

        A connection that is just being opened is closed then.
        """
        version, known = _version(opening or self._db), len(migrations.MIGRATIONS)
        if version > known:
            if opening is not None:
                opening.close()
            raise HistoryError(
                f"the history {self.path} was written by a newer cnn-tui (its version is {version}, this one knows "
                f"{known}). It was left as it is: update cnn-tui, or set CNN_TUI_HOME to another folder"
            )

    def _set_journal(self) -> None:
        # Where another process does the same to a new file, SQLite does not wait for it, as it does elsewhere.
        until = time.monotonic() + self._wait
        while True:
            try:
                self._db.execute(f"PRAGMA journal_mode = {_journal_mode(self.path)}")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _migrate(self) -> None:
        """Bring the tables to the version that is known here, and say what of an older file could not be read."""
        if _version(self._db) == len(migrations.MIGRATIONS):
            return
        left_out: list[str] = []
        with self.transaction():
            # Another process may have done it while this one waited for the lock.
            version = _version(self._db)
            if version > 0:
                self._keep_copy(version)
            left_out = migrations.bring_up_to_date(self._db, version)
            if version == 0:
                # The models of a history that was moved away are still beside it; no new run is to write over them.
                number = ("runs", _last_folder(self.path.parent / "runs"))
                self._db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", number)
        if left_out:
            print(f"cnn-tui: {self._left_out_in_words(left_out, version)}", file=sys.stderr, flush=True)

    def _keep_copy(self, version: int) -> None:
        # Through a connection of its own: one that is about to write would wait for itself.
        with (
            contextlib.closing(connect(str(self.path), self._wait)) as now,
            contextlib.closing(connect(self._copy(version), self._wait)) as copy,
        ):
            now.backup(copy)

    def _copy(self, version: int) -> str:
        return f"{self.path}.v{version}.copy"

    def _left_out_in_words(self, left_out: Sequence[str], version: int) -> str:
        named = ", ".join(quiet(what, 60) for what in left_out[:_NAMED])
        more = f" and {len(left_out) - _NAMED:,} more" if len(left_out) > _NAMED else ""
        return (
            f"the history was brought up to date, but {counted(len(left_out), 'row')} of it could not be read as "
            f"recorded: {named}{more}. What stood there is kept in its table set_aside, and the whole file as it was "
            f"in {self._copy(version)}"
        )


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _last_folder(runs: Path) -> int:
    """The highest number of a run that has a folder; 0 without any."""
    with contextlib.suppress(OSError):
        return max((int(one.name) for one in runs.iterdir() if one.name.isdecimal()), default=0)
    return 0


def _journal_mode(path: Path) -> str:
    """WAL, so that readers never wait for the writer; a rollback journal where other hosts share the folder.

    They do not share memory, which WAL needs.
    """
    return "DELETE" if on_network(path.parent) else "WAL"
