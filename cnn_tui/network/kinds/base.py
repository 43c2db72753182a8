"""What the kinds of layers share: the base struct, and the arguments that several kinds have."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import msgspec

from cnn_tui.network.fields import L1L2, Pair, argument, fields_of
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.values import evened, settled

ActivationName: TypeAlias = Literal[
    "linear",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "tanh",
    "sigmoid",
    "softplus",
    "softmax",
    "relu6",
    "mish",
    "softsign",
    "hard_sigmoid",
    "hard_silu",
    "log_softmax",
]
Padding: TypeAlias = Literal["valid", "same"]
Initializer: TypeAlias = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_uniform",
    "random_normal",
    "truncated_normal",
    "zeros",
    "ones",
]

SIZES = ((1, 1), (2, 2), (3, 3), (5, 5), (7, 7), (9, 9), (11, 11))
STEPS = ((1, 1), (2, 2), (3, 3), (4, 4))
WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)

Filters = Annotated[
    int,
    argument(
        "How many feature detectors the layer learns; each gives one feature map. Powers of 2 from 32 are usual.",
        start=32,
        ladder=WIDTHS,
        ge=1,
        le=65536,
    ),
]
KernelSize = Annotated[
    Pair,
    argument(
        "Height x width of the filter that slides over the image. Odd sizes keep a centre; 3x3 is the usual one.",
        start=(3, 3),
        ladder=SIZES,
        ge=1,
        le=1024,
    ),
]
Strides = Annotated[
    Pair,
    argument("How far the filter moves each time: 2x2 halves the map.", ladder=STEPS, ge=1, le=1024),
]
PaddingMode = Annotated[
    Padding,
    argument("valid: no border, so the map shrinks. same: a border of zeros, so that the border pixels count too."),
]
DilationRate = Annotated[
    Pair,
    argument(
        "How far apart the filter's weights lie: at 2x2 a 3x3 filter covers 5x5. Not together with strides.",
        ladder=STEPS,
        ge=1,
        le=1024,
    ),
]
DepthMultiplier = Annotated[
    int, argument("How many filters each channel gets for itself.", ladder=(1, 2, 3, 4, 8), ge=1, le=1024)
]
Activate = Annotated[
    ActivationName,
    argument("What is done to each output: relu keeps what is positive, softmax makes probabilities.", start="relu"),
]
UseBias = Annotated[bool, argument("Whether each output gets a number of its own added.")]
WeightStart = Annotated[
    Initializer | InitializerWith,
    argument(
        "How the weights are drawn before training: he_* suits relu, glorot_* most others; zeros leaves all filters "
        "alike."
    ),
]
WeightPenalty = Annotated[
    L1L2 | None,
    argument(
        "What large weights add to the loss, against overfitting: l2 keeps them small, l1 makes many of them zero.",
        ladder=(L1L2(l2=0.0001), L1L2(l2=0.001), L1L2(l2=0.01)),
        optional_means="large weights cost nothing",
        none="none",
    ),
]
Rate = Annotated[
    float,
    argument(
        "The share that is set to zero; 0.2 to 0.5 is usual.",
        start=0.25,
        ladder=(0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7),
        ge=0,
        lt=1,
    ),
]


class Layer(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    omit_defaults=True,
):
    """A layer of a stack. `enabled = false` keeps it in the file but out of the network.

    `trainable = false` freezes what it would learn; Keras takes that for any layer, also for one that learns nothing.
    """

    about: ClassVar[str] = ""
    """A few words, for the list from which a layer is added."""
    explanation: ClassVar[str] = ""
    """What the layer does and what it is good for, in a few sentences."""

    enabled: bool = True
    trainable: bool = True

    def __post_init__(self) -> None:
        """Check the bounds of each argument. Raises ValueError with a sentence that says what is allowed."""
        for field in fields_of(type(self)):
            value = getattr(self, field.name)
            field.check(value)
            if field.kind == "borders" and evened(value) != value:
                value = evened(value)
                msgspec.structs.force_setattr(self, field.name, value)
            if field.kind == "range" and isinstance(value, tuple):
                value = settled(value, field.low)
                msgspec.structs.force_setattr(self, field.name, value)
            # msgspec leaves out only a default that is the same object; equal networks have to be written alike.
            if value is not field.default and value == field.default and type(value) is type(field.default):
                msgspec.structs.force_setattr(self, field.name, field.default)

    @property
    def type(self) -> str:
        """Keras's class name."""
        return type(self).__name__

    def for_keras(self, name: str) -> Any:
        """The value of an argument as Keras's class is given it."""
        return getattr(self, name)


class LearningLayer(Layer, frozen=True, kw_only=True):
    """A layer that learns weights, which can be frozen."""

    trainable: Annotated[
        bool,
        argument("Whether training changes its weights. no freezes them, as one does with what was learned before."),
    ] = True
