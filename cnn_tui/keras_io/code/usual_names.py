"""What names stand for that a script does not bind: Python's own, and those of Keras where a snippet has no imports."""

from __future__ import annotations

from cnn_tui.keras_io.code.network.applications import ARCHITECTURES

_USUAL = {
    "tf": "tensorflow",
    "keras": "keras",
    **{name: f"keras.{name}" for name in ("layers", "models", "optimizers", "losses", "callbacks", "regularizers")},
    **{name: f"keras.applications.{name}" for name in ARCHITECTURES},
    "np": "numpy",
    "os": "os",
    "Sequential": "keras.Sequential",
    "Model": "keras.Model",
    "Input": "keras.Input",
}
"""What a name means where a snippet leaves its imports out."""


_BUILTINS = (
    "range", "len", "int", "float", "list", "tuple", "dict", "zip", "enumerate", "min", "max", "reversed", "str",
    "round", "sorted", "set", "sum", "setattr", "map",
)  # fmt: skip


MERGING = ("add", "average", "concatenate", "maximum", "minimum", "multiply", "subtract")
"""Keras's functions for what flows together, among `from keras.layers import *`."""


def usual_name(name: str) -> str:
    """The path of what a name usually stands for; "" for a name that has no such meaning."""
    return _USUAL.get(name) or (f"builtins.{name}" if name in _BUILTINS else "")
