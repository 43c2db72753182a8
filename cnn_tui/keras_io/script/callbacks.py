"""The parts of a Keras script that stop its training and change its learning rate: what `fit` gets as `callbacks`."""

from __future__ import annotations

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.keras_io.script.schedule import schedule_callback
from cnn_tui.keras_io.source import CodeLines, call, literal

_STOPS = "# Choose when training stops early"
_CHANGES = "# Choose how the learning rate changes"
_CHANGES_AND_STOPS = f"{_CHANGES}, and when training stops early"


def callbacks_code(experiment: Experiment) -> tuple[list[CodeLines], str]:
    """The parts of the script that the stop rules and the schedule need, and what `fit` gets as `callbacks`."""
    keras = [_keras_callback(rule) for rule in experiment.stop if not is_ours(rule)]
    ours = [rule for rule in experiment.stop if is_ours(rule)]
    parts: list[CodeLines] = [_stop_training(ours)] if ours else []
    before, changes = schedule_callback(experiment.training.schedule)
    parts += before
    if changes:
        keras.insert(0, [*changes])
    if not keras:
        return parts, "[StopTraining()]" if ours else ""
    listed = [*(["    StopTraining(),"] if ours else []), *(line for lines in keras for line in lines)]
    about = _STOPS if not changes else _CHANGES_AND_STOPS if experiment.stop else _CHANGES
    return [*parts, [about, "callbacks = [", *listed, "]"]], "callbacks"


def is_ours(rule: StopRule) -> bool:
    """Whether Keras has no callback for a rule."""
    return rule.limit is not None or (rule.nan and rule.metric != "loss")


def _keras_callback(rule: StopRule) -> list[str]:
    if rule.nan:
        return ["    tf.keras.callbacks.TerminateOnNaN(),"]
    values: dict[str, str | float | None] = {
        "monitor": rule.metric,
        "patience": rule.patience,
        "mode": "min" if rule.metric.endswith("loss") else "max",
        "verbose": 1,
    }
    if rule.min_delta:
        values["min_delta"] = rule.min_delta
    if rule.restore_best_weights:
        values["restore_best_weights"] = True
    arguments = [f"{name}={literal(value)}" for name, value in values.items()]
    return call("tf.keras.callbacks.EarlyStopping", arguments, indent=4, after=",")


def _stop_training(rules: list[StopRule]) -> CodeLines:
    lines = [
        "# Cancel training once it has reached enough",
        "class StopTraining(tf.keras.callbacks.Callback):",
        "    def on_epoch_end(self, epoch, logs=None):",
    ]
    for rule in rules:
        value = f"logs[{literal(rule.metric)}]"
        sign, limit = ("<", rule.below) if rule.below is not None else (">", rule.above)
        lines += [
            f"        if {f'not np.isfinite({value})' if rule.nan else f'{value} {sign} {limit!r}'}:",
            f"            print({literal(f'{chr(10)}{rule}: training stops')})",
            "            self.model.stop_training = True",
        ]
    return lines
