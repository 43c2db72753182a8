"""Functions of mathematics in a script: on its numbers, and those that do to images what an operator does."""

from __future__ import annotations

import math
from collections.abc import Callable

from cnn_tui.keras_io.code.arithmetic import OPERATORS, combined
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import PictureCount, Share
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Value

_MATH: dict[str, Callable[..., float]] = {
    name: getattr(math, name) for name in ("exp", "log", "log10", "sqrt", "cos", "sin", "floor", "ceil", "pow")
} | {"power": math.pow, "minimum": min, "maximum": max, "abs": abs}
_ROOTS = ("math", "numpy", "tensorflow")


def operated(call: Call) -> Value:
    """`np.divide(x, 255)` and its like; None for any other function."""
    operator = OPERATORS.get(call.name)
    if operator is None or call.is_keras or call.root not in _ROOTS or len(call.unnamed) != 2:
        return None
    return combined(operator, call.first, call.unnamed[1], call.place)


def number_of(call: Call) -> Value:
    """What a function of mathematics gives; None for any other."""
    match call.unnamed:
        case [one] if effect_of(call.name).leaves_all and type(one) in (int, float):
            return one if call.root in _ROOTS else None
        case [Share() | PictureCount() as one] if call.name in ("floor", "ceil"):
            return one
        case [tuple() | list() as numbers] if call.name == "prod" and not call.given:
            return math.prod(numbers) if all(type(one) is int for one in numbers) else None
    are_numbers = bool(call.unnamed) and not call.given and all(type(one) in (int, float) for one in call.unnamed)
    is_known = are_numbers and call.name in _MATH and call.root in _ROOTS
    return _MATH[call.name](*call.unnamed) if is_known else None
