"""What comprehensions of a script come to: `[f(one) for one in many]`, and tables made so."""

from __future__ import annotations

import ast

import msgspec

from cnn_tui.keras_io.code.arithmetic import is_plain, items
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import ClassWeights
from cnn_tui.keras_io.code.data.files.file_loops import of_each, turns_of
from cnn_tui.keras_io.code.data.shapes import numbers_of, sizes_of
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import Named, Names, Unknown, Value


def listed(element: ast.expr, part: ast.comprehension, over: Value, scope: Scope) -> Value:
    """`[element for part.target in over if …]`; of what lies in a folder, one for any of it."""
    if isinstance(over, DatasetArrays) and isinstance(part.target, ast.Name) and not part.ifs:
        scope.names[part.target.id] = Unknown(part.target.id, scope.place(element))
        if isinstance(weights := scope.value(element), ClassWeights):
            return weights
    files = turns_of(over, [element], scope.names)
    if files is None and isinstance(over, Unknown | Named):
        _bind_row(part.target, over, scope)
        of_each_one = scope.value(element)
        each = scope.unknown(element)
        if isinstance(of_each_one, Unknown) and of_each_one.table is not None:
            each = each.of_table(msgspec.structs.replace(of_each_one.table, is_row=False))
        return msgspec.structs.replace(each, sizes=sizes_of([of_each_one]), numbers=numbers_of([of_each_one]))
    made = []
    for one in items(over) if files is None else files:
        _bind_parts(part.target, one, scope.names)
        if _is_taken(part, scope):
            value = scope.value(element)
            made.append(value if files is None else of_each(value, one))
    return made


def _is_taken(part: ast.comprehension, scope: Scope) -> bool:
    """Whether all conditions of a comprehension are met. Raises TypeError where that is not told."""
    tests = [scope.value(test) for test in part.ifs]
    if not all(map(is_plain, tests)):
        raise TypeError("only known once it is run")
    return all(tests)


def _bind_row(target: ast.expr, over: Value, scope: Scope) -> None:
    """Bind any one of what is not known, which is a row where that is a table. Raises TypeError as `_bind_parts`."""
    table = over.table if isinstance(over, Unknown) else None
    row = msgspec.structs.replace(table, is_row=True) if table is not None else None
    if row is None or not isinstance(target, ast.Tuple):
        _bind_parts(target, scope.unknown(target).of_table(row), scope.names)
    else:  # as behind enumerate, zip and iterrows
        _bind_parts(target, [scope.unknown(name).of_table(row) for name in target.elts], scope.names)


def _bind_parts(target: ast.expr, value: Value, inner: Names) -> None:
    """Bind what a comprehension goes over. Raises TypeError and ValueError for what is not followed."""
    if isinstance(target, ast.Name):
        inner[target.id] = value
    elif isinstance(target, ast.Tuple):
        for name, part in zip(target.elts, value, strict=True):
            _bind_parts(name, part, inner)
    else:
        raise TypeError("not followed")


def dictionary(key: ast.expr, value: ast.expr, part: ast.comprehension, over: Value, scope: Scope) -> Value:
    """`{key: value for part.target in over if …}`."""
    table = {}
    for one in items(over):
        _bind_parts(part.target, one, scope.names)
        if _is_taken(part, scope):
            table[scope.value(key)] = scope.value(value)
    return table
