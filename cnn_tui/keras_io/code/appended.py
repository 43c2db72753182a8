"""Loops of which only running tells how often they turn: what is known all the same of what they put into lists."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Sequence

from cnn_tui.keras_io.code.branches import changed_lists, trains
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.file_loops import reads_all
from cnn_tui.keras_io.code.data.unknown_pictures import numbers_of, sizes_of
from cnn_tui.keras_io.code.jumps import LeftLoop, NextTurn, Returned
from cnn_tui.keras_io.code.values import Names, Unknown, Value
from cnn_tui.keras_io.code.words import unknown

Bind = Callable[[ast.expr, Value, Names, CodeCell], None]
Block = Callable[[Sequence[ast.stmt], Names, CodeCell], None]


def sizes_appended(
    target: ast.expr, body: Sequence[ast.stmt], names: Names, cell: CodeCell, bind: Bind, block: Block, notes: list[str]
) -> dict[str, Unknown]:
    """The lists of pictures of one known size that a loop fills, by their names, as arrays of such pictures.

    One turn is gone through with names of its own, so that it changes nothing.
    """
    filled = [name for name in changed_lists(body) if isinstance(names.get(name), list)]
    if not filled or not reads_all(body) or trains(body, names):
        return {}
    inner, before = Names(names), [*notes]
    for name in filled:
        inner.own()[name] = []
    bind(target, unknown(target, cell), inner, cell)
    with contextlib.suppress(LeftLoop, NextTurn, Returned):
        block(body, inner, cell)
    notes[:] = before
    found = {}
    for name in filled:
        sizes = sizes_of(inner[name])
        if sizes is not None and sizes_of(names[name]) in (sizes, None):
            found[name] = Unknown(name, cell.place(body[0].lineno), sizes=sizes, numbers=numbers_of(inner[name]))
    return found
