"""What calls of Keras, of NumPy and of Python's own functions come to, as far as a model depends on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnn_tui.keras_io.code.arguments import ALIASES, OPTIMIZERS, initializer_of, named
from cnn_tui.keras_io.code.arithmetic import items
from cnn_tui.keras_io.code.data.any_image import any_image_call
from cnn_tui.keras_io.code.data.array_joins import joins_call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays import arrays_call
from cnn_tui.keras_io.code.data.below import is_below, name_asked
from cnn_tui.keras_io.code.data.by_hand import by_hand_call
from cnn_tui.keras_io.code.data.class_places import of_places
from cnn_tui.keras_io.code.data.data_values import BY_HAND, ClassNames, Folder, PictureCount, Share
from cnn_tui.keras_io.code.data.file_loops import counted_together, folder_of, is_of_files, numbered, side_by_side
from cnn_tui.keras_io.code.data.file_pipelines import files_call
from cnn_tui.keras_io.code.data.file_tables import files_table
from cnn_tui.keras_io.code.data.paths import path_call
from cnn_tui.keras_io.code.data.pictures import image_layer
from cnn_tui.keras_io.code.data.pipelines import first_batch, length_of, pipeline_call
from cnn_tui.keras_io.code.data.preparation import is_preparation, preparation, prepared
from cnn_tui.keras_io.code.data.tensorflow_sets import dataset_call
from cnn_tui.keras_io.code.data.weighing import weighing_call
from cnn_tui.keras_io.code.devices import devices_call
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.mathematics import number_of, operated
from cnn_tui.keras_io.code.network.activations import activation_of, with_activation
from cnn_tui.keras_io.code.network.applications import (
    OTHER_ORDER,
    SPREAD,
    THREEFOLD,
    application,
    ends,
    flows_in,
    is_application,
)
from cnn_tui.keras_io.code.network.models_made import cloned, model_of, sequential, shape_given
from cnn_tui.keras_io.code.network.sides import marked
from cnn_tui.keras_io.code.training.old_optimizers import older_optimizer
from cnn_tui.keras_io.code.training.own_losses import loss_call
from cnn_tui.keras_io.code.values import (
    OPTIONS,
    PARSER,
    CodeModel,
    Instance,
    Named,
    NotedInstance,
    Tensor,
    Unknown,
    Value,
)
from cnn_tui.keras_io.imported.chain import ONLY_CHAINS

_POOLED = {
    **dict.fromkeys(("reduce_mean", "mean"), "GlobalAveragePooling2D"),
    **dict.fromkeys(("reduce_max", "max"), "GlobalMaxPooling2D"),
}
"""Functions that make one number of each channel, over its rows and columns."""
_PLAIN_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len, "int": int, "float": float, "str": str, "min": min, "max": max, "round": round,
}  # fmt: skip
_KINDS = {f"builtins.{kind.__name__}": kind for kind in (int, float, str, bool, list, tuple, dict)}
_LISTS: dict[str, Callable[..., Any]] = {
    "list": list, "tuple": tuple, "zip": lambda *lists: list(zip(*lists, strict=False)),
    "enumerate": lambda of, start=0: list(enumerate(of, start)), "reversed": lambda of: list(reversed(of)),
}  # fmt: skip


def call_named(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """What a call of something imported gives. Unknown with no words where it is not known what it does."""
    name = callee.name
    if callee.path.startswith("builtins."):
        return _builtin(name, unnamed, given, place)
    for found in (
        loss_call(callee, unnamed, given, place),
        operated(callee, unnamed, place),
        any_image_call(callee, unnamed, given, place),
        path_call(callee, unnamed, given),
        files_call(callee, unnamed, given, place),
        files_table(callee, unnamed, given, place),
        by_hand_call(callee, unnamed, given, place),
        weighing_call(name, unnamed, given),
        devices_call(callee, unnamed, given),
        dataset_call(callee, unnamed, given, place),
        pipeline_call(callee, unnamed, given, place),
        number_of(callee, unnamed, given),
        _of_applications(callee, unnamed, given, place),
        _on_tensor(callee, unnamed, given, place),
        joins_call(callee, unnamed, given, place),
        arrays_call(callee, unnamed, given, place),
    ):
        if found is not None:
            return found
    if name == PARSER:
        return Instance(PARSER, {}, place)
    if callee.path == "json.loads" and len(unnamed) == 1 and isinstance(unnamed[0], str):
        return json.loads(unnamed[0])
    if name == "clone_model" and len(unnamed) == 1 and isinstance(unnamed[0], CodeModel) and not given:
        return cloned(unnamed[0], place)
    if callee.path in ("typer.Option", "typer.Argument") and unnamed:
        return unnamed[0]  # as where the command line says nothing of it
    if (older := older_optimizer(callee, unnamed, given, place)) is not None:
        return older
    if start := initializer_of(callee):
        return Instance(start, named(start, unnamed, given), place)
    if not callee.is_keras:
        return Unknown("", place)
    if name == "Convolution2D" and len(unnamed) > 3 and type(unnamed[1]) is type(unnamed[2]) is int:
        unnamed = [unnamed[0], (unnamed[1], unnamed[2]), *unnamed[3:]]  # rows and columns, as Keras 1 had them
    if "optimizers" in callee.path.split("."):
        name = OPTIMIZERS.get(name, name)
    kind = ALIASES.get(name, name)
    return _made(kind, unnamed, {**given, **marked(callee, kind, unnamed, given)}, place)


def _of_applications(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """A network of `keras.applications`, or pictures that are prepared for one; None for anything else."""
    if is_application(callee):
        base, behind = application(callee, unnamed, given, place), ends(callee, unnamed, given, place)
        before = flows_in(callee, unnamed, given, place)
        if not behind and before is None:
            return base
        model = CodeModel(place, layers=[base, *behind], shape=base.arguments.get("input_shape"), is_inside=True)
        if before is None:
            base.arguments[SPREAD] = True
        else:  # whose layers are not counted: a model among them is one to Keras
            model.layers = [*before.layers, *model.layers]
            model.problems = [before.problem] if before.problem else []
        return model
    return prepared(unnamed[0], preparation(callee, given, place)) if is_preparation(callee) and unnamed else None


def _made(kind: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """A model, an input, or whatever object of Keras's a class is called for."""
    if kind == "Sequential":
        return sequential(named(kind, unnamed, given), place)
    if kind in ("Model", "Functional"):
        return model_of(named("Model", unnamed, given), place)
    if kind == "Input":
        return Tensor(shape_given(named(kind, unnamed, given)))
    if kind[:1].islower():
        return Unknown("", place)
    return Instance(kind, with_activation(named(kind, unnamed, given), place), place)


def _on_tensor(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value | None:
    """What a function makes of a tensor; None where none is among its arguments."""
    first = unnamed[0] if unnamed else None
    parts = first if isinstance(first, list | tuple) else [first]
    if callee.name in ("Model", "Functional", "Sequential") or not any(isinstance(part, Tensor) for part in parts):
        return None
    tensor: Tensor = next(part for part in parts if isinstance(part, Tensor))
    if len(parts) > 1 or (len(unnamed) > 1 and isinstance(unnamed[1], Tensor)):
        count = max(len(parts), len(unnamed))
        what = f"{callee.name} ({place}) has {count} inputs: {ONLY_CHAINS}"
        earlier = (part.problem for part in (*parts, *unnamed) if isinstance(part, Tensor) and part.problem)
        return Tensor(tensor.shape, tensor.layers, next(earlier, what))
    effect = effect_of(callee.name)
    if effect.leaves_all and effect.shape and "int" not in callee.name:  # which cuts off what is behind the point
        return tensor
    if callee.name == "grayscale_to_rgb" or (callee.name == "repeat" and [*unnamed[1:], *given.values()] == [3, -1]):
        return tensor.behind(Instance(THREEFOLD, {}, place))
    if callee.name == "reshape" and _is_row(unnamed[1] if len(unnamed) > 1 else given.get("shape")):
        return tensor.behind(Instance("Flatten", {}, place))
    if "image" in callee.path.split(".") and (layer := image_layer(callee.name, unnamed[1:], given, place)) is not None:
        return tensor.behind(layer)
    if {"nn", "activations"} & set(callee.path.split(".")):
        is_row = bool(tensor.layers) and tensor.layers[-1].kind.startswith(("Dense", "Flatten", "Global"))
        if is_row and given.get("axis") == 1:
            given = {**given, "axis": -1}
        layer = activation_of(callee.path, unnamed[1:], given, place)
        if layer is not None:
            return tensor.behind(layer)
    axes = unnamed[1] if len(unnamed) > 1 else given.get("axis")
    is_of_map = axes in ([1, 2], (1, 2)) and len(unnamed) < 3 and given.get("keepdims", False) is False
    if is_of_map and callee.name in _POOLED:
        return tensor.behind(Instance(_POOLED[callee.name], {}, place))
    if callee.name == "flip" and given.get("axis") == -1:
        return tensor.behind(Instance(OTHER_ORDER, {}, place))
    is_cut_off = any(isinstance(layer, NotedInstance) for layer in tensor.layers)  # by the layers here themselves
    if is_cut_off and callee.name in ("clip_by_value", "clip") and [*unnamed[1:], *given.values()] == [0, 1]:
        return tensor
    what = f"what {callee.name} does to the tensor ({place}) is not known"
    if "image" in callee.path.split(".") and "random_" in callee.name:
        what = f"no layer here varies pictures as {callee.name} does ({place})"
    return Tensor(tensor.shape, tensor.layers, f"{tensor.problem}, {what}" if tensor.problem else what)


def _is_of_kind(value: Value, kinds: Value) -> bool | None:
    """Whether a number, a text, a list or a table is of one of Python's kinds; None where that is not known."""
    names = [kind.path for kind in (kinds if isinstance(kinds, tuple) else (kinds,)) if isinstance(kind, Named)]
    known = [_KINDS[name] for name in names if name in _KINDS]
    if type(value) not in _KINDS.values() or not known or len(known) != len(names):
        return None
    return isinstance(value, tuple(known))


def _is_row(shape: Value) -> bool:
    """Whether a picture, or each of a batch, is one row of numbers in this shape: `(-1,)`, `(-1, 784)`."""
    return isinstance(shape, tuple | list) and (
        len(shape) == 1 or (len(shape) == 2 and shape[0] in (-1, None)) or (len(shape) == 2 and shape[1] == -1)
    )


def _builtin(name: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    if name == "range" and not given and all(type(end) is int for end in unnamed):
        return range(*unnamed)
    for found in (of_places(name, unnamed), weighing_call(name, unnamed, given)):
        if found is not None:
            return found
    if name == "dict" and not unnamed:
        return dict(given)
    if name == "dict" and isinstance(unnamed[0], dict | list | tuple):
        return {**dict(unnamed[0]), **given}
    if name in ("next", "iter") and unnamed and isinstance(unnamed[0], Folder) and BY_HAND not in unnamed[0].arguments:
        return first_batch(unnamed[0]) if name == "next" else unnamed[0]
    effect = effect_of(name)
    if (
        (effect.items or effect.count)
        and len(unnamed) == 1
        and isinstance(unnamed[0], ClassNames | Share | PictureCount)
    ):
        return unnamed[0]
    if name == "len" and len(unnamed) == 1 and (length := length_of(unnamed[0])) is not None:
        return length
    if (effect.items or name == "reversed") and len(unnamed) == 1 and is_of_files(unnamed[0]):
        return unnamed[0]
    if name == "enumerate" and unnamed and (turns := numbered(unnamed[0], place)) is not None:
        return turns
    if name == "len" and len(unnamed) == 1 and (folder := folder_of(unnamed[0])) is not None:
        return ClassNames(folder, True, Unknown("the folders of the classes", place))
    if name == "sum" and unnamed and isinstance(unnamed[0], list | tuple):
        return counted_together(unnamed[0]) or Unknown("", place)
    if name in ("str", "int", "float") and len(unnamed) == 1 and is_below(unnamed[0]):
        return unnamed[0] if name == "str" else name_asked(unnamed[0]) or Unknown("", place)
    if name == "zip" and (turns := side_by_side(unnamed)) is not None:
        return turns
    if name == "isinstance" and len(unnamed) == 2 and (is_one := _is_of_kind(*unnamed)) is not None:
        return is_one
    if name == "vars" and len(unnamed) == 1 and getattr(unnamed[0], "kind", "") == OPTIONS:
        return unnamed[0]
    if name in _LISTS:
        lists = [items(one) if isinstance(one, list | tuple | range | dict) else one for one in unnamed]
        return _LISTS[name](*lists, **{key: value for key, value in given.items() if key == "start"})
    if name == "len" and len(unnamed) == 1 and isinstance(unnamed[0], DatasetArrays) and unnamed[0].count is not None:
        return unnamed[0].count
    if name in _PLAIN_FUNCTIONS and not given:
        if any(
            isinstance(one, Unknown | Tensor | CodeModel | DatasetArrays) or is_below(one) or is_of_files(one)
            for one in unnamed
        ):
            return Unknown("", place)
        return _PLAIN_FUNCTIONS[name](*unnamed)
    return Unknown("", place)
