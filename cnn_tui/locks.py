"""Locks that die with the process that holds them: who trains a run, who is the worker, which labs are open.

A lock is a small file under `home()` with an advisory `flock` on it. The kernel lets go of it when the process ends,
however it ends, so a lock that is held always means a process that lives.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from cnn_tui.home import home, run_folder


def run_lock(run_id: int) -> Path:
    """Held by the process that trains the run."""
    return run_folder(run_id) / "lock"


def worker_lock() -> Path:
    """Held by the worker: one for each history."""
    return home() / "worker.lock"


def present_lock() -> Path:
    """Held, shared, by every lab that is open."""
    return home() / "present.lock"


def take(path: Path, *, shared: bool = False, wait: float = 1.0) -> int | None:
    """Take a lock and keep it until `release` or the end of the process; None when another holds it.

    It tries for `wait` seconds, because somebody who only looks (`is_held`) holds it for an instant. Makes the folder.
    Raises OSError when the file cannot be made or its file system has no locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(lock)
                return None
        except OSError:
            os.close(lock)
            raise
        time.sleep(0.01)


def release(lock: int) -> None:
    """Let go of a lock that `take` gave."""
    os.close(lock)


def is_held(path: Path, *, shared: bool = False) -> bool:
    """Whether another process holds the lock alone or, when `shared`, at all. Makes no file, and needs none to write.

    Raises OSError when that cannot be told.
    """
    try:
        lock = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if shared else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
