"""A Rescaling for images from 0 to 255 at the start of a network: here images come as 0 to 1, so it divides twice."""

from __future__ import annotations

import msgspec

from cnn_tui.network.layers import (
    AUGMENTATION,
    CenterCrop,
    Flatten,
    Rescaling,
    Reshape,
    Resizing,
)
from cnn_tui.network.stack import Stack

WHITE = 255
LEAST, MOST = 0.003, 0.02
"""A scale between them is one for images from 0 to 255: 1/255, 1/127.5, 1/128."""
_HAND_ON = (*AUGMENTATION, Resizing, CenterCrop, Flatten, Reshape)


def second_division(stack: Stack) -> int | None:
    """Where the Rescaling stands that divides images a second time; None where there is none."""
    for at, layer in stack.enabled():
        if isinstance(layer, Rescaling) and LEAST < abs(layer.scale) < MOST:
            return at
        if not isinstance(layer, _HAND_ON):
            return None
    return None


def for_images_to_1(layer: Rescaling) -> Rescaling | None:
    """What does to images from 0 to 1 what `layer` does to those from 0 to 255; None where that is nothing."""
    scale = float(f"{layer.scale * WHITE:.6g}")  # 1/127.5 has more digits than anybody meant
    changed = msgspec.structs.replace(layer, scale=scale)
    return None if (scale, layer.offset) == (1, 0) else changed
