"""A dataset in Parquet files: in each row a label and an image.

    label, pixel1, pixel2, …     numbers from 0 to 255, row after row of the image, as in a table of text (CSV)
    label, image                 the image is a picture's whole file (PNG, JPEG), by itself or as {bytes, path}: so
                                 Hugging Face keeps pictures, and says in the file what the classes are called

A label may be a word too: words are numbered in the order of the alphabet, as the folders of classes are. Beside
`train-00000-of-00002.parquet` all its parts are read, and `test-00000-of-00001.parquet` is what is tested on; without
that, `validation`. Of the rows only labels are remembered here. pyarrow reads the files; where it is not installed, a
sentence says how to get it.
"""

from __future__ import annotations

import array
from pathlib import Path
from typing import NamedTuple

import msgspec

from cnn_tui.data.dataset import (
    OR_ELSE,
    TEST_SHARE,
    TRAIN,
    DataOptions,
    Dataset,
    DatasetError,
    check_apart,
    path_of,
    shown,
    test_share,
)
from cnn_tui.data.parquet import parquet_pictures
from cnn_tui.data.parquet.parquet_table import ParquetTable, look, stamp_of
from cnn_tui.data.table import VALIDATIONS, Shape, describe_table, shape_of_pixels, tables_beside, with_validation
from cnn_tui.text import escaped


class ParquetHalves(NamedTuple):
    """The tables to learn from and to test on; without `test`, a share of each class in `train` is tested on."""

    train: ParquetTable
    test: ParquetTable | None
    share: float
    validation: ParquetTable | None = None

    @property
    def tables(self) -> list[ParquetTable]:
        """Those that there are."""
        return [table for table in (self.train, self.test, self.validation) if table is not None]

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(path for table in self.tables for path in table.paths)


def describe(name: str, path: Path, options: DataOptions) -> Dataset:
    """Describe the table as the dataset called `name`. Raises DatasetError, OSError."""
    train, test, share, validation = halves(path, options)
    if train.in_words and len(train.names) == 1:
        raise DatasetError(
            f"In {shown(path)} every label is {shown(train.names[0][:40])}, which is one class; a network needs at "
            "least two to tell apart."
        )
    if not train.picture and (options.color is not None or options.fit != "stretch"):
        raise DatasetError(
            f"color and fit are for pictures, and {shown(path)} has pixels in its columns. Leave them out."
        )
    labels = None if test is None else test.labels
    folder = Path(name).expanduser()  # that the table is in, or the table itself
    described = describe_table(name, path, shape_of(train, options), train.labels, labels, share, train.names)
    if validation is not None:
        described = with_validation(described, validation.paths[0], validation.labels)
    return msgspec.structs.replace(described, title=escaped(folder.stem))


def halves(path: Path, options: DataOptions) -> ParquetHalves:
    """The tables of a dataset. Raises DatasetError, OSError."""
    found = _halves(path, options)
    if options.validation is None:
        return found
    other = _other(options.validation, "validate on", "validation")
    check_apart(other, path, None if found.test is None else found.test.paths[0])
    return found._replace(validation=_like(look(other, options.label_column), found.train, "validated on"))


def _halves(path: Path, options: DataOptions) -> ParquetHalves:
    train, test = look(path, options.label_column), options.test
    if isinstance(test, float) or test == TRAIN:
        return ParquetHalves(train, None, test_share(test))
    if test is None:
        beside = next(tables_beside(path, "test", *VALIDATIONS), None)
        if beside is None:
            return ParquetHalves(train, None, TEST_SHARE)
    else:
        beside = _other(test, "test on", "test")
    return ParquetHalves(train, _like(look(beside, options.label_column), train, "tested on"), 0.0)


def _other(name: str, to_do: str, key: str) -> Path:
    path = path_of(name)
    if path is None or path.suffix.lower() != ".parquet":
        raise DatasetError(
            f"There is no table {shown(name)} to {to_do}. Set {key} to the path of a .parquet file, {OR_ELSE[key]}."
        )
    return path


def _like(table: ParquetTable, train: ParquetTable, what: str) -> ParquetTable:
    """A table of the same images as the one that is learned from, its classes numbered alike. Raises DatasetError."""
    if (table.picture, len(table.pixels)) != (train.picture, len(train.pixels)):
        raise DatasetError(
            f"{shown(table.paths[0])} has other columns than {shown(train.paths[0])}. Both need the same images and a "
            "label."
        )
    return _of_classes(table, train, what)


def _of_classes(table: ParquetTable, train: ParquetTable, what: str) -> ParquetTable:
    """A table with words for labels, numbered as those that are learned from are. Raises DatasetError."""
    if table.in_words != train.in_words:
        raise DatasetError(
            f"The labels of one of {shown(table.paths[0])} and {shown(train.paths[0])} are words, and those of the "
            "other numbers. Both need the same."
        )
    if not table.in_words or table.names == train.names:
        return table
    unseen = next((name for name in table.names if name not in train.names), None)
    if unseen is not None:
        raise DatasetError(
            f"{shown(table.paths[0])} has the label {shown(unseen[:40])}, which {shown(train.paths[0])} has not. "
            f"What is {what} needs the classes that are learned from."
        )
    numbers = [train.names.index(name) for name in table.names]
    labels = array.array("i", (numbers[label] for label in table.labels))
    return table._replace(names=train.names, labels=labels)


def shape_of(table: ParquetTable, options: DataOptions) -> Shape:
    """(height, width, channels) of the images; of pictures, the size is that of the first. Raises DatasetError."""
    if not table.picture:
        return shape_of_pixels(table.paths[0], len(table.pixels), options)
    size, coloured = parquet_pictures.first_look(table.paths, table.picture, stamp_of(table.paths))
    height, width = options.image_size or size
    return height, width, 3 if (coloured if options.color is None else options.color == "rgb") else 1
