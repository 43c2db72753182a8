"""Optimizers of TensorFlow 1 in a script."""

from __future__ import annotations

from cnn_tui.keras_io.code.arguments import named
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Instance

_OF_TENSORFLOW_1 = {
    "AdamOptimizer": "Adam",
    "GradientDescentOptimizer": "SGD",
    "MomentumOptimizer": "SGD",
    "RMSPropOptimizer": "RMSprop",
    "AdagradOptimizer": "Adagrad",
}


def older_optimizer(call: Call) -> Instance | None:
    """An optimizer of TensorFlow 1 as Keras's, whose arguments stand in the same order; None for anything else."""
    kind = _OF_TENSORFLOW_1.get(call.name)
    if kind is None or not call.path.startswith("tensorflow."):
        return None
    if kind == "RMSprop":
        call = call.but(given={"rho" if name == "decay" else name: value for name, value in call.given.items()})
    return Instance(kind, named(kind, call), call.place)
