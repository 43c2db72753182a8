"""The time of a run: a clock that stands still while it is paused, and how often it looks up from training."""

from __future__ import annotations

import time

PERIOD = 0.25
"""Seconds between two writes of where a run is, and between two looks at what is asked of it."""
RETRY = 5.0
"""Seconds until what could not be written is tried again."""


class Stopwatch:
    """A monotonic clock, in seconds, that stands still while a run is paused."""

    def __init__(self) -> None:
        self._left_out = 0.0

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() - self._left_out

    def leave_out(self, seconds: float) -> None:
        """Do not count time that has passed."""
        self._left_out += seconds
