"""The shape rules, one for each layer kind, by family. Loading this module registers them with `flow`.

A rule says what comes out of a layer, how many numbers the layer learns, and what one output sees of the input.
"""

from __future__ import annotations

import math

from cnn_tui.network import layers as kinds
from cnn_tui.network.fields import Pair
from cnn_tui.network.kinds.application import facts_of, side_after
from cnn_tui.network.shapes import (
    ClashError,
    CutError,
    DivisionError,
    Flow,
    SizeError,
    TooSmallError,
    count_weights,
    flow,
    show,
    size_of_map,
    slide_window,
)
from cnn_tui.network.stack import Shape
from cnn_tui.network.values import SIDES, show_value, sides_of
from cnn_tui.text import counted, did_you_mean, quiet

__all__ = ["flow"]

_TABLE_SIDE = 224
"""Height and width of the image that the table of applications counts multiplications for."""

_BLENDED = {"nearest": 1, "bilinear": 2, "bicubic": 4, "lanczos3": 6, "lanczos5": 10}
"""How many pixels, along each axis, an interpolation makes one of."""


# Layers that slide learned filters over a map


@flow.register
def _(layer: kinds.Conv2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    _check_groups(layer, channels)
    _check_dilation(layer)
    size, reach = _slide_kernel(layer, (height, width))
    kernel = (*layer.kernel_size, channels // layer.groups, layer.filters)
    weights, formula = count_weights(kernel, *_bias(layer.use_bias, layer.filters))
    macs = math.prod(kernel) * math.prod(size)
    return Flow((*size, layer.filters), weights, 0, macs, formula, window=reach, jump=layer.strides)


@flow.register
def _(layer: kinds.DepthwiseConv2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    _check_strides(layer)
    size, reach = _slide_kernel(layer, (height, width))
    made = channels * layer.depth_multiplier
    kernel = (*layer.kernel_size, channels, layer.depth_multiplier)
    weights, formula = count_weights(kernel, *_bias(layer.use_bias, made))
    macs = math.prod(kernel) * math.prod(size)
    return Flow((*size, made), weights, 0, macs, formula, window=reach, jump=layer.strides)


@flow.register
def _(layer: kinds.SeparableConv2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    _check_strides(layer)
    size, reach = _slide_kernel(layer, (height, width))
    apart = (*layer.kernel_size, channels, layer.depth_multiplier)
    mixed = (channels * layer.depth_multiplier, layer.filters)
    weights, formula = count_weights(apart, mixed, *_bias(layer.use_bias, layer.filters))
    macs = (math.prod(apart) + math.prod(mixed)) * math.prod(size)
    return Flow((*size, layer.filters), weights, 0, macs, formula, window=reach, jump=layer.strides)


@flow.register
def _(layer: kinds.Conv2DTranspose, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    size = _grow((height, width), layer.kernel_size, layer.strides, layer.padding)
    kernel = (*layer.kernel_size, layer.filters, channels)
    weights, formula = count_weights(kernel, *_bias(layer.use_bias, layer.filters))
    macs = math.prod(kernel) * height * width
    rows, columns = layer.kernel_size
    overlap = (math.ceil(rows / layer.strides[0]), math.ceil(columns / layer.strides[1]))
    return Flow((*size, layer.filters), weights, 0, macs, formula, window=overlap, spread=layer.strides)


def _slide_kernel(layer: kinds.Conv2D | kinds.DepthwiseConv2D | kinds.SeparableConv2D, size: Pair) -> tuple[Pair, Pair]:
    """Height and width of what comes out, and of what the kernel covers; with a dilation, its weights lie apart."""
    (height, width), (down, across) = layer.kernel_size, layer.dilation_rate
    reach = ((height - 1) * down + 1, (width - 1) * across + 1)
    noun = "kernel" if layer.dilation_rate == (1, 1) else "dilated kernel"
    return slide_window(size, reach, layer.strides, layer.padding, noun, layer), reach


def _grow(size: Pair, kernel: Pair, strides: Pair, padding: str) -> Pair:
    if padding == "same":
        return size[0] * strides[0], size[1] * strides[1]
    return (
        (size[0] - 1) * strides[0] + max(kernel[0], strides[0]),
        (size[1] - 1) * strides[1] + max(kernel[1], strides[1]),
    )


def _bias(use_bias: bool, count: int) -> tuple[tuple[int], ...]:
    return ((count,),) if use_bias else ()


def _check_groups(layer: kinds.Conv2D, channels: int) -> None:
    for count, what in ((channels, "channels it gets"), (layer.filters, "filters it has")):
        if count % layer.groups:
            raise DivisionError(f"{layer.type} cannot split the {what} ({count}) into {layer.groups} equal groups")


def _check_dilation(layer: kinds.Conv2D) -> None:
    if max(layer.strides) > 1 and max(layer.dilation_rate) > 1:
        raise ClashError(
            f"{layer.type} takes strides {show(layer.strides)} or dilation_rate {show(layer.dilation_rate)}, "
            "but not both: one of them has to be 1x1"
        )


def _check_strides(layer: kinds.DepthwiseConv2D | kinds.SeparableConv2D) -> None:
    # TensorFlow's documentation says so. With oneDNN it goes, but not on a GPU, nor on every processor.
    if layer.strides[0] != layer.strides[1] and layer.dilation_rate == (1, 1):
        raise ClashError(f"{layer.type}'s strides have to be the same in height and width, not {show(layer.strides)}")


# The layer that connects everything with everything


@flow.register
def _(layer: kinds.Dense, shape: Shape) -> Flow:
    weights, formula = count_weights((shape[-1], layer.units), *_bias(layer.use_bias, layer.units))
    macs = math.prod(shape) * layer.units
    # On a map it works pixel by pixel, as a convolution of 1x1 does.
    window = (1, 1) if len(shape) == 3 else None
    return Flow((*shape[:-1], layer.units), weights, 0, macs, formula, window=window)


# Layers that make a map smaller without learning anything


@flow.register(kinds.MaxPooling2D)
@flow.register(kinds.AveragePooling2D)
def _(layer: kinds.MaxPooling2D | kinds.AveragePooling2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    strides = layer.strides or layer.pool_size
    size = slide_window((height, width), layer.pool_size, strides, layer.padding, "window", layer)
    return Flow((*size, channels), window=layer.pool_size, jump=strides)


@flow.register(kinds.GlobalAveragePooling2D)
@flow.register(kinds.GlobalMaxPooling2D)
def _(layer: kinds.GlobalAveragePooling2D | kinds.GlobalMaxPooling2D, shape: Shape) -> Flow:
    *_, channels = size_of_map(layer, shape)
    return Flow((1, 1, channels) if layer.keepdims else (channels,), window=None)


# Layers that arrange the same numbers in another way, repeat them, or cut some off


@flow.register
def _(layer: kinds.ZeroPadding2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    rows, columns = sides_of(layer.padding)
    return Flow((height + sum(rows), width + sum(columns), channels))


@flow.register
def _(layer: kinds.Cropping2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    rows, columns = sides_of(layer.cropping)
    size = (height - sum(rows), width - sum(columns))
    if min(size) < 1:
        raise SizeError(
            f"{layer.type} cuts {show_value(layer.cropping, SIDES)} off each side, which leaves nothing of the "
            f"{height}x{width} map it gets"
        )
    return Flow((*size, channels))


@flow.register
def _(layer: kinds.UpSampling2D, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    blended = _BLENDED[layer.interpolation]
    window = (blended if layer.size[0] > 1 else 1, blended if layer.size[1] > 1 else 1)
    return Flow((height * layer.size[0], width * layer.size[1], channels), window=window, spread=layer.size)


@flow.register
def _(layer: kinds.Resizing, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    size, blended = (layer.height, layer.width), _BLENDED[layer.interpolation]
    window = (blended if size[0] != height else 1, blended if size[1] != width else 1)
    return Flow((*size, channels), window=window, jump=(height, width), spread=size)


@flow.register(kinds.CenterCrop)
@flow.register(kinds.RandomCrop)
def _(layer: kinds.CenterCrop | kinds.RandomCrop, shape: Shape) -> Flow:
    *_, channels = size_of_map(layer, shape)
    return Flow((layer.height, layer.width, channels))


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


# Layers that give back the shape they get


@flow.register(kinds.Activation)
@flow.register(kinds.Dropout)
@flow.register(kinds.ELU)
@flow.register(kinds.GaussianNoise)
@flow.register(kinds.LeakyReLU)
@flow.register(kinds.ReLU)
@flow.register(kinds.Rescaling)
@flow.register(kinds.Softmax)
def _any_shape(layer: kinds.Layer, shape: Shape) -> Flow:
    return Flow(shape)


@flow.register(kinds.RandomFlip)
@flow.register(kinds.RandomRotation)
@flow.register(kinds.RandomShear)
@flow.register(kinds.RandomTranslation)
@flow.register(kinds.RandomZoom)
@flow.register(kinds.SpatialDropout2D)
def _map_only(layer: kinds.Layer, shape: Shape) -> Flow:
    size_of_map(layer, shape)
    return Flow(shape)


@flow.register(kinds.RandomBrightness)
@flow.register(kinds.RandomContrast)
def _(layer: kinds.RandomBrightness | kinds.RandomContrast, shape: Shape) -> Flow:
    size_of_map(layer, shape)
    black, white = layer.value_range
    if black >= white:
        raise ClashError(f"{layer.type}'s value_range goes from black to white, not from {black} to {white}")
    return Flow(shape)


@flow.register
def _(layer: kinds.Application, shape: Shape) -> Flow:
    height, width, channels = size_of_map(layer, shape)
    facts = facts_of(layer.architecture)
    cut = facts.cuts.get(layer.cut or facts.last)
    if cut is None:
        near = did_you_mean(layer.cut, facts.cuts, quoted=True) or f' Its last one is "{facts.last}".'
        raise CutError(f'{layer.architecture} cannot be cut after "{quiet(layer.cut, 60)}".{near}')
    if min(height, width) < facts.least:
        least = f"{facts.least}x{facts.least}"
        raise TooSmallError(f"{layer.architecture} takes images from {least} on, not {height}x{width}")
    if channels not in (1, 3):
        raise ClashError(f"{layer.architecture} takes images of 3 channels, or grey ones of 1, not of {channels}")
    size = (side_after(cut.steps, height), side_after(cut.steps, width))
    macs = round(cut.macs * height * width / _TABLE_SIDE**2)
    formula = f"{cut.trainable} + {cut.non_trainable}"
    frozen = cut.trainable - layer.learned() if layer.trainable else 0
    return Flow((*size, cut.channels), cut.trainable - frozen, cut.non_trainable + frozen, macs, formula, window=None)


@flow.register
def _(layer: kinds.Normalization, shape: Shape) -> Flow:
    if layer.axis == "pixel" and len(shape) != 3:
        raise ClashError(f"{layer.type} by pixel wants images, not {show(shape)} numbers")
    apart = {"channel": shape[-1:], "pixel": shape, "all": ()}[layer.axis]
    counted_ones, formula = count_weights((2, *apart), (1,))
    return Flow(shape, 0, counted_ones, formula=formula)


@flow.register
def _(layer: kinds.UnitNormalization, shape: Shape) -> Flow:
    if layer.axis in ("row", "image") and len(shape) != 3:
        raise ClashError(f"{layer.type} by {layer.axis} wants a map, not {show(shape)} numbers")
    return Flow(shape)


@flow.register
def _(layer: kinds.BatchNormalization, shape: Shape) -> Flow:
    learned = layer.center + layer.scale
    _, formula = count_weights((2 + learned, shape[-1]))
    return Flow(shape, learned * shape[-1], 2 * shape[-1], formula=formula)


@flow.register
def _(layer: kinds.LayerNormalization, shape: Shape) -> Flow:
    learned = layer.center + layer.scale
    weights, formula = count_weights((learned, shape[-1]))
    return Flow(shape, weights, formula=formula if learned else "")


@flow.register
def _(layer: kinds.PReLU, shape: Shape) -> Flow:
    shared = layer.shared_axes or ()
    if any(axis > len(shape) for axis in shared):
        raise ClashError(
            f"{layer.type} cannot share its slopes along axis {max(shared)}: its input has {len(shape)} "
            f"{'axis' if len(shape) == 1 else 'axes'}"
        )
    weights, formula = count_weights(tuple(1 if axis in shared else size for axis, size in enumerate(shape, 1)))
    return Flow(shape, weights, formula=formula)
