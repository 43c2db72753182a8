"""Numbers that are told as so many times the images, the classes, or the images of a class; and lists of such."""

from __future__ import annotations

import ast

import msgspec

ANY = frozenset({"any class"})


class Ratio(msgspec.Struct, frozen=True):
    """A number: `factor` times powers of how many images, classes, and images of a class there are."""

    factor: float = 1.0
    images: int = 0
    classes: int = 0
    counts: int = 0
    of: frozenset[str] = frozenset()
    """Whose images are counted."""
    all_of: frozenset[str] = frozenset()
    """Which classes the images are of, where they are added up one by one."""

    @property
    def powers(self) -> tuple[int, int, int]:
        """Those of images, of classes, and of images of a class."""
        return self.images, self.classes, self.counts


class OfEachClass(msgspec.Struct, frozen=True):
    """Something of each class; `is_table` tells that it is found by the class."""

    of: object
    is_table: bool = False


class AClass(msgspec.Struct, frozen=True):
    """A class, or its number, that a loop goes through."""


class EachLabel(msgspec.Struct, frozen=True):
    """The label of every image."""


class FilesOfClass(msgspec.Struct, frozen=True):
    """The files of a class."""


COUNT, IMAGES, CLASSES = Ratio(counts=1, of=ANY), Ratio(images=1), Ratio(classes=1)
SHARE = Ratio(images=-1, counts=1, of=ANY)
"""The part of the images that is of a class."""
BALANCED = Ratio(images=1, classes=-1, counts=-1, of=ANY)


def is_number(value: object) -> bool:
    """Whether a value is a plain number."""
    return isinstance(value, Ratio) and not any(value.powers)


def part_of(value: object, at: int) -> object:
    """A part of what is unpacked, or -1 for what a loop gets of it."""
    if at == -1:
        if isinstance(value, OfEachClass):
            return AClass() if value.is_table else value.of
        return AClass()
    if isinstance(value, list):
        return value[at] if at < len(value) else None
    if isinstance(value, OfEachClass) and isinstance(value.of, Ratio):
        return msgspec.structs.replace(value.of, of=frozenset({str(at)}))
    return AClass() if isinstance(value, AClass) else None


def gone_through(name: str, parts: list[object]) -> object:
    """What a loop goes through, of each class its number or name, or what there is of it."""
    if name == "zip":
        return OfEachClass([part.of if isinstance(part, OfEachClass) else AClass() for part in parts])
    one = parts[0] if parts else None
    if name == "values":
        return OfEachClass(one.of) if isinstance(one, OfEachClass) else None
    of = one.of if isinstance(one, OfEachClass) and not (name == "enumerate" and one.is_table) else AClass()
    return OfEachClass([AClass(), of])


def of_all(name: str, value: object) -> object:
    """The sum, or with `mean` the mean, of how many images each class has; None for other sums."""
    if not isinstance(value, OfEachClass) or value.of != COUNT:
        return None
    return Ratio(images=1, classes=-1) if name == "mean" else IMAGES


def length_of_all(value: object) -> object:
    """How much there is of something of which there is one for each class, or each image."""
    kinds: dict[type, object] = {OfEachClass: CLASSES, EachLabel: IMAGES, FilesOfClass: COUNT}
    return kinds.get(type(value))


def combined_ratios(op: ast.operator, left: object, right: object) -> object:
    """What `left op right` is; None where that is not told."""
    if isinstance(left, OfEachClass) or isinstance(right, OfEachClass):
        sides = [side.of if isinstance(side, OfEachClass) else side for side in (left, right)]
        return OfEachClass(combined_ratios(op, *sides))
    if not isinstance(left, Ratio) or not isinstance(right, Ratio):
        return None
    if isinstance(op, ast.Add):
        return _added(left, right)
    if not isinstance(op, ast.Mult | ast.Div) or (isinstance(op, ast.Div) and not right.factor):
        return None
    way = 1 if isinstance(op, ast.Mult) else -1
    images, classes, counts = (one + way * other for one, other in zip(left.powers, right.powers, strict=True))
    factor = left.factor * right.factor**way
    return Ratio(factor, images, classes, counts, left.of | right.of, left.all_of | right.all_of)


def _added(left: Ratio, right: Ratio) -> object:
    """The images of several classes together."""
    classes = [
        one.of if one.powers == COUNT.powers else one.all_of if one.powers == IMAGES.powers else frozenset()
        for one in (left, right)
    ]
    if ANY in classes or not all(classes) or (left.factor, right.factor) != (1, 1):
        return None
    return msgspec.structs.replace(IMAGES, all_of=classes[0] | classes[1])
