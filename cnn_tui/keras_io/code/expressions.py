"""What an expression of a script comes to: constants, arithmetic on them, lists, and calls that Keras is known for.

Nothing of the script is executed. Numbers, lists and steps are bounded, so that no file takes long or much memory.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from cnn_tui.keras_io.code.arithmetic import (
    MAX_ITEMS,
    as_condition,
    combined,
    compared,
    inverted,
    is_plain,
    items,
)
from cnn_tui.keras_io.code.attributes import attribute
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.comprehensions import dictionary, listed
from cnn_tui.keras_io.code.data.array_values import NpzFile
from cnn_tui.keras_io.code.data.arrays.any_image import AnyImage, part_of_any
from cnn_tui.keras_io.code.data.data_values import OfName, ReadPicture
from cnn_tui.keras_io.code.data.files.below import as_name, is_below, put_together
from cnn_tui.keras_io.code.data.files.classes_asked import ClassesAsked
from cnn_tui.keras_io.code.data.files.paths import THIS_FILE, put_in
from cnn_tui.keras_io.code.data.passes import by_number
from cnn_tui.keras_io.code.data.shapes import part_of_read, some_of, with_sizes
from cnn_tui.keras_io.code.data.shares import behind, mask_called, pieces, taken, with_rows_left, with_rows_taken
from cnn_tui.keras_io.code.data.tables.joins import joined
from cnn_tui.keras_io.code.data.tables.tables import (
    behind_call,
    below_unknown,
    column_of,
    relabelled,
    statistic_of_table,
    with_table,
)
from cnn_tui.keras_io.code.devices import GpuAsked
from cnn_tui.keras_io.code.effects import called_name
from cnn_tui.keras_io.code.kept import Kept
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.objects import is_property
from cnn_tui.keras_io.code.parts import in_brackets
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.usual_names import MERGING, as_library, unless_asked, usual_name
from cnn_tui.keras_io.code.values import (
    FROM_HISTORY,
    CodeModel,
    Function,
    Named,
    NotGivenError,
    Unknown,
    Value,
)
from cnn_tui.keras_io.imported.file import ImportProblem

MAX_STEPS = 200_000
"""Expressions and statements of one file. A long notebook takes a few thousand."""
Called: TypeAlias = Callable[[Call], Value]
"""What a call gives."""


class Expressions:
    """Gives expressions their values. Raises ImportProblem for a file that would take too long."""

    def __init__(
        self, call: Called, layers: Sequence[str], models: Sequence[CodeModel] = (), machine: GpuAsked | None = None
    ) -> None:
        self._call, self._models, self._machine = call, models, machine
        self._layers = frozenset(layers)
        self.kept, self.classes = Kept(), ClassesAsked()
        self._steps = 0
        self._table: CodeTable | None = None
        """A table that a part of the expression at hand was read from."""

    def count(self) -> None:
        """Count one step of the reading."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise ImportProblem("the file's loops are too long to be followed")

    def value(self, node: ast.expr, scope: Scope) -> Value:
        """The value of an expression; Unknown where it has none that reading alone can tell."""
        self.count()
        around, self._table = self._table, None
        try:
            found = self._value(node, scope)
            found = found if self.classes.supposed is None else self.classes.supposed.told(node, found)
        except ImportProblem:  # a ValueError too
            raise
        except NotGivenError:
            found = msgspec.structs.replace(scope.unknown(node), is_argument=True)
        except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError):
            found = scope.unknown(node)
        found, table = with_table(node, found, self._table)
        self._table = around or table
        return found

    def _value(self, node: ast.expr, scope: Scope) -> Value:
        match node:
            case ast.Constant(value=value):
                return value if type(value) in (int, float, str, bool, type(None)) else scope.unknown(node)
            case ast.Name():
                return self._named(node, scope)
            case ast.Tuple(elts=elements):
                return tuple(self._elements(elements, scope))
            case ast.List(elts=elements) | ast.Set(elts=elements):
                return self._elements(elements, scope)
            case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant | None) for key in keys):
                table: dict[Value, Value] = {}
                for key_node, value_node in zip(keys, values, strict=True):
                    held = scope.value(value_node)
                    table |= held if key_node is None else {scope.value(key_node): held}
                return table
            case ast.UnaryOp(op=op, operand=operand):
                return inverted(op, scope.value(operand))
            case ast.BinOp(left=left, op=op, right=right):
                sides = scope.value(left), scope.value(right)
                if isinstance(sides[0], Unknown) and (count := by_number(node, sides[1])) is not None:
                    return scope.unknown(count)
                self._table = below_unknown(self._table, sides)
                found = combined(op, *sides, scope.place(node))
                return scope.unknown(node).of_rows(found) if isinstance(found, Unknown) else found
            case ast.Attribute(value=owner, attr=name):
                kept_on = scope.value(owner)
                is_kept = self.kept.has(kept_on, name)
                found = self.kept.get(kept_on, name) if is_kept else attribute(kept_on, name, self._models)
                return self._call(Call(found, scope.place(node))) if is_property(found) else found
            case ast.Call():
                return self._called(node, scope)
            case _:
                return self._rarer(node, scope)

    def _rarer(self, node: ast.expr, scope: Scope) -> Value:
        match node:
            case ast.Subscript(value=owner, slice=index):
                whole = scope.value(owner)
                if isinstance(whole, AnyImage):
                    return part_of_any(whole, index)
                if isinstance(whole, ReadPicture):
                    return part_of_read(whole, scope.unknown(node))
                if isinstance(whole, Unknown):
                    rows = self._rows(index, scope)
                    if (some := taken(rows)) is not None:
                        whole = whole.of_share(some.share, is_rest=some.is_rest, is_cut=some.is_cut)
                    else:
                        whole = with_rows_taken(owner, whole, index, rows, scope.place(node))
                    found = some_of(whole, index, scope.unknown(node))
                    return found.of_table(column_of(whole.table, getattr(index, "value", None)))
                if isinstance(whole, NpzFile):
                    return self._array_in(whole, index, scope.unknown(node), scope)
                return in_brackets(whole, index, lambda one: self._index(one, scope), scope.place(index))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                place = scope.place(node)
                one, other = (self.classes.told(scope.value(side), place) for side in (left, right))
                return compared(op, one, other, place)
            case ast.Compare(left=left, ops=ops, comparators=others):  # 3 <= epoch < 7
                pairs = zip([left, *others], ops, others, strict=False)
                each = [ast.copy_location(ast.Compare(one, [op], [other]), node) for one, op, other in pairs]
                return self._either(True, each, node, scope)
            case ast.BoolOp(op=op, values=values):
                return self._either(isinstance(op, ast.And), values, node, scope)
            case ast.IfExp(test=test, body=body, orelse=other):
                chosen = as_condition(scope.value(test))
                if isinstance(chosen, OfName):
                    return chosen
                if not is_plain(chosen) and (usual := unless_asked(node)) is not None:
                    return scope.value(usual)
                if not is_plain(chosen):
                    return scope.unknown(node)
                branch, left = (body, other) if chosen else (other, body)
                found = scope.value(branch)
                if self._machine is not None and self._machine.asks(test):
                    self._machine.either(scope.value(left), found, scope.place(node))
                return found
            case ast.JoinedStr(values=parts):
                texts = [scope.value(part) for part in parts]
                self._table = below_unknown(self._table, texts)
                is_long = sum(len(text) for text in texts if isinstance(text, str)) > MAX_ITEMS
                return scope.unknown(node) if is_long else functools.reduce(put_together, texts, "")
            case ast.FormattedValue(value=part, conversion=-1, format_spec=width):
                shown = scope.value(part)
                known = is_below(as_name(shown)) or is_plain(shown)
                return put_in(shown, scope.value(width) if width is not None else "") if known else scope.unknown(node)
            case ast.Lambda(args=arguments, body=body):
                returned = ast.copy_location(ast.Return(body), body)
                function = ast.FunctionDef("a lambda", arguments, [returned], [])
                return Function(ast.fix_missing_locations(ast.copy_location(function, node)), scope.names, scope.cell)
            case (
                ast.ListComp(elt=element, generators=[ast.comprehension() as part])
                | ast.GeneratorExp(elt=element, generators=[ast.comprehension() as part])
            ):
                return listed(element, part, scope.value(part.iter), scope.inner())
            case ast.DictComp(key=key, value=value, generators=[ast.comprehension(iter=over) as part]):
                return dictionary(key, value, part, scope.value(over), scope.inner())
            case _:
                return scope.unknown(node)

    def _named(self, node: ast.Name, scope: Scope) -> Value:
        name, names = node.id, scope.names
        try:
            return as_library(name, names[name])
        except KeyError:
            if name == "__file__":
                return THIS_FILE
            usual = f"keras.layers.{name}" if name in self._layers else usual_name(name)
            if not usual and (name[:1].isupper() or name in MERGING) and names.get("*"):
                usual = f"{names.get('*')}.{name}"  # from keras.layers import *
            return Named(usual) if usual else msgspec.structs.replace(scope.unknown(node), is_free=True)

    def _elements(self, nodes: Sequence[ast.expr], scope: Scope) -> list[Value]:
        elements: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                elements += items(scope.value(node.value))
            else:
                elements.append(scope.value(node))
        return elements

    def _either(self, both: bool, nodes: Sequence[ast.expr], node: ast.expr, scope: Scope) -> Value:
        value: Value = None
        for part in nodes:
            value = scope.value(part)
            if isinstance(value, OfName):
                return value
            if not both and isinstance(value, Unknown) and value.is_argument:
                continue  # as where the script is called without it
            if not is_plain(as_condition(value)):
                return scope.unknown(node) if part is not nodes[-1] or both else value
            if bool(value) is not both:
                break
        return value

    def _array_in(self, file: NpzFile, index: ast.expr, other: Unknown, scope: Scope) -> Value:
        """An array of a file of NumPy's, by its name; `other` where it is none of a dataset."""
        try:
            return in_brackets(file, index, lambda one: self._index(one, scope), scope.place(index))
        except LookupError:
            return msgspec.structs.replace(other, numbers=Numbers(file=file.path))

    def _rows(self, index: ast.expr, scope: Scope) -> Value:
        """What tells in `[index]` which rows of a table or an array are taken."""
        first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
        if isinstance(first, ast.Constant):
            return None
        around = self._table
        rows = self._index(first, scope)
        self._table = around
        return rows

    def _index(self, index: ast.expr, scope: Scope) -> Value:
        if not isinstance(index, ast.Slice):
            return scope.value(index)
        ends = (index.lower, index.upper, index.step)
        return slice(*(None if end is None else scope.value(end) for end in ends))

    def _called(self, node: ast.Call, scope: Scope) -> Value:
        callee = scope.value(node.func)
        unnamed = self._elements(node.args, scope)
        given: dict[str, Value] = {}
        for keyword in node.keywords:
            value = scope.value(keyword.value)
            if keyword.arg is not None:
                given[keyword.arg] = value
                if keyword.arg == "initial_epoch" and not isinstance(keyword.value, ast.Constant | ast.Name):
                    given[FROM_HISTORY] = True
            elif isinstance(value, dict) and all(isinstance(name, str) for name in value):
                given.update(value)
            else:
                given["**"] = value
        call = Call(callee, scope.place(node), unnamed, given, called_name(node))
        supposed = self.classes.supposed
        if supposed is not None and (number := supposed.called(call, node)) is not None:
            return number
        if isinstance(callee, Named) and (table := joined(call)):
            self._table = table
        if (chosen := mask_called(call) or pieces(call)) is not None:
            return chosen
        if (of_table := statistic_of_table(call)) is not None:
            return of_table
        called = self.kept.called(call) or self._call(call)
        if not isinstance(called, Unknown) or called.what:
            return called
        if (anew := relabelled(call)) is not None:
            self._table = anew
        elif (some := behind(call)) is not None:
            self._table = some
        elif self._table is not None:
            self._table = with_rows_left(behind_call(self._table, call), call)
        return with_sizes(scope.unknown(node), call)
