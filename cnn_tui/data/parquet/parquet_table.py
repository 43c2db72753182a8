"""Looks into a table in Parquet files: its columns, its labels and what its classes are called."""

from __future__ import annotations

import array
import functools
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from cnn_tui.data.dataset import PART, DatasetError, shown
from cnn_tui.data.npz_file import MOST_CLASSES, MOST_IMAGES
from cnn_tui.data.parquet.parquet_rows import opened, rows
from cnn_tui.data.table import LABEL_NAMES, no_column, too_many_classes
from cnn_tui.text import counted

_ROWS_OF_LABELS = 65_536
_MOST_PARTS = 10_000
_ALSO_LABELS = ("fine_label", "coarse_label")


class ParquetTable(NamedTuple):
    """What is known of a table: its files, its columns, what its classes are called, and its labels in order."""

    paths: tuple[Path, ...]
    label: str
    picture: str
    """The column of the pictures; "" for a table of pixels."""
    in_struct: bool
    """Whether a picture is {bytes, path}, and not the bytes alone."""
    pixels: tuple[str, ...]
    names: tuple[str, ...]
    labels: array.array[int]
    in_words: bool = False
    """Whether the labels are words in the file: the names, whose places in the order of the alphabet they are here."""


def look(path: Path, label_column: str | None = None) -> ParquetTable:
    """Look at a table. Raises DatasetError, which says what is not as it should be; OSError."""
    paths = _parts(path)
    return _looked_at(paths, label_column, stamp_of(paths))


def stamp_of(paths: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((status.st_mtime_ns, status.st_size) for status in (path.stat() for path in paths))


@functools.lru_cache(maxsize=8)
def _looked_at(paths: tuple[Path, ...], label_column: str | None, stamp: tuple[tuple[int, int], ...]) -> ParquetTable:
    table = _begun(paths, label_column)
    words: dict[str, int] = {}
    for batch in rows(paths, (table.label,), _ROWS_OF_LABELS):
        for label in batch.column(0).to_pylist():
            if table.in_words and isinstance(label, str):
                label = words.setdefault(label, len(words))
                if len(words) > MOST_CLASSES:
                    raise _wrong_label(table, len(table.labels), len(words))
            if not isinstance(label, int) or not 0 <= label < MOST_CLASSES:
                raise _wrong_label(table, len(table.labels), label)
            table.labels.append(label)
        if len(table.labels) > MOST_IMAGES:
            raise DatasetError(f"{shown(paths[0])} has more than {MOST_IMAGES:,} images. Use fewer.")
    if not table.labels:
        raise DatasetError(f"{shown(paths[0])} has no rows. Each needs a label and an image.")
    return _numbered(table, words) if table.in_words else table


def _numbered(table: ParquetTable, words: dict[str, int]) -> ParquetTable:
    """A table whose labels number words as they came, with labels that number them in the order of the alphabet."""
    names = tuple(sorted(words))
    place = {words[name]: at for at, name in enumerate(names)}
    return table._replace(names=names, labels=array.array("i", (place[label] for label in table.labels)))


def _wrong_label(table: ParquetTable, row: int, label: Any) -> DatasetError:
    where = f"Row {row + 1:,} of {shown(table.paths[0])}"
    if isinstance(label, int) and label >= MOST_CLASSES:
        return DatasetError(f"{where} {too_many_classes(label)}")
    found = "no label" if label is None else f"the label {label}"
    return DatasetError(
        f"{where} has {found}. Labels are whole numbers from 0. Where the images to test on have none, set test to a "
        "share, as 0.2."
    )


def _begun(paths: tuple[Path, ...], label_column: str | None) -> ParquetTable:
    """What the first file's schema tells of a table."""
    with opened(paths[0]) as file:
        schema = file.schema_arrow
    if twice := next((name for name, count in Counter(schema.names).items() if count > 1), ""):
        raise DatasetError(
            f"{shown(paths[0])} has more than one column {shown(twice[:60])}. Give each a name of its own."
        )
    label, picture = _label_in(schema, paths[0], label_column), _picture_in(schema)
    pixels = () if picture else tuple(one.name for one in schema if one.name != label and _is_number(one.type))
    if not picture and len(pixels) < len(schema) - 1:
        other = next(one.name for one in schema if one.name != label and one.name not in pixels)
        raise DatasetError(
            f"{shown(paths[0])} has the column {shown(other[:60])}, which is neither a picture's file nor a number. "
            "Each row needs a label, and a picture or its pixels."
        )
    if not picture and not pixels:
        raise DatasetError(f"{shown(paths[0])} has labels and no images. Each row needs a picture, or its pixels.")
    in_struct = bool(picture) and not _is_bytes(schema.field(picture).type)
    names, in_words = _class_names(schema, label), _is_word(schema.field(label).type)
    return ParquetTable(paths, label, picture, in_struct, pixels, names, array.array("i"), in_words)


def _label_in(schema: Any, path: Path, label_column: str | None) -> str:
    import pyarrow.types as types

    if label_column is not None:
        may_be = [one.name for one in schema if types.is_integer(one.type) or _is_word(one.type)]
        if label_column not in may_be:
            raise DatasetError(no_column(path, label_column, may_be))
        return label_column
    whole = [one.name for one in schema if types.is_integer(one.type)]
    found = next((name for wanted in (*LABEL_NAMES, *_ALSO_LABELS) for name in whole if name.lower() == wanted), None)
    if found is None and _picture_in(schema) and len(whole) == 1:
        found = whole[0]
    if found is None:
        words = [one.name for one in schema if _is_word(one.type)]
        found = next((name for wanted in LABEL_NAMES for name in words if name.lower() == wanted), None)
    if found is None:
        there = ", ".join(shown(name[:40]) for name in schema.names[:8])
        raise DatasetError(
            f"{shown(path)} has no column of labels: whole numbers from 0, or words, in a column called label. Its "
            f"columns are {there}{', …' if len(schema.names) > 8 else ''}."
        )
    return str(found)


def _picture_in(schema: Any) -> str:
    """The first column that has pictures' files; "" for none."""
    return next((one.name for one in schema if _is_bytes(one.type) or _has_bytes(one.type)), "")


def _is_bytes(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _has_bytes(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_struct(kind)) and any(field.name == "bytes" and _is_bytes(field.type) for field in kind)


def _is_word(kind: Any) -> bool:
    import pyarrow.types as types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _is_number(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_integer(kind) or types.is_floating(kind))


def _class_names(schema: Any, label: str) -> tuple[str, ...]:
    """What Hugging Face calls the classes, in the notes that it leaves in a file; () where it says nothing."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        names = told["info"]["features"][label]["names"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    if not isinstance(names, list) or len(names) > MOST_CLASSES or not all(isinstance(one, str) for one in names):
        return ()
    return tuple(names)


def _parts(path: Path) -> tuple[Path, ...]:
    """The file with all the others that it is a part with. Raises DatasetError where one is missing."""
    found = PART.search(path.name)
    if found is None:
        return (path,)
    count = int(found[2])
    if not 0 < count <= _MOST_PARTS:
        return (path,)
    parts = tuple(
        path.with_name(f"{path.name[: found.start()]}-{at:05d}-of-{found[2]}{path.suffix}") for at in range(count)
    )
    missing = next((part for part in parts if not part.is_file()), None)
    if missing is not None:
        raise DatasetError(
            f"{shown(missing)} is missing: {shown(path)} is one of {counted(count, 'part')}. Put all into one folder."
        )
    return parts
