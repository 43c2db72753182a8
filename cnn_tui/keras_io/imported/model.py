"""A Keras model as an experiment: from a `.keras` or HDF5 file, `model.to_json()`, `json.dumps(model.get_config())`, or
from the Python script or notebook that makes it.

Files are only read: no code is run, no class is loaded by its name. A layer that cannot be imported is named with the
reason, and so is every argument that is left out.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.data.npz_file import MOST_CLASSES
from cnn_tui.experiment.check import build_problems, outputs_apart
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.layer_weights import file_of, found
from cnn_tui.experiment.training.start_weights import weights_path
from cnn_tui.keras_io.code.cells import SUFFIXES
from cnn_tui.keras_io.code.data.data_values import images_in
from cnn_tui.keras_io.imported.axes import with_last_axes
from cnn_tui.keras_io.imported.chain import BEFORE, IN_FRONT, Chain, Plain, chain_of, config_of, label, name_of
from cnn_tui.keras_io.imported.code import CodeImport, read_code
from cnn_tui.keras_io.imported.data.data_asked import NO_DATA, DataAsked
from cnn_tui.keras_io.imported.data.folders import data_asked
from cnn_tui.keras_io.imported.data.images import LIKELY, images_for, with_units, with_unused_labels
from cnn_tui.keras_io.imported.data.rows import with_flatten
from cnn_tui.keras_io.imported.file import ImportProblem, SeveralModels, read_config
from cnn_tui.keras_io.imported.fit import rules_of, trained, watched
from cnn_tui.keras_io.imported.inside import unprepared
from cnn_tui.keras_io.imported.layers import (
    ImportFindings,
    take_layer,
    with_activations_apart,
    without_unknown_variation,
)
from cnn_tui.keras_io.imported.phases import Imported, in_phases
from cnn_tui.keras_io.imported.training import training_of
from cnn_tui.keras_io.keras_1 import is_keras_1, of_today
from cnn_tui.keras_io.notes import Notes
from cnn_tui.keras_io.weights_file import LayerKind, stored_layers
from cnn_tui.network.layers import AnyLayer, Application, Dense, RandomBrightness, RandomContrast, Rescaling
from cnn_tui.network.problems.problems import activation_at_end
from cnn_tui.network.rescaling import WHITE, for_images_to_1, second_division
from cnn_tui.network.stack import Stack, float32_layers
from cnn_tui.network.summary import summarize
from cnn_tui.text import enumerated, quiet

__all__ = ["ImportProblem", "Imported", "SeveralModels", "import_model", "with_weights"]

_MIXED = ("mixed_bfloat16", "mixed_float16")


def import_model(path: Path, chosen: str | None = None, training: int | None = None) -> Imported:
    """Read a Sequential, or a Functional that is a plain chain of layers, from a file. Raises ImportProblem.

    `chosen` tells which model of a script is meant where it makes several: the number, from 1, or the name. `training`
    tells which of the trainings of that model, from 1; by default all of them are phases of one.
    """
    if path.suffix.lower() in SUFFIXES:
        codes = read_code(path, chosen, training)
        return _with_files(in_phases(codes, lambda code: _from_code(code, path)), path)
    model = read_config(path)
    try:
        findings = ImportFindings()
        chain = chain_of(model, findings.problems)
        if is_keras_1(model, chain.layers):
            chain = of_today(chain)
        chain = with_flatten(chain, findings.notes)
        imported = _imported(chain, model.get("compile_config"), quiet(path.stem), findings)
        return msgspec.structs.replace(imported, to_know=(*imported.to_know, *_not_in_a_model(imported.experiment)))
    except RecursionError:
        raise ImportProblem(f"{quiet(str(path))} is nested too deeply to be a model") from None


def _with_files(imported: Imported, script: Path) -> Imported:
    """The import with the files of weights that its layers begin with, which lie where the script has them."""
    experiment, to_know = imported.experiment, [*imported.to_know]
    layers = [*experiment.layers]
    for at, layer in enumerate(layers):
        path = file_of(layer)
        if path is None or found(path):
            continue
        beside = script.parent / path
        if found(str(beside)):
            layers[at] = msgspec.structs.replace(layer, weights=str(beside.absolute()))
            continue
        to_know.append(
            f"layer {at + 1} begins with the weights of {quiet(path, 80)}, which is not there: put the file there, or "
            "set weights to imagenet or none"
        )
    experiment = msgspec.structs.replace(experiment, layers=tuple(layers))
    return Imported(experiment, imported.differences, tuple(to_know))


def _not_in_a_model(experiment: Experiment) -> list[str]:
    """What a model's file does not say, and what stands in for it."""
    if not experiment.dataset:
        return []
    shape = BUILT_IN[experiment.dataset].input_shape
    others = [name for name in LIKELY if BUILT_IN[name].input_shape == shape and name != experiment.dataset]
    beside = f" ({enumerated(others, 'or')} would fit too)" if others else ""
    training = experiment.training
    return [
        f"a model's file does not say what it was trained on, or how long: {experiment.dataset}{beside}, "
        f"{training.epochs} epochs and batches of {training.batch_size} stand in"
    ]


def with_weights(imported: Imported, path: Path) -> Imported:
    """The import with the file's own weights to start from. Raises ImportProblem where it has none."""
    try:
        whole = weights_path(str(path))
        with stored_layers(path, ()) as stored:
            there = sum(math.prod(shape) for layer in stored for shape in layer.shapes)
    except ValueError as error:
        raise ImportProblem(f"{quiet(path.name)} cannot be started from: {error}") from None
    differences, total = imported.differences, summarize(imported.experiment.stack).total_params
    if there != total:
        words = f"the file has {there:,} weights, and this network {total:,}: it may not take them all"
        differences = (*differences, words)
    experiment = msgspec.structs.replace(imported.experiment, weights=whole)
    return Imported(experiment, differences, imported.to_know)


def _imported(chain: Chain, compiled: Any, name: str, findings: ImportFindings, asked: DataAsked = NO_DATA) -> Imported:
    described = without_unknown_variation(chain.layers, findings.notes)
    described = with_last_axes([*with_activations_apart([*described])], chain.input_shape)
    chain = msgspec.structs.replace(chain, layers=tuple(described))
    numbers = itertools.accumulate(int(layer.get("place") != IN_FRONT) for layer in chain.layers)  # those of the file
    taken = [take_layer(number, layer, findings) for number, layer in zip(numbers, chain.layers, strict=True)]
    layers = tuple(layer for layer in taken if layer is not None)
    if not chain.layers:
        findings.problems.append("the model has no layers")
    if findings.problems:
        raise ImportProblem(*findings.problems)
    notes = findings.notes
    _note_names(chain.layers, layers, notes)
    images = images_for(asked, chain.input_shape, layers, name, notes)
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    has_one_unit = bool(dense) and dense[-1].units == 1
    ends_in = activation_at_end(Stack((1, 1, 1), layers)) if layers else None
    training = training_of(compiled, _precision(chain.layers, layers, notes), has_one_unit, notes, ends_in or "")
    if asked.options.validation is not None:
        training = msgspec.structs.replace(training, validation=asked.options.validation)
    layers = _for_images_to_1(layers, chain.layers, notes)
    notes += filter(None, [unprepared(chain.layers, layers)])
    experiment = Experiment(name=name, training=training, layers=layers, **images)
    return Imported(experiment, tuple(notes), tuple(notes.to_know))


def _for_images_to_1(layers: tuple[AnyLayer, ...], described: Sequence[Plain], notes: Notes) -> tuple[AnyLayer, ...]:
    """The layers for images from 0 to 1, as they come here, where the model scales images from 0 to 255 itself.

    `described` are the same layers, as the file has them.
    """
    at = second_division(Stack((1, 1, 1), layers))
    if at is None:
        return _before_a_base(layers)
    there = layers[at]
    assert isinstance(there, Rescaling)
    instead = for_images_to_1(there)
    why = "images come as 0 to 1 here, divided by 255 already"
    layers = tuple(_to_1(layer) if place < at else layer for place, layer in enumerate(layers))
    if instead is not None:
        words = f"layer {at + 1} (Rescaling) has scale {instead.scale:g} here, not {there.scale:.3g}"
        notes.to_know.append(f"{words}: {why}")
        return (*layers[:at], instead, *layers[at + 1 :])
    if BEFORE in described[at]:
        notes.to_know.append(f"the images are divided by {1 / there.scale:.4g} there: they come as 0 to 1 here already")
    else:
        notes.to_know.append(f"layer {at + 1} (Rescaling by {there.scale:.3g}) is left out: {why}")
    return (*layers[:at], *layers[at + 1 :])


def _before_a_base(layers: tuple[AnyLayer, ...]) -> tuple[AnyLayer, ...]:
    """The layers, where a network that prepares images itself gets them as they come: from 0 to 255 there."""
    own = [at for at, layer in enumerate(layers) if isinstance(layer, Application) and layer.preprocessing == "own"]
    if not own or any(isinstance(layer, Rescaling) for layer in layers[: own[0]]):
        return layers
    return (*map(_to_1, layers[: own[0]]), *layers[own[0] :])


def _to_1(layer: AnyLayer) -> AnyLayer:
    """A layer above a Rescaling, for images whose white is 1 and not 255."""
    if isinstance(layer, RandomBrightness | RandomContrast) and layer.value_range == (0, WHITE):
        return msgspec.structs.replace(layer, value_range=(0, 1))
    return layer


def _from_code(code: CodeImport, path: Path) -> Imported:
    """The experiment of a script: the model, and how its fit trains it on which images."""
    findings = ImportFindings()
    findings.notes = code.notes
    asked = data_asked(code, path.parent, findings.notes)
    asked = msgspec.structs.replace(asked, sides=code.sides, loaded=code.loaded)
    asked = msgspec.structs.replace(asked, printed_classes=_printed_classes(code, asked, path))
    there = images_in(code.data)
    chain = with_units(code.chain, code.classes, asked, there, findings.notes)
    chain = with_unused_labels(chain, asked, findings.notes)
    experiment = _imported(chain, code.compiled, quiet(path.stem), findings, asked).experiment
    notes = findings.notes
    is_stand_in = asked.dataset is None and experiment.dataset and _is_as_large(experiment, chain.input_shape)
    if is_stand_in and not code.fitted:
        words = f"which images the model is for is not followed: {experiment.dataset}, whose images are as large"
        notes.to_know.append(f"{words}, stands in")
    elif is_stand_in:
        words = f"until then {experiment.dataset} stands in, whose images are as large; they come as 0 to 1 here"
        notes.to_know.append(words)
    experiment = msgspec.structs.replace(experiment, training=trained(experiment, code, notes))
    experiment = watched(experiment, notes)
    experiment = msgspec.structs.replace(experiment, stop=rules_of(code, experiment, notes))
    experiment = _started(experiment, code, path.parent, notes)
    if code.printed_total is not None:
        total = summarize(experiment.stack).total_params
        if total != code.printed_total:
            notes.append(f"the notebook's summary has {code.printed_total:,} parameters, and this network {total:,}")
    problems = build_problems(experiment)
    notes += [f"it is not trained here as it is: {quiet(one.message, 200)}" for one in problems]
    if not problems and (apart := outputs_apart(experiment)) is not None:
        notes.to_know.append(apart.message)
    return Imported(experiment, tuple(notes), tuple(notes.to_know))


def _started(experiment: Experiment, code: CodeImport, beside: Path, notes: Notes) -> Experiment:
    """The experiment with the file whose weights the script loads first, where that is here and they fit."""
    if code.starts_from is None:
        return experiment
    loaded, place, is_whole = code.starts_from
    wanted = [LayerKind(layer.type, "") for _, layer in experiment.stack.enabled()]
    with contextlib.suppress(ValueError):
        whole = weights_path(str(beside / loaded))
        with stored_layers(Path(whole), wanted) as stored:
            there = sum(math.prod(shape) for layer in stored for shape in layer.shapes)
        if not is_whole or there == summarize(experiment.stack).total_params:
            return msgspec.structs.replace(experiment, weights=whole)
    notes.append(f"the weights that are loaded at {place} are left out")
    return experiment


def _printed_classes(code: CodeImport, asked: DataAsked, path: Path) -> int | None:
    """How many classes there are by what a notebook printed: as it says, or with which its total is that of here."""
    total = code.printed_total
    if asked.dataset is not None or code.printed_classes is not None or code.classes is None or total is None:
        return code.printed_classes if asked.dataset is None else None
    few, more = (_total_with(units, code, asked, path) for units in (2, 3))
    units, rest = divmod(total - few, more - few) if more > few else (-1, 0)
    is_so = rest == 0 and 0 <= units < MOST_CLASSES and _total_with(units + 2, code, asked, path) == total
    return units + 2 if is_so else None


def _total_with(units: int, code: CodeImport, asked: DataAsked, path: Path) -> int:
    """The parameters of the network with so many units at its end."""
    findings = ImportFindings()
    asked = msgspec.structs.replace(asked, printed_classes=units)
    chain = with_units(code.chain, code.classes, asked, None, findings.notes)
    return summarize(_imported(chain, code.compiled, path.stem, findings, asked).experiment.stack).total_params


def _is_as_large(experiment: Experiment, shape: Sequence[Any] | None) -> bool:
    """Whether a model takes images with as many numbers as those of the dataset."""
    sizes = [size for size in shape or () if type(size) is int]
    return math.prod(sizes) == math.prod(experiment.data.input_shape)


def _precision(described: Sequence[Plain], layers: tuple[AnyLayer, ...], notes: list[str]) -> str:
    """The precision that most layers' dtype policies ask for; a note names the layers that ask for another.

    Layers that always compute in float32 here are not counted.
    """
    policies = [_policy(config_of(layer).get("dtype")) for layer in described]
    others = [policy for policy in dict.fromkeys(policies) if policy not in (*_MIXED, "float32")]
    if others:
        notes.append(f"the precision {', '.join(quiet(policy, 30) for policy in others[:5])} is left out")
    always = float32_layers(Stack((1, 1, 1), layers))
    asked = [policy if policy in _MIXED else "float32" for policy in policies]
    counts = Counter(policy for at, policy in enumerate(asked) if at not in always)
    precision = max((*_MIXED, "float32"), key=lambda policy: counts[policy]) if counts else "float32"
    differing = []
    for at, policy in enumerate(asked):
        here = "float32" if at in always else precision
        if policy != here and "dtype" in config_of(described[at]):
            differing.append(f"{label(at + 1, described[at])} has {policy}, here {here}")
    if differing:
        more = ", …" if len(differing) > 5 else ""
        notes.append(f"the dtypes of single layers are left out ({', '.join(differing[:5])}{more})")
    return precision


def _policy(dtype: Any) -> str:
    """`mixed_bfloat16`, from that name or from the object that Keras writes for a policy."""
    if isinstance(dtype, dict):
        dtype = config_of(dtype).get("name")
    return dtype if isinstance(dtype, str) else "float32"


def _note_names(described: tuple[Plain, ...], layers: tuple[AnyLayer, ...], notes: Notes) -> None:
    """Add a note on names that a person gave to layers; names that Keras gave, as `conv2d_3`, need none."""
    own = [
        name_of(layer)
        for layer, taken in zip(described, layers, strict=True)
        if name_of(layer) and not re.fullmatch(f"{_bare(taken.type)}\\d*", _bare(name_of(layer)))
    ]
    if own:
        names = ", ".join(f'"{quiet(name, 40)}"' for name in own[:5]) + (", …" if len(own) > 5 else "")
        notes.to_know.append(f"names of layers are left out ({names}): Keras names them anew")


def _bare(name: str) -> str:
    return name.replace("_", "").lower()
