"""A pace that is not measured, so that a test knows after which steps the callbacks are called."""

from __future__ import annotations

from cnn_tui.training.loop import Pace


class Fixed(Pace):
    """The same number of steps each time."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def took(self, steps: int, seconds: float) -> None:
        """Nothing follows from it."""
