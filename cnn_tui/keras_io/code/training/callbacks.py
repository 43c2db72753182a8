"""Callbacks of a script as stop rules: EarlyStopping, and a class whose on_epoch_end stops at a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.expressions import Expressions
from cnn_tui.keras_io.code.library import call_named
from cnn_tui.keras_io.code.objects import CLASS, is_own
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.training.inlined import method_inlined
from cnn_tui.keras_io.code.training.onlookers import never_called, only_looks_on
from cnn_tui.keras_io.code.values import Function, Instance, Named, Names, Unknown, Value
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import enumerated

RENAMED_METRICS = {"acc": "accuracy", "val_acc": "val_accuracy"}
_IGNORED = ("History", "TensorBoard", "ModelCheckpoint", "CSVLogger", "ProgbarLogger", "BaseLogger", "BackupAndRestore")
"""Callbacks that do what the lab does for every run."""
_AFTER_STEPS = ("on_train_batch_end", "on_batch_end")
"""Methods that Keras calls after each step."""
_SCHEDULES = ("ReduceLROnPlateau", "LearningRateScheduler")
"""Those that `rates.py` takes."""
_EARLY_STOPPING = {"monitor": "val_loss", "patience": 0}
_EARLY_STOPPING_ASIDE = ("verbose",)


def stop_rules(callbacks: Value, notes: Notes) -> tuple[StopRule, ...]:
    """The stop rules that a fit's callbacks are. A note is added for each callback that is none."""
    listed = callbacks if isinstance(callbacks, list | tuple) else [] if callbacks is None else [callbacks]
    rules: list[StopRule] = []
    for callback in listed:
        if not isinstance(callback, Instance):
            if not only_looks_on(callback):
                notes.append(f"the callback {callback} is left out: it is not known")
        elif callback.kind == "EarlyStopping":
            rules += _early_stopping(callback, notes)
        elif callback.kind == "TerminateOnNaN":
            rules.append(StopRule("loss", nan=True))
        elif is_own(callback):
            rules += _own(callback, notes)
        elif callback.kind not in (*_IGNORED, *_SCHEDULES):
            notes.append(f"the callback {callback.kind} ({callback.place}) is left out")
    return tuple(rules)


def _early_stopping(callback: Instance, notes: list[str]) -> list[StopRule]:
    arguments = {**_EARLY_STOPPING, **callback.arguments}
    metric, patience = arguments.pop("monitor"), arguments.pop("patience")
    metric = RENAMED_METRICS.get(metric, metric) if isinstance(metric, str) else metric
    restores = arguments.pop("restore_best_weights", False)
    if restores not in (True, False):
        notes.append(f"EarlyStopping ({callback.place}): restore_best_weights is left out: it is not known")
    by = arguments.pop("min_delta", 0.0)
    if isinstance(by, bool) or not isinstance(by, int | float):
        notes.append(f"EarlyStopping ({callback.place}): min_delta is left out: it is not known")
        by = 0.0
    notes += [
        f"EarlyStopping ({callback.place}): {name} is left out"
        for name, value in arguments.items()
        if name not in _EARLY_STOPPING_ASIDE and not _is_usual_mode(name, value, metric)
        if value not in (0, "auto", None, False)
    ]
    if not isinstance(metric, str):
        notes.append(f"EarlyStopping ({callback.place}) is left out: what it monitors is not known")
        return []
    try:
        patience = max(patience, 1)
        return [StopRule(metric, patience=patience, restore_best_weights=restores is True, min_delta=abs(by))]
    except (ValueError, TypeError):
        notes.append(f"EarlyStopping ({callback.place}) is left out: its patience is not known")
        return []


def _is_usual_mode(name: str, value: Value, metric: Value) -> bool:
    """Whether a `mode` says of a metric what is taken of it anyway: less is better of a loss, more of all others.

    Keras itself goes by the metric where it is told anything else, as the function `max`.
    """
    if name != "mode" or not isinstance(metric, str) or isinstance(value, Unknown):
        return False
    return value not in ("min", "max") or value == ("min" if metric.endswith("loss") else "max")


def _own(callback: Instance, notes: Notes) -> list[StopRule]:
    """The rules of an object of a Callback class of the script: the conditions under which it sets stop_training."""
    place = callback.place
    rules, is_whole = _rules_of(callback, "on_epoch_end")
    for name in _AFTER_STEPS:
        within, is_known = _rules_of(callback, name)
        is_whole = is_whole and is_known
        for rule in within:
            words = f"as soon as {rule}: here that is looked at after each epoch"
            notes.append(f"the callback {callback.kind} ({place}) stops within an epoch there, {words}")
            rules += [rule] if rule not in rules else []
    is_rule = bool(rules) or last_epoch(callback) is not None
    if not is_rule and not only_looks_on(callback.arguments[CLASS]):
        why = "it stops where more than one thing holds" if _is_of_several(callback) else "it is code"
        notes.append(f"the callback {callback.kind} ({place}) is left out: {why}")
    elif not is_rule and (idle := never_called(callback.arguments[CLASS])):
        notes.to_know.append(f"the callback {callback.kind} ({place}): Keras never calls its {enumerated(idle, 'and')}")
    elif is_rule and not is_whole:
        notes.append(f"the callback {callback.kind} ({place}): a part of what it stops at is left out: it is code")
    return rules


def last_epoch(callback: Value) -> int | None:
    """The epoch, from 1, after which an object of a Callback class of the script ends the training at the latest."""
    method = method_inlined(callback, "on_epoch_end")
    ends = [_end(test, method) for tests in _ways(callback, method) for test in tests] if method is not None else []
    return min([end for end in ends if end is not None], default=None)


def _is_of_several(callback: Instance) -> bool:
    """Whether it ends the training only where a figure has come so far and something else holds too."""
    method = method_inlined(callback, "on_epoch_end")
    tests = _conditions(method.node.body, ()) if method is not None else ()
    left = [[test for test in every if not _is_guard(test, method, callback)] for every in tests]
    return any(len(every) > 1 and any(_rule(one, method, callback) for one in every) for every in left)


def _ways(callback: Instance, method: Function) -> Iterator[list[ast.expr]]:
    """Of each place that ends the training, the tests of which one is enough."""
    for tests in _conditions(method.node.body, ()):
        yield _either([test for test in tests if not _is_guard(test, method, callback)])


def _end(test: ast.expr, method: Function) -> int | None:
    """The epoch, from 1, after which `epoch >= 9` ends a training; None for another condition."""
    names = [one.arg for one in method.node.args.args[1:2]]
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=int(number))]):
            first = 0
        case ast.Compare(
            left=ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=1)),
            ops=[op],
            comparators=[ast.Constant(value=int(number))],
        ):
            first = 1
        case _:
            return None
    if name not in names or not isinstance(op, ast.Eq | ast.GtE | ast.Gt):
        return None
    return max(number - first + 1 + isinstance(op, ast.Gt), 1)


def _rules_of(callback: Instance, name: str) -> tuple[list[StopRule], bool]:
    """The rules that a method of a callback is, and whether those are all that it stops at."""
    method = method_inlined(callback, name)
    if method is None:
        return [], True
    tests = [test for ways in _ways(callback, method) for test in ways if _end(test, method) is None]
    found = [_rule(test, method, callback) for test in tests]
    return [rule for rule in found if rule is not None], all(found)


def _conditions(body: list[ast.stmt], around: tuple[ast.expr, ...]) -> Iterator[tuple[ast.expr, ...]]:
    """Of each place that ends the training, the tests that all have to hold there."""
    for node in body:
        if not isinstance(node, ast.If):
            continue
        match node.test:
            case ast.BoolOp(op=ast.And(), values=parts):
                tests = (*around, *parts)
            case test:
                tests = (*around, test)
        if _stops(node.body):
            yield tests
        else:
            yield from _conditions(node.body, tests)
        yield from _conditions(
            node.orelse, around if _stops(node.body) else (*around, ast.UnaryOp(ast.Not(), node.test))
        )


def _either(tests: list[ast.expr]) -> list[ast.expr]:
    """The tests of which one is enough; of several that all have to hold, one that is no rule."""
    if len(tests) != 1:
        return [ast.Constant(None)]
    (test,) = tests
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else tests


def _is_guard(test: ast.expr, method: Function | None, callback: Instance) -> bool:
    """Whether a test only asks if a figure is there: `logs`, `logs.get("loss") is not None`, `"loss" in logs`."""
    match test:
        case ast.Compare(ops=[ast.IsNot() | ast.In()]):
            return True
        case ast.Name(id="logs"):
            return True
    return method is not None and bool(_metric(test, method, callback))


def _stops(body: list[ast.stmt]) -> bool:
    """Whether statements end the training."""
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr == "stop_training" for target in node.targets)
        for node in body
    )


def _rule(test: ast.expr, method: Function | None, callback: Instance) -> StopRule | None:
    """`logs.get("loss") < 0.4` as a rule; None for another condition."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or method is None:
        return None
    left, op, right = test.left, test.ops[0], test.comparators[0]
    is_below = isinstance(op, ast.Lt | ast.LtE)
    if not is_below and not isinstance(op, ast.Gt | ast.GtE):
        return None
    metric = _metric(left, method, callback)
    if not metric:  # the other way round: 0.4 > logs["loss"]
        metric, right, is_below = _metric(right, method, callback), left, not is_below
    value = _value(right, method, callback)
    if not metric or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    name = RENAMED_METRICS.get(metric, metric)
    return StopRule(name, below=float(value)) if is_below else StopRule(name, above=float(value))


def _value(node: ast.expr, method: Function, callback: Instance) -> Value:
    """What an expression in a method of a callback comes to, as `float(args.goal)` and `self.goal / 100` do."""
    names = Names(method.names)
    itself = method.node.args.args[:1]
    names.own().update({one.arg: callback for one in itself})
    return Scope(names, method.cell, Expressions(_called, ()).value).value(node)


def _called(call: Call) -> Value:
    return call_named(call) if isinstance(call.callee, Named) else Unknown("", call.place)


def _metric(node: ast.expr, method: Function, callback: Instance) -> str:
    """The name in `logs.get("loss")` or `logs[self.name]`, or of a name that was set to one; "" for anything else."""
    match node:
        case (
            ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="get"), args=[of, *_])
            | ast.Subscript(value=ast.Name(id=owner), slice=of)
        ) if owner not in method.names:
            name = _value(of, method, callback)
            return name if isinstance(name, str) else ""
        case ast.Call(func=ast.Name(id="float"), args=[inner]):
            return _metric(inner, method, callback)
        case ast.Name(id=name):
            for part in method.node.body:
                match part:
                    case ast.Assign(targets=[ast.Name(id=to)], value=value) if to == name:
                        return _metric(value, method, callback)
    return ""
