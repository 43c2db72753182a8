"""Layers that a script calls as while training, or as after it, whatever is done with the model that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.values import CodeModel, Instance, Tensor, Value

_IN_TRAINING = ("BatchNormalization", "Dropout", "GaussianNoise", "Random", "SpatialDropout")
"""How the kinds of layers begin that do something else while a model is trained."""


def called_so(callee: Value, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> list[str]:
    """A note on what is called with a `training` of its own; none where it makes no difference.

    A network of Keras's is told so by an argument of its layer.
    """
    if not isinstance(callee, Instance | CodeModel) or not isinstance(mode := given.get("training"), bool):
        return []
    layers = callee.layers if isinstance(callee, CodeModel) else [callee]
    kinds = [layer.kind for layer in layers if isinstance(layer, Instance) and layer.kind.startswith(_IN_TRAINING)]
    for layer in layers:
        if isinstance(layer, Instance) and layer.kind == "Application" and not mode:
            layer.arguments["training"] = False
    into = unnamed[0] if unnamed else None
    in_model = isinstance(into, Tensor) and into.shape is not None  # and not in a pipeline of pictures to train on
    if not kinds or (mode and not in_model):
        return []
    here = "and it works after training there too" if mode else "and it does not work while training there"
    return [f"training={mode} of {', '.join(dict.fromkeys(kinds))} ({place}) is left out, {here}"]
