"""Waiting for what other processes do, and putting an end to them."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str, seconds: float = 90.0) -> T:
    """What `condition` gives once it is true; fails, saying `what` did not come, after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if found := condition():
            return found
        now = time.monotonic()
        if now > deadline:
            raise AssertionError(f"{what} did not come within {seconds:g} seconds")
        time.sleep(max(0.02, 5 * (now - began)))  # what is waited for needs the processor more than the looks do


def processes_of(home: Path, module: str = "") -> list[int]:
    """The ids of the processes that work on the history in `home`, of those that run `module` if given."""
    mine = f"CNN_TUI_HOME={home}".encode()
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it has just ended
            environment = (process / "environ").read_bytes().split(b"\0")
            command = (process / "cmdline").read_bytes().split(b"\0")
            if mine in environment and (not module or module.encode() in command):
                found.append(int(process.name))
    return found


def end_processes_of(home: Path) -> None:
    """Kill every process that works on the history in `home`."""
    while pids := processes_of(home):
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
