"""The parts of a Keras script that let the learning rate change: a schedule of the optimizer's, or a callback."""

from __future__ import annotations

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.schedule import AnySchedule, LearningRateScheduler, keras_arguments
from cnn_tui.keras_io.source import WIDTH, CodeLines, call, literal
from cnn_tui.network.fields import fields_of

_ABOUT = "# Let the learning rate change while it trains"


def optimizer_schedule(experiment: Experiment) -> CodeLines:
    """The lines that make `learning_rate` a schedule of the optimizer's; none where it has none."""
    schedule = experiment.training.schedule
    if schedule is None or schedule.follows_epochs:
        return ()
    name = f"tf.keras.optimizers.schedules.{schedule.type}"
    given = _arguments(schedule, experiment.training.learning_rate)
    return [_ABOUT, *call(name, given, before="learning_rate = ")]


def schedule_callback(schedule: AnySchedule | None) -> tuple[list[CodeLines], CodeLines]:
    """What a schedule that is a callback needs before it, and the lines of the callback in a list of them."""
    if schedule is None or not schedule.follows_epochs:
        return [], ()
    if not isinstance(schedule, LearningRateScheduler):
        given = _arguments(schedule, 0.0)
        return [], call(f"tf.keras.callbacks.{schedule.type}", given, indent=4, after=",")
    function = ["def rate_of(epoch):", "    return RATES[min(epoch, len(RATES) - 1)]"]
    return [_rates(schedule), function], ["    tf.keras.callbacks.LearningRateScheduler(rate_of),"]


def _rates(schedule: LearningRateScheduler) -> CodeLines:
    about, written = "# Give each epoch a learning rate of its own", [literal(rate) for rate in schedule.rates]
    line = f"RATES = [{', '.join(written)}]"
    return [about, line] if len(line) <= WIDTH else [about, "RATES = [", *(f"    {rate}," for rate in written), "]"]


def _arguments(schedule: AnySchedule, learning_rate: float) -> list[str]:
    """The arguments that are not at Keras's defaults."""
    defaults = {field.name: field.default for field in fields_of(type(schedule))}
    given = keras_arguments(schedule, learning_rate)
    return [
        f"{name}={literal(value)}" for name, value in given.items() if name not in defaults or value != defaults[name]
    ]
