"""The part of a Keras script that makes the model: its layers, with their arguments as a person would write them.

A network of `keras.applications` is made as `training` itself makes it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.source import CodeLines, call, literal
from cnn_tui.network.fields import fields_of
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.kinds.application import BLUE_FIRST, FROM_MINUS_1, IMAGENET_MEANS, IMAGENET_TORCH
from cnn_tui.network.layers import AnyLayer, Application, Normalization
from cnn_tui.network.stack import Shape, float32_layers
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


def application_code(layer: Application, shape: Shape, name: str) -> CodeLines:
    """The lines that make the layer, as a model called `name`, for images of this shape from 0 to 1."""
    weights = None if layer.weights == "none" else layer.weights
    given = ["include_top=False", f"weights={literal(weights)}", f"input_shape={literal((*shape[:2], 3))}"]
    base = f"{name}_base"
    lines = [
        f"# {layer.architecture} without its end, with what it does to images first",
        *call(f"tf.keras.applications.{layer.architecture}", given, before=f"{base} = "),
    ]
    if layer.frozen_layers and layer.trainable:
        lines += [f"for layer in {base}.layers[:{layer.frozen_layers}]:", "    layer.trainable = False"]
    if layer.cut:
        cut = [f"{base}.input", f"{base}.get_layer({literal(layer.cut)}).output"]
        lines += call("tf.keras.Model", cut, before=f"{base} = ")
    lines += [f"images = tf.keras.Input({literal(shape)})"]
    x = "images"
    if shape[2] == 1:
        lines.append("x = tf.keras.layers.Concatenate()([images] * 3)")
        x = "x"
    for step in _preparation(layer):
        lines += call(step[0], step[1:], before="x = ", after=f"({x})") if step[1:] else [step[0].format(x=x)]
        x = "x"
    output = f"{base}({x})"
    if not layer.training:
        lines += [
            "# It works as after training. Keras 3 tells each part what the whole model is told, whatever a call says:",
            "# so every call of it is one as after training.",
            f"call = {base}.call",
            f"{base}.call = lambda x, training=None, mask=None, call=call: call(x, training=False, mask=mask)",
        ]
        output = f"{base}({x}, training=False)"
    lines += call("tf.keras.Model", ["images", output, f"name={literal(name)}"], before=f"{name} = ")
    return [*lines, f"{name}.trainable = False"] if not layer.trainable else lines


def _preparation(layer: Application) -> list[tuple[str, ...]]:
    """What is done to images before: classes with their arguments, and lines as they are."""
    if layer.preprocessing == "none":
        return []
    if layer.architecture in FROM_MINUS_1:
        return [("tf.keras.layers.Rescaling", "2.0", "offset=-1.0")]
    if layer.architecture in BLUE_FIRST:
        means = [mean / 255 for mean in IMAGENET_MEANS]
        normalization = ("tf.keras.layers.Normalization", f"mean={means!r}", "variance=[1 / 255**2] * 3")
        return [("x = tf.keras.ops.flip({x}, axis=-1)",), normalization]
    if layer.architecture in IMAGENET_TORCH:
        mean, variance = IMAGENET_TORCH[layer.architecture]
        return [("tf.keras.layers.Normalization", f"mean={list(mean)!r}", f"variance={list(variance)!r}")]
    return [("tf.keras.layers.Rescaling", "255.0")]
