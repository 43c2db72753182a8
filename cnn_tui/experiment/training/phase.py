"""A later phase of a training, as the tables [[then]] of an experiment file say it: only what differs from before.

Transfer learning has two: the pre-trained network stays as it is while the layers behind it learn, then some or all of
it is trained on with a small learning rate. Each phase is compiled anew, as Keras's `compile` does it: it begins with
the weights that the one before ended with, and with a new optimizer.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import msgspec

from cnn_tui.experiment.training.schedule import AnySchedule
from cnn_tui.experiment.training.schedule import in_words as schedule_in_words
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.experiment.training.training import Optimizer, Training
from cnn_tui.network.fields import argument, fields_of
from cnn_tui.network.layers import AnyLayer
from cnn_tui.text import counted

MOST_PHASES = 20

Nothing: TypeAlias = Literal["none"]
All: TypeAlias = Literal["all"]
_NO_VALUE = {"steps_per_epoch": "all", "clipnorm": "none", "schedule": "none"}
"""The words for settings that have no value: what is left out is as before."""
_OF_TRAINING = {field.name: field for field in fields_of(Training)}


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is otherwise in a later phase; None for what is as before.

    `trainable` is true where all layers learn from here on, or the numbers, from 1, of those that do: the others are
    frozen. `frozen_layers` are those of a pre-trained network, whose rest is then trained. `stop` are the stop rules of
    this phase; they count from its first epoch on, and the next phase begins where one fires.
    """

    SETS_OF: ClassVar[type[msgspec.Struct]] = Training
    """Whose settings those are that have the same names."""

    epochs: Annotated[int, argument("How often every image is seen in this phase.", ge=1, le=100_000)]
    batch_size: int | None = None
    steps_per_epoch: int | All | None = None
    optimizer: Optimizer | None = None
    learning_rate: float | None = None
    momentum: float | None = None
    nesterov: bool | None = None
    weight_decay: float | None = None
    clipnorm: float | Nothing | None = None
    use_ema: bool | None = None
    ema_momentum: float | None = None
    schedule: AnySchedule | Nothing | None = None
    trainable: bool | tuple[int, ...] | None = None
    frozen_layers: Annotated[
        int | None,
        argument(
            "How many layers of a pre-trained network, from the first, stay as they are.",
            ge=0,
            le=10_000,
            optional_means="as before",
        ),
    ] = None
    stop: tuple[StopRule, ...] | None = None

    def __post_init__(self) -> None:
        for field in fields_of(type(self)):
            field.check(getattr(self, field.name))
        for name, value in self.settings.items():
            if name in _OF_TRAINING:
                _OF_TRAINING[name].check(value)
        if self.trainable is False or self.trainable == () or (self.numbers and min(self.numbers) < 1):
            raise ValueError("trainable must be true, where all layers learn, or numbers of layers from 1, as [1, 4]")
        if self.numbers:
            msgspec.structs.force_setattr(self, "trainable", tuple(sorted(set(self.numbers))))

    @property
    def settings(self) -> dict[str, Any]:
        """The training settings that it says beside its epochs, as those of a Training."""
        said = {name: getattr(self, name) for name in PHASE_SETTINGS}
        return {
            name: None if value == _NO_VALUE.get(name) else value for name, value in said.items() if value is not None
        }

    @property
    def numbers(self) -> tuple[int, ...]:
        """The layers that learn, where they are told one by one."""
        return () if self.trainable is None or isinstance(self.trainable, bool) else self.trainable


PHASE_SETTINGS: tuple[str, ...] = tuple(
    name for name in Phase.__struct_fields__ if name in Training.__struct_fields__ and name != "epochs"
)
"""What a phase may set otherwise of the training settings."""


def in_words(phase: Phase, schedule: AnySchedule | None = None) -> str:
    """A phase in a line: `10 epochs with adam at 1e-05, all layers learn`; `schedule` is that of the phase before."""
    words = counted(phase.epochs, "epoch") + (f" with {phase.optimizer}" if phase.optimizer is not None else "")
    parts = [words + _rate_in_words(phase, schedule)]
    for name in PHASE_SETTINGS:
        value = getattr(phase, name)
        if value is None or name in ("optimizer", "learning_rate"):
            continue
        if name == "schedule":
            parts.append("no schedule" if value == "none" else schedule_in_words(value))
        else:
            parts.append(f"{name} {_OF_TRAINING[name].format(phase.settings[name])}")
    if phase.trainable is not None:
        parts.append("all layers learn" if phase.trainable is True else which_learn(phase.numbers))
    if phase.frozen_layers is not None:
        parts.append(f"the first {counted(phase.frozen_layers, 'layer')} of the pre-trained network stay")
    if phase.stop is not None:
        parts.append(f"stops when {' or '.join(map(str, phase.stop))}" if phase.stop else "no stop rule")
    return ", ".join(parts)


def _rate_in_words(phase: Phase, before: AnySchedule | None) -> str:
    """` at 1e-05`; under a schedule, which begins anew too, that is only where the rate begins, if at all."""
    schedule: AnySchedule | None = phase.settings.get("schedule", before)
    if phase.learning_rate is None:
        return ""
    if schedule is None:
        return f" at {phase.learning_rate:g}"
    which = "" if phase.schedule is not None else schedule.type  # its own one is told whole behind
    if schedule.says_every_rate:
        return which and f" at the rates of {which}"
    return f" from {phase.learning_rate:g} on" + (which and f" by {which}")


def which_learn(numbers: Sequence[int]) -> str:
    """The layers of these numbers: `layers 2 and 4 learn`, `layer 3 alone learns`."""
    *most, last = map(str, numbers)
    return f"layers {', '.join(most)} and {last} learn" if most else f"layer {last} alone learns"


def said_as(name: str, value: Any) -> Any:
    """The value of a training setting as a phase says it."""
    if value is None and name == "weight_decay":
        return 0.0
    return _NO_VALUE[name] if value is None else value


def renumbered(then: tuple[Phase, ...], before: Sequence[AnyLayer], after: Sequence[AnyLayer]) -> tuple[Phase, ...]:
    """The phases for layers that were edited: those that they name by their numbers are the same ones as before."""
    if not any(phase.numbers for phase in then):
        return then
    moved = _moved(before, after)
    changed = []
    for phase in then:
        numbers = tuple(sorted(moved[one] for one in phase.numbers if one in moved))
        changed.append(msgspec.structs.replace(phase, trainable=numbers or True) if phase.numbers else phase)
    return tuple(changed)


def _moved(before: Sequence[AnyLayer], after: Sequence[AnyLayer]) -> dict[int, int]:
    """The numbers, from 1, of the layers after an edit, by those before."""
    found: dict[int, int] = {}
    gone: list[int] = []
    come: list[int] = []
    matcher = difflib.SequenceMatcher(a=[*map(repr, before)], b=[*map(repr, after)], autojunk=False)
    for _, first, end, to, last in matcher.get_opcodes():
        if end - first == last - to:  # as they were, or changed where they stand
            found |= {first + at + 1: to + at + 1 for at in range(end - first)}
        else:
            gone += range(first, end)
            come += range(to, last)
    for old in gone:  # one that was moved comes back elsewhere
        new = next((one for one in come if after[one] == before[old]), None)
        if new is not None:
            come.remove(new)
            found[old + 1] = new + 1
    return found
