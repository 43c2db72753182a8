"""The arrays of a dataset in a script: how they are loaded and split, and what NumPy makes of them."""

from __future__ import annotations

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.data.describe import describe
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays, Lengths, NpzFile, half_of, numbered
from cnn_tui.keras_io.code.data.arrays.done_to_images import done_by
from cnn_tui.keras_io.code.data.arrays.idx_files import idx_call, openml_call
from cnn_tui.keras_io.code.data.arrays.npz_arrays import of_package
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Share
from cnn_tui.keras_io.code.data.pictures.pictures import image_layer
from cnn_tui.keras_io.code.data.shares import takes_some
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.numbers import Statistic
from cnn_tui.keras_io.code.values import Instance, Named, Unknown, Value

_OF_PACKAGE = tuple(f"mnist.{half}_{what}" for half in ("train", "test") for what in ("images", "labels"))
"""Functions of the package `mnist`."""
_LEAST = 1e-6
_ORDERS = ("arange", "permutation", "sort", "shuffle")
"""Functions that give places in an array: only how many counts."""


def arrays_call(call: Call) -> Value:
    """What a function makes of a dataset's arrays, or of places in them; None where it has nothing to do with them."""
    name, unnamed, place = call.name, call.unnamed, call.place
    if call.path in _OF_PACKAGE:
        return of_package(*name.split("_"))
    if (read := idx_call(call)) is not None:
        return read
    if (fetched := openml_call(call)) is not None:
        return fetched
    if name == "load" and isinstance(call.first, str) and call.first.endswith(".npz"):
        return NpzFile(call.first)
    arrays = next((one for one in unnamed if isinstance(one, DatasetArrays)), None)
    if (given_back := _given_back(call)) is not None:
        return given_back
    if arrays is not None and name in ("shuffle", "permutation"):
        return arrays.mixed()
    if arrays is not None and arrays.what == "images":
        if name == "normalize" and call.is_keras:
            lengths = _lengths(arrays, call.get(1, "axis", usual=-1), place)
            return msgspec.structs.replace(arrays, to_length_1=lengths)
        if name == "resize" and "image" in call.path.split("."):
            layer = image_layer(call.besides) if len(arrays.sizes) == 3 else None
            return (arrays.resized(layer) if layer is not None else None) or Unknown("", place)
        if name == "resize_with_crop_or_pad":
            return _with_border(arrays, call.besides) or Unknown("", place)
    if name in ("choice", "sample") and unnamed and (drawn := _drawn(call)) is not None:
        return drawn
    if arrays is not None and arrays.what == "images" and name == "pad":
        return _padded(arrays, call.besides) or Unknown("", place)
    if arrays is not None and (found := of_arrays(arrays, call.besides)) is not None:
        return found
    if arrays is not None and (found := done_by(arrays, call.besides)) is not None:
        return found
    if name in _ORDERS and unnamed:
        if isinstance(unnamed[0], Share | range):
            return unnamed[0]
        return range(unnamed[0]) if type(unnamed[0]) is int else Unknown("", place)
    if name == "default_rng":
        return Named("numpy.random")
    if name == "train_test_split":
        return _split(call)
    return _loaded(call) if name == "load_data" else None


def _given_back(call: Call) -> list[Value] | None:
    """What scikit-learn's `shuffle` and `resample` make of several arrays, in their order; None for any other call."""
    known = [one for one in call.unnamed if isinstance(one, DatasetArrays | Unknown)]
    if call.name not in ("shuffle", "resample") or not known or len(call.unnamed) < 2:
        return None
    if not takes_some(call):
        return [one.mixed() if isinstance(one, DatasetArrays) else one for one in call.unnamed]
    if any(isinstance(one, DatasetArrays) for one in known):
        return None
    return [one.with_some_rows(call.place) if isinstance(one, Unknown) else one for one in call.unnamed]


def _padded(images: DatasetArrays, call: Call) -> DatasetArrays | None:
    """What NumPy's pad makes of images: a border of zeros; None where it makes another one, or where it is not told."""
    widths = call.get(0, "pad_width")
    mode = call.get(1, "mode", usual="constant")
    rest = {name for name in call.given if name not in ("pad_width", "mode") and call.given[name] not in (0, None)}
    pairs = [tuple(one) if isinstance(one, list | tuple) else (one, one) for one in widths] if _is_list(widths) else []
    if (
        mode != "constant"
        or rest
        or len(pairs) != len(images.sizes) + 1
        or len(images.sizes) < 2
        or images.numbers.offset
    ):
        return None
    whole, rows, columns, *channels = pairs
    if not all(type(end) is int for pair in pairs for end in pair) or any(any(pair) for pair in (whole, *channels)):
        return None
    sizes = (images.sizes[0] + sum(rows), images.sizes[1] + sum(columns), *images.sizes[2:])
    border = Instance("ZeroPadding2D", {"padding": (rows, columns)}, call.place)
    return msgspec.structs.replace(images, sizes=sizes, layers=(*images.layers, border))


def _with_border(images: DatasetArrays, call: Call) -> DatasetArrays | None:
    """What TensorFlow makes of images that are to be larger: a border of zeros around them; None of larger ones."""
    sides = [*call.unnamed, *(call.given[name] for name in ("target_height", "target_width") if name in call.given)]
    if len(sides) != 2 or not all(type(side) is int for side in sides) or len(images.sizes) != 3:
        return None
    spare = [side - size for side, size in zip(sides, images.sizes[:2], strict=True)]
    if min(spare) < 0:
        return None
    widths = [(0, 0), *((one // 2, one - one // 2) for one in spare), (0, 0)]
    return _padded(images, Call(call.callee, call.place, (widths,)))


def _drawn(call: Call) -> range | Share | None:
    """So many places of an array that are drawn at random: only how many counts; None where that is not told."""
    many = call.get(1, "size", "k")
    if isinstance(many, Share) and many == call.first:
        return many
    whole = len(call.first) if isinstance(call.first, range) else call.first
    return range(many) if type(many) is int and type(whole) is int and 0 <= many <= whole else None


def _is_list(value: Value) -> bool:
    return isinstance(value, list | tuple)


def _lengths(images: DatasetArrays, axis: Value, place: str) -> Lengths:
    """What Keras's `normalize` makes 1 long, along an axis of an array of images."""
    what, alike = _along(images, axis)
    numbers = images.numbers
    is_plain = numbers.centered is None and not numbers.offset and images.to_length_1 is None
    return Lengths(what, alike if is_plain else None, numbers.scale, place)


def _along(images: DatasetArrays, axis: Value) -> tuple[str, str | None]:
    """What an array of images has along one of its axes, of which the first is that of the images.

    In words, and as a UnitNormalization calls it; None where that has no word for it.
    """
    sizes = images.sizes
    if type(axis) is not int or not -len(sizes) - 1 <= axis <= len(sizes):
        return "a part of each image", None
    axis %= len(sizes) + 1
    if axis == 0:
        return "each place of an image, over all images,", None
    if len(sizes) == 1:
        return "each image", "image"
    if axis == 3:
        return "each pixel" if sizes[2] == 1 else "the colour of each pixel", "channel"
    of = " of each colour" if len(sizes) == 3 and sizes[2] > 1 else ""
    line = "column" if axis == 1 else "row"
    return f"each {line}{of} of an image", line


def of_arrays(arrays: DatasetArrays, call: Call) -> Value:
    """What a function, given what is behind them, or a method makes of arrays; None for any other."""
    if call.name == "reshape" and arrays.what == "images":
        told = (*call.unnamed, call.given.get("newshape"), call.given.get("shape"))
        shape = next((one for one in told if isinstance(one, tuple | list)), call.unnamed)
        return arrays.arranged(shape) if shape else arrays
    if (left := _left_by(arrays, call.name)) is not None:
        return left
    if call.name == "delete":
        return _without(arrays, call)
    if arrays.what == "images" and call.name in ("mean", "std"):
        return _statistic(arrays, call.name, call.get(0, "axis"))
    return range(_classes(arrays)) if arrays.what == "labels" and call.name == "unique" else None


def _statistic(images: DatasetArrays, kind: str, axis: Value) -> Statistic | None:
    """The mean or the spread of images; None where it is not told over which axes."""
    dimensions = len(images.sizes) + 1
    axes = tuple(range(dimensions)) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    if not all(type(one) is int and -dimensions <= one < dimensions for one in axes):
        return None
    return Statistic(kind, tuple(sorted(one % dimensions for one in axes)))


def _left_by(arrays: DatasetArrays, name: str) -> DatasetArrays | None:
    """Arrays behind a function, or a method, that leaves the numbers in them; None behind any other."""
    effect = effect_of(name)
    if arrays.what == "labels" and effect.classes and effect.makes_array and not effect.numbers:  # one-hot
        return arrays.reshaped((_classes(arrays),))
    if name == "expand_dims":
        return arrays.with_channel()
    return arrays if effect.leaves_all else None


def _without(arrays: DatasetArrays, call: Call) -> Value:
    """What NumPy's delete leaves; None where its numbers are not known, or it takes rows out of each image.

    Of images to test on only how many there are counts.
    """
    numbers, axis = call.get(0, "obj"), call.get(1, "axis")
    if axis != 0 and (axis is not None or arrays.what == "images"):
        return None
    if arrays.half == "train":
        return arrays.without(numbers)
    gone = sum(one.size for one in numbered(numbers) or ())
    return arrays.some(arrays.count - gone) if arrays.count is not None and 0 < gone < arrays.count else None


def _classes(labels: DatasetArrays) -> int:
    return describe(labels.dataset, labels.options).classes


def _loaded(call: Call) -> Value:
    """The two halves of a dataset of Keras's."""
    name = call.path.split(".")[-2]
    if name not in BUILT_IN:
        return Unknown("", call.place)
    return tuple((one, one.labels()) for one in (half_of(name, half) for half in ("train", "test")))


def _split(call: Call) -> Value:
    """What scikit-learn's train_test_split gives: of each array two parts."""
    learned, share = call.given.get("train_size"), call.given.get("test_size")
    if share is None:
        share = 0.25 if learned is None else round(1 - learned, 6) if isinstance(learned, float) else None
    shares = (round(1 - share, 6) if learned is None and isinstance(share, float) else learned, share)
    parts: list[Value] = []
    read = any(isinstance(one, Folder) and BY_HAND in one.arguments for one in call.unnamed)
    for arrays in call.unnamed if not read else ():
        known = [part for part in shares if isinstance(part, float)]
        if isinstance(arrays, Unknown) and len(known) == len(shares):
            parts += [arrays.of_share(part, is_rest=at > 0) for at, part in enumerate(known)]
            continue
        if isinstance(arrays, Unknown) and arrays.table is not None:  # so many rows of a table
            parts += [arrays.with_some_rows(call.place)] * 2
            continue
        counts = _counts(learned, share, arrays.count) if isinstance(arrays, DatasetArrays) else None
        if counts is None:
            return Unknown("", call.place)
        if call.given.get("shuffle") is False:
            parts += [arrays.part(range(counts[0])), arrays.part(range(counts[0], sum(counts)))]
            continue
        parts += [arrays.some(count, is_drawn=True) for count in counts]
    return _split_pictures(shares, call) if read else parts


def _counts(learned: Value, held: Value, whole: int | None) -> tuple[int, int] | None:
    """How many of `whole` images are in each part, of which at least one is told as a share or a number."""
    told = [one for one in (learned, held) if one is not None]
    if whole is None or not all(isinstance(one, int | float) for one in told):
        return None
    many = [round(one * whole) if one < 1 else int(one) for one in told]
    if learned is None:
        return whole - many[0], many[0]
    return many[0], many[1] if len(many) == 2 else whole - many[0]


def _split_pictures(shares: tuple[Value, Value], call: Call) -> Value:
    """The same of pictures that are read by hand, and their labels."""
    learned, share = shares
    if not all(isinstance(part, float) and 0 < part < 1 for part in shares):
        return Unknown("", call.place)
    parts: list[Value] = []
    for one in call.unnamed:
        if not isinstance(one, Folder):
            parts += [Unknown("labels", call.place)] * 2
            continue
        start, end = one.part or (0.0, 0.0)
        middle, first = end - share * (end - start), start + learned * (end - start)
        first = middle if abs(first - middle) < _LEAST else first
        known = one.part is not None
        parts += [msgspec.structs.replace(one, part=(start, first) if known else None)]
        parts += [msgspec.structs.replace(one, part=(middle, end) if known else None)]
    return parts
