"""Tables of pixels (CSV) in a script: what becomes of the numbers of their rows on the way into a model."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.data.data_values import DatasetArrays, Statistic
from cnn_tui.keras_io.code.values import CodeTable, Named, Numbers, Unknown, Value
from cnn_tui.network.rescaling import WHITE

_TABLE = ".csv"
_EVERY = (0, 1, 2, 3)
"""The axes of images."""
_TO_ARRAYS = ("array", "asarray", "asfarray", "to_numpy", "as_matrix", "reshape", "loadtxt", "genfromtxt", "fromstring")
"""Functions, and methods, that give an array of NumPy's and leave the numbers in it."""
_LEAVE = (
    "append", "array_split", "ascontiguousarray", "astype", "batch", "cast", "concat", "concatenate", "constant",
    "convert_to_tensor", "copy", "delete", "drop", "dropna", "expand_dims", "fillna", "fit", "flatten", "float32",
    "flow", "format", "get", "head", "hsplit", "join", "next", "open", "permutation", "pop", "ravel", "read_csv",
    "reader", "reset_index", "sample", "shuffle", "split", "squeeze", "stack", "tail", "take", "to_categorical",
    "train_test_split", "uint8", "vstack", "DataFrame", "Path", "Series",
)  # fmt: skip
"""Others that leave them, whatever they give."""
_STATISTICS = {"mean": "mean", "std": "std", "max": "max", "amax": "max"}
_EVENING_OUT = ("fit_transform", "transform")
"""Methods of scikit-learn's StandardScaler that bring each column to mean 0 and spread 1."""


def with_table(found: Value, inside: CodeTable | None) -> tuple[Value, CodeTable | None]:
    """A value, and the table that it was read from; `inside` is the one that a part of its expression was."""
    if isinstance(found, str) and found.lower().endswith(_TABLE):
        return found, CodeTable((found,))
    if isinstance(found, Unknown):
        found = found.of_table(inside)
        return found, found.table
    return found, inside if isinstance(found, list | tuple) else None


def on_table(op: ast.operator, left: Value, right: Value, place: str) -> Unknown:
    """What `left op right` is, of which one is read from a table; what is done to it is unknown where it is."""
    is_left = isinstance(left, Unknown) and left.table is not None
    rows, other = (left, right) if is_left else (right, left)
    table: CodeTable = rows.table
    found = None
    if isinstance(other, Statistic) and is_left:
        found = _evened(op, table.numbers, other)
    elif type(other) in (int, float):
        found = _with_number(op, table.numbers, float(other), is_left)
    return _with(rows, table, found or _doubted(table.numbers, place))


def _with(rows: Unknown, table: CodeTable, numbers: Numbers) -> Unknown:
    return msgspec.structs.replace(rows, table=msgspec.structs.replace(table, numbers=numbers))


def _doubted(numbers: Numbers, place: str) -> Numbers:
    return numbers if numbers.doubt else msgspec.structs.replace(numbers, doubt=place)


def _with_number(op: ast.operator, numbers: Numbers, other: float, is_left: bool) -> Numbers | None:
    """`rows / 255`, and `1 - rows`; None for what is neither a multiplication nor an addition."""
    match op:
        case ast.Div() if is_left and other:
            return numbers.scaled(1 / other)
        case ast.Mult():
            return numbers.scaled(other)
        case ast.Add():
            return numbers.shifted(other)
        case ast.Sub():
            return numbers.shifted(-other) if is_left else numbers.scaled(-1).shifted(other)
    return None


def _evened(op: ast.operator, numbers: Numbers, by: Statistic) -> Numbers | None:
    """`rows - mean`, `(rows - mean) / std`, and `rows / max`; None for anything else."""
    if isinstance(op, ast.Sub) and by.kind == "mean" and numbers.centered is None:
        return msgspec.structs.replace(numbers, centered=by.axes)
    if isinstance(op, ast.Div) and by.kind == "std" and numbers.centered is not None:
        return msgspec.structs.replace(numbers, is_evened=True)
    if isinstance(op, ast.Div) and by.kind == "max" and by.axes == _EVERY and numbers == Numbers():
        return numbers.scaled(1 / WHITE)
    return None


def statistic_of_table(
    callee: Value, name: str, unnamed: Sequence[Value], given: Mapping[str, Value]
) -> Statistic | None:
    """The mean, the spread or the largest of a table's numbers, as a function or a method gives it; None for others."""
    kind = _STATISTICS.get(name)
    of = unnamed[0] if isinstance(callee, Named) and unnamed else callee
    if kind is None or not isinstance(of, Unknown) or of.table is None:
        return None
    behind = unnamed[1:] if isinstance(callee, Named) else unnamed
    axis = given.get("axis", behind[0] if behind else None)
    if axis is None:  # of all numbers, or in a table of pandas' column by column
        return Statistic(kind, _EVERY if of.table.is_array else (0,))
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    return Statistic(kind, tuple(sorted(axes))) if all(type(one) is int for one in axes) else None


def behind_call(table: CodeTable, callee: Value, name: str, place: str) -> CodeTable:
    """A table behind a call of something by this name that is not known otherwise."""
    if name in _TO_ARRAYS:
        return msgspec.structs.replace(table, is_array=True)
    if name in _LEAVE:
        return table
    numbers = _doubted(table.numbers, place)
    if isinstance(callee, Unknown) and callee.what.startswith("StandardScaler(") and name in _EVENING_OUT:
        numbers = msgspec.structs.replace(table.numbers, centered=(0,), is_evened=True)
    return msgspec.structs.replace(table, numbers=numbers)


def with_change(value: Value, place: str) -> Value:
    """Images, or labels, of which some numbers are set at a place; any other value as it is."""
    if isinstance(value, DatasetArrays):
        return msgspec.structs.replace(value, changed_at=place)
    if isinstance(value, Unknown) and value.table is not None:
        return _with(value, value.table, msgspec.structs.replace(value.table.numbers, changed_at=place))
    return value
