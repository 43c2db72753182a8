"""Tables (CSV) that name pictures: which column has the names, and where the pictures lie.

    file,label              the first line names the columns
    cat.7.jpg,cat           a name may lack its ending, as an id does, and have folders before it

The pictures lie beside the table, or in a folder there.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cnn_tui.data.pictures.picture import ENDINGS

_START = 65_536
"""Bytes of a table that are looked at to find out what it is."""
_ROWS = 20
"""So many of its first rows are looked for among the pictures."""
_MOST_COLUMNS = 40
_MOST_FOLDERS = 200
_MOST_TRIED = 5_000
_MOST_KEPT = 32
_IDS = 3
"""So many of the names without an ending are tried with each of those that there are."""
_ID_NAMES = ("id", "image", "image_id", "imageid", "filename", "file_name", "file", "path", "filepath", "name", "img")
_LIKELY = ("images", "train", "train_images", "img", "data", "pictures")
"""What the folder of the pictures is most often called, beside the name of the table itself."""


class NamesTable(NamedTuple):
    """A table that names pictures. `header` are the names of its columns, numbers where it does not name them.

    `root` is the folder that the names begin in, None where no picture is found; `ending` is what they lack.
    """

    path: Path
    delimiter: str
    header: tuple[str, ...]
    is_named: bool
    names_at: int
    root: Path | None
    ending: str = ""


class _TableStart(NamedTuple):
    """What the start of a table tells: which column may have the names, some of them, and how their pictures end."""

    table: NamesTable
    names: tuple[str, ...]
    endings: tuple[str, ...]


_found: dict[Path, tuple[Path, str, str]] = {}
"""Of tables where their pictures lie, what the names lack, and one of the pictures."""


def look(path: Path) -> NamesTable | None:
    """Look at a table; None for one that names no pictures. Raises OSError."""
    path = path.absolute()
    status = path.stat()
    start = _start(path, status.st_mtime_ns, status.st_size)
    if start is None:
        return None
    root, ending, picture = _found.get(path, (None, "", ""))
    if root is None or not os.path.isfile(picture) or ending not in start.endings:  # noqa: PTH113
        root, ending, picture = _root(path, start.names, start.endings)
        while len(_found) >= _MOST_KEPT:
            del _found[next(iter(_found))]
        if root is not None:
            _found[path] = root, ending, picture
    if root is None and len(start.endings) > 1:  # ids of what are no pictures
        return None
    return start.table._replace(root=root, ending=ending)


def names_pictures(path: Path) -> bool:
    """Whether a file is a table that names pictures; not where it is gone, or may not be read."""
    try:
        return path.suffix.lower() == ".csv" and look(path) is not None
    except (OSError, ValueError):
        return False


@functools.lru_cache(maxsize=_MOST_KEPT)
def _start(path: Path, changed: int, size: int) -> _TableStart | None:
    with path.open("rb") as file:
        start = file.read(_START)
    text = start.decode("utf-8-sig", errors="replace")
    if size > len(start):
        text = text[: text.rfind("\n") + 1]
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [[field.strip() for field in row] for row in _rows(text, delimiter) if any(row)][: _ROWS + 1]
    if not rows or not 2 <= len(rows[0]) <= _MOST_COLUMNS:
        return None
    is_named = not any(map(_is_picture, rows[0]))
    body = [row for row in rows[is_named:] if len(row) == len(rows[0])]
    header = tuple(rows[0]) if is_named else tuple(map(str, range(1, len(rows[0]) + 1)))
    if not body:
        return None
    found = [at for at in range(len(header)) if any(_is_picture(row[at]) for row in body)]
    ids = [at for at, name in enumerate(header) if is_named and name.lower().replace(" ", "_") in _ID_NAMES]
    if not found and not ids:
        return None
    at = (found or ids)[0]
    names = tuple(filter(None, (row[at] for row in body)))
    return _TableStart(
        NamesTable(path, delimiter, header, is_named, at, None),
        names if found else names[:_IDS],
        ("",) if found else ENDINGS,
    )


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:  # a field that no name is as long as
        return


def _is_picture(field: str) -> bool:
    return field.lower().endswith(ENDINGS)


def _root(path: Path, names: Sequence[str], endings: Sequence[str]) -> tuple[Path | None, str, str]:
    """The folder that some of the names begin in, what the pictures' names have behind them, and one of those."""
    tried = ((folder, name, ending) for folder in _folders(path) for name in names for ending in endings)
    for folder, name, ending in itertools.islice(tried, _MOST_TRIED):
        place = place_of(folder, name, ending)
        if os.path.isfile(place):  # noqa: PTH113  of many, Path takes long
            return folder, ending, place
    return None, "", ""


def place_of(root: Path, name: str, ending: str) -> str:
    """The path of a picture by its name in a table, which may be Windows's."""
    return os.path.join(root, name.replace("\\", "/") + ending)  # noqa: PTH118


def _folders(path: Path) -> Iterator[Path]:
    """Where the pictures may lie, the likeliest first: beside the table, in a folder there, in one inside that."""
    beside = path.parent
    yield beside
    first = [path.stem, *_LIKELY]
    inner = sorted(_inside(beside), key=lambda one: (first.index(one.name) if one.name in first else len(first), one))
    yield from inner
    for folder in inner:
        yield from _inside(folder)


def _inside(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(one.name for one in entries if one.is_dir() and not one.name.startswith("."))
    except OSError:
        return []
    return [folder / name for name in names[:_MOST_FOLDERS]]
