"""The part of a Keras script that loads a dataset: the same images and labels that the lab trains on.

It sets `training_images`, `training_labels`, `test_images` and `test_labels`: images from 0 to 1, with an axis of
channels, and class numbers. Of a place of their own it sets `validation_images` and `validation_labels` too.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cnn_tui.data import npz_file
from cnn_tui.data.dataset import AS_THEY_ARE, BUILT_IN, SAMPLE, DataOptions, Dataset, form_of, is_file, path_of
from cnn_tui.data.describe import describe
from cnn_tui.data.npz_names import Part, arrays_of
from cnn_tui.experiment.images.unset_dataset import InputShape
from cnn_tui.keras_io.script.csv_file import table_parts
from cnn_tui.keras_io.script.folder import FOLDER_IMPORTS, folder_parts
from cnn_tui.keras_io.script.parquet_file import parquet_imports, parquet_parts
from cnn_tui.keras_io.source import CodeLines, call, literal

_CHUNK = 65_536  # bytes
_SAMPLE_FILE = Path(__file__).parents[2] / "data" / "sample" / f"{SAMPLE}.npz"


class DataCode(msgspec.Struct, frozen=True):
    """Parts of a script, and the imports that they need besides that of TensorFlow."""

    imports: tuple[str, ...]
    parts: tuple[CodeLines, ...]


def data_code(name: str, options: DataOptions = AS_THEY_ARE) -> DataCode:
    """The lines that load the dataset called `name`, its pictures as they are wanted. Raises DatasetError."""
    dataset = describe(name, options)
    name = dataset.name
    if name == SAMPLE:
        about = "# Load the sample of Fashion-MNIST that comes with cnn-tui"
        return _npz(about, _SAMPLE_FILE, dataset)
    if name in BUILT_IN:
        return _built_in(dataset)
    path = path_of(name)
    assert path is not None  # or it could not have been described
    if form_of(name) == "npz":
        return _npz("# Load the dataset", path, dataset, options.validation)
    if form_of(name) == "csv":
        return DataCode(("import numpy as np",), (*table_parts(path, dataset, options), *_normalize(dataset)))
    if form_of(name) == "parquet":
        return DataCode(parquet_imports(path, options), (*parquet_parts(path, dataset, options), *_normalize(dataset)))
    imports = ("import csv", *FOLDER_IMPORTS) if is_file(path) else FOLDER_IMPORTS
    return DataCode(imports, (*folder_parts(path, dataset, options), *_normalize(dataset)))


def unset_data_code(input_shape: InputShape, classes: int) -> DataCode:
    """What stands where a dataset would be loaded, as long as none is set: what has to be written there."""
    images = f"(count, {', '.join(map(str, input_shape))})"
    stop = "load the training and test images and labels here: no dataset was set"
    load = [
        f"# No dataset is set. Load images of shape {images} here, as numbers from 0 to 1,",
        f"# and their labels, class numbers from 0 to {classes - 1}:",
        "# training_images, training_labels, test_images, test_labels = ...",
        *call("SystemExit", [literal(stop)], before="raise "),
    ]
    return DataCode((), (load,))


def _built_in(dataset: Dataset) -> DataCode:
    load = [
        f"# Load the {dataset.title} dataset",
        f"dataset = tf.keras.datasets.{dataset.name}",
        "(training_images, training_labels), (test_images, test_labels) = dataset.load_data()",
    ]
    return DataCode((), (load, *_normalize(dataset)))


def _npz(about: str, path: Path, dataset: Dataset, validation: str | None = None) -> DataCode:
    places: dict[Part, Path] = {"train": path, "test": path}
    if validation is not None:
        places = {"train": path, "validation": npz_file.place_to_validate_on(validation), "test": path}
    if not dataset.test_images:
        del places["test"]
    load, to_bytes = [about], []
    opened: dict[Path, str] = {}
    for part, place in places.items():
        if place not in opened:
            opened[place] = "data" if not opened else "other"
            load += call("np.load", [literal(str(place))], before=f"{opened[place]} = ")
        half, data = "training" if part == "train" else part, opened[place]
        with zipfile.ZipFile(place) as archive:
            arrays = arrays_of(archive, part)
            assert arrays is not None  # or it could not have been described
            images, labels = (f'{data}["{array}"]' for array in arrays)
            load.append(f"{half}_images, {half}_labels = {images}, {labels}")
            to_bytes.append(_to_bytes(archive, arrays.images, f"{half}_images"))
    return DataCode(("import numpy as np",), (load, *filter(None, to_bytes), *_normalize(dataset)))


def _to_bytes(archive: zipfile.ZipFile, array: str, images: str) -> CodeLines:
    """What brings an array of a `.npz` file, which `describe` has found in order, to bytes from 0 to 255."""
    with archive.open(f"{array}.npy") as stream:
        if npz_file.read_kind(stream) == "f":
            return [
                "# Floats become bytes, from 0 to 255",
                f"scale = 255 if {images}.max() <= 1 else 1",
                f'{images} = np.rint({images}.astype("float32") * scale)',
            ]
        while chunk := stream.read(_CHUNK):
            if chunk.strip(b"\0\1"):
                return []
    return ["# Bytes of 0 and 1 become 0 and 255", f"{images} = {images} * np.uint8(255)"]


def _normalize(dataset: Dataset) -> Iterator[CodeLines]:
    """What brings all images to 0 to 1, and calls the training images those to test on where none are apart."""
    grey = dataset.input_shape[2] == 1
    others = {"validation": dataset.validation_images, "test": dataset.test_images}
    halves = ["training", *(half for half, count in others.items() if count)]
    shape = f".reshape({', '.join(str(size) for size in (-1, *dataset.input_shape))})" if grey else ""
    yield [
        f"# Normalize the pixel values{', and add the axis of the channels' if grey else ''}",
        *(f"{half}_images = {half}_images{shape} / 255.0" for half in halves),
    ]
    if not dataset.test_images:
        yield [
            "# No images are kept apart to test on: the training images are tested on",
            "test_images, test_labels = training_images, training_labels",
        ]
