"""Layers that a script calls as while training, or as after it, whatever is done with the model that they are in."""

from __future__ import annotations

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import CodeModel, Instance, Tensor

_IN_TRAINING = ("BatchNormalization", "Dropout", "GaussianNoise", "Random", "SpatialDropout")
"""How the kinds of layers begin that do something else while a model is trained."""


def called_so(call: Call) -> list[str]:
    """A note on what is called with a `training` of its own; none where it makes no difference.

    A network of Keras's is told so by an argument of its layer.
    """
    called, mode = call.callee, call.given.get("training")
    if not isinstance(called, Instance | CodeModel) or not isinstance(mode, bool):
        return []
    layers = called.layers if isinstance(called, CodeModel) else [called]
    kinds = [layer.kind for layer in layers if isinstance(layer, Instance) and layer.kind.startswith(_IN_TRAINING)]
    for layer in layers:
        if isinstance(layer, Instance) and layer.kind == "Application" and not mode:
            layer.arguments["training"] = False
    into = call.first
    in_model = isinstance(into, Tensor) and into.shape is not None  # and not in a pipeline of pictures to train on
    if not kinds or (mode and not in_model):
        return []
    here = "and it works after training there too" if mode else "and it does not work while training there"
    return [f"training={mode} of {', '.join(dict.fromkeys(kinds))} ({call.place}) is left out, {here}"]
