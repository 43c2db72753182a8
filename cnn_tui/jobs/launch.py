"""What the app and the command line need of the training room, without loading TensorFlow or NumPy."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cnn_tui.history.history import History, Result
from cnn_tui.home import home, worker_log_path
from cnn_tui.jobs import locks

MAX_LOG_BYTES = 1_000_000
ENDED, ENDED_BADLY = 0, 3
"""The exit statuses of a training process that has recorded how its run ended: well or stopped, and failed."""
NO_ROOM = 4
"""The exit status of a training process whose run came to its end, but on a disk too full to record it."""

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


def recover(history: History) -> list[int]:
    """Give runs whose training process is gone their ending; gives the ids of those it ended."""
    ended = []
    # Not the runs that wait: there may be a thousand of them.
    for run in history.going():
        if not locks.is_held(locks.run_lock(run.id)):
            kept = f"{run.epochs_done} of {run.epochs} epochs are kept"
            gone = Result("interrupted", f"the training process is gone; {kept}", ending="gone")
            history.record_end(run.id, ended_now(history, run.id) or gone)
            ended.append(run.id)
    return ended


def is_full(error: Exception | None) -> bool:
    """Whether an error of SQLite's is that the disk is full."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF == sqlite3.SQLITE_FULL


def ended_now(history: History, run_id: int) -> Result | None:
    """The ending of a run whose process ended without one, if it was asked to end at once; else None."""
    line = history.line(run_id)
    if line is None or history.wish(run_id) != "now":
        return None
    progress, epochs = history.progress(run_id), line.epochs
    where = f"in epoch {progress.epoch} of {epochs}" if progress.epoch else "before training began"
    kept = f"{line.epochs_done} of {epochs} epochs are kept"
    return Result("stopped", f"stopped now by request {where}; its process did not answer and was killed, {kept}")


@contextlib.contextmanager
def presence() -> Iterator[None]:
    """Tell the worker that a lab is open: inside this, it stays ready for the next run."""
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
    """The environment for `python`: this package is found, even in a checkout that is not installed."""
    package = Path(__file__).parents[2]
    paths = [os.environ.get("PYTHONPATH", "")]
    if package.name != "site-packages":
        paths.insert(0, str(package))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}


def open_log(path: Path) -> BinaryIO:
    """A log of many processes, to be written at its end; emptied first when it has grown large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > MAX_LOG_BYTES:
            os.truncate(path, 0)
    return path.open("ab")
