"""The pictures in a column of Parquet files: each is a whole file, as PNG or JPEG, by itself or as {bytes, path}."""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cnn_tui.data.dataset import DatasetError, shown
from cnn_tui.data.parquet.parquet_rows import rows
from cnn_tui.data.pictures.picture import (
    MOST_PIXELS,
    PictureError,
    header_of,
    highest,
    is_coloured,
    is_deep,
    is_transparent,
    open_picture,
    top_of,
    without_warnings,
)
from cnn_tui.data.pictures.picture_survey import FORMAT, Survey

_AT_ONCE = 64
_BYTES_AT_ONCE = 16_000_000
"""Rows, and bytes: pictures are large."""
_MOST_BYTES = 8 * MOST_PIXELS
"""Of a picture's file: it has 4 channels of 16 bits. Pillow would refuse what is larger when it had copied it."""
_LOOKED_AT = 100
"""Pictures that tell whether the set is in colour."""


class FirstLook(NamedTuple):
    """(height, width) of the first picture that can be read, and whether any of the first ones is in colour."""

    size: tuple[int, int]
    coloured: bool


def pictures_in(paths: tuple[Path, ...], column: str) -> Iterator[bytes]:
    """The pictures of a column, each as its whole file; empty where there is none. Raises DatasetError."""
    for batch in rows(paths, (column,), _AT_ONCE, _BYTES_AT_ONCE):
        cells = batch.column(0)
        yield from _contents(cells.field("bytes") if hasattr(cells, "field") else cells)  # {bytes, path}
        batch = cells = None  # before more is read


def _contents(cells: Any) -> Iterator[bytes]:
    """The bytes in an array of pyarrow's, each copied once, where its own scalars are two copies."""
    import pyarrow.types as types

    if not len(cells):
        return
    _, places, data = cells.buffers()
    at = memoryview(places).cast("B").cast("q" if types.is_large_binary(cells.type) else "i")[cells.offset :]
    held = memoryview(data or b"")
    for number, missing in enumerate(cells.is_null().to_pylist()):
        start, end = at[number], at[number + 1]
        yield b"" if missing or end - start > _MOST_BYTES else bytes(held[start:end])


@functools.lru_cache(maxsize=8)
def first_look(paths: tuple[Path, ...], column: str, stamp: tuple[Any, ...]) -> FirstLook:
    """Look at the first pictures, once for each `stamp` of the files. Raises DatasetError where none can be read."""
    size, coloured = None, False
    with without_warnings():
        for seen, content in enumerate(pictures_in(paths, column)):
            if size is not None and seen >= _LOOKED_AT:
                break
            with contextlib.suppress(PictureError):
                opened = open_picture(io.BytesIO(content))
                size, coloured = size or opened.size, coloured or is_coloured(opened.picture)
    if size is None:
        raise DatasetError(f"No picture in the column {shown(column[:60])} of {shown(paths[0])} can be read.")
    return FirstLook(size[::-1], coloured)


def survey(paths: tuple[Path, ...], column: str) -> Survey:
    """What all the pictures are like, as `picture_survey.survey` tells it of a folder. Raises DatasetError."""
    coloured = transparent = deep = huge = False
    size, number = (0, 0), 0.0
    with without_warnings():
        for content in pictures_in(paths, column):
            try:
                with header_of(io.BytesIO(content)) as picture:
                    size, coloured = picture.size, coloured or is_coloured(picture)
                    transparent = transparent or is_transparent(picture)
                    if is_deep(picture):
                        deep, number = True, max(number, highest(picture))
            except PictureError as error:
                huge = huge or error.kind == "too large"
    return Survey(FORMAT, "", size, coloured, True, transparent, deep, huge, top_of(number))
