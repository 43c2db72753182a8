"""A log read in pieces, from any place and in both directions: one of 500 MB costs what one of 5 KB does.

A row begins at the start of the file, after a line end (`\\n`, `\\r\\n`, or the `\\r` of a progress bar), and, so that
a line without an end costs no more than others, at each multiple of `BLOCK` bytes before which a whole block has none.
So where a row begins can be told from the bytes around it alone. All offsets are in bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

BLOCK = 8192
_PIECE = 1 << 18  # bytes searched at a time: other threads have their turn in between
_END = re.compile(rb"\r\n?|\n")


Places = Callable[[bytes], Iterable[int]]
"""Finds something in a piece of a log: gives where it begins, in order."""


class LogRow(NamedTuple):
    """A row of the log: where it begins, where the next one does, and its bytes without the line end."""

    start: int
    next: int
    data: bytes


class Stamp(NamedTuple):
    """What tells that a file has changed. `size` is in bytes."""

    device: int = 0
    inode: int = 0
    size: int = 0
    changed: int = 0


class LogFile:
    """The log at `path`. A file that is not there, or cannot be read, is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> Stamp | None:
        """What the file is like now, without reading it; None when it is not there."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def size(self) -> int:
        stamp = self.stamp()
        return stamp.size if stamp else 0

    def rows(self, start: int, count: int) -> list[LogRow]:
        """At most `count` rows from the row that begins at `start` on."""
        span = max(BLOCK, count * 200)
        while True:
            data = self._read(start, span)
            rows = list(_rows(data, start, count, ended=len(data) < span))
            if len(rows) == count or len(data) < span:
                return rows
            span *= 4

    def back(self, offset: int, count: int) -> int:
        """Where the `count`-th row before `offset` begins; 0 when there are not as many."""
        span = max(4 * BLOCK, count * 200)
        while True:
            starts = self._starts(max(0, offset - span), offset)
            if len(starts) >= count:
                return starts[-count]
            if span >= offset:
                return 0
            span *= 4

    def row_at(self, offset: int) -> int:
        """Where the row begins that holds the byte at `offset`, or the last row when there is none."""
        return self.back(min(offset, self.size() - 1) + 1, 1) if offset > 0 else 0

    def find(self, places: Places, start: int, end: int, alive: Callable[[], bool]) -> Iterator[int]:
        """What `places` finds from `start` on, before `end`; it ends when `alive` is False."""
        at = start
        while at < end and alive():
            data = self._read(at, min(_PIECE, end - at) + BLOCK)
            if not data:
                return
            for place in places(data):
                if place < _PIECE and at + place < end:
                    yield at + place
            at += _PIECE

    def find_back(self, places: Places, start: int, end: int, alive: Callable[[], bool]) -> Iterator[int]:
        """The same places from the last one before `end` back to `start`."""
        at = end
        while at > start and alive():
            low = max(start, at - _PIECE)
            data = self._read(low, at - low + BLOCK)
            yield from reversed([low + place for place in places(data) if low + place < at])
            at = low

    def _starts(self, low: int, high: int) -> list[int]:
        """Where rows begin in the stretch before `high`, none of them below `low` but that of the first."""
        low = low // BLOCK * BLOCK
        data = self._read(low, high - low + 1)  # one more, for the \n of a \r\n
        first = low
        if low:
            end = _END.search(data, 0, BLOCK + 1)
            first = low + (end.end() if end and end.start() < BLOCK else BLOCK)
        starts = [first, *(row.next for row in _rows(data[first - low :], first, len(data), ended=False))]
        return [start for start in starts if start < high]

    def _read(self, start: int, count: int) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(count)
        except OSError:
            return b""


def _rows(data: bytes, base: int, count: int, *, ended: bool) -> Iterator[LogRow]:
    """At most `count` rows of `data`, which begins with a row at `base`; `ended`: so does the file."""
    at = 0
    for _ in range(count):
        if at >= len(data):
            return
        cut = (base + at + BLOCK - 1) // BLOCK * BLOCK + BLOCK - base
        end = _END.search(data, at, cut + 1)
        if end is not None and end.start() < cut:
            if end.end() == len(data) and data.endswith(b"\r") and not ended:
                return  # its \n may follow
            yield LogRow(base + at, base + end.end(), data[at : end.start()])
            at = end.end()
        elif len(data) >= cut:
            yield LogRow(base + at, base + cut, data[at:cut])
            at = cut
        else:
            if ended:
                yield LogRow(base + at, base + len(data), data[at:])
            return
