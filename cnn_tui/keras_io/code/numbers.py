"""What a script does to the numbers of images on their way into a model, by arithmetic on all of them."""

from __future__ import annotations

import ast
from typing import Any

import msgspec

from cnn_tui.network.rescaling import WHITE

_EVERY = (0, 1, 2, 3)
"""The axes of images."""


class Statistic(msgspec.Struct, frozen=True):
    """The `mean`, the `std` or the `max` of images, over some of the axes of their array."""

    kind: str
    axes: tuple[int, ...]


class Numbers(msgspec.Struct, frozen=True):
    """What is done to the numbers of images, or of a table's rows: `scale` times as much and `offset`."""

    scale: float = 1.0
    offset: float = 0.0
    centered: tuple[int, ...] | None = None
    """The axes over which their mean was counted, where it is taken away from them."""
    is_evened: bool = False
    """Whether they are divided by their spread then."""
    doubt: str = ""
    """Where something is done to them that is not known."""
    changed_at: str = ""
    """Where some of them are set by hand."""
    done: str = ""
    """What else is done to them, as a turn of each image, and where."""
    of_bytes: bool = False
    """Whether they are known to be those of pictures, 0 to 255, before that."""
    prepared: Any = None
    """What `preprocess_input` does to them, an Instance."""
    file: str = ""
    """The file of arrays that they are read from."""
    drawn_by: str = ""
    """What draws some of them anew until their classes are as large as a script wants them, and where."""
    some_at: str = ""
    """Where some of them are taken, and others left."""
    is_chosen: bool = False
    """Whether that goes by what they are, and not by their places."""
    left_by: str = ""
    """What leaves out those that lack something, or are there twice, and where."""
    batch_size: int | None = None
    """In batches of how many they come, where a script says so."""

    @property
    def anything_at(self) -> str:
        """Where anything is done to which there are, or to some of them; "" for nowhere."""
        return self.some_at or self.doubt or self.changed_at or self.drawn_by or self.left_by

    def scaled(self, factor: float, by: float = 0.0) -> Numbers:
        """All of them multiplied, and then with something added."""
        return msgspec.structs.replace(self, scale=self.scale * factor, offset=self.offset * factor + by)

    def evened(self, axes: tuple[int, ...]) -> Numbers:
        """All of them brought to mean 0 and spread 1 over some axes."""
        return msgspec.structs.replace(self, centered=axes, is_evened=True)

    def in_batches(self, size: int) -> Numbers:
        """The same, in batches of so many."""
        return msgspec.structs.replace(self, batch_size=size)

    def some_of(self, place: str, *, is_chosen: bool = False) -> Numbers:
        """The same, of which only some are taken at a place."""
        return msgspec.structs.replace(self, some_at=place, is_chosen=is_chosen)

    def set_at(self, place: str) -> Numbers:
        """The same, of which some are set at a place."""
        return msgspec.structs.replace(self, changed_at=place)

    def behind(self, op: ast.operator, other: Any, is_left: bool) -> Numbers | None:
        """`x / 255`, `1 - x`, `x - mean`, `(x - mean) / std` and `x / max`; None for other arithmetic.

        `is_left` says whether x stands on the left.
        """
        if isinstance(other, Statistic):
            return self._by(op, other) if is_left else None
        by = linear(op, other, is_left)
        return None if by is None else self.scaled(*by)

    def _by(self, op: ast.operator, other: Statistic) -> Numbers | None:
        match op, other.kind:
            case ast.Sub(), "mean" if self.centered is None:
                return msgspec.structs.replace(self, centered=other.axes)
            case ast.Div(), "std" if self.centered is not None:
                return msgspec.structs.replace(self, is_evened=True)
            case ast.Div(), "max" if other.axes == _EVERY and self == Numbers():
                return self.scaled(1 / WHITE)
        return None


def linear(op: ast.operator, number: Any, is_left: bool) -> tuple[float, float] | None:
    """What `x op number`, or `number op x`, multiplies by and then adds; None where it does something else."""
    if type(number) not in (int, float):
        return None
    match op:
        case ast.Div() if is_left and number:
            return 1 / number, 0.0
        case ast.Mult():
            return float(number), 0.0
        case ast.Add():
            return 1.0, float(number)
        case ast.Sub():
            return (1.0, -float(number)) if is_left else (-1.0, float(number))
    return None
