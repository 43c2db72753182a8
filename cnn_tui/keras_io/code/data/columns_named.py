"""The columns of tables that a script names, whatever it does with them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cnn_tui.keras_io.code.cells import CodeCell


def columns_named(cells: Sequence[CodeCell]) -> frozenset[str]:
    """What stands in brackets, behind a dot or in a `get` or `pop`, as the name of a column of a table does."""
    return frozenset(name for cell in cells for part in ast.walk(cell.tree) for name in _names(part))


def _names(part: ast.AST) -> list[str]:
    match part:
        case ast.Subscript(slice=ast.Constant(value=str() as name)) | ast.Attribute(attr=name):
            return [name]
        case ast.Subscript(slice=ast.Tuple(elts=parts)):  # as in table.loc[:, "kind"]
            return [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[ast.Constant(value=str() as name), *_]):
            return [name]
    return []
