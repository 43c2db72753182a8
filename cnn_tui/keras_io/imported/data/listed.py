"""The table (CSV) that names the pictures which a script trains on, as a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures import picture_names
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.data.pictures.picture_list import CLASS_NAMES, label_column_of, other_columns_of
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.parts import holds_out
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import quiet

_NUMBERS = ("raw", "other", "multi_output")
"""Modes in which labels are what stands in the table."""


def table_here(
    code: CodeImport, places: Iterable[Path], tests: Sequence[Path], wanted: DataOptions, notes: Notes
) -> tuple[str, DataOptions] | None:
    """The table of a script and how it is wanted, where it lies at one of the places with its pictures; else None.

    `tests` is where the table may lie that it tests on. What the script takes of it otherwise is noted.
    """
    data, listed = code.data, code.data.path
    for place in places:
        if not picture_names.names_pictures(place):
            continue
        for test in (*map(str, tests), wanted.test):
            named = _class_column(code, place)
            options = msgspec.structs.replace(with_column(wanted, code, place), test=test)
            if named not in ("", *map(str.strip, other_columns_of(place))):
                notes.append(
                    f"its classes are in the column {quiet(named, 60)} there, where the table here has none: set "
                    "label_column to the column that has them, with the dataset"
                )
                return None
            try:
                describe(str(place), options)
            except (DatasetError, OSError):
                continue
            if tests and test is wanted.test:
                notes.append(
                    f"the table that it tests on, {quiet(str(tests[0]), 80)}, is not there, or of other classes"
                )
            if BY_HAND in data.arguments:
                notes.to_know.append(
                    f"the classes are those of the column {quiet(named or _usual_column(place), 60)} of the table"
                )
            _note_rows(code, listed, notes)
            _note_folder(listed, list_pictures(place, options).halves[0], notes)
            return str(place), options
    return None


def with_column(wanted: DataOptions, code: CodeImport, place: Path) -> DataOptions:
    """How a table is wanted, with the column of its classes where it would be taken to be another than there."""
    named = _class_column(code, place)
    return msgspec.structs.replace(wanted, label_column=None if named in ("", _usual_column(place)) else named)


def _usual_column(place: Path) -> str:
    """The column that a table is taken to have its classes in, where it is not told; "" where it cannot be."""
    try:
        return label_column_of(place).strip()
    except (DatasetError, OSError):
        return ""


def note_gone(code: CodeImport, why: str, notes: Notes) -> None:
    """Note that a table is not here, or `why` it is not taken, and what the dataset is to be set to."""
    listed = code.data.path
    shown = f"{quiet(listed.table, 80)} ({code.data.place})"
    if why:
        notes.append(f"the pictures that the table {shown} names {why}")
    else:
        notes.append(
            f"the table that names the pictures that it trains on, {shown}, is not there: set the dataset to it, with "
            "its pictures beside it or in a folder there"
        )
    _note_rows(code, listed, notes)


def column_to_name(code: CodeImport) -> str | None:
    """The column of the classes, where a script names one that no table is taken to have its classes in; else None."""
    named = code.data.arguments.get("y_col")
    return named if isinstance(named, str) and named.strip().lower() not in CLASS_NAMES else None


def _class_column(code: CodeImport, place: Path) -> str:
    """The column of the classes of a table as a script names it; "" where it does not, or names several.

    Of pictures that are read by hand it is the one that the script names, beside that of the pictures.
    """
    data = code.data
    if BY_HAND not in data.arguments:
        wanted: Any = data.arguments.get("y_col", "class")  # Keras's own
        return wanted.strip() if isinstance(wanted, str) else ""
    named = [name for name in other_columns_of(place) if name.strip() in code.columns_named]
    return named[0].strip() if len(named) == 1 else ""


def _note_rows(code: CodeImport, listed: Listed, notes: Notes) -> None:
    """Note what the script does to the table before it is read."""
    if listed.changed_at:
        notes.append(
            f"the table is changed there ({listed.changed_at}), which is not followed: here its rows are as in the file"
        )
    watched = code.validation.path if isinstance(code.validation, Folder) else None
    is_same = isinstance(watched, Listed) and (watched.table, watched.folder) == (listed.table, listed.folder)
    is_parted = is_same and not holds_out(code)
    if listed.some_at and not is_parted:
        notes.append(f"only some rows of the table are taken there ({listed.some_at}): here all are")
    if (mode := code.data.arguments.get("class_mode")) in _NUMBERS:
        notes.append(f"with class_mode {mode}, labels are numbers of the table there: here each picture has one class")
    if is_parted:
        notes.append("which of the table's rows are validated on is not known: here a fifth of each class is tested on")


def _note_folder(listed: Listed, root: Path, notes: Notes) -> None:
    wanted = PurePosixPath(listed.folder.replace("\\", "/")).name
    if wanted and wanted not in (root.name, ".") and not listed.is_unknown:
        notes.append(f"the pictures are taken from {quiet(wanted, 60)} there, and from {quiet(str(root), 80)} here")
