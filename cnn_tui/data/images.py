"""Images that are kept as bytes, so that they are read at once: the test images of a dataset, and some training images.

A file is named by a digest of its content: runs on the same data share it, and data that changes makes another file.
"""

from __future__ import annotations

import array
from pathlib import Path
from typing import NamedTuple

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import home
from cnn_tui.network.by_hand.convolution import Image, plane_of

MOST_BYTES = 200_000_000
"""The bytes of pixels in one file; the images after them are not kept."""


class Picture(NamedTuple):
    """An image as bytes, 0 to 255, row after row; `shape` is (height, width, channels), with 1 channel or 3."""

    shape: tuple[int, int, int]
    pixels: bytes

    def channels(self, scale: float = 1.0) -> Image:
        """The channels as rows of numbers, times `scale`; 1/255 gives the numbers that a network gets."""
        _, width, count = self.shape
        return tuple(plane_of([value * scale for value in self.pixels[at::count]], width) for at in range(count))


class ImagesHeader(msgspec.Struct, frozen=True):
    """The header of a file of images. Of the dataset's `count` images, the first `kept` are in the file."""

    format: str
    count: int
    kept: int
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]


FORMAT = "cnn-tui images 1"


def images_path(digest: str) -> Path:
    """Where the images with that digest are kept."""
    return home() / "data-cache" / f"{digest}.images"


class StoredImages:
    """A file of images and their labels. The labels are read when it is opened, an image when it is asked for."""

    def __init__(self, digest: str) -> None:
        """Open the images with that digest. Raises RawFileError when they are not kept, or the file is damaged."""
        self.path = raw_file.found(images_path(digest))
        header, start = raw_file.read_header(self.path, ImagesHeader)
        height, width, channels = header.shape
        self._bytes_each = height * width * channels
        self._start = start + raw_file.size_of(header.kept)
        if header.format != FORMAT or header.kept > header.count:
            raise RawFileError(f"{self.path} is broken, or of another version")
        if self.path.stat().st_size != self._start + header.kept * self._bytes_each:
            raise RawFileError(f"{self.path} is cut off")
        self.shape = header.shape
        self.count = header.count
        """How many images the dataset has; the first `kept` of them are here."""
        self.kept = header.kept
        self.class_names = header.class_names
        self.labels: array.array[int] = raw_file.numbers(
            "i", raw_file.read_bytes(self.path, start, raw_file.size_of(header.kept))
        )

    def picture(self, index: int) -> Picture:
        """Read an image. Raises RawFileError for one that is not kept."""
        if not 0 <= index < self.kept:
            raise RawFileError(f"image {index} is not kept: there are {self.kept:,}, counted from 0")
        return Picture(
            self.shape, raw_file.read_bytes(self.path, self._start + index * self._bytes_each, self._bytes_each)
        )

    def of_class(self, label: int) -> list[int]:
        """The indices of the images of a class, in order."""
        return [index for index, one in enumerate(self.labels) if one == label]
