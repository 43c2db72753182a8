"""The layer that connects every input to every output."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import WIDTHS, Activate, Layer, UseBias, WeightPenalty, WeightStart


class Dense(Layer, frozen=True, tag=True):
    """Every input connected to every unit."""

    about: ClassVar[str] = "connects every input to every unit"
    explanation: ClassVar[str] = (
        "Every unit looks at every number that comes in: each is multiplied by a weight of its own, and all are "
        "added up. The convolutions find features; Dense layers decide what they add up to. The last one has a "
        "unit for each class, and with softmax its outputs are probabilities. Because everything is connected, it "
        "takes by far the most parameters, and with many of them a network learns its training images by heart: "
        "overfitting."
    )

    units: Annotated[
        int,
        argument(
            "How many outputs. In the last layer: one for each class.",
            start=128,
            ladder=WIDTHS,
            ge=1,
            le=2**31 - 1,
        ),
    ]
    activation: Activate = "linear"
    use_bias: UseBias = True
    kernel_initializer: WeightStart = "glorot_uniform"
    kernel_regularizer: WeightPenalty = None
