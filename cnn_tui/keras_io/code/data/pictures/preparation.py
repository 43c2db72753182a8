"""What `preprocess_input` of Keras's networks does to images, in each of its ways, as the layers that do the same.

Every network has a function of this name. Which one a script takes is its own affair: of another network, which
learned other numbers, or for a network that has learned none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.values import Instance, Named, Tensor, Unknown, Value
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.kinds.application import BLUE_FIRST, FROM_MINUS_1, IMAGENET_MEANS, IMAGENET_TORCH
from cnn_tui.network.rescaling import WHITE

PREPARATION = "preprocess_input"
"""Stands among the layers for what such a function does; its arguments are those below."""
MODE = "mode"
"""How it prepares images, by the words that Keras has for it: `tf`, `caffe`, `torch`, or "" for not at all."""
EACH = "each"
"""The word for TensorFlow's function that brings each image to mean 0 and spread 1 by itself."""
_OF_EACH = "per_image_standardization"
THEN = "then"
"""What the numbers are multiplied by behind it."""
FUNCTION = "preprocessing_function"
"""The argument of an ImageDataGenerator that is called for each picture, once that is varied."""
CALLED = "called by a generator"
"""Whether an ImageDataGenerator calls it, before it scales the images itself."""

_MODULES = {
    **dict.fromkeys(("vgg16", "vgg19", "resnet", "resnet50", "imagenet_utils"), "caffe"),
    **dict.fromkeys(("densenet",), "torch"),
    **dict.fromkeys(
        ("mobilenet", "mobilenet_v2", "inception_v3", "inception_resnet_v2", "xception", "resnet_v2", "nasnet"), "tf"
    ),
    **dict.fromkeys(("efficientnet", "efficientnet_v2", "mobilenet_v3", "convnext"), ""),
}
SCALES = ("EfficientNet", "MobileNetV3", "ConvNeXt")
"""How architectures begin that scale images from 0 to 255 themselves."""


def is_preparation(callee: Value) -> bool:
    """Whether a value is such a function."""
    if not isinstance(callee, Named):
        return False
    return callee.name == _OF_EACH or (callee.name == PREPARATION and "applications" in callee.path.split("."))


def preparation(callee: Named, given: Mapping[str, Value], place: str) -> Instance:
    """What a call of such a function does to images."""
    if callee.name == _OF_EACH:
        return Instance(PREPARATION, {MODE: EACH, THEN: 1}, place)
    module = callee.path.split(".")[-2]
    mode = given.get("mode", _MODULES.get(module)) if module == "imagenet_utils" else _MODULES.get(module)
    return Instance(PREPARATION, {MODE: mode, THEN: 1}, place)


def prepared(images: Value, done: Instance) -> Value:
    """What the function of an application gives that prepares images for it."""
    if isinstance(images, Tensor):
        return images.behind(done)
    if isinstance(images, DatasetArrays) and images.what == "images":
        return msgspec.structs.replace(images, layers=(*images.layers, done))
    if isinstance(images, Folder):
        return msgspec.structs.replace(images, layers=(*images.layers, done))
    if isinstance(images, Unknown) and images.table is None:
        numbers = msgspec.structs.replace(images.numbers or Numbers(), prepared=done)
        return msgspec.structs.replace(images, numbers=numbers)
    if isinstance(images, Unknown) and images.table is not None:
        numbers, mode = images.table.numbers, done.arguments.get(MODE)
        if mode == "tf":
            numbers = numbers.scaled(1 / 127.5, -1)
        elif mode != "":
            numbers = msgspec.structs.replace(numbers, doubt=done.place)
        return msgspec.structs.replace(images, table=msgspec.structs.replace(images.table, numbers=numbers))
    return images


def white_behind(layers: Sequence[Instance], white: float) -> float:
    """What white is behind some layers, of which one may bring images from 0 to 255 to 0 to 1."""
    scales = [layer.arguments.get("scale") for layer in layers if layer.kind == "Rescaling"]
    is_divided = any(
        isinstance(scale, int | float) and math.isclose(scale * WHITE, 1, rel_tol=0.02) for scale in scales
    )
    return 1.0 if is_divided else white


def of_generator(generator: Instance | None) -> Instance | None:
    """What a generator calls for each picture; None where it is no such function."""
    function = generator.arguments.get(FUNCTION) if generator is not None else None
    if generator is None:
        return None
    if isinstance(function, Instance):
        done = function
    elif isinstance(function, Named) and is_preparation(function):
        done = preparation(function, {}, generator.place)
    else:
        return None
    done.arguments |= {THEN: generator.arguments.get("rescale") or 1, CALLED: True}
    return done


def scales_itself(architecture: str) -> bool:
    """Whether a network is to be given images from 0 to 255, which it scales itself."""
    return architecture.startswith(SCALES)


def with_own_function(given: Mapping[str, Value], done: Value, called: str, place: str) -> dict[str, Value]:
    """The arguments of an ImageDataGenerator whose function of the script's own gave `done` of a picture, a Tensor."""
    arguments = {**given, FUNCTION: Unknown(called, place)}
    if not isinstance(done, Tensor) or done.problem:
        return arguments
    if len(done.layers) == 1 and done.layers[0].kind == PREPARATION:
        return {**given, FUNCTION: done.layers[0]}
    numbers = Numbers()
    for layer in done.layers:
        by, and_by = layer.arguments.get("scale", 1.0), layer.arguments.get("offset", 0.0)
        if layer.kind != "Rescaling" or not isinstance(by, int | float) or not isinstance(and_by, int | float):
            return arguments
        numbers = numbers.scaled(by, and_by)
    if numbers.offset == -1 and math.isclose(numbers.scale, 1 / 127.5, rel_tol=0.01):
        return {**given, FUNCTION: Instance(PREPARATION, {MODE: "tf"}, place)}
    if numbers.offset == 0 and isinstance(rescale := given.get("rescale") or 1.0, int | float):
        del arguments[FUNCTION]
        arguments["rescale"] = numbers.scale * rescale
    return arguments


def is_own(done: Instance, architecture: str) -> bool:
    """Whether a network gets images as it learned them. So it is taken to be where the function is not known."""
    mode = "torch" if architecture in IMAGENET_TORCH else "caffe" if architecture in BLUE_FIRST else ""
    wanted = "tf" if architecture in FROM_MINUS_1 else mode
    return done.arguments.get(MODE) in (wanted, None) and done.arguments.get(THEN) == 1


def layers_of_preparation(done: Instance, white: float, architecture: str, notes: Notes) -> list[Instance]:
    """The layers that do it to images from 0 to 1 here, which are 0 to `white` there before it.

    `architecture` is the network that gets them, "" for one that has learned nothing yet.
    """
    mode, then = done.arguments.get(MODE), done.arguments.get(THEN)
    if mode == EACH:
        notes.append(
            f"each image is brought to mean 0 and spread 1 by itself there ({done.place}): here a Normalization in "
            "front does it with the mean and the spread of all"
        )
        return [Instance("Normalization", {"axis": None}, done.place)]
    factor = float(then) if isinstance(then, int | float) else 1.0
    if architecture:
        notes.to_know.append(
            f"{architecture} learned other images than preprocess_input ({done.place}) gives it: layers in front do "
            "the same; with preprocessing own instead of them they come as it learned them"
        )
    if mode in ("caffe", "torch"):
        scale, offset = _evened(mode, white)
        order = " and blue comes before green and red" if mode == "caffe" else ""
        notes.append(
            f"{PREPARATION} ({done.place}) takes the mean of each colour away there{order}: here one for all colours"
        )
    elif mode == "tf":
        scale, offset = white / 127.5, -1.0
    else:
        scale, offset = white, 0.0
    if mode is None:
        notes.append(f"what {PREPARATION} ({done.place}) does to the images is not known: they go in as they are")
    layer = in_front(scale * factor, offset * factor, done.place)
    if layer.arguments == {"scale": 1.0, "offset": 0.0}:
        return []
    if not architecture:
        note_in_front(layer, notes)
    return [layer]


def in_front(white: float, black: float, place: str) -> Instance:
    """The Rescaling of images from 0 to 1 after which white is so far above black."""
    arguments = {"scale": float(f"{white:.6g}"), "offset": float(f"{black:.6g}")}
    return Instance("Rescaling", arguments, place)


def note_in_front(layer: Instance, notes: Notes) -> None:
    """Say what a Rescaling in front is for."""
    scale, offset = layer.arguments["scale"], layer.arguments["offset"]
    ends = f"{offset:g} to {scale + offset:g}"
    notes.to_know.append(
        f"the images go in as {ends} there: a Rescaling in front makes them so of the 0 to 1 that come here"
    )


def _evened(mode: str, white: float) -> tuple[float, float]:
    """The scale and the offset that come nearest to taking away the mean of each colour."""
    if mode == "caffe":
        return white, -sum(IMAGENET_MEANS) / 3
    means, variances = IMAGENET_TORCH["DenseNet121"]
    spread = math.sqrt(sum(variances) / 3)
    return white / WHITE / spread, -sum(means) / 3 / spread
