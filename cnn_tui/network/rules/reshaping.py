"""Shape rules of the layers that arrange the same numbers in another way, repeat them, or cut some off."""

from __future__ import annotations

import math

from cnn_tui.network import layers as kinds
from cnn_tui.network.shapes import DivisionError, Flow, SizeError, flow, map_of, show
from cnn_tui.network.stack import Shape
from cnn_tui.text import counted

_NEIGHBOURS = {"nearest": 1, "bilinear": 2, "bicubic": 4, "lanczos3": 6, "lanczos5": 10}


@flow.register
def _(layer: kinds.ZeroPadding2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    return Flow((height + 2 * layer.padding[0], width + 2 * layer.padding[1], channels))


@flow.register
def _(layer: kinds.Cropping2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    size = (height - 2 * layer.cropping[0], width - 2 * layer.cropping[1])
    if min(size) < 1:
        raise SizeError(
            f"{layer.type} cuts {show(layer.cropping)} off each side, which leaves nothing of the "
            f"{height}x{width} map it gets"
        )
    return Flow((*size, channels))


@flow.register
def _(layer: kinds.UpSampling2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    blended = _NEIGHBOURS[layer.interpolation]
    window = (blended if layer.size[0] > 1 else 1, blended if layer.size[1] > 1 else 1)
    return Flow((height * layer.size[0], width * layer.size[1], channels), window=window, spread=layer.size)


@flow.register
def _(layer: kinds.Flatten, shape: Shape) -> Flow:
    return Flow((math.prod(shape),), window=None)


@flow.register
def _(layer: kinds.Reshape, shape: Shape) -> Flow:
    count = math.prod(shape)
    known = math.prod(size for size in layer.target_shape if size != -1)
    if count % known or (-1 not in layer.target_shape and count != known):
        raise DivisionError(
            f"{layer.type} cannot make {show(layer.target_shape)} of {show(shape)}: "
            f"{counted(count, 'number')} {'does' if count == 1 else 'do'} not fill it exactly"
        )
    made = tuple(count // known if size == -1 else size for size in layer.target_shape)
    # The pixels stay where they are only if height and width do.
    return Flow(made, window=(1, 1) if made[:-1] == shape[:-1] else None)
