"""A Python script or notebook as an experiment: the model that it makes, and how it trains it.

The code is read by its syntax tree and never run (keras_io/code). Whatever of it is not understood either refuses the
model, when it is part of the network, or is a note with its line.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.experiment.training.schedule import AnySchedule
from cnn_tui.keras_io.code.cells import CodeSource, read_source
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.drawn_anew import note_drawn
from cnn_tui.keras_io.code.data.data_values import ClassNames, Folder, images_in
from cnn_tui.keras_io.code.data.files.by_hand import THE_LABELS
from cnn_tui.keras_io.code.data.files.classes_asked import ClassesAsked
from cnn_tui.keras_io.code.data.files.copied import Copied, pictures_copied
from cnn_tui.keras_io.code.data.files.file_loops import is_read_by_hand
from cnn_tui.keras_io.code.data.files.places_read import places_read, reads_blue_first
from cnn_tui.keras_io.code.data.passes import with_batches_taken
from cnn_tui.keras_io.code.data.pictures.other_scales import note_other_scales
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of, changed_at
from cnn_tui.keras_io.code.data.supposed import Supposed, with_balance
from cnn_tui.keras_io.code.data.tables.tables import columns_named
from cnn_tui.keras_io.code.methods import at_last_training
from cnn_tui.keras_io.code.network.channels import with_channels_last
from cnn_tui.keras_io.code.network.sides import with_sides_read
from cnn_tui.keras_io.code.printed import printed_classes
from cnn_tui.keras_io.code.program import Program
from cnn_tui.keras_io.code.training.old_keras import word_of_old_keras
from cnn_tui.keras_io.code.training.own_training import WORDS, OwnTraining, measures_by_hand, own_training, with_labels
from cnn_tui.keras_io.code.training.rates import rate_schedule
from cnn_tui.keras_io.code.training.tuner import note_of
from cnn_tui.keras_io.code.uncalled import read_program
from cnn_tui.keras_io.code.values import FIT_AT, CodeModel, Instance, Named, Tested, Unknown, Value
from cnn_tui.keras_io.imported.chain import BEFORE, Chain, Plain
from cnn_tui.keras_io.imported.choice import SHAPES, choose, described, labels_of
from cnn_tui.keras_io.imported.data.rows import with_flatten
from cnn_tui.keras_io.imported.file import ImportProblem
from cnn_tui.keras_io.imported.in_front import note_blue_first, with_what_comes_before
from cnn_tui.keras_io.imported.other_sizes import note_sizes
from cnn_tui.keras_io.imported.shared import note_learned_before
from cnn_tui.keras_io.imported.training import OLD_KERAS
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.layers import LAYERS
from cnn_tui.text import counted, enumerated, quiet

_ONE_HOT = ("transform", "get_dummies", "eye(", "one_hot", "categorical", "factorize")
"""What is in words that leave labels as they are, but for their form."""


class CodeImport(msgspec.Struct, frozen=True):
    """A model of a script in the form that Keras's own files describe one, and how the script trains it."""

    chain: Chain
    compiled: Plain | None
    fitted: dict[str, Any]
    is_by_hand: bool
    """Whether it trains the model step by step, in place of a fit."""
    not_followed: str
    """Why no training of the model is known in a script that has one, as a sentence; "" for a script that has none."""
    data: Any
    validation: Any
    tested: tuple[Tested, ...]
    """The images that it tests the model on, in their order."""
    read_too: tuple[Folder, ...]
    """The folders of pictures that it reads, whatever for."""
    sides: tuple[str, ...]
    """What the script has for the sides of the images that the model takes, where only running tells how many."""
    classes: Any
    """What the script has for the number of classes, where only running tells it; else None."""
    schedule: AnySchedule | None
    seed: int | None
    policy: Any
    """The numbers that all layers compute with, where the script says so; else None."""
    starts_from: tuple[str, str, bool] | None
    """The file whose weights it has before it is trained, where it loads them, and whether all have to fit."""
    loaded: tuple[str, ...]
    """The datasets that the script loads the arrays of, in whichever of its names."""
    printed_total: int | None
    printed_classes: int | None
    """How many classes the notebook kept from printing what it reads."""
    places_read: str
    """The folders that it reads pictures from, in words, where the images that it trains on are not known; else ""."""
    copied: tuple[Copied, ...]
    columns_named: frozenset[str]
    """The columns of tables that it names, among other names."""
    notes: Notes


def read_code(path: Path, chosen: str | None = None, training: int | None = None) -> list[CodeImport]:
    """The model of a script, a notebook, or a text with code fences, as it is at each of its trainings, in their order.

    `chosen` is the number, from 1, or the name of one of several models, `training` the number of the one training that
    is wanted. Raises ImportProblem.
    """
    source = read_source(path)
    classes = ClassesAsked(path.parent, printed_classes(source, None))
    try:
        program = read_program(source, tuple(LAYERS), classes)
    except RecursionError:
        raise ImportProblem(f"{quiet(str(path))} is nested too deeply to be followed") from None
    _note_loaded_if_there(program, path.parent)
    model = choose(program.models, chosen, quiet(path.name), source.cells)
    if model.problems:
        by_folder = classes.not_told.values() if any("not known" in problem for problem in model.problems) else ()
        raise ImportProblem(*dict.fromkeys(quiet(problem, 300) for problem in (*model.problems, *by_folder)))
    program.to_know += classes.to_know.values()
    trainings = [*model.earlier, at_last_training(model)]
    shared = note_learned_before(model, program.models)
    if training is not None and not 1 <= training <= len(trainings):
        times = counted(model.fits, "training")
        raise ImportProblem(f"the model has {times}, which are numbered from 1: there is no {training}")
    if training is None:
        return [_code_import(one, program, source, shared) for one in trainings]
    words = [note_of_one(training, len(trainings), f"this is training {training}")] if len(trainings) > 1 else []
    return [_code_import(trainings[training - 1], program, source, [*shared, *words])]


def _read_anew(source: CodeSource, supposed: Supposed) -> list[CodeModel]:
    """The models of a script as it trains them, where each class is supposed to have so many images."""
    with contextlib.suppress(ImportProblem, RecursionError):
        models = read_program(source, tuple(LAYERS), ClassesAsked(supposed=supposed)).models
        return [one for model in models for one in (*model.earlier, model)]
    return []


def _note_loaded_if_there(program: Program, beside: Path) -> None:
    """Note what a script loads, or not, before it trains: where the file is there, it does so."""
    for what, file, place in program.doubts.loaded_if_there:
        shown = quiet(file.what if isinstance(file, Unknown) else str(file), 80)
        does, here = ("or built", "it is built") if what == "the model" else ("or not", "it begins without them")
        is_here = isinstance(file, str) and any((beside / one).exists() for one in (file, Path(file).name))
        of_file = "the file is here, and so it would be loaded" if is_here else "only running tells which"
        note = f"{what} may be loaded from {shown} there ({place}), {does}, {of_file}: here {here}"
        (program.notes if is_here else program.to_know).append(note)


def note_of_one(number: int, trainings: int, how: str) -> str:
    """A note on a model of which one training alone is imported."""
    on = "; it goes on with the weights of the one before, which are to be set as its weights" if number > 1 else ""
    return f"the model is trained {trainings} times: {how}{on}"


def _code_import(model: CodeModel, program: Program, source: CodeSource, of_training: list[str]) -> CodeImport:
    notes = Notes([*program.notes, *model.notes, *of_training])
    notes += filter(None, [note_of(program.calls.chosen)])
    notes.to_know += [*source.to_know, *program.to_know, *program.machine.notes()]
    layers_read = with_sides_read(model.layers, source.cells, notes)
    model = msgspec.structs.replace(model, layers=layers_read)
    own = None if model.fitted else own_training(source.cells, program.everywhere(), program.value)
    if own is not None:
        model = _as_if_fitted(model, own, notes)
    fitted = with_balance(_with_unknown(model.fitted or {}), model.layers, functools.partial(_read_anew, source))
    both = _data(fitted.get("x")), _data(fitted.get("validation_data"))
    data, validation, fitted = with_batches_taken(*both, fitted)
    layers = with_what_comes_before(data, model.layers, notes)
    dense = next((layer for layer in reversed(layers) if layer.kind == "Dense"), None)
    units = dense.arguments.get("units") if dense is not None else None
    if changed := changed_at(labels_of(fitted)):
        notes.append(f"some of the labels are set by hand there ({changed}): here they are as they are in the dataset")
    notes += _labels_not_known(fitted, data)
    note_drawn(data, validation, notes)
    notes += dict.fromkeys(
        f"{quiet(method, 80)} changes the images there in a way that is not known: it is left out"
        for one in (data, validation)
        if isinstance(one, Folder)
        for method in one.passed
    )
    for one, kind in ((data, "train"), (validation, "validate")):
        for added in one.added if isinstance(one, Folder) else ():
            notes.append(f"{added} puts other pictures there to those to {kind} on: they are left out")
    by_hand = measures_by_hand(source.cells)
    tested = tuple(with_labels(msgspec.structs.replace(one, images=_tested(one)), by_hand) for one in model.evaluated)
    used = (data, validation)  # what it only tests on by hand is left alone here
    notes += [note for note, folder in program.left_out.items() if any(is_read_by_hand(one, folder) for one in used)]
    note_other_scales(data, validation, tested, notes)
    images, goes_in = arrays_of(data), images_in(data)
    said = goes_in.sizes if isinstance(goes_in, Unknown) else None
    sizes = said if images is None else images.sizes
    there = _shape_there(model, layers)
    shape = said if there is None else tuple(size if type(size) is int else None for size in there)
    layers, shape = with_channels_last(layers, shape, program.calls.data_format, notes)
    data = note_sizes(data, validation, model, shape, notes)
    before = len(layers) - len(model.layers)
    every = [described(layer) for layer in layers]
    chain = Chain((*({**layer, BEFORE: True} for layer in every[:before]), *every[before:]), shape)
    is_row = sizes is not None and len(sizes) == 1
    is_unknown, fit_at = isinstance(goes_in, Unknown), str(fitted.get(FIT_AT))
    if is_unknown and (place := reads_blue_first(source.cells, fit_at)) and (shape or (3,))[-1] in (3, None):
        note_blue_first(place, layers, notes)
    return CodeImport(
        with_flatten(chain, notes, before, is_row),
        _compiled(model, source),
        fitted,
        own is not None,
        program.not_followed,
        data,
        validation,
        tested,
        _folders(program),
        tuple(dict.fromkeys(str(side) for side in there or () if isinstance(side, Unknown | Named))),
        units if isinstance(units, Unknown | Named | ClassNames) else None,
        rate_schedule(fitted, model.compiled, program.ask, notes),
        program.calls.seed,
        program.calls.policy,
        model.starts_from,
        _loaded(program),
        model.printed_total if model.layers_printed == len(model.layers) else None,
        printed_classes(source, data),
        places_read(source.cells, program.everywhere(), fit_at) if is_unknown else "",
        pictures_copied(source.cells, program.everywhere(), fit_at),
        columns_named(source.cells),
        notes,
    )


def _labels_not_known(fitted: dict[str, Any], data: Value) -> list[str]:
    """A note where the images that a script trains on are known, and the labels are none that are."""
    labels = labels_of(fitted)
    is_known = arrays_of(data) is not None and isinstance(labels, Unknown) and labels.table is None
    if not is_known or any(words in labels.what for words in _ONE_HOT):
        return []
    shown = f" ({labels.place})" if labels.what == THE_LABELS else f", {quiet(str(labels), 80)},"
    return [f"the labels that it trains on{shown} are not known: here they are the dataset's own"]


def _folders(program: Program) -> tuple[Folder, ...]:
    held = program.everywhere().own().values()
    every = [one for value in held for one in (value if isinstance(value, list | tuple) else (value,))]
    return tuple(one for one in every if isinstance(one, Folder))


def _loaded(program: Program) -> tuple[str, ...]:
    held = program.everywhere().own().values()
    return tuple(dict.fromkeys(value.dataset for value in held if isinstance(value, DatasetArrays)))


def _as_if_fitted(model: CodeModel, own: OwnTraining, notes: Notes) -> CodeModel:
    """A model that is trained step by step, as if a fit were given what is known of that."""
    compiled = own.compiled if model.compiled is None else model.compiled
    known = [words for name, words in WORDS.items() if name in {**compiled, **own.fitted}]
    rest = [words for words in WORDS.values() if words not in known]
    here = f"a fit with {enumerated(known, 'and')} of it" if known else "the usual settings stand in"
    here += f", and {enumerated(rest, 'and')} to be set" if rest else ""
    notes.append(f"the model is trained step by step there ({own.place}), which is not followed: here {here}")
    return msgspec.structs.replace(model, compiled=compiled or None, fitted=own.fitted or None)


def _shape_there(model: CodeModel, layers: Sequence[Instance]) -> tuple[Any, ...] | None:
    """The shape of the images that the model takes, without the batch; None where the script does not say.

    Sides that only running tells are as the script has them.
    """
    shape = model.shape
    for layer in layers if shape is None else ():
        for name in SHAPES:
            if name in layer.arguments and shape is None:
                shape = layer.arguments[name]
                shape = shape[1:] if name == "batch_input_shape" and isinstance(shape, tuple | list) else shape
                shape = (shape,) if isinstance(shape, int) else shape
        if shape is not None or layer.kind in ("Conv2D", "Dense"):  # whatever a later one says counts for nothing
            break
    if shape is None and any(layer.kind == "Application" for layer in layers):
        return (None, None, 3)  # which Keras takes where it is told none
    return tuple(shape) if isinstance(shape, tuple | list) else None


def _compiled(model: CodeModel, source: CodeSource) -> Plain | None:
    if model.compiled is None:
        return None
    compiled = {name: described(value) for name, value in model.compiled.items()}
    return {"optimizer": "rmsprop", **compiled, OLD_KERAS: word_of_old_keras(source.cells)}  # Keras's default


def _with_unknown(fitted: dict[str, Value]) -> dict[str, Value]:
    """What a fit is given, where something of a module that is not read is as little known as anything else."""
    place = str(fitted.get(FIT_AT))
    return {
        name: Unknown(value.path, place) if isinstance(value, Named) and name != FIT_AT else value
        for name, value in fitted.items()
    }


def _tested(one: Tested) -> Value:
    """The images that a model is tested on; of a module that is not read they are not known."""
    images = one.images[0] if isinstance(one.images, tuple | list) and one.images else one.images
    return Unknown(images.path, one.place) if isinstance(images, Named) else _data(images)


def _data(value: Value) -> Value:
    """The images in what a fit is given: in `(x_test, y_test)`, in `generator.flow(x_train, y_train)`."""
    if isinstance(value, tuple | list) and value:
        value = value[0]
    return value if isinstance(value, DatasetArrays | Folder | Unknown) else None
