"""Layers that slide learned filters over a map."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import (
    STEPS,
    Activate,
    DepthMultiplier,
    DilationRate,
    Filters,
    KernelSize,
    LearningLayer,
    PaddingMode,
    Strides,
    UseBias,
    WeightPenalty,
    WeightStart,
)
from cnn_tui.network.values import Pair


class Conv2D(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "slides learned filters over the map; each finds one feature"
    explanation: ClassVar[str] = (
        "A filter is a small square of weights. It slides over the image, and at each place the pixels under it are "
        "multiplied by its weights and added up; the sums are a new image, the feature map, which is bright where "
        "the filter found its feature. The layer learns many filters at once, each of them over all channels. "
        "With padding valid the map shrinks and the pixels at the border count less; padding same adds a border "
        "of zeros against both. The same few weights serve the whole image, so a convolution needs far fewer "
        "parameters than a Dense layer."
    )

    filters: Filters
    kernel_size: KernelSize
    activation: Activate = "linear"
    padding: PaddingMode = "valid"
    strides: Strides = (1, 1)
    use_bias: UseBias = True
    dilation_rate: DilationRate = (1, 1)
    groups: Annotated[
        int,
        argument(
            "Into how many groups the channels are split; a filter sees the channels of one group only.",
            ladder=(1, 2, 4, 8, 16, 32),
            ge=1,
            le=65536,
        ),
    ] = 1
    kernel_initializer: WeightStart = "glorot_uniform"
    kernel_regularizer: WeightPenalty = None


class DepthwiseConv2D(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "gives each channel filters of its own, and mixes none"
    explanation: ClassVar[str] = (
        "Each channel of the map is convolved with its own filter, and the channels are never added together. "
        "That takes a small part of the weights and the arithmetic of a Conv2D. Since nothing is mixed, a Conv2D "
        "of 1x1 usually follows, which combines the channels; SeparableConv2D is both in one. Small networks for "
        "telephones, such as MobileNet, are built of these."
    )

    kernel_size: KernelSize
    depth_multiplier: DepthMultiplier = 1
    activation: Activate = "linear"
    padding: PaddingMode = "valid"
    strides: Strides = (1, 1)
    use_bias: UseBias = True
    dilation_rate: DilationRate = (1, 1)
    depthwise_initializer: WeightStart = "glorot_uniform"
    depthwise_regularizer: WeightPenalty = None


class SeparableConv2D(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "a cheaper Conv2D: first each channel alone, then a 1x1 mix"
    explanation: ClassVar[str] = (
        "It does the work of a Conv2D in two steps. First each channel is convolved with a filter of its own, which "
        "looks for patterns in space; then a convolution of 1x1 mixes the channels into as many feature maps as "
        "there are filters. For 3x3 filters this takes about a ninth of the weights and multiplications, often at "
        "little cost in accuracy. Compare the two in the summary."
    )

    filters: Filters
    kernel_size: KernelSize
    activation: Activate = "linear"
    padding: PaddingMode = "valid"
    strides: Strides = (1, 1)
    depth_multiplier: DepthMultiplier = 1
    use_bias: UseBias = True
    dilation_rate: DilationRate = (1, 1)
    depthwise_initializer: WeightStart = "glorot_uniform"
    pointwise_initializer: WeightStart = "glorot_uniform"
    depthwise_regularizer: WeightPenalty = None
    pointwise_regularizer: WeightPenalty = None


class Conv2DTranspose(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "a convolution run backwards: makes the map larger"
    explanation: ClassVar[str] = (
        "It goes the way of a convolution backwards: each number of the small map stamps the filter, weighted by "
        "that number, onto a larger map, and overlapping stamps add up. With strides 2x2 the map doubles in height "
        "and width. Networks that draw images or mark every pixel use it to undo subsampling with weights that "
        "are learned, where UpSampling2D only repeats pixels. When the kernel is no multiple of the strides, "
        "the uneven overlap can leave a checkerboard."
    )

    filters: Filters
    kernel_size: KernelSize
    activation: Activate = "linear"
    padding: PaddingMode = "valid"
    strides: Annotated[
        Pair,
        argument("How far apart the stamps lie: 2x2 doubles the map.", start=(2, 2), ladder=STEPS, ge=1, le=1024),
    ] = (1, 1)
    use_bias: UseBias = True
    kernel_initializer: WeightStart = "glorot_uniform"
    kernel_regularizer: WeightPenalty = None
