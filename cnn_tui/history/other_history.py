"""A history that somebody else hands over, read as data: nothing is written to it or beside it.

The file may be of any version, damaged, or made to do harm. It is opened as one that does not change, for SQLite then
keeps no file beside it. What is newest may be in a log beside it (`-wal`), which is read only together with it: then
both are copied first. Whoever asks checks the values of the rows; here they are plain data, and only so many of them.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cnn_tui.history.errors import HistoryError
from cnn_tui.history.versions.migrations import MIGRATIONS
from cnn_tui.text import cause_of, quiet

HEADER = b"SQLite format 3\x00"
"""What the file of a history begins with."""
MOST_BYTES = 2_000_000_000
MOST_RUNS = 100_000
_MOST_EPOCHS = 2_000_000
_MOST_TEXT = 2_000_000  # bytes of one value
_SECONDS = 30.0
_RUN = (
    *("id", "name", "status", "ending", "stop_cause", "dataset", "train_images", "test_images", "seed", "params"),
    *("created", "seconds", "test_loss", "test_accuracy", "experiment", "environment", "exercise"),
)
_EPOCH = ("run", "metrics", "seconds", "startup", "others", "throttled")
_ANSWER = ("pack", "exercise", "prediction", "conclusion", "done", "changed")


class OtherHistory(NamedTuple):
    """What is in it, as plain data that may be anything: runs in the form of `Run.to_json`, each with its epochs."""

    runs: list[dict[str, Any]]
    answers: list[dict[str, Any]]


def read_other(path: Path) -> OtherHistory:
    """Read it, archived runs left out. Raises HistoryError with a sentence for what cannot be read."""
    shown = quiet(str(path))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise HistoryError(f"{shown} is larger than {MOST_BYTES:,} bytes: it is no history of a class")
        with _opened(path) as db:
            return _read(db, shown)
    except OSError as error:
        raise HistoryError(f"{shown} cannot be read: {cause_of(error)}") from None
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise HistoryError(f"{shown} takes longer than {_SECONDS:.0f} seconds to read: it is left out") from None
        raise HistoryError(f"{shown} cannot be read as a history: {quiet(str(error), 120)}") from None
    except (sqlite3.Error, ValueError, OverflowError, RecursionError) as error:
        raise HistoryError(f"{shown} cannot be read as a history: {quiet(str(error), 120)}") from None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    log = path.with_name(f"{path.name}-wal")
    with contextlib.ExitStack() as stack:
        if log.is_file() and log.stat().st_size:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cnn-tui-")))
            for file, name in ((path, "history.db"), (log, "history.db-wal")):
                shutil.copyfile(file, folder / name)
            path = folder / "history.db"
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
                copy.execute("PRAGMA journal_mode = DELETE")  # what is in the log goes into the file
        where = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        db = stack.enter_context(contextlib.closing(sqlite3.connect(where, isolation_level=None, uri=True)))
        until = time.monotonic() + _SECONDS
        db.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
        db.text_factory = lambda data: data.decode("utf-8", "replace")
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_TEXT)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
            db.execute(f"PRAGMA {pragma}")
        yield db


def _read(db: sqlite3.Connection, shown: str) -> OtherHistory:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise HistoryError(f"{shown} was written by a newer cnn-tui: update cnn-tui to read it")
    # A view, or a table that a module makes up, would compute whatever its file wants.
    kinds = {name: (kind, root) for name, kind, root in db.execute("SELECT name, type, rootpage FROM sqlite_master")}
    for name in ("runs", "epochs"):
        if kinds.get(name, ("", 0))[0] != "table" or not kinds[name][1]:
            raise HistoryError(f"{shown} is no history of cnn-tui: it has no table {name}")
    epochs: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(db, "epochs", _EPOCH, f"ORDER BY run, epoch LIMIT {_MOST_EPOCHS}"):
        metrics = _object(row.pop("metrics"))
        epochs.setdefault(row.pop("run"), []).append({**metrics, **row})
    kept = "WHERE archived = 0 " if "archived" in _columns(db, "runs") else ""
    runs = [
        {
            **row,
            "experiment": _object(row["experiment"]),
            "environment": _object(row["environment"]),
            "epochs": epochs.get(row["id"], []),
        }
        for row in _rows(db, "runs", _RUN, f"{kept}ORDER BY id LIMIT {MOST_RUNS}")
    ]
    has_answers = kinds.get("answers", ("", 0))[0] == "table"
    answers = _rows(db, "answers", _ANSWER, f"LIMIT {MOST_RUNS}") if has_answers else ()
    return OtherHistory(runs, [{**row, "prediction": _object(row["prediction"])} for row in answers])


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {str(row[1]) for row in db.execute(f"PRAGMA table_info({table})")}


def _rows(db: sqlite3.Connection, table: str, wanted: tuple[str, ...], clauses: str) -> Iterator[dict[str, Any]]:
    """The rows of a table; what an older version did not keep is left out."""
    there = _columns(db, table)
    names = [name for name in wanted if name in there]
    for row in db.execute(f"SELECT {', '.join(names)} FROM {table} {clauses}"):
        yield dict.fromkeys(wanted) | dict(zip(names, row, strict=True))


def _object(text: object) -> dict[str, Any]:
    """A JSON object; an empty one where it is none."""
    try:
        plain = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}
