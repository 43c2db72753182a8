"""Where a statement or an expression of a script stands: what names mean there, in which cell, and what it comes to."""

from __future__ import annotations

import ast
from collections.abc import Callable

import msgspec

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.values import Names, Unknown, Value
from cnn_tui.keras_io.code.words import unknown


class Scope(msgspec.Struct, frozen=True, eq=False):
    """The names around a part of a script, its cell, and what gives its expressions their values."""

    names: Names
    cell: CodeCell
    value_of: ValueOf

    def value(self, node: ast.expr) -> Value:
        """What an expression comes to here."""
        return self.value_of(node, self)

    def unknown(self, node: ast.expr) -> Unknown:
        """What an expression is that cannot be told, in the script's own words."""
        return unknown(node, self.cell)

    def place(self, node: ast.expr | ast.stmt) -> str:
        """The place of a part of the script, in words."""
        return self.cell.place(node.lineno)

    def inner(self, *, is_class: bool = False) -> Scope:
        """The same with names of its own, which change nothing around it; `is_class` are those of a class's body."""
        return msgspec.structs.replace(self, names=Names(self.names, is_class=is_class))


ValueOf = Callable[[ast.expr, Scope], Value]
