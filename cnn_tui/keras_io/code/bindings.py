"""What a script sets: names, attributes of objects, parts of lists and arrays, and whether layers learn.

Names are set by imports and by `+=` too; `np.random.shuffle(x_train)` and `rows.dropna(inplace=True)` change what one
stands for.
"""

from __future__ import annotations

import ast
import copy

from cnn_tui.keras_io.code.arithmetic import kept_in
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.any_image import set_by_loop
from cnn_tui.keras_io.code.data.arrays.own_one_hot import one_hot
from cnn_tui.keras_io.code.data.shares import LEAVE_OUT
from cnn_tui.keras_io.code.data.tables.tables import with_part_set
from cnn_tui.keras_io.code.kept import Kept
from cnn_tui.keras_io.code.network.applications import freeze
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import CodeModel, Instance, Named, Names, Unknown, Value
from cnn_tui.network.layers import LAYERS


class Bindings:
    """Sets what statements of a script assign, and notes what of that cannot be followed."""

    def __init__(self, kept: Kept, notes: list[str], to_know: list[str]) -> None:
        self._kept, self._notes, self._to_know = kept, notes, to_know

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Have a target stand for a value: a name, several, an attribute, or a part of something."""
        match target:
            case ast.Name(id=name):
                scope.names[name] = value
                if isinstance(value, CodeModel):  # of a function's name and its caller's, the caller's
                    value.name = name
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                parts = list(value) if isinstance(value, tuple | list) and len(value) == len(targets) else None
                table = value.table if isinstance(value, Unknown) else None
                for at, inner in enumerate(targets):
                    part = parts[at] if parts else scope.unknown(inner).of_table(table).of_file(value)
                    self.bind(inner, part, scope)
            case ast.Attribute(value=owner, attr="trainable"):
                frozen = scope.value(owner)
                for layer in frozen.layers if isinstance(frozen, CodeModel) else [frozen]:
                    if not freeze(layer, value):
                        self.note_freezing(target, scope)
            case ast.Attribute(value=owner, attr=name):
                held = scope.value(owner)
                is_kept = self._kept.keep(held, name, value)
                if not is_kept and isinstance(held, Instance) and held.kind in LAYERS:
                    self._set(held, name, value, scope.place(target))
                if is_kept and isinstance(value, CodeModel):
                    value.name = name
            case ast.Subscript(value=owner, slice=key) as target:
                if isinstance(owner, ast.Name) and (labels := one_hot(target, value, scope)) is not None:
                    scope.names[owner.id] = labels
                    return
                held, at = scope.value(owner), scope.value(key)
                each = set_by_loop(held, at, key, value, scope.unknown(owner))
                if each is not None and isinstance(owner, ast.Name):
                    scope.names[owner.id] = each
                elif not kept_in(held, at, value) and isinstance(owner, ast.Name) and owner.id in scope.names:
                    scope.names[owner.id] = with_part_set(held, at, value, scope.place(target))

    def bind_turn(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Have the target of a loop stand for one of its values: a model that is called something keeps that name."""
        parts = value if isinstance(value, tuple | list) else [value]
        called = [(model, model.name) for model in parts if isinstance(model, CodeModel) and model.name]
        self.bind(target, value, scope)
        for model, name in called:
            model.name = name

    def _set(self, layer: Instance, name: str, value: Value, place: str) -> None:
        """Set something of a layer that is there already: its activation is asked for each time, and the rest once."""
        if name == "activation":
            layer.arguments[name] = value.name if isinstance(value, Named) else value
        elif name in LAYERS[layer.kind].__struct_fields__:
            note = f"{name} of {layer.kind} is set at {place}, where the layer is there already: it is left out"
            self._notes += [note] if note not in self._notes else []

    def note_freezing(self, target: ast.Attribute, scope: Scope) -> None:
        """Note that layers are frozen, or not, of which it is not known which they are; or that none is."""
        owner = scope.value(target.value)
        if isinstance(owner, Named):  # of a library, be it a module or a class
            what = f"{ast.unparse(target.value)}.trainable ({scope.place(target)}) does nothing, there as here"
            note, notes = f"{what}: {owner.name} is no layer of the model", self._to_know
        else:
            note, notes = (
                f"trainable at {scope.place(target)} is left out: of which layers, only running tells",
                self._notes,
            )
        if note not in notes:
            notes.append(note)


def augmented(node: ast.AugAssign, scope: Scope, *, is_in_loop: bool) -> Value:
    """The value that is bound; Unknown in a loop that is gone through once, and for what is no table of the script."""
    target = node.target
    if isinstance(target, ast.Subscript):
        is_table = isinstance(target.value, ast.Name) and isinstance(scope.names.get(target.value.id), dict | list)
        if is_in_loop or not is_table:
            return scope.unknown(node.value)
    elif is_in_loop:
        return scope.unknown(target)
    before = copy.copy(target)
    before.ctx = ast.Load()
    sum_of = ast.copy_location(ast.BinOp(before, node.op, node.value), node)
    return scope.value(sum_of)


def take_import(node: ast.Import | ast.ImportFrom, names: Names) -> None:
    """Bind the names that an import statement gives."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition(".")[0]
            names[alias.asname or root] = Named(alias.name if alias.asname else root)
        return
    for alias in node.names:
        if alias.name == "*":
            if Named(f"{node.module}.*").is_keras:
                names["*"] = node.module
        else:
            names[alias.asname or alias.name] = Named(f"{node.module}.{alias.name}")


def done_in_place(node: ast.expr, found: Value, names: Names) -> None:
    """After a call, which gave `found`: what arrays it leaves in another order, and which table has fewer rows."""
    match node:
        case ast.Call(func=ast.Attribute(attr="shuffle") | ast.Name(id="shuffle"), args=arguments):
            for one in arguments:
                if isinstance(one, ast.Name) and one.id in names:
                    held = names[one.id]
                    names[one.id] = held.mixed() if isinstance(held, DatasetArrays) else held
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), keywords=given) if attr in LEAVE_OUT:
            in_place = (one.value for one in given if one.arg == "inplace")
            if any(isinstance(one, ast.Constant) and one.value is True for one in in_place) and name in names:
                names[name] = found
