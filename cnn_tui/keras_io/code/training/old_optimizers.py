"""Optimizers of TensorFlow 1 in a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.arguments import named
from cnn_tui.keras_io.code.values import Instance, Named, Value

_OF_TENSORFLOW_1 = {
    "AdamOptimizer": "Adam",
    "GradientDescentOptimizer": "SGD",
    "MomentumOptimizer": "SGD",
    "RMSPropOptimizer": "RMSprop",
    "AdagradOptimizer": "Adagrad",
}


def older_optimizer(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Instance | None:
    """An optimizer of TensorFlow 1 as Keras's, whose arguments stand in the same order; None for anything else."""
    kind = _OF_TENSORFLOW_1.get(callee.name)
    if kind is None or not callee.path.startswith("tensorflow."):
        return None
    if kind == "RMSprop":
        given = {"rho" if argument == "decay" else argument: value for argument, value in given.items()}
    return Instance(kind, named(kind, unnamed, given), place)
