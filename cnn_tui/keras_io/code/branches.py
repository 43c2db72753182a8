"""Branches of a script of which only running tells whether they are carried out: what they do to its models."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.effects import called_name
from cnn_tui.keras_io.code.objects import CLASS, is_own, method_of
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import CodeModel, Function, Names, Tested, Value

FITS = ("fit", "fit_generator")
OF_FIT = {"epochs", "nb_epoch", "batch_size", "validation_data", "validation_split", "steps_per_epoch", "callbacks"}
"""Arguments that the fit of a model has, and that of nothing else."""
TESTING = ("evaluate", "evaluate_generator", "predict", "predict_generator", "test_on_batch", "predict_on_batch")
"""Methods that are given images to test a model on."""
_LOADS = ("load_model", "model_from_json")
BUILDS = ("add", "pop", "compile", *FITS)


def parts_of(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All that statements, or expressions, are made of, and they themselves."""
    for node in nodes:
        yield from ast.walk(node)


def changed(nodes: Sequence[ast.stmt], names: Names) -> set[str]:
    """The methods among those that make and train a model that statements call of models that are there."""
    return {method for owner, method, _ in _sent_in(nodes) if isinstance(names.get(owner), CodeModel)} & {*BUILDS}


def tested(method: str, images: Value, place: str) -> Tested:
    """What a method of this name tests a model on."""
    is_measured = not method.startswith("predict")
    return Tested(images, place, is_measured, is_measured)


def test_by_batches(over: Value, body: Sequence[ast.stmt], names: Names, place: str) -> None:
    """Have models tested on the pictures that a loop goes through batch by batch, where it tests them on those."""
    for owner, method, _ in _sent_in(body):
        model = names.get(owner)
        if isinstance(over, Folder) and not over.is_part and isinstance(model, CodeModel) and method in TESTING:
            model.evaluated.append(Tested(over, place, not method.startswith("predict"), has_labels=True))


def wrapped(nodes: Sequence[ast.stmt], scope: Scope) -> set[str]:
    """The names of models that statements of which only running tells make others of, as multi_gpu_model does.

    A model that is there stays what it is, and notes that.
    """
    found = set()
    for part in parts_of(nodes):
        match part:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=called, args=[ast.Name(id=given), *_])
            ) if name == given and isinstance(model := scope.names.get(name), CodeModel):
                what = f"what {ast.unparse(called)} makes of the model ({scope.place(part)}) is left out"
                model.notes += [] if what in model.notes else [what]
                found.add(name)
    return found


def stored(nodes: Sequence[ast.stmt]) -> list[ast.Name]:
    """The names that statements bind."""
    parts = parts_of(nodes)
    return [part for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]


def loaded_or_built(
    body: list[ast.stmt], other: list[ast.stmt], names: Names
) -> tuple[ast.Call, list[ast.stmt]] | None:
    """Of two branches of which one loads the model of a file, that call, and what gives the same model without it.

    None where neither does, or only one of them gives a model.
    """
    for loading, built in ((body, other), (other, body)):
        call = _loading(loading)
        if call is None or _loading(built) is not None:
            continue
        to = _set_in(loading)
        is_there = any(isinstance(names.get(name), CodeModel) for name in to)
        returns, others = (any(isinstance(part, ast.Return) for part in parts_of(one)) for one in (loading, built))
        if (returns and (others or not built)) or to & _set_in(built) or (is_there and not built):
            return call, built
    return None


def _loading(nodes: Sequence[ast.stmt]) -> ast.Call | None:
    """The first call in statements that loads a model of a file; None where there is none."""
    calls = (part for part in parts_of(nodes) if isinstance(part, ast.Call))
    return next((call for call in calls if called_name(call) in _LOADS and call.args), None)


def as_branches(node: ast.stmt, rest: Sequence[ast.stmt]) -> ast.If | None:
    """Two branches of which one loads the model of a file, where a script says them in other words; None elsewhere.

    So `if not there: return build()` with `return load_model(…)` in the rest behind it, which is the other branch then,
    and `model = load_model(…) if there else build()`.
    """
    match node:
        case ast.If(test=test, body=[*_, ast.Return(value=ast.expr() as value)] as body, orelse=[]) if _gives(
            value
        ) and _only_loads(rest):
            either = ast.If(test, body, list(rest))
        case ast.Assign(targets=targets, value=ast.IfExp(test=test, body=one, orelse=other)) if _loads_one(one, other):
            either = ast.If(test, [ast.Assign(targets, one)], [ast.Assign(targets, other)])
        case ast.Return(value=ast.IfExp(test=test, body=one, orelse=other)) if _loads_one(one, other):
            either = ast.If(test, [ast.Return(one)], [ast.Return(other)])
        case _:
            return None
    return ast.fix_missing_locations(ast.copy_location(either, node))


def _gives(value: ast.expr) -> bool:
    """Whether something may be a model, and no None or truth."""
    return not isinstance(value, ast.Constant)


def _only_loads(nodes: Sequence[ast.stmt]) -> bool:
    """Whether statements load a model to return it, and train none."""
    calls = {called_name(part) for part in parts_of(nodes) if isinstance(part, ast.Call)}
    return _loading(nodes) is not None and isinstance(nodes[-1], ast.Return) and not calls & {*FITS}


def _loads_one(one: ast.expr, other: ast.expr) -> bool:
    return (_loading([ast.Expr(one)]) is None) is not (_loading([ast.Expr(other)]) is None)


def _set_in(nodes: Sequence[ast.stmt]) -> set[str]:
    """What statements bind, and the attributes that they set, in words."""
    parts = (part for part in parts_of(nodes) if isinstance(part, ast.Name | ast.Attribute))
    return {ast.unparse(part) for part in parts if isinstance(part.ctx, ast.Store)}


def changed_lists(nodes: Sequence[ast.stmt]) -> set[str]:
    """The names of what statements append something to."""
    return {owner for owner, method, _ in _sent_in(nodes) if method in ("append", "extend", "insert")}


def trains(nodes: Sequence[ast.stmt], names: Names) -> bool:
    """Whether statements train a model that is there, or one that they make, as the arguments of its fit tell.

    They do so too where a function of the script, or a method of one of its objects, does that they call.
    """
    return _trains(nodes, names, set())


def _trains(nodes: Sequence[ast.stmt], names: Names, entered: set[int]) -> bool:
    if any(
        method in FITS and (isinstance(names.get(owner), CodeModel) or bool(given & OF_FIT))
        for owner, method, given in _sent_in(nodes)
    ):
        return True
    for function in _called_in(nodes, names):
        if id(function.node) not in entered:
            entered.add(id(function.node))
            if _trains(function.node.body, function.names, entered):
                return True
    return False


def _called_in(nodes: Sequence[ast.stmt], names: Names) -> Iterator[Function]:
    """The functions of the script that statements call, and the methods of its objects."""
    for part in parts_of(nodes):
        match part:
            case ast.Call(func=ast.Name(id=name)):
                called = names.get(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if is_own(owner := names.get(name)):
                called = method_of(owner.arguments[CLASS], method)
            case _:
                continue
        if isinstance(called, Function):
            yield called


def _sent_in(nodes: Sequence[ast.stmt]) -> Iterator[tuple[str, str, set[str | None]]]:
    """The calls of methods in statements: whose by name, which, and the names of what it is given."""
    for part in parts_of(nodes):
        match part:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method), keywords=given):
                yield owner, method, {keyword.arg for keyword in given}
