"""The part of a Keras script that makes the model: its layers, with their arguments as a person would write them."""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.application import application_code
from cnn_tui.keras_io.source import CodeLines, call, literal
from cnn_tui.network.fields import fields_of
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import AnyLayer, Application, Normalization
from cnn_tui.network.stack import float32_layers
from cnn_tui.network.summary import keras_names, summarize
from cnn_tui.network.values import L1L2

_ALWAYS_SHOWN = ("pool_size",)  # as in the notes, also where it is at its default


def model_code(experiment: Experiment) -> CodeLines:
    """The lines that make `model`. A layer that is switched off stays as a comment. Raises DatasetError."""
    stack = experiment.stack
    whole = float32_layers(stack) if experiment.training.precision != "float32" else frozenset()
    lines = [f"        tf.keras.Input({literal(stack.input_shape)}),"]
    rows, names, before = summarize(stack).rows, keras_names(stack), []
    for at, layer in enumerate(stack.layers):
        shape = rows[at].input_shape
        if isinstance(layer, Application) and layer.enabled and shape is not None and len(shape) == 3:
            begun = layer if experiment.weights is None else msgspec.structs.replace(layer, weights="none")
            before += [*application_code(begun, shape, names[at]), ""]
            lines.append(f"        {names[at]},")
            continue
        arguments = layer_arguments(layer)
        if at in whole:
            arguments.append('dtype="float32"')
        name = f"tf.keras.layers.{layer.type}"
        if layer.enabled:
            lines += call(name, arguments, indent=8, after=",")
        else:
            lines.append(f"        # {name}({', '.join(arguments)}),")
    return [*before, "# Define the model", "model = tf.keras.Sequential(", "    [", *lines, "    ]", ")"]


def adapt_code(experiment: Experiment) -> CodeLines:
    """The lines in which Normalization layers look at the training images."""
    lines = []
    for at, (_, layer) in enumerate(experiment.stack.enabled()):
        if isinstance(layer, Normalization):
            before = f"tf.keras.Sequential(model.layers[:{at}]).predict(training_images)" if at else "training_images"
            lines.append(f"model.layers[{at}].adapt({before})")
    return ["# Let the normalization look at the training images", *lines] if lines else ()


def layer_arguments(layer: AnyLayer) -> list[str]:
    """The arguments of a layer: first those that Keras demands, without a name; then those that are not at defaults."""
    demanded, named = [], []
    for field in fields_of(type(layer)):
        value, given = getattr(layer, field.name), layer.for_keras(field.name)
        if field.default is msgspec.NODEFAULT or field.name in _ALWAYS_SHOWN:
            demanded.append(_value(given))
        elif value != field.default:
            named.append(f"{field.name}={_value(given)}")
    return demanded + named


def _value(value: Any) -> str:
    if isinstance(value, L1L2):
        factors = {name: factor for name, factor in (("l1", value.l1), ("l2", value.l2)) if factor}
        kind = "".join(factors).upper() or "L1L2"
        return f"tf.keras.regularizers.{kind}({', '.join(f'{name}={factor}' for name, factor in factors.items())})"
    if isinstance(value, InitializerWith):
        given = ", ".join(f"{name}={literal(argument)}" for name, argument in value.given().items())
        return f"tf.keras.initializers.{value.type}({given})"
    return "1 / 255" if value == 1 / 255 else literal(value)
