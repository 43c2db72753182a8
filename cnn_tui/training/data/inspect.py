"""Looks at a dataset, as `python -m cnn_tui.training.data.inspect NAME OPTIONS`: works out and keeps what is in it.

It needs NumPy and no TensorFlow. Where it cannot, it prints a sentence and ends with exit status 1.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from cnn_tui.data import csv_file, raw_file
from cnn_tui.data.course import possible_places
from cnn_tui.data.data_facts import FORMAT, DataFacts, PartFacts, Stamp, facts_path, stamp_of
from cnn_tui.data.dataset import AS_THEY_ARE, BUILT_IN, DataOptions, DatasetError
from cnn_tui.data.parquet import parquet_file
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.data.download import keras_home
from cnn_tui.training.data.image_store import keep_images
from cnn_tui.training.data.readers import Labels, Pixels, Reading, not_told
from cnn_tui.training.data.sources import SYSTEM, Source, find

SAMPLE = 2_000
"""Training images that are kept to be looked at: as many of each class, where it has them."""
MOST_OF_A_CLASS, LEAST_OF_A_CLASS = 100, 4


def look(name: str, options: DataOptions = AS_THEY_ARE, reading: Reading = not_told) -> DataFacts:
    """What is in a dataset that is on this machine; keeps it, and images, if there is room. Raises DatasetError.

    `reading` is told how many pictures of a folder are read, and of how many.
    """
    remarks: list[str] = []
    images = load(name, options, download=False, say=remarks.append, reading=reading)
    stamp = _stamp(name, images, options)
    names = images.dataset.class_names
    sample = _sample(images.y_train, len(names))
    test_digest = train_digest = ""
    with contextlib.suppress(OSError):  # a full disk is no reason to say nothing
        test_digest = keep_images(images.x_test, images.y_test, names)
        train_digest = keep_images(images.x_train[sample], images.y_train[sample], names)
    facts = DataFacts(
        FORMAT,
        images.dataset.name,
        images.dataset.title,
        images.source,
        (*remarks, *images.warnings),
        images.dataset.input_shape,
        names,
        _part(images.x_train, images.y_train, len(names)),
        _part(images.x_test, images.y_test, len(names)) if images.dataset.test_images else None,
        test_digest,
        train_digest,
        stamp,
        os.environ.get("CNN_TUI_DATA", ""),
        images.dataset.left_out,
        None if images.x_val is None or images.y_val is None else _part(images.x_val, images.y_val, len(names)),
    )
    with contextlib.suppress(OSError):
        raw_file.write(facts_path(name, options), facts, [])
    return facts


def _part(pixels: Pixels, labels: Labels, classes: int) -> PartFacts:
    counts = np.bincount(labels, minlength=classes)
    return PartFacts(
        len(pixels), tuple(map(int, counts)), int(pixels.min()), int(pixels.max()), float(pixels.mean(dtype=np.float64))
    )


def _sample(labels: Labels, classes: int) -> Labels:
    """Positions of the first few images of each class, ascending."""
    most = min(MOST_OF_A_CLASS, max(LEAST_OF_A_CLASS, SAMPLE // max(1, classes)))
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(classes + 1))
    chosen = [order[first : min(end, first + most)] for first, end in itertools.pairwise(starts)]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _stamp(name: str, images: Images, options: DataOptions) -> Stamp:
    source = find(images.dataset.name)
    files = list(_files(source, options)) if source is not None else []
    # Where a better copy may turn up, for which the sample may have stood in.
    places = [keras_home() / "datasets", SYSTEM] if name in BUILT_IN else [*possible_places(name)]
    return stamp_of([*files, *places])


def _files(source: Source, options: DataOptions) -> Iterator[Path]:
    """The files that a dataset is read from; of a folder of pictures only the folders, which change with them."""
    if source.layout == "pictures":
        yield from map(Path, list_pictures(source.path, options).folders)
        return
    if source.layout == "csv":
        yield from (table.path for table in csv_file.halves(source.path, options).tables)
        return
    if source.layout == "parquet":
        yield from parquet_file.halves(source.path, options).paths
        return
    yield source.path
    if source.path.is_dir():
        yield from (entry for entry in sorted(source.path.iterdir()) if entry.is_file())


def main(arguments: list[str]) -> int:
    """Look at the dataset that the first argument names, its pictures as the second, JSON, says; the exit status."""
    if len(arguments) != 2:
        print("usage: python -m cnn_tui.training.data.inspect NAME OPTIONS")
        return 2
    try:
        look(arguments[0], msgspec.json.decode(arguments[1], type=DataOptions))
    except (DatasetError, OSError, MemoryError) as error:
        print(str(error) or "there is not enough memory for it")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
