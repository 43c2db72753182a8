"""One way to write each layer: arguments that make no difference get the value that they have when left alone.

Two stacks are the same network when their layers, written so, are equal. Only single arguments are looked at: a layer
that does nothing (a Dropout of rate 0) still counts, because it stands in `model.summary()`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.network.layers import AnyLayer, AveragePooling2D, MaxPooling2D, PReLU
from cnn_tui.network.values import L1L2

_ONE = (1, 1)


def canonical(layer: AnyLayer) -> AnyLayer:
    """The layer as all layers that do the same are written."""
    changes = {**_penalties(layer), **_window(layer), **_fill(layer)}
    if isinstance(layer, MaxPooling2D | AveragePooling2D) and layer.strides == layer.pool_size:
        changes["strides"] = None
    if isinstance(layer, PReLU) and layer.shared_axes is not None:
        changes["shared_axes"] = tuple(sorted(set(layer.shared_axes)))
    return msgspec.structs.replace(layer, **changes) if changes else layer


def _penalties(layer: AnyLayer) -> dict[str, Any]:
    """A penalty of nothing is none."""
    return {name: None for name in layer.__struct_fields__ if getattr(layer, name) == L1L2()}


def _window(layer: AnyLayer) -> dict[str, Any]:
    """A window of one pixel reaches over no border and has nothing to lie apart."""
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if size != _ONE or layer.type == "Conv2DTranspose":  # which may also fill up what its strides leave open
        return {}
    changes: dict[str, Any] = {"padding": "valid"}
    # Strides and dilation together are a problem, which such a network keeps.
    if getattr(layer, "strides", _ONE) == _ONE and hasattr(layer, "dilation_rate"):
        changes["dilation_rate"] = _ONE
    return changes


def _fill(layer: AnyLayer) -> dict[str, Any]:
    """The number that fills the corners counts only where a number fills them."""
    return {"fill_value": 0.0} if getattr(layer, "fill_mode", "constant") != "constant" else {}
