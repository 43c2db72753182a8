"""Loops over all images of a dataset's arrays: they are followed once, with any of the images in place of all."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import GREYED, OTHERS, THREEFOLD, TURNED, DatasetArrays
from cnn_tui.keras_io.code.data.arrays.done_to_images import done_by
from cnn_tui.keras_io.code.data.data_values import BY_NAME, Folder, OfEach
from cnn_tui.keras_io.code.data.pictures.picture_forms import (
    COLOURED,
    RESIZES,
    changed_numbers,
    is_conversion,
    made_of_colours,
    new_size,
)
from cnn_tui.keras_io.code.data.pictures.pictures import image_layer
from cnn_tui.keras_io.code.data.shapes import index_of_images
from cnn_tui.keras_io.code.data.tables.joins import is_below, put_along
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import Instance, Unknown, Value

MANY = 1000
"""A loop that goes round so often goes over data, and is not followed turn by turn."""
_FEW = 20
"""A loop over fewer images only looks at them."""


class AnyImage(msgspec.Struct, frozen=True, eq=False):
    """Any image, or label, of an array. `of` is the array of all of them, as it is once each is as this one."""

    of: DatasetArrays


class AnyNumber(msgspec.Struct, frozen=True):
    """The number of any of some images, which stand one after another."""

    rows: range


_WAYS = {"INTER_NEAREST": "nearest", "INTER_CUBIC": "bicubic", "INTER_LANCZOS4": "lanczos5"}
"""How OpenCV brings pictures to another size, by Keras's words; INTER_LINEAR else."""


def any_of(images: DatasetArrays, number: AnyNumber) -> AnyImage:
    """Any of the images of those numbers."""
    if images.count is None or number.rows == range(images.count):
        return AnyImage(images)
    return AnyImage(images.part(number.rows[: images.count]))


def goes_over_data(over: Value, held: Sequence[Value]) -> AnyNumber | None:
    """The number of any image, where a loop over numbers goes over all images of an array, which is `held` there."""
    if not isinstance(over, range) or over.step != 1:
        return None
    turns = max(over.stop - over.start, 0)  # which len has no number for where they are too many
    is_of_images = any(isinstance(one, DatasetArrays) and one.count == turns for one in held)
    return AnyNumber(over) if turns >= MANY or (turns >= _FEW and is_of_images) else None


def each_of_pipeline(over: Folder) -> list[Value] | None:
    """Any image of a pipeline of a dataset's arrays, and its label; None where more is done to it than arrays can say.

    A batch is taken for an image: what is made of all of them is the same.
    """
    images = over.path
    if over.generator is not None or over.notes or over.passed or over.added or images.what != "images":
        return None
    labels = images.labels()
    for layer in over.layers:
        scale, offset = (layer.arguments.get(name, usual) for name, usual in (("scale", 1.0), ("offset", 0.0)))
        if layer.kind == "Rescaling" and isinstance(scale, int | float) and isinstance(offset, int | float):
            images = images.scaled(scale, offset)
        elif layer.kind == "Resizing" and (sized := images.resized(layer)) is not None:
            images = sized
        else:
            return None
    if BY_NAME in over.arguments:
        return [{"image": AnyImage(images), "label": AnyImage(labels)}]
    return [(AnyImage(images), AnyImage(labels))]


def any_image_call(call: Call) -> Value:
    """What a function makes of any image, or of a list with each of them; None for any other."""
    first, name = call.first, call.name
    if isinstance(first, list | tuple) and first:
        parts, axis = put_along(call)
        is_whole = effect_of(name).makes_array or (parts is first and is_below(name, axis))
        if is_whole and all(isinstance(one, OfEach) for one in first):
            return together([one.value for one in first], call.place)
        if parts and all(isinstance(one, AnyImage) for one in first):
            is_grey = axis in (-1, 2) and len(first) == 3 and len({id(one.of) for one in first}) == 1
            made = coloured(first[0].of, call.place) if is_grey else None
            return Unknown("", call.place) if made is None else AnyImage(made)
    return changed_image(first, call.besides) if isinstance(first, AnyImage) else None


def changed_image(one: AnyImage, call: Call) -> AnyImage | Unknown:
    """What a function, given what is behind it, or a method makes of any image. Unknown with no words for others."""
    images, name, place = one.of, call.name, call.place
    found: DatasetArrays | None = None
    if is_conversion(name):
        found = in_colours(images, call)
    elif name == "repeat" and 3 in call.unnamed[:1] and call.given.get("axis", -1) in (-1, 2):
        found = coloured(images, place)
    elif name in RESIZES:
        found = _resized(images, call)
    elif name == "expand_dims":
        found = images.with_channel() if call.get(0, "axis") in (-1, 2) else None
    elif name == "reshape":
        shape = call.values
        found = images.arranged((-1, *(shape[0] if isinstance(shape[0], tuple | list) else shape))) if shape else None
    elif effect_of(name).leaves_all:
        found = images
    elif effect_of(name).shape:
        found = done_by(images, Call(call.callee, place))
    return Unknown("", place) if found is None else AnyImage(found)


def in_colours(images: DatasetArrays, call: Call) -> DatasetArrays | None:
    """The images in the colours that a function gives, or a picture's `convert`; None where they have no such."""
    made, place = made_of_colours(call), call.place
    if made == COLOURED:
        return images if _is_rgb(images) else coloured(images, place)
    if made == THREEFOLD:
        return coloured(images, place)
    if made is None or not _is_rgb(images):
        return images if made == GREYED and call.name == "convert" else None
    if made == TURNED:
        return images.with_change(TURNED, place)
    grey = {"sizes": images.sizes[:2], "numbers": changed_numbers(images.numbers, call)}
    return msgspec.structs.replace(images, **grey).with_change(GREYED, place)


def coloured(images: DatasetArrays, place: str) -> DatasetArrays | None:
    """Grey images, with the same in three channels; None of others."""
    if images.what != "images" or len(images.sizes) < 2 or images.sizes[2:] not in ((), (1,)):
        return None
    return msgspec.structs.replace(images, sizes=(*images.sizes[:2], 3)).with_change(THREEFOLD, place)


def _is_rgb(images: DatasetArrays) -> bool:
    return images.what == "images" and images.sizes[2:] == (3,)


def _resized(images: DatasetArrays, call: Call) -> DatasetArrays | None:
    """The images in another size, as OpenCV, Pillow, scikit-image, SciPy and TensorFlow give it."""
    if (size := new_size(call)) is None:
        return None
    if call.root == "tensorflow":
        layer = image_layer(call)
        return None if layer is None else images.resized(layer)
    usual = "bilinear" if "." in call.path else "bicubic"  # Pillow's method
    way = _WAYS.get(getattr(call.given.get("interpolation"), "name", ""), usual)
    images = msgspec.structs.replace(images, numbers=changed_numbers(images.numbers, call))
    arguments = {"height": size[0], "width": size[1], **({} if way == "bilinear" else {"interpolation": way})}
    return images.resized(Instance("Resizing", arguments, call.place))


def part_of_any(one: AnyImage, index: ast.expr) -> AnyImage:
    """`image[:, :, np.newaxis]`. Raises ValueError for a part of an image."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    last = ast.unparse(parts[-1])
    index_of_images([ast.Slice(), *parts], True)  # so that they are whole
    return AnyImage(one.of.with_channel() if last.endswith(("newaxis", "None")) else one.of)


def together(listed: Sequence[Value], place: str) -> DatasetArrays | Unknown | None:
    """The array of what a loop puts into a list, once for each image or row, or several times; None of other things."""
    if all(isinstance(one, Unknown) and one.table is not None for one in listed):
        table = msgspec.structs.replace(listed[0].table, is_array=True)
        return Unknown("what a loop reads of each row", place, table) if len(listed) == 1 else None
    images = next((one.of for one in listed if isinstance(one, AnyImage)), None)
    return images if len(listed) == 1 or images is None else images.with_change(OTHERS, place)


def set_by_loop(held: Value, at: Value, key: ast.expr, value: Value, unknown: Unknown) -> Value:
    """What an array is behind a loop that sets each of its images, by the number `at`, to a value.

    `unknown` where it is not known what each is set to; None where no loop over all images does it, or not to images.
    """
    if not _is_any_number(at, key):
        return None
    if isinstance(value, AnyImage):
        return value.of
    return unknown if isinstance(held, DatasetArrays) and held.what == "images" else None


def _is_any_number(at: Value, key: ast.expr) -> bool:
    """Whether `at`, the value of `key`, is the number of any image, behind which the whole image is meant."""
    if isinstance(at, tuple) and isinstance(key, ast.Tuple) and at:
        return isinstance(at[0], AnyNumber) and all(ast.unparse(one) in (":", "...", "0") for one in key.elts[1:])
    return isinstance(at, AnyNumber)
