"""A dataset in a `.npz` file, described from the headers of its arrays.

A `.npz` is a zip of `.npy` arrays: those to learn from and to test on, and there may be some to validate on, which are
used where an experiment's `validation` is the path of the file. Only the headers and the labels are read here, never
the images, and never a pickle. Every size that the file claims is checked before memory is taken for it.
"""

from __future__ import annotations

import functools
import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    OR_ELSE,
    TRAIN,
    DataOptions,
    Dataset,
    DatasetError,
    form_of,
    path_of,
    shown,
)
from cnn_tui.data.labels import TO_NUMBERS, unknown_label
from cnn_tui.data.npz_names import PartArrays, arrays_of, part_called
from cnn_tui.text import counted, escaped, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""What the arrays are called of which sentences speak."""
MOST_IMAGES = 10_000_000
MOST_CLASSES = 10_000
LONGEST_HEADER = 65_536  # bytes; NumPy writes 128

# What a broken or unfamiliar zip raises while it is read.
BROKEN = (ValueError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, MemoryError)


Shape: TypeAlias = tuple[int, int, int]
"""(height, width, channels)."""


class Header(NamedTuple):
    """The header of an array: its shape, and its dtype as NumPy's letter for the kind and as its name."""

    shape: tuple[int, ...]
    kind: str
    dtype: str


def describe(name: str, path: Path, options: DataOptions = AS_THEY_ARE) -> Dataset:
    """Describe the `.npz` file at `path` as the dataset called `name`.

    `options` say from which file images are validated on, this one or another, and whether it has none to test on.
    Raises DatasetError, OSError.
    """
    validation = options.validation
    described = _described(name, path, options.test == TRAIN, *_stamp(path))
    if validation is None:
        return described
    other = place_to_validate_on(validation)
    shape, labels, images = _to_validate_on(other, *_stamp(other))
    if shape != described.input_shape:
        raise DatasetError(
            f"In {shown(path)} the images are {_times(described.input_shape)}, but those to validate on in "
            f"{shown(other)} {_times(shape)}. Save both in one size."
        )
    if (highest := max(labels)) >= described.classes:
        raise DatasetError(unknown_label(other, highest, described.classes))
    return msgspec.structs.replace(described, validation_images=images, unused_validation_images=0)


def unused_in_words(dataset: Dataset) -> str:
    """A sentence on the images to validate on that a file has, for who does not use them; "" where it has none."""
    count, path = dataset.unused_validation_images, path_of(dataset.name)
    if not count or path is None:
        return ""
    words = "1 image to validate on is" if count == 1 else f"{count:,} images to validate on are"
    return f"{words} not used: to validate on them, set validation to {shown(path)}."


def place_to_validate_on(validation: str) -> Path:
    """The file of that path. Raises DatasetError where it is none."""
    path = path_of(validation)
    if path is None or not path.is_file() or form_of(validation) != "npz":
        raise DatasetError(
            f"There is no file {shown(validation)} to validate on. Set validation to the path of a .npz file with the "
            f"arrays x_val and y_val, which may be the dataset itself, {OR_ELSE['validation']}."
        )
    return path


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(maxsize=32)
def _to_validate_on(path: Path, changed: int, size: int) -> tuple[Shape, set[int], int]:
    """The shape of a file's images to validate on, their labels, and how many they are."""
    with _opened(path) as archive:
        arrays = arrays_of(archive, "validation")
        if arrays is None:
            raise DatasetError(
                f"{shown(path)} has no arrays x_val and y_val to validate on; it has {_names(archive)}. Save them in "
                f"it, or set validation to another file, {OR_ELSE['validation']}."
            )
        headers = {array: _header(archive, path, array) for array in arrays}
        shape = _image_shape(path, arrays.images, headers[arrays.images])
        return shape, _labels(archive, path, headers, arrays), headers[arrays.images].shape[0]


@functools.lru_cache(maxsize=32)
def _described(name: str, path: Path, is_all_learned: bool, changed: int, size: int) -> Dataset:
    with _opened(path) as archive:
        trained_on, tested_on = arrays_of(archive, "train"), arrays_of(archive, "test")
        assert trained_on is not None and tested_on is not None
        if is_all_learned and f"{tested_on.images}.npy" in archive.namelist():
            raise DatasetError(
                f'{shown(path)} has {tested_on.images} to test on, and test = "{TRAIN}" asks for none. Leave test out.'
            )
        tested_on = trained_on if is_all_learned else tested_on
        headers = {array: _header(archive, path, array) for array in (*trained_on, *tested_on)}
        train = _image_shape(path, trained_on.images, headers[trained_on.images])
        test = _image_shape(path, tested_on.images, headers[tested_on.images])
        if train != test:
            raise DatasetError(
                f"In {shown(path)} the training images are {_times(train)}, "
                f"but the test images {_times(test)}. Save both in one size."
            )
        used = _labels(archive, path, headers, trained_on) | _labels(archive, path, headers, tested_on)
        unused = _count_to_validate_on(archive, path)
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
        train_images=headers[trained_on.images].shape[0],
        test_images=0 if is_all_learned else headers[tested_on.images].shape[0],
        unused=tuple(label for label in range(max(used)) if label not in used),
        unused_validation_images=unused,
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


def _count_to_validate_on(archive: zipfile.ZipFile, path: Path) -> int:
    """How many images to validate on there seem to be in a file; they are checked where they are asked for."""
    arrays = arrays_of(archive, "validation")
    try:
        return _header(archive, path, arrays.images).shape[0] if arrays is not None else 0
    except (DatasetError, IndexError):
        return 0


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
        called = part_called(array)
        without = f', or test = "{TRAIN}", where all images are learned from' if called and called[0] == "test" else ""
        raise DatasetError(
            f"{shown(path)} has no array {array}; it has {_names(archive)}. "
            f"A dataset needs {', '.join(ARRAYS)}{without}."
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
        called = part_called(array)
        is_of_images = called is not None and called[1] == "images"
        remedy = "Save it as numbers of uint8." if is_of_images else f"Make numbers of labels with {TO_NUMBERS}."
        raise DatasetError(
            f"The array {array} in {shown(path)} holds pickled Python objects, which are never loaded. {remedy}"
        )
    if start.tell() + math.prod(shape) * dtype.itemsize != member.file_size:
        raise DatasetError(
            f"The array {array} in {shown(path)} says that it is {_times(shape)} of {dtype}, "
            "but its data is of another length. Save the file again."
        )
    return Header(shape, dtype.kind, str(dtype))


def _image_shape(path: Path, array: str, header: Header) -> Shape:
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


def _labels(archive: zipfile.ZipFile, path: Path, headers: dict[str, Header], arrays: PartArrays) -> set[int]:
    """The labels that images have. Raises DatasetError for what cannot be labels."""
    import numpy

    array, images, header = arrays.labels, headers[arrays.images].shape[0], headers[arrays.labels]
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
            f"{where} has {counted(header.shape[0], 'label')}, but {arrays.images} has {counted(images, 'image')}. "
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
