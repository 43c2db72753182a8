"""Files that are read without NumPy: a line of JSON as their header, then arrays as they lie in memory.

Numbers are little-endian: int32 and float32. training/ writes such files; the lab and the commands read them.
Why not `numpy.save` and its `mmap_mode`? The first look at the predictions and an image of Fashion-MNIST's test set
takes 6 ms so, and 125 ms with `.npy` files (medians of 9), of which 122 are the import of NumPy, for which the lab has
no other use; it is also 12 MB smaller. A run has one file, replaced in one go, where `.npy` would need five.
"""

from __future__ import annotations

import array
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from cnn_tui.home import home, scratch
from cnn_tui.text import cause_of

_LONGEST_HEADER = 4_000_000  # bytes: ten thousand class names
_ITEM_BYTES = 4
assert array.array("i").itemsize == array.array("f").itemsize == _ITEM_BYTES

Header = TypeVar("Header", bound=msgspec.Struct)


class RawFileError(Exception):
    """A kept file is not there or cannot be used; the message is a sentence."""


def write(path: Path, header: msgspec.Struct, parts: Sequence[bytes | memoryview]) -> None:
    """Write a file in one go, so that a half-written one is never found. Raises OSError.

    Where the home cannot be written, it is kept in `home.scratch()`, as long as that is there.
    """
    path = _in_scratch(path) or path
    line = msgspec.json.encode(header) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{os.getpid()}-{path.name}")
    try:
        with part.open("wb") as file:
            file.write(line)
            for data in parts:
                file.write(data)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def read_header(path: Path, kind: type[Header]) -> tuple[Header, int]:
    """The header, and where the arrays begin. Raises RawFileError."""
    path = found(path)
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER)
        return msgspec.json.decode(line, type=kind), len(line)
    except FileNotFoundError:
        raise RawFileError(f"{path} is not there") from None
    except OSError as error:
        raise RawFileError(f"{path} cannot be read: {cause_of(error)}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise RawFileError(f"{path} is broken, or of another version") from None


def read_json(path: Path, kind: type[Header]) -> Header:
    """A file that is JSON as a whole. Raises RawFileError."""
    path = found(path)
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise RawFileError(f"{path} cannot be read: {cause_of(error)}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise RawFileError(f"{path} is broken, or of another version") from None


def read_bytes(path: Path, start: int, length: int) -> bytes:
    """Bytes of a file. Raises RawFileError where it has fewer."""
    path = found(path)
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(length)
    except OSError as error:
        raise RawFileError(f"{path} cannot be read: {cause_of(error)}") from None
    if len(data) != length:
        raise RawFileError(f"{path} is cut off")
    return data


def numbers(kind: Literal["i", "f"], data: bytes | memoryview) -> array.array[Any]:
    """int32 ("i") or float32 ("f") numbers from their bytes."""
    made: array.array[Any] = array.array(kind)
    made.frombytes(data)
    if sys.byteorder == "big":
        made.byteswap()
    return made


def _in_scratch(path: Path) -> Path | None:
    """Where a file of the home is kept for now; None where the home can be written."""
    folder = scratch()
    return folder / path.relative_to(home()) if folder is not None and path.is_relative_to(home()) else None


def found(path: Path) -> Path:
    """The file that was kept last: for now, or in the home."""
    place = _in_scratch(path)
    return place if place is not None and place.exists() else path


def size_of(count: int) -> int:
    """How many bytes `count` numbers take."""
    return count * _ITEM_BYTES
