"""Layers as Keras 1 described them, put into the words of later versions: `nb_filter` is `filters`."""

from __future__ import annotations

from typing import Any

from cnn_tui.keras_io.code.arguments import ALIASES, named
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.imported.chain import Chain, Plain, config_of

_OLD_LAYERS = ("Convolution2D", "Deconvolution2D", "SeparableConvolution2D")
_OLD_ARGUMENTS = {"nb_filter", "nb_row", "border_mode", "dim_ordering"}
_OF_INPUT = ("input_dtype", "input_dim")
"""Arguments that say what comes in, which the shape of the input says by now."""
_MEANT_NOTHING_AT_0 = ("mode", "input_length")


def is_keras_1(model: Plain, layers: tuple[Plain, ...]) -> bool:
    """Whether a description is of Keras 1: it says so, or names layers and arguments that later ones do not have."""
    if str(model.get("keras_version", "")).startswith("1."):
        return True
    for layer in layers:
        arguments = set(config_of(layer))
        dense = layer.get("class_name") == "Dense" and "output_dim" in arguments  # an Embedding has one to this day
        if layer.get("class_name") in _OLD_LAYERS or arguments & _OLD_ARGUMENTS or dense:
            return True
    return False


def of_today(chain: Chain) -> Chain:
    """The same layers as Keras 3 describes them; what has no counterpart stays as it is, and is refused by its name."""
    return Chain(tuple(map(_layer, chain.layers)), chain.input_shape)


def _layer(layer: Plain) -> Plain:
    kind = layer.get("class_name")
    if not isinstance(kind, str):
        return layer
    kind = ALIASES.get(kind, kind)
    config = named(kind, Call(kind, "", given=config_of(layer)))
    config = {name: _value(value) for name, value in config.items() if not _is_empty(name, value)}
    return {**layer, "class_name": kind, "config": config}


def _is_empty(name: str, value: Any) -> bool:
    return value is None or name in _OF_INPUT or (name in _MEANT_NOTHING_AT_0 and not value)


def _value(value: Any) -> Any:
    """A regularizer, which Keras 1 described as {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}."""
    if isinstance(value, dict) and value.get("name") in ("WeightRegularizer", "L1L2Regularizer"):
        return {"class_name": "L1L2", "config": {name: value.get(name, 0.0) for name in ("l1", "l2")}}
    return value
