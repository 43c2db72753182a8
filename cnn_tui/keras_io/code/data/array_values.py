"""A dataset's arrays as a script has them: which of its images they are, and what was done to those."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions
from cnn_tui.data.describe import describe
from cnn_tui.experiment.images.image_ranges import ImageRange, apart, compact, ranges_of, within
from cnn_tui.keras_io.code.numbers import Numbers, linear
from cnn_tui.keras_io.code.values import Instance, Value
from cnn_tui.network.rescaling import WHITE


class Lengths(msgspec.Struct, frozen=True):
    """What a script divides by its own length, as Keras's `normalize` does, which makes each of them 1 long."""

    what: str
    """As `each column of an image`."""
    axis: str | None
    """Which of a UnitNormalization's that is; None where it is none of them."""
    scale: float
    """The scale of the images before."""
    place: str


THREEFOLD = "threefold"
"""What is done to images: grey is given to three channels."""
GREYED = "greyed"
"""They are made grey."""
TURNED = "turned"
"""Their colours are put into the other order."""
OTHERS = "others"
"""Others are put to them, which the dataset does not have."""
DONE = "done"
"""Something is done to each of them that no layer does."""
BY_PIXEL = "by pixel"
"""Each of their pixels is brought to 0 to 1 by its own ends."""
BY_FILE_NAME = "by the name of a file"
"""They are taken to be MNIST's, though another dataset has files of the same names."""
HALVES = "halves"
"""Both halves of their dataset are put together."""


class DatasetArrays(msgspec.Struct, frozen=True):
    """The arrays of a dataset: of the `train` or the `test` half, the `images` or the `labels`.

    `whole` is how many there are in that half, and `count` how many of them these are; None where it is not known.
    `ranges` are which of them, where that is known, and () for all.
    """

    dataset: str
    half: str
    what: str
    sizes: tuple[int, ...]
    """The shape of one image."""
    whole: int
    count: int | None
    taken_from: int | None = None
    """Of how many these were taken."""
    ranges: tuple[ImageRange, ...] | None = ()
    drawn_of: tuple[ImageRange, ...] = ()
    """The images of which these are some, where it is not known which; () for any of them."""
    has_both: bool = False
    """Whether these are all of the training half, and all of the other behind them."""
    is_ordered: bool = True
    """Whether they stand in the order of the dataset."""
    is_drawn: bool = False
    """Whether chance decides which of the images these are."""
    numbers: Numbers = Numbers()
    """What is done to their bytes on the way into the model."""
    options: DataOptions = AS_THEY_ARE
    """How the pictures of a folder are wanted."""
    to_length_1: Lengths | None = None
    """Which numbers of theirs are divided by the length that they have together; None where none are."""
    layers: tuple[Instance, ...] = ()
    """What a script does to the images, as the layers that do the same; behind a preparation, all that it does."""
    changes: tuple[tuple[str, str], ...] = ()
    """What else it does to them, by the words for that, and where."""

    @property
    def shape(self) -> tuple[int, ...]:
        """As of the array. Raises AttributeError where the number of images is not known."""
        if self.count is None:
            raise AttributeError("how many images there are is not known")
        return (self.count, *self.sizes)

    @property
    def is_prepared(self) -> bool:
        """Whether more is done to them than another size, so that a scale behind that is no scale of bytes."""
        return any(layer.kind not in ("Resizing", "ZeroPadding2D", "Cropping2D") for layer in self.layers)

    def behind(self, op: ast.operator, other: Value, is_left: bool) -> DatasetArrays:
        """The images behind arithmetic on all their numbers. Raises TypeError where it is not followed."""
        if self.is_prepared and (by := linear(op, other, is_left)) is not None:
            return self.scaled(*by)
        numbers = self.numbers.behind(op, other, is_left)
        if numbers is None:
            raise TypeError("not followed")
        return msgspec.structs.replace(self, numbers=numbers)

    def scaled(self, factor: float, by: float = 0.0) -> DatasetArrays:
        """The images with every number multiplied, and then something added to it."""
        if not self.is_prepared:
            return msgspec.structs.replace(self, numbers=self.numbers.scaled(factor, by))
        layer = Instance("Rescaling", {"scale": factor, "offset": by}, self.layers[-1].place)
        return msgspec.structs.replace(self, layers=(*self.layers, layer))

    def in_black_and_white(self) -> DatasetArrays:
        """The images with numbers from 0 to 1, whatever they were before."""
        return msgspec.structs.replace(self, numbers=msgspec.structs.replace(self.numbers, scale=1 / WHITE, offset=0.0))

    def labels(self) -> DatasetArrays:
        """Their labels."""
        return msgspec.structs.replace(self, what="labels", sizes=())

    @property
    def is_of_halves(self) -> bool:
        """Whether both halves of the dataset are put together in them."""
        return any(what == HALVES for what, _ in self.changes)

    def with_change(self, what: str, place: str) -> DatasetArrays:
        """The images, of which something is to be said."""
        return msgspec.structs.replace(self, changes=(*self.changes, (what, place)))

    @property
    def places(self) -> tuple[ImageRange, ...] | None:
        """Which of the half's images these are, where that is known."""
        return (ImageRange(0, self.whole - 1),) if self.ranges == () or self.count == self.whole else self.ranges

    def some(self, count: int | None, *, is_drawn: bool = False) -> DatasetArrays:
        """So many of the images, in an order that is not known, nor is which they are unless they are all."""
        ranges = self.ranges if count is not None and count == self.count else None
        given = {"count": count, "taken_from": self.count, "ranges": ranges, "is_ordered": False}
        given["drawn_of"] = self.drawn_of if self.ranges is None else self.ranges
        return msgspec.structs.replace(self, **given, is_drawn=self.is_drawn or is_drawn)

    @property
    def source(self) -> DatasetArrays:
        """All of the images that these were drawn of, as batches are, in an order that is not known."""
        are_known = self.taken_from == (sum(one.size for one in self.drawn_of) or self.whole)
        given = {"ranges": self.drawn_of, "is_drawn": False} if are_known else {"ranges": None}
        return msgspec.structs.replace(self, **given, count=self.taken_from, is_ordered=False)

    def part(self, rows: range) -> DatasetArrays:
        """Those of the images that stand at places one after another."""
        if self.has_both and self.is_ordered and (of_half := self._of_half(rows)) is not None:
            return of_half
        if not self.is_ordered or self.places is None or self.count is None or not rows:
            return self.some(len(rows))
        ranges = tuple(within(self.places, rows)) if len(rows) < self.count else self.ranges
        given = {"count": len(rows), "taken_from": self.count, "ranges": ranges}
        return msgspec.structs.replace(self, **given)

    def _of_half(self, rows: range) -> DatasetArrays | None:
        """Those that stand at places of one half, as images of that half; None for places in both."""
        test = describe(self.dataset, self.options).test_images
        train = self.whole - test
        half, first, whole = ("train", 0, train) if rows.stop <= train else ("test", train, test)
        if rows.start < first:
            return None
        changes = tuple(change for change in self.changes if change[0] != HALVES)
        given = {"half": half, "whole": whole, "count": whole, "ranges": (), "changes": changes, "has_both": False}
        return msgspec.structs.replace(self, **given).part(range(rows.start - first, rows.stop - first))

    def listed(self, numbers: Value) -> DatasetArrays | None:
        """The images of the numbers; None where it is not known which.

        A list of all numbers from one to another may have been shuffled, and says nothing.
        """
        ranges = numbered(numbers)
        if ranges is None or self.ranges != () or not self.is_ordered or not self._has(ranges):
            return None
        if len(ranges) == 1 and not isinstance(numbers, Rows):
            return None
        return msgspec.structs.replace(self.some(sum(one.size for one in ranges)), ranges=ranges)

    def together(self, parts: Sequence[tuple[ImageRange, ...] | None], count: int | None) -> DatasetArrays:
        """So many images of these parts, one below the other; it is known which where no part has those of another."""
        every = [one for part in parts for one in part or ()]
        ranges = ranges_of(compact(every))
        is_known = None not in parts and sum(one.size for one in every) == sum(one.size for one in ranges)
        given = {"count": count, "ranges": ranges if is_known else None, "drawn_of": (), "is_ordered": False}
        return msgspec.structs.replace(self, **given)

    def mixed(self) -> DatasetArrays:
        """The same images in an order that chance decides."""
        return msgspec.structs.replace(self, is_ordered=False, is_drawn=True)

    def without(self, numbers: Value) -> DatasetArrays | None:
        """The images without those of the numbers; None where the numbers are not those that the dataset has."""
        ranges = numbered(numbers)
        is_whole = self.ranges == () and self.is_ordered and self.taken_from is None
        if ranges is None or not is_whole or not self._has(ranges):
            return None
        stay = tuple(apart([ImageRange(0, self.whole - 1)], ranges))
        count = sum(one.size for one in stay)
        return msgspec.structs.replace(self, count=count, ranges=stay) if count else None

    def _has(self, images: Sequence[ImageRange]) -> bool:
        return bool(images) and images[0].first >= 0 and images[-1].last < self.whole

    def reshaped(self, sizes: tuple[int, ...]) -> DatasetArrays:
        """The images, each of another shape."""
        return msgspec.structs.replace(self, sizes=sizes)

    def resized(self, by: Instance) -> DatasetArrays | None:
        """The images brought to the size of a Resizing; None where that, or their own, is not known."""
        height, width = by.arguments["height"], by.arguments["width"]
        if self.what != "images" or len(self.sizes) < 2 or not type(height) is type(width) is int:
            return None
        if (height, width) == self.sizes[:2]:
            return self
        return msgspec.structs.replace(self, sizes=(height, width, *self.sizes[2:]), layers=(*self.layers, by))

    def arranged(self, shape: Sequence[Value]) -> DatasetArrays:
        """The images as an array of another shape, of which one size may be -1; as they are where it is not known."""
        sizes = [size for size in shape[1:] if type(size) is int]
        if len(sizes) + 1 != len(shape):
            return self.reshaped((math.prod(self.sizes),)) if len(shape) == 2 else self
        if -1 in sizes:
            others = -math.prod(sizes)
            if others <= 0:
                return self
            sizes[sizes.index(-1)] = math.prod(self.sizes) // others
        return self.reshaped(tuple(sizes))

    def with_channel(self) -> DatasetArrays:
        """The images with an axis of one channel at the end."""
        return self.reshaped((*self.sizes, 1)) if len(self.sizes) == 2 else self


def half_of(name: str, half: str, options: DataOptions = AS_THEY_ARE, *, has_channel: bool = False) -> DatasetArrays:
    """The images of a half of a dataset, or of what is validated on alone, with an axis for one channel or without it.

    Raises DatasetError.
    """
    dataset = describe(name, options)
    counts = {"train": dataset.train_images, "test": dataset.test_images, "validation": dataset.validation_images}
    sizes = dataset.input_shape if has_channel or dataset.input_shape[2] > 1 else dataset.input_shape[:2]
    return DatasetArrays(name, half, "images", sizes, counts[half], counts[half], options=options)


class HeldOutMask(msgspec.Struct, frozen=True):
    """Which images of a dataset of the lab's are tested on, and not learned from; `is_other` are the others."""

    is_other: bool = False

    def inverted(self) -> HeldOutMask:
        """The other images."""
        return HeldOutMask(not self.is_other)


class NpzFile(msgspec.Struct, frozen=True):
    """The arrays of a `.npz` file, by their names."""

    path: str


class Rows(msgspec.Struct, frozen=True):
    """Numbers of images that NumPy puts one behind another: `np.r_[3, 5000:60000]`."""

    ranges: tuple[ImageRange, ...]


def numbered(numbers: Value) -> tuple[ImageRange, ...] | None:
    """Which images numbers name, ascending; None where they are not known, or no numbers."""
    if isinstance(numbers, Rows):
        return numbers.ranges
    if isinstance(numbers, range):
        known = numbers.step == 1 and numbers
        return (ImageRange(numbers.start, numbers.stop - 1),) if known else None
    if not isinstance(numbers, list | tuple) or not all(type(one) is int for one in numbers):
        return None
    return ranges_of(compact(numbers))


def rows_of(parts: Sequence[Value]) -> Rows:
    """`np.r_[3, 5000:60000]`, whose slices are slices here. Raises TypeError where its numbers are not known."""
    ranges: list[ImageRange] = []
    for one in parts:
        first, end, step = (one.start or 0, one.stop, one.step) if isinstance(one, slice) else (one, None, None)
        last = first if not isinstance(one, slice) else end - 1 if type(end) is int else None
        if type(first) is not int or type(last) is not int or step is not None or not 0 <= first <= last:
            raise TypeError("not followed")
        ranges.append(ImageRange(first, last))
    return Rows(ranges_of(compact(ranges)))
