"""What a layer makes of its input: the shape that comes out, its parameters, and how much of the input an output sees.

Import `flow` from `network.rules`, which has a rule for every kind of layer: here it knows none. The rules repeat
Keras's arithmetic without loading Keras; a test holds them to Keras itself. One difference: Keras 3 lets a dimension
of 0 through, here a dimension below 1 is an error.
"""

from __future__ import annotations

import math
from functools import singledispatch

import msgspec

from cnn_tui.network.fields import Pair
from cnn_tui.network.layers import Layer
from cnn_tui.network.stack import Shape


class ShapeError(ValueError):
    """A layer cannot take the shape that it gets; the message says why."""


class RankError(ShapeError):
    """A layer needs a map and gets a row of numbers."""


class SizeError(ShapeError):
    """A window, or a border to cut off, is larger than the map that the layer gets."""


class DivisionError(ShapeError):
    """Channels or numbers cannot be divided evenly, as the layer's arguments ask for."""


class ClashError(ShapeError):
    """Arguments are allowed by themselves, but not together or not with this input."""


class CutError(ShapeError):
    """A network of Keras's is to be cut where it cannot be."""


class TooSmallError(ShapeError):
    """An image is smaller than a network of Keras's takes it."""


class Flow(msgspec.Struct, frozen=True):
    """What a layer makes of its input."""

    output_shape: Shape
    trainable: int = 0
    non_trainable: int = 0
    macs: int = 0
    """Multiplications for one image on its way through."""
    formula: str = ""
    """How the number of parameters comes about: `3·3·32·32 + 32`."""
    window: Pair | None = (1, 1)
    """Height and width of the part of the input that one output sees; None is all of it."""
    jump: Pair = (1, 1)
    """How far the window moves from one output to the next."""
    spread: Pair = (1, 1)
    """How many outputs there are for one pixel of the input, where the map grows."""

    @property
    def params(self) -> int:
        """All parameters of the layer, trainable or not."""
        return self.trainable + self.non_trainable


@singledispatch
def flow(layer: Layer, shape: Shape) -> Flow:
    """What `layer` makes of an input of `shape` (without the batch axis). Raises ShapeError."""
    raise NotImplementedError(f"{layer.type} has no shape rule in network/rules.py")


def size_of_map(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    """Height, width and channels of the map that `layer` gets. Raises RankError where it gets none."""
    if len(shape) != 3:
        what = "a row of numbers" if len(shape) == 1 else f"{len(shape)} dimensions"
        raise RankError(f"{layer.type} needs a map (height x width x channels), but gets {show(shape)}: {what}")
    return shape[0], shape[1], shape[2]


def slide_window(size: Pair, window: Pair, strides: Pair, padding: str, noun: str, layer: Layer) -> Pair:
    """Height and width after a window has slid over a map of `size`. Raises SizeError."""
    if padding == "same":
        return math.ceil(size[0] / strides[0]), math.ceil(size[1] / strides[1])
    if window[0] > size[0] or window[1] > size[1]:
        raise SizeError(f"{layer.type}'s {show(window)} {noun} does not fit the {show(size)} map it gets")
    return (size[0] - window[0]) // strides[0] + 1, (size[1] - window[1]) // strides[1] + 1


def count_weights(*parts: tuple[int, ...]) -> tuple[int, str]:
    """How many weights arrays of these shapes have together, and the sum as a person writes it: `3·3·32·32 + 32`."""
    return sum(map(math.prod, parts)), " + ".join("·".join(map(str, part)) for part in parts)


def show(shape: Shape) -> str:
    """A shape for people: `26x26x32`, `800`."""
    return "x".join(str(size) for size in shape)
