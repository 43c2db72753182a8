"""What stands in brackets behind something of a script: one of a list, some of a dataset's images, a part of a name."""

from __future__ import annotations

import ast
from collections.abc import Callable

import msgspec

from cnn_tui.data.describe import describe
from cnn_tui.keras_io.code.attributes import attribute, is_base
from cnn_tui.keras_io.code.data.array_values import DatasetArrays, HeldOutMask, NpzFile, Rows, rows_of
from cnn_tui.keras_io.code.data.arrays.any_image import AnyNumber, any_of
from cnn_tui.keras_io.code.data.arrays.done_to_images import part_of_each
from cnn_tui.keras_io.code.data.arrays.npz_arrays import array_in
from cnn_tui.keras_io.code.data.data_values import (
    BY_HAND,
    AnyEntry,
    AnyPlace,
    ClassNames,
    ClassWeights,
    Folder,
    OfEach,
    OfName,
    Share,
)
from cnn_tui.keras_io.code.data.files.below import name_asked
from cnn_tui.keras_io.code.data.files.file_loops import is_of_files, name_at
from cnn_tui.keras_io.code.data.pipelines.tensorflow_sets import PERCENT
from cnn_tui.keras_io.code.data.shapes import adds_axis, are_whole, index_of_images, sizes_of
from cnn_tui.keras_io.code.data.shares import RowMask
from cnn_tui.keras_io.code.network.applications import WITH_TOP
from cnn_tui.keras_io.code.values import (
    HISTORY,
    OPTIONS,
    InnerLayer,
    InnerLayers,
    Instance,
    Named,
    Tensor,
    Unknown,
    Value,
)


def in_brackets(owner: Value, index: ast.expr, read: Callable[[ast.expr], Value], place: str) -> Value:
    """What `owner[index]` is, of which `read` gives what stands in the brackets. Raises as `part_of` does."""
    if isinstance(owner, DatasetArrays | Folder) and isinstance(index, ast.Tuple) and index.elts:
        of_images = isinstance(owner, Folder) or owner.what == "images"
        if of_images and isinstance(owner, DatasetArrays) and adds_axis(index.elts):
            owner = owner.with_channel()
        if isinstance(owner, DatasetArrays) and of_images and not are_whole(index.elts[1:]):
            return part_of_each(owner, index.elts, place)
        return in_brackets(owner, index_of_images(index.elts, of_images), read, place)
    if isinstance(owner, Named) and owner.path == "numpy.r_":
        return rows_of([*map(read, index.elts if isinstance(index, ast.Tuple) else [index])])
    if isinstance(owner, Folder) and (sizes := sizes_of(owner)) is not None:
        return _some_pictures(owner, read(index)) or Unknown(f"pictures[{ast.unparse(index)}]", place, sizes=sizes)
    return part_of(owner, read(index))


def part_of(owner: Value, index: Value) -> Value:
    """What `owner[index]` is, where `index` may be a slice.

    Raises TypeError, ValueError or LookupError where it is not known.
    """
    if isinstance(owner, InnerLayers) and (index == -1 or (index == -2 and WITH_TOP in owner.whole[0].arguments)):
        base = owner.whole[0]
        return InnerLayer(Tensor(base.arguments.get("input_shape"), owner.whole))
    if isinstance(owner, ClassWeights):
        return owner
    if isinstance(owner, Named) and owner.path == PERCENT and isinstance(index, slice):
        return index
    if isinstance(owner, NpzFile):
        return array_in(owner, index)
    if isinstance(owner, ClassNames) and isinstance(index, AnyPlace):
        return name_at(owner, index)
    if isinstance(owner, AnyEntry | OfName) or isinstance(index, AnyEntry | OfName):
        return name_asked(owner, index)
    if isinstance(owner, Folder) and (some := _some_pictures(owner, index)) is not None:
        return some
    if isinstance(index, AnyNumber):
        if not isinstance(owner, DatasetArrays):
            raise TypeError("only known once it is run")
        return any_of(owner, index)
    if isinstance(owner, DatasetArrays):
        return _some_images(owner, index)
    if isinstance(owner, Instance) and owner.kind == OPTIONS:
        return attribute(owner, index)
    if isinstance(owner, Instance) and owner.kind == HISTORY and isinstance(index, str):
        return [Unknown(f"{index} of an epoch", owner.place) for _ in owner.arguments["epoch"]]
    if isinstance(index, slice):
        if isinstance(owner, list) and any(is_base(one) for one in owner):
            raise ValueError("some of the layers of a network that is one layer here")
        if is_of_files(owner):
            raise ValueError("some of the files of a folder")
        if index.step is not None or not isinstance(owner, list | tuple | str | range):
            raise ValueError("a slice that is not followed")
    return owner[index]


def _some_images(images: DatasetArrays, index: Value) -> DatasetArrays:
    """`x_train[:50000]`, `x_train[order]`."""
    if isinstance(index, HeldOutMask):
        if index.is_other:
            return images
        count = describe(images.dataset, images.options).test_images
        return msgspec.structs.replace(images, half="test", whole=count, count=count)
    if images.count is None:
        return images
    if isinstance(index, slice):
        ends = (index.start, index.stop, index.step)
        if not all(end is None or type(end) is int for end in ends) or index.step == 0:
            return images.some(None)
        rows = range(images.count)[index]
        return images.part(rows) if rows.step == 1 else images.some(len(rows))
    if isinstance(index, list | tuple) and (not index or is_of_files(index)):
        numbers = index[0].value if len(index) == 1 and isinstance(index[0], OfEach) else None
        return any_of(images, numbers).of if isinstance(numbers, AnyNumber) else images.some(None)  # filled by a loop
    if isinstance(index, list | Rows) and (chosen := images.listed(index)) is not None:
        return chosen
    return images.some(len(index) if isinstance(index, range | list | tuple) else None, is_drawn=True)


def _some_pictures(pictures: Folder, index: Value) -> Folder | None:
    """`X[:int(0.8 * len(X))]`, or `X[order]`, of pictures that are read by hand; None where it is not told which."""
    if isinstance(index, RowMask) and BY_HAND in pictures.arguments and pictures.part is not None:
        low, high = pictures.part
        size = index.share * (high - low)
        return msgspec.structs.replace(pictures, part=(high - size, high) if index.is_rest else (low, low + size))
    ends = (index.start, index.stop) if isinstance(index, slice) else (None, index)
    if BY_HAND not in pictures.arguments or not all(isinstance(end, Share | int | None) for end in ends):
        return None
    if isinstance(index, slice) and any(type(end) is int for end in ends):  # of how many, only running tells
        return msgspec.structs.replace(pictures, part=None)
    if pictures.part is None:
        return pictures
    low, high = pictures.part
    first, end = (end.part * (high - low) if isinstance(end, Share) else None for end in ends)
    part = (low if first is None else min(low + first, high), high if end is None else min(low + end, high))
    return msgspec.structs.replace(pictures, part=part)
