"""Layers that a script calls twice: those that learn would have the same weights in both places."""

from __future__ import annotations

from cnn_tui.keras_io.code.values import CodeModel, Instance, Tensor, Value

_WITH_WEIGHTS = (
    "Application", "BatchNormalization", "Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D", "GroupNormalization",
    "LayerNormalization", "PReLU", "SeparableConv2D",
)  # fmt: skip
"""Kinds of layers that learn, so that one that is called twice is not two."""


def shared_layer(layer: Value, into: Tensor) -> Instance | None:
    """A layer that learns and is already among those before a tensor: this one, or one of a model; None for others."""
    again = layer.layers if isinstance(layer, CodeModel) else [layer]
    for one in again:
        if isinstance(one, Instance) and one.kind in _WITH_WEIGHTS and any(one is before for before in into.layers):
            return one
    return None
