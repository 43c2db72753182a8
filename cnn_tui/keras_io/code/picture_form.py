"""How a picture of a script comes, whatever it shows."""

from __future__ import annotations

from typing import Any

import msgspec


class PictureForm(msgspec.Struct, frozen=True):
    """What is known of how a picture comes: its colours, its height and width, and the axes of its array."""

    is_grey: bool = False
    is_blue_first: bool = False
    size: tuple[Any, ...] | None = None
    """Height and width, of which one may be unknown; None where it has its own."""
    has_channel: bool = False
    """Whether there is an axis for the one channel of a grey picture."""
    is_arranged: bool = False
    """Whether its numbers stand along other axes, as in a row."""

    @property
    def sizes(self) -> tuple[int, ...] | None:
        """The shape of its array; None where that is not known."""
        if self.size is None or self.is_arranged or not all(type(side) is int and side > 0 for side in self.size):
            return None
        return (*self.size, *(() if self.is_grey and not self.has_channel else (1 if self.is_grey else 3,)))
