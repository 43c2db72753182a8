"""Layers that bring their inputs to a common scale."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import Layer, LearningLayer

Epsilon = Annotated[
    float,
    argument(
        "A little that is added to the variance, so that nothing is divided by zero.",
        ladder=(1e-6, 1e-5, 1e-4, 1e-3, 1e-2),
        ge=1e-12,
        le=1,
    ),
]
Center = Annotated[bool, argument("Whether a learned number is added to each channel at the end.")]
Scale = Annotated[bool, argument("Whether each channel is multiplied by a learned number at the end.")]


class BatchNormalization(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "evens out each channel over the batch: faster, steadier training"
    explanation: ClassVar[str] = (
        "Each channel is brought to mean 0 and spread 1 over the images of a batch, and then scaled and shifted by "
        "two learned numbers. The layers behind it get numbers of a steady size, so one can train faster and with "
        "a larger learning rate. For every channel it keeps four numbers: two are learned, and two, the running "
        "mean and variance, are only counted along and stand in for the batch when one evaluates or predicts: "
        "they are the non-trainable parameters of the summary. Frozen, it takes the running ones also in training."
    )

    momentum: Annotated[
        float,
        argument(
            "How slowly the running mean and variance follow the batches; lower for short trainings.",
            ladder=(0.5, 0.8, 0.9, 0.95, 0.99, 0.999),
            ge=0,
            le=1,
        ),
    ] = 0.99
    epsilon: Epsilon = 0.001
    center: Center = True
    scale: Scale = True


class LayerNormalization(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "evens out the channels at each place, image by image"
    explanation: ClassVar[str] = (
        "At each place of the map the channels are brought to mean 0 and spread 1, and then scaled and shifted by "
        "learned numbers. It looks at one image at a time, so unlike BatchNormalization it does not depend on the "
        "batch and does the same while training and afterwards. It is the choice for small batches; with "
        "convolutions and usual batches BatchNormalization mostly does better."
    )

    epsilon: Epsilon = 0.001
    center: Center = True
    scale: Scale = True


LENGTH_AXES: dict[str, int | tuple[int, ...]] = {"channel": -1, "column": 1, "row": 2, "image": (1, 2, 3)}
"""By the names that they have here, the axes of Keras's along which a UnitNormalization takes a length."""


class UnitNormalization(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "makes each pixel, row, column or image 1 long"
    explanation: ClassVar[str] = (
        "Numbers that belong together, as those of a column of an image, are taken for a vector and divided by its "
        "length, the root of the sum of their squares, so that it is 1 long afterwards: bright and dark images come to "
        "look alike. It learns nothing and looks at one image at a time. On images it does what keras.utils.normalize "
        "does in many scripts; of grey pixels each alone becomes 1, unless it is black."
    )

    axis: Annotated[
        Literal["channel", "column", "row", "image"],
        argument(
            "Which numbers are a vector: the channels of each pixel or, behind a Flatten, all; each column or each row "
            "of each channel; or each image as a whole."
        ),
    ] = "channel"

    def for_keras(self, name: str) -> Any:
        """The axes of a batch along which the length is taken, of `axis`."""
        return LENGTH_AXES[self.axis] if name == "axis" else getattr(self, name)


KEPT_AXES: dict[str, int | tuple[int, ...] | None] = {"channel": -1, "pixel": (1, 2, 3), "all": None}
"""By the names that they have here, the axes for whose places a Normalization of Keras's counts apart."""


class Normalization(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "brings images to mean 0 and spread 1, by the training images"
    explanation: ClassVar[str] = (
        "Before training it looks at all training images once and counts the mean and the variance of each channel, "
        "or of each number of an image, or of all numbers together. From then on it takes away the one and divides by "
        "the root of the other, for every image alike. It stands at the start, where it does for images what one does "
        "by hand with their mean. The numbers that it counts are non-trainable parameters, beside one more that Keras "
        "keeps with them."
    )

    axis: Annotated[
        Literal["channel", "pixel", "all"],
        argument(
            "What has a mean and a variance of its own: each channel, each number of an image (pixel, for images "
            "only), or all of them one."
        ),
    ] = "channel"

    def for_keras(self, name: str) -> Any:
        """The axes of a batch that keep their own numbers, of `axis`."""
        return KEPT_AXES[self.axis] if name == "axis" else getattr(self, name)
