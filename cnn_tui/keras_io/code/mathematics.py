"""Functions of mathematics in a script: on its numbers, and those that do to images what an operator does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from cnn_tui.keras_io.code.arithmetic import OPERATORS, combined
from cnn_tui.keras_io.code.data.data_values import PictureCount, Share
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Named, Value

_MATH: dict[str, Callable[..., float]] = {
    name: getattr(math, name) for name in ("exp", "log", "log10", "sqrt", "cos", "sin", "floor", "ceil", "pow")
} | {"power": math.pow, "minimum": min, "maximum": max, "abs": abs}
_ROOTS = ("math", "numpy", "tensorflow")


def operated(callee: Named, unnamed: Sequence[Value], place: str) -> Value:
    """`np.divide(x, 255)` and its like; None for any other function."""
    operator = OPERATORS.get(callee.name)
    if operator is None or callee.is_keras or callee.path.partition(".")[0] not in _ROOTS or len(unnamed) != 2:
        return None
    return combined(operator, unnamed[0], unnamed[1], place)


def number_of(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Value:
    """What a function of mathematics gives; None for any other."""
    if effect_of(callee.name).leaves_all and len(unnamed) == 1 and type(unnamed[0]) in (int, float):
        return unnamed[0] if callee.path.partition(".")[0] in _ROOTS else None
    if callee.name in ("floor", "ceil") and len(unnamed) == 1 and isinstance(unnamed[0], Share | PictureCount):
        return unnamed[0]
    if callee.name == "prod" and len(unnamed) == 1 and not given and isinstance(unnamed[0], tuple | list):
        return math.prod(unnamed[0]) if all(type(one) is int for one in unnamed[0]) else None
    numbers = bool(unnamed) and not given and all(type(one) in (int, float) for one in unnamed)
    is_known = numbers and callee.name in _MATH and callee.path.partition(".")[0] in _ROOTS
    return _MATH[callee.name](*unnamed) if is_known else None
