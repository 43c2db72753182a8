"""A dataset in a table (CSV) that names pictures and their classes, which lie beside it.

Every fifth picture of a class, sorted by path, is tested on, or what `test` says: another share, or another such table.
So may a third table name those to validate on.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cnn_tui.data.dataset import OR_ELSE, DataOptions, DatasetError, check_apart, is_tested, path_of, shown, test_share
from cnn_tui.data.npz_file import MOST_CLASSES, MOST_IMAGES
from cnn_tui.data.pictures import picture_names
from cnn_tui.data.pictures.folder_pictures import FolderPictures
from cnn_tui.data.pictures.left_out import LeftOutCounter
from cnn_tui.data.pictures.picture_names import NamesTable
from cnn_tui.data.table import LABEL_NAMES, no_column
from cnn_tui.text import counted, enumerated, escaped, quiet

NAME_IT = (
    "Set label_column to its name; in the settings of the lab it is typed after the path, as `table.csv "
    "label_column=kind`."
)
CLASS_NAMES = (
    *LABEL_NAMES,
    "category",
    "classes",
    "class_name",
    "species",
    "breed",
    "emotion",
    "diagnosis",
    "dx",
    "type",
)
"""What the column of the classes may be called, in capitals or not, where there are more than two."""


class NamedPictures(NamedTuple):
    """The pictures that a table names and that are there, each with its class."""

    table: NamesTable
    root: Path
    label_at: int
    pictures: list[tuple[str, str]]


def list_named(path: Path, options: DataOptions) -> FolderPictures:
    """List the pictures that a table names, sorted by class and path. Raises DatasetError, OSError."""
    left_out, column = LeftOutCounter(), options.label_column
    learned = _read(path, column, left_out)
    names = tuple(sorted({label for _, label in learned.pictures}))
    if not 2 <= len(names) <= MOST_CLASSES:
        column = shown(learned.table.header[learned.label_at])
        raise DatasetError(
            f"The column {column} of {shown(path)} has {counted(len(names), 'class', 'classes')}. "
            f"Between 2 and {MOST_CLASSES:,} are taken: set label_column to the column of the classes."
        )
    if options.test_path is not None:
        other = _read(_other(options.test_path, path, "test on", "test"), column, left_out)
        train, tested = _numbered(learned, names), _of_classes(other, names, path)
    else:
        other = learned
        train, tested = _split(_numbered(learned, names), test_share(options.test), path)
    tables, validated = [learned, other], []
    if options.validation is not None:
        third = _other(options.validation, path, "validate on", "validation")
        check_apart(third, path, other.table.path)
        tables.append(_read(third, column, left_out))
        validated = _of_classes(tables[-1], names, path)
    inside = [os.path.dirname(path) for path, _ in (*train, *tested, *validated)]  # noqa: PTH120  of many, Path takes long
    seen = tuple(dict.fromkeys((*(str(one.table.path) for one in tables), *inside)))
    return FolderPictures(names, train, tested, (learned.root, other.root), left_out.result(), seen, validated)


def _of_classes(other: NamedPictures, names: tuple[str, ...], path: Path) -> list[tuple[str, int]]:
    """The pictures of another table. Raises DatasetError where there are none, or of a class that is not learned."""
    if unknown := sorted({label for _, label in other.pictures} - set(names)):
        raise DatasetError(
            f"{shown(other.table.path)} has the class {shown(unknown[0])}, which {shown(path)} has not. "
            "Name the classes alike in both."
        )
    if not other.pictures:
        raise DatasetError(f"{shown(other.table.path)} names no pictures that are there and have a class.")
    return _numbered(other, names)


def label_column_of(path: Path) -> str:
    """The name of the column that a table is taken to have its classes in. Raises DatasetError, OSError."""
    table = _looked_at(path)
    return table.header[label_at(table)]


def other_columns_of(path: Path) -> tuple[str, ...]:
    """The names of the columns of a table beside that of its pictures. Raises DatasetError, OSError."""
    table = _looked_at(path)
    return tuple(name for at, name in enumerate(table.header) if at != table.names_at)


def label_at(table: NamesTable, column: str | None = None) -> int:
    """Which column of a table has the classes, the one of a name or the likeliest.

    Raises DatasetError where there is none of that name, or where it may be several.
    """
    others = [at for at in range(len(table.header)) if at != table.names_at]
    if column is not None:
        named = [at for at in others if table.header[at].strip() == column.strip()]
        if not named:
            raise DatasetError(no_column(table.path, column, [table.header[at] for at in others]))
        return named[0]
    for name in CLASS_NAMES:
        for at in others:
            if table.header[at].lower() == name:
                return at
    if len(others) == 1:
        return others[0]
    listed = enumerated([shown(quiet(table.header[at], 30)) for at in others[:5]], "or")
    raise DatasetError(f"{shown(table.path)} names pictures, and its classes may be in the column {listed}. {NAME_IT}")


def _looked_at(path: Path) -> NamesTable:
    table = picture_names.look(path)
    if table is None:
        raise DatasetError(f"{shown(path)} names no pictures. Give a .csv file with their names and classes.")
    return table


def _other(name: str, path: Path, to_do: str, key: str) -> Path:
    other = path_of(name)
    if other is None or other.suffix.lower() != ".csv":
        raise DatasetError(
            f"There is no table {shown(name)} to {to_do}. Set {key} to the path of a .csv file as {shown(path)} is, "
            f"{OR_ELSE[key]}."
        )
    return other


def _read(path: Path, column: str | None, left_out: LeftOutCounter) -> NamedPictures:
    """The pictures that a table names; those that are not there, or have no class, are counted."""
    table = _looked_at(path)
    at = label_at(table, column)
    if table.root is None:
        raise DatasetError(
            f"None of the first pictures that {shown(path)} names lies beside it, or in a folder there. "
            "Put the table where their names begin."
        )
    found: list[tuple[str, str]] = []
    for row in _rows(table):
        name, label = row[table.names_at].strip(), row[at].strip()
        place = picture_names.place_of(table.root, name, table.ending)
        if not label or not name:
            left_out.add("no class", escaped(name))
        elif os.path.isfile(place):  # noqa: PTH113  of many, Path takes long
            found.append((place, label))
        else:
            left_out.add("not there", escaped(name))
        if len(found) > MOST_IMAGES:
            raise DatasetError(f"{shown(path)} names more than {MOST_IMAGES:,} pictures. Use fewer.")
    return NamedPictures(table, table.root, at, found)


def _rows(table: NamesTable) -> Iterator[list[str]]:
    try:
        with table.path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            for number, row in enumerate(csv.reader(file, delimiter=table.delimiter)):
                if len(row) == len(table.header) and not (number == 0 and table.is_named):
                    yield row
    except csv.Error as error:
        raise DatasetError(f"{shown(table.path)} cannot be read as a table: {error}. Save it as CSV.") from None


def _numbered(found: NamedPictures, names: tuple[str, ...]) -> list[tuple[str, int]]:
    numbers = {name: number for number, name in enumerate(names)}
    return sorted(((path, numbers[label]) for path, label in found.pictures), key=lambda one: (one[1], one[0]))


def _split(
    pictures: list[tuple[str, int]], share: float, path: Path
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    train: list[tuple[str, int]] = []
    test: list[tuple[str, int]] = []
    position, before = 0, -1
    for picture in pictures:
        position = position + 1 if picture[1] == before else 0
        before = picture[1]
        (test if is_tested(position, share) else train).append(picture)
    if share and not (train and test):
        raise DatasetError(
            f"No class in {shown(path)} has enough pictures for a share of {share:g} to test on. "
            "Set test to a larger share, or to the path of another table."
        )
    return train, test
