"""Ends the reading of a file that is cut into so many small parts that it would take minutes."""

from __future__ import annotations

from typing import IO, Any

LARGE = 1_000_000
"""Bytes: any smaller file is read in a second, whatever is in it."""
_BYTES_A_READ = 32
"""Half of what the smallest parts have that a GIF, of all kinds, is usually cut into."""


class TooManyReadsError(ValueError):
    """A file was asked for more small parts than any honest one has."""

    def __init__(self) -> None:
        super().__init__("it is cut into too many small parts")


class CountedReads:
    """An open file of `size` bytes that may be read as often as a picture of its size has parts."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, LARGE // _BYTES_A_READ + size // _BYTES_A_READ

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise TooManyReadsError
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
