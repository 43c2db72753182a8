"""What the app and the command line need of the training room, without loading TensorFlow or NumPy."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cnn_tui import locks
from cnn_tui.history import alive
from cnn_tui.history.elsewhere.cluster_jobs import wants_worker
from cnn_tui.history.errors import primary_code
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Line
from cnn_tui.home import home, worker_log_path

MAX_LOG_BYTES = 1_000_000
ENDED, ENDED_BADLY = 0, 3
"""The exit statuses of a training process that has recorded how its run ended: well or stopped, and failed."""
NO_ROOM = 4
"""The exit status of a training process whose run came to its end, but on a disk too full to record it."""

_WORKER_SAYS, _LOOK = 1.0, 0.05
"""Seconds that a worker may take to record the end of its run, and between two looks whether it has."""

_CARE = 2.0
"""Seconds between two looks after those that are at work."""

# Kept until they have ended, so that Python collects their exit status.
_started: list[subprocess.Popen[bytes]] = []


def wake() -> None:
    """Start the worker unless one is at work; returns at once. Call it after `History.add`, as often as you like.

    A worker that is one too many sees the other's lock and ends. Raises OSError when no process can be started.
    """
    _started[:] = [worker for worker in _started if worker.poll() is None]
    if locks.is_held(locks.worker_lock()):
        return
    with open_log(worker_log_path()) as log:
        # A session of its own: a terminal that closes takes no training with it.
        worker = subprocess.Popen(
            python("cnn_tui.jobs.worker"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home(),
            env=environment(),
            start_new_session=True,
        )
    _started.append(worker)


def recover(history: History, *, others: bool = True) -> list[int]:
    """Give runs whose training process is gone their ending; gives the ids of those it ended.

    A worker notices that its own run has ended, and knows more of why: it is given a moment. `others` tells that this
    process is not the worker. Raises sqlite3.Error where nothing can be written.
    """
    gone, until = history.gone(), time.monotonic() + _WORKER_SAYS
    while gone and others and time.monotonic() < until and locks.is_held(locks.worker_lock()):
        time.sleep(_LOOK)
        gone = history.gone()
    for run_id in gone:
        if (end := history.end_of_gone(run_id)) is not None:
            history.record_end(run_id, Result(end.status, end.cause, ending=end.ending))
    return gone


def is_gone(line: Line) -> bool:
    """Whether the process of a run that this machine trains is gone; of a cluster's job its executor knows."""
    return line.executor == "here" and alive.is_gone(line.id, line.host, line.boot)


def is_full(error: Exception | None) -> bool:
    """Whether an error of SQLite's is that the disk is full."""
    return isinstance(error, sqlite3.Error) and primary_code(error) == sqlite3.SQLITE_FULL


@contextlib.contextmanager
def presence() -> Iterator[None]:
    """Tell the worker that a lab is open: inside this, it stays ready for the next run."""
    lock = None
    with contextlib.suppress(OSError):  # a home that is only read: no worker can be there
        lock = locks.take(locks.present_lock(), shared=True, wait=5)
    try:
        yield
    finally:
        if lock is not None:
            locks.release(lock)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this package, not a file of that name where the user happens to be."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment for `python`: this package is found, even in a checkout that is not installed.

    What is printed is UTF-8, and a name that is no text in it is no error.
    """
    package = Path(__file__).parents[2]
    paths = [os.environ.get("PYTHONPATH", "")]
    if package.name != "site-packages":
        paths.insert(0, str(package))
    ours = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8:backslashreplace"}
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **ours}


def open_log(path: Path) -> BinaryIO:
    """A log of many processes, to be written at its end; emptied first when it has grown large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > MAX_LOG_BYTES:
            os.truncate(path, 0)
    return path.open("ab")


class WorkerCare:
    """For who follows what is trained: ends runs whose process died, and has a worker where one is wanted."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._looked = 0.0

    def look(self) -> bool:
        """Look, unless it did a moment ago; says whether it looked."""
        now = time.monotonic()
        if now - self._looked < _CARE:
            return False
        self._looked = now
        recover(self._history)
        if wants_worker(self._history):
            wake()
        return True
