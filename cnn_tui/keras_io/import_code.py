"""A Python script or notebook as an experiment: the model that it makes, and how it trains it.

The code is read by its syntax tree and never run (keras_io/code). Whatever of it is not understood either refuses the
model, when it is part of the network, or is a note with its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.describe import describe
from cnn_tui.experiment import class_weights
from cnn_tui.experiment.class_weights import ClassWeight
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.schedule import AnySchedule, ReduceLROnPlateau
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.experiment.training import Training
from cnn_tui.keras_io.code.applications import with_preparation
from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.callbacks import stop_rules
from cnn_tui.keras_io.code.cells import read_source
from cnn_tui.keras_io.code.pictures import augmentation
from cnn_tui.keras_io.code.program import Program
from cnn_tui.keras_io.code.rates import rate_schedule
from cnn_tui.keras_io.code.scale import is_prepared, is_scaled, scaling
from cnn_tui.keras_io.code.values import (
    ClassNames,
    ClassWeights,
    CodeModel,
    DatasetArrays,
    Folder,
    Instance,
    Named,
    Unknown,
    Value,
)
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
    classes: Any
    """What the script has for the number of classes, where only running tells it; else None."""
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
    layers = _with_what_comes_before(data, model.layers, notes)
    dense = next((layer for layer in reversed(layers) if layer.kind == "Dense"), None)
    units = dense.arguments.get("units") if dense is not None else None
    validation = _data(fitted.get("validation_data"))
    if isinstance(validation, Folder) and validation.generator is not None and augmentation(validation.generator, []):
        notes.append("the pictures to validate on are varied there too: here they come as they are")
    return CodeImport(
        Chain(tuple(map(described, layers)), _input_shape(model, layers)),
        _compiled(model, notes),
        fitted,
        data,
        validation,
        units if isinstance(units, Unknown | Named | ClassNames) else None,
        rate_schedule(fitted, model.compiled, program.ask, notes),
        program.seed,
        model.printed_total,
        tuple(notes),
    )


def _with_what_comes_before(data: Value, layers: list[Instance], notes: list[str]) -> list[Instance]:
    """The layers of a model behind those that do what is done to the pictures before they go into it."""
    front: list[Instance] = []
    generator = data.generator if isinstance(data, Folder) else None
    if generator is not None:
        front += augmentation(generator, notes)
    if isinstance(data, Folder):
        front += data.layers
        notes += data.notes
    if any(layer.kind == "Application" for layer in layers):
        return with_preparation([*front, *layers], is_scaled(data), is_prepared(generator), notes)
    return [*front, *scaling(data, [*front, *layers], notes), *layers]


def _choose(models: Sequence[CodeModel], chosen: str | None, shown: str) -> CodeModel:
    """The one model that is meant. Raises ImportProblem where there is none, or where it cannot be told which."""
    whole = [model for model in models if model.layers or model.problems]
    compiled = [model for model in whole if model.compiled is not None]
    listed = [model for model in compiled if model.layers] or compiled
    listed = listed or [model for model in whole if not model.is_inside]
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
    if shape is None and any(layer.kind == "Application" for layer in layers):
        return (None, None, 3)  # which Keras takes where it is told none
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


def trained(experiment: Experiment, code: CodeImport, notes: list[str]) -> Training:
    """The training settings of an experiment with what a script's fit says."""
    training = experiment.training
    if not code.fitted:
        notes.append("the model is not trained in the file: the usual epochs stand in")
        return msgspec.structs.replace(training, validation="test")
    given: dict[str, Any] = {"epochs": _epochs(experiment, code, notes)}
    batch = code.data.arguments.get("batch_size") if isinstance(code.data, Folder) else None
    given["batch_size"] = code.fitted.get("batch_size") or batch or 32
    if code.seed is not None:
        given["seed"] = code.seed
    # Of a part of one folder: what is watched there is what is tested on here.
    held_out = isinstance(experiment.test, float) and holds_out(code)
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


def _epochs(experiment: Experiment, code: CodeImport, notes: list[str]) -> Any:
    """How many epochs a fit trains; `epochs` counts from the one that it begins after."""
    epochs, first = code.fitted.get("epochs", 1), code.fitted.get("initial_epoch", 0)
    if isinstance(first, Unknown):
        notes.append(f"initial_epoch is {first}, which is not known: it is trained for all {epochs} epochs here")
    steps = code.fitted.get("steps_per_epoch")
    if isinstance(steps, int | float) and not _is_every_image(steps, experiment, code):
        notes.append(f"steps_per_epoch {steps:g} is left out: an epoch here is every training image once")
    if type(epochs) is type(first) is int and first > 0:
        notes.append(f"epochs are counted from {first} on there: here it is trained for {epochs - first}")
        return epochs - first
    return epochs


def _is_every_image(steps: float, experiment: Experiment, code: CodeImport) -> bool:
    """Whether so many steps show every training image once, but for a last batch that is not full."""
    images = code.data.path if isinstance(code.data, Folder) else code.data
    size = code.data.arguments.get("batch_size", 32) if isinstance(code.data, Folder) else None
    size = size or code.fitted.get("batch_size") or 32
    count = images.count if isinstance(images, DatasetArrays) else None
    if count is None and experiment.dataset and isinstance(images, str):  # a folder that is here
        count = describe(experiment.dataset, experiment.data_options).train_images
    return count is not None and type(size) is int and abs(steps - count / size) <= 1


def _class_weight(code: CodeImport, notes: list[str]) -> ClassWeight:
    """How much the images of each class count, where a fit says so in numbers."""
    given = {**code.fitted, **(code.data.arguments if isinstance(code.data, Folder) else {})}
    if given.get("sample_weight") is not None:
        notes.append("sample_weight is left out: only whole classes have weights here")
    table = given.get("class_weight")
    if isinstance(table, ClassWeights):
        if table.table is None:
            return "balanced"
        table = table.table
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
    if isinstance(code.data, Folder) and holds_out(code):
        share = share_held_out(code.data)
        if share is None:
            notes.append("how many pictures are held out to validate is not known: a tenth stands in")
        return share or 0.1
    watched = code.validation
    images = code.data.path if isinstance(code.data, Folder) else code.data
    if isinstance(watched, Folder):
        if watched.is_part and not isinstance(watched.path, DatasetArrays):
            notes.append("only a part of the pictures to validate on is taken there, and all of them here")
        watched = watched.path
    if isinstance(watched, Unknown) and watched.table and watched.table == getattr(images, "table", ""):
        if watched.share == 1:
            notes.append("how many images are held out to validate is not known: a tenth stands in")
        return round(watched.share, 4) if watched.share < 1 else 0.1
    if isinstance(watched, DatasetArrays) and watched.half == "train":
        if watched.count is None:
            notes.append("how many images are held out to validate is not known: a tenth stands in")
        return 0.1 if watched.count is None else _share_of(watched.count, watched.whole)
    return "test"


def _share_of(count: int, whole: int) -> float:
    """So many of the whole as a share with few digits, which is what a person gives."""
    shares = [round(count / whole, digits) for digits in range(1, 5)]
    return next((share for share in shares if round(whole * share) == count), shares[-1])


def holds_out(code: CodeImport) -> bool:
    """Whether a script learns from a part of a folder, and watches another part of it."""
    data, watched = code.data, code.validation
    if not isinstance(data, Folder) or "subset" in data.arguments:
        return isinstance(data, Folder)
    return data.is_part and isinstance(watched, Folder) and watched.path == data.path


def share_held_out(folder: Folder) -> float | None:
    """The share of one folder that a script does not learn from; None where it does not say."""
    share = (folder.generator or folder).arguments.get("validation_split")
    if "subset" not in folder.arguments:
        share = round(1 - folder.part[1] + folder.part[0], 4) if folder.part is not None else None
    return share if isinstance(share, float) and 0 < share < 1 else None


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
