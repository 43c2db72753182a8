"""How a network is trained: what the table [training] of an experiment file says, by Keras's names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from cnn_tui.experiment import file_errors
from cnn_tui.experiment.images.image_ranges import ImageRange, range_of
from cnn_tui.experiment.training import class_weights, keeping
from cnn_tui.experiment.training.class_weights import ClassWeight
from cnn_tui.experiment.training.schedule import AnySchedule
from cnn_tui.network.fields import argument, fields_of
from cnn_tui.network.losses import LOSSES, Loss
from cnn_tui.text import counted, quiet

Optimizer: TypeAlias = Literal["adam", "adamw", "sgd", "rmsprop", "nadam", "adagrad", "adamax", "adadelta"]
MOMENTUM_OPTIMIZERS = ("sgd", "rmsprop")
Metric: TypeAlias = Literal[
    "accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
    "binary_accuracy",
    "auc",
    "precision",
    "recall",
]
Precision: TypeAlias = Literal["float32", "mixed_bfloat16", "mixed_float16"]


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the network is trained: Keras's `compile` and `fit`."""

    epochs: Annotated[
        int, argument("How often every image is seen.", ladder=(1, 2, 5, 10, 20, 50), ge=0, le=100_000)
    ] = 5
    batch_size: Annotated[
        int,
        argument("Images in one step of training.", ladder=(8, 16, 32, 64, 128, 256, 512), ge=1, le=1_000_000),
    ] = 32
    steps_per_epoch: Annotated[
        int | None,
        argument(
            "Batches in an epoch. The next goes on with the images where it ended, and after the last begins anew.",
            ladder=(10, 50, 100, 500, 1000),
            ge=1,
            le=10_000_000,
            optional_means="as many as show every image once",
            none="all",
        ),
    ] = None
    shuffle: Annotated[bool, argument("Whether the images come in another order each time; no: in their own.")] = True
    optimizer: Annotated[Optimizer, argument("How the weights follow the gradient.")] = "adam"
    learning_rate: Annotated[
        float,
        argument("How far each step goes.", ladder=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1), ge=1e-9, le=100.0),
    ] = 0.001
    momentum: Annotated[
        float,
        argument("For sgd and rmsprop: how much of the last step goes on.", ladder=(0.0, 0.5, 0.9, 0.99), ge=0, lt=1),
    ] = 0.0
    nesterov: Annotated[bool, argument("For sgd with momentum: look ahead along the last step.")] = False
    beta_1: Annotated[
        float | None,
        argument(
            "For adam and its like: how much of the mean of past gradients goes on.",
            ladder=(0.5, 0.9, 0.95),
            ge=0,
            lt=1,
            optional_means="Keras's own, 0.9",
        ),
    ] = None
    beta_2: Annotated[
        float | None,
        argument(
            "For adam and its like: how much of the mean of past gradients' squares goes on.",
            ladder=(0.9, 0.99, 0.999),
            ge=0,
            lt=1,
            optional_means="Keras's own, 0.999",
        ),
    ] = None
    rho: Annotated[
        float | None,
        argument(
            "For rmsprop and adadelta: how much of the mean of past gradients' squares goes on.",
            ladder=(0.9, 0.95, 0.99),
            ge=0,
            lt=1,
            optional_means="Keras's own: 0.9 for rmsprop, 0.95 for adadelta",
        ),
    ] = None
    epsilon: Annotated[
        float | None,
        argument(
            "For all but sgd: what is added where a step is divided by something small.",
            ladder=(1e-8, 1e-7, 1e-4, 0.1),
            ge=0,
            le=100,
            optional_means="Keras's own, 1e-07",
        ),
    ] = None
    amsgrad: Annotated[
        bool, argument("For adam and adamw: whether the largest mean of past squares counts, not the last.")
    ] = False
    weight_decay: Annotated[
        float | None,
        argument(
            "What part of each weight a step takes away, times the learning rate.",
            ladder=(0.0, 0.0001, 0.001, 0.004, 0.01),
            ge=0,
            le=100,
            optional_means="Keras's own: 0.004 for adamw, none for others",
        ),
    ] = None
    clipnorm: Annotated[
        float | None,
        argument(
            "How long the gradient of each layer's weights may be at most.",
            ladder=(0.1, 0.5, 1.0, 5.0),
            ge=1e-9,
            le=1_000_000,
            optional_means="any length",
            none="none",
        ),
    ] = None
    use_ema: Annotated[bool, argument("Whether the weights become their moving average when training ends.")] = False
    ema_momentum: Annotated[
        float, argument("For use_ema: how slowly the average follows.", ladder=(0.9, 0.99, 0.999), ge=0, le=1)
    ] = 0.99
    schedule: AnySchedule | None = None
    loss: Annotated[Loss, argument("What training makes small; sparse means labels are class numbers.")] = (
        "sparse_categorical_crossentropy"
    )
    from_logits: Annotated[
        bool, argument("Whether the last layer gives logits, any numbers, of which the loss makes probabilities.")
    ] = False
    label_smoothing: Annotated[
        float,
        argument("How far the right answers are moved from 0 and 1.", ladder=(0.0, 0.05, 0.1, 0.2), ge=0, lt=1),
    ] = 0.0
    class_weight: ClassWeight = None
    metrics: tuple[Metric, ...] = ("accuracy",)
    validation: str | float = "test"
    """"none", "test", the share of the training images that is held out, or which of them are, as "0-4999".

    Any other text is the path of a folder of the same classes, or of another table, for which `test` has a like.
    """
    validation_steps: Annotated[
        int | None,
        argument(
            "Batches of the images to validate on that are measured after each epoch; drawn at random, once.",
            ladder=(10, 50, 100, 500),
            ge=1,
            le=10_000_000,
            optional_means="as many as hold every image",
            none="all",
        ),
    ] = None
    vary_validation: Annotated[
        bool,
        argument("Whether the first layers that vary images (RandomFlip and its like) vary those to validate on too."),
    ] = False
    precision: Annotated[Precision, argument("The numbers that the arithmetic uses.")] = "float32"
    seed: int | None = None
    keep: str = keeping.LAST
    keep_at_most: Annotated[
        int,
        argument(
            "MB on the disk that the weights of a run's epochs may take; then no more are kept, and training goes on.",
            ladder=(10, 100, 1_000, 10_000),
            ge=1,
            le=1_000_000,
        ),
    ] = 1_000

    def has_effect(self, name: str) -> bool:
        """Whether a setting makes a difference beside the others, to what is learned."""
        if name in _OF_KEEPING:
            return False
        if name in ("validation_steps", "vary_validation"):
            return self.validation != "none"
        if name == "momentum":
            return self.optimizer in MOMENTUM_OPTIMIZERS
        if name == "nesterov":
            return self.optimizer == "sgd" and self.momentum > 0
        if name == "ema_momentum":
            return self.use_ema
        if name in _OPTIMIZERS_WITH:
            return self.optimizer in _OPTIMIZERS_WITH[name]
        if name in _OF_LOSSES:
            facts = LOSSES[self.loss]
            return facts.has_logits if name == "from_logits" else facts.has_smoothing
        return name != "learning_rate" or self.schedule is None or not self.schedule.says_every_rate

    @property
    def optimizer_arguments(self) -> dict[str, float | bool]:
        """What the optimizer is made with, by Keras's names, where it differs from Keras's defaults.

        The learning rate is the one that a schedule begins with.
        """
        changed = {name: getattr(self, name) for name in _OF_OPTIMIZERS if self.has_effect(name)}
        changed = {name: value for name, value in changed.items() if value != _DEFAULTS[name]}
        return {"learning_rate": self.learning_rate, **changed}

    @property
    def watched(self) -> str:
        """What is validated on: `the test images`, `10 batches of held-out images, varied`; "" for nothing."""
        if self.validation == "none":
            return ""
        images = "the test images" if self.validation == "test" else "held-out images"
        if self.validated_images is not None:
            images = f"training images {self.validated_images.words}"
        elif self.validation_path is not None:
            images = f"the images in {quiet(Path(self.validation_path).name, 40)}"
        images += ", varied" if self.vary_validation else ""
        if self.validation_steps is None:
            return images
        return f"{counted(self.validation_steps, 'batch', 'batches')} of {images}"

    @property
    def validated_images(self) -> ImageRange | None:
        """The training images that are validated on, where they are named; those left out of training are not."""
        return range_of(self.validation) if isinstance(self.validation, str) else None

    @property
    def validation_path(self) -> str | None:
        """The folder or the table whose images are validated on, where it is one; see `names_place`."""
        return str(self.validation) if names_place(self.validation) else None

    @property
    def holds_out(self) -> bool:
        """Whether images are validated on that are neither learned from nor tested on."""
        return self.validation not in ("none", "test")

    def told(self) -> dict[str, Any]:
        """The settings as they are written and compared: those that few trainings have only where they are set."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if name not in _SELDOM or value != _DEFAULTS[name]}

    def __post_init__(self) -> None:
        for field in fields_of(type(self)):
            field.check(getattr(self, field.name))
        if isinstance(self.validation, str):
            if not self.validation_path and self.validation not in ("none", "test") and self.validated_images is None:
                found = file_errors.found(self.validation)
                raise ValueError(f"validation must be {VALIDATIONS}, not {found}")
        elif not 0 < self.validation < 1:
            raise ValueError(f'validation must be "none", "test" or above 0 and below 1, not {self.validation:g}')
        class_weights.check(self.class_weight)
        keeping.check(self.keep)
        if self.seed is not None and not 0 <= self.seed < 2**31:
            raise ValueError(f"seed must be a whole number from 0 to {2**31 - 1}, not {file_errors.found(self.seed)}")


def names_place(validation: Any) -> bool:
    """Whether what stands for `validation` is the path of a folder or table: text that is no word and no numbers."""
    if not isinstance(validation, str) or validation.lower() in ("none", "test"):
        return False
    return re.search(r"[^\d\s.,:%-]", validation) is not None


VALIDATIONS = '"none", "test", a fraction like 0.1, or training images like "0-4999"'
FINE = ("beta_1", "beta_2", "rho", "epsilon", "amsgrad")
"""Arguments of optimizers that hardly anybody changes: a form has those that are set."""
_LIKE_ADAM = ("adam", "adamw", "nadam", "adamax")
_OPTIMIZERS_WITH = {
    **dict.fromkeys(("beta_1", "beta_2"), _LIKE_ADAM),
    "rho": ("rmsprop", "adadelta"),
    "epsilon": (*_LIKE_ADAM, "rmsprop", "adagrad", "adadelta"),
    "amsgrad": ("adam", "adamw"),
}
_OF_OPTIMIZERS = ("momentum", "nesterov", *FINE, "weight_decay", "clipnorm", "use_ema", "ema_momentum")
_OF_LOSSES = ("from_logits", "label_smoothing")
_OF_KEEPING = ("keep", "keep_at_most")
_SELDOM = (
    "steps_per_epoch",
    "shuffle",
    *_OF_OPTIMIZERS,
    "schedule",
    *_OF_LOSSES,
    "class_weight",
    "validation_steps",
    "vary_validation",
    *_OF_KEEPING,
)
_DEFAULTS: dict[str, Any] = msgspec.structs.asdict(Training())
