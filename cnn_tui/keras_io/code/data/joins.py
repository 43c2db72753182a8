"""Tables (CSV) whose rows or columns a script puts together, so that no one of them is what it trains on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.shares import together
from cnn_tui.keras_io.code.values import Unknown, Value

_AXIS = {"concatenate": 1, "concat": 1, "append": 2, "vstack": None, "row_stack": None}
"""Functions that put rows below others, and where among their arguments the axis stands."""
_COLUMNS = ("hstack", "column_stack", "dstack", "stack")
_TO_FILL = re.compile(r"\b(empty|zeros|ndarray)\b")
"""Arrays that a script makes to put what it reads into."""


def joined(name: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> CodeTable | None:
    """The table that a function of this name makes of others; None where it makes none, or leaves one whole."""
    if name not in (*_AXIS, *_COLUMNS) or not unnamed:
        return None
    parts = unnamed[:2] if name == "append" else unnamed[0]
    if not isinstance(parts, list | tuple) or len(parts) < 2:
        return None
    tables = [part.table for part in parts if isinstance(part, Unknown) and part.table is not None]
    others = [part for part in parts if isinstance(part, Unknown) and part.table is None and not is_to_fill(part)]
    at = _AXIS.get(name)
    axis = given.get("axis", unnamed[at] if at is not None and len(unnamed) > at else 0)
    is_rows = name in _AXIS and axis not in (1, -1, "columns")
    origins = {table.origin for table in tables}
    several = len(origins) > 1 or (is_rows and bool(tables) and len(tables) + len(others) > 1)
    if not several:
        return None
    if len(origins) == 1 and not others and (whole := together(tables)) is not None:
        return whole
    paths = dict.fromkeys(path for table in tables if not table.joined_at for path in table.paths)
    if not paths:
        whole = next((table for table in tables if table.joined_at), None)
        return whole or msgspec.structs.replace(tables[0], share=1.0, split_of=place)
    shares = tuple(table.share for table in tables) if len(origins) == 1 and len(tables) == 2 and not others else ()
    shares = () if tables[0].joined_at else shares
    return msgspec.structs.replace(tables[0], paths=tuple(paths), joined_at=place, put_together=shares)


def is_to_fill(part: Unknown) -> bool:
    return _TO_FILL.search(part.what) is not None
