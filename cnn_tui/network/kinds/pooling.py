"""Layers that make a map smaller without learning anything."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import STEPS, Layer, PaddingMode
from cnn_tui.network.values import Pair

PoolSize = Annotated[
    Pair,
    argument(
        "Height x width of the window that becomes one number: 2x2 halves the map.",
        start=(2, 2),
        ladder=STEPS,
        ge=1,
        le=1024,
    ),
]
PoolStrides = Annotated[
    Pair | None,
    argument(
        "How far the window moves each time.",
        ladder=STEPS,
        ge=1,
        le=1024,
        optional_means="the same as pool_size",
    ),
]
KeepDims = Annotated[bool, argument("Whether height and width stay, as 1x1, so that a convolution can follow.")]


class MaxPooling2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "keeps the largest of each window: a smaller map"
    explanation: ClassVar[str] = (
        "Pooling, or subsampling, makes the feature maps smaller: of each window only the largest number is kept, "
        "which is where the feature was found most clearly. 2x2 keeps one number in four, so all that follows has "
        "less to compute, and a Dense layer behind it fewer weights. It also matters less where exactly a feature "
        "lies, which helps against overfitting. There is nothing to learn here, so it has no parameters."
    )

    pool_size: PoolSize = (2, 2)
    strides: PoolStrides = None
    padding: PaddingMode = "valid"


class AveragePooling2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "takes the mean of each window: a smaller, smoother map"
    explanation: ClassVar[str] = (
        "Subsampling like MaxPooling2D, but each window becomes the mean of its numbers. Nothing is thrown away "
        "outright; the map is blurred as it shrinks, so a single strong answer of a filter counts for less. "
        "Early networks such as LeNet pooled this way; between convolutions most now take the maximum."
    )

    pool_size: PoolSize
    strides: PoolStrides = None
    padding: PaddingMode = "valid"


class GlobalAveragePooling2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "turns each feature map into its mean, in place of Flatten"
    explanation: ClassVar[str] = (
        "Each feature map becomes a single number, its mean: how much of that feature the whole image has. It "
        "stands where a Flatten would, but hands the Dense layer one number per channel in place of one per pixel. "
        "That saves most of the parameters of a usual network and leaves it less room to overfit. What is lost is "
        "where in the image the feature was."
    )

    keepdims: KeepDims = False


class GlobalMaxPooling2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "turns each feature map into its largest number"
    explanation: ClassVar[str] = (
        "Each feature map becomes its largest number: whether the feature is anywhere in the image at all. Like "
        "GlobalAveragePooling2D it stands in place of a Flatten and saves a Dense layer most of its weights. While "
        "training, only the one pixel that won passes anything back, so the filters often learn more slowly."
    )

    keepdims: KeepDims = False
