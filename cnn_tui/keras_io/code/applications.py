"""Networks of `keras.applications` in a script: each is one layer here, with what is done to images before it."""

from __future__ import annotations

import math
import typing
from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.values import Instance, Named, Value
from cnn_tui.network.kinds.application import FROM_MINUS_1, Architecture

ARCHITECTURES: tuple[str, ...] = typing.get_args(Architecture)
PREPARATION = "preprocess_input"
"""Stands among the layers for what an application's own function does to images."""
_ORDERS = {
    "MobileNetV2": ("input_shape", "alpha", "include_top", "weights", "input_tensor", "pooling"),
    "MobileNet": ("input_shape", "alpha", "depth_multiplier", "dropout", "include_top", "weights"),
}
_ORDER = ("include_top", "weights", "input_tensor", "input_shape", "pooling")
_SCALES = "EfficientNet"
"""How architectures begin that scale images from 0 to 255 themselves."""


def is_application(callee: Named) -> bool:
    """Whether a call of this makes a network of Keras's."""
    return callee.is_keras and "applications" in callee.path.split(".") and callee.name[:1].isupper()


def application(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Instance:
    """The layer that a network is; with a `problem` where it cannot be one."""
    order = _ORDERS.get(callee.name, _ORDER)
    named = {**dict(zip(order, unnamed, strict=False)), **given}
    arguments: dict[str, Value] = {"architecture": callee.name}
    weights = named.get("weights", "imagenet")
    arguments["weights"] = "none" if weights is None else weights
    for name in ("input_shape", "trainable"):
        if name in named:
            arguments[name] = named[name]
    if named.get("include_top", True) not in (False, 0):
        arguments["include_top"] = True
    if named.get("alpha", 1.0) != 1:
        arguments["alpha"] = named["alpha"]
    return Instance("Application", arguments, place)


def pooled(given: Mapping[str, Value], place: str) -> list[Instance]:
    """The pooling that a network was asked to end with."""
    kinds = {"avg": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}
    kind = kinds.get(str(given.get("pooling")))
    return [Instance(kind, {}, place)] if kind else []


def cut_after(base: Instance, name: Value) -> Instance:
    """The network up to one of its layers."""
    return Instance("Application", {**base.arguments, "cut": name}, base.place)


def with_preparation(
    layers: Sequence[Instance], is_scaled: bool, is_prepared: bool, notes: list[str]
) -> list[Instance]:
    """The layers, with what is done to images in front of a network as its `preprocessing`.

    `is_scaled` says whether the script brings images to 0 to 1 before the model, `is_prepared` whether it calls the
    network's own function there.
    """
    found = [Instance(PREPARATION, {}, "")] if is_prepared else []
    for layer in layers:
        if layer.kind != "Application":
            found.append(layer)
            continue
        prepared = _taken_off(found, layer, is_scaled, notes)
        found.append(Instance(layer.kind, {**layer.arguments, "preprocessing": prepared}, layer.place))
    return [layer for layer in found if layer.kind != PREPARATION]


def _taken_off(before: list[Instance], base: Instance, is_scaled: bool, notes: list[str]) -> str:
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
    if not architecture.startswith(_SCALES):
        notes.append(f"{architecture} ({base.place}) gets images as they come there; here they are prepared for it")
    return "own"
