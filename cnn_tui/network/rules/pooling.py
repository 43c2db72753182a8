"""Shape rules of the layers that make a map smaller without learning anything."""

from __future__ import annotations

from cnn_tui.network import layers as kinds
from cnn_tui.network.shapes import Flow, flow, map_of, slide
from cnn_tui.network.stack import Shape


@flow.register(kinds.MaxPooling2D)
@flow.register(kinds.AveragePooling2D)
def _(layer: kinds.MaxPooling2D | kinds.AveragePooling2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    strides = layer.strides or layer.pool_size
    size = slide((height, width), layer.pool_size, strides, layer.padding, "window", layer)
    return Flow((*size, channels), window=layer.pool_size, jump=strides)


@flow.register(kinds.GlobalAveragePooling2D)
@flow.register(kinds.GlobalMaxPooling2D)
def _(layer: kinds.GlobalAveragePooling2D | kinds.GlobalMaxPooling2D, shape: Shape) -> Flow:
    *_, channels = map_of(layer, shape)
    return Flow((1, 1, channels) if layer.keepdims else (channels,), window=None)
