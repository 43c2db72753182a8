"""Reads tables of labels and pixels (CSV) into memory, some lines at a time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn_tui.data import csv_file
from cnn_tui.data.csv_file import CsvTable, bare
from cnn_tui.data.dataset import DataOptions, DatasetError, shown
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Say, check_room

AT_ONCE = 2_000_000
"""Bytes of lines, about, that become numbers at a time: each takes some tens of bytes meanwhile."""
_COMMA, _ZERO = ord(","), ord("0")
_MOST_DIGITS = 4  # of a label; a pixel has three

NumberedLine = tuple[int, bytes]


def read_csv(path: Path, options: DataOptions, say: Say) -> Arrays:
    """The images and labels of a table, and of that beside it. Raises DatasetError, which names a line, and OSError."""
    halves = csv_file.halves(path, options)
    train, test, share, unlabelled, validation = halves
    shape = csv_file.shape_of(train, options)
    check_room(path, sum(len(table.labels) for table in halves.tables), shape)
    if unlabelled is not None:
        say(f"{shown(unlabelled)} has no labels, as it seems, so it is not tested on: every fifth image of a class is.")
    images, labels = _read(train, shape)
    validated = () if validation is None else _read(validation, shape)
    if test is not None:
        return Arrays(images, labels, *_read(test, shape), *validated)
    tested = places_tested(labels, share)
    return Arrays(images[~tested], labels[~tested], images[tested], labels[tested], *validated)


def places_tested(labels: Labels, share: float) -> NDArray[np.bool_]:
    """Which images are tested on: a share of each class, as `is_tested` tells of their positions in it."""
    tested = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        ends = (np.arange(len(places) + 1) * share + 1e-9).astype(np.int64)
        tested[places[np.diff(ends) > 0]] = True
    return tested


def _read(table: CsvTable, shape: tuple[int, int, int]) -> tuple[Pixels, Labels]:
    images = np.empty((len(table.labels), *shape), np.uint8)
    flat, count = images.reshape(len(images), -1), 0
    most = max(1, AT_ONCE // (4 * table.columns))
    with table.path.open("rb") as file:
        lines = itertools.islice(csv_file.lines(file, table.path), int(table.named), None)
        while some := list(itertools.islice(lines, most)):
            if count + len(some) > len(images):
                raise DatasetError(f"{shown(table.path)} was written while it was read. Try again.")
            numbers = _plain(table, some)
            if numbers is None:
                numbers = np.array([_with_care(table, number, line) for number, line in some], np.int32)
            pixels = np.delete(numbers, table.label_at, axis=1)
            _check(table, some, pixels)
            flat[count : count + len(some)] = pixels
            count += len(some)
    return images, np.array(table.labels, np.int64)


def _plain(table: CsvTable, lines: Sequence[NumberedLine]) -> NDArray[np.int32] | None:
    """Lines of nothing but digits and commas as numbers, (lines, columns); None for others.

    All numbers are made at once, digit by digit from their ends: 15 times as quick as Python's `int` for each.
    """
    text = np.frombuffer(b",".join(line for _, line in lines) + b",", np.uint8)
    is_comma = text == _COMMA
    digits = text - np.uint8(_ZERO)  # a character below the digits becomes a large number
    ends = np.flatnonzero(is_comma)
    lengths = np.diff(ends, prepend=-1) - 1
    if len(ends) != len(lines) * table.columns or not (digits[~is_comma] <= 9).all():
        return None
    if lengths.min() < 1 or lengths.max() > _MOST_DIGITS:
        return None
    numbers = np.zeros(len(ends), np.int32)
    for place in range(int(lengths.max())):
        numbers += np.where(lengths > place, digits[ends - 1 - place], 0).astype(np.int32) * 10**place
    return numbers.reshape(len(lines), table.columns)


def _with_care(table: CsvTable, number: int, line: bytes) -> list[int]:
    """The numbers of a line that has blanks, quotes, decimal points or words in it. Raises DatasetError for words."""
    fields = line.split(b",")
    if len(fields) != table.columns:
        raise DatasetError(f"{shown(table.path)} was written while it was read. Try again.")
    numbers = []
    for column, field in enumerate(fields, 1):
        try:
            value = float(bare(field))
            if not value.is_integer() or abs(value) > 10**9:
                raise ValueError
        except (ValueError, OverflowError):
            raise _no_pixel(table, number, column, bare(field).decode(errors="replace")) from None
        numbers.append(int(value))
    return numbers


def _check(table: CsvTable, lines: Sequence[NumberedLine], pixels: NDArray[np.int32]) -> None:
    """Raise DatasetError for a number that is no pixel."""
    wrong = np.argwhere((pixels < 0) | (pixels > 255))
    if len(wrong):
        row, column = map(int, wrong[0])
        place = column + 1 + (column >= table.label_at)
        raise _no_pixel(table, lines[row][0], place, str(pixels[row, column]))


def _no_pixel(table: CsvTable, number: int, column: int, found: str) -> DatasetError:
    return DatasetError(
        f"Line {number:,} of {shown(table.path)} has {shown(found[:40])} in column {column:,}. "
        "Pixels are whole numbers from 0 to 255."
    )
