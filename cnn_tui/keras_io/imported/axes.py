"""Axes that a file counts from the front: Keras 2 wrote of a BatchNormalization behind a Dense that it has axis [1]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnn_tui.keras_io.imported.chain import Plain, config_of

_WITH_AXIS = ("BatchNormalization", "LayerNormalization", "Normalization", "Softmax", "UnitNormalization")
_AXES_OF_IMAGES = 4
"""Of a batch: image, row, column, channel."""
_LAST = -1


def with_last_axes(layers: Sequence[Plain], input_shape: Sequence[Any] | None) -> Iterator[Plain]:
    """The layers, with each axis that is the last one where the layer stands as -1, which says so for any shape."""
    axes = len(input_shape) + 1 if input_shape else _AXES_OF_IMAGES
    for layer in layers:
        config = config_of(layer)
        if layer.get("class_name") in _WITH_AXIS and config.get("axis") in (axes - 1, [axes - 1]):
            yield {**layer, "config": {**config, "axis": _LAST}}
        else:
            yield layer
        axes = _axes_after(layer, axes)


def _axes_after(layer: Plain, axes: int) -> int:
    """How many axes the output of a layer has, that of the batch among them."""
    kind, config = str(layer.get("class_name")), config_of(layer)
    if kind == "Flatten" or (kind.startswith("Global") and not config.get("keepdims")):
        return 2
    target = config.get("target_shape") if kind == "Reshape" else None
    return len(target) + 1 if isinstance(target, list | tuple) else axes
