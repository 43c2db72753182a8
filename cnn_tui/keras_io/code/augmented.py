"""What a name, an attribute or an entry of a table of a script is behind a `+=`, or another such statement."""

from __future__ import annotations

import ast
import copy

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.functions import ValueOf
from cnn_tui.keras_io.code.values import Names, Value
from cnn_tui.keras_io.code.words import unknown


def augmented(node: ast.AugAssign, names: Names, cell: CodeCell, value_of: ValueOf, *, is_in_loop: bool) -> Value:
    """The value that is bound; Unknown in a loop that is gone through once, and for what is no table of the script."""
    target = node.target
    if isinstance(target, ast.Subscript):
        is_table = isinstance(target.value, ast.Name) and isinstance(names.get(target.value.id), dict | list)
        if is_in_loop or not is_table:
            return unknown(node.value, cell)
    elif is_in_loop:
        return unknown(target, cell)
    before = copy.copy(target)
    before.ctx = ast.Load()
    sum_of = ast.copy_location(ast.BinOp(before, node.op, node.value), node)
    return value_of(sum_of, names, cell)
