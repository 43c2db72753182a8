"""The SQLite file itself: opened, brought up to date, written to. What is in it is the history's affair."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from cnn_tui.experiments import sql_functions
from cnn_tui.experiments.home import history_path
from cnn_tui.experiments.migrations import MIGRATIONS

# Two hosts that share a folder do not share memory, which WAL needs.
_NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "lustre", "gpfs", "beegfs", "afs", "ceph", "fuse.sshfs", "9p")
_WAIT = 10.0  # seconds, for another process that writes


class HistoryError(Exception):
    """The history cannot be used; the message says why and what to do. The file is left as it is."""


class Health(NamedTuple):
    """How the file is: its size in bytes, and what SQLite finds wrong, as far as it was `checked` in time."""

    journal: str
    size: int
    checked: bool
    damage: str = ""


class Store:
    """An open history file. Make one per process; the connection may be used from one thread at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or history_path()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Every write is one statement or one explicit transaction.
            self._db = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"the history {self.path} cannot be opened: {error}") from None
        try:
            self._refuse_newer()  # first, because the journal mode is written into the file
            self._set_journal()
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            sql_functions.register(self._db)
            self._migrate()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise HistoryError(
                f"the history {self.path} cannot be read ({error}). It was left as it is: move it away to start "
                "a new one, or set CNN_TUI_HOME to another folder"
            ) from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def data_version(self) -> int:
        """A number that changes when another connection has written; asking reads no table."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
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
        """All the writes inside it, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # A full disk rolls back by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _refuse_newer(self) -> None:
        version = self._version()
        if version > len(MIGRATIONS):
            self._db.close()
            raise HistoryError(
                f"the history {self.path} was written by a newer cnn-tui (its version is {version}, this one knows "
                f"{len(MIGRATIONS)}). It was left as it is: update cnn-tui, or set CNN_TUI_HOME to another folder"
            )

    def _set_journal(self) -> None:
        # Where another process does the same to a new file, SQLite does not wait for it, as it does elsewhere.
        until = time.monotonic() + _WAIT
        while True:
            try:
                self._db.execute(f"PRAGMA journal_mode = {_journal_mode(self.path)}")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _migrate(self) -> None:
        version = self._version()
        if version == len(MIGRATIONS):
            return
        if version > 0:
            with contextlib.closing(sqlite3.connect(f"{self.path}.v{version}.copy")) as copy:
                self._db.backup(copy)
        self._db.execute("BEGIN IMMEDIATE")
        # Another process may have migrated while this one waited for the lock.
        fresh = self._version() == 0
        for step in MIGRATIONS[self._version() :]:
            for statement in filter(str.strip, step.split(";")):
                self._db.execute(statement)
        if fresh:
            # The models of a history that was moved away are still beside it; no new run is to write over them.
            number = ("runs", _last_folder(self.path.parent / "runs"))
            self._db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", number)
        self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        self._db.execute("COMMIT")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])


def _last_folder(runs: Path) -> int:
    """The highest number of a run that has a folder; 0 without any."""
    with contextlib.suppress(OSError):
        return max((int(one.name) for one in runs.iterdir() if one.name.isdecimal()), default=0)
    return 0


def _journal_mode(path: Path) -> str:
    """WAL, so that readers never wait for the writer; a rollback journal where the file system is shared."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "WAL"
    folder = path.parent.resolve()
    kinds = {Path(parts[1]): parts[2] for parts in (line.split() for line in mounts) if len(parts) > 2}
    for parent in (folder, *folder.parents):
        if parent in kinds:
            return "DELETE" if kinds[parent].startswith(_NETWORK_FILE_SYSTEMS) else "WAL"
    return "WAL"
