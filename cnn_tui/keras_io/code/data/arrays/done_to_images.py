"""What a script does to all images of an array that is no layer here: the dataset stays, and it is said."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import (
    BY_FILE_NAME,
    BY_PIXEL,
    DONE,
    GREYED,
    HALVES,
    OTHERS,
    THREEFOLD,
    TURNED,
    DatasetArrays,
)
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Instance, Named, Unknown, Value
from cnn_tui.network.rescaling import WHITE

CHANGES = {
    THREEFOLD: "grey images are given to three channels there ({}): here to one, and the first layer has fewer weights",
    GREYED: "the images are made grey there ({}): here they come in colours",
    TURNED: "the colours of the images are put into the other order there ({}): here they come as red, green and blue",
    OTHERS: "other images are put to those of the dataset there ({}): they are left out",
    BY_FILE_NAME: "{} is taken to be of mnist: fashion_mnist has files of the same names",
    HALVES: "both halves of the dataset are put together there ({}): here it is trained on the one, and tested on the "
    "other",
    DONE: "{} changes the images there as no layer here does: it is left out",
    BY_PIXEL: "each pixel is brought to 0 to 1 there by the smallest and the largest number that it has in any image "
    "({}): here by 0 and 255",
}
"""What is said of images to which more is done than layers do, with its place."""
_MOVES = {
    "transpose": ([(0, 3, 1, 2)], [(0, 2, 3, 1)]),
    "moveaxis": ([-1, 1], [3, 1], [1, -1], [1, 3]),
    "rollaxis": ([3, 1], [-1, 1], [1, 4]),
}
"""What functions are given that put the channels of images first, as Theano has them, or last again."""
_LEAVE_BYTES = (
    "abs", "absolute", "around", "ceil", "clip", "clip_by_value", "floor", "nan_to_num", "rint", "round", "where",
)  # fmt: skip
"""What leaves images as they are whose numbers are whole, and 0 to 255; and what chooses among others."""
_OTHER_COLOURS = (["...", "::-1"], [":", ":", ":", "::-1"])
"""What stands in brackets behind images whose colours come in the other order."""
_ENDS = {"max": 1, "amax": 1, "min": 0, "amin": 0}


def done_by(images: DatasetArrays, call: Call) -> Value:
    """What a function, given what is behind them, makes of images: others, or their largest or smallest number.

    None for any other.
    """
    name = call.name
    if images.what != "images":
        return None
    if name in _MOVES and (moved := _with_channels_moved(images, name, call.values)) is not None:
        return moved
    if effect_of(name).changes_each:
        return images.with_change(DONE, f"{name} ({call.place})")
    numbers = images.numbers
    is_plain = numbers.centered is None and images.to_length_1 is None and not images.is_prepared
    if name not in _ENDS or call.unnamed or "axis" in call.given or images.dataset not in BUILT_IN or not is_plain:
        return None
    return sorted((numbers.offset, numbers.scale * WHITE + numbers.offset))[_ENDS[name]]


def _with_channels_moved(images: DatasetArrays, name: str, given: list[Value]) -> DatasetArrays | None:
    """Images with their channels first where they were last, and the other way round; None for anything else.

    The network's own shape says where it takes them: that is told with it.
    """
    axes = _axes_moved(name, given)
    if axes is None or len(images.sizes) != 3:
        return None
    one, other, third = images.sizes
    is_to_front = axes in ([(0, 3, 1, 2)], [-1, 1], [3, 1])
    return images.reshaped((third, one, other) if is_to_front else (other, third, one))


def _axes_moved(name: str, given: list[Value]) -> list[Value] | None:
    """What such a function is given that puts channels first or last; None for anything else."""
    axes = [tuple(one) if isinstance(one, list) else one for one in given]
    axes = [tuple(axes)] if name == "transpose" and len(axes) == 4 else axes
    return axes if axes in _MOVES[name] else None


def done_to_rows(call: Call) -> str:
    """What a function does to the images that the rows of an array are, and where; "" for nothing."""
    name, given = call.name, (call.besides if isinstance(call.callee, Named) else call).values
    is_same = name in _LEAVE_BYTES or (name in _MOVES and (not given or _axes_moved(name, given) is not None))
    return f"{name} ({call.place})" if effect_of(name).changes_each and not is_same else ""


def with_other(op: ast.operator, images: DatasetArrays, other: Value, place: str) -> DatasetArrays | None:
    """`images + noise` and `images ** 2`; None for arithmetic that is followed, or that gives another scale."""
    if isinstance(op, ast.Pow):
        return images.with_change(DONE, f"a power ({place})")
    if isinstance(op, ast.Add | ast.Sub) and isinstance(other, Unknown):
        return images.with_change(DONE, str(other))
    return None


def thresholded(op: ast.cmpop, images: Value, number: Value, place: str) -> DatasetArrays | None:
    """`images > 0.5`, which leaves black and white; None for the comparison of anything else."""
    if not isinstance(images, DatasetArrays) or images.what != "images" or type(number) not in (int, float):
        return None
    if not isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
        return None
    return images.in_black_and_white().with_change(DONE, f"a threshold ({place})")


def labels_with(op: ast.operator, labels: DatasetArrays, number: Value, place: str) -> DatasetArrays:
    """Labels behind arithmetic, which are others unless it leaves each as it is."""
    stays = number in (0, 1) and number == int(isinstance(op, ast.Mult | ast.Div | ast.Pow))
    return labels if stays else msgspec.structs.replace(labels, numbers=labels.numbers.set_at(place))


def by_scaler(scaler: str, images: Value, place: str) -> DatasetArrays | None:
    """What a scaler of scikit-learn's makes of images that are rows of numbers; None for anything else."""
    name, _, method = scaler.partition("(")
    if not method.endswith((".fit_transform", ".transform")) or not isinstance(images, DatasetArrays):
        return None
    if images.what != "images" or len(images.sizes) != 1:
        return None
    if name == "StandardScaler" and images.numbers.centered is None:
        return msgspec.structs.replace(images, numbers=images.numbers.evened((0,)))
    if name == "MinMaxScaler":
        return images.in_black_and_white().with_change(BY_PIXEL, place)
    return None


def part_of_each(images: DatasetArrays, indices: Sequence[ast.expr], place: str) -> DatasetArrays:
    """`x[:, 4:24, 4:24]` and `x[:, ::-1]`: a part of each image, or each in another order.

    Raises ValueError for anything else.
    """
    if len(images.sizes) == 3 and [*map(ast.unparse, indices)] in _OTHER_COLOURS:
        return images.with_change(TURNED, place)
    ends = [_ends(index, size) for index, size in zip(indices[1:3], images.sizes, strict=False)]
    if len(images.sizes) < 2 or len(indices) > 3 or ast.unparse(indices[0]) != ":":
        raise ValueError("a part of each image")
    if any(end is None for end in ends):
        return images.with_change(DONE, f"another order of the pixels ({place})")
    ends += [(0, size) for size in images.sizes[len(ends) : 2]]
    (top, bottom), (left, right) = ((end or (0, 0)) for end in ends)
    height, width = images.sizes[:2]
    cut = {"cropping": ((top, height - bottom), (left, width - right))}
    sizes = (bottom - top, right - left, *images.sizes[2:])
    return msgspec.structs.replace(images, sizes=sizes, layers=(*images.layers, Instance("Cropping2D", cut, place)))


def _ends(index: ast.expr, size: int) -> tuple[int, int] | None:
    """Where a slice begins and ends; None where it is all in the reverse order. Raises ValueError for any other."""
    if not isinstance(index, ast.Slice):
        raise ValueError("no slice")
    lower, upper, step = (
        None if one is None else ast.literal_eval(one) for one in (index.lower, index.upper, index.step)
    )
    if (lower, upper, step) == (None, None, -1):
        return None
    first, end, _ = slice(lower, upper).indices(size)
    if step not in (None, 1) or not first < end:
        raise ValueError("a part that is not followed")
    return first, end
