"""What a script does or not, as only running tells, or does who knows how often: what comes of it is not known."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cnn_tui.keras_io.code.bindings import Bindings
from cnn_tui.keras_io.code.branches import BUILDS, parts_of, wrapped
from cnn_tui.keras_io.code.calls import Calls
from cnn_tui.keras_io.code.data.tables.tables import with_change
from cnn_tui.keras_io.code.devices import SET_POLICY
from cnn_tui.keras_io.code.functions import Returned
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.training.given_weights import SETS
from cnn_tui.keras_io.code.values import CodeModel, Unknown, Value


class Doubts:
    """Leaves the names that such statements set unknown, and refuses a model that they build."""

    def __init__(self, bindings: Bindings, calls: Calls, notes: list[str]) -> None:
        self.loaded_if_there: list[tuple[str, Value, str]] = []
        """What is loaded or not: the model or its weights, of which file, and where."""
        self._bindings = bindings
        self._calls = calls
        self._notes = notes

    def go_past(self, nodes: Sequence[ast.stmt], scope: Scope, *, to_end: bool) -> None:
        """Go past statements of which only running tells whether, or how often, they are carried out.

        `to_end`: whether a function in which they stand is asked for what it gives. Then nobody knows it from a
        `return` on: raises Returned.
        """
        for part in parts_of(nodes):
            match part:
                case ast.Return() if to_end:
                    raise Returned(Unknown("", scope.place(part)))
                case ast.Name(id=name, ctx=ast.Store()) if name not in wrapped(nodes, scope):
                    scope.names[name] = scope.unknown(part)
                case ast.Attribute(attr="trainable", ctx=ast.Store()):
                    self._bindings.note_freezing(part, scope)
                case ast.Attribute(ctx=ast.Store()):
                    self._bindings.bind(part, scope.unknown(part), scope)
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()) if name in scope.names:
                    scope.names[name] = with_change(scope.names[name], scope.place(part))
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert")):
                    if isinstance(scope.names.get(name), list):
                        scope.names[name] = scope.unknown(part)
                case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in SET_POLICY:
                    what = f"the precision that is set at {scope.place(part)}"
                    self._notes.append(f"{what} is left out: whether it is, only running tells")
                case ast.Call(func=ast.Attribute(attr=name)) if name == SETS:
                    self._calls.note_set(scope.place(part))
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="load_weights"), args=[_, *_]):
                    if isinstance(model := scope.names.get(name), CodeModel) and not model.is_trained:
                        self.note_loaded("weights", part, scope)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in BUILDS:
                    model = scope.names.get(name)
                    if isinstance(model, CodeModel):
                        what = f"{method} at {scope.place(part)} is done or not, which only running tells"
                        (model.problems if method in ("add", "pop") else model.notes).append(what)

    def note_loaded(self, what: str, call: ast.Call, scope: Scope) -> None:
        """Note a model, or its weights, of a file that a call would load."""
        found = what, scope.value(call.args[0]), scope.place(call)
        self.loaded_if_there += [found] if found not in self.loaded_if_there else []
