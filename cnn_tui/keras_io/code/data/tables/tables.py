"""Tables of pixels (CSV) in a script: what becomes of the numbers of their rows on the way into a model.

And the columns that it names, whatever it does with them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.code_table import TABLES, CodeTable
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.done_to_images import done_to_rows
from cnn_tui.keras_io.code.data.shares import with_question
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.numbers import Numbers, Statistic
from cnn_tui.keras_io.code.values import Named, Unknown, Value

_EVERY = (0, 1, 2, 3)
"""The axes of images."""
_NAMES = re.compile(r"\.(jpe?g|png|bmp|gif|tiff?|webp)\b|zfill|\bpath\.(join|basename)", re.IGNORECASE)
"""What is in words that make names of pictures."""
_PIXELS = re.compile(r"pixel|image|img|feature", re.IGNORECASE)
"""What names of columns tell that pixels are in them."""
_RENAMED = re.compile(r"\.(astype|map|replace|factorize|codes)\b|fit_transform|factorize|to_numeric")
"""What leaves labels apart as they are, whatever they are called then."""
_STATISTICS = {"mean": "mean", "std": "std", "max": "max", "amax": "max"}
_EVENING_OUT = ("fit_transform", "transform")
"""Methods of scikit-learn's StandardScaler that bring each column to mean 0 and spread 1."""
_GO_OVER = ("len", "range", "enumerate", "iterrows", "zip")
"""Functions and methods by which a script goes through the rows of a table."""


def with_table(node: ast.expr, found: Value, inside: CodeTable | None) -> tuple[Value, CodeTable | None]:
    """The value of an expression, and the table that it was read from; `inside` is the one that a part of it was."""
    if isinstance(found, str) and found.lower().endswith(TABLES):
        return found, CodeTable((found,))
    if isinstance(found, Unknown):
        found = found.of_table(inside)
        if found.table is not None:
            found = with_question(node, found, found.table)
        return found, found.table
    return found, inside if isinstance(found, list | tuple) else None


def below_unknown(table: CodeTable | None, parts: Sequence[Value]) -> CodeTable | None:
    """A table whose path is put together of parts: in `folder + "/train.csv"` the slash begins no path."""
    is_below = table is not None and len(table.paths) == 1 and any(isinstance(part, Unknown) for part in parts)
    if table is None or not is_below or not table.paths[0].startswith(("/", "\\")):
        return table
    return msgspec.structs.replace(table, paths=(f"…{table.paths[0]}",))


def on_table(op: ast.operator, left: Value, right: Value, place: str) -> Unknown:
    """What `left op right` is, of which one is read from a table; what is done to it is unknown where it is."""
    is_left = isinstance(left, Unknown) and left.table is not None
    rows, other = (left, right) if is_left else (right, left)
    table: CodeTable = rows.table
    return _with(rows, table, table.numbers.behind(op, other, is_left) or _doubted(table.numbers, place))


def _with(rows: Unknown, table: CodeTable, numbers: Numbers) -> Unknown:
    return msgspec.structs.replace(rows, table=msgspec.structs.replace(table, numbers=numbers))


def _doubted(numbers: Numbers, place: str) -> Numbers:
    return numbers if numbers.doubt else msgspec.structs.replace(numbers, doubt=place)


def statistic_of_table(call: Call) -> Statistic | None:
    """The mean, the spread or the largest of a table's numbers, as a function or a method gives it; None for others."""
    kind, of = _STATISTICS.get(call.name), call.of
    if kind is None or not isinstance(of, Unknown) or of.table is None or of.table.is_row:
        return None
    axis = call.besides.get(0, "axis")
    if axis is None:  # of all numbers, or in a table of pandas' column by column
        return Statistic(kind, _EVERY if of.table.is_array else (0,))
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    return Statistic(kind, tuple(sorted(axes))) if all(type(one) is int for one in axes) else None


def behind_call(table: CodeTable, call: Call) -> CodeTable:
    """A table behind a call of something that is not known otherwise."""
    callee, effect = call.callee, effect_of(call.name)
    others = [one.table.numbers for one in call.unnamed if isinstance(one, Unknown) and one.table]
    if any((one.scale, one.offset) != (table.numbers.scale, table.numbers.offset) for one in others):
        return msgspec.structs.replace(table, numbers=_doubted(table.numbers, call.place))  # which, is not known
    if effect.makes_array or (effect.leaves_all and not effect.shape):
        return msgspec.structs.replace(table, is_array=True)
    if effect.numbers or effect.path or call.name in _GO_OVER:
        return table
    done = done_to_rows(call) if table.is_array and isinstance(callee, Named | Unknown) else ""
    numbers = msgspec.structs.replace(table.numbers, done=table.numbers.done or done)
    if not effect.changes_each or (effect.shape and not effect.ends):
        numbers = _doubted(numbers, call.place)
    if isinstance(callee, Unknown) and callee.what.startswith("StandardScaler(") and call.name in _EVENING_OUT:
        numbers = table.numbers.evened((0,))
    return msgspec.structs.replace(table, numbers=numbers)


def with_part_set(held: Value, at: Value, value: Value, place: str) -> Value:
    """What `held` is behind `held[at] = value`, where that can be followed in no other way."""
    is_table = isinstance(held, Unknown) and held.table is not None and not held.table.is_array
    if is_table and isinstance(at, str):
        return _with_column(held, held.table, at, value, place)
    rows, made = (one.table if isinstance(one, Unknown) else None for one in (held, value))
    if rows is not None and made is not None and rows.origin == made.origin and type(at) is not int:
        return _with(held, rows, made.numbers)  # each row is made of what it was, as of a text of pixels
    return with_change(held, place)


def _with_column(held: Unknown, table: CodeTable, name: str, value: Value, place: str) -> Value:
    """A table of which one column, by its name, is set to a value.

    What is made of the pixels is known by their numbers, and a column that nobody reads changes nothing.
    """
    of_table = value.table.numbers if isinstance(value, Unknown) and value.table is not None else None
    makes_names = isinstance(value, Unknown) and _NAMES.search(value.what) is not None
    if _PIXELS.search(name) and not makes_names:
        changed = table.numbers.set_at(place) if of_table is None else of_table
        return _with(held, table, changed)
    is_same = of_table is not None and (of_table.changed_at or _RENAMED.search(value.what))
    at = (of_table.changed_at if of_table is not None else "") if is_same else place
    others = tuple(column for column in table.columns if column[0] != name)
    return msgspec.structs.replace(held, table=msgspec.structs.replace(table, columns=(*others, (name, at))))


def column_of(table: CodeTable | None, name: Value) -> CodeTable | None:
    """A table as one column of it is, with where a script sets that anew."""
    at = dict(table.columns).get(name) if table is not None and isinstance(name, str) else None
    if not at or table is None:
        return table
    return msgspec.structs.replace(table, numbers=table.numbers.set_at(at))


def relabelled(call: Call) -> CodeTable | None:
    """A table behind a `map` or a `replace` by a dict, which numbers classes anew; where it joins some, it is said."""
    table = call.callee.table if isinstance(call.callee, Unknown) else None
    if table is None or call.name not in ("map", "replace") or not isinstance(call.first, dict):
        return None
    of = [*map(repr, call.first.values())]
    if len(set(of)) == len(of):
        return table
    return msgspec.structs.replace(table, numbers=table.numbers.set_at(call.place))


def with_change(value: Value, place: str) -> Value:
    """Images, or labels, of which some numbers are set at a place; any other value as it is."""
    if isinstance(value, DatasetArrays):
        return msgspec.structs.replace(value, numbers=value.numbers.set_at(place))
    if isinstance(value, Unknown) and value.table is not None:
        return _with(value, value.table, value.table.numbers.set_at(place))
    return value


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
