"""The three ways in which a home that could be written a moment ago cannot be any more, on a disk of its own."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path
from typing import Literal

Way = Literal["full", "locked", "read-only"]
WAYS: tuple[Way, ...] = ("full", "locked", "read-only")
WORDS: dict[Way, str] = {
    "full": "the disk is full",
    "locked": "another process keeps it locked",
    "read-only": "read-only",
}
"""What is said of each."""


class HomeFault:
    """A way in which the home on `disk` cannot be written: from `begin` to `end`."""

    def __init__(self, way: Way, disk: Path) -> None:
        self.way, self.disk = way, disk
        self._lock: sqlite3.Connection | None = None

    def begin(self) -> None:
        history = self.disk / "history.db"
        if self.way == "locked":
            self._lock = sqlite3.connect(history, isolation_level=None, check_same_thread=False)
            self._lock.execute("BEGIN IMMEDIATE")
        elif self.way == "full":
            with sqlite3.connect(history) as emptied:  # else there is room in the file beside it
                emptied.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            emptied.close()
            fill(self.disk)
        else:
            # Over itself: the same files, which a new opening finds read-only. Those that are open stay so.
            subprocess.run(["mount", "-o", "bind,ro", str(self.disk), str(self.disk)], check=True)

    def end(self) -> None:
        if self._lock is not None:
            self._lock.execute("ROLLBACK")
            self._lock.close()
            self._lock = None
        elif self.way == "full":
            (self.disk / "filler").unlink()
        else:
            subprocess.run(["umount", "-l", str(self.disk)], check=True)


def fill(disk: Path) -> None:
    """Write until nothing more goes on the disk."""
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4_096)
        except OSError:
            pass


def mount(folder: Path, size: str = "20m") -> bool:
    """Make a folder a disk of its own; False where that may not be done."""
    folder.mkdir(exist_ok=True)
    try:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
