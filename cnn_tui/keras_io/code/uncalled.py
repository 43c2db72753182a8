"""Functions of a script that the reading does not come to: their callers are in another file, or only running tells.

Where nothing that is read trains a model, those that train one are read as if they were called. A snippet that only
defines what makes a model is read as if its reader called that.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cnn_tui.keras_io.code.branches import FITS, OF_FIT
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.calls import OF_UNKNOWN
from cnn_tui.keras_io.code.cells import CodeSource
from cnn_tui.keras_io.code.data.files.classes_asked import ClassesAsked
from cnn_tui.keras_io.code.effects import called_name
from cnn_tui.keras_io.code.objects import is_model, takes_itself
from cnn_tui.keras_io.code.program import Program
from cnn_tui.keras_io.code.training.own_training import own_training
from cnn_tui.keras_io.code.values import Class, Function, Method
from cnn_tui.keras_io.imported.file import ImportProblem
from cnn_tui.text import enumerated, quiet

_MOST_ENTRIES = 6
"""So many ways into what is not called are tried, each of which reads the file again."""
_MOST_SHOWN = 3
"""So many arguments are named."""
_ONLY_WRAPS = ("function", "staticmethod", "classmethod", "property", "wraps", "cache", "lru_cache", "contextmanager")
"""Decorators, by the last part of their names, that make nothing else call a function."""


class _Entry(msgspec.Struct, frozen=True):
    """A way into what nothing calls: a function, or a class with the methods of it that are called in turn."""

    name: str
    function: Function
    methods: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`train (line 12)`."""
        owner = f"{self.name}." if self.methods else ""
        return f"{quiet(owner + self.function.node.name, 60)} ({self.function.cell.place(self.function.node.lineno)})"


def read_program(source: CodeSource, layers: Sequence[str], classes: ClassesAsked) -> Program:
    """A script as it is read, with what it does not call itself where that is what trains its model.

    Raises ImportProblem for one without an end.
    """
    program = _read(source, layers, classes)
    is_by_hand = own_training(source.cells, program.everywhere(), program.value) is not None
    if not is_by_hand and not any(model.fits for model in program.models):
        called = _called_in(node for cell in source.cells for node in cell.tree.body)
        entries = list(_entries(program, called))[:_MOST_ENTRIES]
        for entry in entries:
            with contextlib.suppress(ImportProblem, RecursionError):
                other = _read(source, layers, classes)
                _enter(other, entry)
                if _is_trained(other, program):
                    other.to_know.append(_words(entry, program, source))
                    return other
        if entries:
            program.not_followed = f"the training in {entries[0].place} is not followed, as nothing is known to call it"
        elif any(note.endswith(OF_UNKNOWN) for note in program.notes):
            program.not_followed = "no training of this model is known"
    if not program.models:
        _enter_any(program)
    return program


def _read(source: CodeSource, layers: Sequence[str], classes: ClassesAsked) -> Program:
    program = Program(layers, classes)
    program.read(source)
    return program


def _is_trained(one: Program, without: Program) -> bool:
    """Whether a model is known and trained, and no further one is compiled beside those that there are without."""
    compiled, before = (
        [model for model in read.models if model.compiled is not None and model.layers] for read in (one, without)
    )
    trained = [model for model in one.models if model.fits and model.layers]
    is_known = bool(trained) and not any(model.problems for model in trained)
    return is_known and (not before or len(compiled) == len(before))


def _words(entry: _Entry, program: Program, source: CodeSource) -> str:
    """What is to know of a training that is read so."""
    function = entry.function
    is_called = function.node.name in _called_when_run(program, source)
    how = _caller(function, source) or "which nothing calls when the file is run"
    how = "of which only running tells whether it is called" if is_called else how
    required = function.node.args.args[: len(function.node.args.args) - len(function.node.args.defaults)]
    given = [quiet(one.arg, 40) for one in required[1 if entry.methods and takes_itself(function) else 0 :]]
    without = f", with an unknown {enumerated(given, 'and', _MOST_SHOWN)}" if given else ""
    once = "called once" if " to call" in how or " may" in how else "if it were called"
    return f"the model is trained in {entry.place}, {how}: it is read here as {once}{without}"


def _caller(function: Function, source: CodeSource) -> str:
    """What calls a function that a file itself does not call, in words; "" where nothing that is known does."""
    name = function.node.name
    for cell in source.cells:
        for part in ast.walk(cell.tree):
            given = [*part.args, *(one.value for one in part.keywords)] if isinstance(part, ast.Call) else []
            if isinstance(part, ast.Call) and any(isinstance(one, ast.Name) and one.id == name for one in given):
                return f"which {quiet(ast.unparse(part.func), 40)} ({cell.place(part.lineno)}) is given to call"
    for one in function.node.decorator_list:
        called = one.func if isinstance(one, ast.Call) else one
        words = quiet(ast.unparse(called), 40)
        if words.rpartition(".")[2] not in _ONLY_WRAPS:
            place = function.cell.place(one.lineno)
            return f"which the file does not call itself, and @{words} ({place}) may have it called"
    return ""


def _enter(program: Program, entry: _Entry) -> None:
    place = entry.function.cell.place(entry.function.node.lineno)
    made = program.calls.call(Call(program.names.get(entry.name), place))
    for name in entry.methods:
        program.calls.call(Call(Method(made, name), place))


def _enter_any(program: Program) -> None:
    """Call what nobody calls, as a snippet defines it for its reader: a function that needs nothing, any, a model.

    What they are not given is unknown.
    """
    functions = program.names.functions()
    given = [one for one in functions if _needs_nothing(one)]
    every: list[Function | Class] = [*given, *(one for one in functions if one not in given)]
    for one in (*every, *filter(is_model, program.names.classes())):
        if not program.models:
            program.calls.call(Call(one, one.cell.place(one.node.lineno)))


def _needs_nothing(function: Function) -> bool:
    return len(function.node.args.args) == len(function.node.args.defaults)


def _entries(program: Program, called: set[str]) -> Iterator[_Entry]:
    """The functions, and the methods, that train and that the reading did not come to: the outermost first."""
    functions = program.names.functions()
    classes = [one for one in program.names.classes() if not is_model(one)]
    methods = {one.node.name: list(one.held.functions()) for one in classes}
    every = [*functions, *(method for held in methods.values() for method in held)]
    direct = {one.node.name for one in every if any(_is_fit(part) for part in ast.walk(one.node))}
    training = _with_callers(every, direct)
    found = [_Entry(one.node.name, one) for one in functions]
    for name, held in methods.items():
        for method in held:
            before = [one.node.name for one in held[: held.index(method)] if one.node.name not in called]
            steps = tuple(step for step in before if not step.startswith("__"))
            found += [_Entry(name, method, (method.node.name,))]
            found += [_Entry(name, method, (*steps, method.node.name))] if steps else []
    missed = [one for one in found if one.function.node.name in training and not program.has_entered(one.function.node)]
    yield from sorted(
        missed,
        key=lambda one: (
            one.function.node.name in called,
            one.function.node.name not in direct,
            not _needs_nothing(one.function),
        ),
    )


def _with_callers(functions: Sequence[Function], direct: set[str]) -> set[str]:
    """The names of functions that train, and of those that call them."""
    calls = {one.node.name: _called_in([one.node]) for one in functions}
    training: set[str] = set()
    further = set(direct)
    while further:
        training |= further
        further = {name for name, inside in calls.items() if inside & further} - training
    return training


def _called_when_run(program: Program, source: CodeSource) -> set[str]:
    """The names of what is called outside of functions and classes, and in functions that the reading came to."""
    defined = (ast.FunctionDef, ast.ClassDef)
    outside = (node for cell in source.cells for node in cell.tree.body if not isinstance(node, defined))
    parts = (part for cell in source.cells for part in ast.walk(cell.tree))
    entered = (part for part in parts if isinstance(part, ast.FunctionDef) and program.has_entered(part))
    return _called_in([*outside, *entered])


def _called_in(nodes: Iterable[ast.stmt]) -> set[str]:
    """The names of what statements call, but for functions that call themselves."""
    names: set[str] = set()
    for node in nodes:
        found = {called_name(part) for part in ast.walk(node) if isinstance(part, ast.Call)}
        names |= found - {node.name} if isinstance(node, ast.FunctionDef) else found
    return names


def _is_fit(part: ast.AST) -> bool:
    """Whether a part of a function is the fit of a model of Keras, as its arguments tell."""
    match part:
        case ast.Call(func=ast.Attribute(attr=name), keywords=given) if name in FITS:
            return bool({one.arg for one in given} & OF_FIT)
    return False
