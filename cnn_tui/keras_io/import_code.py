"""A Python script or notebook as an experiment: the model that it makes, and how it trains it.

The code is read by its syntax tree and never run (keras_io/code). Whatever of it is not understood either refuses the
model, when it is part of the network, or is a note with its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.experiment.schedule import AnySchedule
from cnn_tui.keras_io.code.applications import with_preparation
from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.cells import CodeSource, read_source
from cnn_tui.keras_io.code.channels import with_channels_last
from cnn_tui.keras_io.code.data_values import BLUE_FIRST, YIELDED, ClassNames, DatasetArrays, Folder
from cnn_tui.keras_io.code.own_training import WORDS, OwnTraining, own_training
from cnn_tui.keras_io.code.pictures import augmentation
from cnn_tui.keras_io.code.preparation import of_generator
from cnn_tui.keras_io.code.program import Program
from cnn_tui.keras_io.code.rates import rate_schedule
from cnn_tui.keras_io.code.scale import arrays_of, is_scaled, scaling, with_preparation_as_layers
from cnn_tui.keras_io.code.uncalled import read_program
from cnn_tui.keras_io.code.values import CodeModel, Instance, Named, Unknown, Value
from cnn_tui.keras_io.import_chain import Chain, Plain
from cnn_tui.keras_io.import_file import ImportProblem, SeveralModels
from cnn_tui.keras_io.import_rows import with_flatten
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.layers import LAYERS
from cnn_tui.text import counted, enumerated, quiet

_IN_LAYERS = ("input_shape", "batch_input_shape", "input_dim", "name", "dtype")
"""Arguments of any layer that say what comes in, and not what the layer does."""


class CodeImport(msgspec.Struct, frozen=True):
    """A model of a script in the form that Keras's own files describe one, and how the script trains it."""

    chain: Chain
    compiled: Plain | None
    fitted: dict[str, Any]
    is_by_hand: bool
    """Whether it trains the model step by step, in place of a fit."""
    not_followed: str
    """What trains a model in it, and is neither called nor understood; "" for nothing."""
    data: Any
    validation: Any
    classes: Any
    """What the script has for the number of classes, where only running tells it; else None."""
    schedule: AnySchedule | None
    seed: int | None
    printed_total: int | None
    notes: Notes


def read_code(path: Path, chosen: str | None = None, training: int | None = None) -> list[CodeImport]:
    """The model of a script, a notebook, or a text with code fences, as it is at each of its trainings, in their order.

    `chosen` is the number, from 1, or the name of one of several models, `training` the number of the one training that
    is wanted. Raises ImportProblem.
    """
    source = read_source(path)
    try:
        program = read_program(source, tuple(LAYERS))
    except RecursionError:
        raise ImportProblem(f"{quiet(str(path))} is nested too deeply to be followed") from None
    model = _choose(program.models, chosen, quiet(path.name))
    if model.problems:
        raise ImportProblem(*dict.fromkeys(quiet(problem, 300) for problem in model.problems))
    trainings = [*model.earlier, model]
    if training is not None and not 1 <= training <= len(trainings):
        times = counted(model.fits, "training")
        raise ImportProblem(f"the model has {times}, which are numbered from 1: there is no {training}")
    if training is None:
        return [_code_import(one, program, source, []) for one in trainings]
    words = [note_of_one(training, len(trainings), f"this is training {training}")] if len(trainings) > 1 else []
    return [_code_import(trainings[training - 1], program, source, words)]


def note_of_one(number: int, trainings: int, how: str) -> str:
    """A note on a model of which one training alone is imported."""
    on = "; it goes on with the weights of the one before, which are to be set as its weights" if number > 1 else ""
    return f"the model is trained {trainings} times: {how}{on}"


def _code_import(model: CodeModel, program: Program, source: CodeSource, of_training: list[str]) -> CodeImport:
    notes = Notes([*program.notes, *model.notes, *of_training])
    notes.to_know += [*source.to_know, *program.to_know]
    own = None if model.fitted else own_training(source.cells, program.names, program.value)
    if own is not None:
        model = _as_if_fitted(model, own, notes)
    fitted = model.fitted or {}
    data = _data(fitted.get("x"))
    layers = _with_what_comes_before(data, model.layers, notes)
    dense = next((layer for layer in reversed(layers) if layer.kind == "Dense"), None)
    units = dense.arguments.get("units") if dense is not None else None
    if changed := _changed_at(fitted):
        notes.append(f"some of the labels are set by hand there ({changed}): here they are as they are in the dataset")
    validation = _data(fitted.get("validation_data"))
    notes += dict.fromkeys(
        f"{quiet(method, 80)} changes the images there in a way that is not known: it is left out"
        for one in (data, validation)
        if isinstance(one, Folder)
        for method in one.passed
    )
    images = arrays_of(data)
    sizes = images.sizes if images is not None else _sizes_said(data)
    shape = _input_shape(model, layers)
    shape = _sizes_said(data) if shape is None else shape
    layers, shape = with_channels_last(layers, shape, program.data_format, notes)
    chain = Chain(tuple(map(described, layers)), shape)
    is_row = sizes is not None and len(sizes) == 1
    return CodeImport(
        with_flatten(chain, notes, len(layers) - len(model.layers), is_row),
        _compiled(model, notes),
        fitted,
        own is not None,
        program.not_followed,
        data,
        validation,
        units if isinstance(units, Unknown | Named | ClassNames) else None,
        rate_schedule(fitted, model.compiled, program.ask, notes),
        program.seed,
        model.printed_total,
        notes,
    )


def _as_if_fitted(model: CodeModel, own: OwnTraining, notes: Notes) -> CodeModel:
    """A model that is trained step by step, as if a fit were given what is known of that."""
    compiled = own.compiled if model.compiled is None else model.compiled
    known = [words for name, words in WORDS.items() if name in {**compiled, **own.fitted}]
    rest = [words for words in WORDS.values() if words not in known]
    here = f"a fit with {enumerated(known, 'and')} of it" if known else "the usual settings stand in"
    here += f", and {enumerated(rest, 'and')} to be set" if rest else ""
    notes.append(f"the model is trained step by step there ({own.place}), which is not followed: here {here}")
    return msgspec.structs.replace(model, compiled=compiled or None, fitted=own.fitted or None)


def _with_what_comes_before(data: Value, layers: list[Instance], notes: Notes) -> list[Instance]:
    """The layers of a model behind those that do what is done to the pictures before they go into it."""
    front: list[Instance] = []
    images = arrays_of(data)
    if images is not None:
        front += images.layers
    generator = data.generator if isinstance(data, Folder) else None
    if generator is not None:
        front += augmentation(generator, notes)
    if isinstance(data, Folder):
        if BLUE_FIRST in data.arguments:
            learned = any(layer.kind == "Application" for layer in layers)
            (notes if learned else notes.to_know).append(
                f"OpenCV gives blue, green and red ({data.place}), and here pictures are red, green and blue"
            )
        front += data.layers
        notes += data.notes
    if any(layer.kind == "Application" for layer in layers):
        known = is_scaled(data) if isinstance(data, DatasetArrays | Folder) else None
        if isinstance(data, Folder) and YIELDED in data.arguments:
            notes.append(f"in which numbers images are yielded ({data.place}) is not known: here they go in as 0 to 1")
            known = True
        return with_preparation([*front, *layers], known, of_generator(generator), notes)
    front, layers = (with_preparation_as_layers(part, data, notes) for part in (front, layers))
    return [*front, *scaling(data, [*front, *layers], notes), *layers]


def _choose(models: Sequence[CodeModel], chosen: str | None, shown: str) -> CodeModel:
    """The one model that is meant. Raises ImportProblem where there is none, or where it cannot be told which."""
    whole = [model for model in models if model.layers or model.problems]
    compiled = [model for model in whole if model.compiled is not None]
    listed = [model for model in compiled if model.layers] or compiled
    listed = _of_each_kind(listed or [model for model in whole if not model.is_inside])
    if not listed:
        raise ImportProblem(f"{shown} makes no model of Keras that can be read")
    if chosen is not None:
        at = int(chosen) - 1 if chosen.isascii() and chosen.isdigit() else -1
        named = [model for model in listed if model.name == chosen]
        if 0 <= at < len(listed):
            return listed[at]
        if len(named) == 1:
            return named[0]
    elif len(listed) == 1:
        return listed[0]
    sizes = len({repr(model.shape) for model in listed}) > 1
    lines = tuple(
        f"{quiet(model.name, 40) or 'a model'} ({model.place}), {counted(len(model.layers), 'layer')}"
        + (f" on {_sizes(model)}" if sizes and isinstance(model.shape, tuple | list) else "")
        for model in listed
    )
    if chosen is not None:
        raise SeveralModels(f"{shown} makes no one model {quiet(chosen, 40)}: there is", lines)
    raise SeveralModels(f"{shown} makes {len(listed)} models", lines)


def _of_each_kind(models: Sequence[CodeModel]) -> list[CodeModel]:
    """Of models that a cell, a loop or a function makes again and again the last of each way in which one is trained.

    Where none of them is trained it is the last.
    """
    alike: dict[str, list[CodeModel]] = {}
    for model in models:
        alike.setdefault(_network(model), []).append(model)
    kinds: list[CodeModel] = []
    for same in alike.values():
        trained = {_how_trained(model): model for model in same if model.fitted}
        kinds += trained.values() or same[-1:]
    return kinds


def _sizes(model: CodeModel) -> str:
    return "x".join(quiet(str(size), 20) if type(size) is int else "any" for size in model.shape)


def _network(model: CodeModel) -> str:
    """The same text for models that have the same layers, and take images of one size."""
    return repr((model.shape, [without_place(described(layer)) for layer in model.layers]))


def _how_trained(model: CodeModel) -> str:
    """The same text for models that are trained in the same way, be it on other images: with labels as they are."""
    fitted = model.fitted or {}
    asked = {**(model.compiled or {}), **{name: fitted.get(name) for name in ("epochs", "batch_size")}}
    return repr((without_place(described(asked)), _changed_at(fitted)))


def without_place(value: Any) -> Any:
    """What is described, without the lines where it stands."""
    if isinstance(value, list):
        return [without_place(part) for part in value]
    if isinstance(value, dict):
        return {name: without_place(part) for name, part in value.items() if name != "place"}
    return value


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
            if name in layer.arguments and shape is None:
                shape = layer.arguments[name]
                shape = shape[1:] if name == "batch_input_shape" and isinstance(shape, tuple | list) else shape
                shape = (shape,) if isinstance(shape, int) else shape
        if shape is not None or layer.kind in ("Conv2D", "Dense"):  # whatever a later one says counts for nothing
            break
    if shape is None and any(layer.kind == "Application" for layer in layers):
        return (None, None, 3)  # which Keras takes where it is told none
    if not isinstance(shape, tuple | list):
        return None
    return tuple(size if type(size) is int else None for size in shape)


def _sizes_said(data: Value) -> tuple[int, ...] | None:
    """The shape of an image of data that is not known otherwise; None where the script does not say."""
    images = data.path if isinstance(data, Folder) else data
    return images.sizes if isinstance(images, Unknown) else None


def _compiled(model: CodeModel, notes: list[str]) -> Plain | None:
    if model.compiled is None:
        return None
    compiled = {name: described(value) for name, value in model.compiled.items()}
    return {"optimizer": "rmsprop", **compiled}  # Keras's default


def _changed_at(fitted: dict[str, Any]) -> str:
    """Where a script sets labels that it trains on; "" where it sets none."""
    given = fitted.get("x")
    labels = fitted.get("y", given[1] if isinstance(given, tuple | list) and len(given) > 1 else None)
    if isinstance(labels, Unknown) and labels.table is not None:
        return labels.table.numbers.changed_at
    return labels.changed_at if isinstance(labels, DatasetArrays) else ""


def _data(value: Value) -> Value:
    """The images in what a fit is given: in `(x_test, y_test)`, in `generator.flow(x_train, y_train)`."""
    if isinstance(value, tuple | list) and value:
        value = value[0]
    return value if isinstance(value, DatasetArrays | Folder | Unknown) else None
