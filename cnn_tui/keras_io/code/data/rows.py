"""Numbers of a dataset's images, as a script takes them out of its arrays or leaves them out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.experiment.images.image_ranges import ImageRange, compact, ranges_of
from cnn_tui.keras_io.code.values import Value


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
