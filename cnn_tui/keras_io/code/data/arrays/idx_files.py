"""The files that MNIST and Fashion-MNIST are published as (IDX), which a script reads with NumPy alone.

And both sets as scikit-learn fetches them from OpenML: all images in one array, the 60,000 to train on first.
"""

from __future__ import annotations

import re

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import BY_FILE_NAME, DatasetArrays, NpzFile, half_of
from cnn_tui.keras_io.code.data.arrays.array_joins import put_together
from cnn_tui.keras_io.code.data.data_values import ClassNames
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.values import OPTIONS, Instance, Unknown, Value

_NAME = re.compile(r"(train|t10k|test)[-_.]?(images|labels)[-_.]?idx[13][-_.]?u?byte(\.gz)?")
"""The end of a path to one of the four files of both datasets."""
_OTHERS = re.compile(r"emnist|kmnist|kuzushiji|qmnist|balanced|letters|byclass|bymerge|oracle|sign|afro")
"""Words in a path for datasets whose files have those names too."""
_OPENS = ("open", "GzipFile", "GFile", "FastGFile", "Open", "FileIO")
_WRAPS = ("BytesIO", "BufferedReader", "bytearray", "bytes")
_READS = ("frombuffer", "fromfile", "decode_raw", "parse_idx", "convert_from_file")
"""Functions that read arrays of bytes, besides those that make arrays of anything."""
_OF_PATHS = ("convert_from_file", "fromfile")
"""Functions that are given the path of a file, too."""
_HEAD = 16
"""Bytes: as much as the longer of the two kinds of files has in front."""
_NAMES = {"mnist_784": "mnist", "mnist-original": "mnist", "mnist original": "mnist", "fashion-mnist": "fashion_mnist"}
"""Of the datasets of OpenML the lab's, by their names in small letters."""
_PIXELS = 784


class IdxFile(msgspec.Struct, frozen=True):
    """One of those files, opened, or the bytes in it; `is_head` are those in front, which count the rest."""

    path: str
    arrays: DatasetArrays
    is_head: bool = False

    def method(self, call: Call) -> Value:
        """What a method of it gives. Unknown with no words where that is not known."""
        if call.name != "read":
            return Unknown("", call.place)
        size = call.first
        return msgspec.structs.replace(self, is_head=type(size) is int and 0 < size <= _HEAD)


OPENED = (NpzFile, ClassNames, IdxFile)
"""What a `with` gives a name to that can be followed."""


def opened_idx(call: Call) -> Value:
    """Such a file as a function opens it; None for any other."""
    first = call.get(0, "filename", "file", "name")
    if call.name in _WRAPS and isinstance(first, IdxFile):
        return first
    fileobj = call.given.get("fileobj")
    if call.name == "GzipFile" and isinstance(fileobj, IdxFile):
        return fileobj
    if call.name == "open" and isinstance(first, IdxFile):
        return first
    return _file(first) if call.name in _OPENS and isinstance(first, str) else None


def idx_call(call: Call) -> Value:
    """The arrays that a function reads from such a file, or the numbers in front; None for anything else."""
    first = call.first
    if call.name == "loadlocal_mnist":  # of mlxtend, one row of numbers an image
        images, labels = (_file(call.given.get(name)) for name in ("images_path", "labels_path"))
        return (images.arrays.reshaped((784,)), labels.arrays) if images is not None and labels is not None else None
    if call.name in ("unpack", "unpack_from") and len(call.unnamed) > 1 and isinstance(call.unnamed[1], IdxFile):
        return _head(call.unnamed[1].arrays, first)
    if call.name in _OF_PATHS and isinstance(first, str):
        first = _file(first)
    if not isinstance(first, IdxFile) or not (call.name in _READS or effect_of(call.name).makes_array):
        return None
    return Unknown("", call.place) if first.is_head else first.arrays


def _head(arrays: DatasetArrays, kinds: Value) -> Value:
    """The numbers in front of a file: which kind it is of, how many there are, and their rows and columns."""
    numbers = (2049 if arrays.what == "labels" else 2051, arrays.whole, *arrays.sizes)
    many = len(re.findall("[IiLl]", kinds)) if isinstance(kinds, str) else 0
    return numbers if many == len(numbers) else None


def _file(path: Value) -> IdxFile | None:
    """One of the files, by its path."""
    found = _NAME.search(path) if isinstance(path, str) else None
    if found is None or found.end() != len(path) or _OTHERS.search(path.lower()):
        return None
    half = "train" if found[1] == "train" else "test"
    above = path[: found.start()].lower()
    name = "fashion_mnist" if "fashion" in above else "mnist"
    arrays = half_of(name, half) if found[2] == "images" else half_of(name, half).labels()
    return IdxFile(path, arrays if "mnist" in above or "fashion" in above else arrays.with_change(BY_FILE_NAME, path))


def openml_call(call: Call) -> Value:
    """What scikit-learn fetches; None for any other call, and another dataset."""
    name = call.get(0, "name")
    if call.name not in ("fetch_openml", "fetch_mldata") or not isinstance(name, str):
        return None
    dataset = _NAMES.get(name.lower())
    if dataset is None:
        return None
    images = [half_of(dataset, half).reshaped((_PIXELS,)) for half in ("train", "test")]
    labels = [one.labels() for one in images]
    both = put_together(images, call.place), put_together(labels, call.place)
    if call.given.get("return_X_y") is True:
        return both
    return Instance(OPTIONS, dict(zip(("data", "target"), both, strict=True)), call.place)  # asked for both ways, too
