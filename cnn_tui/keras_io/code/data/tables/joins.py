"""Tables (CSV) whose rows or columns a script puts together, so that no one of them is what it trains on."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.shares import together
from cnn_tui.keras_io.code.values import Unknown, Value

_AXIS_AT = {"concatenate": 1, "concat": 1, "stack": 1, "append": 2}
"""Functions that are told the axis, which is the first else, and where it stands among their arguments."""
_AXES = {"vstack": 0, "row_stack": 0, "hstack": 1, "column_stack": 1, "dstack": 2, "merge": -1}
"""Functions that put what they are given together along an axis of their own."""
_TO_FILL = re.compile(r"\b(empty|zeros|ndarray)\b")
"""Arrays that a script makes to put what it reads into."""


def put_along(call: Call) -> tuple[Sequence[Value], Value]:
    """What a function of this name puts together, and along which axis; nothing where it does no such thing."""
    parts = call.unnamed[:2] if call.name == "append" else call.first
    if call.name not in (*_AXIS_AT, *_AXES) or not isinstance(parts, list | tuple):
        return (), None
    at = _AXIS_AT.get(call.name, len(call.unnamed))
    return parts, _AXES.get(call.name, call.get(at, "axis", usual=0))


def is_below(name: str, axis: Value) -> bool:
    """Whether a function of this name puts rows, or images, below others along this axis."""
    return name != "stack" and axis in (0, None)


def joined(call: Call) -> CodeTable | None:
    """The table that a function of this name makes of others; None where it makes none, or leaves one whole."""
    parts, axis = put_along(call)
    if len(parts) < 2:
        return None
    tables = [part.table for part in parts if isinstance(part, Unknown) and part.table is not None]
    others = [part for part in parts if isinstance(part, Unknown) and part.table is None and not is_to_fill(part)]
    is_rows = call.name != "stack" and axis not in (1, 2, -1, "columns")
    origins = {table.origin for table in tables}
    several = len(origins) > 1 or (is_rows and bool(tables) and len(tables) + len(others) > 1)
    if not several:
        return None
    if len(origins) == 1 and not others and (whole := together(tables)) is not None:
        return whole
    paths = dict.fromkeys(path for table in tables if not table.joined_at for path in table.paths)
    if not paths:
        whole = next((table for table in tables if table.joined_at), None)
        return whole or msgspec.structs.replace(tables[0], share=1.0, split_of=call.place)
    shares = tuple(table.share for table in tables) if len(origins) == 1 and len(tables) == 2 and not others else ()
    shares = () if tables[0].joined_at else shares
    told = {"paths": tuple(paths), "joined_at": call.place, "is_beside": not is_rows}
    return msgspec.structs.replace(tables[0], **told, put_together=shares)


def is_to_fill(part: Unknown) -> bool:
    return _TO_FILL.search(part.what) is not None
