"""Random stacks that mostly fit: each layer is made for the shape that the layers above it give."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from hypothesis import strategies as st

from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.layers import AnyLayer, Conv2D, DepthwiseConv2D, SeparableConv2D, new_layer
from cnn_tui.network.rules import flow
from cnn_tui.network.shapes import ShapeError, SizeError
from cnn_tui.network.stack import Shape, Stack
from tests.network.strategies import KERAS_LAYERS, values

MOST_NUMBERS = 6_000
"""In an output: what makes a layer slow is not what makes it wrong."""

ON_ROWS = [
    kind
    for kind in KERAS_LAYERS
    if not kind.startswith(("Random", "Global", "Zero", "Cropping", "Up", "Spatial")) and not kind.endswith("2D")
    if kind != "Conv2DTranspose"
]


def plausible_stacks(most: int = 8) -> st.SearchStrategy[Stack]:
    """Stacks of all kinds of layers with any arguments, most of which can be built."""
    return _stacks(most)


@st.composite
def _stacks(draw: st.DrawFn, most: int) -> Stack:
    image = draw(st.tuples(st.integers(1, 14), st.integers(1, 14), st.integers(1, 4)))
    shape: Shape = image
    layers: list[AnyLayer] = []
    for _ in range(draw(st.integers(2, most))):
        fitting = ON_ROWS if len(shape) != 3 else list(KERAS_LAYERS)
        odd = draw(st.integers(0, 11)) == 0
        layer = draw(plausible_layer(draw(st.sampled_from(list(KERAS_LAYERS) if odd else fitting)), shape))
        try:
            made = flow(layer, shape).output_shape if layer.enabled else shape
        except ShapeError:
            layers.append(layer)
            break
        if math.prod(made) <= MOST_NUMBERS:
            layers.append(layer)
            shape = made
    return Stack(image, tuple(layers))


@st.composite
def plausible_layer(draw: st.DrawFn, kind: str, shape: Shape) -> AnyLayer:
    """A layer of `kind` that has a good chance on an input of `shape`."""
    changes: dict[str, Any] = {"enabled": draw(st.integers(0, 15)) > 0}
    for field in fields_of(KERAS_LAYERS[kind]):
        if draw(st.booleans()) or field.name in ("filters", "units"):
            changes[field.name] = draw(_value(field, shape))
    layer = msgspec.structs.replace(new_layer(kind), **changes)
    return _soothed(draw, layer, shape) if draw(st.integers(0, 5)) else layer


def _soothed(draw: st.DrawFn, layer: AnyLayer, shape: Shape) -> AnyLayer:
    """A convolution whose arguments go together; other layers as they are."""
    calm: dict[str, Any] = {}
    strides, dilation = getattr(layer, "strides", None) or (1, 1), getattr(layer, "dilation_rate", (1, 1))
    if max(strides) > 1 and max(dilation) > 1:
        calm = draw(st.sampled_from([{"strides": (1, 1)}, {"dilation_rate": (1, 1)}]))
    if isinstance(layer, DepthwiseConv2D | SeparableConv2D):
        calm["strides"] = (strides[0], strides[0])
    if isinstance(layer, Conv2D) and layer.groups > 1:
        groups = draw(st.sampled_from([size for size in range(1, shape[-1] + 1) if shape[-1] % size == 0]))
        calm |= {"groups": groups, "filters": groups * draw(st.integers(1, 3)) + draw(st.sampled_from([0] * 4 + [1]))}
    soothed = msgspec.structs.replace(layer, **calm)
    try:
        flow(soothed, shape)
    except SizeError:
        if getattr(layer, "padding", None) == "valid":
            soothed = msgspec.structs.replace(soothed, padding="same")
    except ShapeError:
        pass
    return soothed


def _value(field: Field, shape: Shape) -> st.SearchStrategy[Any]:
    if field.name in ("kernel_size", "pool_size"):
        side = st.integers(1, max(2, min(7, *shape[:2])))
        return st.tuples(side, side)
    if field.name == "cropping":
        side = st.integers(0, 3)
        return st.tuples(side, side) | st.tuples(side, side, side, side)
    if field.name == "groups":
        return st.sampled_from([1, 1, 2, 3, shape[-1]])
    if field.name == "filters":
        return st.sampled_from([1, 2, 3, 4, 6, 2 * shape[-1], shape[-1]]).map(lambda count: min(count, 12))
    if field.name == "target_shape":
        return _target(shape)
    if field.name == "value_range":
        return st.sampled_from([(0, 1), (0, 255), (3, 3), (9, 1)])
    return values(field, 3 if field.kind in ("pair", "borders") else 12)


def _target(shape: Shape) -> st.SearchStrategy[tuple[int, ...]]:
    count = math.prod(shape)
    last = st.sampled_from([size for size in range(1, count + 1) if count % size == 0])
    split = last.map(lambda size: (count // size, size))
    with_rest = last.map(lambda size: (-1, size))
    return st.sampled_from([(-1,), (count,), (1, 1, count), (*shape, 1), shape[::-1], (*shape[:-1], -1)]) | (
        split | with_rest | st.just((count + 1,)) | st.tuples(st.integers(1, 9), st.just(-1))
    )
