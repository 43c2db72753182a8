"""An experiment: a dataset, a layer stack, how it is trained and when to stop. Read from and written to TOML.

Only data is read: no expression, no import path and no Lambda layer is ever evaluated.
"""

from __future__ import annotations

import contextlib
import tomllib
import typing
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    NAMED,
    Color,
    DataOptions,
    Dataset,
    DatasetError,
    Fit,
    Side,
    is_file,
    is_folder,
)
from cnn_tui.data.describe import describe
from cnn_tui.experiment import class_weights, file_errors, other_files, unset_dataset
from cnn_tui.experiment.class_weights import ClassWeight
from cnn_tui.experiment.schedule import AnySchedule, ReduceLROnPlateau
from cnn_tui.experiment.stop_rules import StopRule, out_of_range
from cnn_tui.experiment.unset_dataset import Classes, InputShape
from cnn_tui.network.fields import argument, fields_of
from cnn_tui.network.layers import LAYERS, AnyLayer, Application
from cnn_tui.network.layers import plain as plain_layer
from cnn_tui.network.losses import LOSSES, Loss
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import Kind, read_penalty
from cnn_tui.text import counted, did_you_mean, quiet

MAX_FILE_BYTES = 1_000_000
MAX_LAYERS = 1_000
MAX_NAME = 200
"""Characters."""
MAX_DOTS = 100
"""In a line: what tomllib needs for a dotted key grows with the square of its parts."""

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


class ExperimentError(ValueError):
    """An experiment that cannot be read; the message names the file, the key, what was found and what is allowed."""


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the network is trained: Keras's `compile` and `fit`."""

    epochs: Annotated[
        int, argument("How often every image is seen.", ladder=(1, 2, 5, 10, 20, 50), ge=1, le=100_000)
    ] = 5
    batch_size: Annotated[
        int,
        argument("Images in one step of training.", ladder=(8, 16, 32, 64, 128, 256, 512), ge=1, le=1_000_000),
    ] = 32
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
    precision: Annotated[Precision, argument("The numbers that the arithmetic uses.")] = "float32"
    seed: int | None = None

    def has_effect(self, name: str) -> bool:
        """Whether a setting makes a difference beside the others."""
        if name == "momentum":
            return self.optimizer in MOMENTUM_OPTIMIZERS
        if name == "nesterov":
            return self.optimizer == "sgd" and self.momentum > 0
        if name == "ema_momentum":
            return self.use_ema
        if name in _OF_LOSSES:
            facts = LOSSES[self.loss]
            return facts.has_logits if name == "from_logits" else facts.has_smoothing
        return name != "learning_rate" or self.schedule is None or not self.schedule.says_every_rate

    def told(self) -> dict[str, Any]:
        """The settings as they are written and compared: those that few trainings have only where they are set."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if name not in _SELDOM or value != _DEFAULTS[name]}

    def __post_init__(self) -> None:
        for field in fields_of(type(self)):
            field.check(getattr(self, field.name))
        if isinstance(self.validation, str):
            if self.validation not in ("none", "test"):
                found = file_errors.found(self.validation)
                raise ValueError(f'validation must be "none", "test" or a fraction like 0.1, not {found}')
        elif not 0 < self.validation < 1:
            raise ValueError(f'validation must be "none", "test" or above 0 and below 1, not {self.validation:g}')
        class_weights.check(self.class_weight)
        if self.seed is not None and not 0 <= self.seed < 2**31:
            raise ValueError(f"seed must be a whole number from 0 to {2**31 - 1}, not {file_errors.found(self.seed)}")


_OF_OPTIMIZERS = ("momentum", "nesterov", "weight_decay", "clipnorm", "use_ema", "ema_momentum")
_OF_LOSSES = ("from_logits", "label_smoothing")
_SELDOM = (*_OF_OPTIMIZERS, "schedule", *_OF_LOSSES, "class_weight")
_DEFAULTS: dict[str, Any] = msgspec.structs.asdict(Training())


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is tried. Layers are in order from the image to the answer.

    `dataset` is "" until one is set; `input_shape` and `classes` say until then what images the network is for.
    """

    name: str = "untitled"
    dataset: str = "fashion_mnist"
    training: Training = Training()
    stop: tuple[StopRule, ...] = ()
    layers: tuple[AnyLayer, ...] = ()
    image_size: tuple[Side, Side] | None = None
    color: Color | None = None
    fit: Fit = "stretch"
    test: str | float | None = None
    input_shape: InputShape | None = None
    classes: Classes | None = None

    def __post_init__(self) -> None:
        unset_dataset.check(self.dataset, self.input_shape, self.classes, self.data_options)
        if isinstance(self.test, float) and not 0 < self.test < 1:
            raise ValueError(f"test must be a path, or a share above 0 and below 1, not {self.test:g}")

    @property
    def data_options(self) -> DataOptions:
        """What is said of the dataset beside its name."""
        return DataOptions(self.image_size, self.color, self.fit, self.test)

    @property
    def data(self) -> Dataset:
        """The dataset that is asked for, described; until one is set, what stands in. Raises DatasetError."""
        if self.input_shape is not None and self.classes is not None:
            return unset_dataset.stand_in(self.input_shape, self.classes)
        return describe(self.dataset, self.data_options)

    @property
    def optimizer_arguments(self) -> dict[str, float | bool]:
        """What the optimizer is made with, by Keras's names, where it differs from Keras's defaults.

        The learning rate is the one that a schedule begins with.
        """
        training = self.training
        return {
            "learning_rate": training.learning_rate,
            **{
                name: getattr(training, name)
                for name in _OF_OPTIMIZERS
                if training.has_effect(name) and getattr(training, name) != _DEFAULTS[name]
            },
        }

    @property
    def stack(self) -> Stack:
        """The layers on the dataset's input shape. Raises DatasetError when the dataset cannot be described."""
        return Stack(self.data.input_shape, self.layers)

    def with_dataset(self, dataset: str) -> Experiment:
        """The experiment on another dataset. What was said of pictures is kept for a folder, but not what is tested on.

        Where none was set before, the pictures of a folder are brought to the size that the network is for.
        """
        options = AS_THEY_ARE
        if is_folder(dataset):
            options = msgspec.structs.replace(self.data_options, test=None)
            if self.input_shape is not None:
                options = unset_dataset.pictures_for(self.input_shape, options)
        values = {"dataset": dataset, "input_shape": None, "classes": None, **msgspec.structs.asdict(options)}
        return msgspec.structs.replace(self, **values)

    def with_stack(self, stack: Stack) -> Experiment:
        return msgspec.structs.replace(self, layers=stack.layers)

    def with_training(self, **values: Any) -> Experiment:
        """The experiment with other training settings. Raises ValueError for a value that is not allowed."""
        return msgspec.structs.replace(self, training=msgspec.structs.replace(self.training, **values))

    def without_folders(self) -> Experiment:
        """The experiment with the names alone of its files and folders, which lie elsewhere on another machine."""
        test = Path(self.test).name if isinstance(self.test, str) else self.test
        dataset = self.dataset if self.dataset in NAMED else Path(self.dataset).name
        return msgspec.structs.replace(self, dataset=dataset, test=test)

    def emitted_metrics(self) -> tuple[str, ...]:
        """The names that this compile and fit will report, as in a Keras History."""
        names = ("loss", *self.training.metrics)
        return names if self.training.validation == "none" else (*names, *(f"val_{name}" for name in names))

    def way_to(self, metric: str) -> str:
        """What to change for a metric of Keras's to be reported; "" where it is none, or is reported already."""
        name, ways = metric.removeprefix("val_"), []
        if name not in ("loss", *typing.get_args(Metric)):
            return ""
        if name not in ("loss", *self.training.metrics):
            ways.append(f"add {name} to the metrics")
        if metric.startswith("val_") and self.training.validation == "none":
            ways.append('turn validation on: set validation to "test", or to a fraction like 0.1')
        return ", and ".join(ways)


def read(path: Path) -> Experiment:
    """Read an experiment file. Raises ExperimentError with one sentence a person can act on."""
    shown = quiet(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise ExperimentError(f"{shown} does not exist; `cnn-tui presets` lists what is built in") from None
    except IsADirectoryError:
        raise ExperimentError(f"{shown} {other_files.folder(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ExperimentError(f"{shown} cannot be read: {reason}") from None
    if words := other_files.other_file(path, content):
        raise ExperimentError(f"{shown} {words}")
    if len(content) > MAX_FILE_BYTES:
        raise ExperimentError(f"{shown} is larger than {MAX_FILE_BYTES:,} bytes: is it an experiment file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExperimentError(f"{shown} is not a text file in UTF-8: is it an experiment file?") from None
    experiment = parse(text, shown)
    if experiment.name == "untitled":
        experiment = msgspec.structs.replace(experiment, name=quiet(path.stem))
    folder = path.absolute().parent
    test = experiment.test if not isinstance(experiment.test, str) else _beside(experiment.test, folder)
    layers = tuple(_weights_beside(layer, folder) for layer in experiment.layers)
    dataset = experiment.dataset if experiment.input_shape is not None else _beside(experiment.dataset, folder)
    return msgspec.structs.replace(experiment, dataset=dataset, test=test, layers=layers)


def _beside(dataset: str, folder: Path) -> str:
    """A dataset's name, or its whole path where it is one: a file's paths begin at its own folder."""
    if dataset in NAMED:
        return dataset
    with contextlib.suppress(RuntimeError, OSError, ValueError):  # the home of somebody who is not there, a NUL in it
        path = folder / Path(dataset).expanduser()
        if "/" in dataset or is_file(path) or path.is_dir():
            return str(path)
    return dataset


def _weights_beside(layer: AnyLayer, folder: Path) -> AnyLayer:
    """A layer whose file of weights is named from the folder of the experiment's own file."""
    if not isinstance(layer, Application) or layer.weights in ("imagenet", "none"):
        return layer
    with contextlib.suppress(RuntimeError):  # the home of somebody who is not there: no weights, said later
        return msgspec.structs.replace(layer, weights=str(folder / Path(layer.weights).expanduser()))
    return layer


def check_dataset(experiment: Experiment, where: str) -> None:
    """Raise ExperimentError, which names the file `where` and the key, when the dataset cannot be described."""
    try:
        _ = experiment.data
    except DatasetError as error:
        raise ExperimentError(f"{where}: dataset: {error}") from None


def parse(text: str, where: str = "the experiment") -> Experiment:
    """Read an experiment from TOML text; `where` names the file in errors. Raises ExperimentError."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_DOTS and not line.lstrip().startswith("#"):
            raise ExperimentError(
                f"{where} has more than {MAX_DOTS} dots in line {number}; write a long list over several lines"
            )
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExperimentError(f"{where} is not valid TOML: {file_errors.misread(error)}") from None
    return from_builtins(raw, where)


def from_builtins(raw: dict[str, Any], where: str = "the experiment") -> Experiment:
    """Make an experiment of plain dicts and lists, as TOML and JSON give them. Raises ExperimentError."""
    raw = _in_full(raw, where)
    try:
        experiment = msgspec.convert(raw, Experiment)
    except msgspec.ValidationError as error:
        raise ExperimentError(f"{where}: {file_errors.explain(str(error), raw, Experiment)}") from None
    except RecursionError:
        raise ExperimentError(f"{where} is nested too deeply") from None
    except UnicodeEncodeError:
        raise ExperimentError(f"{where} has half a character (a lone surrogate) in it") from None
    if not 1 <= len(experiment.name.strip()) <= MAX_NAME:
        raise ExperimentError(
            f"{where}: name: found {file_errors.found(experiment.name)}, {counted(len(experiment.name), 'character')}; "
            f"allowed: 1 to {MAX_NAME} characters"
        )
    if len(experiment.layers) > MAX_LAYERS:
        raise ExperimentError(f"{where}: {len(experiment.layers):,} layers; at most {MAX_LAYERS:,} are allowed")
    for at, rule in enumerate(experiment.stop):
        _check_rule(experiment, rule, f"{where}: stop[{at}]")
    schedule = experiment.training.schedule
    if isinstance(schedule, ReduceLROnPlateau):
        _check_metric(experiment, schedule.monitor, f"{where}: training.schedule.monitor")
    return experiment


def _check_rule(experiment: Experiment, rule: StopRule, where: str) -> None:
    """Raise ExperimentError for a rule on a metric that is not reported, or with a limit that it cannot have."""
    _check_metric(experiment, rule.metric, f"{where}.metric")
    if why := out_of_range(rule):
        key = "below" if rule.below is not None else "above"
        raise ExperimentError(f"{where}.{key}: found {rule.limit:g}; {why}")


def _check_metric(experiment: Experiment, metric: str, where: str) -> None:
    """Raise ExperimentError for a metric that is not reported."""
    if metric not in (emitted := experiment.emitted_metrics()):
        way = experiment.way_to(metric)
        hint = f"; {way}" if way else f".{did_you_mean(metric, emitted, quoted=True)}"
        found = file_errors.found(metric)
        raise ExperimentError(f"{where}: found {found}; this experiment reports {', '.join(emitted)}{hint}")


def to_toml(experiment: Experiment) -> str:
    """The experiment as the text of its file."""
    import tomlkit  # only saving needs it

    document = tomlkit.document()
    plain = msgspec.to_builtins(experiment)
    document.add("name", tomlkit.item(plain["name"]))
    for key in ("dataset",) if experiment.input_shape is None else ("input_shape", "classes"):
        document.add(key, tomlkit.item(plain[key]))
    for key in sorted(DataOptions.__struct_fields__, key=lambda key: key != "test"):  # which belongs to the dataset
        if getattr(experiment, key) != getattr(AS_THEY_ARE, key):
            document.add(key, tomlkit.item(plain[key]))
    training = tomlkit.table()
    told = {key: value for key, value in experiment.training.told().items() if value is not None and key != "schedule"}
    for key in told:
        value = plain["training"][key]
        training.add(key, tomlkit.item(class_weights.to_table(value) if key == "class_weight" else value))
    if experiment.training.schedule is not None:
        training.add("schedule", _schedule_table(experiment.training.schedule))
    document.add("training", training)
    for key, parts in (("stop", plain["stop"]), ("layers", [plain_layer(layer) for layer in experiment.layers])):
        tables = tomlkit.aot()
        for part in parts:
            table = tomlkit.table()
            for name, value in part.items():
                table.add(name, tomlkit.inline_table() | value if isinstance(value, dict) else tomlkit.item(value))
            tables.append(table)
        if parts:
            document.add(key, tables)
    return tomlkit.dumps(document)


def _schedule_table(schedule: AnySchedule) -> Any:
    """The table of a schedule, with what Keras demands and what is not at Keras's defaults."""
    import tomlkit

    table = tomlkit.table()
    for key, value in msgspec.to_builtins(schedule).items():
        table.add(key, tomlkit.item(value))
    return table


def _in_full(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """Accept what Keras accepts for short: `kernel_size = 3`, `kernel_regularizer = "l2"`; and a table of weights.

    A file that says what images the network is for has no dataset. Raises ExperimentError for weights that are none.
    """
    full, layers, training = dict(raw), raw.get("layers"), raw.get("training")
    if "input_shape" in raw or "classes" in raw:
        full.setdefault("dataset", "")
    if isinstance(layers, list):
        full["layers"] = [_layer_in_full(layer) for layer in layers]
    if isinstance(training, dict) and "class_weight" in training:
        try:
            weights = class_weights.of_file(training["class_weight"])
        except ValueError as error:
            raise ExperimentError(f"{where}: training.{error}") from None
        full["training"] = {**training, "class_weight": weights}
    return full


def _layer_in_full(layer: Any) -> Any:
    kind = LAYERS.get(layer["type"]) if isinstance(layer, dict) and isinstance(layer.get("type"), str) else None
    if kind is None:
        return layer
    kinds = {field.name: field.kind for field in fields_of(kind)}
    return {key: _value_in_full(kinds.get(key), value) for key, value in layer.items()}


def _value_in_full(kind: Kind | None, value: Any) -> Any:
    if kind in ("pair", "ints") and type(value) is int:
        return [value, value] if kind == "pair" else [value]
    if kind == "penalty" and isinstance(value, str):
        with contextlib.suppress(ValueError):  # what it is not is said later, with what is allowed
            return None if value == "none" else msgspec.to_builtins(read_penalty(value))
    return value
