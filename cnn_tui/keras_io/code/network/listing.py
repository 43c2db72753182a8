"""The layers of a model as Keras lists them, where a model inside it is one, and the input of a functional is too."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.pictures.preparation import PREPARATION
from cnn_tui.keras_io.code.network.applications import SPREAD, facts_in, spread
from cnn_tui.keras_io.code.values import BaseLayer, CodeModel, InnerLayers, Instance, Value

_NUMBERED = re.compile(
    r"\w*_\d+|\w+_pooling2d|input|conv2d|batch_normalization|activation|add|concatenate|multiply|dense|dropout|flatten"
)
"""Names that Keras gives to layers of which it has made others before, or makes others later."""


def layers_listed(model: CodeModel, models: Sequence[CodeModel]) -> Value:
    """What `model.layers` is; `models` are all of the script.

    Where Keras's versions count the layers otherwise, as those of arithmetic, only all of them together are followed.
    """
    rest: list[Value] = list(model.layers)
    listed: list[Value] = []
    starts_in_base = bool(rest) and isinstance(rest[0], Instance) and rest[0].arguments.get(SPREAD) is True
    if model.has_input and not starts_in_base:
        listed.append(Instance("InputLayer", {}, model.place))
    own = len(listed)
    inside = [one for one in models if one.is_called and one is not model and one.layers]
    while rest:
        whole = next((one for one in inside if _begins_with(rest, one.layers)), None)
        listed += spread(rest[:1]) if whole is None else [whole]
        del rest[: 1 if whole is None else len(whole.layers)]
    is_followed = len(listed) - own > len(model.layers) or not model.is_inside
    if any(isinstance(one, Instance) and one.kind == PREPARATION for one in listed):
        is_followed = False
    return listed if is_followed else InnerLayers(tuple(model.layers))


def layer_named(model: CodeModel, models: Sequence[CodeModel], call: Call) -> Value:
    """What `model.get_layer` gives by a name or a number; None where it is not known."""
    name, at = call.get(0, "name"), call.get(1, "index")
    listed = layers_listed(model, models)
    if not isinstance(listed, list):
        return None
    if name is None:
        return listed[at] if type(at) is int and -len(listed) <= at < len(listed) else None
    found = [one for one in listed if _has_name(one, name)]
    return found[0] if len(found) == 1 else None


def _has_name(layer: Value, name: Value) -> bool:
    if isinstance(layer, BaseLayer):
        return isinstance(name, str) and name == facts_in(layer.base.arguments).layers[layer.at][0]
    if isinstance(layer, CodeModel):  # a network with a pooling behind it
        first = layer.layers[0] if len(layer.layers) == 2 and layer.compiled is None else None
        return isinstance(first, Instance) and first.arguments.get(SPREAD) is True and _has_name(first, name)
    if not isinstance(layer, Instance):
        return False
    if layer.kind == "Application":
        return is_called(name, str(layer.arguments.get("architecture")))
    return isinstance(name, str) and bool(layer.arguments.get("name") == name)


def is_called(name: Any, architecture: str) -> bool:
    """Whether Keras calls an architecture so: `vgg16`, `mobilenetv2_1.00_224`, `efficientnetv2-b0`."""
    bare = re.sub(r"[^a-z0-9.]", "", name.lower()) if isinstance(name, str) else ""
    if not bare.startswith(architecture.lower()):
        return False
    rest = bare.removeprefix(architecture.lower())
    return re.fullmatch(r"(1\.00\d*)?" if architecture.startswith("MobileNet") else "", rest) is not None


def _begins_with(layers: Sequence[Value], first: Sequence[Value]) -> bool:
    return len(first) <= len(layers) and all(one is other for one, other in zip(layers, first, strict=False))


def is_numbered(op: ast.cmpop, other: Value) -> bool:
    """What asking gives if a name that Keras has numbered is another, or one of several.

    Raises ValueError where only the numbers could tell.
    """
    names = list(other) if isinstance(other, list | tuple) else [other]
    is_known = all(isinstance(name, str) and not _NUMBERED.fullmatch(name) for name in names)
    if not is_known or not isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
        raise ValueError("only known once the layers are numbered")
    return isinstance(op, ast.NotEq | ast.NotIn)
