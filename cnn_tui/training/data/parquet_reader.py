"""Reads Parquet files of labels and images into memory, some rows at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cnn_tui.data.dataset import DataOptions, DatasetError, shown
from cnn_tui.data.parquet import parquet_file, parquet_pictures
from cnn_tui.data.parquet.parquet_file import ParquetHalves
from cnn_tui.data.parquet.parquet_rows import rows
from cnn_tui.data.parquet.parquet_table import ParquetTable
from cnn_tui.data.pictures.left_out import FilesLeftOut, LeftOutCounter
from cnn_tui.data.table import Shape
from cnn_tui.training.data import folder_store
from cnn_tui.training.data.csv_reader import places_tested
from cnn_tui.training.data.folder_store import KeptFolder
from cnn_tui.training.data.picture_reader import PictureReader, PictureSource
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Reading, Say, check_room

_NUMBERS_AT_ONCE = 4_000_000


def read_parquet(
    path: Path, shape: Shape, options: DataOptions, say: Say, reading: Reading
) -> tuple[Arrays, tuple[FilesLeftOut, ...]]:
    """The images and labels of a table, and of that beside it; and the pictures that are left out, as broken ones are.

    Pictures are kept as they were made, and not unpacked again before a file or what is asked of it changes. Raises
    DatasetError, OSError.
    """
    halves = parquet_file.halves(path, options)
    check_room(path, sum(len(table.labels) for table in halves.tables), shape)
    if not halves.train.picture:
        return _arrays(halves, [_pixels(table, shape) for table in halves.tables]), ()
    digest = folder_store.digest_of_files(halves.paths, shape, options)
    kept = folder_store.read(digest)
    if kept is None:
        kept = _unpacked(path, halves, shape, options, reading)
        folder_store.keep(digest, kept)
    for sentence in kept.said:
        say(sentence)
    return kept.arrays, kept.left_out


def _unpacked(path: Path, halves: ParquetHalves, shape: Shape, options: DataOptions, reading: Reading) -> KeptFolder:
    def find_top() -> int:
        return parquet_pictures.survey(halves.paths, halves.train.picture).top or 1

    total = sum(len(table.labels) for table in halves.tables)
    reader, left_out = PictureReader(path, shape, options.fit == "crop", total, reading, find_top), LeftOutCounter()
    read = [tuple(reader.read(_pictures(table), len(table.labels), left_out)) for table in halves.tables]
    return KeptFolder(_arrays(halves, read), left_out.result(), tuple(reader.sentences()))


def _pictures(table: ParquetTable) -> Iterator[PictureSource]:
    for at, content in enumerate(parquet_pictures.pictures_in(table.paths, table.picture)):
        if at >= len(table.labels):
            raise _was_written(table)
        yield PictureSource(content, table.labels[at], f"row {at + 1} of {table.paths[0].name}")


def _pixels(table: ParquetTable, shape: Shape) -> tuple[Pixels, Labels]:
    """The images of a table of numbers. Raises DatasetError for a number that is no pixel."""
    images = np.empty((len(table.labels), len(table.pixels)), np.uint8)
    at = 0
    for batch in rows(table.paths, table.pixels, max(1, _NUMBERS_AT_ONCE // len(table.pixels))):
        some = np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], axis=1)
        wrong = np.argwhere(~((some >= 0) & (some <= 255) & (some == np.floor(some))))
        if len(wrong):
            row, column = map(int, wrong[0])
            raise DatasetError(
                f"Row {at + row + 1:,} of {shown(table.paths[0])} has {some[row, column]} in the column "
                f"{shown(table.pixels[column][:60])}. Pixels are whole numbers from 0 to 255."
            )
        if at + len(some) > len(images):
            raise _was_written(table)
        images[at : at + len(some)] = some
        at += len(some)
    return images.reshape(-1, *shape), np.array(table.labels, np.int64)


def _arrays(halves: ParquetHalves, read: list[Any]) -> Arrays:
    """The images of the tables that were read; without one to test on, that is a share of each class of the first."""
    if halves.test is not None:
        return Arrays(*(array for part in read for array in part))
    (images, labels), *validated = read
    tested = places_tested(labels, halves.share)
    return Arrays(images[~tested], labels[~tested], images[tested], labels[tested], *itertools.chain(*validated))


def _was_written(table: ParquetTable) -> DatasetError:
    return DatasetError(f"{shown(table.paths[0])} was written while it was read. Try again.")
