"""Comparisons of a script: of plain values and lists, of names of files, of the numbers of images."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from cnn_tui.keras_io.code.arithmetic import is_plain, items
from cnn_tui.keras_io.code.data.below import name_asked
from cnn_tui.keras_io.code.data.done_to_images import thresholded
from cnn_tui.keras_io.code.data.shares import mask_drawn
from cnn_tui.keras_io.code.data.supposed import Row, of_each
from cnn_tui.keras_io.code.network.listing import is_numbered
from cnn_tui.keras_io.code.values import NumberedName, Unknown, Value

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
