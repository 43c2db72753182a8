"""Loads a dataset, downloading it where it is not on this machine. Images stay uint8 until the device.

Fashion-MNIST, and only it, is stood in for by the sample inside this package where it cannot be had, loudly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from cnn_tui.data import csv_file, npz_file
from cnn_tui.data.course import how_to_get, is_drawn, resolved, title_of
from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    BUILT_IN,
    TEST_SHARE,
    TRAIN,
    DataOptions,
    Dataset,
    DatasetError,
    shown,
    test_share,
    too_large,
    unreadable,
)
from cnn_tui.data.describe import describe
from cnn_tui.data.labels import odd_numbers, without_images
from cnn_tui.data.parquet import parquet_file
from cnn_tui.data.pictures import image_folder
from cnn_tui.data.pictures.left_out import FilesLeftOut, sentence_of
from cnn_tui.data.table import unused_beside
from cnn_tui.text import counted, sentence
from cnn_tui.training.data import csv_reader, parquet_reader, picture_reader, readers
from cnn_tui.training.data.download import DOWNLOADS, Progress, fetch
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Reading, not_told
from cnn_tui.training.data.sources import SAMPLE, Source, find, own_folder

TESTS_NOTHING = (
    "No images are kept apart to test on: the training images are, so test figures tell nothing of other images."
)


class Images(NamedTuple):
    """A dataset in memory: images uint8 (count, height, width, channels), labels int64 (count,).

    Treat the arrays as read-only; some are views of what was read. `source` is a sentence; `warnings` are sentences
    that one should know before one believes a figure. `x_val` and `y_val` are what is validated on alone, where the
    options name that; else None.
    """

    dataset: Dataset
    x_train: Pixels
    y_train: Labels
    x_test: Pixels
    y_test: Labels
    source: str
    warnings: tuple[str, ...] = ()
    x_val: Pixels | None = None
    y_val: Labels | None = None


def to_stderr(sentence: str) -> None:
    """Say a sentence where words and progress go."""
    print(sentence, file=sys.stderr)


def load(
    name: str,
    options: DataOptions = AS_THEY_ARE,
    *,
    download: bool = True,
    say: Callable[[str], None] = to_stderr,
    progress: Progress | None = None,
    reading: Reading = not_told,
) -> Images:
    """Load a dataset, downloading a built-in one that is not on this machine, a folder's pictures as they are wanted.

    `say` is told, a sentence at a time, what the user should know; `progress` the bytes of a download, `reading` how
    many pictures of a folder are read. Raises DatasetError when the dataset is unknown, broken, or nowhere to be had.
    Fashion-MNIST then becomes its sample: the `dataset.name` of the result is "fashion_mnist_sample".
    """
    _check_own_folder(say)
    if is_drawn(resolved(name)):
        say(f"{title_of(name)}: drawn pictures, which stand in for the real ones. {how_to_get(name)}")
    name = resolved(name)
    source, why = find(name), "it is not on this machine"
    if source is None and name in DOWNLOADS and download:
        try:
            fetch(name, say, progress)
            source = find(name)
        except DatasetError as error:
            why = str(error).rstrip(".")
    if source is not None:
        return _read(name, source, say, options, reading)
    described = describe(name, options)  # an unknown name ends here, with what is allowed
    if name != "fashion_mnist":
        raise DatasetError(
            f"{described.title} cannot be loaded: {why}. Get it with `cnn-tui data fetch {name}`, "
            f"or put {name}.npz into a folder and set CNN_TUI_DATA to that folder."
        )
    say(
        "Fashion-MNIST is nowhere to be found, so the built-in sample of it is used: 6,000 + 1,000 of its "
        f"70,000 images, and a lower accuracy than the whole set gives. ({why}.) "
        "Get the whole set with `cnn-tui data fetch fashion_mnist`, or set CNN_TUI_DATA to a folder that has it."
    )
    return _read("fashion_mnist_sample", Source("sample", SAMPLE, "npz"), say)


def _read(
    name: str,
    source: Source,
    say: Callable[[str], None],
    options: DataOptions = AS_THEY_ARE,
    reading: Reading = not_told,
) -> Images:
    described = describe(name, options)
    if why := too_large(name, described.input_shape, options):
        raise DatasetError(f"{shown(source.path)} cannot be read as it is: its {why}.")
    try:
        arrays, left_out = _read_layout(source, described, options, say, reading)
    except OSError as error:
        raise unreadable(source.path, error) from None
    if name in BUILT_IN:
        _check_built_in(described, arrays, source.path)
    tests_nothing = options.test == TRAIN
    if tests_nothing:
        arrays = arrays._replace(x_test=arrays.x_train, y_test=arrays.y_train)
    described = msgspec.structs.replace(
        described,
        train_images=len(arrays.x_train),
        test_images=0 if tests_nothing else len(arrays.x_test),
        validation_images=0 if arrays.x_val is None else len(arrays.x_val),
        left_out=left_out,
    )
    not_used = (sentence_of(left_out), npz_file.unused_in_words(described), _unused_table(source, options))
    said = (TESTS_NOTHING if tests_nothing else "", *not_used, _check_images(arrays.x_train))
    warnings = filter(None, (*said, *_about_labels(described, arrays)))
    read_from = f"{described.title} was read from {source}{_tested_on(source, options)}.{_share(source, options)}"
    return Images(described, *arrays[:4], read_from, tuple(warnings), *arrays[4:])


def _tested_place(source: Source, options: DataOptions) -> Path | str | None:
    """Where what is tested on lies; None where that is in the dataset."""
    if source.layout == "csv":
        table = csv_file.halves(source.path, options).test
        return None if table is None else table.path
    if source.layout == "parquet":
        other = parquet_file.halves(source.path, options).test
        return None if other is None else other.paths[0]
    return options.test_path


def _unused_table(source: Source, options: DataOptions) -> str:
    """A sentence on a table to validate on that lies beside the one that is learned from, and is not used."""
    if source.layout not in ("csv", "parquet") or options.validation is not None:
        return ""
    tested = _tested_place(source, options)
    return unused_beside(source.path, None if tested is None else Path(tested))


def _tested_on(source: Source, options: DataOptions) -> str:
    """The end of a sentence on where a dataset is: the places of what is tested or validated on, if apart."""
    tested = _tested_place(source, options)
    places = {"tested on": tested, "validated on": options.validation}
    from_there = [f"what is {what} from {shown(place)[1:-1]}" for what, place in places.items() if place is not None]
    return f", and {' and '.join(from_there)}" if from_there else ""


def _share(source: Source, options: DataOptions) -> str:
    """A sentence on the share of each class that is tested on, where that is no part of its own."""
    share: float | None = None
    if options.test == TRAIN:
        return " The training images are tested on."
    if source.layout in ("csv", "parquet"):
        halves = (csv_file if source.layout == "csv" else parquet_file).halves(source.path, options)
        share = halves.share if halves.test is None else None
    elif source.layout == "pictures" and options.test_path is None and not image_folder.has_parts(source.path):
        share = test_share(options.test)
    if share is None:
        return ""
    return f" {'Every fifth image' if share == TEST_SHARE else f'A share of {share:g}'} of each class is tested on."


def _about_labels(described: Dataset, arrays: Arrays) -> list[str]:
    """Sentences that name labels of no image, and classes without training or without test images."""
    odd = odd_numbers(described.unused, described.classes, described.is_table)
    counts = (np.bincount(labels, minlength=described.classes) for labels in (arrays.y_train, arrays.y_test))
    missing = without_images(described.class_names, *(count.tolist() for count in counts))
    return [*([sentence(odd)] if odd else []), *missing]


def _read_layout(
    source: Source, described: Dataset, options: DataOptions, say: Callable[[str], None], reading: Reading
) -> tuple[Arrays, tuple[FilesLeftOut, ...]]:
    """The arrays, and what of the files is not in them."""
    match source.layout:
        case "npz":
            return readers.read_npz(source.path, say, options), ()
        case "idx":
            return readers.read_idx(source.path), ()
        case "cifar10":
            return readers.read_cifar10(source.path), ()
        case "cifar100":
            return readers.read_cifar100(source.path), ()
        case "csv":
            return csv_reader.read_csv(source.path, options, say), ()
        case "parquet":
            return parquet_reader.read_parquet(source.path, described.input_shape, options, say, reading)
        case "pictures":
            return picture_reader.read_folder(source.path, described.input_shape, options, say, reading)


def _check_built_in(described: Dataset, arrays: Arrays, path: Path) -> None:
    for images in (arrays.x_train, arrays.x_test):
        if images.shape[1:] != described.input_shape:
            raise DatasetError(
                f"{shown(path)} is not {described.title}: its images are {' × '.join(map(str, images.shape[1:]))} "
                f"and not {' × '.join(map(str, described.input_shape))}. Replace it, or give its path as the dataset."
            )
    highest = max(int(arrays.y_train.max()), int(arrays.y_test.max()))
    if highest >= described.classes:
        raise DatasetError(
            f"{shown(path)} is not {described.title}: it has the label {highest}, and the {described.classes} classes "
            "count from 0. Replace it, or give its path as the dataset."
        )


def _check_own_folder(say: Callable[[str], None]) -> None:
    own = own_folder()
    if own and not (os.path.isdir(own) and os.access(own, os.R_OK | os.X_OK)):  # noqa: PTH112  it never raises
        say(f"CNN_TUI_DATA is {shown(own)}, which is no folder that can be read, so it is passed over.")


def _check_images(images: Pixels) -> str:
    """What is wrong with all images, (count, height, width, channels), of a set, in a sentence; "" where nothing is.

    An image that is as it should be ends the look, so that a good set takes no time.
    """
    what = f"All {counted(len(images), 'training image')}" if len(images) > 1 else "The only training image"
    if len(images) > 1 and all((image == images[0]).all() for image in images[1:]):
        return f"{what} are one and the same: there is nothing to tell apart. Look at how the files were made."
    if all(image.min() == image.max() for image in images):
        return (
            f"{what} are even areas with nothing drawn in them: at most their brightness can be learned. "
            "Look at the files: what should be seen may be in a place that is not read."
        )
    if all(image.max() <= 1 for image in images):
        return (
            f"{what} hold no number above 1, of 255: they are nearly black. "
            "Save them so that white is 255, or they will hardly be learned from."
        )
    return ""
