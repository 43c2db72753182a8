"""The part of a Keras script that makes a network of `keras.applications`, as `training` itself makes it."""

from __future__ import annotations

from cnn_tui.keras_io.source import CodeLines, call, literal
from cnn_tui.network.kinds.application import BLUE_FIRST, FROM_MINUS_1, IMAGENET_MEANS, IMAGENET_TORCH, Application
from cnn_tui.network.stack import Shape


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
