"""How many steps are taken between two calls of the callbacks."""

from __future__ import annotations

PERIOD = 0.1
"""Seconds between two calls: each costs a little, and without them the lab is blind and a stop unheard."""
_GROWTH = 8  # at most, from one execution to the next: the first ones tell little


class Pace:
    """Finds by measuring how many steps take `PERIOD`, whatever the network and the machine.

    The very first step stands alone: TensorFlow makes its graph in it, which takes longer than many steps, and the lab
    should hear of it soon.
    """

    def __init__(self, period: float = PERIOD) -> None:
        self.steps = 1
        """How many to take next."""
        self._period = period
        self._each: float | None = None

    def took(self, steps: int, seconds: float) -> None:
        """So long did an execution of so many steps take."""
        if self._each is None:
            self._each = 0.0  # the first one only makes the graph
            return
        now = max(seconds, 1e-9) / steps
        # What else the machine does makes single executions late, and none early.
        self._each = (self._each + now) / 2 if 0 < self._each < now else now
        self.steps = max(1, min(self.steps * _GROWTH, round(self._period / self._each)))
