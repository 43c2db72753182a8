"""Shape rules of the layers that slide learned filters over a map."""

from __future__ import annotations

import math

from cnn_tui.network import layers as kinds
from cnn_tui.network.fields import Pair
from cnn_tui.network.shapes import ClashError, DivisionError, Flow, flow, map_of, show, slide, weigh
from cnn_tui.network.stack import Shape


@flow.register
def _(layer: kinds.Conv2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    _check_groups(layer, channels)
    _check_dilation(layer)
    reach = spread_kernel(layer.kernel_size, layer.dilation_rate)
    size = slide((height, width), reach, layer.strides, layer.padding, _noun(layer.dilation_rate), layer)
    kernel = (*layer.kernel_size, channels // layer.groups, layer.filters)
    weights, formula = weigh(kernel, *_bias(layer.use_bias, layer.filters))
    macs = math.prod(kernel) * math.prod(size)
    return Flow((*size, layer.filters), weights, 0, macs, formula, window=reach, jump=layer.strides)


@flow.register
def _(layer: kinds.DepthwiseConv2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    _check_strides(layer)
    reach = spread_kernel(layer.kernel_size, layer.dilation_rate)
    size = slide((height, width), reach, layer.strides, layer.padding, _noun(layer.dilation_rate), layer)
    made = channels * layer.depth_multiplier
    kernel = (*layer.kernel_size, channels, layer.depth_multiplier)
    weights, formula = weigh(kernel, *_bias(layer.use_bias, made))
    macs = math.prod(kernel) * math.prod(size)
    return Flow((*size, made), weights, 0, macs, formula, window=reach, jump=layer.strides)


@flow.register
def _(layer: kinds.SeparableConv2D, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    _check_strides(layer)
    reach = spread_kernel(layer.kernel_size, layer.dilation_rate)
    size = slide((height, width), reach, layer.strides, layer.padding, _noun(layer.dilation_rate), layer)
    apart = (*layer.kernel_size, channels, layer.depth_multiplier)
    mixed = (channels * layer.depth_multiplier, layer.filters)
    weights, formula = weigh(apart, mixed, *_bias(layer.use_bias, layer.filters))
    macs = (math.prod(apart) + math.prod(mixed)) * math.prod(size)
    return Flow((*size, layer.filters), weights, 0, macs, formula, window=reach, jump=layer.strides)


@flow.register
def _(layer: kinds.Conv2DTranspose, shape: Shape) -> Flow:
    height, width, channels = map_of(layer, shape)
    size = _grow((height, width), layer.kernel_size, layer.strides, layer.padding)
    kernel = (*layer.kernel_size, layer.filters, channels)
    weights, formula = weigh(kernel, *_bias(layer.use_bias, layer.filters))
    macs = math.prod(kernel) * height * width
    rows, columns = layer.kernel_size
    overlap = (math.ceil(rows / layer.strides[0]), math.ceil(columns / layer.strides[1]))
    return Flow((*size, layer.filters), weights, 0, macs, formula, window=overlap, spread=layer.strides)


def spread_kernel(kernel: Pair, dilation: Pair) -> Pair:
    """Height and width of what a kernel covers when its weights lie apart."""
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def _grow(size: Pair, kernel: Pair, strides: Pair, padding: str) -> Pair:
    if padding == "same":
        return size[0] * strides[0], size[1] * strides[1]
    return (
        (size[0] - 1) * strides[0] + max(kernel[0], strides[0]),
        (size[1] - 1) * strides[1] + max(kernel[1], strides[1]),
    )


def _bias(use_bias: bool, count: int) -> tuple[tuple[int], ...]:
    return ((count,),) if use_bias else ()


def _noun(dilation: Pair) -> str:
    return "kernel" if dilation == (1, 1) else "dilated kernel"


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
