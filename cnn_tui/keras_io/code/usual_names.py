"""What stands for what a script does not say: names of Python and of Keras, and what it takes where none calls it."""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.network.applications import ARCHITECTURES
from cnn_tui.keras_io.code.values import Named, Unknown, Value

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
    "round", "sorted", "set", "sum", "setattr", "map", "open", "next", "iter", "vars", "isinstance", "bool", "format",
)  # fmt: skip


MERGING = ("add", "average", "concatenate", "maximum", "minimum", "multiply", "subtract")
"""Keras's functions for what flows together, among `from keras.layers import *`."""


_ARGUMENTS = "argv"
_LIBRARIES = ("tf", "np")
"""Names that stand for nothing else, from wherever a script has them."""


def as_library(name: str, held: Value) -> Value:
    """What a script has by a name: a library where it is one's usual name, and its own module hands it on."""
    is_handed_on = isinstance(held, Unknown) or (isinstance(held, Named) and held.path.endswith(f".{name}"))
    return Named(_USUAL[name]) if name in _LIBRARIES and is_handed_on else held


def usual_name(name: str) -> str:
    """The path of what a name usually stands for; "" for a name that has no such meaning."""
    return _USUAL.get(name) or (f"builtins.{name}" if name in _BUILTINS else "")


def unless_asked(either: ast.IfExp) -> ast.expr | None:
    """What an expression gives where the script is called with no arguments; None where it does not go by those."""
    asked, one, other = (_goes_by_arguments(node) for node in (either.test, either.body, either.orelse))
    return (either.orelse if one else either.body) if asked and one is not other else None


def _goes_by_arguments(node: ast.expr) -> bool:
    """Whether an expression has what the script is called with: sys.argv."""
    return any(_ARGUMENTS in (getattr(part, "attr", ""), getattr(part, "id", "")) for part in ast.walk(node))
