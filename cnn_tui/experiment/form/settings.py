"""The training settings as a form sees them: rows with a name, a value, help, and what may be typed."""

from __future__ import annotations

import contextlib
import math
import re
import typing
from typing import cast

import msgspec

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.experiment import MAX_NAME, Experiment
from cnn_tui.experiment.form import data_settings, phases_typed
from cnn_tui.experiment.form.phases_typed import phase_text
from cnn_tui.experiment.form.setting import OF, Setting
from cnn_tui.experiment.images.image_parts import image_parts
from cnn_tui.experiment.training import class_weights, keeping, start_weights
from cnn_tui.experiment.training.phases import phases_in_words
from cnn_tui.experiment.training.schedule import SCHEDULES, ReduceLROnPlateau, new_schedule
from cnn_tui.experiment.training.training import FINE, Metric, Training
from cnn_tui.network.fields import Field, Value, fields_of
from cnn_tui.network.summary import summarize
from cnn_tui.text import quiet

_FIELDS = {field.name: field for field in fields_of(Training)}
_METRICS: tuple[str, ...] = typing.get_args(Metric)
_SCHEDULES = "none, or one of Keras's schedules"
_KINDS = ("none", *SCHEDULES)
_THEN = "then "
"""Before the number of a later phase, from 1."""
_WEIGHTS = ("none", "balanced")


def settings_of(experiment: Experiment) -> tuple[Setting, ...]:
    """The rows, in the order of the file, but what is left out beside what is validated on; then stop rules come."""
    training = experiment.training
    rows = [Setting("name", experiment.name, "What the runs are called.", "1 to 200 characters")]
    rows += data_settings.rows_of(experiment)
    for info in msgspec.structs.fields(Training):
        value = getattr(training, info.name)
        if info.name == "metrics":
            words = "What is reported beside the loss."
            rows.append(Setting("metrics", ", ".join(value), words, ", ".join(_METRICS), _METRICS))
        elif info.name == "validation":
            rows += data_settings.left_out_rows(experiment)
            rows.append(data_settings.validation_row(experiment))
        elif info.name == "seed":
            shown = "random" if value is None else str(value)
            rows.append(Setting("seed", shown, "The same seed gives the same run.", "a whole number, or random"))
        elif info.name == "schedule":
            rows += _schedule_rows(experiment)
        elif info.name == "class_weight":
            words = "How much the images of each class count in the loss; balanced: the rarer, the more."
            rows.append(Setting("class_weight", class_weights.shown(value), words, class_weights.ALLOWED, _WEIGHTS))
        elif info.name == "keep":
            rows.append(_keep_row(experiment))
        elif info.name == "keep_at_most":
            rows += [_field_row(_FIELDS[info.name], value)] if training.keep != keeping.LAST else []
        elif info.name in FINE:
            is_set = training.has_effect(info.name) and value not in (None, False)
            rows += [_field_row(_FIELDS[info.name], value)] if is_set else []
        elif training.has_effect(info.name) or _is_one_too_many(training, info.name):
            rows.append(_field_row(_FIELDS[info.name], value))
    rows += _phase_rows(experiment)
    words = "The file of a model that the layers start from, as far as they fit; with 0 epochs it is only tested."
    rows.append(Setting("weights", experiment.weights or "none", words, start_weights.ALLOWED, ("none",)))
    return tuple(rows)


def _phase_rows(experiment: Experiment) -> list[Setting]:
    """The later phases of the training, and one more that can be added."""
    rows = [
        Setting(f"{_THEN}{at}", phase_text(phase), f"Phase {at + 1}: {words}.", phases_typed.ALLOWED)
        for at, (phase, words) in enumerate(zip(experiment.then, phases_in_words(experiment), strict=True), 1)
    ]
    words = "What comes after that, with the weights as they are then and a new optimizer."
    return [*rows, Setting(f"{_THEN}{len(rows) + 1}", "none", words, phases_typed.ALLOWED)]


def _keep_row(experiment: Experiment) -> Setting:
    training, words = experiment.training, "The epochs whose weights are kept, to look into them later"
    with contextlib.suppress(DatasetError):  # the dataset is not there: nobody knows how large the network is
        weights = summarize(experiment.stack).total_params
        takes = keeping.in_words(training.keep, experiment.epochs, weights, training.keep_at_most)
        words += f"; {takes}" if takes else ""
    return Setting("keep", training.keep, f"{words}.", keeping.ALLOWED, keeping.CHOICES)


def _field_row(field: Field, value: Value, of: str = "") -> Setting:
    choices = field.choices or (("yes", "no") if field.kind == "flag" else ())
    return Setting(of + field.name, field.format(value), field.help, field.allowed(), choices, not choices)


def _schedule_rows(experiment: Experiment) -> list[Setting]:
    """Which schedule the learning rate has, and its arguments."""
    schedule = experiment.training.schedule
    about = "none, so that it stays" if schedule is None else schedule.about
    words = f"How the learning rate changes while it trains: {about}."
    rows = [Setting("schedule", schedule.type if schedule else "none", words, _SCHEDULES, _KINDS, free=False)]
    if isinstance(schedule, ReduceLROnPlateau):
        reported = experiment.emitted_metrics()
        words = "The metric that is watched."
        rows.append(Setting(f"{OF}monitor", schedule.monitor, words, ", ".join(reported), reported, free=False))
    fields = fields_of(type(schedule)) if schedule is not None else ()
    return rows + [_field_row(field, getattr(schedule, field.name), OF) for field in fields]


def _with_schedule(experiment: Experiment, text: str) -> Experiment:
    if text not in _KINDS:
        raise ValueError(f"schedule is one of {', '.join(_KINDS)}, not {quiet(text, 60)}")
    if text == "none":
        return experiment.with_training(schedule=None)
    training = experiment.training
    images = image_parts(experiment, experiment.data.train_images).learned
    steps = training.steps_per_epoch or max(1, math.ceil(images / training.batch_size))
    schedule = new_schedule(text, steps * training.epochs)
    if isinstance(schedule, ReduceLROnPlateau) and training.validation == "none":
        schedule = msgspec.structs.replace(schedule, monitor="loss")
    return experiment.with_training(schedule=schedule)


def _with_argument(experiment: Experiment, name: str, text: str) -> Experiment:
    """The experiment with what was typed for an argument of its schedule."""
    schedule = experiment.training.schedule
    fields = {field.name: field for field in fields_of(type(schedule))} if schedule is not None else {}
    if name == "monitor" and isinstance(schedule, ReduceLROnPlateau):
        value: Value = text
    elif name in fields:
        value = fields[name].parse(text)
    else:
        raise ValueError(f"the schedule has no {quiet(name, 60)}")
    assert schedule is not None
    return _checked(experiment.with_training(schedule=msgspec.structs.replace(schedule, **{name: value})))


def change(experiment: Experiment, name: str, text: str) -> Experiment:
    """The experiment with what was typed for a setting. Raises ValueError with a sentence."""
    text = text.strip()
    if name == "name":
        if not text or len(text) > MAX_NAME:
            raise ValueError(f"a name has 1 to {MAX_NAME} characters")
        return msgspec.structs.replace(experiment, name=text)
    if name in data_settings.NAMES:
        return data_settings.change(experiment, name, text)
    if name == "metrics":
        return _checked(experiment.with_training(metrics=_metrics(text)))
    if name == "validation":
        return _checked(data_settings.with_validation(experiment, text))
    if name == "seed":
        return experiment.with_training(seed=_seed(text))
    if name == "schedule":
        return _with_schedule(experiment, text)
    if name.startswith(_THEN):
        return phases_typed.with_phase(experiment, int(name.removeprefix(_THEN)) - 1, text)
    if name.startswith(OF):
        return _with_argument(experiment, name.removeprefix(OF), text)
    if name == "weights":
        weights = None if text in ("", "none") else start_weights.weights_path(text)
        return msgspec.structs.replace(experiment, weights=weights, weights_digest=None)
    if name == "keep":
        return experiment.with_training(keep=keeping.parse(text))
    if name == "class_weight":
        return _with_class_weight(experiment, text)
    return experiment.with_training(**{name: _FIELDS[name].parse(text)})


def _with_class_weight(experiment: Experiment, text: str) -> Experiment:
    """The experiment with the weights that were typed. Raises ValueError for a class that the dataset has not."""
    weights, names = class_weights.parse(text), None
    if experiment.dataset and class_weights.named(weights) is not None:
        with contextlib.suppress(DatasetError):  # which is said where the dataset is
            names = experiment.data.class_names
    if names is not None and (why := class_weights.unknown(weights, names)):
        raise ValueError(why)
    return experiment.with_training(class_weight=weights)


def step(experiment: Experiment, name: str, direction: int) -> Experiment:
    """The experiment with a setting one step up (+1) or down (-1)."""
    if name in _FIELDS:
        value = cast(Value, getattr(experiment.training, name))
        return experiment.with_training(**{name: _FIELDS[name].step(value, direction)})
    schedule = experiment.training.schedule
    for field in fields_of(type(schedule)) if schedule is not None else ():
        if name == OF + field.name:
            changed = field.step(cast(Value, getattr(schedule, field.name)), direction)
            return _with_argument(experiment, field.name, field.format(changed))
    rows = {row.name: row for row in settings_of(experiment)}
    if name not in rows or name == "metrics" or not (choices := rows[name].choices):
        return experiment
    now = rows[name].value
    at = choices.index(now) + direction if now in choices else 0
    return change(experiment, name, choices[at % len(choices)])


def _is_one_too_many(training: Training, name: str) -> bool:
    """Whether something is set that the loss does not have, which keeps it from being trained."""
    return name in ("from_logits", "label_smoothing") and bool(getattr(training, name))


def _metrics(text: str) -> tuple[Metric, ...]:
    names = [part for part in re.split(r"[,\s]+", text) if part]
    for name in names:
        if name not in _METRICS:
            raise ValueError(f"metrics are some of {', '.join(_METRICS)}, not {name}")
    return cast(tuple[Metric, ...], tuple(dict.fromkeys(names)))


def _seed(text: str) -> int | None:
    if text.lower() in ("", "random", "none"):
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise ValueError(f"seed must be a whole number from 0 to {2**31 - 1}, or random")
    return int(text)


def _checked(experiment: Experiment) -> Experiment:
    """An experiment whose stop rules and schedule watch what it reports."""
    emitted = experiment.emitted_metrics()
    for rule in experiment.stop:
        if rule.metric not in emitted:
            raise ValueError(f"the stop rule {rule} needs {rule.metric}: take the rule away first")
    schedule = experiment.training.schedule
    if isinstance(schedule, ReduceLROnPlateau) and schedule.monitor not in emitted:
        raise ValueError(f"the schedule watches {quiet(schedule.monitor, 60)}: choose another of them first")
    return experiment
