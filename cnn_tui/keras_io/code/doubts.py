"""What a script does or not, as only running tells, or does who knows how often: what comes of it is not known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from cnn_tui.keras_io.code.bindings import Bindings
from cnn_tui.keras_io.code.branches import BUILDS, parts_of, wrapped
from cnn_tui.keras_io.code.calls import Calls
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.tables import with_change
from cnn_tui.keras_io.code.devices import SET_POLICY
from cnn_tui.keras_io.code.jumps import Returned
from cnn_tui.keras_io.code.training.given_weights import SETS
from cnn_tui.keras_io.code.values import CodeModel, Names, Unknown, Value
from cnn_tui.keras_io.code.words import unknown


class Doubts:
    """Leaves the names that such statements set unknown, and refuses a model that they build."""

    def __init__(
        self, value: Callable[[ast.expr, Names, CodeCell], Value], bindings: Bindings, calls: Calls, notes: list[str]
    ) -> None:
        self.loaded_if_there: list[tuple[str, Value, str]] = []
        """What is loaded or not: the model or its weights, of which file, and where."""
        self._value = value
        self._bindings = bindings
        self._calls = calls
        self._notes = notes

    def go_past(self, nodes: Sequence[ast.stmt], names: Names, cell: CodeCell, *, to_end: bool) -> None:
        """Go past statements of which only running tells whether, or how often, they are carried out.

        `to_end`: whether a function in which they stand is asked for what it gives. Then nobody knows it from a
        `return` on: raises Returned.
        """
        for part in parts_of(nodes):
            match part:
                case ast.Return() if to_end:
                    raise Returned(Unknown("", cell.place(part.lineno)))
                case ast.Name(id=name, ctx=ast.Store()) if name not in wrapped(nodes, names, cell):
                    names[name] = unknown(part, cell)
                case ast.Attribute(attr="trainable", ctx=ast.Store()):
                    self._bindings.note_freezing(part, cell)
                case ast.Attribute(ctx=ast.Store()):
                    self._bindings.bind(part, unknown(part, cell), names, cell)
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()) if name in names:
                    names[name] = with_change(names[name], cell.place(part.lineno))
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert")):
                    if isinstance(names.get(name), list):
                        names[name] = unknown(part, cell)
                case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in SET_POLICY:
                    what = f"the precision that is set at {cell.place(part.lineno)}"
                    self._notes.append(f"{what} is left out: whether it is, only running tells")
                case ast.Call(func=ast.Attribute(attr=name)) if name == SETS:
                    self._calls.note_set(cell.place(part.lineno))
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="load_weights"), args=[_, *_]):
                    if isinstance(model := names.get(name), CodeModel) and not model.is_trained:
                        self.note_loaded("weights", part, names, cell)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in BUILDS:
                    model = names.get(name)
                    if isinstance(model, CodeModel):
                        what = f"{method} at {cell.place(part.lineno)} is done or not, which only running tells"
                        (model.problems if method in ("add", "pop") else model.notes).append(what)

    def note_loaded(self, what: str, call: ast.Call, names: Names, cell: CodeCell) -> None:
        """Note a model, or its weights, of a file that a call would load."""
        found = what, self._value(call.args[0], names, cell), cell.place(call.lineno)
        self.loaded_if_there += [found] if found not in self.loaded_if_there else []
