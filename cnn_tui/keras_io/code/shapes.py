"""The sizes of arrays that are not known otherwise: what a reshape, a new axis or a slice says of them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.values import Named, Unknown, Value

_LEAVE = (
    "array", "asarray", "astype", "cast", "constant", "convert_to_tensor", "copy", "float32", "shuffle", "to_numpy",
)  # fmt: skip
"""Functions and methods that leave the sizes of an array."""
_ARRANGE = ("reshape", "expand_dims")


def with_sizes(made: Unknown, callee: Value, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Unknown:
    """What a call gives that is not known otherwise, with the sizes of one of its images where the call tells them."""
    if isinstance(callee, Named):
        name, of, more = callee.name, unnamed[0] if unnamed else None, unnamed[1:]
    elif isinstance(callee, Unknown):
        name, of, more = callee.what.rpartition(".")[2], callee, unnamed
    else:
        return made
    sizes = of.sizes if isinstance(of, Unknown) else None
    if name in _ARRANGE and isinstance(of, Unknown):
        shape = [*more, *(given[key] for key in ("newshape", "shape", "axis") if key in given)]
        sizes = _reshaped(shape) if name == "reshape" else _expanded(sizes, shape)
    elif name not in _LEAVE:
        sizes = None
    return msgspec.structs.replace(made, sizes=sizes)


def _reshaped(shape: Sequence[Value]) -> tuple[int, ...] | None:
    """The sizes of an image in an array of this shape; None where one of them is open."""
    whole = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    sizes = tuple(whole[1:])
    return sizes if len(sizes) in (1, 2, 3) and all(type(size) is int and size > 0 for size in sizes) else None


def _expanded(sizes: tuple[int, ...] | None, axis: Sequence[Value]) -> tuple[int, ...] | None:
    return (*sizes, 1) if sizes is not None and [*axis] in ([-1], [len(sizes) + 1]) else None


def shape_of(array: Unknown) -> tuple[Value, ...]:
    """The shape of an array whose images have known sizes. Raises AttributeError for another."""
    if array.sizes is None:
        raise AttributeError("only known once it is read")
    return (Unknown(f"{array.what}.shape[0]"[:60], array.place), *array.sizes)


def some_of(array: Unknown, index: ast.expr, made: Unknown) -> Unknown:
    """What `array[index]` is, `made` but for its sizes: some of its images, or all with one axis more."""
    if isinstance(index, ast.Tuple):
        axes = [ast.unparse(one) for one in index.elts]
        is_new = axes[-1].endswith(("newaxis", "None")) and set(axes[:-1]) <= {"...", ":"}
        return msgspec.structs.replace(made, sizes=(*array.sizes, 1)) if is_new and array.sizes else made
    is_one = isinstance(index, ast.Constant)
    return made if is_one else msgspec.structs.replace(made, sizes=array.sizes)
