"""A network that Keras has ready, and has trained on ImageNet, as one layer: what transfer learning begins with."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import LearningLayer

_TABLE = Path(__file__).with_name("applications.json")

Architecture = Literal[
    "MobileNetV2",
    "MobileNet",
    "VGG16",
    "VGG19",
    "InceptionV3",
    "Xception",
    "ResNet50",
    "ResNet50V2",
    "ResNet101",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionResNetV2",
    "ResNet152",
    "ResNet101V2",
    "ResNet152V2",
    "DenseNet169",
    "DenseNet201",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2S",
]


FROM_MINUS_1 = (
    *("MobileNetV2", "MobileNet", "InceptionV3", "Xception", "InceptionResNetV2"),
    *("ResNet50V2", "ResNet101V2", "ResNet152V2"),
)
"""Architectures that learned images from -1 to 1."""
BLUE_FIRST = ("VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152")
"""Architectures that learned blue, green and red, from 0 to 255 with ImageNet's means taken away."""
IMAGENET_MEANS = (103.939, 116.779, 123.68)
"""Of blue, green and red."""
IMAGENET_TORCH = dict.fromkeys(
    ("DenseNet121", "DenseNet169", "DenseNet201"), ((0.485, 0.456, 0.406), (0.229**2, 0.224**2, 0.225**2))
)
"""Architectures that learned images brought to mean 0 and spread 1: the means and variances of 0 to 1.

What is in none of these scales images from 0 to 255 itself."""

_DROPS = "EfficientNet"
"""How architectures begin that have a Dropout inside."""
RESCALED = "EfficientNetB"
"""How architectures begin in which Keras puts one more Rescaling, behind their Normalization, for ImageNet's weights.

What they learned with was divided by the variance of ImageNet's colours, not by its root."""
_RESCALED_AT = 3


class Application(LearningLayer, frozen=True, tag=True):
    about: ClassVar[str] = "a whole network that was trained before, without its end"
    explanation: ClassVar[str] = (
        "One of keras.applications: a large network that has learned a million photos (ImageNet), without the layers "
        "that named their classes. What it finds in pictures serves other pictures too, so a few layers behind it "
        "learn a new task from few images: transfer learning. Frozen, it stays as it is; afterwards one may train it "
        "on with a small learning rate. It wants colour, and grey is given to all three channels."
    )

    architecture: Annotated[
        Architecture,
        argument("Which network it is, by Keras's name. MobileNetV2 is small and quick.", start="MobileNetV2"),
    ]
    weights: Annotated[
        str,
        argument("imagenet, none (it begins at random), or the path of a file of weights.", start="imagenet"),
    ] = "imagenet"
    cut: Annotated[str, argument("The name of the last layer of it that is kept, as mixed7; empty is all of it.")] = ""
    preprocessing: Annotated[
        Literal["own", "none"],
        argument("own: images are scaled as it learned them. none: it gets them as they come, from 0 to 1."),
    ] = "own"
    frozen_layers: Annotated[
        int,
        argument(
            "How many of its layers, from the first, stay as they are: 100 as base.layers[:100]. The rest is trained.",
            ladder=(0, 5, 10, 15, 20, 50, 100, 150, 200, 250, 300),
            ge=0,
            le=10_000,
        ),
    ] = 0
    training: Annotated[
        bool,
        argument(
            "Whether it works as in training while the network is trained. no: as after it, so that its "
            "BatchNormalization goes by the means that it knows: base(x, training=False)."
        ),
    ] = True

    def frozen(self) -> int:
        """How many of its layers, from the first, stay as they are."""
        return self.frozen_layers if self.trainable else len(facts_of(self.architecture, self.weights).layers)

    def learned(self) -> int:
        """How many parameters training changes of what it is up to where it is cut."""
        facts = facts_of(self.architecture, self.weights)
        return sum(learned for _, learned in facts.layers[self.frozen() : facts.end(self.cut)])

    def varies(self) -> bool:
        """Whether it may do something else in training than after it, where `training` does not forbid that.

        A Dropout inside does, and a BatchNormalization as soon as it is not frozen.
        """
        facts = facts_of(self.architecture)
        return self.architecture.startswith(_DROPS) or facts.cuts[self.cut or facts.last].non_trainable > 0


class Cut(NamedTuple):
    """What an architecture comes to up to one of its layers."""

    trainable: int
    non_trainable: int
    channels: int
    macs: int
    """Multiplications for an image of 224x224."""
    steps: tuple[str, ...]
    """What happens to height and width on the way: s2 halves and rounds up, p6 adds 6, v3/2 is a window of 3."""


class Facts(NamedTuple):
    """What is known of an architecture without Keras."""

    least: int
    """The smallest height and width that it takes."""
    last: str
    layers: tuple[tuple[str, int], ...]
    """All of them in Keras's order, from its input: the name, "" where Keras numbers it, and how much it learns."""
    cuts: dict[str, Cut]
    """By the names of the layers after which it can be cut, from the input to the end."""

    def end(self, cut: str) -> int:
        """How many of the layers are there up to one of those, or "" for all."""
        return [name for name, _ in self.layers].index(cut) + 1 if cut not in ("", self.last) else len(self.layers)


@functools.cache
def facts_of(architecture: str, weights: str = "imagenet") -> Facts:
    """What docs/make_applications.py has written of an architecture, and the layer that only some weights bring."""
    plain: dict[str, Any] = json.loads(_TABLE.read_bytes())[architecture]
    chains = [tuple(chain.split()) for chain in plain["chains"]]
    cuts = {
        name: Cut(trainable, fixed, channels, macs, chains[chain])
        for name, (trainable, fixed, channels, macs, chain) in plain["cuts"].items()
    }
    names = [name if name != "_" else "" for name in plain["layers"].split()]
    layers = tuple(zip(names, plain["learned"], strict=True))
    if architecture.startswith(RESCALED) and weights == "imagenet":
        layers = (*layers[:_RESCALED_AT], ("", 0), *layers[_RESCALED_AT:])
    return Facts(plain["least"], plain["last"], layers, cuts)


def frozen_depth(facts: Facts, trained: Sequence[bool]) -> int | None:
    """How many layers from the first are frozen, of those for which `trained` says whether they are trained.

    It is the number of all where none is; None where some of those behind the first that is trained are frozen. Layers
    that learn nothing do not count.
    """
    learning = [at for at, (_, learned) in enumerate(facts.layers[: len(trained)]) if learned]
    first = next((at for at in learning if trained[at]), None)
    if first is None:
        return len(trained)
    if not all(trained[at] for at in learning if at > first):
        return None
    if first == learning[0]:
        return 0
    while trained[first - 1]:
        first -= 1
    return first


def side_after(steps: tuple[str, ...], side: int) -> int:
    """What becomes of a height or width on the way; below 1 where nothing is left."""
    for step in steps:
        kind, numbers = step[0], step[1:].partition("/")
        if kind == "s":
            side = -(-side // int(numbers[0]))
        elif kind == "p":
            side += int(numbers[0])
        else:
            side = (side - int(numbers[0])) // int(numbers[2]) + 1
    return side
