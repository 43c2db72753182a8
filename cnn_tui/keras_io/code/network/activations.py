"""Activations that a script writes as functions of its own, by the names that Keras has for them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from cnn_tui.keras_io.code.values import Function, Unknown, Value

_OF_ITSELF = {"sigmoid": "silu", "hard_sigmoid": "hard_silu"}
"""What a number is that is multiplied by this of itself."""
_PLAIN = ("relu", "relu6", "elu", "selu", "gelu", "silu", "swish", "tanh", "sigmoid", "softplus", "softsign")


def with_activation(arguments: Mapping[str, Value], place: str) -> dict[str, Value]:
    """The arguments of a layer, with the name of its activation where that is a function of the script."""
    function = arguments.get("activation")
    if not isinstance(function, Function):
        return {**arguments}
    named = _name_of(function)
    return {**arguments, "activation": Unknown(function.node.name, place) if named is None else named}


def _name_of(function: Function) -> str | None:
    """The activation that a function of one number is; None where it is none that is known."""
    wanted = [*function.node.args.posonlyargs, *function.node.args.args]
    body = [part for part in function.node.body if not _is_text(part)]
    if not wanted or len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return None
    given = wanted[0].arg
    match body[0].value:
        case ast.BinOp(op=ast.Mult(), left=ast.Name(id=name), right=ast.Call() as other) if name == given:
            return _multiplied(_called(other, given, function))
        case ast.BinOp(op=ast.Mult(), left=ast.Call() as other, right=ast.Name(id=name)) if name == given:
            return _multiplied(_called(other, given, function))
        case ast.Call() as other:
            chain = _called(other, given, function)
            return chain[0] if len(chain) == 1 and chain[0] in _PLAIN else None
    return None


def _is_text(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)


def _multiplied(chain: tuple[str, ...]) -> str | None:
    """What a number is, multiplied by this of itself."""
    return "mish" if chain == ("tanh", "softplus") else _OF_ITSELF.get(chain[0]) if len(chain) == 1 else None


def _called(call: ast.Call, given: str, function: Function) -> tuple[str, ...]:
    """The functions of a library that a call puts a number through, the last first; () for anything else."""
    root = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    is_own = isinstance(root, ast.Name) and isinstance(function.names.get(root.id), Function)
    if is_own or len(call.args) != 1 or call.keywords or not isinstance(call.func, ast.Name | ast.Attribute):
        return ()
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
    match call.args[0]:
        case ast.Name(id=inner) if inner == given:
            return (name,)
        case ast.Call() as inside:
            behind = _called(inside, given, function)
            return (name, *behind) if behind else ()
    return ()
