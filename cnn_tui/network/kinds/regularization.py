"""Layers that disturb training a little, against overfitting."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import Layer, Rate


class Dropout(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "zeroes a random share while training, against overfitting"
    explanation: ClassVar[str] = (
        "In each training step a random share of the numbers is set to zero, another one every time, and the rest "
        "is made larger to match. No unit can rely on one particular other unit, so the network has to learn "
        "features that hold up by themselves: a common means against overfitting. It acts only while training; "
        "evaluate and predict see everything, and so the training accuracy can lie below the test accuracy. It "
        "usually stands between Dense layers."
    )

    rate: Rate


class SpatialDropout2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "zeroes whole feature maps at random while training"
    explanation: ClassVar[str] = (
        "A Dropout for convolutions: not single pixels but whole feature maps are set to zero while training. The "
        "neighbours of a pixel say nearly the same as the pixel, so leaving out single ones hides little; leaving "
        "out a whole map makes the network do without that feature. Like Dropout it works against overfitting and "
        "does nothing outside of training."
    )

    rate: Rate


class GaussianNoise(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "adds random noise while training, against overfitting"
    explanation: ClassVar[str] = (
        "To each number a small random one is added while training, so that the network never sees exactly the same "
        "image twice. What it learns must hold for slightly different images as well, which works against "
        "overfitting. The images here go from 0 to 1, so 0.1 is noise that one can see. Outside of training it "
        "does nothing."
    )

    stddev: Annotated[
        float,
        argument(
            "How strong the noise is (its standard deviation).",
            start=0.1,
            ladder=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
            ge=0,
            le=1,
        ),
    ]
