"""Describes a dataset without loading its pictures, so that shapes can be shown at once.

A built-in dataset is described from a table; a `.npz` file from the headers inside it; a table (CSV, Parquet) from
its columns and its labels; a folder of image folders from its names and its first picture.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from cnn_tui.data import course, csv_file, npz_file
from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    BUILT_IN,
    NAMED,
    TABLES,
    TRAIN,
    DataOptions,
    Dataset,
    DatasetError,
    form_of,
    has_columns,
    path_of,
    shown,
    unreadable,
)
from cnn_tui.data.drawn import drawings
from cnn_tui.data.parquet import parquet_file
from cnn_tui.data.pictures import image_folder
from cnn_tui.text import did_you_mean


def describe(dataset: str, options: DataOptions = AS_THEY_ARE) -> Dataset:
    """Describe a dataset by its name, or by its path a `.npz` file, a table or a folder of image folders.

    `options` say how the pictures of a folder are wanted, and what is tested on; other datasets are as they are.

    The description of a file is remembered until the file changes. Raises DatasetError for any other name, and for a
    file or folder that cannot be a dataset.
    """
    check_options(dataset, options)
    if dataset in BUILT_IN:
        return BUILT_IN[dataset]
    if dataset in course.NAMES:
        return _describe_course_set(course.resolved(dataset), options)
    path = path_of(dataset)
    if path is None:
        raise DatasetError(_unknown(dataset))
    return _describe_file(dataset, path, options)


def _describe_course_set(dataset: str, options: DataOptions) -> Dataset:
    if course.is_drawn(dataset) and options.test is None and options.validation is None:
        return _describe_drawn(dataset, options)
    try:
        described = _describe_file(dataset, course.place_of(dataset), options)
    except OSError as error:
        raise unreadable(Path(dataset), error) from None
    return msgspec.structs.replace(described, title=course.title_of(dataset))


def _describe_drawn(dataset: str, options: DataOptions) -> Dataset:
    """What will be drawn, without drawing it."""
    drawn = drawings.DRAWN[dataset.removesuffix(course.DRAWN)]
    height, width = options.image_size or (drawn.side, drawn.side)
    coloured = drawn.coloured if options.color is None else options.color == "rgb"
    names, shape = tuple(drawn.classes), (height, width, 3 if coloured else 1)
    counts = drawn.train * len(names), drawn.test * len(names)
    return Dataset(dataset, course.title_of(dataset), shape, names, *counts)


def _describe_file(dataset: str, path: Path, options: DataOptions) -> Dataset:
    try:
        if form_of(dataset) == "npz":
            return npz_file.describe(dataset, path, options)
        if form_of(dataset) == "csv":
            return csv_file.describe(dataset, path, options)
        if form_of(dataset) == "parquet":
            return parquet_file.describe(dataset, path, options)
        return image_folder.describe(dataset, path, options)
    except OSError as error:
        raise unreadable(path, error) from None


def check_options(dataset: str, options: DataOptions) -> None:
    """Raise DatasetError for options that the dataset's form does not have."""
    form, place = form_of(dataset), shown(dataset)
    if options.label_column is not None and not has_columns(dataset):
        raise DatasetError(
            f"label_column names the column of the classes of a table, and {place} is none. Leave it out."
        )
    plain = msgspec.structs.replace(options, test=None, validation=None, label_column=None)
    if form == "csv":
        plain = msgspec.structs.replace(plain, image_size=None)
    if form in ("folder", "parquet") or options == AS_THEY_ARE or (form == "csv" and plain == AS_THEY_ARE):
        return
    if form == "npz" and plain == AS_THEY_ARE and options.test in (None, TRAIN):
        return
    if form == "csv" and path_of(dataset) is None:  # which is said of it
        return
    if plain != AS_THEY_ARE:
        raise DatasetError(
            f"image_size, color and fit are for folders of pictures, and {place} is none: its images come in one size. "
            "Leave them out."
        )
    if options.test is not None:
        raise DatasetError(
            f"test is for folders of pictures and tables, and {place} is none: it says itself what is tested on. "
            "Leave test out."
        )
    raise DatasetError(
        f"validation is {shown(options.validation or '')}, and a path is for folders of pictures, tables and .npz "
        f'files, of which {place} is none. Set it to a fraction like 0.1, to training images like "0-4999", or to '
        '"test" or "none".'
    )


def _unknown(dataset: str) -> str:
    allowed = f"{', '.join(NAMED)}, the path of a .npz, .csv or .parquet file, or a folder of image folders"
    if not dataset:
        return f"There is no dataset yet. Allowed are {allowed}."
    if form_of(dataset) in ("npz", *TABLES):
        return f"There is no file {shown(dataset)}. Give the path of a file that exists."
    hint = did_you_mean(dataset, NAMED)
    if os.sep in dataset and not hint:
        return f"There is no folder {shown(dataset)}. Give a folder of image folders, or a .npz, .csv or .parquet file."
    return f"There is no dataset {shown(dataset)}.{hint} Allowed are {allowed}."
