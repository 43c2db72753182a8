"""Shape rules of the layers that give back the shape they get."""

from __future__ import annotations

from cnn_tui.network import layers as kinds
from cnn_tui.network.shapes import ClashError, Flow, flow, map_of, weigh
from cnn_tui.network.stack import Shape


@flow.register(kinds.Activation)
@flow.register(kinds.Dropout)
@flow.register(kinds.GaussianNoise)
@flow.register(kinds.LeakyReLU)
@flow.register(kinds.ReLU)
@flow.register(kinds.Rescaling)
@flow.register(kinds.Softmax)
def _any_shape(layer: kinds.Layer, shape: Shape) -> Flow:
    return Flow(shape)


@flow.register(kinds.RandomFlip)
@flow.register(kinds.RandomRotation)
@flow.register(kinds.RandomTranslation)
@flow.register(kinds.RandomZoom)
@flow.register(kinds.SpatialDropout2D)
def _map_only(layer: kinds.Layer, shape: Shape) -> Flow:
    map_of(layer, shape)
    return Flow(shape)


@flow.register
def _(layer: kinds.RandomContrast, shape: Shape) -> Flow:
    map_of(layer, shape)
    black, white = layer.value_range
    if black >= white:
        raise ClashError(f"{layer.type}'s value_range goes from black to white, not from {black} to {white}")
    return Flow(shape)


@flow.register
def _(layer: kinds.BatchNormalization, shape: Shape) -> Flow:
    learned = layer.center + layer.scale
    _, formula = weigh((2 + learned, shape[-1]))
    return Flow(shape, learned * shape[-1], 2 * shape[-1], formula=formula)


@flow.register
def _(layer: kinds.LayerNormalization, shape: Shape) -> Flow:
    learned = layer.center + layer.scale
    weights, formula = weigh((learned, shape[-1]))
    return Flow(shape, weights, formula=formula if learned else "")


@flow.register
def _(layer: kinds.PReLU, shape: Shape) -> Flow:
    shared = layer.shared_axes or ()
    if any(axis > len(shape) for axis in shared):
        raise ClashError(
            f"{layer.type} cannot share its slopes along axis {max(shared)}: its input has {len(shape)} "
            f"{'axis' if len(shape) == 1 else 'axes'}"
        )
    weights, formula = weigh(tuple(1 if axis in shared else size for axis, size in enumerate(shape, 1)))
    return Flow(shape, weights, formula=formula)
