"""Keras's activations, on one number. softmax and log_softmax are not here: they need the numbers of all filters."""

from __future__ import annotations

import math
from collections.abc import Callable

LEAK = 0.2
"""The slope of Keras's leaky_relu below 0."""
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def activate(number: float, activation: str) -> float:
    """A number after the activation. Raises KeyError for an activation that is not in ACTIVATIONS."""
    return ACTIVATIONS[activation](number)


def _sigmoid(number: float) -> float:
    if number >= 0:
        return 1 / (1 + math.exp(-number))
    small = math.exp(number)  # exp of a large number would be too large
    return small / (1 + small)


def _softplus(number: float) -> float:
    return max(number, 0.0) + math.log1p(math.exp(-abs(number)))


def _elu(number: float) -> float:
    return number if number > 0 else math.expm1(number)


def _selu(number: float) -> float:
    return _SELU_SCALE * (number if number > 0 else _SELU_ALPHA * math.expm1(number))


def _hard_sigmoid(number: float) -> float:
    return min(max(number + 3, 0.0), 6.0) / 6


ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "linear": float,
    "relu": lambda number: max(number, 0.0),
    "relu6": lambda number: min(max(number, 0.0), 6.0),
    "leaky_relu": lambda number: number if number > 0 else LEAK * number,
    "elu": _elu,
    "selu": _selu,
    "gelu": lambda number: number * (1 + math.erf(number / math.sqrt(2))) / 2,
    "silu": lambda number: number * _sigmoid(number),
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "mish": lambda number: number * math.tanh(_softplus(number)),
    "softsign": lambda number: number / (1 + abs(number)),
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": lambda number: number * _hard_sigmoid(number),
}
"""By Keras's names."""
