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
import functools
import glob
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cnn_tui.data import parquet_pictures
from cnn_tui.data.dataset import (
    OR_ELSE,
    PART,
    TEST_SHARE,
    DataOptions,
    Dataset,
    DatasetError,
    check_apart,
    path_of,
    shown,
)
from cnn_tui.data.npz_file import MOST_CLASSES, MOST_IMAGES
from cnn_tui.data.parquet_rows import opened, rows
from cnn_tui.data.table import (
    LABEL_NAMES,
    Shape,
    describe_table,
    names_beside,
    shape_of_pixels,
    too_many_classes,
    with_validation,
)
from cnn_tui.text import counted, escaped

_ROWS_OF_LABELS = 65_536
_MOST_PARTS = 10_000
_ALSO_LABELS = ("fine_label", "coarse_label")
_TESTS = ("test", "validation", "valid", "val")


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
    return found._replace(validation=_like(look(other), found.train, "validated on"))


def _halves(path: Path, options: DataOptions) -> ParquetHalves:
    train, test = look(path), options.test
    if isinstance(test, float):
        return ParquetHalves(train, None, test)
    if test is None:
        beside = _beside(path)
        if beside is None:
            return ParquetHalves(train, None, TEST_SHARE)
    else:
        beside = _other(test, "test on", "test")
    return ParquetHalves(train, _like(look(beside), train, "tested on"), 0.0)


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


def look(path: Path) -> ParquetTable:
    """Look at a table. Raises DatasetError, which says what is not as it should be; OSError."""
    paths = _parts(path)
    return _looked_at(paths, stamp_of(paths))


def stamp_of(paths: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((status.st_mtime_ns, status.st_size) for status in (path.stat() for path in paths))


@functools.lru_cache(maxsize=8)
def _looked_at(paths: tuple[Path, ...], stamp: tuple[tuple[int, int], ...]) -> ParquetTable:
    table = _begun(paths)
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


def _begun(paths: tuple[Path, ...]) -> ParquetTable:
    """What the first file's schema tells of a table."""
    with opened(paths[0]) as file:
        schema = file.schema_arrow
    if twice := next((name for name, count in Counter(schema.names).items() if count > 1), ""):
        raise DatasetError(
            f"{shown(paths[0])} has more than one column {shown(twice[:60])}. Give each a name of its own."
        )
    label, picture = _label_in(schema, paths[0]), _picture_in(schema)
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


def _label_in(schema: Any, path: Path) -> str:
    import pyarrow.types as types

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


def _beside(path: Path) -> Path | None:
    """The table, or its first part, that lies beside one whose name says that it is learned from."""
    for name in names_beside(PART.sub("", path.name).removesuffix(path.suffix), *_TESTS):
        beside = [
            path.with_name(name + path.suffix),
            *sorted(path.parent.glob(f"{glob.escape(name)}-00000-of-?????{path.suffix}")),
        ]
        if there := next((one for one in beside if one.is_file()), None):
            return there
    return None
