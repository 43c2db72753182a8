"""Which layers compute in float32 whatever the experiment's precision is. The training and the export both ask here."""

from __future__ import annotations

from cnn_tui.network.layers import AnyLayer, RandomRotation, RandomTranslation, RandomZoom, UpSampling2D
from cnn_tui.network.stack import Stack


def float32_layers(stack: Stack) -> frozenset[int]:
    """The positions of the layers that compute in float32: the last one, and those that cannot do otherwise.

    An answer in half precision would be too coarse for the loss, says TensorFlow's guide to mixed precision:
    https://www.tensorflow.org/guide/mixed_precision
    """
    enabled = list(stack.enabled())
    last = {enabled[-1][0]} if enabled else set()
    return frozenset(last | {at for at, layer in enabled if _needs_float32(layer)})


def blends_widely(layer: AnyLayer) -> bool:
    """Whether the layer enlarges an image in one of the ways that XLA cannot compile."""
    return isinstance(layer, UpSampling2D) and layer.interpolation in ("bicubic", "lanczos3", "lanczos5")


def _needs_float32(layer: AnyLayer) -> bool:
    """Whether TensorFlow has the layer's way back in float32 only: elsewhere it fails, or learns nothing above it."""
    return blends_widely(layer) or isinstance(layer, RandomRotation | RandomTranslation | RandomZoom)
