"""Labels that a script makes one-hot by hand: an array of zeros, with a one in each row at the place of its class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnn_tui.keras_io.code.branches import parts_of
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import Unknown, Value


def one_hots(loop: ast.For, scope: Scope) -> dict[str, Value]:
    """The arrays that a loop over rows makes one-hot, by their names, as the labels that they are."""
    set_in, made = _parts_set(loop.body), dict[str, Value]()
    rows = _rows_of(loop)
    for name, parts in set_in.items():
        labels = [_labels(part, one, rows, scope) for part, one in parts]
        if None not in labels and _is_zeros(scope.names.get(name)):
            made[name] = labels[0]
    return made


def one_hot(target: ast.Subscript, value: Value, scope: Scope) -> Value:
    """The labels that an array of zeros is behind `hot[np.arange(n), labels] = 1`; None for anything else."""
    if not isinstance(target.value, ast.Name) or not _is_zeros(scope.names.get(target.value.id)):
        return None
    return _labels(target, value, {}, scope)


def _parts_set(body: list[ast.stmt]) -> dict[str, list[tuple[ast.Subscript, Value]]]:
    """The parts of arrays that statements set, by the names of the arrays, and to which number."""
    found: dict[str, list[tuple[ast.Subscript, Value]]] = {}
    given = dict(_numbers_given(body))
    for part in parts_of(body):
        if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store):
            owner = part.value.value if isinstance(part.value, ast.Subscript) else part.value
            if isinstance(owner, ast.Name):
                found.setdefault(owner.id, []).append((part, given.get(id(part))))
    return found


def _numbers_given(body: list[ast.stmt]) -> Iterator[tuple[int, Value]]:
    for part in parts_of(body):
        match part:
            case ast.Assign(targets=[ast.Subscript() as target], value=ast.Constant(value=number)):
                yield id(target), number


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
