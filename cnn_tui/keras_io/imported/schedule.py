"""Makes a schedule of the learning rate of how Keras, or a script, describes one."""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.experiment.training.schedule import SCHEDULES, AnySchedule
from cnn_tui.experiment.training.training import Training
from cnn_tui.keras_io.imported.arguments import of_float32, shown
from cnn_tui.keras_io.imported.chain import Plain, config_of
from cnn_tui.network.fields import fields_of

_LEAST = 1e-9
"""Stands for a rate of 0, from which a warm-up rises."""


def with_schedule(training: Training, described: Any, notes: list[str]) -> Training:
    """The training with one of `keras.optimizers.schedules`; without it, and with a note, where it is not known."""
    kind = described.get("class_name") if isinstance(described, dict) else None
    schedule = schedule_of(str(kind), config_of(described)) if isinstance(described, dict) else None
    if schedule is None or schedule.follows_epochs:
        notes.append(f"the learning rate {shown(described)} is left out: {training.learning_rate:g} stands in")
        return training
    training = msgspec.structs.replace(training, schedule=schedule)
    first = config_of(described).get("initial_learning_rate")
    if isinstance(first, float | int) and not isinstance(first, bool):
        try:
            return msgspec.structs.replace(training, learning_rate=max(of_float32(first), _LEAST))
        except ValueError as error:
            notes.append(f"{error}; {training.learning_rate:g} stands in")
    return training


def schedule_of(kind: str, config: Plain) -> AnySchedule | None:
    """A schedule of Keras's by its class and its arguments; None where one of them is not known."""
    if kind not in SCHEDULES:
        return None
    names = [*(field.name for field in fields_of(SCHEDULES[kind])), *(["monitor"] if "monitor" in config else [])]
    values = {name: _whole(config[name]) for name in names if name in config}
    try:
        schedule: AnySchedule = msgspec.convert({"type": kind, **values}, AnySchedule)
    except ValueError:  # half a character is one too, and no ValidationError
        return None
    return schedule


def _whole(value: Any) -> Any:
    """A number of steps that a script worked out as 1000.0; floats in their shortest form."""
    if isinstance(value, list):
        return [_whole(part) for part in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) >= 1 else of_float32(value)
    return value
