"""Callbacks of a script that change the learning rate between epochs, as schedules of the experiment's."""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable, Mapping

from cnn_tui.experiment.training.schedule import AnySchedule
from cnn_tui.keras_io.code.branches import parts_of, stored
from cnn_tui.keras_io.code.objects import CLASS, is_own, method_of, takes_itself
from cnn_tui.keras_io.code.training.callbacks import RENAMED_METRICS
from cnn_tui.keras_io.code.training.set_rates import rate_of, usual_rate
from cnn_tui.keras_io.code.values import Function, Instance, Method, Partial, Value
from cnn_tui.keras_io.imported.schedule import schedule_of
from cnn_tui.keras_io.notes import Notes

MOST_EPOCHS = 1_000
"""For so many epochs at most a script's function is asked for the rate."""
_OLD_NAMES = {"epsilon": "min_delta"}  # of arguments, in Keras 2

Ask = Callable[[Value, tuple[Value, ...]], Value]
"""What a function of the script gives for these arguments, where all that it goes by is known."""


def rate_schedule(
    fitted: Mapping[str, Value], compiled: Mapping[str, Value] | None, ask: Ask, notes: Notes
) -> AnySchedule | None:
    """The schedule among the callbacks of a fit. What cannot be taken is noted."""
    callbacks = fitted.get("callbacks")
    listed = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
    kinds = ("ReduceLROnPlateau", "LearningRateScheduler")
    changing = [one for one in listed if isinstance(one, Instance) and one.kind in kinds]
    found: AnySchedule | None = None
    for callback in sorted(changing, key=lambda one: not _sets_anew(one)):
        taken = _plateau(callback) if callback.kind == "ReduceLROnPlateau" else _asked(callback, fitted, compiled, ask)
        named = f"{callback.kind} ({callback.place})"
        if found is not None and callback.kind == "ReduceLROnPlateau" and any(map(_sets_anew, changing)):
            notes.to_know.append(f"{named} counts for nothing there: {found.type} sets the rate of each epoch anew")
        elif taken is None or found is not None:
            notes.append(f"{named} is left out: {_why(taken, callback)}")
        found = found or taken
    return found


def _sets_anew(callback: Instance) -> bool:
    """Whether a callback sets the rate of each epoch by its number alone, whatever another has made of it."""
    return _takes(_called(callback.arguments.get("schedule"))) == 1


def _why(taken: AnySchedule | None, callback: Instance) -> str:
    if taken is not None:
        return "the learning rate has one schedule"
    what = "its function" if callback.kind == "LearningRateScheduler" else "one of its arguments"
    return f"{what} is not known"


def _plateau(callback: Instance) -> AnySchedule | None:
    config = {_OLD_NAMES.get(name, name): value for name, value in callback.arguments.items()}
    monitor = config.get("monitor", "val_loss")
    return schedule_of(callback.kind, {**config, "monitor": RENAMED_METRICS.get(monitor, monitor)})


def _asked(
    callback: Instance, fitted: Mapping[str, Value], compiled: Mapping[str, Value] | None, ask: Ask
) -> AnySchedule | None:
    """A rate for each epoch, from a function that is plain arithmetic: of the epoch, or of it and the last rate."""
    function, epochs = callback.arguments.get("schedule"), fitted.get("epochs", 1)
    first = fitted.get("initial_epoch", 0)
    first = first if type(first) is int and first >= 0 else 0
    if type(epochs) is not int or not 1 <= epochs - first <= MOST_EPOCHS:
        return None
    function = _called(function)
    if (many := _takes(function)) == 0:
        return None
    rate, rates = first_rate(compiled), []
    for epoch in range(first, epochs):
        given = ask(function, (epoch, rate)[:many])
        if isinstance(given, bool) or not isinstance(given, int | float):
            return None
        rates.append(float(given))
        try:
            (rate,) = struct.unpack("f", struct.pack("f", given))  # as the optimizer keeps it
        except OverflowError:
            return None
    return schedule_of(callback.kind, {"rates": rates})


def _called(function: Value) -> Value:
    """What is called of what a callback is given: of an object, its method for that."""
    return Method(function, "__call__") if is_own(function) else function


def _takes(function: Value) -> int:
    """How many arguments Keras gives a function: the epoch and the last rate, or the epoch where it takes no more.

    The second is the last rate also where the function has a default for it. 0 for what is not known, or keeps count
    itself in a name outside of it.
    """
    if isinstance(function, Method) and is_own(function.owner):
        written = method_of(function.owner.arguments[CLASS], function.name)
        return 0 if written is None else _takes(Partial(written, (None,) * takes_itself(written), {}))
    if isinstance(function, Partial):
        inner, before, named = function.of, len(function.unnamed), function.given
    else:
        inner, before, named = function, 0, {}
    if not isinstance(inner, Function) or _keeps_count(inner):
        return 0
    wanted = inner.node.args
    places = [one.arg for one in (*wanted.posonlyargs, *wanted.args)][before:]
    if len(places) < 2:
        return 2 if wanted.vararg is not None else 1
    return 1 if places[1] in named else 2


def _keeps_count(function: Function) -> bool:
    """Whether a function sets a name outside of it, from one epoch to the next."""
    parts = [*parts_of(function.node.body)]
    outer = {name for part in parts if isinstance(part, ast.Global | ast.Nonlocal) for name in part.names}
    return any(one.id in outer for one in stored(function.node.body))


def first_rate(compiled: Mapping[str, Value] | None) -> float:
    """The learning rate that a compiled model begins with, as far as the script says it."""
    optimizer = (compiled or {}).get("optimizer")
    if not isinstance(optimizer, Instance):
        return usual_rate(str(optimizer))
    rate = rate_of(optimizer)
    return float(rate) if isinstance(rate, int | float) else usual_rate(optimizer.kind)
