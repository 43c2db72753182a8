"""Labels that a script makes one-hot by hand: an array of zeros, with a one in each row at the place of its class."""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.branches import parts_of
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import Unknown, Value


def one_hots(loop: ast.For, scope: Scope) -> dict[str, Value]:
    """The arrays that a loop over rows makes one-hot, by their names, as the labels that they are."""
    set_in: dict[str, list[Value]] = {}
    for part in parts_of(loop.body):
        target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
        if isinstance(part, ast.Assign | ast.AugAssign) and isinstance(target, ast.Subscript):
            owner = target.value.value if isinstance(target.value, ast.Subscript) else target.value
            if isinstance(owner, ast.Name) and _is_zeros(scope.names.get(owner.id)):
                number = part.value.value if isinstance(part.value, ast.Constant) else None
                set_in.setdefault(owner.id, []).append(_labels(target, number, _rows_of(loop), scope))
    return {name: labels[0] for name, labels in set_in.items() if None not in labels}


def one_hot(target: ast.Subscript, value: Value, scope: Scope) -> Value:
    """The labels that an array of zeros is behind `hot[np.arange(n), labels] = 1`; None for anything else."""
    if not isinstance(target.value, ast.Name) or not _is_zeros(scope.names.get(target.value.id)):
        return None
    return _labels(target, value, {}, scope)


def _rows_of(loop: ast.For) -> dict[str, ast.expr]:
    """The names that a loop has for one of something, and of what: `for at, label in enumerate(labels)`."""
    match loop.target, loop.iter:
        case ast.Tuple(elts=[_, ast.Name(id=name)]), ast.Call(func=ast.Name(id="enumerate"), args=[of, *_]):
            return {name: of}
        case ast.Tuple(elts=[_, ast.Name(id=name)]), ast.Call(func=ast.Name(id="zip"), args=[_, of]):
            return {name: of}
    return {}


def _labels(part: ast.Subscript, number: Value, rows: dict[str, ast.expr], scope: Scope) -> Value:
    """The labels whose classes say where a part of an array is set to 1; None for a part that is none such."""
    match part:
        case ast.Subscript(slice=ast.Tuple(elts=[_, place])) | ast.Subscript(value=ast.Subscript(), slice=place):
            pass
        case _:
            return None
    if number != 1:
        return None
    match place:
        case ast.Call(func=ast.Name(id="int"), args=[inner]) | ast.Call(func=ast.Attribute(value=inner, attr="astype")):
            place = inner
    match place:
        case ast.Subscript(value=of, slice=ast.Name()):
            place = of
        case ast.Name(id=name) if name in rows:
            place = rows[name]
    if not isinstance(place, ast.Name | ast.Attribute):
        return None
    of = scope.value(place)
    is_labels = isinstance(of, DatasetArrays) and of.what == "labels"
    return of if is_labels or (isinstance(of, Unknown) and of.table is not None) else None


def _is_zeros(held: Value) -> bool:
    return isinstance(held, Unknown) and "zeros(" in held.what
