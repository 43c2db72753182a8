"""A Python script or notebook as an experiment: the model that it makes, and how it trains it.

The code is read by its syntax tree and never run (keras_io/code). Whatever of it is not understood either refuses the
model, when it is part of the network, or is a note with its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.experiment import class_weights
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.schedule import AnySchedule, ReduceLROnPlateau
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.experiment.training import Training
from cnn_tui.keras_io.code.applications import PREPARATION, with_preparation
from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.callbacks import stop_rules
from cnn_tui.keras_io.code.cells import read_source
from cnn_tui.keras_io.code.pictures import augmentation, is_scaled
from cnn_tui.keras_io.code.program import Program
from cnn_tui.keras_io.code.rates import rate_schedule
from cnn_tui.keras_io.code.values import CodeModel, DatasetArrays, Folder, Instance, Named, Unknown, Value
from cnn_tui.keras_io.import_chain import Chain, Plain
from cnn_tui.keras_io.import_file import ImportProblem, SeveralModels
from cnn_tui.network.layers import LAYERS
from cnn_tui.text import counted, quiet

_IN_LAYERS = ("input_shape", "batch_input_shape", "input_dim", "name", "dtype")
"""Arguments of any layer that say what comes in, and not what the layer does."""


class CodeImport(msgspec.Struct, frozen=True):
    """A model of a script in the form that Keras's own files describe one, and how the script trains it."""

    chain: Chain
    compiled: Plain | None
    fitted: dict[str, Any]
    data: Any
    validation: Any
    schedule: AnySchedule | None
    seed: int | None
    printed_total: int | None
    notes: tuple[str, ...]


def read_code(path: Path, chosen: str | None = None) -> CodeImport:
    """The model of a script, a notebook, or a text with code fences. Raises ImportProblem.

    `chosen` is the number, from 1, or the name of one of several models.
    """
    source = read_source(path)
    program = Program(tuple(LAYERS))
    try:
        program.read(source)
    except RecursionError:
        raise ImportProblem(f"{quiet(str(path))} is nested too deeply to be followed") from None
    model = _choose(program.models, chosen, quiet(path.name))
    if model.problems:
        raise ImportProblem(*dict.fromkeys(quiet(problem, 300) for problem in model.problems))
    notes = [*program.notes, *model.notes]
    fitted = model.fitted or {}
    if model.fits > 1:
        notes.append(f"the model is trained {model.fits} times: the last one counts")
    data = _data(fitted.get("x"))
    generator = data.generator if isinstance(data, Folder) else None
    layers = [*(augmentation(generator, notes) if generator is not None else []), *model.layers]
    if any(layer.kind == "Application" for layer in layers):
        layers = with_preparation(layers, _is_scaled(data), _prepares(generator), notes)
    else:
        _note_scale(data, layers, notes)
    _answer_for_each_class(layers, data, notes)
    return CodeImport(
        Chain(tuple(map(described, layers)), _input_shape(model, layers)),
        _compiled(model, notes),
        fitted,
        data,
        _data(fitted.get("validation_data")),
        rate_schedule(fitted, model.compiled, program.ask, notes),
        program.seed,
        model.printed_total,
        tuple(notes),
    )


def _choose(models: Sequence[CodeModel], chosen: str | None, shown: str) -> CodeModel:
    """The one model that is meant. Raises ImportProblem where there is none, or where it cannot be told which."""
    whole = [model for model in models if model.layers or model.problems]
    compiled = [model for model in whole if model.compiled is not None]
    listed = compiled or [model for model in whole if not model.is_inside]
    if not listed:
        raise ImportProblem(f"{shown} makes no model of Keras that can be read")
    if chosen is not None:
        at = int(chosen) - 1 if chosen.isascii() and chosen.isdigit() else -1
        named = [model for model in listed if model.name == chosen]
        if 0 <= at < len(listed):
            return listed[at]
        if len(named) == 1:
            return named[0]
    elif len({_alike(model) for model in listed}) == 1:
        return listed[-1]
    lines = tuple(
        f"{quiet(model.name, 40) or 'a model'} ({model.place}), {counted(len(model.layers), 'layer')}"
        for model in listed
    )
    if chosen is not None:
        raise SeveralModels(f"{shown} makes no one model {quiet(chosen, 40)}: there is", lines)
    raise SeveralModels(f"{shown} makes {len(listed)} models", lines)


def _alike(model: CodeModel) -> str:
    """The same text for models that a cell makes again and again."""
    return repr([described(layer) for layer in model.layers])


def described(value: Value) -> Any:
    """A layer, or whatever a script gives it, as Keras's JSON would have it."""
    if isinstance(value, Instance):
        config = {name: described(part) for name, part in value.arguments.items() if name not in _IN_LAYERS[:3]}
        return {"class_name": value.kind, "config": config, "place": value.place}
    if isinstance(value, Named):
        return value.name
    if isinstance(value, tuple | list | range):
        return [described(part) for part in value]
    if isinstance(value, dict):
        return {str(name): described(part) for name, part in value.items()}
    return value if is_plain(value) else {"class_name": str(value), "config": {}}


def _input_shape(model: CodeModel, layers: Sequence[Instance]) -> tuple[Any, ...] | None:
    """The shape of the images that the model takes, without the batch; None where the script does not say."""
    shape = model.shape
    for layer in layers if shape is None else ():
        for name in _IN_LAYERS[:3]:
            if name in layer.arguments:
                shape = layer.arguments[name]
                shape = shape[1:] if name == "batch_input_shape" and isinstance(shape, tuple | list) else shape
                shape = (shape,) if isinstance(shape, int) else shape
    if not isinstance(shape, tuple | list):
        return None
    return tuple(size if type(size) is int else None for size in shape)


def _compiled(model: CodeModel, notes: list[str]) -> Plain | None:
    if model.compiled is None:
        return None
    compiled = {name: described(value) for name, value in model.compiled.items()}
    return {"optimizer": "rmsprop", **compiled}  # Keras's default


def _data(value: Value) -> Value:
    """The images in what a fit is given: in `(x_test, y_test)`, in `generator.flow(x_train, y_train)`."""
    if isinstance(value, tuple | list) and value:
        value = value[0]
    return value if isinstance(value, DatasetArrays | Folder | Unknown) else None


def _answer_for_each_class(layers: Sequence[Instance], data: Value, notes: list[str]) -> None:
    """Give the last Dense layer a unit for each class where only running tells how many there are."""
    dense = [layer for layer in layers if layer.kind == "Dense"]
    units = dense[-1].arguments.get("units") if dense else None
    if isinstance(units, Unknown):
        dataset = data.dataset if isinstance(data, DatasetArrays) else "fashion_mnist"
        classes = BUILT_IN[dataset].classes
        dense[-1].arguments["units"] = classes
        notes.append(f"how many classes there are, {units}, only running tells: the {classes} of {dataset} stand in")


def _is_scaled(data: Value) -> bool:
    """Whether images go into the model there as 0 to 1."""
    images = data.path if isinstance(data, Folder) and isinstance(data.path, DatasetArrays) else data
    if isinstance(images, DatasetArrays) and is_scaled(images.scale):
        return True
    return (
        isinstance(data, Folder) and data.generator is not None and is_scaled(data.generator.arguments.get("rescale"))
    )


def _prepares(generator: Instance | None) -> bool:
    """Whether a generator hands pictures to the function that prepares them for a network of Keras's."""
    function = generator.arguments.get("preprocessing_function") if generator is not None else None
    return isinstance(function, Named) and function.name == PREPARATION


def _note_scale(data: Value, layers: Sequence[Instance], notes: list[str]) -> None:
    """Note where pictures go into the model there as other numbers than 0 to 1, as they do here."""
    if any(layer.kind == "Rescaling" for layer in layers):  # it is seen to with the layers
        return
    images = data.path if isinstance(data, Folder) and isinstance(data.path, DatasetArrays) else data
    if isinstance(images, DatasetArrays) and images.is_shifted:
        notes.append("something is added to the images before they go in there: here they are 0 to 1")
        return
    scales = [images.scale] if isinstance(images, DatasetArrays) else []
    if isinstance(data, Folder) and not isinstance(data.path, Unknown):  # of arrays that are not known, nothing is
        scale = data.generator.arguments.get("rescale", 1.0) if data.generator is not None else 1.0
        scales = [scales[0] * scale if scales and isinstance(scale, int | float) else scale]
    if scales and not is_scaled(scales[0]):
        notes.append("the images go in as 0 to 255 there, as it seems: here they are 0 to 1")


def trained(experiment: Experiment, code: CodeImport, notes: list[str]) -> Training:
    """The training settings of an experiment with what a script's fit says."""
    training = experiment.training
    if not code.fitted:
        notes.append("the model is not trained in the file: the usual epochs stand in")
        return msgspec.structs.replace(training, validation="test")
    given: dict[str, Any] = {"epochs": _epochs(code, notes)}
    batch = code.data.arguments.get("batch_size") if isinstance(code.data, Folder) else None
    given["batch_size"] = code.fitted.get("batch_size") or batch or 32
    if code.seed is not None:
        given["seed"] = code.seed
    held_out = isinstance(experiment.test, float)  # of one folder: what is watched there is what is tested on here
    given["validation"] = "test" if held_out else _validation(code, notes)
    if code.schedule is not None and training.schedule is None:
        given["schedule"] = code.schedule
    given["class_weight"] = _class_weight(code, notes)
    if code.fitted.get("shuffle") is False and isinstance(code.data, DatasetArrays):  # of arrays alone Keras asks it
        notes.append("shuffle=False is left out: every epoch takes the training images in another order")
    for name, value in given.items():
        if isinstance(value, Unknown):
            notes.append(f"{name} is {value}, which is not known: {getattr(training, name)} stands in")
            continue
        try:
            training = msgspec.structs.replace(training, **{name: value})
        except (ValueError, TypeError) as error:
            notes.append(f"{error}; {getattr(training, name)} stands in")
    return training


def _epochs(code: CodeImport, notes: list[str]) -> Any:
    """How many epochs a fit trains; `epochs` counts from the one that it begins after."""
    epochs, first = code.fitted.get("epochs", 1), code.fitted.get("initial_epoch", 0)
    if type(steps := code.fitted.get("steps_per_epoch")) in (int, float):
        notes.append(f"steps_per_epoch {steps:g} is left out: an epoch here is every training image once")
    if type(epochs) is type(first) is int and first > 0:
        notes.append(f"epochs are counted from {first} on there: here it is trained for {epochs - first}")
        return epochs - first
    return epochs


def _class_weight(code: CodeImport, notes: list[str]) -> tuple[float, ...] | None:
    """How much the images of each class count, where a fit says so in numbers."""
    if code.fitted.get("sample_weight") is not None:
        notes.append("sample_weight is left out: only whole classes have weights here")
    table = code.fitted.get("class_weight")
    if table is None:
        return None
    try:
        if isinstance(table, dict):
            return tuple(class_weights.of_table(table))
    except ValueError as error:
        notes.append(f"{error}: it is left out")
        return None
    notes.append(f"class_weight is {table}, which is not known: it is left out; balanced may be what is meant")
    return None


def _validation(code: CodeImport, notes: list[str]) -> Any:
    """The test set, a part that is held out, or none, as a fit watches it."""
    if "validation_data" not in code.fitted:
        if isinstance(code.data, DatasetArrays) and code.data.count != code.data.whole:
            notes.append("the model is trained on a part of the training images there, and on all of them here")
        return code.fitted.get("validation_split", 0.0) or "none"
    if isinstance(code.data, Folder) and "subset" in code.data.arguments:
        whole = code.data.generator or code.data
        return whole.arguments.get("validation_split", 0.1)
    watched = code.validation
    if isinstance(watched, Folder):
        watched = watched.path
    if isinstance(watched, DatasetArrays) and watched.half == "train":
        if watched.count is None:
            notes.append("how many images are held out to validate is not known: a tenth stands in")
        return 0.1 if watched.count is None else round(watched.count / watched.whole, 4)
    return "test"


def watched(experiment: Experiment, notes: list[str]) -> Experiment:
    """The experiment without a schedule that watches what its training does not report."""
    schedule = experiment.training.schedule
    if not isinstance(schedule, ReduceLROnPlateau) or schedule.monitor in experiment.emitted_metrics():
        return experiment
    notes.append(f"ReduceLROnPlateau is left out: the training does not report {quiet(schedule.monitor, 40)}")
    return experiment.with_training(schedule=None)


def rules_of(code: CodeImport, experiment: Experiment, notes: list[str]) -> tuple[StopRule, ...]:
    """The stop rules that a script's callbacks are, of those that can fire in the experiment."""
    rules = stop_rules(code.fitted.get("callbacks"), notes)
    emitted = experiment.emitted_metrics()
    notes += [
        f"the stop rule {rule} is left out: the training does not report {quiet(rule.metric, 40)}"
        for rule in rules
        if rule.metric not in emitted
    ]
    return tuple(rule for rule in rules if rule.metric in emitted)
