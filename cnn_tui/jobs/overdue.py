"""Ends training processes that were asked to end now and do not: a batch takes a minute, or native code hangs."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from cnn_tui import locks
from cnn_tui.history.history import History

GRACE = 5.0
"""Seconds that a process has to end by itself."""
KILL = 2.0
"""Seconds from the signal that asks it to end until the one that ends it."""


class OverdueRuns:
    """Watches what runs are asked; `look` is to be called a few times a second."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._asked: dict[int, float] = {}
        self._signalled: set[int] = set()

    def look(self) -> None:
        """Signal the processes whose time is over."""
        now = time.monotonic()
        ending = self._history.ending_now()
        self._asked = {run_id: self._asked.get(run_id, now) for run_id, _ in ending}
        self._signalled &= set(self._asked)
        for run_id, pid in ending:
            late = now - self._asked[run_id] - GRACE
            if late >= KILL and run_id in self._signalled:
                _send(signal.SIGKILL, run_id, pid)
            elif late >= 0 and run_id not in self._signalled:
                self._signalled.add(run_id)
                _send(signal.SIGTERM, run_id, pid)


def _send(number: signal.Signals, run_id: int, pid: int) -> None:
    """Signal the process that trains the run, once it is certain that the number is still that process's."""
    if locks.is_held(locks.run_lock(run_id)) and _trains(pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _trains(pid: int) -> bool:
    import psutil  # seldom needed, and takes a while to load

    try:
        return "cnn_tui.training.train" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
