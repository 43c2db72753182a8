"""The layer catalogue: one struct per Keras layer, its arguments named as Keras names them.

This is the one place that lists layers. A new kind is a struct here, its name in `AnyLayer`, and a shape rule in
`shapes.py`; a test fails while either is missing. Sources: the course notes and the Keras 3 layer reference.
"""

from __future__ import annotations

import functools
import typing
from typing import Annotated, ClassVar, Literal, TypeAlias, Union

import msgspec

from cnn_tui.network.fields import Pair, argument, fields_of

Activation: TypeAlias = Literal[
    "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "softplus", "softmax"
]
Padding: TypeAlias = Literal["valid", "same"]

_SIZES = ((1, 1), (2, 2), (3, 3), (5, 5), (7, 7), (9, 9), (11, 11))
_STEPS = ((1, 1), (2, 2), (3, 3), (4, 4))
_WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)

Filters = Annotated[
    int,
    argument(
        "How many feature detectors the layer learns; each gives one feature map. Powers of 2 from 32 are usual.",
        start=32,
        ladder=_WIDTHS,
        ge=1,
        le=65536,
    ),
]
KernelSize = Annotated[
    Pair,
    argument(
        "Height x width of the filter that slides over the image. Odd sizes keep a centre; 3x3 is the usual one.",
        start=(3, 3),
        ladder=_SIZES,
        ge=1,
        le=1024,
    ),
]
PoolSize = Annotated[
    Pair,
    argument(
        "Height x width of the window that becomes one number: 2x2 halves the map.",
        start=(2, 2),
        ladder=_STEPS,
        ge=1,
        le=1024,
    ),
]
PoolStrides = Annotated[
    Pair | None,
    argument(
        "How far the window moves each time.",
        ladder=_STEPS,
        ge=1,
        le=1024,
        optional_means="the same as pool_size",
    ),
]
Strides = Annotated[
    Pair,
    argument("How far the filter moves each time: 2x2 halves the map.", ladder=_STEPS, ge=1, le=1024),
]
PaddingMode = Annotated[
    Padding,
    argument("valid: no border, so the map shrinks. same: a border of zeros, so that the border pixels count too."),
]
Activate = Annotated[
    Activation,
    argument("What is done to each output: relu keeps what is positive, softmax makes probabilities.", start="relu"),
]
UseBias = Annotated[bool, argument("Whether each output gets a number of its own added.")]


class Layer(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    omit_defaults=True,
):
    """What every layer kind shares. `enabled = false` keeps a layer in the file but out of the network."""

    about: ClassVar[str] = ""

    enabled: bool = True

    def __post_init__(self) -> None:
        """Hold each argument to its bounds. Raises ValueError with a sentence that says what is allowed."""
        for field in fields_of(type(self)):
            field.check(getattr(self, field.name))

    @property
    def type(self) -> str:
        """Keras's class name."""
        return type(self).__name__


class Conv2D(Layer, frozen=True, tag=True):
    """A convolution over a (height, width, channels) map."""

    about: ClassVar[str] = "slides learned filters over the map; each finds one feature"

    filters: Filters
    kernel_size: KernelSize
    activation: Activate = "linear"
    padding: PaddingMode = "valid"
    strides: Strides = (1, 1)
    use_bias: UseBias = True


class MaxPooling2D(Layer, frozen=True, tag=True):
    """The largest number of each window: a smaller map that keeps what stands out."""

    about: ClassVar[str] = "keeps the largest of each window: a smaller map"

    pool_size: PoolSize = (2, 2)
    strides: PoolStrides = None
    padding: PaddingMode = "valid"


class AveragePooling2D(Layer, frozen=True, tag=True):
    """The mean of each window."""

    about: ClassVar[str] = "takes the mean of each window: a smaller, smoother map"

    pool_size: PoolSize
    strides: PoolStrides = None
    padding: PaddingMode = "valid"


class Flatten(Layer, frozen=True, tag=True):
    """A map laid out as one row of numbers, which is what Dense takes."""

    about: ClassVar[str] = "lays the map out as one row, for Dense"


class Dense(Layer, frozen=True, tag=True):
    """Every input connected to every unit."""

    about: ClassVar[str] = "connects every input to every unit"

    units: Annotated[
        int,
        argument(
            "How many outputs. In the last layer: one for each class.",
            start=128,
            ladder=_WIDTHS,
            ge=1,
            le=2**31 - 1,
        ),
    ]
    activation: Activate = "linear"
    use_bias: UseBias = True


class Dropout(Layer, frozen=True, tag=True):
    """Sets a random share of its inputs to zero while training: against overfitting."""

    about: ClassVar[str] = "zeroes a random share while training, against overfitting"

    rate: Annotated[
        float,
        argument(
            "The share that is set to zero; 0.2 to 0.5 is usual.",
            start=0.25,
            ladder=(0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7),
            ge=0,
            lt=1,
        ),
    ]


AnyLayer: TypeAlias = Union[Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dense, Dropout]  # noqa: UP007

LAYERS: dict[str, type[Layer]] = {kind.__name__: kind for kind in typing.get_args(AnyLayer)}


def new_layer(kind: str) -> AnyLayer:
    """A layer as the editor adds it, with the values that one would start from. Raises KeyError for an unknown kind."""
    cls = LAYERS[kind]
    values = {field.name: field.start for field in fields_of(cls)}
    return typing.cast(AnyLayer, cls(**values))


@functools.cache
def main_field(kind: type[Layer]) -> str | None:
    """The name of the argument that matters most (filters, units, rate, pool_size); None where there is none."""
    fields = fields_of(kind)
    return fields[0].name if fields else None
