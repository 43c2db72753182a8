"""How the learning rate changes while it trains: Keras's schedules by their names, with Keras's arguments.

Most are `keras.optimizers.schedules`, which follow the steps of the training: an epoch has as many as it has batches.
ReduceLROnPlateau and LearningRateScheduler are callbacks of Keras and look only between epochs. Where a schedule
begins is the experiment's `learning_rate`, Keras's `initial_learning_rate`.
"""

from __future__ import annotations

import typing
from typing import Annotated, Any, ClassVar, TypeAlias, Union

import msgspec

from cnn_tui.network.fields import argument, fields_of
from cnn_tui.network.values import Floats, Ints

MOST_STEPS = 1_000_000_000
MOST_RATES = 10_000
_SHARES = (0.1, 0.5, 0.8, 0.9, 0.95, 0.96, 0.99)
_RATES = (0.00001, 0.0001, 0.001, 0.01, 0.1)

DecaySteps = Annotated[
    int,
    argument("How many steps it takes.", start=1000, ladder=(100, 500, 1000, 2000, 5000), ge=1, le=MOST_STEPS),
]
DecayRate = Annotated[
    float, argument("What the rate is multiplied by in each decay_steps.", start=0.9, ladder=_SHARES, ge=0, le=1000)
]
Staircase = Annotated[bool, argument("Whether it falls at once after each decay_steps, and not bit by bit.")]
Alpha = Annotated[float, argument("The rate at the end, as a share of the first.", ladder=(0.0, 0.01, 0.1), ge=0, le=1)]


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", omit_defaults=True):
    """A schedule of the learning rate."""

    about: ClassVar[str] = ""
    """What it does, in a few words."""
    follows_epochs: ClassVar[bool] = False
    """Whether it is a callback of Keras, which looks between epochs; else it goes with the steps."""

    def __post_init__(self) -> None:
        for field in fields_of(type(self)):
            field.check(getattr(self, field.name))

    @property
    def type(self) -> str:
        """Keras's class name."""
        return type(self).__name__

    @property
    def says_every_rate(self) -> bool:
        """Whether it has all rates itself, so that the experiment's `learning_rate` has no effect."""
        return isinstance(self, PiecewiseConstantDecay | LearningRateScheduler)


class ExponentialDecay(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "falls by the same factor over and over"

    decay_steps: DecaySteps
    decay_rate: DecayRate
    staircase: Staircase = False


class CosineDecay(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "falls along a cosine; may rise to warmup_target before"

    decay_steps: DecaySteps
    alpha: Alpha = 0.0
    warmup_target: Annotated[
        float | None,
        argument(
            "The rate that it rises to first.",
            ladder=_RATES,
            ge=0,
            le=100.0,
            optional_means="it begins at the learning rate",
            none="none",
        ),
    ] = None
    warmup_steps: Annotated[
        int, argument("How many steps the rise takes.", ladder=(0, 100, 500, 1000, 2000), ge=0, le=MOST_STEPS)
    ] = 0


class CosineDecayRestarts(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "falls along a cosine and begins again"

    first_decay_steps: DecaySteps
    t_mul: Annotated[
        float, argument("How many times longer each fall takes than the last.", ladder=(1.0, 1.5, 2.0), ge=1, le=100)
    ] = 2.0
    m_mul: Annotated[
        float, argument("What the first rate of each fall is multiplied by.", ladder=(0.5, 0.8, 1.0), ge=0, le=100)
    ] = 1.0
    alpha: Alpha = 0.0


class PiecewiseConstantDecay(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "keeps one rate after another, with steps between"

    boundaries: Annotated[
        Ints,
        argument(
            "After which steps the next value begins.",
            start=(1000, 2000),
            ladder=((1000, 2000),),
            ge=0,
            le=MOST_STEPS,
            between=", ",
            most=MOST_RATES,
        ),
    ]
    values: Annotated[
        Floats,
        argument(
            "The rates, one more than there are boundaries. They stand for the learning rate.",
            start=(0.001, 0.0005, 0.0001),
            ladder=((0.001, 0.0005, 0.0001),),
            ge=0,
            le=100.0,
            between=", ",
            most=MOST_RATES,
        ),
    ]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.values) != len(self.boundaries) + 1:
            count = len(self.boundaries)
            raise ValueError(f"{count} boundaries need {count + 1} values, not {len(self.values)}")
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ValueError("boundaries must go up")


class PolynomialDecay(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "falls in a line, or along a power, to a last rate"

    decay_steps: DecaySteps
    end_learning_rate: Annotated[float, argument("The last rate.", ladder=_RATES, ge=0, le=100.0)] = 0.0001
    power: Annotated[float, argument("1 is a line.", ladder=(0.5, 1.0, 2.0), ge=0, le=100)] = 1.0
    cycle: Annotated[bool, argument("Whether it begins again at the end.")] = False


class InverseTimeDecay(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "falls as 1 / (1 + decay_rate · step / decay_steps)"

    decay_steps: DecaySteps
    decay_rate: Annotated[float, argument("How fast it falls.", start=0.5, ladder=(0.1, 0.5, 1.0, 2.0), ge=0, le=1000)]
    staircase: Staircase = False


class ReduceLROnPlateau(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "falls when a metric stops getting better"
    follows_epochs: ClassVar[bool] = True

    monitor: str = "val_loss"
    factor: Annotated[
        float, argument("What the rate is multiplied by then.", ladder=(0.1, 0.2, 0.5, 0.8), ge=0, lt=1)
    ] = 0.1
    patience: Annotated[
        int, argument("After how many epochs that are no better.", ladder=(1, 2, 3, 5, 10), ge=0, le=100_000)
    ] = 10
    min_delta: Annotated[
        float, argument("How much better counts.", ladder=(0.0, 0.0001, 0.001, 0.01), ge=0, le=1000)
    ] = 0.0001
    cooldown: Annotated[int, argument("For how many epochs it then waits.", ladder=(0, 1, 2, 5), ge=0, le=100_000)] = 0
    min_lr: Annotated[
        float, argument("The rate below which it does not go.", ladder=(0.0, *_RATES), ge=0, le=100.0)
    ] = 0.0


class LearningRateScheduler(Schedule, frozen=True, tag=True):
    about: ClassVar[str] = "has a rate for each epoch"
    follows_epochs: ClassVar[bool] = True

    rates: Annotated[
        Floats,
        argument(
            "The rate of each epoch; the last one stays. They stand for the learning rate.",
            start=(0.001, 0.0005, 0.0001),
            ladder=((0.001, 0.0005, 0.0001),),
            ge=0,
            le=1_000_000,
            between=", ",
            most=MOST_RATES,
        ),
    ]


AnySchedule: TypeAlias = Union[  # noqa: UP007
    ExponentialDecay,
    CosineDecay,
    CosineDecayRestarts,
    PiecewiseConstantDecay,
    PolynomialDecay,
    InverseTimeDecay,
    ReduceLROnPlateau,
    LearningRateScheduler,
]
"""In the order in which the settings offer them."""

SCHEDULES: dict[str, type[Schedule]] = {kind.__name__: kind for kind in typing.get_args(AnySchedule)}


def new_schedule(kind: str, steps: int) -> AnySchedule:
    """A schedule as the settings add it to a training of so many steps. Raises KeyError for an unknown kind."""
    cls = SCHEDULES[kind]
    values: dict[str, Any] = {}
    for field in fields_of(cls):
        values[field.name] = field.start
        if field.name in ("decay_steps", "first_decay_steps"):
            values[field.name] = max(1, steps)
    if cls is PiecewiseConstantDecay:
        values["boundaries"] = tuple(dict.fromkeys(max(1, steps * part // 3) for part in (1, 2)))
        values["values"] = values["values"][: len(values["boundaries"]) + 1]
    return typing.cast(AnySchedule, cls(**values))


def keras_arguments(schedule: AnySchedule, learning_rate: float) -> dict[str, Any]:
    """What Keras's class of that name is made with; for a callback, without the experiment's learning rate."""
    arguments = msgspec.structs.asdict(schedule)
    if schedule.follows_epochs or schedule.says_every_rate:
        return arguments
    return {"initial_learning_rate": learning_rate, **arguments}


def in_words(schedule: AnySchedule) -> str:
    """A schedule in a line: its name, and its arguments that are not at Keras's defaults."""
    words = [schedule.type]
    if isinstance(schedule, ReduceLROnPlateau):
        words.append(schedule.monitor)
    for field in fields_of(type(schedule)):
        value = getattr(schedule, field.name)
        if value != field.default:
            shown = field.format(value)
            words.append(f"{field.name} {shown if len(shown) <= 40 else f'{shown[:36]} …'}")
    return ", ".join(words)
