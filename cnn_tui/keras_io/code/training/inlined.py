"""Methods of a script's callbacks, with what they ask a function of the script standing where they ask it."""

from __future__ import annotations

import ast
import copy

import msgspec

from cnn_tui.keras_io.code.objects import CLASS, held, is_own, method_of
from cnn_tui.keras_io.code.values import Function, Instance, Names, Value


def method_inlined(callback: Value, name: str) -> Function | None:
    """A method of an object of a script's class: `condition(logs)` in it as `logs["loss"] < 0.3`, which that returns.

    None where it has no such method.
    """
    method = method_of(callback.arguments[CLASS], name) if is_own(callback) else None
    if method is None:
        return None
    node = _Inlining(method, callback).visit(copy.deepcopy(method.node))
    return msgspec.structs.replace(method, node=node)


class _Inlining(ast.NodeTransformer):
    def __init__(self, method: Function, callback: Instance) -> None:
        self._method, self._callback = method, callback

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node.func:
            case ast.Name(id=name):
                function = self._method.names.get(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                function = held(self._callback, name)
            case _:
                function = None
        returned = _returned(function, self._method.names) if isinstance(function, Function) else None
        if returned is None or node.keywords or not all(isinstance(one, ast.Name) for one in node.args):
            return self.generic_visit(node)
        wanted = [one.arg for one in function.node.args.args]
        if len(wanted) != len(node.args):
            return self.generic_visit(node)
        given = {one: arg.id for one, arg in zip(wanted, node.args, strict=True) if isinstance(arg, ast.Name)}
        asked: ast.expr = _Renaming(given).visit(copy.deepcopy(returned))
        return asked


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self._names.get(node.id, node.id), node.ctx), node)


def _returned(function: Function, seen: Names) -> ast.expr | None:
    """What a function returns that does nothing else, where all names in it mean the same to who asks it."""
    match function.node.body:
        case [*texts, ast.Return(value=ast.expr() as value)] if all(isinstance(one, ast.Expr) for one in texts):
            pass
        case _:
            return None
    own = {one.arg for one in function.node.args.args}
    others = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)} - own
    return value if all(function.names.get(name) is seen.get(name) for name in others) else None
