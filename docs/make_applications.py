"""Writes cnn_tui/network/kinds/applications.json: what Keras's pre-trained networks come to, for the live summary.

    .venv/bin/python docs/make_applications.py

For each architecture, without its top, and for each layer after which it can be cut (every way from the input to the
output goes through it): the parameters up to there, the channels, the multiplications for an image of 224x224, and what
happens to height and width on the way. And for each layer in Keras's order how many parameters it learns, with its
name, or _ where Keras numbers it. Nothing is fetched.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import keras

TABLE = Path(__file__).parents[1] / "cnn_tui" / "network" / "kinds" / "applications.json"
SIZE = 224
ARCHITECTURES = {
    "MobileNetV2": 32,
    "MobileNet": 32,
    "VGG16": 32,
    "VGG19": 32,
    "InceptionV3": 75,
    "Xception": 71,
    "ResNet50": 32,
    "ResNet50V2": 32,
    "ResNet101": 32,
    "DenseNet121": 32,
    "EfficientNetB0": 32,
    "EfficientNetV2B0": 32,
    "InceptionResNetV2": 75,
    "ResNet152": 32,
    "ResNet101V2": 32,
    "ResNet152V2": 32,
    "DenseNet169": 32,
    "DenseNet201": 32,
    "EfficientNetB1": 32,
    "EfficientNetB2": 32,
    "EfficientNetB3": 32,
    "EfficientNetB4": 32,
    "EfficientNetB5": 32,
    "EfficientNetB6": 32,
    "EfficientNetB7": 32,
    "EfficientNetV2B1": 32,
    "EfficientNetV2B2": 32,
    "EfficientNetV2B3": 32,
    "EfficientNetV2S": 32,
}
"""By Keras's names, with the smallest height and width that Keras takes."""


_NUMBERED = re.compile(
    r"(input_layer|conv2d|depthwise_conv2d|separable_conv2d|batch_normalization|activation|re_lu|add|concatenate|multiply|rescaling|"
    r"normalization|zero_padding2d|max_pooling2d|average_pooling2d|global_average_pooling2d)(_\d+)?"
)
"""Names that Keras gives by itself."""


def described(architecture: str) -> dict[str, Any]:
    """The table of one architecture."""
    model = getattr(keras.applications, architecture)(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3))
    other = getattr(keras.applications, architecture)(
        include_top=False, weights=None, input_shape=(SIZE + 1, SIZE + 1, 3)
    )
    fitted = {layer.name for layer in model.layers if _padding(layer) != _padding(_same(other, model, layer))}
    cuts: dict[str, list[Any]] = {}
    chains: list[str] = []
    for layer in _bottlenecks(model):
        if _NUMBERED.fullmatch(layer.name) and layer is not model.layers[-1]:
            continue  # Keras counts such a name through a session: it is another one the next time
        if layer.name in fitted:
            continue  # how much it adds depends on the image
        before = _ancestors(layer)
        weights = [[math.prod(one.shape) for one in group] for group in _groups(before)]
        chain = " ".join(_steps(layer, fitted))
        if chain not in chains:
            chains.append(chain)
        macs = sum(map(_macs, before))
        cuts[layer.name] = [sum(weights[0]), sum(weights[1]), layer.output.shape[-1], macs, chains.index(chain)]
    names = ["_" if _NUMBERED.fullmatch(layer.name) else layer.name for layer in model.layers]
    learned = [sum(math.prod(one.shape) for one in layer.trainable_weights) for layer in model.layers]
    return {
        "least": ARCHITECTURES[architecture],
        "last": list(cuts)[-1],
        "chains": chains,
        "cuts": cuts,
        "layers": " ".join(names),
        "learned": learned,
    }


def _groups(layers: list[Any]) -> list[list[Any]]:
    return [
        [one for layer in layers for one in layer.trainable_weights],
        [one for layer in layers for one in layer.non_trainable_weights],
    ]


def _same(other: Any, model: Any, layer: Any) -> Any:
    return other.layers[model.layers.index(layer)]


def _padding(layer: Any) -> Any:
    return layer.padding if isinstance(layer, keras.layers.ZeroPadding2D) else None


def _inputs(layer: Any) -> list[Any]:
    """The layers whose outputs a layer takes."""
    return [tensor._keras_history.operation for tensor in layer._inbound_nodes[0].input_tensors]


def _ancestors(layer: Any) -> list[Any]:
    found, waiting = {id(layer): layer}, [layer]
    while waiting:
        for before in _inputs(waiting.pop()):
            if id(before) not in found:
                found[id(before)] = before
                waiting.append(before)
    return list(found.values())


def _bottlenecks(model: Any) -> list[Any]:
    """The layers, after the input, through which every way leads: in the order of Keras nothing jumps over them."""
    place = {id(layer): at for at, layer in enumerate(model.layers)}
    first = [min((place[id(before)] for before in _inputs(layer)), default=-1) for layer in model.layers]
    found = []
    for at, layer in enumerate(model.layers[:-1]):
        if at and min(first[at + 1 :]) >= at and len(layer.output.shape) == 4:
            found.append(layer)
    return [*found, model.layers[-1]]


def _steps(layer: Any, fitted: set[str]) -> list[str]:
    """What makes height and width others on the way to a layer: s2 halves, p6 adds 6, v3/2 is a window."""
    steps: list[str] = []
    while _inputs(layer):
        before = _inputs(layer)[0]
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        if window is not None and not isinstance(layer, keras.layers.GlobalAveragePooling2D):
            stride = layer.strides[0]
            if layer.padding == "same" or before.name in fitted:
                steps += [f"s{stride}"] if stride > 1 else []
            elif window[0] > 1 or stride > 1:
                steps.append(f"v{window[0]}/{stride}")
        elif isinstance(layer, keras.layers.ZeroPadding2D) and layer.name not in fitted:
            steps.append(f"p{sum(layer.padding[0])}")
        layer = before
    return steps[::-1]


def _macs(layer: Any) -> int:
    """Multiplications for one image."""
    if not hasattr(layer, "kernel_size"):
        return 0
    kernels = [one for one in layer.weights if len(one.shape) == 4]
    places = math.prod(layer.output.shape[1:3])
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return places * math.prod(kernels[0].shape)
    return sum(places * math.prod(kernel.shape) for kernel in kernels)


if __name__ == "__main__":
    table = {}
    for name in ARCHITECTURES:
        table[name] = described(name)
        print(f"{name}: {len(table[name]['cuts'])} places to cut", flush=True)
    lines = [f'"{name}": {json.dumps(facts, separators=(",", ":"))}' for name, facts in table.items()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{TABLE}: {TABLE.stat().st_size:,} bytes")
