"""Weights of classes that a script works out of counts: whether all classes count the same with them, by its words.

That is so of `images / (classes * count)`, however it is written, and of nothing else that is told here.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.bound_names import SUMS, Binding, BoundNames, mentions, names_of
from cnn_tui.keras_io.code.data.class_ratios import (
    BALANCED,
    CLASSES,
    COUNT,
    IMAGES,
    SHARE,
    AClass,
    EachLabel,
    FilesOfClass,
    OfEachClass,
    Ratio,
    combined_ratios,
    gone_through,
    is_number,
    length_of_all,
    of_all,
    part_of,
)
from cnn_tui.keras_io.code.data.data_values import ClassWeights
from cnn_tui.keras_io.code.effects import called_name, effect_of, given_to
from cnn_tui.keras_io.code.values import FIT_AT, Instance, Value

_COUNTING = ("bincount", "Counter", "value_counts")
_LISTING = ("listdir", "glob", "rglob", "iterdir", "scandir", "list_files", "paths")
_ONE_A_CLASS = ("class_names", "class_indices", "unique", "set", "classes_")
_OF_IMAGES = ("samples", "n", "num_examples")
_LABELS = ("classes", "labels")
_NOT_LEARNED = ("val", "test", "y_val", "y_test", "x_val", "x_test")
"""How the names of what is validated or tested on begin."""
_MOST_DEEP = 40
_MOST_STEPS = 20_000
"""What is read at most, of names that are made of one another."""


def with_balance(fitted: dict[str, Value], layers: Sequence[Value], cells: Sequence[CodeCell]) -> dict[str, Value]:
    """What a fit is given, with weights of classes that are worked out so that all count the same as what they are."""
    given = fitted.get("class_weight")
    is_told = isinstance(given, ClassWeights | str) or given is None
    if is_told or (isinstance(given, dict) and given and all(type(one) in (int, float) for one in given.values())):
        return fitted
    units = [one.arguments.get("units") for one in layers if isinstance(one, Instance) and one.kind == "Dense"]
    classes = max(units[-1], 2) if units and type(units[-1]) is int else None
    is_alike = is_balanced(cells, str(fitted.get(FIT_AT)), classes)
    return {**fitted, "class_weight": ClassWeights()} if is_alike else fitted


def is_balanced(cells: Sequence[CodeCell], fitted_at: str, classes: int | None) -> bool:
    """Whether the weights that the fit at this place is given make `classes` classes, if that is known, count alike."""
    for cell in cells:
        for node in ast.walk(cell.tree):
            if isinstance(node, ast.Call) and cell.place(node.lineno) == fitted_at:
                for given in (one for one in node.keywords if one.arg == "class_weight"):
                    try:
                        weights = _Reader().read(given.value, names_of([one.tree for one in cells], given))
                        return _are_alike(weights, classes)
                    except ArithmeticError:  # of numbers that are too large
                        return False
    return False


def _are_alike(weights: object, classes: int | None) -> bool:
    if isinstance(weights, OfEachClass):
        return _is_alike(weights.of, classes)
    if not isinstance(weights, list) or not weights or not all(_is_alike(one, classes) for one in weights):
        return False
    each = frozenset[str]().union(*(one.of for one in weights))
    return len(each) == len(weights) and all(one.all_of in (frozenset(), each) for one in weights)


def _is_alike(one: object, classes: int | None) -> bool:
    if not isinstance(one, Ratio) or (one.images, one.counts) != (1, -1):
        return False
    if one.classes == -1:
        return math.isclose(one.factor, 1)
    return one.classes == 0 and classes is not None and math.isclose(one.factor * classes, 1)


class _Reader:
    """Reads expressions: numbers as Ratios, what there is of each class as an OfEachClass or, named singly, a list."""

    def __init__(self) -> None:
        self._deep = 0
        self._left = _MOST_STEPS

    def read(self, node: ast.expr | None, names: BoundNames) -> object:
        """What an expression is; None where that is not told."""
        self._deep += 1
        self._left -= 1
        try:
            return None if node is None or self._deep > _MOST_DEEP or self._left < 0 else self._read(node, names)
        finally:
            self._deep -= 1

    def _read(self, node: ast.expr, names: BoundNames) -> object:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Ratio(float(number))
            case ast.Name(id=name):
                return self._named(name, names)
            case ast.BinOp(left=left, op=op, right=right):
                return combined_ratios(op, self.read(left, names), self.read(right, names))
            case ast.Dict(values=values):
                return [self.read(value, names) for value in values]
            case ast.DictComp(value=made):
                return OfEachClass(self.read(made, names.of_loops(node.generators)), True)
            case ast.ListComp(elt=made) | ast.GeneratorExp(elt=made):
                return OfEachClass(self.read(made, names.of_loops(node.generators)))
            case ast.Subscript(value=ast.Attribute(attr="shape"), slice=ast.Constant(value=0)):
                return IMAGES
            case ast.Subscript(value=of, slice=at):
                found = self.read(of, names)
                if not isinstance(found, OfEachClass):
                    return None
                if isinstance(at, ast.Constant) and isinstance(found.of, Ratio) and found.of.counts:  # of one alone
                    return msgspec.structs.replace(found.of, of=frozenset({ast.dump(at)}))
                return found.of
            case ast.Attribute(attr=attr):
                if attr in _LABELS:
                    return EachLabel()
                is_number = {"num_classes": CLASSES, **dict.fromkeys(_OF_IMAGES, IMAGES)}
                return OfEachClass(AClass()) if attr in _ONE_A_CLASS else is_number.get(attr)
            case ast.Call():
                return self._called(node, names)
        return None

    def _named(self, name: str, names: BoundNames) -> object:
        if name in names.labels:
            return EachLabel()
        found = names.defined(name)
        last = found[-1] if len(found) > 1 else None
        if last is not None and last.how == "value" and not last.path and mentions(last.node, name):
            with last.names.without_last(name):  # of which it is made
                return self._of(last)
        return self._defined(found)

    def _defined(self, found: Sequence[Binding]) -> object:
        """What a name is that is bound so: set once, beside a start or a guard that is a plain number, or added up."""
        kinds = {one.how for one in found}
        values = [self._of(one) for one in found]
        if kinds == {"add"}:
            return IMAGES if values and all(value == COUNT for value in values) else None
        others = [value for value in values if not is_number(value)]
        if "count" in kinds:
            return OfEachClass(COUNT, True) if not others else None
        if kinds == {"part"}:
            return OfEachClass(others[0], True) if others and all(part == others[0] for part in others) else None
        chosen = others or values
        is_one = kinds == {"value"} and all(value == chosen[0] for value in chosen)
        return chosen[0] if is_one else None

    def _of(self, one: Binding) -> object:
        value = self.read(one.node, one.names)
        for step in one.path:
            value = part_of(value, step)
        return value

    def _called(self, node: ast.Call, names: BoundNames) -> object:
        name = called_name(node)
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        first = node.args[0] if node.args else None
        if name in _COUNTING or (name == "unique" and any(one.arg == "return_counts" for one in node.keywords)):
            return self._counts(name, node)
        if name == "compute_class_weight":
            given = [*(one.value for one in node.keywords if one.arg == "class_weight"), *node.args]
            is_so = bool(given) and isinstance(given[0], ast.Constant) and given[0].value == "balanced"
            return OfEachClass(BALANCED) if is_so else None
        if name in _ONE_A_CLASS or name == "range":
            return OfEachClass(AClass())
        if name in _LISTING:
            return FilesOfClass() if self._is_of_class(node, names) else OfEachClass(AClass())
        if (counted := self._counted(name, node, owner, names)) is not None:
            return counted
        if name in (*SUMS, "mean"):
            return of_all(name, self.read(first or owner, names))
        if name == "len":
            return length_of_all(self.read(first, names))
        if name in ("values", "items", "enumerate", "zip"):
            parts = [self.read(one, names) for one in ([owner] if owner is not None and name != "zip" else node.args)]
            return gone_through(name, parts)
        if name == "dict" and first is not None:
            pairs = self.read(first, names)
            if isinstance(pairs, OfEachClass) and pairs.is_table:
                return pairs
            return OfEachClass(part_of(pairs.of, 1), True) if isinstance(pairs, OfEachClass) else None
        effect = effect_of(name)
        if effect.leaves_all or effect.items or effect.count:
            return self.read(given_to(node), names)
        made = names.called(name, node)
        return self.read(made[0], made[1]) if made is not None else None

    def _counts(self, name: str, node: ast.Call) -> object:
        """How many labels there are of each class; None for labels that nothing is learned from."""
        if any(isinstance(part, ast.Name) and part.id.lower().startswith(_NOT_LEARNED) for part in ast.walk(node)):
            return None
        if name == "unique":
            return [OfEachClass(AClass()), OfEachClass(COUNT)]
        is_share = any(one.arg == "normalize" and ast.unparse(one.value) == "True" for one in node.keywords)
        return OfEachClass(SHARE if is_share else COUNT, name != "bincount")

    def _counted(self, name: str, node: ast.Call, owner: ast.expr | None, names: BoundNames) -> object:
        """How many images of a class there are: of the files in its folder, of the labels that are its own."""
        inside = [part for part in ast.walk(node) if isinstance(part, ast.expr)]
        called = {
            part.func.attr for part in inside if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
        }
        is_of_files = name == "len" and bool(called & {*_LISTING})
        is_of_labels = name in (*SUMS, "len", "count_nonzero") and any(isinstance(part, ast.Compare) for part in inside)
        if not is_of_files and not is_of_labels and not (name == "count" and owner is not None):
            return None
        if self._is_of_class(node, names):
            return COUNT
        words = ast.dump(node.args[0] if node.args else node)
        if is_of_files and words in names.listed:
            return CLASSES
        return Ratio(counts=1, of=frozenset({words}))

    def _is_of_class(self, node: ast.expr, names: BoundNames) -> bool:
        """Whether an expression has a class in it that a loop goes through."""
        self._deep += 1
        self._left -= 1
        try:
            for variable in {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}:
                if isinstance(self._named(variable, names), AClass | FilesOfClass):
                    return True
                bound = names.defined(variable) if self._deep < _MOST_DEEP and self._left > 0 else ()
                if any(one.how == "value" and not one.path and self._is_of_class(one.node, one.names) for one in bound):
                    return True
            return False
        finally:
            self._deep -= 1
