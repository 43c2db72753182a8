"""Arithmetic of a script: on numbers in bounds, on lists, on images as they are scaled, on what layers pass on.

Functions of mathematics do the same as operators, or something to plain numbers. Comparisons are of plain values and
lists, of names of files, and of the numbers of images.
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays, HeldOutMask
from cnn_tui.keras_io.code.data.arrays.any_image import AnyImage
from cnn_tui.keras_io.code.data.arrays.done_to_images import labels_with, thresholded, with_other
from cnn_tui.keras_io.code.data.data_values import (
    BY_HAND,
    ClassNames,
    Folder,
    OfName,
    PictureCount,
    ReadPicture,
    Share,
)
from cnn_tui.keras_io.code.data.files.below import divided, is_below, name_asked, put_together
from cnn_tui.keras_io.code.data.files.file_loops import counted_together
from cnn_tui.keras_io.code.data.files.paths import filled
from cnn_tui.keras_io.code.data.pictures.unknown_images import on_unknown
from cnn_tui.keras_io.code.data.shares import RowMask, mask_drawn
from cnn_tui.keras_io.code.data.supposed import Row, Series, of_each
from cnn_tui.keras_io.code.data.tables.tables import on_table
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.network.listing import is_numbered
from cnn_tui.keras_io.code.numbers import Statistic, linear
from cnn_tui.keras_io.code.values import InnerLayers, Instance, NumberedName, Tensor, Unknown, Value

MAX_ITEMS = 10_000
MAX_NUMBER = 2**63
MAX_POWER = 64

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
OPERATORS: dict[str, ast.operator] = {
    "add": ast.Add(), "subtract": ast.Sub(), "multiply": ast.Mult(), "divide": ast.Div(), "true_divide": ast.Div(),
}  # fmt: skip
"""Functions of NumPy's and TensorFlow's that do what operators do."""
_MATH: dict[str, Callable[..., float]] = {
    name: getattr(math, name) for name in ("exp", "log", "log10", "sqrt", "cos", "sin", "floor", "ceil", "pow")
} | {"power": math.pow, "minimum": min, "maximum": max, "abs": abs}
_ROOTS = ("math", "numpy", "tensorflow")
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}


def is_plain(value: Value) -> bool:
    """Whether a value is a number, a text, a truth or nothing."""
    return value is None or isinstance(value, bool | int | float | str)


def as_condition(value: Value) -> Value:
    """What a value is as a condition: of a list, whether there is something in it."""
    return bool(value) if isinstance(value, list | tuple | dict) else value


def items(value: Value) -> list[Value]:
    """What a loop goes over. Raises TypeError for what is no list, and ValueError for a long one."""
    if isinstance(value, InnerLayers):
        return list(value.whole)
    if not isinstance(value, list | tuple | dict | range):
        raise TypeError("not a list")
    first = list(itertools.islice(value, MAX_ITEMS + 1))  # of a range whose length may be no number of the machine's
    if len(first) > MAX_ITEMS:
        raise ValueError("a list that is too long to be followed")
    return first


def kept_in(held: Value, at: Value, value: Value) -> bool:
    """Put a value into a dict or a list of the script where that can be told; whether it could."""
    is_known = is_plain(at) if isinstance(held, dict) else type(at) is int and isinstance(held, list)
    if not is_known or (isinstance(held, list) and not -len(held) <= at < len(held)):
        return False
    held[at] = value
    return True


def combined(op: ast.operator, left: Value, right: Value, place: str) -> Value:
    """What `left op right` is. Raises TypeError, ValueError or ArithmeticError where it is not told."""
    if isinstance(op, ast.Add | ast.Div) and (is_below(left) or is_below(right)):
        return put_together(left, right) if isinstance(op, ast.Add) else divided(left, right)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensor(op, left, right, place)
    if isinstance(left, ReadPicture | Folder) and type(right) in (int, float):
        return _on_pictures(op, left, right, place)
    if isinstance(left, PictureCount | ClassNames) and (found := _on_count(op, left, right)) is not None:
        return found
    if isinstance(left, Share) or isinstance(right, Share):
        return _on_share(op, left, right)
    if isinstance(left, Row | Series) or isinstance(right, Row | Series):
        return of_each(_ARITHMETIC[type(op)], left, right)
    if isinstance(left, Statistic) and isinstance(op, ast.Add) and isinstance(right, int | float):
        return left  # a little, so that nothing is divided by 0
    if isinstance(left, AnyImage):
        return AnyImage(combined(op, left.of, right, place))
    if isinstance(left, DatasetArrays):
        if left.what != "labels":
            return with_other(op, left, right, place) or left.behind(op, right, True)
        return labels_with(op, left, right, place)
    if isinstance(right, DatasetArrays) and right.what == "images":
        return right.behind(op, left, False)
    if any(isinstance(side, Unknown) and side.table for side in (left, right)):
        return on_table(op, left, right, place)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return on_unknown(op, left, right)
    if isinstance(op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        return left | right
    if isinstance(left, str) and isinstance(op, ast.Mod):
        return filled(left, right)
    if isinstance(left, list | tuple) or isinstance(right, list | tuple):
        return _on_lists(op, left, right)
    if isinstance(left, str) and isinstance(right, str) and isinstance(op, ast.Div):
        return str(Path(left, right))
    for side in (left, right):
        if not is_plain(side) or (isinstance(side, int | float) and abs(side) > MAX_NUMBER):
            raise ValueError("not known, or too large")
    if isinstance(op, ast.Pow) and not (isinstance(right, int | float) and abs(right) <= MAX_POWER):
        raise ValueError("too large")
    if isinstance(left, str) and not (isinstance(op, ast.Add) and len(left) + len(right) <= MAX_ITEMS):
        raise ValueError("too long")
    return _ARITHMETIC[type(op)](left, right)


def inverted(op: ast.unaryop, value: Value) -> Value:
    """What `-value`, `not value` and `~value` are. Raises TypeError or LookupError where it is not told."""
    if isinstance(value, OfName):
        return value
    if isinstance(value, HeldOutMask | RowMask) and isinstance(op, ast.Invert):
        return value.inverted()
    if not is_plain(value):
        raise TypeError("not known")
    return _UNARY[type(op)](value)


def _on_tensor(op: ast.operator, left: Value, right: Value, place: str) -> Tensor:
    """`x / 255` and its like, which a Rescaling does; two tensors that meet are no chain."""
    tensor, number = (left, right) if isinstance(left, Tensor) else (right, left)
    if isinstance(number, Tensor):
        return tensor.without(f"two branches meet at {place}: only a plain chain can be taken")
    if (by := linear(op, number, tensor is left)) is None:
        return tensor.without(f"what is done to the tensor at {place} is not known")
    layer = Instance("Rescaling", {"scale": by[0], "offset": by[1]}, place)
    return tensor.behind(layer)


def _on_pictures(op: ast.operator, pictures: ReadPicture | Folder, number: Value, place: str) -> ReadPicture | Folder:
    """Pictures that a script reads by hand, as numbers of another scale. Raises TypeError for anything else."""
    by = linear(op, number, True)
    if by is None or (isinstance(pictures, Folder) and BY_HAND not in pictures.arguments):
        raise TypeError("not followed")
    if isinstance(pictures, ReadPicture):
        return msgspec.structs.replace(pictures, numbers=pictures.numbers.scaled(*by))
    layer = Instance("Rescaling", {"scale": by[0], **({"offset": by[1]} if by[1] else {})}, place)
    return msgspec.structs.replace(pictures, layers=(*pictures.layers, layer))


def _on_count(op: ast.operator, left: Value, right: Value) -> PictureCount | None:
    """How many pictures a folder has by a batch, or the sum of two such numbers of classes; None for anything else."""
    if isinstance(op, ast.Add) and isinstance(right, ClassNames):
        if isinstance(left, ClassNames):
            return counted_together([left, right])
        sibling = msgspec.structs.replace(right, path=f"{left.folder}/x")
        return left if left.per == 1 and counted_together([sibling, right]) == left else None
    if isinstance(left, PictureCount) and type(right) in (int, float) and right > 0:
        if isinstance(op, ast.Div | ast.FloorDiv):
            return PictureCount(left.folder, left.per * right)
        return PictureCount(left.folder, left.per / right) if isinstance(op, ast.Mult) else None
    return None


def _on_share(op: ast.operator, left: Value, right: Value) -> Share:
    """A share of a share; the sum of two, and what one of them leaves of another."""
    sides = [side.part if isinstance(side, Share) else side for side in (left, right)]
    both = isinstance(left, Share) and isinstance(right, Share)
    if both is not isinstance(op, ast.Add | ast.Sub) or any(type(side) not in (int, float) for side in sides):
        raise TypeError("not followed")
    if isinstance(op, ast.FloorDiv):
        op = ast.Div()
    if isinstance(op, ast.Div) and isinstance(right, Share):
        raise TypeError("not followed")
    counted = next(side.counted for side in (left, right) if isinstance(side, Share))
    return Share(_ARITHMETIC[type(op)](*sides), counted)


def _on_lists(op: ast.operator, left: Value, right: Value) -> Value:
    """`[1] + [2]` and `[1] * 3`, in bounds."""
    if isinstance(op, ast.Add) and type(left) is type(right) and len(left) + len(right) <= MAX_ITEMS:
        return left + right
    if isinstance(op, ast.Mult) and isinstance(right, int) and len(left) * max(right, 0) <= MAX_ITEMS:
        return left * right
    raise TypeError("not followed")


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


def compared(op: ast.cmpop, left: Value, right: Value, place: str) -> Value:
    """What `left op right` is. Raises TypeError where it is not told."""
    if isinstance(left, Row):
        return of_each(_COMPARISONS[type(op)], left, right)
    if isinstance(left, NumberedName):
        return is_numbered(op, right)
    by_name = mask_drawn(op, left, right) or name_asked(left, right) or thresholded(op, left, right, place)
    if by_name is not None:
        return by_name
    if right is None and not isinstance(left, Unknown) and not is_plain(left):
        return isinstance(op, ast.IsNot | ast.NotEq)  # also of a picture: what is none is left out here too
    if isinstance(op, ast.Eq | ast.NotEq) and is_plain(right) and isinstance(left, list | tuple | dict):
        return isinstance(op, ast.NotEq)  # as no list is a text or a number
    is_among = isinstance(op, ast.In | ast.NotIn) and isinstance(right, list | tuple | dict | range)
    if not all(map(is_plain, (left, *(items(right) if is_among else (right,))))):
        raise TypeError("not known")
    return _COMPARISONS[type(op)](left, right)
