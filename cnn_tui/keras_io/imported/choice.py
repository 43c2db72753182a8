"""Which model of a script is meant where it makes several, told by what they are and how they are trained.

Those that a line would show alike are told from one another by what is different in them.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.data.pictures.preparation import PREPARATION
from cnn_tui.keras_io.code.data.pictures.scale import changed_at
from cnn_tui.keras_io.code.training.searched import SEARCHED
from cnn_tui.keras_io.code.values import CodeModel, Instance, Named, Value
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.keras_io.imported.chain import BEFORE
from cnn_tui.keras_io.imported.file import ImportProblem, SeveralModels
from cnn_tui.text import counted, enumerated, quiet

_LIBRARIES = ("tensorflow", "keras", "tf_keras", "keras_core", "numpy", "builtins", "math")
"""Where names are Keras's own; what is of other modules is not known, whatever it is called."""
_OF_MODELS = ("Sequential", "Model", "load_model", "model_from_json", "compile", "fit_generator")
"""What is called to make, to load or to train a model."""
_MOST_PLACES = 4
SHAPES = ("input_shape", "batch_input_shape", "input_dim")
"""Arguments of any layer that say what comes in, and not what the layer does."""
_MOST = 2
"""Differences that are named."""


def choose(models: Sequence[CodeModel], chosen: str | None, shown: str, cells: Sequence[CodeCell]) -> CodeModel:
    """The one model that is meant. Raises ImportProblem where there is none, or where it cannot be told which."""
    whole = [model for model in models if model.layers or model.problems]
    unsearched = [model for model in whole if SEARCHED not in (model.fitted or {})]
    whole = unsearched if any(model.fitted for model in unsearched) else whole
    compiled = [model for model in whole if model.compiled is not None]
    listed = [model for model in compiled if model.layers] or compiled
    listed = _of_each_kind(listed or [model for model in whole if not model.is_inside])
    if not listed:
        raise ImportProblem(f"{shown} makes no model of Keras that can be read{_not_followed(cells)}")
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
    lines = told_apart(lines, listed)
    if chosen is not None:
        several = len(named) > 1
        which = f"{len(named)} models of {shown} are" if several else f"no model of {shown} is"
        raise SeveralModels(f"{which} called {quiet(chosen, 40)}; it makes", lines)
    raise SeveralModels(f"{shown} makes {len(listed)} models", lines)


def _not_followed(cells: Sequence[CodeCell]) -> str:
    """Where a script has what makes or trains a model, none of which was followed; "" where it has nothing such."""
    places = []
    for cell in cells:
        for part in ast.walk(cell.tree):
            callee = part.func if isinstance(part, ast.Call) else None
            name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", None)
            if isinstance(part, ast.Call) and name in _OF_MODELS:
                places.append(f"{name} ({cell.place(part.lineno)})")
    return f": {enumerated(places[:_MOST_PLACES], 'and')} could not be followed" if places else ""


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
    return repr((without_place(described(asked)), changed_at(labels_of(fitted))))


def without_place(value: Any) -> Any:
    """What is described, without the lines where it stands."""
    if isinstance(value, list):
        return [without_place(part) for part in value]
    if isinstance(value, dict):
        return {name: without_place(part) for name, part in value.items() if name not in ("place", BEFORE)}
    return value


def described(value: Value) -> Any:
    """A layer, or whatever a script gives it, as Keras's JSON would have it."""
    if isinstance(value, Instance):
        config = {name: described(part) for name, part in value.arguments.items() if name not in SHAPES}
        return {"class_name": value.kind, "config": config, "place": value.place}
    if isinstance(value, Named):
        is_library = value.path.partition(".")[0] in _LIBRARIES
        return value.name if is_library else {"class_name": value.path, "config": {}}
    if isinstance(value, tuple | list | range):
        return [described(part) for part in value]
    if isinstance(value, dict):
        return {str(name): described(part) for name, part in value.items()}
    return value if is_plain(value) else {"class_name": words_of(value), "config": {}}


def labels_of(fitted: dict[str, Any]) -> Value:
    """The labels that a fit is given; None where it is given none apart from the images."""
    given = fitted.get("x")
    if isinstance(given, Folder) and "y" in given.arguments:  # which flow is given
        return given.arguments["y"]
    return fitted.get("y", given[1] if isinstance(given, tuple | list) and len(given) > 1 else None)


def told_apart(lines: Sequence[str], models: Sequence[CodeModel]) -> tuple[str, ...]:
    """The lines for the models, those that are alike with what is different in the models."""
    counts = Counter(lines)
    facts = [_facts(model) for model in models]
    told = []
    for at, line in enumerate(lines):
        others = [facts[other] for other, same in enumerate(lines) if same == line]
        different = [words for name, words in facts[at].items() if any(one.get(name) != words for one in others)]
        told.append(f"{line}: {enumerated(different[:_MOST], 'and')}" if counts[line] > 1 and different else line)
    return tuple(told)


def _facts(model: CodeModel) -> dict[str, str]:
    """What may tell a model from another, as words by what it is about."""
    compiled, fitted = model.compiled or {}, model.fitted or {}
    optimizer = compiled.get("optimizer")
    given = optimizer.arguments if isinstance(optimizer, Instance) else {}
    facts = {"optimizer": f"with {_shown(optimizer)}"} if optimizer is not None else {}
    rate = given.get("learning_rate", given.get("lr"))
    facts |= {"rate": f"at a rate of {_shown(rate)}"} if rate is not None else {}
    layers = [one for one in model.layers if isinstance(one, Instance) and one.kind != PREPARATION]
    for number, layer in enumerate(layers, 1):
        for name, value in layer.arguments.items():
            if is_plain(value) or isinstance(value, tuple | list):
                facts[f"{number} {name}"] = f"layer {number} has {name} {_shown(value)}"
        facts[f"{number}"] = f"layer {number} is {layer.kind}"
    facts |= {"loss": f"with the loss {_shown(compiled['loss'])}"} if "loss" in compiled else {}
    facts |= {"epochs": f"for {_shown(fitted['epochs'])} epochs"} if "epochs" in fitted else {}
    facts |= {"batches": f"in batches of {_shown(fitted['batch_size'])}"} if "batch_size" in fitted else {}
    return facts


def _shown(value: Value) -> str:
    return quiet(words_of(value), 40)
