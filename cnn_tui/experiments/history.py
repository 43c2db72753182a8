"""The history: one SQLite file that the training process writes and everybody else reads.

Nobody talks to a training process in any other way: a wish (stop, pause) is a column that it looks at. The tables
themselves are in `migrations.py`; no other module has SQL.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.home import history_path
from cnn_tui.experiments.migrations import MIGRATIONS
from cnn_tui.experiments.run import LIVE, Epoch, Line, Point, Progress, Run, Status, Wish
from cnn_tui.network.summary import summarize

# Two hosts that share a folder do not share memory, which WAL needs.
_NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "lustre", "gpfs", "beegfs", "afs", "ceph", "fuse.sshfs", "9p")
_WAIT = 10.0  # seconds, for another process that writes
_LARGEST = 2**63 - 1  # what a column of SQLite holds
_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))


class HistoryError(Exception):
    """The history cannot be used; the message says why and what to do. The file is left as it is."""


class Result(NamedTuple):
    """How a run ended."""

    status: Status
    stop_cause: str = ""
    test_loss: float | None = None
    test_accuracy: float | None = None
    seconds: float | None = None


class History:
    """An open history. Make one per process; the connection may be used from one thread at a time."""

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

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What the user's side writes

    def add(self, experiment: Experiment) -> int:
        """Queue a run of `experiment`; gives its id."""
        stack = experiment.stack
        cursor = self._db.execute(
            "INSERT INTO runs (name, status, experiment, fingerprint, dataset, seed, params, created, epochs)"
            " VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?)",
            (
                experiment.name,
                msgspec.json.encode(experiment).decode(),
                stack.fingerprint(),
                experiment.dataset,
                experiment.training.seed,
                min(summarize(stack).total_params, _LARGEST),
                time.time(),
                experiment.training.epochs,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def ask(self, run_id: int, wish: Wish) -> None:
        """Ask a run to stop or pause, or to go on (`""`). A queued run that is asked to stop never starts."""
        with self._transaction():
            self._db.execute(f"UPDATE runs SET wish = ? WHERE id = ? AND status IN ({_LIVE})", (wish, run_id))
            self._db.execute(
                "UPDATE runs SET status = 'stopped', stop_cause = 'taken out of the queue'"
                " WHERE id = ? AND status = 'queued' AND wish = 'stop'",
                (run_id,),
            )

    def annotate(self, run_id: int, note: str) -> None:
        """Set the note of a run."""
        self._db.execute("UPDATE runs SET note = ? WHERE id = ?", (note, run_id))

    # What the training side writes

    def next_queued(self) -> int | None:
        """The oldest run that waits; None when the queue is empty."""
        row = self._db.execute("SELECT id FROM runs WHERE status = 'queued' ORDER BY id LIMIT 1").fetchone()
        return int(row[0]) if row else None

    def claim(self, run_id: int, pid: int, seed: int) -> bool:
        """Take a queued run for the process `pid`; False when it was taken or left the queue meanwhile."""
        cursor = self._db.execute(
            "UPDATE runs SET status = 'running', pid = ?, seed = ? WHERE id = ? AND status = 'queued'",
            (pid, seed, run_id),
        )
        return cursor.rowcount == 1

    def record_start(
        self, run_id: int, *, dataset: str, train_images: int, test_images: int, environment: dict[str, Any]
    ) -> None:
        """What is known once the data is loaded."""
        self._db.execute(
            "UPDATE runs SET dataset = ?, train_images = ?, test_images = ?, environment = ? WHERE id = ?",
            (dataset, train_images, test_images, msgspec.json.encode(environment).decode(), run_id),
        )

    def record_progress(self, run_id: int, progress: Progress, point: Point | None = None) -> None:
        """Where the run is now and, if given, one more reading of its curve."""
        with self._transaction():
            self._db.execute(
                "UPDATE runs SET progress = ? WHERE id = ?", (msgspec.json.encode(progress).decode(), run_id)
            )
            if point is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?)",
                    (run_id, point.at, point.loss, point.accuracy),
                )

    def record_epoch(self, run_id: int, epoch: Epoch, seconds: float) -> None:
        """A finished epoch; `seconds` is the training time so far."""
        metrics = msgspec.json.encode(epoch.metrics).decode()
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)",
                (run_id, epoch.epoch, metrics, epoch.seconds, epoch.images_per_second),
            )
            self._db.execute(
                "UPDATE runs SET epochs_done = ?, loss = ?, accuracy = ?, seconds = ? WHERE id = ?",
                (epoch.epoch, epoch.metrics.get("loss"), epoch.metrics.get("accuracy"), seconds, run_id),
            )

    def record_status(self, run_id: int, status: Status) -> None:
        """A change of a live run, as to paused and back."""
        self._db.execute("UPDATE runs SET status = ? WHERE id = ?", (status, run_id))

    def record_end(self, run_id: int, result: Result) -> None:
        """How the run ended. A run that has ended already keeps its first ending."""
        self._db.execute(
            "UPDATE runs SET status = ?, stop_cause = ?, test_loss = ?, test_accuracy = ?,"
            f" seconds = coalesce(?, seconds), pid = NULL, wish = '' WHERE id = ? AND status IN ({_LIVE})",
            (*result[:4], result.seconds, run_id),
        )

    # What everybody reads

    def data_version(self) -> int:
        """A number that changes when another connection has written; asking reads no table."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def wish(self, run_id: int) -> Wish:
        """What is asked of a run; a run that is gone should stop."""
        row = self._db.execute("SELECT wish FROM runs WHERE id = ?", (run_id,)).fetchone()
        return row[0] if row else "stop"

    def run(self, run_id: int) -> Run | None:
        """A run with its epochs; None when there is none of that id."""
        found = self._runs("WHERE id = ?", (run_id,))
        return found[0] if found else None

    def runs(self) -> list[Run]:
        """All runs with their epochs, the oldest first."""
        return self._runs("ORDER BY id", ())

    def lines(self, limit: int = -1, offset: int = 0) -> list[Line]:
        """Runs as rows of a table, the newest first; `limit` -1 gives all."""
        columns = ", ".join(name for name in Line.__struct_fields__ if name != "seconds_an_epoch")
        columns += ", (SELECT avg(epochs.seconds) FROM epochs WHERE epochs.run = runs.id)"
        rows = self._db.execute(f"SELECT {columns} FROM runs ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset))
        return [Line(*row) for row in rows]

    def count(self) -> int:
        """How many runs there are."""
        return int(self._db.execute("SELECT count(*) FROM runs").fetchone()[0])

    def live_runs(self) -> list[Run]:
        """The runs that have not ended, the oldest first."""
        return self._runs(f"WHERE status IN ({_LIVE}) ORDER BY id", ())

    def progress(self, run_id: int) -> Progress:
        """Where a run is now."""
        row = self._db.execute("SELECT progress FROM runs WHERE id = ?", (run_id,)).fetchone()
        return msgspec.json.decode(row[0], type=Progress) if row else Progress()

    def points(self, run_id: int, after: float = -1.0) -> list[Point]:
        """The readings within epochs past `after` (in epochs), in order."""
        rows = self._db.execute(
            "SELECT at, loss, accuracy FROM points WHERE run = ? AND at > ? ORDER BY at", (run_id, after)
        )
        return [Point(*row) for row in rows]

    # Inside

    def _runs(self, where: str, values: tuple[Any, ...]) -> list[Run]:
        names = [name for name in Run.__struct_fields__ if name != "epochs"]
        rows = self._db.execute(f"SELECT {', '.join(names)} FROM runs {where}", values).fetchall()
        if not rows:
            return []
        ids = {row[0] for row in rows}
        some = f"WHERE run IN ({', '.join(str(int(one)) for one in ids)})" if len(ids) < 500 else ""
        epochs: dict[int, list[Epoch]] = {}
        query = f"SELECT run, epoch, metrics, seconds, images_per_second FROM epochs {some} ORDER BY run, epoch"
        for run, number, metrics, seconds, rate in self._db.execute(query):
            epochs.setdefault(run, []).append(Epoch(number, _decode_metrics(metrics), seconds, rate))
        return [_to_run(dict(zip(names, row, strict=True)), epochs.get(row[0], [])) for row in rows]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
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
        for step in MIGRATIONS[self._version() :]:
            for statement in filter(str.strip, step.split(";")):
                self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        self._db.execute("COMMIT")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])


def _decode_metrics(text: str) -> dict[str, float]:
    # JSON has no NaN: msgspec writes null for it.
    plain: dict[str, float | None] = msgspec.json.decode(text)
    return {name: float("nan") if value is None else value for name, value in plain.items()}


def _to_run(row: dict[str, Any], epochs: list[Epoch]) -> Run:
    try:
        row["experiment"] = msgspec.json.decode(row["experiment"], type=Experiment)
    except msgspec.MsgspecError:
        # Written by a version with other layers: its figures are still worth showing.
        row["experiment"] = Experiment(name=row["name"], dataset=row["dataset"])
    row["tags"] = tuple(msgspec.json.decode(row["tags"]))
    row["environment"] = msgspec.json.decode(row["environment"])
    return Run(**row, epochs=tuple(epochs))


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
