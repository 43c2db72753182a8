"""The training settings as a form sees them: rows with a name, a value, help, and what may be typed."""

from __future__ import annotations

import contextlib
import math
import re
import typing
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from cnn_tui.data.dataset import MOST_SIDE, NAMED, TABLES, Color, DataOptions, DatasetError, Fit, form_of
from cnn_tui.data.describe import describe
from cnn_tui.experiment import class_weights, keeping, leaving_out, phases_typed, start_weights
from cnn_tui.experiment.experiment import MAX_NAME, Experiment
from cnn_tui.experiment.image_parts import image_parts
from cnn_tui.experiment.phase import in_words as phase_in_words
from cnn_tui.experiment.phases_typed import phase_text
from cnn_tui.experiment.schedule import SCHEDULES, ReduceLROnPlateau, new_schedule
from cnn_tui.experiment.training import FINE, Metric, Training
from cnn_tui.experiment.unset_dataset import NOT_SET, images_in_words
from cnn_tui.network.fields import Field, Value, fields_of
from cnn_tui.network.summary import summarize
from cnn_tui.text import quiet

_FIELDS = {field.name: field for field in fields_of(Training)}
_METRICS: tuple[str, ...] = typing.get_args(Metric)
_DATASETS = "a name, a .npz, .csv or .parquet file or a folder of folders"
_SCHEDULES = "none, or one of Keras's schedules"
_FREE = "as they are"
_FROM_DATASET = "from the dataset"
_SHARES = ("0.1", "0.2", "0.3")
_COLORS = (_FREE, *typing.get_args(Color))
_FITS: tuple[str, ...] = typing.get_args(Fit)
_KINDS = ("none", *SCHEDULES)
_OF = "schedule."
_THEN = "then "
"""Before the number of a later phase, from 1."""
_WEIGHTS = ("none", "balanced")
_VALIDATIONS = ("none", "test", *_SHARES)
_TESTS = (_FROM_DATASET, *_SHARES)


class Setting(NamedTuple):
    """A row of the form. `choices` are offered as a list; other text may still be typed where `free`."""

    name: str
    value: str
    help: str
    allowed: str
    choices: tuple[str, ...] = ()
    free: bool = True

    @property
    def label(self) -> str:
        """Its name in the form; an argument of the schedule stands a little to the right, below it."""
        return f"  {self.name.removeprefix(_OF)}" if self.name.startswith(_OF) else self.name


def settings_of(experiment: Experiment) -> tuple[Setting, ...]:
    """The rows, in the order of the file, but what is left out beside what is validated on; then stop rules come."""
    training = experiment.training
    rows = [
        Setting("name", experiment.name, "What the runs are called.", "any words"),
        _dataset_row(experiment),
    ]
    if experiment.dataset and form_of(experiment.dataset) in ("folder", *TABLES):
        rows.append(_test_row(experiment))
    if experiment.dataset and form_of(experiment.dataset) in ("folder", "parquet"):
        rows += _picture_rows(experiment)
    elif experiment.image_size is not None:
        rows += _picture_rows(experiment)[:1]
    for info in msgspec.structs.fields(Training):
        value = getattr(training, info.name)
        if info.name == "metrics":
            rows.append(_row("metrics", ", ".join(value), "What is reported beside the loss.", _METRICS))
        elif info.name == "validation":
            rows += [_left_out_row(experiment)] if experiment.dataset else []
            words = "Images that are watched, never learned from."
            rows.append(_row("validation", _shown(value), words, _VALIDATIONS))
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


def _left_out_row(experiment: Experiment) -> Setting:
    words = "Training images that are not learned from."
    now = leaving_out.typed(experiment.leave_out)
    return Setting("leave_out", now, words, leaving_out.ALLOWED, ("none",))


def _phase_rows(experiment: Experiment) -> list[Setting]:
    """The later phases of the training, and one more that can be added."""
    rows = [
        Setting(f"{_THEN}{at}", phase_text(phase), f"Phase {at + 1}: {phase_in_words(phase)}.", phases_typed.ALLOWED)
        for at, phase in enumerate(experiment.then, 1)
    ]
    words = "What comes after that, with the weights as they are then and a new optimizer."
    return [*rows, Setting(f"{_THEN}{len(rows) + 1}", "none", words, phases_typed.ALLOWED)]


def _dataset_row(experiment: Experiment) -> Setting:
    words = "The images."
    if experiment.input_shape is not None and experiment.classes is not None:
        words = f"The images. The network is for {images_in_words(experiment.input_shape, experiment.classes)}."
    return Setting("dataset", experiment.dataset or NOT_SET, words, _DATASETS, NAMED)


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
        rows.append(Setting(f"{_OF}monitor", schedule.monitor, words, ", ".join(reported), reported, free=False))
    fields = fields_of(type(schedule)) if schedule is not None else ()
    return rows + [_field_row(field, getattr(schedule, field.name), _OF) for field in fields]


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
    if name == "dataset":
        return _with_dataset(experiment, text)
    if name in DataOptions.__struct_fields__:
        return _with_options(experiment, msgspec.structs.replace(experiment.data_options, **{name: _wish(name, text)}))
    if name == "metrics":
        return _checked(experiment.with_training(metrics=_metrics(text)))
    if name == "validation":
        return _checked(experiment.with_training(validation=_fraction(text)))
    if name == "seed":
        return experiment.with_training(seed=_seed(text))
    if name == "schedule":
        return _with_schedule(experiment, text)
    if name.startswith(_THEN):
        return phases_typed.with_phase(experiment, int(name.removeprefix(_THEN)) - 1, text)
    if name.startswith(_OF):
        return _with_argument(experiment, name.removeprefix(_OF), text)
    if name == "weights":
        weights = None if text in ("", "none") else start_weights.weights_path(text)
        return msgspec.structs.replace(experiment, weights=weights, weights_digest=None)
    if name == "leave_out":
        return msgspec.structs.replace(experiment, leave_out=leaving_out.parse(text))
    if name == "keep":
        return experiment.with_training(keep=keeping.parse(text))
    if name == "class_weight":
        return experiment.with_training(class_weight=class_weights.parse(text))
    return experiment.with_training(**{name: _FIELDS[name].parse(text)})


def step(experiment: Experiment, name: str, direction: int) -> Experiment:
    """The experiment with a setting one step up (+1) or down (-1)."""
    if name in _FIELDS:
        value = cast(Value, getattr(experiment.training, name))
        return experiment.with_training(**{name: _FIELDS[name].step(value, direction)})
    schedule = experiment.training.schedule
    for field in fields_of(type(schedule)) if schedule is not None else ():
        if name == _OF + field.name:
            changed = field.step(cast(Value, getattr(schedule, field.name)), direction)
            return _with_argument(experiment, field.name, field.format(changed))
    rows = {row.name: row for row in settings_of(experiment)}
    if name not in rows or name == "metrics" or not (choices := rows[name].choices):
        return experiment
    now = rows[name].value
    at = choices.index(now) + direction if now in choices else 0
    return change(experiment, name, choices[at % len(choices)])


def _test_row(experiment: Experiment) -> Setting:
    """What is tested on, for a dataset that may leave it open."""
    test = experiment.test
    shown = _FROM_DATASET if test is None else test if isinstance(test, str) else f"{test:g}"
    words = (
        "What is tested on: the dataset's part for that, or every fifth image of a class; else that share of each "
        "class, or a folder or table with the same classes."
    )
    return Setting("test", shown, words, f"{_FROM_DATASET}, a share like 0.1, or a path", _TESTS)


def _is_one_too_many(training: Training, name: str) -> bool:
    """Whether something is set that the loss does not have, which keeps it from being trained."""
    return name in ("from_logits", "label_smoothing") and bool(getattr(training, name))


def _picture_rows(experiment: Experiment) -> list[Setting]:
    """What may be asked of the pictures of a folder."""
    size = experiment.image_size
    shown = _FREE if size is None else f"{size[0]}x{size[1]}"
    size_help = "Height and width that pictures are brought to; as they are: those of the first."
    color_help = "Whether pictures are made grey; as they are: only where all of them are."
    fit_help = "Where a picture has other proportions: stretch it, or take its middle."
    return [
        Setting("image_size", shown, size_help, f"two numbers, as 150x150, or {_FREE}"),
        Setting("color", experiment.color or _FREE, color_help, ", ".join(_COLORS), _COLORS, free=False),
        Setting("fit", experiment.fit, fit_help, ", ".join(_FITS), _FITS, free=False),
    ]


def _with_dataset(experiment: Experiment, text: str) -> Experiment:
    """The experiment on other images; after a table's path there may be the size of its images, as 20x30."""
    sized = re.fullmatch(r"(.+\S) +(\d{1,6}x\d{1,6})", text)
    if sized is None or form_of(sized[1]) not in TABLES:
        describe(text)
        return _described(experiment.with_dataset(text if text in NAMED else str(Path(text).expanduser().absolute())))
    experiment = experiment.with_dataset(str(Path(sized[1]).expanduser().absolute()))
    return _with_options(
        experiment, msgspec.structs.replace(experiment.data_options, image_size=_wish("image_size", sized[2]))
    )


def _with_options(experiment: Experiment, options: DataOptions) -> Experiment:
    return _described(msgspec.structs.replace(experiment, **msgspec.structs.asdict(options)))


def _described(experiment: Experiment) -> Experiment:
    """The experiment. Raises DatasetError where its dataset cannot be described."""
    _ = experiment.data
    return experiment


def _wish(name: str, text: str) -> tuple[int, ...] | float | str | None:
    """What was typed of an option of the dataset."""
    if name == "test":
        return _test(text)
    choices = {"color": _COLORS, "fit": _FITS}.get(name)
    if text == _FREE and name != "fit":
        return None
    if choices is not None:
        if text not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}, not {quiet(text, 60)}")
        return text
    match = re.fullmatch(r"(\d{1,6}) *[x,] *(\d{1,6})", text)
    sides = tuple(map(int, match.groups())) if match else ()
    if not sides or not all(1 <= side <= MOST_SIDE for side in sides):
        raise ValueError(f"image_size is two numbers from 1 to {MOST_SIDE:,}, as 150x150, or {_FREE}")
    return sides


def _test(text: str) -> float | str | None:
    if text in ("", _FROM_DATASET):
        return None
    try:
        share = float(text)
    except ValueError:
        return str(Path(text).expanduser().absolute())
    if not 0 < share < 1:
        raise ValueError(f"a share that is tested on is above 0 and below 1, not {quiet(text, 30)}")
    return share


def _row(name: str, value: str, help: str, choices: tuple[str, ...]) -> Setting:
    allowed = {
        "metrics": ", ".join(choices),
        "validation": "none, test, a fraction like 0.1, or training images like 0-4999",
    }[name]
    return Setting(name, value, help, allowed, choices)


def _shown(validation: str | float) -> str:
    return validation if isinstance(validation, str) else f"{validation:g}"


def _metrics(text: str) -> tuple[Metric, ...]:
    names = [part for part in re.split(r"[,\s]+", text) if part]
    for name in names:
        if name not in _METRICS:
            raise ValueError(f"metrics are some of {', '.join(_METRICS)}, not {name}")
    return cast(tuple[Metric, ...], tuple(dict.fromkeys(names)))


def _fraction(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text.lower()


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
