"""A dataset in a table of numbers (CSV): in each line a label and the pixels of an image, row after row.

    label,pixel1,pixel2,…     the first line may name the columns; where it does not, the first one has the labels
    6,107,118,…               three colours stand beside each other, pixel by pixel

Beside `sign_mnist_train.csv`, `sign_mnist_test.csv` is what is tested on. Files are read line by line, and no line is
taken that is longer than an image can be: only labels are remembered here.
"""

from __future__ import annotations

import array
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

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
from cnn_tui.data.labels import COLUMN_TO_NUMBERS, pixels_in_text
from cnn_tui.data.npz_file import MOST_CLASSES, MOST_IMAGES
from cnn_tui.data.table import (
    LABEL_NAMES,
    describe_table,
    no_column,
    shape_of_pixels,
    tables_beside,
    too_many_classes,
    with_validation,
)
from cnn_tui.text import counted, quiet

LONGEST_LINE = 4_000_000
"""Bytes: an image of 512 x 512 in three colours takes three."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(rb"[+-]?\d+(\.\d*)?")
_PIXELS = re.compile(rb"\d+( +\d+){3,}")


class NoColumnError(DatasetError):
    """A table has no column of the name that label_column gives."""


class PixelsInTextError(DatasetError):
    """All pixels of an image stand in one column of a table, as a text."""


class CsvTable(NamedTuple):
    """What is known of a table: how many columns it has, which one has the labels, and whether they have names."""

    path: Path
    columns: int
    label_at: int
    named: bool
    labels: array.array[int]


class CsvHalves(NamedTuple):
    """The tables to learn from and to test on; without `test`, a share of each class in `train` is tested on."""

    train: CsvTable
    test: CsvTable | None
    share: float
    unlabelled: Path | None = None
    """A table that lies where the one to test on would, and has no labels."""
    validation: CsvTable | None = None

    @property
    def tables(self) -> list[CsvTable]:
        """Those that there are."""
        return [table for table in (self.train, self.test, self.validation) if table is not None]


def describe(name: str, path: Path, options: DataOptions) -> Dataset:
    """Describe the table as the dataset called `name`. Raises DatasetError, OSError."""
    train, test, share, _, validation = halves(path, options)
    described = describe_table(
        name, path, shape_of(train, options), train.labels, None if test is None else test.labels, share
    )
    return described if validation is None else with_validation(described, validation.path, validation.labels)


def halves(path: Path, options: DataOptions) -> CsvHalves:
    """The tables of a dataset. Raises DatasetError, OSError."""
    found = _halves(path, options)
    if options.validation is None:
        return found
    table = _other(options.validation, found.train, options, "validate on", "validation")
    check_apart(table.path, path, None if found.test is None else found.test.path)
    return found._replace(validation=table)


def _other(name: str, train: CsvTable, options: DataOptions, to_do: str, key: str) -> CsvTable:
    other = path_of(name)
    if other is None or other.suffix.lower() != ".csv":
        raise DatasetError(
            f"There is no table {shown(name)} to {to_do}. Set {key} to the path of a .csv file, {OR_ELSE[key]}."
        )
    if _lacks_labels(other, train):
        column = header_of(train.path)[train.label_at]
        raise DatasetError(
            f"{shown(other)} has no column {shown(quiet(column, 60))}, as {shown(train.path)} has. Both need a label "
            "and the same pixels."
        )
    table = look(other, options.label_column)
    if table.columns != train.columns:
        raise DatasetError(
            f"{shown(other)} has {table.columns:,} columns, and {shown(train.path)} {train.columns:,}. "
            "Both need a label and the same pixels."
        )
    return table


def _halves(path: Path, options: DataOptions) -> CsvHalves:
    train, test = look(path, options.label_column), options.test
    if isinstance(test, float) or test == TRAIN:
        return CsvHalves(train, None, test_share(test))
    if test is not None:
        return CsvHalves(train, _other(test, train, options, "test on", "test"), 0.0)
    beside = _beside(path)
    if beside is None:
        return CsvHalves(train, None, TEST_SHARE)
    if _lacks_labels(beside, train):
        return CsvHalves(train, None, TEST_SHARE, beside)
    try:
        table = look(beside, options.label_column)
    except NoColumnError:
        return CsvHalves(train, None, TEST_SHARE, beside)
    if table.columns != train.columns:
        return CsvHalves(train, None, TEST_SHARE, beside)
    return CsvHalves(train, table, 0.0)


def _lacks_labels(other: Path, train: CsvTable) -> bool:
    """Whether another table names its columns and none is that of the labels, as where numbers of images stand there.

    Such a table has images to be predicted.
    """
    names, own = ([name.lower() for name in header_of(path)] for path in (other, train.path))
    is_named = not all(_NUMBER.fullmatch(name.encode()) for name in names)
    is_alike = train.named and is_named and len(names) == len(own)
    return is_alike and not {own[train.label_at], *LABEL_NAMES} & {*names}


def shape_of(table: CsvTable, options: DataOptions) -> tuple[int, int, int]:
    """(height, width, channels) of the images of a table. Raises DatasetError where they are not square."""
    return shape_of_pixels(table.path, table.columns - 1, options)


def look(path: Path, label_column: str | None = None) -> CsvTable:
    """Look at a table. Raises DatasetError, which names the line that is not as it should be; OSError."""
    status = path.stat()
    return _looked_at(path, label_column, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=8)
def _looked_at(path: Path, label_column: str | None, changed: int, size: int) -> CsvTable:
    table: CsvTable | None = None
    with path.open("rb") as file:
        for number, line in lines(file, path):
            if table is None:
                table = _begun(path, line, label_column)
                if table.named:
                    continue
            if line.count(b",") != table.columns - 1:
                count = line.count(b",") + 1
                raise DatasetError(
                    f"Line {number:,} of {shown(path)} has {counted(count, 'value')}, and the first one "
                    f"{table.columns:,}. Each needs a label and the same pixels."
                )
            if not table.labels and (at := _pixels_at(line)) is not None:
                raise PixelsInTextError(pixels_in_text(path, header_of(path) if table.named else [], at))
            if len(table.labels) >= MOST_IMAGES:
                raise DatasetError(f"{shown(path)} has more than {MOST_IMAGES:,} images. Use fewer.")
            table.labels.append(_label(path, number, label_in(line, table.label_at)))
    if table is None or not table.labels:
        raise DatasetError(f"{shown(path)} has no images. Each line needs a label and the pixels of an image.")
    return table


def header_of(path: Path) -> list[str]:
    """What the first line of a table has in its columns; [] where that cannot be read."""
    try:
        with path.open("rb") as file:
            return [bare(field).decode(errors="replace") for field in next(lines(file, path), (0, b""))[1].split(b",")]
    except (OSError, DatasetError):
        return []


def lines(file: IO[bytes], path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers from 1. Raises DatasetError for one that is too long."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise DatasetError(
                f"Line {number:,} of {shown(path)} has more than {LONGEST_LINE:,} bytes, which is more than an image. "
                "Write each image in a line of its own."
            )
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if line := line.strip():
            yield number, line


def label_in(line: bytes, at: int) -> bytes:
    """What stands in one of the columns of a line."""
    return line[: line.find(b",")] if at == 0 else line.split(b",", at + 1)[at]


def _begun(path: Path, line: bytes, label_column: str | None) -> CsvTable:
    """What the first line tells of a table."""
    fields = [bare(field) for field in line.split(b",")]
    if len(fields) < 2:
        raise DatasetError(
            f"{shown(path)} has one column. A table of images has a label and the pixels of an image in each line, "
            "with commas between them."
        )
    names = [field.decode(errors="replace") for field in fields]
    if label_column is not None and label_column.strip() not in names:
        raise NoColumnError(no_column(path, label_column, names))
    is_label = [name == label_column.strip() if label_column else name.lower() in LABEL_NAMES for name in names]
    label_at = is_label.index(True) if any(is_label) else None
    named = label_at is not None or not any(_NUMBER.fullmatch(field) for field in fields)
    return CsvTable(path, len(fields), label_at or 0, named, array.array("i"))


def _pixels_at(line: bytes) -> int | None:
    """The column in which numbers stand behind one another as a text, as pixels do; None for none."""
    return next((at for at, field in enumerate(line.split(b",")) if _PIXELS.fullmatch(bare(field))), None)


def bare(field: bytes) -> bytes:
    """A value without blanks and quotes around it."""
    return field.strip().strip(b'"').strip()


def _label(path: Path, number: int, field: bytes) -> int:
    word = bare(field)
    whole = word.removesuffix(b".0")
    if not whole.isdigit():
        raise DatasetError(
            f"Line {number:,} of {shown(path)} has the label {shown(word.decode(errors='replace')[:40])}. "
            f"Labels are whole numbers from 0: number them, in pandas with {COLUMN_TO_NUMBERS}, and save it anew."
        )
    if len(whole) > 9 or int(whole) >= MOST_CLASSES:
        raise DatasetError(f"Line {number:,} of {shown(path)} {too_many_classes(whole[:20].decode())}")
    return int(whole)


def _beside(path: Path) -> Path | None:
    """The table that lies beside one whose name says that it is learned from, and is named as its other half."""
    return next(tables_beside(path, "test"), None)
