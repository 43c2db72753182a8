"""One shape rule per layer kind: what comes out, and how many numbers it learns.

The rules repeat Keras's arithmetic without loading it; a test holds them to Keras itself. One difference: Keras 3
lets a dimension of 0 through, here a dimension below 1 is an error.
"""

from __future__ import annotations

import math
from functools import singledispatch

import msgspec

from cnn_tui.network import layers as kinds
from cnn_tui.network.fields import Pair
from cnn_tui.network.layers import Layer
from cnn_tui.network.stack import Shape


class ShapeError(ValueError):
    """A layer that cannot take the shape it gets; the message says why, in words."""


class RankError(ShapeError):
    """A layer that wants a map and gets a row, or the reverse."""


class SizeError(ShapeError):
    """A window that is larger than the map under it."""


class Flow(msgspec.Struct, frozen=True):
    """What a layer makes of its input."""

    output_shape: Shape
    trainable: int = 0
    non_trainable: int = 0
    macs: int = 0
    """Multiplications for one image on its way through."""
    formula: str = ""
    """How the parameters come about, as `3·3·32·32 + 32`."""

    @property
    def params(self) -> int:
        """All parameters of the layer."""
        return self.trainable + self.non_trainable


@singledispatch
def flow(layer: Layer, shape: Shape) -> Flow:
    """What `layer` makes of an input of `shape` (without the batch axis). Raises ShapeError."""
    raise NotImplementedError(f"{layer.type} has no shape rule in network/shapes.py")


@flow.register
def _(layer: kinds.Conv2D, shape: Shape) -> Flow:
    height, width, channels = _map(layer, shape)
    rows, columns = layer.kernel_size
    size = _slide((height, width), layer.kernel_size, layer.strides, layer.padding, "kernel", layer)
    weights = rows * columns * channels * layer.filters
    macs = weights * math.prod(size)
    formula = f"{rows}·{columns}·{channels}·{layer.filters}"
    if layer.use_bias:
        weights += layer.filters
        formula += f" + {layer.filters}"
    return Flow((*size, layer.filters), trainable=weights, macs=macs, formula=formula)


@flow.register(kinds.MaxPooling2D)
@flow.register(kinds.AveragePooling2D)
def _(layer: kinds.MaxPooling2D | kinds.AveragePooling2D, shape: Shape) -> Flow:
    height, width, channels = _map(layer, shape)
    strides = layer.strides or layer.pool_size
    size = _slide((height, width), layer.pool_size, strides, layer.padding, "window", layer)
    return Flow((*size, channels))


@flow.register
def _(layer: kinds.Flatten, shape: Shape) -> Flow:
    return Flow((math.prod(shape),))


@flow.register
def _(layer: kinds.Dense, shape: Shape) -> Flow:
    weights = shape[-1] * layer.units
    macs = weights * math.prod(shape[:-1])
    formula = f"{shape[-1]}·{layer.units}"
    if layer.use_bias:
        weights += layer.units
        formula += f" + {layer.units}"
    return Flow((*shape[:-1], layer.units), trainable=weights, macs=macs, formula=formula)


@flow.register
def _(layer: kinds.Dropout, shape: Shape) -> Flow:
    return Flow(shape)


def _map(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise RankError(
            f"{layer.type} needs a map (height x width x channels), but gets {show(shape)}: a row of numbers"
        )
    return shape[0], shape[1], shape[2]


def _slide(size: Pair, window: Pair, strides: Pair, padding: str, noun: str, layer: Layer) -> Pair:
    if padding == "same":
        return math.ceil(size[0] / strides[0]), math.ceil(size[1] / strides[1])
    if window[0] > size[0] or window[1] > size[1]:
        raise SizeError(
            f"{layer.type}'s {window[0]}x{window[1]} {noun} does not fit the {size[0]}x{size[1]} map it gets"
        )
    return (size[0] - window[0]) // strides[0] + 1, (size[1] - window[1]) // strides[1] + 1


def show(shape: Shape) -> str:
    """A shape for people: `26x26x32`, `800`."""
    return "x".join(str(size) for size in shape)
