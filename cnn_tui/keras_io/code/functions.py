"""Functions of a script: the names that a call binds, and what is known of what a function gives.

It ends with a return, as a loop may with a break and its turn with a continue.
"""

from __future__ import annotations

import ast

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.code_table import TABLES, CodeTable
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.scope import Scope, ValueOf
from cnn_tui.keras_io.code.values import Function, Names, Unknown, Value


def bound(call: Call, value_of: ValueOf) -> Scope:
    """What the names inside of a function that is called stand for; Unknown for an argument that is not given."""
    function: Function = call.callee
    around = Scope(function.names, function.cell, value_of)
    inside = around.inner()
    names = inside.names
    wanted = function.node.args
    every = [*wanted.posonlyargs, *wanted.args]
    defaults = [*wanted.defaults, *(default for default in wanted.kw_defaults if default is not None)]
    optional = [*every[len(every) - len(wanted.defaults) :], *wanted.kwonlyargs]
    for argument in (*every, *wanted.kwonlyargs):
        names[argument.arg] = Unknown(argument.arg, call.place)
    for argument, default in zip(optional, defaults, strict=False):
        names[argument.arg] = around.value(default)
    names.own().update(_of_options(function, names, around))
    for argument, value in zip(every, call.unnamed, strict=False):
        names[argument.arg] = value
    known = {argument.arg for argument in (*every, *wanted.kwonlyargs)}
    for name, value in call.given.items():
        if name in known:
            names[name] = value
    if wanted.vararg is not None:
        names[wanted.vararg.arg] = tuple(call.unnamed[len(every) :])
    if wanted.kwarg is not None:
        names[wanted.kwarg.arg] = {name: value for name, value in call.given.items() if name not in known}
    return inside


def _of_options(function: Function, names: Names, around: Scope) -> dict[str, Value]:
    """What options of the command line are that a function is given by `@click.option`, where none is set there."""
    found = {}
    for one in function.node.decorator_list:
        match one:
            case ast.Call(func=ast.Attribute(attr="option" | "argument") | ast.Name(id="option"), args=flags):
                words = [flag.value for flag in flags if isinstance(flag, ast.Constant) and isinstance(flag.value, str)]
                own = [word for word in words if not word.startswith("-")]
                long = [word.partition("/")[0] for word in words if word.startswith("--")]
                name = next(iter((*own, *long)), "").lstrip("-").replace("-", "_")
                told = {keyword.arg: keyword.value for keyword in one.keywords}
                if name in names.own() and (default := told.get("default")) is not None:
                    found[name] = around.value(default)
                elif name in names.own() and "is_flag" in told:
                    found[name] = False
    return found


def read_from(returned: Value, call: Call) -> Value:
    """What a function gives, read from the table that it was given the path of where it is not known."""
    paths = [path for path in call.values if isinstance(path, str) and path.lower().endswith(TABLES)]
    tables = [CodeTable((path,), numbers=Numbers(doubt=call.place)) for path in paths]
    parts = list(returned) if isinstance(returned, tuple) else [returned]
    if len(tables) != 1 or not all(isinstance(part, Unknown) for part in parts):
        return returned
    parts = [part.of_table(tables[0]) for part in parts if isinstance(part, Unknown)]
    return tuple(parts) if isinstance(returned, tuple) else parts[0]


class Returned(Exception):  # noqa: N818  no error: it carries what a function gives
    def __init__(self, value: Value) -> None:
        self.value = value


class LeftLoop(Exception):  # noqa: N818
    pass


class NextTurn(Exception):  # noqa: N818
    pass
