"""Networks of `keras.applications` in a script: each is one layer here, with what is done to images before it."""

from __future__ import annotations

import math
import typing
from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.values import Instance, Named, Value
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.kinds.application import FROM_MINUS_1, Architecture

ARCHITECTURES: tuple[str, ...] = typing.get_args(Architecture)
PREPARATION = "preprocess_input"
"""Stands among the layers for what an application's own function does to images."""
_ORDERS = {
    "MobileNetV2": ("input_shape", "alpha", "include_top", "weights", "input_tensor", "pooling"),
    "MobileNet": ("input_shape", "alpha", "depth_multiplier", "dropout", "include_top", "weights"),
}
_ORDER = ("include_top", "weights", "input_tensor", "input_shape", "pooling")
_POOLED: tuple[tuple[str, dict[str, Value]], ...] = (("GlobalAveragePooling2D", {}),)
_DENSE: tuple[str, dict[str, Value]] = ("Dense", {"units": 4096, "activation": "relu"})
_TOPS = {
    **dict.fromkeys(
        ("MobileNetV2", "InceptionV3", "Xception", "ResNet50", "ResNet50V2", "ResNet101", "DenseNet121"), _POOLED
    ),
    **dict.fromkeys(("EfficientNetB0", "EfficientNetV2B0"), (*_POOLED, ("Dropout", {"rate": 0.2}))),
    **dict.fromkeys(("VGG16", "VGG19"), (("Flatten", {}), _DENSE, _DENSE)),
}
"""What stands between a network of Keras's and the Dense layer that names its classes."""
_SCALES = "EfficientNet"
"""How architectures begin that scale images from 0 to 255 themselves."""


def is_application(callee: Named) -> bool:
    """Whether a call of this makes a network of Keras's."""
    return callee.is_keras and "applications" in callee.path.split(".") and callee.name[:1].isupper()


def application(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Instance:
    """The layer that a network is; with a `problem` where it cannot be one."""
    named = _named(callee, unnamed, given)
    arguments: dict[str, Value] = {"architecture": callee.name}
    weights = named.get("weights", "imagenet")
    arguments["weights"] = "none" if weights is None else weights
    for name in ("input_shape", "trainable"):
        if name in named:
            arguments[name] = named[name]
    if _has_top(named) and not _has_plain_top(callee, named):
        arguments["include_top"] = True
    if named.get("alpha", 1.0) != 1:
        arguments["alpha"] = named["alpha"]
    return Instance("Application", arguments, place)


def _named(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value]) -> dict[str, Value]:
    return {**dict(zip(_ORDERS.get(callee.name, _ORDER), unnamed, strict=False)), **given}


def _has_top(named: Mapping[str, Value]) -> bool:
    return named.get("include_top", True) not in (False, 0)


def _has_plain_top(callee: Named, named: Mapping[str, Value]) -> bool:
    """Whether a network's top can be layers of its own: it is a plain one, and begins at random as the others do."""
    return callee.name in _TOPS and named.get("weights", "imagenet") is None


def ends(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> list[Instance]:
    """The layers that a network was asked to end with: a pooling, or its own top, for classes of one's own."""
    named = _named(callee, unnamed, given)
    if _has_top(named):
        if not _has_plain_top(callee, named):
            return []
        last = {"units": named.get("classes", 1000), "activation": named.get("classifier_activation", "softmax")}
        tops = [(kind, dict(arguments)) for kind, arguments in _TOPS[callee.name]]
        return [Instance(kind, arguments, place) for kind, arguments in (*tops, ("Dense", last))]
    kinds = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}
    kind = kinds.get(str(named.get("pooling")))
    return [Instance(kind, {}, place)] if kind else []


def cut_after(base: Instance, name: Value) -> Instance:
    """The network up to one of its layers."""
    return Instance("Application", {**base.arguments, "cut": name}, base.place)


def with_preparation(
    layers: Sequence[Instance], is_scaled: bool | None, is_prepared: bool, notes: Notes
) -> list[Instance]:
    """The layers, with what is done to images in front of a network as its `preprocessing`.

    `is_scaled` says whether the script brings images to 0 to 1 before the model, None where it has none;
    `is_prepared` whether it calls the network's own function there.
    """
    found = [Instance(PREPARATION, {}, "")] if is_prepared else []
    for layer in layers:
        if layer.kind != "Application":
            found.append(layer)
            continue
        prepared = _taken_off(found, layer, is_scaled, notes)
        found.append(Instance(layer.kind, {**layer.arguments, "preprocessing": prepared}, layer.place))
    return [layer for layer in found if layer.kind != PREPARATION]


def _taken_off(before: list[Instance], base: Instance, is_scaled: bool | None, notes: Notes) -> str:
    """Whether images are prepared as the network wants them; the layers that do it are taken off `before`."""
    architecture = str(base.arguments["architecture"])
    if any(layer.kind == PREPARATION for layer in before):
        return "own"
    scaling = next((layer for layer in before if layer.kind == "Rescaling"), None)
    if scaling is not None:
        scale, offset = scaling.arguments.get("scale"), scaling.arguments.get("offset", 0.0)
        if not isinstance(scale, int | float):
            return "none"
        factor = scale if is_scaled else scale * 255
        own = 255.0 if architecture.startswith(_SCALES) else 2.0 if architecture in FROM_MINUS_1 else 0.0
        if math.isclose(factor, own, rel_tol=0.02) and offset == (-1 if own == 2 else 0):
            before.remove(scaling)
            return "own"
        return "none"
    if is_scaled:
        return "none"
    if is_scaled is None:
        words = f"nothing prepares images for {architecture} ({base.place})"
        notes.to_know.append(f"{words}: here it gets them as it learned them")
    elif not architecture.startswith(_SCALES):
        notes.append(f"{architecture} ({base.place}) gets images as they come there; here they are prepared for it")
    return "own"
