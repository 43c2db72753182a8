"""What a script asks of the machine that it runs on: it is read as where one GPU trains, and the rest is said."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.arithmetic import is_plain
from cnn_tui.keras_io.code.branches import parts_of, trains
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.cells import CodeSource
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import Names, Value
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.text import enumerated, quiet

SET_POLICY = ("set_global_policy", "set_policy", "set_dtype_policy", "set_floatx")
"""Functions of Keras's that set the numbers that all layers compute with."""
PRECISION = "the precision"
REPLICAS = "num_replicas_in_sync"
"""Of a strategy of TensorFlow's: how many devices train together."""
ONE_GPU = "G"
"""What stands for a list of one GPU: as long, as true, and a text, which no branch asks more of."""
_LISTS = ("list_physical_devices", "list_logical_devices", "get_visible_devices")
_TIMES = (ast.Mult, ast.Div, ast.FloorDiv)
_OTHERS: dict[str, Value] = {"is_gpu_available": True, "is_built_with_cuda": True, "gpu_device_name": "/device:GPU:0"}
"""What else asks for a GPU, and what it gives where there is one."""


def devices_call(call: Call) -> Value:
    """What a function of TensorFlow's that asks for GPUs gives where there is one; None for any other."""
    kind = call.get(0, "device_type")
    if call.name in _LISTS and kind == "GPU":
        return ONE_GPU
    return _OTHERS.get(call.name) if "test" in call.path.split(".") else None


class GpuAsked:
    """What a script does otherwise where there is no GPU, or where several devices train."""

    def __init__(self) -> None:
        self._asking: set[str] = set()
        self._replicas = ""
        self._otherwise: list[str] = []

    def look_at(self, source: CodeSource) -> None:
        """Find the names that stand for whether there is a GPU."""
        parts = [part for cell in source.cells for part in ast.walk(cell.tree)]
        before = -1
        while before != len(self._asking):
            before = len(self._asking)
            for part in parts:
                match part:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if self.asks(value):
                        self._asking.add(name)
                    case ast.FunctionDef(name=name) if any(
                        isinstance(one, ast.Return) and one.value is not None and self.asks(one.value)
                        for one in ast.walk(part)
                    ):
                        self._asking.add(name)
        for cell in source.cells:
            for part in ast.walk(cell.tree):
                if isinstance(part, ast.BinOp) and isinstance(part.op, _TIMES) and self._counts(part):
                    self._replicas = self._replicas or cell.place(part.lineno)

    def _counts(self, part: ast.BinOp) -> bool:
        """Whether something is multiplied or divided by how many devices there are."""
        sides = (part.left, part.right)
        return any(isinstance(one, ast.Attribute) and one.attr == REPLICAS for one in sides) or any(
            map(self.asks, sides)
        )

    def asks(self, test: ast.expr) -> bool:
        """Whether an expression goes by whether there is a GPU."""
        names = {getattr(part, "attr", getattr(part, "id", "")) for part in ast.walk(test)}
        is_list = any(isinstance(part, ast.Constant) and part.value == "GPU" for part in ast.walk(test))
        return bool(names & {*self._asking, *_OTHERS} or (names & {*_LISTS} and is_list))

    def decided(
        self,
        taken: Sequence[ast.stmt],
        other: Sequence[ast.stmt],
        before: tuple[Mapping[str, Value], Value],
        policy: Value,
        scope: Scope,
    ) -> None:
        """Keep what is otherwise where the `other` statements are carried out, and not those that are `taken`.

        `before` the latter is what the names stand for, and the precision that is set; `policy` is that behind them.
        """
        without = dict(before[0]) | {PRECISION: before[1] or "float32"}
        places = {name: scope.place(node) for node in taken for name in _bound(node)}
        for part in parts_of(other):
            match part:
                case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[given]) if name in SET_POLICY:
                    without[PRECISION] = scope.inner().value(given)
                    places[PRECISION] = scope.place(part)
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if not _calls(value):
                    without[name] = scope.inner().value(value)
                    places[name] = scope.place(part)
                case ast.Assign(targets=[target], value=value) if _is_changed(target, value, scope.names):
                    changed = quiet(ast.unparse(target).strip("()"), 60)
                    self._otherwise.append(f"{scope.place(part)} changes {changed}")
        for name, place in places.items():
            here = (policy or "float32") if name == PRECISION else scope.names.get(name)
            self._keep(quiet(name, 40), without.get(name), here, place)
        if trains(other, scope.names):
            self._otherwise.append(f"the model is trained otherwise ({scope.place(other[0])})")

    def either(self, other: Value, taken: Value, place: str) -> None:
        """Keep what an expression gives where there is no GPU."""
        self._keep(f"what is {quiet(words_of(taken), 40)} here", other, taken, place)

    def _keep(self, what: str, other: Value, taken: Value, place: str) -> None:
        is_number = type(other) in (int, float) and type(taken) in (int, float)
        is_policy = what == PRECISION or (isinstance(other, str) and "float" in other)
        if other != taken and (is_number or is_policy):
            self._otherwise.append(f"{what} is {quiet(words_of(other), 40)} ({place})")

    def notes(self) -> list[str]:
        """What is to know of it."""
        listed = list(dict.fromkeys(self._otherwise))
        notes = (
            [f"it is read as where there is a GPU: without one, {enumerated(listed, 'and')} there"] if listed else []
        )
        if self._replicas:
            notes.append(f"how many devices train together ({self._replicas}) only running tells: it is read as one")
        return notes


def _bound(node: ast.stmt) -> list[str]:
    """What a statement sets: names, and the precision."""
    names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    called = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return names + [PRECISION for one in called if getattr(one, "attr", getattr(one, "id", "")) in SET_POLICY]


def _is_changed(target: ast.expr, value: ast.expr, names: Names) -> bool:
    """Whether a statement makes something of the script's data into something else, as `x = x[:100]` does."""
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    bound = {part.id for part in parts if isinstance(part, ast.Name)}
    read = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    return any(name in names and not is_plain(names.get(name)) for name in bound & read)


def _calls(value: ast.expr) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(value))
