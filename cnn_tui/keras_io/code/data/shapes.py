"""The sizes of arrays and pictures that are not known otherwise: what a reshape, a new axis or a slice says of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, OfEach, ReadPicture
from cnn_tui.keras_io.code.data.pictures.picture_forms import changed_form, changed_numbers, read_form
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.picture_form import PictureForm
from cnn_tui.keras_io.code.values import Named, Unknown, Value

_READERS = (
    "h5py.File", "joblib.load", "mat73.loadmat", "numpy.load", "pandas.read_hdf", "pandas.read_pickle",
    "scipy.io.loadmat",
)  # fmt: skip
_OPENED = re.compile(r"open\((['\"])([^'\"]+)\1")
_HANDED_ON = ("prefetch", "cache", "repeat", "shuffle", "map", "with_options", "apply", "take", "skip")
"""Methods of a pipeline that leave how many images come at once."""
_ARRANGE = ("reshape", "expand_dims")


def with_sizes(made: Unknown, call: Call) -> Unknown:
    """What a call gives that is not known otherwise, with the sizes of one of its images where the call tells them.

    So too with how many of them come at once.
    """
    found = _sized(made, call)
    size = _batch_size(call)
    numbers = found.numbers or Numbers()
    return found if size is None else msgspec.structs.replace(found, numbers=numbers.in_batches(size))


def _file_of(call: Call) -> str:
    """The file that a function reads arrays from, of NumPy, h5py, SciPy or pickle; "" for any other."""
    if call.path in _READERS and isinstance(call.first, str):
        return call.first
    opened = _OPENED.match(call.first.what) if call.name == "load" and isinstance(call.first, Unknown) else None
    return opened[2] if opened is not None else ""


def _batch_size(call: Call) -> int | None:
    """In batches of how many images what a call gives comes; None where it does not tell."""
    size = call.given.get("batch_size", call.first if call.name == "batch" else None)
    if type(size) is int and size > 0:
        return size
    before = call.callee.numbers if isinstance(call.callee, Unknown) and call.name in _HANDED_ON else None
    return before.batch_size if before is not None else None


def _sized(made: Unknown, call: Call) -> Unknown:
    """The same without the batches."""
    if (picture := picture_behind(call)) is not None:
        return msgspec.structs.replace(made, picture=picture, numbers=numbers_behind(call))
    if not isinstance(call.callee, Named | Unknown):
        return made
    if isinstance(call.callee, Named) and (file := _file_of(call)):
        return msgspec.structs.replace(made, numbers=Numbers(file=file))
    sizes = sizes_of(call.of)
    if call.name in _ARRANGE and isinstance(call.of, Unknown):
        named = (call.given[key] for key in ("newshape", "shape", "axis") if key in call.given)
        shape = [*call.besides.unnamed, *named]
        sizes = _reshaped(shape) if call.name == "reshape" else _expanded(sizes, shape)
    elif not (effect_of(call.name).numbers and effect_of(call.name).shape):
        return made
    return msgspec.structs.replace(made, sizes=sizes, numbers=numbers_of(call.of))


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
    if array.picture is not None:  # a part of one, of another size
        part = msgspec.structs.replace(array.picture, size=None)
        return msgspec.structs.replace(made, picture=part, numbers=array.numbers)
    if isinstance(index, ast.Tuple):
        if array.sizes is None or not index.elts or not are_whole(index.elts[1:]):
            return made
        first = index.elts[0]
        sizes = (*array.sizes, 1) if _is_new(index.elts[-1]) else array.sizes
        is_whole = isinstance(first, ast.Slice) or _is_all(first)
        return msgspec.structs.replace(made, sizes=sizes, numbers=array.numbers) if is_whole else made
    if isinstance(index, ast.Constant) and isinstance(index.value, str):  # one of the arrays of a file
        return msgspec.structs.replace(made, numbers=array.numbers)
    is_one = isinstance(index, ast.Constant)
    return made if is_one else msgspec.structs.replace(made, sizes=array.sizes, numbers=array.numbers)


def index_of_images(indices: Sequence[ast.expr], of_images: bool) -> ast.expr:
    """Of `x[:100, :, :]` and its like the index of the images, or of the labels, of which others matter not.

    Raises ValueError where a part of each image is taken.
    """
    first, *others = indices
    if of_images and (_is_new(first) or not are_whole(others)):
        raise ValueError("a part of each image")
    return ast.Slice() if _is_all(first) else first


def adds_axis(indices: Sequence[ast.expr]) -> bool:
    """Whether an axis is added behind that of the images."""
    return any(map(_is_new, indices[1:]))


def are_whole(indices: Sequence[ast.expr]) -> bool:
    """Whether behind the index of the images nothing is taken away from each."""
    return all(_is_all(one) or _is_new(one) for one in indices)


def _is_all(index: ast.expr) -> bool:
    return ast.unparse(index) in ("...", ":")


def _is_new(index: ast.expr) -> bool:
    return ast.unparse(index).endswith(("newaxis", "None"))


def picture_behind(call: Call) -> PictureForm | None:
    """How a picture comes that a call gives, of which only running tells whose; None for anything else."""
    of = call.of
    if isinstance(of, Unknown) and of.picture is not None:
        return changed_form(of.picture, call.besides)
    return read_form(call.besides) if isinstance(call.callee, Named) else None


def part_of_read(picture: ReadPicture, made: Unknown) -> Unknown:
    """A part of a picture that a script reads, as of a face in it: `made`, with what is known of it."""
    return msgspec.structs.replace(made, picture=PictureForm(picture.form.is_grey), numbers=Numbers(of_bytes=True))


def numbers_behind(call: Call) -> Numbers | None:
    """What the numbers of such a picture are behind the call that gives it; they are read as 0 to 255."""
    of = call.of
    if not isinstance(of, Unknown) or of.picture is None:
        return Numbers(of_bytes=True)
    if of.numbers is None or not isinstance(call.callee, Named):
        return of.numbers
    return changed_numbers(of.numbers, call)


def numbers_of(listed: Value) -> Numbers | None:
    """What is done to the numbers of images, or of each picture of a list; None where that is not known."""
    if isinstance(listed, Unknown):
        return listed.numbers
    each = [one.value if isinstance(one, OfEach) else one for one in listed] if isinstance(listed, list | tuple) else []
    found = {one.numbers if isinstance(one, Unknown) else None for one in each}
    return found.pop() if len(found) == 1 else None


def sizes_of(listed: Value) -> tuple[int, ...] | None:
    """The shape of one picture of a list, or an array, of them; None where they are no pictures of one known size."""
    if isinstance(listed, Folder):
        size = listed.arguments.get("image_size", ()) if BY_HAND in listed.arguments else ()
        is_known = len(size) == 2 and all(type(side) is int for side in size)
        return (*size, 1 if listed.arguments["color_mode"] == "grayscale" else 3) if is_known else None
    if isinstance(listed, Unknown):
        return listed.sizes
    if not isinstance(listed, list | tuple) or not listed:
        return None
    each = [one.value if isinstance(one, OfEach) else one for one in listed]
    found = {one.picture.sizes if isinstance(one, Unknown) and one.picture is not None else None for one in each}
    return found.pop() if len(found) == 1 else None
