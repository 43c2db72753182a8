"""How much the images of each class count in a script: weights that it works out of the labels, or gives in a table."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.data.data_values import ClassCounts, ClassWeights
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Unknown, Value

_PAIRS = ("dict", "enumerate", "zip")
"""Functions that put each weight beside its class."""


def weighing_call(name: str, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Value:
    """What a function makes of the classes' weights or counts; None where it makes nothing of them."""
    if name == "compute_class_weight":
        kind = given.get("class_weight", unnamed[0] if unnamed else None)
        return ClassWeights() if kind == "balanced" else None
    weights = next((one for one in unnamed if isinstance(one, ClassWeights)), None)
    if weights is not None and (effect_of(name).leaves_all or effect_of(name).items or name in _PAIRS):
        return weights
    if name == "flatnonzero" and unnamed and isinstance(unnamed[0], ClassCounts):
        return range(unnamed[0].classes)
    return None


def weight_in_table(table: dict[Value, Value], unnamed: Sequence[Value]) -> Value:
    """What `table.get(...)` gives; for a class that only running tells, the weights of all."""
    if unnamed and isinstance(unnamed[0], Unknown):
        return ClassWeights(table)
    return table.get(*unnamed[:2])


def weighed(op: ast.operator, left: Value, right: Value) -> ClassCounts | ClassWeights:
    """`len(labels) / (classes * counts)`. Raises TypeError for other arithmetic, which gives weights of its own."""
    counts, number = (left, right) if isinstance(left, ClassCounts) else (right, left)
    if isinstance(counts, ClassCounts) and isinstance(number, int | float):
        if isinstance(op, ast.Mult):
            return msgspec.structs.replace(counts, factor=counts.factor * number)
        balanced = counts.total / counts.classes
        if isinstance(op, ast.Div) and counts is right and math.isclose(number / counts.factor, balanced):
            return ClassWeights()
    raise TypeError("not followed")
