"""The arrays of a `.npz` file in a script that are a dataset of the lab's."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath

import msgspec

from cnn_tui.data.dataset import TRAIN, DataOptions, DatasetError
from cnn_tui.data.npz_names import Part, arrays_of, part_called
from cnn_tui.keras_io.code.data.array_values import DatasetArrays, NpzFile, half_of
from cnn_tui.keras_io.code.values import Value

_OF_KERAS = "mnist.npz"
"""The file that Keras keeps MNIST in."""


def of_package(half: str, what: str) -> DatasetArrays:
    """The arrays of MNIST as the package of its name gives them."""
    images = half_of("mnist", half)
    return images if what == "images" else images.labels()


def array_in(file: NpzFile, name: Value) -> DatasetArrays:
    """An array of a file that is a dataset of the lab's. Raises LookupError for another file or array."""
    called = part_called(name) if isinstance(name, str) else None
    if called is None:
        raise LookupError("an array of another name")
    half, what = called
    validation = file.path if half == "validation" else None
    try:
        images = _half(file.path, half, DataOptions(validation=validation))
        with zipfile.ZipFile(file.path) as archive:
            if name not in (arrays_of(archive, half) or ()):
                raise LookupError("an array that is not taken")
    except (DatasetError, OSError):
        if half == "validation" or PurePosixPath(file.path).name != _OF_KERAS:
            raise LookupError("no dataset") from None
        return of_package(half, what)  # wherever the script has it
    return images if what == "images" else images.labels()


def _half(path: str, half: Part, options: DataOptions) -> DatasetArrays:
    """A half of the dataset in a file, which may have no images to test on. Raises DatasetError, OSError."""
    try:
        return half_of(path, half, options)
    except DatasetError as error:
        try:
            return half_of(path, half, msgspec.structs.replace(options, test=TRAIN))
        except DatasetError:
            raise error from None
