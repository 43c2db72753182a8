"""Ends the reading of a picture's file that is cut into so many small parts that it takes minutes, or gigabytes."""

from __future__ import annotations

import struct
from typing import IO, Any, cast

LARGE = 1_000_000
"""Bytes: any smaller file is read in a second, whatever is in it."""
_BYTES_A_READ = 32
"""Half of what the smallest parts have that a GIF, of all kinds, is usually cut into."""


_MOST_IN_A_TAG = 300_000
"""Numbers that a TIFF may keep under one name: where its strips are, of which Pillow makes objects, or its colours."""
_BYTES = (1, 2, 6, 7)
"""The kinds of a TIFF's tags of which no objects are made."""


class TooManyPartsError(ValueError):
    """A file is cut into more parts than any honest one has."""

    def __init__(self) -> None:
        super().__init__("it is cut into too many small parts")


class CountedReads:
    """An open file of `size` bytes that may be read as often as a picture of its size has parts."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, LARGE // _BYTES_A_READ + size // _BYTES_A_READ

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise TooManyPartsError
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def within_bounds(file: IO[bytes], size: int) -> IO[bytes]:
    """An open file of `size` bytes, as a picture is to be read from it. Raises TooManyPartsError, then or later."""
    start = file.read(16)
    if start[:2] in (b"II", b"MM"):
        _check_tags(file, start)
    file.seek(0)
    if start[:2] == b"BM":  # Pillow reads its runs of pixels byte by byte
        return file
    return cast("IO[bytes]", CountedReads(file, size))


def _check_tags(file: IO[bytes], start: bytes) -> None:
    """Look at what the first frame of a TIFF, or of a large one (BigTIFF), says it has."""
    order, is_big = "<" if start[:1] == b"I" else ">", start[2:3] == b"+"  # as Pillow takes it
    place, many, tag = ("Q", "Q", "HHQQ") if is_big else ("I", "H", "HHII")
    try:
        (first,) = struct.unpack_from(order + place, start, 8 if is_big else 4)
        file.seek(first)
        (count,) = struct.unpack(order + many, file.read(struct.calcsize(order + many)))
        tags = file.read(min(count, 0xFFFF) * struct.calcsize(order + tag))
    except (struct.error, OverflowError, ValueError):  # Pillow says what is wrong with it
        return
    whole = len(tags) - len(tags) % struct.calcsize(order + tag)
    for _, kind, numbers, _ in struct.iter_unpack(order + tag, tags[:whole]):
        if kind not in _BYTES and numbers > _MOST_IN_A_TAG:
            raise TooManyPartsError
