"""Rows of a table that a script takes by their places, and leaves the others: `table.iloc[:5000]`, `nrows=5000`."""

from __future__ import annotations

import ast
import re

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Unknown

_HALVES = re.compile(r"usage|split|subset|fold|train|test|valid", re.IGNORECASE)
"""What is in words that tell which rows are of which half: here a table says that itself."""
_BY_PLACE = ("iloc", "loc")
_ASKS = ("isin", "between", "eq", "ne", "gt", "lt", "ge", "le", "startswith", "endswith", "contains")
"""Methods of a column that ask something of each row."""
_TABLE = re.compile(
    r"(.*\.)?(read_csv|dropna|drop_duplicates|reset_index|sample|shuffle|sort_values)\(([^()]|\([^()]*\))*\)"
)
"""The words for a whole table, and for no row of it."""


def takes_rows(owner: ast.expr, rows: Unknown, index: ast.expr) -> bool:
    """Whether `owner[index]` takes some of a table's rows, which the owner is; a part of a single row it is not."""
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    if _is_condition(first):
        return not _HALVES.search(ast.unparse(first))
    if not isinstance(first, ast.Slice) or (first.lower is None and first.upper is None):
        return False
    # Of anything else it is not known whether it is one row, whose pixels are taken.
    is_table = (isinstance(owner, ast.Attribute) and owner.attr in _BY_PLACE) or _TABLE.fullmatch(rows.what)
    return bool(is_table) or rows.sizes is not None


def _is_condition(index: ast.expr) -> bool:
    """Whether an index asks something of each row: `rows.age > 3`, `rows["kind"].isin(wanted) & ~rows.is_old`."""
    match index:
        case ast.Compare() | ast.UnaryOp(op=ast.Invert()):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _ASKS
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return _is_condition(left) or _is_condition(right)
    return False


def leaves_rows(call: Call) -> bool:
    """Whether a function or a method gives some of a table's rows."""
    given = call.given
    match call.name:
        case "read_csv" | "loadtxt" | "genfromtxt":
            return given.get("nrows", given.get("max_rows")) is not None
        case "query":
            return not (call.unnamed and _HALVES.search(str(call.first)))
        case "head" | "tail" | "nlargest" | "nsmallest":
            return True
        case "resample":  # scikit-learn's
            return "n_samples" in given
        case "sample":
            share = given.get("frac")
            return bool(call.unnamed) or "n" in given or (isinstance(share, float) and share < 1)
    return False
