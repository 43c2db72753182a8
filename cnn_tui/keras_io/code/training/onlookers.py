"""Callbacks that only look on: what they are told or write down changes nothing of the training."""

from __future__ import annotations

import ast
import re

from cnn_tui.keras_io.code.values import Class, Unknown, Value

_CHANGING = (
    "set_value", "set_weights", "load_weights", "assign", "assign_add", "assign_sub", "compile", "fit", "fit_generator",
    "train_on_batch", "exit", "_exit", "setattr",
)  # fmt: skip
"""Functions and methods that change a model or its training."""
_CALLED_BY_KERAS = re.compile(r"__\w+__|set_(model|params)|on_(epoch|batch|(train|test|predict)(_batch)?)_(begin|end)")
_LOGGERS = re.compile(
    r"(\w+\.)*(Wandb\w*Callback|WandbMetricsLogger|TqdmCallback|PlotLosses\w*|MlflowCallback|NeptuneCallback|"
    r"EpochDots|hp\.KerasCallback)\("
)
"""Calls of libraries' callbacks that write down or draw what Keras tells them."""


def only_looks_on(callback: Value) -> bool:
    """Whether a callback that is not Keras's own, an object of a class of the script or not, only looks on."""
    if isinstance(callback, Unknown):
        return _LOGGERS.match(callback.what) is not None
    return (
        isinstance(callback, Class)
        and _is_callback(callback)
        and set(_changing(callback)) <= set(never_called(callback))
    )


def never_called(written: Class) -> list[str]:
    """The methods of a Callback class that would change a training, but that neither Keras nor the class calls."""
    named = {getattr(one, "attr", getattr(one, "id", None)) for one in ast.walk(written.node)}
    return [name for name in _changing(written) if name and not _CALLED_BY_KERAS.fullmatch(name) and name not in named]


def _changing(written: Class) -> list[str]:
    """The methods that may change a training; "" for what stands in the class beside its methods."""
    return [getattr(one, "name", "") for one in written.node.body if any(map(_changes, ast.walk(one)))]


def _is_callback(written: Class) -> bool:
    bases = [ast.unparse(base).rpartition(".")[2] for base in written.node.bases]
    return bases == ["Callback"]


def _changes(part: ast.AST) -> bool:
    """Whether a part of a class may change the model: sets something of it, or hands it to who knows whom."""
    match part:
        case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
            return name == "model"
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Raise():
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=arguments):
            return name in _CHANGING or any(_is_model(one) for one in arguments)
        case ast.Assign(value=value) | ast.For(iter=value):
            return any(map(_is_model, ast.walk(value))) and not any(
                isinstance(one, ast.Call) for one in ast.walk(value)
            )
    return False


def _is_model(value: ast.AST) -> bool:
    return isinstance(value, ast.Attribute) and value.attr == "model"
