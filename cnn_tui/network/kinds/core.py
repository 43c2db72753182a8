"""Dense, and activations as layers of their own."""

from __future__ import annotations

from typing import Annotated, ClassVar

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import WIDTHS, Activate, Layer, LearningLayer, UseBias, WeightPenalty, WeightStart
from cnn_tui.network.values import Ints

_SLOPES = (0.0, 0.01, 0.1, 0.2, 0.3)


class Dense(LearningLayer, frozen=True, tag=True):
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


class Activation(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "an activation as a layer of its own"
    explanation: ClassVar[str] = (
        "It does to each number what the activation argument of a Conv2D or Dense layer does: relu sets whatever is "
        "negative to zero, softmax turns a row into probabilities. As a layer of its own it can stand where the "
        "argument cannot, most often behind a BatchNormalization. Without activations a stack of layers could do "
        "no more than a single one."
    )

    activation: Activate


class ReLU(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "sets what is negative to zero; can be capped"
    explanation: ClassVar[str] = (
        "What is positive passes, what is negative becomes zero: on a feature map, only the places remain where the "
        "filter found its feature. As a layer it has options that the activation argument lacks: a cap (6 is "
        "usual in small networks), a slope for the negative side, and a threshold below which nothing passes."
    )

    max_value: Annotated[
        float | None,
        argument(
            "The largest number that is let through.",
            ladder=(1.0, 6.0, 20.0),
            ge=0,
            le=1_000_000,
            optional_means="there is no cap",
            none="none",
        ),
    ] = None
    negative_slope: Annotated[
        float, argument("What negative numbers are multiplied by.", ladder=_SLOPES, ge=0, le=100)
    ] = 0.0
    threshold: Annotated[
        float,
        argument("How large a number must be to pass.", ladder=(0.0, 0.1, 0.5, 1.0), ge=0, le=1_000_000),
    ] = 0.0


class LeakyReLU(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "like relu, but lets a little of the negative through"
    explanation: ClassVar[str] = (
        "A relu that leaks: negative numbers are not set to zero but made small. Behind a plain relu a filter that "
        "gives only negative numbers passes nothing back while training and never recovers; one speaks of a dead "
        "filter. With a small slope it goes on learning."
    )

    negative_slope: Annotated[
        float, argument("What negative numbers are multiplied by.", ladder=_SLOPES, ge=0, le=100)
    ] = 0.3


class ELU(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "like relu, but bends to a limit below zero"
    explanation: ClassVar[str] = (
        "What is positive passes; what is negative becomes alpha · (exp(x) - 1), which bends smoothly towards -alpha. "
        "So no filter goes dead, and the mean of the numbers stays nearer to 0 than behind a relu. The activation elu "
        "is the same with alpha 1."
    )

    alpha: Annotated[
        float, argument("How far below zero it goes at most.", ladder=(0.1, 0.5, 1.0, 2.0), ge=0, le=1000)
    ] = 1.0


class PReLU(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "a leaky relu that learns how much to let through"
    explanation: ClassVar[str] = (
        "A LeakyReLU whose slope for negative numbers is learned. Unless told otherwise it learns a slope for each "
        "number of the map, which is a great many; with shared_axes 1,2 height and width share theirs, and there is "
        "one for each channel."
    )

    shared_axes: Annotated[
        Ints | None,
        argument(
            "Axes along which one slope serves all: 1 is height, 2 width, 3 channels.",
            start=(1, 2),
            ladder=((1, 2),),
            ge=1,
            le=3,
            optional_means="each number has a slope of its own",
            none="none",
            between=",",
        ),
    ] = None
    alpha_regularizer: WeightPenalty = None


class Softmax(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "turns a row of numbers into probabilities"
    explanation: ClassVar[str] = (
        "It turns the numbers of a row into probabilities: all between 0 and 1, together 1, and the largest stays "
        "the largest. At the end of a network each is how sure it is of one class; this is what predict returns and "
        "what the loss compares with the right answer. It does the same as activation softmax in the last Dense "
        "layer, so use one of the two."
    )
