"""What calls of Keras, of NumPy and of Python's own functions come to, as far as a model depends on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.data.describe import describe
from cnn_tui.keras_io.code.applications import PREPARATION, application, is_application, pooled
from cnn_tui.keras_io.code.arguments import ALIASES, OPTIMIZERS, named
from cnn_tui.keras_io.code.expressions import items
from cnn_tui.keras_io.code.paths import path_call
from cnn_tui.keras_io.code.pictures import image_layer
from cnn_tui.keras_io.code.pipelines import length_of, tensorflow_dataset
from cnn_tui.keras_io.code.scale import statistic
from cnn_tui.keras_io.code.values import (
    PARSER,
    ClassCounts,
    ClassNames,
    CodeModel,
    DatasetArrays,
    Folder,
    Instance,
    Named,
    Share,
    Tensor,
    Unknown,
    Value,
)
from cnn_tui.keras_io.code.weighing import weighing_call
from cnn_tui.keras_io.import_chain import ONLY_CHAINS

_ON_ARRAYS = (
    "array", "asarray", "expand_dims", "cast", "convert_to_tensor", "to_categorical", "float32", "reshape", "astype",
    "squeeze", "one_hot", "copy", "constant",
)  # fmt: skip
_ORDERS = ("arange", "permutation", "sort", "shuffle")
"""Functions that give places in an array: only how many counts."""
_AS_MANY = ("list", "sorted", "tuple", "set", "int", "round")
"""Functions that leave how many there are."""
_PLAIN_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len, "int": int, "float": float, "str": str, "min": min, "max": max, "round": round,
}  # fmt: skip
_LISTS: dict[str, Callable[..., Any]] = {
    "list": list, "tuple": tuple, "zip": lambda *lists: list(zip(*lists, strict=False)),
    "enumerate": lambda of, start=0: list(enumerate(of, start)), "reversed": lambda of: list(reversed(of)),
}  # fmt: skip


_MATH: dict[str, Callable[..., float]] = {
    name: getattr(math, name) for name in ("exp", "log", "log10", "sqrt", "cos", "sin", "floor", "ceil", "pow")
} | {"power": math.pow, "minimum": min, "maximum": max, "abs": abs}
_OF_TENSORFLOW_1 = {
    "AdamOptimizer": "Adam",
    "GradientDescentOptimizer": "SGD",
    "MomentumOptimizer": "SGD",
    "RMSPropOptimizer": "RMSprop",
    "AdagradOptimizer": "Adagrad",
}
_MATH_ROOTS = ("math", "numpy", "tensorflow")


def call_named(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """What a call of something imported gives. Unknown with no words where it is not known what it does."""
    name = callee.name
    if callee.path.startswith("builtins."):
        return _builtin(name, unnamed, given, place)
    if (path := path_call(callee, unnamed, given)) is not None:
        return path
    if name == "load" and callee.path.startswith("tensorflow_datasets."):
        return tensorflow_dataset(unnamed, given, place)
    if (weights := weighing_call(name, unnamed, given)) is not None:
        return weights
    if name == "listdir" and unnamed and isinstance(unnamed[0], str):
        return ClassNames(unnamed[0], False, Unknown("os.listdir", place))
    if name == "glob" and unnamed and isinstance(unnamed[0], str) and unnamed[0].endswith("/*"):
        return ClassNames(unnamed[0].removesuffix("/*"), False, Unknown("glob", place))
    if name == "cardinality" and unnamed:
        return length_of(unnamed[0]) or Unknown("", place)
    if name in ("floor", "ceil") and len(unnamed) == 1 and isinstance(unnamed[0], Share):
        return unnamed[0]
    numbers = bool(unnamed) and not given and all(type(one) in (int, float) for one in unnamed)
    if numbers and name in _MATH and callee.path.partition(".")[0] in _MATH_ROOTS:
        return _MATH[name](*unnamed)
    if is_application(callee):
        base, ends = application(callee, unnamed, given, place), pooled(given, place)
        return (
            CodeModel(place, layers=[base, *ends], shape=base.arguments.get("input_shape"), is_inside=True)
            if ends
            else base
        )
    if name == PREPARATION and "applications" in callee.path.split(".") and unnamed:
        return prepared(unnamed[0], place)
    on_tensor = _on_tensor(callee, unnamed, given, place)
    if on_tensor is not None:
        return on_tensor
    arrays = next((one for one in unnamed if isinstance(one, DatasetArrays)), None)
    if arrays is not None and name in _ON_ARRAYS:
        return _on_arrays(arrays, name)
    if arrays is not None and name in ("mean", "std") and arrays.what == "images":
        return statistic(arrays, name, given.get("axis", unnamed[1] if len(unnamed) > 1 else None))
    if arrays is not None and name == "bincount" and arrays.what == "labels" and arrays.count is not None:
        return ClassCounts(arrays.count, _classes(arrays))
    if arrays is not None and name == "unique" and arrays.what == "labels":
        return range(_classes(arrays))
    if name in _ORDERS and unnamed:
        first = unnamed[0]
        return range(first) if type(first) is int else first if isinstance(first, range) else Unknown("", place)
    if name == "default_rng":
        return Named("numpy.random")
    if name == "train_test_split":
        return _split(unnamed, given, place)
    if name == "load_data":
        return _loaded(callee, place)
    if name == "from_tensor_slices" and unnamed:
        first = unnamed[0][0] if isinstance(unnamed[0], tuple | list) and unnamed[0] else unnamed[0]
        return Folder(first, {}, None, place) if isinstance(first, DatasetArrays) else Unknown("", place)
    if name in ("image_data_format", "image_dim_ordering"):
        return "channels_last" if name == "image_data_format" else "tf"
    if name == "image_dataset_from_directory":
        arguments = named(name, unnamed, given)
        folder = Folder(arguments.pop("directory", None), arguments, None, place)
        return [folder, folder] if arguments.get("subset") == "both" else folder
    if name == PARSER:
        return Instance(PARSER, {}, place)
    if name in _OF_TENSORFLOW_1 and callee.path.startswith("tensorflow."):
        return _older_optimizer(name, unnamed, given, place)
    if not callee.is_keras:
        return Unknown("", place)
    if name == "Convolution2D" and len(unnamed) >= 3 and type(unnamed[1]) is type(unnamed[2]) is int:
        unnamed = [unnamed[0], (unnamed[1], unnamed[2]), *unnamed[3:]]  # rows and columns, as Keras 1 had them
    if "optimizers" in callee.path.split("."):
        name = OPTIMIZERS.get(name, name)
    return _made(ALIASES.get(name, name), unnamed, given, place)


def _classes(labels: DatasetArrays) -> int:
    return describe(labels.dataset, labels.options).classes


def _on_arrays(arrays: DatasetArrays, name: str) -> DatasetArrays:
    """What a function makes of arrays that leaves the numbers in them."""
    if name in ("to_categorical", "one_hot") and arrays.what == "labels":
        return arrays.reshaped((_classes(arrays),))
    return arrays.with_channel() if name == "expand_dims" else arrays


def _older_optimizer(name: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Instance:
    """An optimizer of TensorFlow 1 as Keras's, whose arguments stand in the same order."""
    kind = _OF_TENSORFLOW_1[name]
    if kind == "RMSprop":
        given = {"rho" if argument == "decay" else argument: value for argument, value in given.items()}
    return Instance(kind, named(kind, unnamed, given), place)


def _made(kind: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """A model, an input, or whatever object of Keras's a class is called for."""
    if kind == "Sequential":
        return _sequential(named(kind, unnamed, given), place)
    if kind in ("Model", "Functional"):
        return model_of(named("Model", unnamed, given), place)
    if kind == "Input":
        return Tensor(_shape(named(kind, unnamed, given)))
    if kind[:1].islower() and kind not in ("he_normal", "he_uniform", "glorot_normal", "glorot_uniform"):
        return Unknown("", place)
    return Instance(kind, named(kind, unnamed, given), place)


def _shape(arguments: Mapping[str, Value]) -> Value:
    """The shape that an input is given, without the batch; None where it is left open."""
    batch = arguments.get("batch_shape", arguments.get("batch_input_shape"))
    return batch[1:] if isinstance(batch, tuple | list) else arguments.get("shape", arguments.get("input_shape"))


def _sequential(arguments: Mapping[str, Value], place: str) -> CodeModel:
    model = CodeModel(place)
    given = arguments.get("layers")
    for layer in given if isinstance(given, list | tuple) else [] if given is None else [given]:
        append(model, layer, place)
    return model


def append(model: CodeModel, layer: Value, place: str) -> None:
    """Put a layer, an input or the layers of another model at the end of a Sequential."""
    if isinstance(layer, CodeModel):
        model.layers += layer.layers
        model.problems += layer.problems
        model.shape = model.shape or layer.shape
        layer.is_inside = True
    elif isinstance(layer, Tensor) and not layer.layers:
        model.shape = layer.shape
    elif isinstance(layer, Instance):
        if layer.kind == "InputLayer":
            model.shape = _shape(layer.arguments)
        else:
            model.layers.append(layer)
    elif isinstance(layer, Unknown):
        model.problems.append(f"a layer is not known: {layer}")
    else:
        model.problems.append(f"what is added at {place} is no layer that is known")


def model_of(arguments: Mapping[str, Value], place: str) -> CodeModel:
    """A functional model, of its inputs and its outputs."""
    inputs, outputs = (_single(arguments.get(name)) for name in ("inputs", "outputs"))
    if not isinstance(outputs, Tensor):
        what = f"{len(outputs)} outputs" if isinstance(outputs, list | tuple) else "an output that is not known"
        return CodeModel(place, problems=[f"the model has {what}: {ONLY_CHAINS}"])
    problems = [outputs.problem] if outputs.problem else []
    if isinstance(inputs, list | tuple):
        problems.append(f"the model has {len(inputs)} inputs: {ONLY_CHAINS}")
    layers = list(outputs.layers)
    if isinstance(inputs, Tensor):  # of a model that begins in the middle of another
        layers = layers[len(inputs.layers) :]
    return CodeModel(place, layers=layers, shape=outputs.shape, problems=problems)


def _single(value: Value) -> Value:
    """What is in a list of one."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def apply(layer: Value, unnamed: Sequence[Value], place: str) -> Value:
    """A layer or a model called on what flows into it."""
    into = _single(unnamed[0]) if unnamed else None
    if isinstance(layer, Instance) and layer.kind == "Concatenate" and isinstance(into, list | tuple):
        first = into[0] if len(into) == 3 else None
        if isinstance(first, Tensor) and all(part is first for part in into):
            return first  # grey for all three channels, which an Application does itself
    if isinstance(into, list | tuple):
        tensors = [part for part in into if isinstance(part, Tensor)]
        kind = layer.kind if isinstance(layer, Instance) else "a model"
        what = f"{kind} ({place}) has {len(into)} inputs: {ONLY_CHAINS}"
        return Tensor(tensors[0].shape, tensors[0].layers, what) if tensors else Unknown("", place)
    if not isinstance(into, Tensor):
        return Unknown("", place)
    if isinstance(layer, CodeModel):
        layer.is_inside = True
        return Tensor(into.shape, (*into.layers, *layer.layers), into.problem or "; ".join(layer.problems))
    return Tensor(into.shape, (*into.layers, layer), into.problem)


def prepared(images: Value, place: str) -> Value:
    """What the function of an application gives that prepares images for it."""
    if isinstance(images, Tensor):
        return Tensor(images.shape, (*images.layers, Instance(PREPARATION, {}, place)), images.problem)
    return images


def _on_tensor(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value | None:
    """What a function makes of a tensor; None where none is among its arguments."""
    first = unnamed[0] if unnamed else None
    parts = first if isinstance(first, list | tuple) else [first]
    if callee.name in ("Model", "Functional", "Sequential") or not any(isinstance(part, Tensor) for part in parts):
        return None
    tensor: Tensor = next(part for part in parts if isinstance(part, Tensor))
    if len(parts) > 1 or (len(unnamed) > 1 and isinstance(unnamed[1], Tensor)):
        count = max(len(parts), len(unnamed))
        return Tensor(tensor.shape, tensor.layers, f"{callee.name} ({place}) has {count} inputs: {ONLY_CHAINS}")
    if callee.name in ("cast", "identity", "convert_to_tensor"):
        return tensor
    if "image" in callee.path.split(".") and (layer := image_layer(callee.name, unnamed[1:], given, place)) is not None:
        return Tensor(tensor.shape, (*tensor.layers, layer), tensor.problem)
    if {"nn", "activations"} & set(callee.path.split(".")):
        layer = Instance("Activation", {"activation": callee.name}, place)
        return Tensor(tensor.shape, (*tensor.layers, layer), tensor.problem)
    return Tensor(tensor.shape, tensor.layers, f"what {callee.name} does to the tensor ({place}) is not known")


def _loaded(callee: Named, place: str) -> Value:
    """The two halves of a dataset of Keras's."""
    name = callee.path.split(".")[-2]
    if name not in BUILT_IN:
        return Unknown("", place)
    height, width, channels = BUILT_IN[name].input_shape
    halves = []
    for half, count in (("train", 50_000 if channels > 1 else 60_000), ("test", 10_000)):  # of the whole sets
        sizes = (height, width, channels) if channels > 1 else (height, width)
        halves.append(
            (
                DatasetArrays(name, half, "images", sizes, count, count),
                DatasetArrays(name, half, "labels", (), count, count),
            )
        )
    return tuple(halves)


def _split(unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    """What scikit-learn's train_test_split gives: of each array two parts."""
    share = given.get("test_size", 0.25)
    parts: list[Value] = []
    for arrays in unnamed:
        if isinstance(arrays, Unknown) and arrays.table and isinstance(share, float):
            parts += [msgspec.structs.replace(arrays, share=arrays.share * part) for part in (1 - share, share)]
            continue
        if not isinstance(arrays, DatasetArrays) or arrays.count is None or not isinstance(share, int | float):
            return Unknown("", place)
        held = round(share * arrays.count) if share < 1 else int(share)
        parts += [arrays.some(arrays.count - held), arrays.some(held)]
    return parts


def _builtin(name: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Value:
    if name == "range" and not given and all(type(end) is int for end in unnamed):
        return range(*unnamed)
    if (weights := weighing_call(name, unnamed, given)) is not None:
        return weights
    if name == "dict" and not unnamed:
        return dict(given)
    if name in _AS_MANY and len(unnamed) == 1 and isinstance(unnamed[0], ClassNames | Share):
        return unnamed[0]
    if name == "len" and len(unnamed) == 1 and (length := length_of(unnamed[0])) is not None:
        return length
    if name in _LISTS:
        return _LISTS[name](*[items(one) if isinstance(one, list | tuple | range | dict) else one for one in unnamed])
    if name == "len" and len(unnamed) == 1 and isinstance(unnamed[0], DatasetArrays) and unnamed[0].count is not None:
        return unnamed[0].count
    if name in _PLAIN_FUNCTIONS and not given:
        if any(isinstance(one, Unknown | Tensor | CodeModel | DatasetArrays) for one in unnamed):
            return Unknown("", place)
        return _PLAIN_FUNCTIONS[name](*unnamed)
    return Unknown("", place)
