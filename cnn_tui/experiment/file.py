"""The file of an experiment: TOML, read and written.

Only data is read: no expression, no import path and no Lambda layer is ever evaluated.
"""

from __future__ import annotations

import contextlib
import itertools
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, NAMED, OPTION_KEYS, DatasetError, is_file
from cnn_tui.experiment import file_errors
from cnn_tui.experiment.experiment import MAX_NAME, Experiment, ExperimentError
from cnn_tui.experiment.images import leaving_out
from cnn_tui.experiment.training import class_weights
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.schedule import AnySchedule, ReduceLROnPlateau
from cnn_tui.experiment.training.stop_rules import StopRule, out_of_range
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import LAYERS, AnyLayer, Application
from cnn_tui.network.layers import plain as plain_layer
from cnn_tui.network.values import Kind, read_penalty, sides_of
from cnn_tui.text import cause_of, counted, did_you_mean, quiet

MAX_FILE_BYTES = 1_000_000
MAX_LAYERS = 1_000
MAX_DOTS = 100
"""In a line: what tomllib needs for a dotted key grows with the square of its parts."""


def read(path: Path) -> Experiment:
    """Read an experiment file. Raises ExperimentError with one sentence a person can act on."""
    shown = quiet(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise ExperimentError(f"{shown} does not exist; `cnn-tui presets` lists what is built in") from None
    except IsADirectoryError:
        raise ExperimentError(f"{shown} {file_errors.not_a_folder(path)}") from None
    except (OSError, ValueError) as error:
        reason = cause_of(error)
        raise ExperimentError(f"{shown} cannot be read: {reason}") from None
    if words := file_errors.other_file(path, content):
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
    test = experiment.test if experiment.test_path is None else _beside(experiment.test_path, folder)
    training = experiment.training
    if training.validation_path is not None:
        training = msgspec.structs.replace(training, validation=_beside(training.validation_path, folder))
    layers = tuple(_with_weights_beside(layer, folder) for layer in experiment.layers)
    weights = None if experiment.weights is None else _file_beside(experiment.weights, folder)
    dataset = experiment.dataset if experiment.input_shape is not None else _beside(experiment.dataset, folder)
    values = {"dataset": dataset, "test": test, "training": training, "layers": layers, "weights": weights}
    return msgspec.structs.replace(experiment, **values)


def _beside(dataset: str, folder: Path) -> str:
    """A dataset's name, or its whole path where it is one: a file's paths begin at its own folder."""
    if dataset in NAMED:
        return dataset
    with contextlib.suppress(RuntimeError, OSError, ValueError):  # the home of somebody who is not there, a NUL in it
        path = folder / Path(dataset).expanduser()
        if "/" in dataset or is_file(path) or path.is_dir():
            return str(path)
        if (here := Path(dataset).absolute()).exists():  # the training process is in another folder
            return str(here)
    return dataset


def _with_weights_beside(layer: AnyLayer, folder: Path) -> AnyLayer:
    """A layer whose file of weights is named from the folder of the experiment's own file."""
    if not isinstance(layer, Application) or layer.weights in ("imagenet", "none"):
        return layer
    return msgspec.structs.replace(layer, weights=_file_beside(layer.weights, folder))


def _file_beside(name: str, folder: Path) -> str:
    """The whole path of a file that is named from the folder of the experiment's own file."""
    with contextlib.suppress(RuntimeError):  # the home of somebody who is not there: no weights, said later
        return str(folder / Path(name).expanduser())
    return name


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
    for at, phase in enumerate(experiment.then):
        _check_phase(experiment, phase, f"{where}: then[{at}]")
    return experiment


def _check_phase(experiment: Experiment, phase: Phase, where: str) -> None:
    """Raise ExperimentError for layers that are not there, and for metrics that are not reported."""
    for at, rule in enumerate(phase.stop or ()):
        _check_rule(experiment, rule, f"{where}.stop[{at}]")
    if isinstance(phase.schedule, ReduceLROnPlateau):
        _check_metric(experiment, phase.schedule.monitor, f"{where}.schedule.monitor")
    if phase.numbers and max(phase.numbers) > len(experiment.layers):
        found = f"found {max(phase.numbers)}; the network has {counted(len(experiment.layers), 'layer')}"
        raise ExperimentError(f"{where}.trainable: {found}")


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
    for key in sorted(OPTION_KEYS, key=lambda key: key not in ("test", "label_column")):  # of the dataset
        if getattr(experiment, key) != getattr(AS_THEY_ARE, key):
            document.add(key, tomlkit.item(plain[key]))
    if experiment.leave_out:
        # What tomlkit needs to make an item of a list grows with the square of its length; reading one does not.
        document.add("leave_out", tomlkit.value(msgspec.json.encode(experiment.leave_out).decode().replace(",", ", ")))
    if experiment.weights is not None:
        document.add("weights", tomlkit.item(experiment.weights))
    training = tomlkit.table()
    told = {key: value for key, value in experiment.training.told().items() if value is not None and key != "schedule"}
    for key in told:
        value = plain["training"][key]
        training.add(key, tomlkit.item(class_weights.to_table(value) if key == "class_weight" else value))
    if experiment.training.schedule is not None:
        training.add("schedule", _schedule_table(experiment.training.schedule))
    document.add("training", training)
    layers = [_layer_plain(layer) for layer in experiment.layers]
    for key, parts in (("stop", plain["stop"]), ("then", plain["then"]), ("layers", layers)):
        if parts:
            document.add(key, _tables(parts))
    return tomlkit.dumps(document)


def _layer_plain(layer: AnyLayer) -> dict[str, Any]:
    """A layer as its file has it: borders whose sides differ are written as Keras has them."""
    plain = plain_layer(layer)
    for field in fields_of(type(layer)):
        if field.kind == "borders" and len(getattr(layer, field.name)) > 2:
            plain[field.name] = [list(sides) for sides in sides_of(getattr(layer, field.name))]
    return plain


def _tables(parts: list[dict[str, Any]]) -> Any:
    """An array of tables; the stop rules of a phase are one inside it."""
    import tomlkit

    tables = tomlkit.aot()
    for part in parts:
        table = tomlkit.table()
        for name, value in part.items():
            if name == "stop" and value:
                table.add(name, _tables(value))
            else:
                table.add(name, tomlkit.inline_table() | value if isinstance(value, dict) else tomlkit.item(value))
        tables.append(table)
    return tables


def _schedule_table(schedule: AnySchedule) -> Any:
    """The table of a schedule, with what Keras demands and what is not at Keras's defaults."""
    import tomlkit

    table = tomlkit.table()
    for key, value in msgspec.to_builtins(schedule).items():
        table.add(key, tomlkit.item(value))
    return table


def _in_full(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """Accept what Keras accepts for short: `kernel_size = 3`, `kernel_regularizer = "l2"`; and a table of weights.

    Images that are left out may be in one text, as they are typed.

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
    try:
        full |= {key: leaving_out.of_file(value) for key, value in raw.items() if key == "leave_out"}
    except ValueError as error:
        raise ExperimentError(f"{where}: {error}") from None
    return full


def _layer_in_full(layer: Any) -> Any:
    kind = LAYERS.get(layer["type"]) if isinstance(layer, dict) and isinstance(layer.get("type"), str) else None
    if kind is None:
        return layer
    kinds = {field.name: field.kind for field in fields_of(kind)}
    return {key: _value_in_full(kinds.get(key), value) for key, value in layer.items()}


def _value_in_full(kind: Kind | None, value: Any) -> Any:
    if kind in ("pair", "borders", "ints") and type(value) is int:
        return [value] if kind == "ints" else [value, value]
    if kind == "borders" and isinstance(value, list) and all(isinstance(sides, list) for sides in value):
        return list(itertools.chain(*value))  # ((top, bottom), (left, right)), as Keras has it
    if kind == "penalty" and isinstance(value, str):
        with contextlib.suppress(ValueError):  # what it is not is said later, with what is allowed
            return None if value == "none" else msgspec.to_builtins(read_penalty(value))
    return value
