"""A dataset in a table of numbers (CSV): in each line a label and the pixels of an image, row after row.

    label,pixel1,pixel2,…     the first line may name the columns; where it does not, the first one has the labels
    6,107,118,…               three colours stand beside each other, pixel by pixel

Beside `sign_mnist_train.csv`, `sign_mnist_test.csv` is what is tested on. Files are read line by line, and no line is
taken that is longer than an image can be: only labels are remembered here.
"""

from __future__ import annotations

import array
import functools
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from cnn_tui.data.dataset import TEST_SHARE, DataOptions, Dataset, DatasetError, is_tested, path_of, shown
from cnn_tui.data.npz_file import MOST_CLASSES, MOST_IMAGES
from cnn_tui.text import counted, escaped

LONGEST_LINE = 4_000_000
"""Bytes: an image of 512 x 512 in three colours takes three."""
_LABEL_NAMES = ("label", "labels", "class", "target", "y")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(rb"[+-]?\d+(\.\d*)?")


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


def describe(name: str, path: Path, options: DataOptions) -> Dataset:
    """Describe the table as the dataset called `name`. Raises DatasetError, OSError."""
    train, test, share, _ = halves(path, options)
    shape = shape_of(train, options)
    counts, tested = Counter(train.labels), Counter(test.labels if test is not None else ())
    if test is None:
        tested = Counter({one: sum(is_tested(at, share) for at in range(count)) for one, count in counts.items()})
        counts -= tested
        if not tested.total():
            raise DatasetError(
                f"No class in {shown(path)} has enough images for a share of {share:g} to test on. Set test to the "
                "path of another table, or to a larger share."
            )
    highest = max((*counts, *tested))
    if highest == 0:
        raise DatasetError(
            f"In {shown(path)} every label is 0, which is one class. Labels count the classes from 0; "
            "a network needs at least two to tell apart."
        )
    return Dataset(
        name=name,
        title=escaped(path.stem),
        input_shape=shape,
        class_names=tuple(map(str, range(highest + 1))),
        train_images=counts.total(),
        test_images=tested.total(),
        unused=tuple(label for label in range(highest) if not counts[label] and not tested[label]),
    )


def halves(path: Path, options: DataOptions) -> CsvHalves:
    """The tables of a dataset. Raises DatasetError, OSError."""
    train, test = look(path), options.test
    if isinstance(test, float):
        return CsvHalves(train, None, test)
    if test is not None:
        other = path_of(test)
        if other is None or other.suffix.lower() != ".csv":
            raise DatasetError(f"There is no table {shown(test)} to test on. Set test to the path of a .csv file.")
        table = look(other)
        if table.columns != train.columns:
            raise DatasetError(
                f"{shown(other)} has {table.columns:,} columns, and {shown(path)} {train.columns:,}. "
                "Both need a label and the same pixels."
            )
        return CsvHalves(train, table, 0.0)
    beside = _beside(path)
    if beside is None:
        return CsvHalves(train, None, TEST_SHARE)
    table = look(beside)
    if table.columns != train.columns:
        return CsvHalves(train, None, TEST_SHARE, beside)
    return CsvHalves(train, table, 0.0)


def shape_of(table: CsvTable, options: DataOptions) -> tuple[int, int, int]:
    """(height, width, channels) of the images of a table. Raises DatasetError where they are not square."""
    pixels = table.columns - 1
    for channels in (1, 3):
        if options.image_size is not None:
            height, width = options.image_size
        else:
            height = width = math.isqrt(pixels // channels)
        if height * width * channels == pixels:
            return height, width, channels
    where = f"{shown(table.path)} has {counted(pixels, 'pixel')} in a line, which"
    if options.image_size is not None:
        height, width = options.image_size
        raise DatasetError(f"{where} make no image of {height} × {width}, grey or in three colours. Set another size.")
    raise DatasetError(
        f"{where} make no square image, grey or in three colours. Set image_size to its height and width."
    )


def look(path: Path) -> CsvTable:
    """Look at a table. Raises DatasetError, which names the line that is not as it should be; OSError."""
    status = path.stat()
    return _looked_at(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=8)
def _looked_at(path: Path, changed: int, size: int) -> CsvTable:
    table: CsvTable | None = None
    with path.open("rb") as file:
        for number, line in lines(file, path):
            if table is None:
                table = _begun(path, line)
                if table.named:
                    continue
            if line.count(b",") != table.columns - 1:
                count = line.count(b",") + 1
                raise DatasetError(
                    f"Line {number:,} of {shown(path)} has {counted(count, 'value')}, and the first one "
                    f"{table.columns:,}. Each needs a label and the same pixels."
                )
            if len(table.labels) >= MOST_IMAGES:
                raise DatasetError(f"{shown(path)} has more than {MOST_IMAGES:,} images. Use fewer.")
            table.labels.append(_label(path, number, label_in(line, table.label_at)))
    if table is None or not table.labels:
        raise DatasetError(f"{shown(path)} has no images. Each line needs a label and the pixels of an image.")
    return table


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


def _begun(path: Path, line: bytes) -> CsvTable:
    """What the first line tells of a table."""
    fields = [bare(field) for field in line.split(b",")]
    if len(fields) < 2:
        raise DatasetError(
            f"{shown(path)} has one column. A table of images has a label and the pixels of an image in each line, "
            "with commas between them."
        )
    names = [field.decode(errors="replace").lower() for field in fields]
    label_at = next((at for at, name in enumerate(names) if name in _LABEL_NAMES), None)
    named = label_at is not None or not any(_NUMBER.fullmatch(field) for field in fields)
    return CsvTable(path, len(fields), label_at or 0, named, array.array("i"))


def bare(field: bytes) -> bytes:
    """A value without blanks and quotes around it."""
    return field.strip().strip(b'"').strip()


def _label(path: Path, number: int, field: bytes) -> int:
    word = bare(field)
    whole = word.removesuffix(b".0")
    if not whole.isdigit():
        raise DatasetError(
            f"Line {number:,} of {shown(path)} has the label {shown(word.decode(errors='replace')[:40])}. "
            "Labels are whole numbers from 0: number the classes."
        )
    if len(whole) > 9 or int(whole) >= MOST_CLASSES:
        raise DatasetError(
            f"Line {number:,} of {shown(path)} has the label {whole[:20].decode()}, but at most {MOST_CLASSES:,} "
            "classes are taken. Number the classes from 0 without gaps."
        )
    return int(whole)


def _beside(path: Path) -> Path | None:
    """The table that lies beside one whose name says that it is learned from, and is named as its other half."""
    found = re.search("train(ing)?", path.stem, re.IGNORECASE)
    if found is None:
        return None
    word = found[0]
    half = "TEST" if word.isupper() else "Test" if word[0].isupper() else "test"
    for other in (half, half + word[len("train") :]):
        name = path.stem[: found.start()] + other + path.stem[found.end() :]
        if (beside := path.with_name(name + path.suffix)).is_file():
            return beside
    return None
