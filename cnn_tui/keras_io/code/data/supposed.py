"""Weights of classes that a script works out: it is read anew, with so many images in each class, to see what it makes.

The numbers are made up, all different, and others each time: weights that are `images / (classes * images of a class)`
for all of them are balanced, in whichever way they are worked out.
"""

from __future__ import annotations

import ast
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from statistics import mean
from typing import Any

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import Below, ClassNames, ClassWeights, Folder, PictureCount, Share
from cnn_tui.keras_io.code.data.files.below import GUARDS
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import FIT_AT, CodeModel, Instance, Method, Unknown, Value

_NOT_LEARNED = re.compile(r"\b(y_|x_)?(val|test)", re.IGNORECASE)
"""How the names of what is validated or tested on begin."""
_LABELS = re.compile(r"(y|labels|targets)(_(all|train\w*))?|train\w*_(y|labels)|.*\.(classes|labels)")
_TOTAL = re.compile(r".*(\.(samples|n|num_examples)|\.shape\[0\])")
_NAMES = re.compile(r".*\.(class_names|classes_)")
_COUNTING = ("Counter", "value_counts", "bincount")
_OF_ALL: dict[str, Callable[[Iterable[Any]], Any]] = {"sum": sum, "mean": mean, "max": max, "min": min}
_ONE_SINGLY = ("len", "sum", "count_nonzero")
_MOST_CLASSES = 200
_MOST_TIMES = 100


class Row(list[Any]):
    """Numbers in an array of NumPy's."""


class Series(dict[Value, Any]):
    """Numbers by classes, as pandas has them: a loop goes over the numbers."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


def of_each(one: Callable[[Value, Value], Value], left: Value, right: Value) -> Row | Series:
    """What arithmetic or a comparison makes of each number of an array. Raises ValueError for two of other lengths."""
    sides = (left, right)
    if keys := next((side.keys() for side in sides if isinstance(side, Series)), None):
        return Series({key: one(*(side[key] if isinstance(side, dict) else side for side in sides)) for key in keys})
    many = next(len(side) for side in sides if isinstance(side, Row))
    rows = [side if isinstance(side, list) else [side] * many for side in sides]
    return Row(one(*pair) for pair in zip(*rows, strict=True))


class Supposed:
    """So many images in each of so many classes: what a script asks of its images is told by these.

    `class_folders` are the folders that have a folder for each class; those that the reading finds are added to them.
    """

    def __init__(self, classes: int, least: int, class_folders: set[str]) -> None:
        self._sizes = [least + 3 * at for at in range(classes)]
        self._sizes[-1] *= _MOST_TIMES  # so that weights that are kept within bounds are others than those without
        self._tallies = [self._sizes]
        self._names = [f"supposed class {at}" for at in range(classes)]
        self._folders, self._known_folders = class_folders, frozenset(class_folders)
        self._singly: list[str] = []
        """What the images of one class alone are, in words, in the order of the classes that these are taken for."""

    def is_balanced(self, weights: Value) -> bool:
        """Whether all classes count the same with these weights."""
        table = weights.table if isinstance(weights, ClassWeights) else weights
        table = dict(enumerate(table)) if isinstance(table, Row) else table
        classes = range(len(self._sizes))
        if not isinstance(table, dict) or {*table.keys()} != {*classes} or not all(map(_is_number, table.values())):
            return False
        each = [table[at] for at in classes]
        ways = [_balanced(tally) for tally in self._tallies]
        ways = [sorted(way) for way in ways] if self._singly else ways
        each = sorted(each) if self._singly else each
        return any(all(map(_is_near, each, way)) for way in ways)

    def told(self, node: ast.expr, value: Value) -> Value:
        """What a script asks of its images, or of the folders with them, as a number or a list; all else as it is."""
        if isinstance(value, Folder) and isinstance(value.path, str):
            self._folders.add(_as_path(value.path))
        words = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else ""
        of = value.owner if isinstance(value, Method) else value
        folder = of.folder if isinstance(of, PictureCount) else getattr(of, "path", "")
        is_other = _NOT_LEARNED.search(f"{words} {folder}")
        if isinstance(of, Series) and of is not value and words.endswith((".values", ".index")):
            return Row(of if words.endswith("s") else of.keys())
        if isinstance(value, PictureCount) and not is_other:
            return sum(self._sizes) / value.per
        if words and not is_other and isinstance(value, Unknown | Method | ClassNames | Share):
            if _LABELS.fullmatch(words):
                labels = self._labels(self._sizes)
                return Row(reversed(labels)) if isinstance(value, Unknown) else labels  # of a folder class by class
            if _TOTAL.fullmatch(words):
                return sum(self._sizes)
            if words.endswith(".num_classes"):
                return len(self._sizes)
            if _NAMES.fullmatch(words):
                return self._names
            if words.endswith(".class_indices"):
                return {name: at for at, name in enumerate(self._names)}
        return self._listed(value) if isinstance(value, ClassNames) and not is_other else value

    def labels(self, side: Value) -> Value:
        """The labels of a dataset, one by one; anything else as it is."""
        return self._labels(self._tally(side.count)) if _is_labels(side) else side

    def called(self, call: Call, node: ast.Call) -> Value:
        """What a call makes of these numbers; None for any other."""
        name, of, unnamed, given = call.name, call.of, call.unnamed, call.given
        if isinstance(of, Unknown) and of is call.callee:  # of which a method is called
            of = msgspec.structs.replace(of, what=of.what.rpartition(".")[0])
        if name in ("compute_class_weight", "compute_sample_weight"):
            weights = Row(_balanced(self._sizes))
            labels = given.get("y", unnamed[-1] if unnamed else None)
            is_told = given.get("class_weight", of) == "balanced" and not _is_not_learned(labels)
            return None if not is_told else weights if "class" in name else ClassWeights(dict(enumerate(weights)))
        if name in _COUNTING or name == "unique":
            return self._counted(name, of, given)
        if name == "defaultdict" or (name in GUARDS and isinstance(of, str)):
            return defaultdict(int) if name == "defaultdict" else True
        if name == "sort_index" and isinstance(of, Series):
            return Series(sorted(of.items()))
        if name == "count" and isinstance(of, list) and unnamed:
            return of.count(unnamed[-1])
        if isinstance(of, Unknown) and name in _ONE_SINGLY:
            return self._counted_singly(node, name, of)
        if isinstance(of, Collection) and not isinstance(of, str):
            return _of_numbers(name, list(of.values()) if isinstance(of, Series) else of)
        return None

    def _counted(self, name: str, of: Value, given: Mapping[str, Value]) -> Value:
        """How many labels there are of each class; None for labels that nothing is learned from."""
        if _is_not_learned(of):
            return None
        if _is_labels(of):
            tally = dict(enumerate(self._tally(of.count)))
        elif isinstance(of, list | tuple):
            tally = {one: of.count(one) for one in dict.fromkeys(of)}
        elif isinstance(of, Unknown):
            tally = dict(reversed([*enumerate(self._sizes)]))
        else:
            return None
        if name == "Counter":
            return tally
        if name == "value_counts":
            whole = sum(tally.values()) if given.get("normalize") is True else 1
            return Series({one: tally[one] / whole for one in sorted(tally, key=lambda one: -tally[one])})
        ordered = sorted(tally)
        counts = Row(tally[one] for one in ordered)
        if name == "bincount":
            return counts
        return (Row(ordered), counts) if given.get("return_counts") is True else Row(ordered)

    def _counted_singly(self, node: ast.Call, name: str, of: Unknown) -> Value:
        """How many images there are of one class, as `len([one for one in paths if "cat" in one])`, or in all."""
        if any(isinstance(part, ast.Compare) for part in ast.walk(node)):
            return self._single(ast.unparse(node))
        return sum(self._sizes) if name == "len" and not _is_not_learned(of) else None

    def _listed(self, names: ClassNames) -> Value:
        """The names in a folder: of its classes, or of the files of one of them."""
        path = _as_path(names.path)
        inside = [self._names.index(part) for part in PurePosixPath(path).parts if part in self._names]
        if inside:
            self._folders.add(str(PurePosixPath(path).parent))
        if inside or (self._known_folders and path not in self._known_folders and names.what.what.startswith("os.")):
            many = self._sizes[inside[-1]] if inside else self._single(path)
            listed = [f"{at}.png" for at in range(many or 0)]
        else:
            listed = self._names
        if names.is_number:
            return len(listed)
        ways = {"path": [f"{path}/{name}" for name in listed], "walk": [(path, listed, listed)]}
        return ways.get(names.each, listed)

    def _single(self, words: str) -> int | None:
        """How many images a class has that is told by words, none of which two classes share."""
        if words not in self._singly:
            self._singly.append(words)
        at = self._singly.index(words)
        return self._sizes[at] if at < len(self._sizes) and not _NOT_LEARNED.search(words) else None

    def _tally(self, total: int) -> list[int]:
        """As many images of each class that they are so many together."""
        many = [max(size * total // sum(self._sizes), 1) for size in self._sizes]
        self._tallies.append([*many[:-1], total - sum(many[:-1])])
        return self._tallies[-1]

    def _labels(self, tally: Sequence[int]) -> Row:
        return Row(at for at, size in enumerate(tally) for _ in range(size))


def _is_labels(value: Value) -> bool:
    return isinstance(value, DatasetArrays) and value.what == "labels" and value.count is not None


def _is_not_learned(value: Value) -> bool:
    """Whether labels, or images, are those of what is validated or tested on."""
    if isinstance(value, DatasetArrays):
        return value.half != "train"
    return isinstance(value, Unknown) and _NOT_LEARNED.search(value.what) is not None


def _is_near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=0.01)  # as where they are rounded


def _is_number(value: Value) -> bool:
    return type(value) in (int, float)


def _as_path(value: Value) -> str:
    if isinstance(value, Below):
        return str(PurePosixPath(_as_path(value.root), *(name or "*" for name in value.names)))
    return str(PurePosixPath(value.what if isinstance(value, Unknown) else str(value)))


def _balanced(tally: Sequence[int]) -> list[float]:
    return [sum(tally) / (len(tally) * one) if one else 0.0 for one in tally]


def _of_numbers(name: str, numbers: Collection[Value]) -> Value:
    """What a function or a method gives of numbers in a row; None for any other."""
    if not all(isinstance(one, int | float) for one in numbers):
        return None
    if name in _OF_ALL and numbers:
        return _OF_ALL[name](numbers)
    if name == "count_nonzero":
        return sum(map(bool, numbers))
    if name in ("flatnonzero", "where", "nonzero"):
        chosen = Row(at for at, one in enumerate(numbers) if one)
        return chosen if name == "flatnonzero" else (chosen,)
    return Row(numbers) if effect_of(name).leaves_all and not isinstance(numbers, dict) else None


def with_balance(
    fitted: dict[str, Value], layers: Sequence[Value], read: Callable[[Supposed], Iterable[CodeModel]]
) -> dict[str, Value]:
    """What a fit is given, with weights of classes that are worked out so that all count the same as what they are.

    `read` gives the models of the script, read anew with what is supposed.
    """
    weights = _weights(fitted)
    table = weights.table if isinstance(weights, ClassWeights) else weights
    if isinstance(table, str | None) or (isinstance(table, dict) and table and all(map(_is_number, table.values()))):
        return fitted
    units = [one.arguments.get("units") for one in layers if isinstance(one, Instance) and one.kind == "Dense"]
    known = max(units[-1], 2) if units and type(units[-1]) is int else None
    class_folders: set[str] = set()
    for at, (classes, least) in enumerate(((known or 3, 5), (known or 3, 7), (known or 4, 61))):
        supposed = Supposed(min(classes, _MOST_CLASSES), least, class_folders)
        again = [one.fitted for one in read(supposed) if one.fitted and one.fitted.get(FIT_AT) == fitted.get(FIT_AT)]
        if at and not any(supposed.is_balanced(_weights(one)) for one in again):  # the first only finds the folders
            return fitted
    return _without_weights(fitted) | {"class_weight": ClassWeights()}


def _weights(fitted: Mapping[str, Value]) -> Value:
    data = fitted.get("x")
    given = {**fitted, **(data.arguments if isinstance(data, Folder) else {})}
    return given.get("class_weight", given.get("sample_weight"))


def _without_weights(fitted: Mapping[str, Value]) -> dict[str, Value]:
    rest = {name: one for name, one in fitted.items() if name not in ("class_weight", "sample_weight")}
    if isinstance(data := fitted.get("x"), Folder):
        rest["x"] = msgspec.structs.replace(data, arguments=_without_weights(data.arguments))
    return rest
