"""A dataset in a `.npz` file, described from the headers of its arrays.

A `.npz` is a zip of `.npy` arrays. Only the headers and the labels are read here, never the images, and never
a pickle. Every size that the file claims is checked before memory is taken for it.
"""

from __future__ import annotations

import functools
import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from cnn_tui.data.dataset import Dataset, DatasetError, shown
from cnn_tui.data.labels import TO_NUMBERS
from cnn_tui.text import counted, escaped, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
MOST_IMAGES = 10_000_000
MOST_CLASSES = 10_000
LONGEST_HEADER = 65_536  # bytes; NumPy writes 128

# What a broken or unfamiliar zip raises while it is read.
BROKEN = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, MemoryError)


class Header(NamedTuple):
    """The header of an array: its shape, and its dtype as NumPy's letter for the kind and as its name."""

    shape: tuple[int, ...]
    kind: str
    dtype: str


def describe(name: str, path: Path) -> Dataset:
    """Describe the `.npz` file at `path` as the dataset called `name`. Raises DatasetError, OSError."""
    status = path.stat()
    return _described(name, path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=32)
def _described(name: str, path: Path, changed: int, size: int) -> Dataset:
    with _opened(path) as archive:
        headers = {array: _header(archive, path, array) for array in ARRAYS}
        train = _image_shape(path, "x_train", headers["x_train"])
        test = _image_shape(path, "x_test", headers["x_test"])
        if train != test:
            raise DatasetError(
                f"In {shown(path)} the training images are {_times(train)}, "
                f"but the test images {_times(test)}. Save both in one size."
            )
        used = _labels(archive, path, headers, "train") | _labels(archive, path, headers, "test")
    if used == {0}:
        raise DatasetError(
            f"In {shown(path)} every label is 0, which is one class. Labels count the classes from 0; "
            "a network needs at least two to tell apart."
        )
    return Dataset(
        name=name,
        title=escaped(path.stem),
        input_shape=train,
        class_names=tuple(str(label) for label in range(max(used) + 1)),
        train_images=headers["x_train"].shape[0],
        test_images=headers["x_test"].shape[0],
        unused=tuple(label for label in range(max(used)) if label not in used),
    )


def read_array(archive: zipfile.ZipFile, path: Path, array: str) -> NDArray[np.generic]:
    """Read one array of the file whole. Raises DatasetError where it is cut off, broken or a pickle."""
    from numpy.lib import format as npy

    try:
        with archive.open(f"{array}.npy") as stream:
            data: NDArray[np.generic] = npy.read_array(stream, allow_pickle=False)
            stream.read(1)  # the end of the member is where the zip compares its checksum
            return data
    except BROKEN as error:
        raise DatasetError(
            f"The array {array} in {shown(path)} is broken ({reason(error)}). Save or fetch the file again."
        ) from None


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except BROKEN:
        raise DatasetError(
            f"{shown(path)} is not a .npz file (a zip of NumPy arrays). "
            f"Save one with numpy.savez_compressed and the arrays {', '.join(ARRAYS)}."
        ) from None


def read_kind(stream: IO[bytes]) -> str:
    """NumPy's letter for the kind of numbers in an array that is known to be in order; its data comes next."""
    return str(_read_header(stream)[2].kind)


def _read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    from numpy.lib import format as npy

    read = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
    header: tuple[tuple[int, ...], bool, np.dtype[np.generic]] = read(stream)
    return header


def _header(archive: zipfile.ZipFile, path: Path, array: str) -> Header:
    try:
        member = archive.getinfo(f"{array}.npy")
    except KeyError:
        raise DatasetError(
            f"{shown(path)} has no array {array}; it has {_names(archive)}. A dataset needs {', '.join(ARRAYS)}."
        ) from None
    try:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("NumPy does not compress in this way")
        with archive.open(member) as stream:
            start = io.BytesIO(stream.read(LONGEST_HEADER))  # so that a header cannot claim to be gigabytes
        shape, _, dtype = _read_header(start)
    except BROKEN as error:
        raise DatasetError(
            f"The array {array} in {shown(path)} is not a NumPy array ({reason(error)}). Save the file again."
        ) from None
    if dtype.hasobject:
        remedy = (
            "Save it as numbers of uint8." if array.startswith("x") else f"Make numbers of labels with {TO_NUMBERS}."
        )
        raise DatasetError(
            f"The array {array} in {shown(path)} holds pickled Python objects, which are never loaded. {remedy}"
        )
    if start.tell() + math.prod(shape) * dtype.itemsize != member.file_size:
        raise DatasetError(
            f"The array {array} in {shown(path)} says that it is {_times(shape)} of {dtype}, "
            "but its data is of another length. Save the file again."
        )
    return Header(shape, dtype.kind, str(dtype))


def _image_shape(path: Path, array: str, header: Header) -> tuple[int, int, int]:
    """(height, width, channels) of an array of images. Raises DatasetError for what cannot be images."""
    where = f"The array {array} in {shown(path)}"
    shape = header.shape
    if header.dtype != "uint8" and header.kind != "f":
        raise DatasetError(f"{where} is {header.dtype}. Save images as uint8 from 0 to 255, or as floats from 0 to 1.")
    if len(shape) == 4 and shape[3] not in (1, 3) and shape[1] in (1, 3):
        raise DatasetError(f"{where} has its channels first. Move them last with numpy.moveaxis({array}, 1, -1).")
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise DatasetError(
            f"{where} has the shape {_times(shape)}. Images are (count, height, width) "
            "or (count, height, width, channels) with 1 channel or 3."
        )
    if min(shape) < 1:
        raise DatasetError(f"{where} is empty: its shape is {_times(shape)}. Save at least one image in it.")
    if shape[0] > MOST_IMAGES:
        raise DatasetError(f"{where} has {shape[0]:,} images; at most {MOST_IMAGES:,} are taken. Save fewer.")
    return (shape[1], shape[2], shape[3] if len(shape) == 4 else 1)


def _labels(archive: zipfile.ZipFile, path: Path, headers: dict[str, Header], part: str) -> set[int]:
    """The labels that images have. Raises DatasetError for what cannot be labels."""
    import numpy

    array, images, header = f"y_{part}", headers[f"x_{part}"].shape[0], headers[f"y_{part}"]
    where = f"The array {array} in {shown(path)}"
    if len(header.shape) not in (1, 2) or (len(header.shape) == 2 and header.shape[1] != 1):
        raise DatasetError(
            f"{where} has the shape {_times(header.shape)}. Labels are one whole number an image, from 0; "
            f"turn one-hot rows into them with {array}.argmax(axis=1)."
        )
    if header.kind not in "iu":
        words = header.kind in "US"
        remedy = f"Make numbers of them with {TO_NUMBERS}" if words else f"Save {array}.astype('int64')"
        raise DatasetError(
            f"{where} {'holds words' if words else f'is {header.dtype}'}. Labels are whole numbers from 0. {remedy}."
        )
    if header.shape[0] != images:
        raise DatasetError(
            f"{where} has {counted(header.shape[0], 'label')}, but x_{part} has {counted(images, 'image')}. "
            "Save one label an image."
        )
    labels = read_array(archive, path, array)
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest < 0:
        raise DatasetError(f"{where} has the label {lowest}. Number the classes from 0 with {TO_NUMBERS}.")
    if highest >= MOST_CLASSES:
        raise DatasetError(
            f"{where} has the label {highest}, but at most {MOST_CLASSES:,} classes are taken. "
            f"Number the classes from 0 without gaps with {TO_NUMBERS}."
        )
    return set(map(int, numpy.unique(labels)))


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(str(size) for size in shape) or "a single number"


def _names(archive: zipfile.ZipFile) -> str:
    names = [shown(name.removesuffix(".npy")) for name in archive.namelist()[:8]]
    return ", ".join(names) or "nothing"
