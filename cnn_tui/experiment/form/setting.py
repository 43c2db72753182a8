"""A row of the form of settings."""

from __future__ import annotations

from typing import NamedTuple

OF = "schedule."
"""Before the name of an argument of the schedule."""


class Setting(NamedTuple):
    """A row of the form. `choices` are offered as a list; other text may still be typed where `free`."""

    name: str
    value: str
    help: str
    allowed: str
    choices: tuple[str, ...] = ()
    free: bool = True

    @property
    def label(self) -> str:
        """Its name in the form; an argument of the schedule stands a little to the right, below it."""
        return f"  {self.name.removeprefix(OF)}" if self.name.startswith(OF) else self.name
