"""Ends what a run of tests has started, when the run has ended, even if it was killed: `sweeper.py FOLDER`.

Workers and processes that train outlive whoever started them, so that nothing else would end them. The standard input
is a pipe from the tests: it ends when they do. Theirs is every process whose home is in `FOLDER`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path


def processes_in(folder: str) -> list[int]:
    """The ids of the processes whose `CNN_TUI_HOME` is somewhere in this folder."""
    mine = f"CNN_TUI_HOME={folder}{os.sep}".encode()
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it has just ended
            if process.name.isdecimal() and b"\0" + mine in b"\0" + (process / "environ").read_bytes():
                found.append(int(process.name))
    return found


def main(folder: str) -> None:
    """Wait for the end of the tests, and end what they have left."""
    sys.stdin.buffer.read()
    while left := processes_in(folder):
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
