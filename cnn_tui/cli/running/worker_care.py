"""Sees to it, for a command that follows what is trained, that somebody is at work."""

from __future__ import annotations

import time

from cnn_tui.history.elsewhere.cluster_jobs import wants_worker
from cnn_tui.history.history import History
from cnn_tui.jobs import launch

_SECONDS = 2.0
"""How often it looks."""


class WorkerCare:
    """Ends runs whose process died, and has a worker where one is wanted."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._looked = 0.0

    def look(self) -> bool:
        """Look, unless it did a moment ago; says whether it looked."""
        now = time.monotonic()
        if now - self._looked < _SECONDS:
            return False
        self._looked = now
        launch.recover(self._history)
        if wants_worker(self._history):
            launch.wake()
        return True
