"""The layers of a model as Keras lists them, where a model inside it is one, and the input of a functional is too."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.keras_io.code.data.preparation import PREPARATION
from cnn_tui.keras_io.code.network.applications import SPREAD, spread
from cnn_tui.keras_io.code.values import CodeModel, InnerLayers, Instance, Value


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


def _begins_with(layers: Sequence[Value], first: Sequence[Value]) -> bool:
    return len(first) <= len(layers) and all(one is other for one, other in zip(layers, first, strict=False))
