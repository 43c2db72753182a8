"""Activations that a script writes as functions of its own, by the names that Keras has for them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Function, Instance, Named, Unknown, Value

_LAYERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "leaky_relu": ("LeakyReLU", ("negative_slope",)),
    "relu": ("ReLU", ("negative_slope", "max_value", "threshold")),
    "elu": ("ELU", ("alpha",)),
    "softmax": ("", ("axis",)),
}
"""Those that take arguments, as the layers that have the same."""
_OF_KERAS = ("relu", "elu")
"""Those of them that take none among TensorFlow's `nn`."""
_SAME = {"alpha": "negative_slope"}
"""What Keras 2 and TensorFlow call arguments."""
_USUAL: dict[tuple[str, str], Value] = {
    ("LeakyReLU", "negative_slope"): 0.2,
    ("ReLU", "negative_slope"): 0,
    ("ReLU", "max_value"): None,
    ("ReLU", "threshold"): 0,
    ("ELU", "alpha"): 1,
}
"""What they are in an activation that is only named."""
_OF_ITSELF = {"sigmoid": "silu", "hard_sigmoid": "hard_silu"}
"""What a number is that is multiplied by this of itself."""
_PLAIN = ("relu", "relu6", "elu", "selu", "gelu", "silu", "swish", "tanh", "sigmoid", "softplus", "softsign")


def with_activation(arguments: Mapping[str, Value], place: str) -> dict[str, Value]:
    """The arguments of a layer, with the name of its activation where that is a function of the script."""
    function = arguments.get("activation")
    if not isinstance(function, Function):
        return {**arguments}
    named: Value = _name_of(function) or _with_arguments(function, place)
    if isinstance(named, Instance) and named.kind == "Activation":
        named = named.arguments["activation"]
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


def _with_arguments(function: Function, place: str) -> Instance | None:
    """The layer that a function of one number is, as `lambda x: tf.nn.leaky_relu(x, 0.1)`; None for any other."""
    wanted = [*function.node.args.posonlyargs, *function.node.args.args]
    body = [part for part in function.node.body if not _is_text(part)]
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    match call:
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Name(id=given), *more], keywords=named):
            if not wanted or given != wanted[0].arg or name not in _LAYERS:
                return None
            try:
                numbers = [ast.literal_eval(one) for one in more]
                given_by_name = {str(one.arg): ast.literal_eval(one.value) for one in named}
                return activation_of(Call(Named(ast.unparse(call.func)), place, numbers, given_by_name))
            except ValueError:
                return None
    return None


def activation_of(call: Call) -> Instance | None:
    """The layer that a function among TensorFlow's `nn`, or Keras's activations, is of what flows into it.

    None for one whose further arguments, those of the call, no layer has.
    """
    name = call.name
    kind, order = _LAYERS.get(name, ("", ()))
    if name in _OF_KERAS and "activations" not in call.path.split("."):
        kind, order = "", ()
    arguments = {one: value for one, value in call.by_name(*order).items() if one != "name"}
    arguments = {_SAME.get(one, one) if kind != "ELU" else one: value for one, value in arguments.items()}
    if name == "softmax" and arguments.get("axis", -1) in (-1, None) and len(call.unnamed) < 2:
        arguments = {}
    if not kind and (arguments or call.unnamed[len(order) :]):
        return None
    others = {one: value for one, value in arguments.items() if value != _USUAL.get((kind, one))}
    return Instance(kind, arguments, call.place) if others else Instance("Activation", {"activation": name}, call.place)


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
