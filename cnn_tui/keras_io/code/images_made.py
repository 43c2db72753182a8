"""Loops of which only running tells how often they turn: what is known all the same of the images that they make."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Sequence

from cnn_tui.keras_io.code.branches import FITS, changed, changed_lists, parts_of, trains
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.files.file_loops import reads_all
from cnn_tui.keras_io.code.data.shapes import numbers_of, sizes_of
from cnn_tui.keras_io.code.functions import LeftLoop, NextTurn, Returned
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import Unknown, Value

Bind = Callable[[ast.expr, Value, Scope], None]
Block = Callable[[Sequence[ast.stmt], Scope], None]


def turned_once(
    target: ast.expr, body: Sequence[ast.stmt], scope: Scope, bind: Bind, block: Block, notes: list[str]
) -> dict[str, Unknown] | None:
    """Go once through a loop that trains a model, and gives none that is there more layers, and give None.

    Of any other loop it is what `_images_made` tells.
    """
    if not trains(body, scope.names) or changed(body, scope.names) - {*FITS, "compile"}:
        return _images_made(target, body, scope, bind, block, notes)
    what = f"how often the loop at {scope.place(target)} goes round, which trains a model"
    notes.append(f"{what}, only running tells: here it is trained as in one turn of it")
    bind(target, scope.unknown(target), scope)
    with contextlib.suppress(LeftLoop, NextTurn):
        block(body, scope)
    return None


def _images_made(
    target: ast.expr, body: Sequence[ast.stmt], scope: Scope, bind: Bind, block: Block, notes: list[str]
) -> dict[str, Unknown]:
    """What a loop makes of images, by its names: lists of pictures of one known size, as arrays of them.

    So too the rows of a table that it makes of what they were. One turn is gone through, with names of its own, so
    that it changes nothing.
    """
    filled = [name for name in changed_lists(body) if isinstance(scope.names.get(name), list)]
    rows = [name for name in _set_in(body) if _table(scope.names.get(name)) is not None]
    if not (filled or rows) or not reads_all(body) or trains(body, scope.names):
        return {}
    inside, said = scope.inner(), [*notes]
    inner = inside.names
    for name in filled:
        inner.own()[name] = []
    bind(target, scope.unknown(target), inside)
    with contextlib.suppress(LeftLoop, NextTurn, Returned):
        block(body, inside)
    notes[:] = said
    found = {}
    for name in filled:
        sizes = sizes_of(inner[name])
        if sizes is not None and sizes_of(scope.names[name]) in (sizes, None):
            found[name] = Unknown(name, scope.place(body[0]), sizes=sizes, numbers=numbers_of(inner[name]))
    for name in rows:
        before, behind = _table(scope.names[name]), _table(inner[name])
        if before is not None and behind is not None and before.numbers.changed_at == behind.numbers.changed_at:
            found[name] = inner[name]
    return found


def _set_in(body: Sequence[ast.stmt]) -> set[str]:
    """The names of what statements set parts of."""
    parts = parts_of(body)
    stored = (part.value for part in parts if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store))
    return {owner.id for owner in stored if isinstance(owner, ast.Name)}


def _table(value: Value) -> CodeTable | None:
    return value.table if isinstance(value, Unknown) else None
