"""Rows of a table that a script takes by their places, and leaves the others: `table.iloc[:5000]`, `nrows=5000`."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.values import Unknown, Value

_HALVES = re.compile(r"usage|split|subset|fold|train|test|valid", re.IGNORECASE)
"""What is in words that tell which rows are of which half: here a table says that itself."""
_BY_PLACE = ("iloc", "loc")
_READERS = ("read_csv", "loadtxt", "genfromtxt")


def takes_rows(owner: ast.expr, rows: Unknown, index: ast.expr) -> bool:
    """Whether `owner[index]` takes some of a table's rows, which the owner is; a part of a single row it is not."""
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    if isinstance(first, ast.Compare) or (isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.Invert)):
        return not _HALVES.search(ast.unparse(first))
    if not isinstance(first, ast.Slice) or (first.lower is None and first.upper is None):
        return False
    # Of anything else it is not known whether it is one row, whose pixels are taken.
    return (isinstance(owner, ast.Attribute) and owner.attr in _BY_PLACE) or rows.sizes is not None


def leaves_rows(name: str, unnamed: Sequence[Value], given: Mapping[str, Value]) -> bool:
    """Whether a function or a method of this name gives some of a table's rows."""
    if name in _READERS:
        return given.get("nrows", given.get("max_rows")) is not None
    if name in ("head", "tail"):
        return True
    share = given.get("frac")
    return name == "sample" and (bool(unnamed) or "n" in given or (isinstance(share, float) and share < 1))
