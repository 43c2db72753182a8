"""What `Conv2D(64, 3, 3)` means: a window of 3x3, as Keras read it up to 2.3, or one that moves by 3, as it does since.

TensorFlow's Keras never had the former. Of Keras itself, what else a script has of those days tells.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.values import Instance, Value
from cnn_tui.keras_io.notes import Notes

SIDES = "sides or strides"
"""Among the arguments of a layer: what it was called by, where two numbers behind its filters may be either."""
_KINDS = ("Conv2D", "SeparableConv2D", "Conv2DTranspose")
_NOT_BESIDE = ("padding", "strides", "data_format")
"""Names beside which Keras refused two numbers as the sides of a window."""
_OLD_NAME = "Convolution2D"
_OF_KERAS_1 = (
    *("nb_epoch", "samples_per_epoch", "nb_val_samples", "border_mode", "subsample", "dim_ordering", "output_dim"),
    *("W_regularizer", "b_regularizer", "nb_filter"),
)
"""Arguments that only Keras 1 has; Keras 2.0 to 2.3 took them too."""
_METHODS = ("fit_generator", "evaluate_generator", "predict_generator", "predict_classes", "image_dim_ordering")
_MODULES = ("np_utils", "convolutional", "core", "normalization", "pooling", "advanced_activations", "initializations")
_FIGURES = ("acc", "val_acc")
"""What accuracy is called in a history up to Keras 2.2, where it was asked for as `accuracy`."""


def marked(kind: str, call: Call) -> dict[str, Value]:
    """What marks a layer of which two numbers may be the sides of its window or side and stride; else nothing."""
    numbers = call.unnamed[1:3]
    are_two = len(call.unnamed) == 3 and all(type(number) is int for number in numbers)
    return {SIDES: call.path} if kind in _KINDS and are_two and not set(_NOT_BESIDE) & call.given.keys() else {}


def with_sides_read(layers: Sequence[Any], cells: Sequence[CodeCell], notes: Notes) -> list[Any]:
    """The layers, each with the sides or the strides that its two numbers are; where both may be meant, it is said."""
    first = next((layer for layer in layers if isinstance(layer, Instance) and SIDES in layer.arguments), None)
    if first is None:
        return [*layers]
    path = str(first.arguments[SIDES])
    name, is_tensorflow = path.rpartition(".")[2], path.startswith("tensorflow.")
    signs = _signs(cells)
    of_keras_1 = next((sign for sign in signs if sign.partition(" ")[0] in _OF_KERAS_1), "")
    sign = of_keras_1 or ("" if is_tensorflow else next(iter(signs), ""))  # the former every later Keras refuses
    are_sides = bool(sign) or (name == _OLD_NAME and not is_tensorflow)
    height, width = first.arguments["kernel_size"], first.arguments["strides"]
    called = f"{name}({first.arguments['filters']}, {height}, {width}) ({first.place})"
    if are_sides and not of_keras_1:
        why = f": {sign} is of that time" if sign else ""
        notes.to_know.append(
            f"{called} is read as a window of {height}x{width}, as Keras did up to 2.3{why}; a later Keras "
            f"reads strides of {width}"
        )
    elif not are_sides and not is_tensorflow:
        notes.to_know.append(
            f"{called} is read as a window of {height}x{height} with strides of {width}, as Keras does since 2.4; "
            f"before, it was a window of {height}x{width}"
        )
    return [_settled(layer, are_sides) if isinstance(layer, Instance) else layer for layer in layers]


def _settled(layer: Instance, are_sides: bool) -> Instance:
    if SIDES not in layer.arguments:
        return layer
    arguments = {name: value for name, value in layer.arguments.items() if name != SIDES}
    if are_sides:
        arguments["kernel_size"] = (arguments["kernel_size"], arguments.pop("strides"))
    return msgspec.structs.replace(layer, arguments=arguments)


def _signs(cells: Sequence[CodeCell]) -> list[str]:
    """What a script has that only Keras up to 2.3 had, each with its line."""
    found: dict[str, str] = {}
    asks_for_acc = False
    for cell in cells:
        for node in ast.walk(cell.tree):
            word = ""
            match node:
                case ast.keyword(arg=str(name)) if name in _OF_KERAS_1:
                    word = name
                case ast.Attribute(attr=name) if name in _METHODS:
                    word = name
                case ast.ImportFrom(module=str(module)) if module.startswith("keras."):
                    names = {*module.split("."), *(alias.name for alias in node.names)}
                    word = next((f"import of {name}" for name in _MODULES if name in names), "")
                case ast.Subscript(slice=ast.Constant(value=str(name))) if name in _FIGURES:
                    word = f"history['{name}']"
                case ast.keyword(arg="metrics", value=value):
                    asked = (part.value for part in ast.walk(value) if isinstance(part, ast.Constant))
                    asks_for_acc = asks_for_acc or "acc" in asked
            if word:
                line = getattr(node, "lineno", 1)
                found.setdefault(word, f"{word} ({cell.place(line)})")
    return [sign for word, sign in found.items() if not (asks_for_acc and word.startswith("history"))]
