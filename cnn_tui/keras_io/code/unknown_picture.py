"""A picture of a script of which only running tells whose it is."""

from __future__ import annotations

import msgspec


class UnknownPicture(msgspec.Struct, frozen=True):
    """What is known of a picture that is not: whether it is grey, its height and width, and whether grey is an axis."""

    is_grey: bool = False
    size: tuple[int, int] | None = None
    has_channel: bool = False

    @property
    def sizes(self) -> tuple[int, ...] | None:
        """The shape of its array; None where its size is not known."""
        channels = () if self.is_grey and not self.has_channel else (1 if self.is_grey else 3,)
        return None if self.size is None else (*self.size, *channels)
