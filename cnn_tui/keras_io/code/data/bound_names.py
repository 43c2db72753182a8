"""What the names of a script are bound to, without following it: for what is told by its words alone."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

SUMS = ("sum", "total")
_EMPTY = ("dict", "list", "defaultdict", "Counter", "OrderedDict")


class Binding(NamedTuple):
    """One of the ways in which a name is bound: `how`, to what, and which part of that it is."""

    how: str
    node: ast.expr
    names: BoundNames
    path: tuple[int, ...] = ()


class BoundNames:
    """The names of a script or of one of its functions."""

    def __init__(self, body: Sequence[ast.AST], above: BoundNames | None = None) -> None:
        self._above = above
        self._found: dict[str, list[Binding]] = {}
        self._functions: dict[str, ast.FunctionDef] = {}
        self.labels: set[str] = set(above.labels if above is not None else ())
        self.listed: set[str] = set(above.listed if above is not None else ())
        for node in body:
            for part in _parts(node):
                self._take(part)

    def defined(self, name: str) -> list[Binding]:
        """In which ways a name is bound, without an empty start."""
        if name not in self._found:
            return self._above.defined(name) if self._above is not None else []
        return [one for one in self._found[name] if not _is_empty(one)]

    @contextlib.contextmanager
    def without_last(self, name: str) -> Iterator[None]:
        """The names as they are before one of them is bound for the last time."""
        last = self._found[name].pop()
        try:
            yield
        finally:
            self._found[name].append(last)

    def of_loops(self, loops: Iterable[ast.comprehension]) -> BoundNames:
        """The names inside of a comprehension."""
        inner = BoundNames((), self)
        for loop in loops:
            inner._bind(loop.target, loop.iter, (-1,))
        return inner

    def called(self, name: str, call: ast.Call) -> tuple[ast.expr, BoundNames] | None:
        """What a call of one of the script's functions gives, and the names in there; None for any other."""
        above: BoundNames | None = self
        while above is not None and name not in above._functions:
            above = above._above
        if above is None:
            return None
        function = above._functions[name]
        given = [part.value for part in ast.walk(function) if isinstance(part, ast.Return) and part.value is not None]
        if len(given) != 1:
            return None
        inner = BoundNames(function.body, above)
        inner.give(function, call, self)
        return given[0], inner

    def give(self, function: ast.FunctionDef, call: ast.Call, outer: BoundNames) -> None:
        """Bind the parameters of a function to what a call with other names gives it."""
        unnamed = [(one.arg, value) for one, value in zip(function.args.args, call.args, strict=False)]
        named = [(one.arg, one.value) for one in call.keywords if one.arg is not None]
        for name, value in (*unnamed, *named):
            self._found[name] = [Binding("value", value, outer)]

    def _take(self, part: ast.AST) -> None:
        match part:
            case ast.FunctionDef():
                self._functions[part.name] = part
            case ast.Assign(targets=[target], value=value):
                self._bind(target, value, ())
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, value, ())
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                self._add(name, Binding("add", value, self))
            case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name)), op=ast.Add(), value=value):
                is_one = isinstance(value, ast.Constant) and value.value == 1
                self._add(name, Binding("count" if is_one else "other", value, self))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
                self._add(name, Binding("part", value, self))
            case ast.For(target=target, iter=over):
                self._bind(target, over, (-1,))
                self.listed.add(ast.dump(over))
            case ast.Call(func=ast.Name(id="Counter") | ast.Attribute(attr="bincount"), args=[ast.Name(id=name), *_]):
                self.labels.add(name)

    def _bind(self, target: ast.expr, value: ast.expr, path: tuple[int, ...]) -> None:
        match target:
            case ast.Tuple(elts=targets) if (
                isinstance(value, ast.Tuple) and len(value.elts) == len(targets) and not path
            ):
                for inner, its_value in zip(targets, value.elts, strict=True):
                    self._bind(inner, its_value, ())
            case ast.Name(id=name):
                self._add(name, Binding("value", value, self, path))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                for at, inner in enumerate(targets):
                    self._bind(inner, value, (*path, at))
            case ast.Subscript(value=ast.Name(id=name)):
                self._add(name, Binding("part", value, self))

    def _add(self, name: str, one: Binding) -> None:
        self._found.setdefault(name, []).append(one)


def names_of(trees: Sequence[ast.Module], place: ast.AST) -> BoundNames:
    """The names that are seen at a place of the script: those of its functions that it stands in too."""
    names = BoundNames(trees)
    inside = [
        part
        for tree in trees
        for part in ast.walk(tree)
        if isinstance(part, ast.FunctionDef) and any(one is place for one in ast.walk(part))
    ]
    for function in inside:
        outer, names = names, BoundNames(function.body, names)
        calls = [part for tree in trees for part in ast.walk(tree) if _is_call_of(part, function.name)]
        if len(calls) == 1 and isinstance(calls[0], ast.Call):
            names.give(function, calls[0], outer)
    return names


def _is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def mentions(node: ast.AST, name: str) -> bool:
    """Whether a name stands in an expression."""
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a statement, without what is inside of functions that it defines."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        for child in ast.iter_child_nodes(node):
            yield from _parts(child)


def _is_empty(one: Binding) -> bool:
    """Whether a name is bound to nothing yet, or to 0."""
    match one.node:
        case ast.Dict(keys=[]) | ast.List(elts=[]) | ast.Constant(value=0 | 0.0):
            return one.how == "value" and not one.path
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in _EMPTY:
            return not arguments or name == "defaultdict"
    return False
