"""Keeps the images of a folder of pictures as they were read, so that each picture is unpacked once.

A file is named by a digest of all that its images depend on: the paths, sizes and dates of the pictures, their classes
and what is asked of them. A change of any makes another file. All together take at most MOST_BYTES, and half of what
is free on the disk: those that were used longest ago go first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from cnn_tui.data import raw_file
from cnn_tui.data.pictures.folder_pictures import FolderPictures
from cnn_tui.data.pictures.left_out import FilesLeftOut
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import home, scratch
from cnn_tui.training.data.readers import Arrays

MOST_BYTES = 4_000_000_000
BESIDE = 16_000_000
"""Bytes from which on a file is written beside what its images are wanted for."""
FORMAT = "cnn-tui folder 2"
_ENDING = ".folder"
_being_written: dict[Path, threading.Thread] = {}


class KeptFolder(NamedTuple):
    """The images of a folder, the files that are not among them, and what was said of how they were read."""

    arrays: Arrays
    left_out: tuple[FilesLeftOut, ...]
    said: tuple[str, ...]


class FolderHeader(msgspec.Struct, frozen=True):
    """The header of a file: behind it stand the training and the test images, each with their labels (int64) before.

    Behind those stand in the same way images that are validated on alone, where there are any.
    """

    format: str
    shape: tuple[int, int, int]
    train: int
    test: int
    left_out: tuple[FilesLeftOut, ...]
    said: tuple[str, ...]
    validation: int = 0

    @property
    def counts(self) -> list[int]:
        """How many images each part has."""
        return [self.train, self.test, *([self.validation] if self.validation else [])]


def digest_of(listing: FolderPictures, shape: tuple[int, int, int], crop: bool) -> str:
    """What tells the images that a folder's pictures become from any others. Raises OSError."""
    made = hashlib.blake2b(repr((FORMAT, shape, crop, listing.left_out)).encode(), digest_size=16)
    for half, pictures in enumerate((listing.train, listing.test, listing.validation)):
        for path, label in pictures:
            status = os.stat(path)  # noqa: PTH116  a path is text here, and there may be many
            made.update(os.fsencode(f"{half} {label} {path}\0{status.st_size} {status.st_mtime_ns}\n"))
    return made.hexdigest()


def digest_of_files(paths: Iterable[Path], *asked: object) -> str:
    """What tells the images that a few files become, with what is asked of them, from others. Raises OSError."""
    stamps = [(str(path), status.st_size, status.st_mtime_ns) for path in paths if (status := path.stat())]
    return hashlib.blake2b(repr((FORMAT, stamps, asked)).encode(), digest_size=16).hexdigest()


def path_of(digest: str) -> Path:
    """Where the images with that digest are kept."""
    return home() / "data-cache" / f"{digest}{_ENDING}"


def read(digest: str) -> KeptFolder | None:
    """The images with that digest; None where they are not kept, or their file is damaged."""
    path = path_of(digest)
    if writing := _being_written.pop(path, None):
        writing.join()
    try:
        header, start = raw_file.read_header(path, FolderHeader)
        if header.format != FORMAT or path.stat().st_size != start + _size(sum(header.counts), header.shape):
            return None
        parts: list[NDArray[Any]] = []
        with path.open("rb") as file:
            file.seek(start)
            for count in header.counts:
                labels = np.fromfile(file, "<i8", count).astype(np.int64, copy=False)
                images = np.fromfile(file, np.uint8, count * int(np.prod(header.shape)))
                parts += [images.reshape(count, *header.shape), labels]
        os.utime(path)  # it was used now
    except (RawFileError, OSError, ValueError):
        return None
    return KeptFolder(Arrays(*parts), header.left_out, header.said)


def keep(digest: str, folder: KeptFolder) -> None:
    """Keep images, if there is room. A picture that could not be opened may be there the next time.

    Of many, this only begins it, and the arrays must stay as they are: a thread writes them, which takes a tenth as
    long as to unpack the pictures.
    """
    if scratch() is not None or any(one.why == "unreadable" for one in folder.left_out):
        return
    path, size = path_of(digest), sum(part.nbytes for part in folder.arrays if part is not None)
    if size < BESIDE:
        _write(path, folder)
    else:
        _being_written[path] = threading.Thread(target=_write, args=(path, folder))
        _being_written[path].start()


def _write(path: Path, folder: KeptFolder) -> None:
    arrays = folder.arrays
    shape = arrays.x_train.shape[1], arrays.x_train.shape[2], arrays.x_train.shape[3]
    halves = [(arrays.y_train, arrays.x_train), (arrays.y_test, arrays.x_test)]
    if arrays.x_val is not None and arrays.y_val is not None:
        halves.append((arrays.y_val, arrays.x_val))
    train, test, validation = (*(len(labels) for labels, _ in halves), 0)[:3]
    header = FolderHeader(FORMAT, shape, train, test, folder.left_out, folder.said, validation)
    some = [(labels, images) for labels, images in halves if labels.size]
    parts = [part for labels, images in some for part in (labels.astype("<i8", copy=False).data, images.data)]
    with contextlib.suppress(OSError):  # a full disk is no reason not to train
        path.parent.mkdir(parents=True, exist_ok=True)
        if _make_room(path.parent, _size(sum(header.counts), shape)):
            raw_file.write(path, header, [part.cast("B") for part in parts])


def _make_room(folder: Path, size: int) -> bool:
    """Whether so many bytes may be kept, once the files are gone that were used longest ago."""
    files = sorted(folder.glob(f"*{_ENDING}"), key=lambda file: file.stat().st_mtime, reverse=True)
    sizes = {file: file.stat().st_size for file in files}
    most = min(MOST_BYTES, sum(sizes.values()) + shutil.disk_usage(folder).free // 2)
    if size > most:
        return False
    while sum(sizes.values()) + size > most:
        oldest = files.pop()
        oldest.unlink(missing_ok=True)
        del sizes[oldest]
    return True


def _size(images: int, shape: tuple[int, int, int]) -> int:
    return images * (int(np.prod(shape)) + np.dtype(np.int64).itemsize)
