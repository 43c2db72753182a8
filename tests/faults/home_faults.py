"""The three ways in which a home that could be written a moment ago cannot be any more, on a disk of its own."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path
from typing import Literal

from tests.faults.disks import fill

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
