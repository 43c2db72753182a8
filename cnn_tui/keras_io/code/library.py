"""What calls of Keras, of NumPy and of Python's own functions come to, as far as a model depends on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cnn_tui.keras_io.code.arguments import ALIASES, OPTIMIZERS, initializer_of, named, older_optimizer
from cnn_tui.keras_io.code.arithmetic import items, number_of, operated
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.any_image import any_image_call
from cnn_tui.keras_io.code.data.arrays.array_joins import joins_call
from cnn_tui.keras_io.code.data.arrays.arrays import arrays_call
from cnn_tui.keras_io.code.data.data_values import BY_HAND, ClassNames, ClassWeights, Folder, PictureCount, Share
from cnn_tui.keras_io.code.data.files.below import is_below, name_asked
from cnn_tui.keras_io.code.data.files.by_hand import by_hand_call
from cnn_tui.keras_io.code.data.files.file_loops import (
    counted_together,
    folder_of,
    is_of_files,
    numbered,
    of_places,
    side_by_side,
)
from cnn_tui.keras_io.code.data.files.paths import path_call, put_in
from cnn_tui.keras_io.code.data.pictures.pictures import image_layer
from cnn_tui.keras_io.code.data.pictures.preparation import is_preparation, preparation, prepared
from cnn_tui.keras_io.code.data.pipelines.file_pipelines import files_call
from cnn_tui.keras_io.code.data.pipelines.pipelines import first_batch, length_of, pipeline_call
from cnn_tui.keras_io.code.data.pipelines.tensorflow_sets import dataset_call
from cnn_tui.keras_io.code.data.tables.file_tables import files_table
from cnn_tui.keras_io.code.devices import devices_call
from cnn_tui.keras_io.code.effects import effect_of
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
    "sorted": sorted,
}  # fmt: skip


def call_named(call: Call) -> Value:
    """What a call of something imported gives. Unknown with no words where it is not known what it does."""
    if call.path.startswith("builtins."):
        return _builtin(call)
    for read in _READERS:
        if (found := read(call)) is not None:
            return found
    name, unnamed = call.name, call.unnamed
    if name == PARSER:
        return Instance(PARSER, {}, call.place)
    if call.path == "json.loads" and len(unnamed) == 1 and isinstance(unnamed[0], str):
        return json.loads(unnamed[0])
    if name == "clone_model" and len(unnamed) == 1 and isinstance(unnamed[0], CodeModel) and not call.given:
        return cloned(unnamed[0], call.place)
    if call.path in ("typer.Option", "typer.Argument") and unnamed:
        return unnamed[0]  # as where the command line says nothing of it
    if (older := older_optimizer(call)) is not None:
        return older
    if start := initializer_of(call.callee):
        return Instance(start, named(start, call), call.place)
    if not call.is_keras:
        return Unknown("", call.place)
    if name == "Convolution2D" and len(unnamed) > 3 and type(unnamed[1]) is type(unnamed[2]) is int:
        call = call.but(unnamed=[unnamed[0], (unnamed[1], unnamed[2]), *unnamed[3:]])  # as Keras 1 had rows and columns
    if "optimizers" in call.path.split("."):
        name = OPTIMIZERS.get(name, name)
    kind = ALIASES.get(name, name)
    return _made(kind, call.but(given={**call.given, **marked(kind, call)}))


def _of_applications(call: Call) -> Value:
    """A network of `keras.applications`, or pictures that are prepared for one; None for anything else."""
    if not is_application(call):
        is_ours = is_preparation(call.callee) and call.unnamed
        return prepared(call.first, preparation(call.callee, call.given, call.place)) if is_ours else None
    base, behind, before = application(call), ends(call), flows_in(call)
    if not behind and before is None:
        return base
    model = CodeModel(call.place, layers=[base, *behind], shape=base.arguments.get("input_shape"), is_inside=True)
    if before is None:
        base.arguments[SPREAD] = True
    else:  # whose layers are not counted: a model among them is one to Keras
        model.layers = [*before.layers, *model.layers]
        model.problems = [before.problem] if before.problem else []
    return model


def _made(kind: str, call: Call) -> Value:
    """A model, an input, or whatever object of Keras's a class is called for."""
    if kind == "Sequential":
        return sequential(named(kind, call), call.place)
    if kind in ("Model", "Functional"):
        return model_of(named("Model", call), call.place)
    if kind == "Input":
        return Tensor(shape_given(named(kind, call)))
    if kind[:1].islower():
        return Unknown("", call.place)
    return Instance(kind, with_activation(named(kind, call), call.place), call.place)


def _on_tensor(call: Call) -> Value | None:
    """What a function makes of a tensor; None where none is among its arguments."""
    name, place, words, more = call.name, call.place, call.path.split("."), call.besides.values
    parts = call.first if isinstance(call.first, list | tuple) else [call.first]
    if name in ("Model", "Functional", "Sequential") or not any(isinstance(part, Tensor) for part in parts):
        return None
    tensor: Tensor = next(part for part in parts if isinstance(part, Tensor))
    if len(parts) > 1 or isinstance(call.get(1), Tensor):
        what = f"{name} ({place}) has {max(len(parts), len(call.unnamed))} inputs: {ONLY_CHAINS}"
        earlier = (part.problem for part in (*parts, *call.unnamed) if isinstance(part, Tensor) and part.problem)
        return Tensor(tensor.shape, tensor.layers, next(earlier, what))
    effect = effect_of(name)
    if effect.leaves_all and effect.shape and "int" not in name:  # which cuts off what is behind the point
        return tensor
    if name == "grayscale_to_rgb" or (name == "repeat" and more == [3, -1]):
        return tensor.behind(Instance(THREEFOLD, {}, place))
    if name == "reshape" and _is_row(call.get(1, "shape")):
        return tensor.behind(Instance("Flatten", {}, place))
    if "image" in words and (layer := image_layer(call.besides)) is not None:
        return tensor.behind(layer)
    if {"nn", "activations"} & {*words}:
        is_row = bool(tensor.layers) and tensor.layers[-1].kind.startswith(("Dense", "Flatten", "Global"))
        if is_row and call.given.get("axis") == 1:
            call = call.but(given={**call.given, "axis": -1})
        if (layer := activation_of(call.besides)) is not None:
            return tensor.behind(layer)
    is_of_map = call.get(1, "axis") in ([1, 2], (1, 2)) and len(call.unnamed) < 3
    if is_of_map and call.given.get("keepdims", False) is False and name in _POOLED:
        return tensor.behind(Instance(_POOLED[name], {}, place))
    if name == "flip" and call.given.get("axis") == -1:
        return tensor.behind(Instance(OTHER_ORDER, {}, place))
    is_cut_off = any(isinstance(layer, NotedInstance) for layer in tensor.layers)  # by the layers here themselves
    if is_cut_off and name in ("clip_by_value", "clip") and more == [0, 1]:
        return tensor
    what = f"what {name} does to the tensor ({place}) is not known"
    if "image" in words and "random_" in name:
        what = f"no layer here varies pictures as {name} does ({place})"
    return Tensor(tensor.shape, tensor.layers, f"{tensor.problem}, {what}" if tensor.problem else what)


def _is_of_kind(value: Value, kinds: Value) -> bool | None:
    """Whether a number, a text, a list or a table is of one of Python's kinds; None where that is not known."""
    names = [kind.path for kind in (kinds if isinstance(kinds, tuple) else (kinds,)) if isinstance(kind, Named)]
    known = [_KINDS[name] for name in names if name in _KINDS]
    if type(value) not in _KINDS.values() or not known or len(known) != len(names):
        return None
    return isinstance(value, tuple(known))


def _of_weights(call: Call) -> ClassWeights | None:
    """Weights of images, as an array or a list of them; None for anything else."""
    is_left = effect_of(call.name).leaves_all or effect_of(call.name).items
    return call.first if is_left and isinstance(call.first, ClassWeights) else None


def _is_row(shape: Value) -> bool:
    """Whether a picture, or each of a batch, is one row of numbers in this shape: `(-1,)`, `(-1, 784)`."""
    return isinstance(shape, tuple | list) and (
        len(shape) == 1 or (len(shape) == 2 and shape[0] in (-1, None)) or (len(shape) == 2 and shape[1] == -1)
    )


def _builtin(call: Call) -> Value:
    name, unnamed, given, place = call.name, call.unnamed, call.given, call.place
    for found in (of_places(name, unnamed), _of_weights(call)):
        if found is not None:
            return found
    effect = effect_of(name)
    match name, unnamed:
        case "range", _ if not given and all(type(end) is int for end in unnamed):
            return range(*unnamed)
        case "dict", []:
            return dict(given)
        case "dict", [dict() | list() | tuple() as table, *_]:
            return {**dict(table), **given}
        case "next" | "iter", [Folder() as read, *_] if BY_HAND not in read.arguments:
            return first_batch(read) if name == "next" else read
        case _, [ClassNames() | Share() | PictureCount() as one] if effect.items or effect.count:
            return one
        case "range", [Share() as places]:
            return places  # of which only how many counts
        case "len", [one] if (length := length_of(one)) is not None:
            return length
        case _, [files] if (effect.items or name == "reversed") and is_of_files(files):
            return files
        case "enumerate", [over, *_] if (turns := numbered(over, place)) is not None:
            return turns
        case "len", [one] if (folder := folder_of(one)) is not None:
            return ClassNames(folder, True, Unknown("the folders of the classes", place))
        case "sum", [list() | tuple() as listed] if all(type(one) in (int, float) for one in listed):
            return sum(listed)
        case "sum", [list() | tuple() as listed, *_]:
            return counted_together(listed) or Unknown("", place)
        case "str" | "int" | "float", [path] if is_below(path):
            return path if name == "str" else name_asked(path) or Unknown("", place)
        case "format", [int() as number, str() as width]:
            return put_in(number, width)
        case "zip", _ if (turns := side_by_side(unnamed)) is not None:
            return turns
        case "zip", _ if any(isinstance(one, Unknown) for one in unnamed):
            return Unknown("", place)
        case "isinstance", [one, kinds] if (is_one := _is_of_kind(one, kinds)) is not None:
            return is_one
        case "vars", [Instance(kind=kind) as options] if kind == OPTIONS:
            return options
        case "len", [DatasetArrays(count=int() as count)]:
            return count
    if name in _LISTS and not (name == "sorted" and given):
        lists = [items(one) if isinstance(one, list | tuple | range | dict) else one for one in unnamed]
        return _LISTS[name](*lists, **{key: value for key, value in given.items() if key == "start"})
    if name in _PLAIN_FUNCTIONS and not given:
        unread = (Unknown, Tensor, CodeModel, DatasetArrays)
        if any(isinstance(one, unread) or is_below(one) or is_of_files(one) for one in unnamed):
            return Unknown("", place)
        return _PLAIN_FUNCTIONS[name](*unnamed)
    return Unknown("", place)


_READERS: tuple[Callable[[Call], Value], ...] = (
    loss_call, operated, any_image_call, path_call, files_call, files_table, by_hand_call, _of_weights, devices_call,
    dataset_call, pipeline_call, number_of, _of_applications, _on_tensor, joins_call, arrays_call,
)  # fmt: skip
"""What gives a call its value, or None where it is none of theirs, which are asked in this order."""
