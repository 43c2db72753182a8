"""Images by their numbers: single ones, and ranges as `10000-59999`, which cost no more than one number does."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from cnn_tui.text import counted, enumerated, quiet

_RANGE = r"[0-9]{1,9}-[0-9]{1,9}"
ImageNumbers: TypeAlias = tuple[
    Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | Annotated[str, msgspec.Meta(pattern=rf"^{_RANGE}\Z")], ...
]
"""Numbers of images, from 0, and ranges of them, of which both ends belong to it."""
_FEW = 3
_AS_RANGE = 3
"""So many numbers one after another are written as a range."""


class ImageRange(NamedTuple):
    """The images from `first` to `last`, both among them."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many images these are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def words(self) -> str:
        """As `17` or `10,000 to 59,999`."""
        return str(self.first) if self.first == self.last else f"{self.first:,} to {self.last:,}"

    def within(self, other: ImageRange) -> int:
        """How many of the images are in another range too."""
        return max(0, min(self.last, other.last) - max(self.first, other.first) + 1)


def numbers_of(text: str) -> ImageRange | None:
    """The images that a range names, or a single number; None for other text, and for a range that ends too early."""
    if not re.fullmatch(rf"[0-9]{{1,9}}|{_RANGE}", text):
        return None
    first, _, last = text.partition("-")
    span = ImageRange(int(first), int(last or first))
    return span if span.first <= span.last else None


def range_of(text: str) -> ImageRange | None:
    """The images that a range names; None for other text, a single number too."""
    return numbers_of(text) if "-" in text else None


@functools.lru_cache(maxsize=256)
def ranges_of(images: ImageNumbers) -> tuple[ImageRange, ...]:
    """The images in ascending order, those one after another together.

    Raises ValueError, with words without their subject, for a range that ends before it begins, and an image that is
    named twice.
    """
    found: list[ImageRange] = []
    for first, last in sorted(map(_ends, images)):
        if found and first <= found[-1].last:
            raise ValueError(f"must name each image once, and {first} is there twice")
        if found and first == found[-1].last + 1:
            found[-1] = ImageRange(found[-1].first, last)
        else:
            found.append(ImageRange(first, last))
    return tuple(found)


def _ends(image: int | str) -> tuple[int, int]:
    if isinstance(image, int):
        return image, image
    span = numbers_of(image)
    if span is None:
        raise ValueError(f"names the images {quiet(image, 30)}, which end before they begin")
    return span.first, span.last


def count(images: ImageNumbers) -> int:
    """How many images there are."""
    return sum(span.size for span in ranges_of(images))


def compact(numbers: Iterable[int | ImageRange]) -> ImageNumbers:
    """The images, each once and in ascending order, with ranges where several come one after another."""
    found: list[ImageRange] = []
    for first, last in sorted((one, one) if isinstance(one, int) else (one.first, one.last) for one in numbers):
        if found and first <= found[-1].last + 1:
            found[-1] = ImageRange(found[-1].first, max(found[-1].last, last))
        else:
            found.append(ImageRange(first, last))
    return tuple(_written(found))


def _written(found: Sequence[ImageRange]) -> Iterator[int | str]:
    for span in found:
        if span.size >= _AS_RANGE:
            yield str(span)
        else:
            yield from range(span.first, span.last + 1)


def apart(images: Iterable[ImageRange], others: Sequence[ImageRange]) -> Iterator[ImageRange]:
    """The images that are not among the others; both are ascending."""
    for first, last in images:
        for other in others:
            if first <= other.last and other.first <= last:
                if first < other.first:
                    yield ImageRange(first, other.first - 1)
                first = other.last + 1
        if first <= last:
            yield ImageRange(first, last)


def within(images: Iterable[ImageRange], rows: range) -> Iterator[ImageRange]:
    """Those of ascending images that stand at the places `rows`, one after another, counted from the first of them."""
    begins = 0
    for first, last in images:
        low, high = max(rows.start - begins, 0), min(rows.stop - begins, last - first + 1)
        if low < high:
            yield ImageRange(first + low, first + high - 1)
        begins += last - first + 1


def in_words(images: ImageNumbers) -> str:
    """As `17 images (3, 8, 21 …)`, `images 10,000 to 59,999`."""
    if all(isinstance(one, int) for one in images):
        few = ", ".join(map(str, sorted(images)[:_FEW]))
        return f"{counted(len(images), 'image')} ({few}{' …' if len(images) > _FEW else ''})"
    found = ranges_of(images)
    if len(found) > _FEW:
        return f"{counted(count(images), 'image')} ({', '.join(span.words for span in found[:_FEW])} …)"
    return f"images {enumerated([span.words for span in found], 'and')}"
