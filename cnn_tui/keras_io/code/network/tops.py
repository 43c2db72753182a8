"""Networks of `keras.applications` with their own top, of which a script takes all but the layer that names classes."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.keras_io.code.network.applications import ARCHITECTURES, TOPS
from cnn_tui.keras_io.code.values import Instance, Tensor, Value

_SIDES = {
    **dict.fromkeys(("Xception", "InceptionV3", "InceptionResNetV2"), 299),
    **{f"EfficientNetB{at}": side for at, side in enumerate((224, 240, 260, 300, 380, 456, 528, 600))},
    **{f"EfficientNetV2B{at}": side for at, side in enumerate((224, 240, 260, 300))},
    "EfficientNetV2S": 384,
}
"""Pixels: the images that such a network takes where it is told none; 224 the others."""
_SIDE = 224


def below_top(whole: Sequence[Value]) -> Tensor | None:
    """What flows into the layer that names the classes, the second to last layer's output; None where it is not known.

    The network has no weights of its own behind the convolutions then. Of one that is none of the lab's, which says so
    later, it is the network alone.
    """
    base = whole[0] if len(whole) == 1 else None
    if not isinstance(base, Instance) or base.arguments.get("include_top") is not True:
        return None
    name = str(base.arguments["architecture"])
    tops = TOPS.get(name, ())
    if name in ARCHITECTURES and (not tops or any(kind == "Dense" for kind, _ in tops)):
        return None
    del base.arguments["include_top"]
    if base.arguments.get("input_shape") is None:
        base.arguments["input_shape"] = (_SIDES.get(name, _SIDE), _SIDES.get(name, _SIDE), 3)
    layers = [Instance(kind, dict(arguments), base.place) for kind, arguments in tops]
    return Tensor(base.arguments["input_shape"], (base, *layers))
