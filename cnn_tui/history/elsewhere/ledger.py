"""The ledger of a run that is trained elsewhere: a file in a shared folder that only grows, and one process writes.

SQLite is written by one host alone, so a job on another node appends here what it would write there. A record is its
length and a CRC-32, four bytes each, then its bytes: msgpack, which holds NaN as JSON does not. What was cut off while
it was written is no record yet, and ends what can be read.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from cnn_tui.history.errors import LedgerError

_HEAD = struct.Struct("<II")
BATCH = 4_000_000
"""Bytes that are read at a time; no record is as long."""


class LedgerEntry(NamedTuple):
    """A record as it was read, and the offset behind it."""

    data: bytes
    end: int


class Ledger:
    """A ledger that is written. Raises LedgerError for whatever the folder refuses; it can then be tried again."""

    def __init__(self, path: Path) -> None:
        """Make the file. Raises FileExistsError where there is one, and any other OSError."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._end = 0
        self._unsynced = False

    def append(self, data: bytes) -> None:
        """Write a record behind the others. One that could not be written whole is written over by the next."""
        record = _HEAD.pack(len(data), _checksum(data)) + data
        at = self._end
        try:
            while at < self._end + len(record):
                at += os.pwrite(self._file, record[at - self._end :], at)
        except OSError as error:
            raise LedgerError(error) from None
        self._end, self._unsynced = at, True

    def sync(self) -> None:
        """Have all of it on the disk, where a crash of the machine leaves it."""
        if not self._unsynced:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            raise LedgerError(error) from None
        self._unsynced = False

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read(path: Path, offset: int = 0) -> Iterator[LedgerEntry]:
    """The whole records from `offset` on, as far as there are any within BATCH bytes.

    A file that is not there has none. Raises OSError for one that cannot be read.
    """
    try:
        with path.open("rb") as file:  # opened anew each time: a network file system looks for what is new only then
            file.seek(offset)
            data = file.read(BATCH)
    except FileNotFoundError:
        return
    at = 0
    while at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        end = at + _HEAD.size + length
        if end > len(data) or _checksum(data[at + _HEAD.size : end]) != checksum:
            return
        yield LedgerEntry(data[at + _HEAD.size : end], offset + end)
        at = end


def _checksum(data: bytes) -> int:
    """Of the length too, or zeros that a file system filled up with would be a record."""
    return zlib.crc32(data, zlib.crc32(len(data).to_bytes(4, "little")))
