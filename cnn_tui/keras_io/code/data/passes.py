"""How often an epoch shows every image, by the words in which a script has the number of its steps."""

from __future__ import annotations

import ast
import math
from typing import NamedTuple

import msgspec

from cnn_tui.keras_io.code.data.data_values import MIXED_ONCE, PARTED_ANEW, TAKEN, Folder
from cnn_tui.keras_io.code.effects import called_name, effect_of, given_to
from cnn_tui.keras_io.code.values import Value

_LEAST_BATCH = 8
"""Images: what the number of images is divided by is else no batch of another size."""


class _Steps(NamedTuple):
    """`factor` times the images to the power of `images`, and the images in a batch to that of `size`.

    `told` is to what power they are in the factor as a number.
    """

    factor: float
    images: int = 0
    size: int = 0
    told: int = 0


def passes(steps: str, batch_size: object) -> float | None:
    """How often `len(x) / 32 * 2` steps of so many images show every image; None where that is not told.

    Any name that the number of images is divided by is taken for the size of a batch, and so is a number where that
    size is not known, None.
    """
    size = batch_size if type(batch_size) is int else 0
    try:
        found = _read(ast.parse(steps, mode="eval").body, size)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError):
        return None
    if found is None or found.images != 1 or found.factor <= 0:
        return None
    if found.size + found.told == -1:
        return found.factor * (size if found.told else 1)
    is_by_number = found.size == found.told == 0 and found.factor <= 1 / _LEAST_BATCH
    return (found.factor * size if size else 1.0) if is_by_number else None


def by_number(node: ast.BinOp, divisor: object) -> ast.BinOp | None:
    """`len(x) // size` with the number that a script has for `size`; None for any other arithmetic."""
    if not isinstance(node.op, ast.Div | ast.FloorDiv) or type(divisor) is not int or divisor <= 0:
        return None
    count = _read(node.left, 0)
    if count is None or count.images != 1 or isinstance(node.right, ast.Constant):
        return None
    return ast.copy_location(ast.BinOp(node.left, node.op, ast.Constant(divisor)), node)


def part_of_all(count: str) -> float | None:
    """Which share of all `int(0.8 * len(x))` is; None where that is not told, or for no part of them."""
    try:
        found = _read(ast.parse(count, mode="eval").body, 0)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError):
        return None
    is_part = found is not None and (found.images, found.size) == (1, 0) and 0 < found.factor < 1
    return found.factor if found is not None and is_part else None


def with_batches_taken(data: Value, watched: Value, fitted: dict[str, Value]) -> tuple[Value, Value, dict[str, Value]]:
    """Pipelines of which a script takes some batches, others in each epoch, and a fit that says how many."""
    folders = [one for one in (data, watched) if isinstance(one, Folder)]
    if len({str(one.path) for one in folders}) < len(folders) and not all("subset" in one.arguments for one in folders):
        return data, watched, fitted  # what is not taken may be what validates
    wholes: list[Value] = []
    for one, name in ((data, "steps_per_epoch"), (watched, "validation_steps")):
        taken = one.arguments.get(TAKEN) if isinstance(one, Folder) and not one.arguments.get(MIXED_ONCE) else None
        size = one.arguments.get("batch_size") if isinstance(one, Folder) else None
        if taken is not None and type(size) is int and size > 0:
            one = msgspec.structs.replace(one.without(PARTED_ANEW), part=taken[1])
            fitted = {name: math.ceil(taken[0] / size), **fitted}
        wholes.append(one)
    return wholes[0], wholes[1], fitted


def _read(node: ast.expr, batch_size: int) -> _Steps | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return _Steps(float(number), told=int(number == batch_size))
        case ast.Call(func=ast.Name(id="len"), args=[_]) | ast.Attribute(attr="samples" | "n" | "num_examples"):
            return _Steps(1.0, images=1)
        case ast.Subscript(value=ast.Attribute(attr="shape"), slice=ast.Constant(value=0)):
            return _Steps(1.0, images=1)
        case ast.Call() if (effect_of(called_name(node)).count or effect_of(called_name(node)).leaves_all) and (
            of := given_to(node)
        ) is not None:
            return _read(of, batch_size)
        case ast.Name() | ast.Attribute():
            return _Steps(1.0, size=1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            one, other = _read(left, batch_size), _read(right, batch_size)
            is_little = one is not None and other is not None and (other == one or (one.images and not other.images))
            return one if is_little else None  # so that the last batch is full, or of two sets together
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(_read(left, batch_size), op, _read(right, batch_size))
    return None


def _combined(left: _Steps | None, op: ast.operator, right: _Steps | None) -> _Steps | None:
    if left is None or right is None:
        return None
    if not isinstance(op, ast.Mult | ast.Div | ast.FloorDiv):
        return None
    way = 1 if isinstance(op, ast.Mult) else -1
    images, size, told = (one + way * other for one, other in zip(left[1:], right[1:], strict=True))
    return _Steps(left.factor * right.factor**way, images, size, told)
