"""An experiment whose dataset is not set yet: the images and classes that its network is for stand in for it.

Such is a model from elsewhere whose images are not on this machine. Its shapes, totals and problems are worked out from
`input_shape` and `classes`; to be trained it has to have a dataset.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from cnn_tui.data import csv_file
from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    MOST_SIDE,
    TRAIN,
    DataOptions,
    Dataset,
    DatasetError,
    Side,
    form_of,
    is_folder,
    path_of,
)
from cnn_tui.data.describe import describe
from cnn_tui.data.npz_file import MOST_CLASSES
from cnn_tui.data.parquet import parquet_file
from cnn_tui.text import counted

Channels = Annotated[int, msgspec.Meta(ge=1, le=MOST_SIDE)]
InputShape = tuple[Side, Side, Channels]
"""(height, width, channels) of the images that a network is for."""
Classes = Annotated[int, msgspec.Meta(ge=1, le=MOST_CLASSES)]

NOT_SET = "not set"
"""Stands in tables and forms where a dataset's name would."""


def check(dataset: str, input_shape: InputShape | None, classes: int | None, options: DataOptions) -> None:
    """Raise ValueError where the keys of a file that stand in for a dataset do not go together."""
    if input_shape is None and classes is None:
        return
    if dataset:
        raise ValueError("input_shape and classes stand in until a dataset is set: leave them out, or the dataset")
    if input_shape is None or classes is None:
        there, missing = ("classes", "input_shape") if input_shape is None else ("input_shape", "classes")
        raise ValueError(f"{there} needs {missing} beside it, as input_shape = [48, 48, 1] and classes = 7")
    if options.image_size is not None or options.color is not None:
        raise ValueError("input_shape says the size and the colours already: leave image_size and color out")


def stand_in(input_shape: InputShape, classes: int) -> Dataset:
    """What is known of the images: how large they are and how many classes they have."""
    return Dataset(f"dataset {NOT_SET}", "", input_shape, tuple(map(str, range(classes))), 0, 0)


def pictures_for(input_shape: InputShape, options: DataOptions) -> DataOptions:
    """How the pictures of a folder go into a network that is for images of that shape."""
    height, width, channels = input_shape
    if channels not in (1, 3):
        return AS_THEY_ARE
    color = "grayscale" if channels == 1 else "rgb"
    return msgspec.structs.replace(options, image_size=(height, width), color=color)


def with_column(dataset: str, options: DataOptions, label_column: str | None) -> DataOptions:
    """The options with the column of the classes that was wanted, where the dataset is a table that has it."""
    wanted = msgspec.structs.replace(options, label_column=label_column)
    try:
        describe(dataset, wanted)
    except DatasetError:
        return options
    return wanted


def share_kept(dataset: str, options: DataOptions, test: str | float | None) -> str | float | None:
    """The share that was to be tested on of images that were not here, or TRAIN, for the dataset that is set then.

    None where none was wanted, and for a dataset that has images to test on itself, or cannot be described.
    """
    path = path_of(dataset)
    if not (isinstance(test, float) or test == TRAIN) or path is None:
        return None
    try:
        if is_folder(dataset):
            describe(dataset, msgspec.structs.replace(options, test=test))
            return test
        if form_of(dataset) == "csv":
            return test if csv_file.halves(path, AS_THEY_ARE).test is None else None
        if form_of(dataset) == "parquet":
            return test if parquet_file.halves(path, AS_THEY_ARE).test is None else None
        if test == TRAIN:
            describe(dataset, DataOptions(test=TRAIN))
            return test
        return None
    except (DatasetError, OSError):
        return None


def images_in_words(input_shape: InputShape, classes: int) -> str:
    """As `images of 48x48x1 and 7 classes`."""
    return f"images of {'x'.join(map(str, input_shape))} and {counted(classes, 'class', 'classes')}"
