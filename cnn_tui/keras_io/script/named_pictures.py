"""The lines of a Keras script that list the pictures which a table names, as `pictures/picture_list.py` lists them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data.dataset import DataOptions, DatasetError, path_of
from cnn_tui.data.pictures import picture_names
from cnn_tui.data.pictures.picture_list import label_at
from cnn_tui.data.pictures.picture_names import NamesTable
from cnn_tui.keras_io.source import CodeLines, call, literal


def tables_of(path: Path, options: DataOptions) -> dict[str, NamesTable]:
    """The tables to learn from and, where there are such, to test and validate on, by the names of what they list.

    Raises DatasetError, OSError.
    """
    places = {"tested": options.test_path, "validated": options.validation}
    others = {name: path_of(place) for name, place in places.items() if place is not None}
    found = {name: picture_names.look(place) for name, place in {"listed": path, **others}.items() if place is not None}
    tables = {name: table for name, table in found.items() if table is not None}
    if len(tables) < len(found):
        raise DatasetError("a table names no pictures")
    return tables


VARIABLES = {"listed": "table", "tested": "test_table", "validated": "validation_table"}
"""The names of a script's variables with the paths of its tables, by those of what is listed in them."""
FUNCTION = "pictures_in"


def listing_parts(tables: dict[str, NamesTable], label_column: str | None, before: list[str]) -> Iterator[CodeLines]:
    """What sets `listed`, and `tested` and `validated` where there are such tables: pairs of a class and a path.

    `before` are the lines that come first.
    """
    if before:
        yield before
    yield [
        "# A table names the pictures, and the class of each",
        f"def {FUNCTION}(table, folder, delimiter, columns, name_at, label_at, ending, first):",
        '    with open(table, newline="", encoding="utf-8-sig", errors="replace") as file:',
        "        rows = list(csv.reader(file, delimiter=delimiter))[first:]",
        "    rows = [[field.strip() for field in row] for row in rows if len(row) == columns]",
        "    places = [folder / (row[name_at].replace(chr(92), '/') + ending) for row in rows]",
        "    pairs = [(row[label_at], place) for row, place in zip(rows, places) if row[label_at] and row[name_at]]",
        "    return sorted((label, str(place)) for label, place in pairs if place.is_file())",
    ]
    lines: list[str] = []
    for name, table in tables.items():
        lines += call("Path", [literal(str(table.path))], before=f"{VARIABLES[name]} = ")
    for name, table in tables.items():
        arguments = [
            VARIABLES[name],
            f"Path({literal(str(table.root))})",
            literal(table.delimiter),
            *map(str, (len(table.header), table.names_at, label_at(table, label_column))),
            literal(table.ending),
            str(int(table.is_named)),
        ]
        lines += call(FUNCTION, arguments, before=f"{name} = ")
    yield [*lines, "classes = sorted({label for label, _ in listed})"]


def halves(share: float | None) -> CodeLines:
    """What makes `training` and `test` of them; without `share`, each of a table; with one of 0, all is training."""
    training = "training = [(path, classes.index(label)) for label, path in listed]"
    if share == 0:
        return [training]
    if share is None:
        return [
            training,
            "test = [(path, classes.index(label)) for label, path in tested]",
        ]
    return [
        f"# Of each class, a share of {share:g} is tested on",
        f"share, rounding = {share!r}, 1e-9",
        "training, test = [], []",
        "for label, name in enumerate(classes):",
        "    for position, path in enumerate([path for one, path in listed if one == name]):",
        "        before = int(position * share + rounding)",
        "        is_tested = int((position + 1) * share + rounding) > before",
        "        (test if is_tested else training).append((path, label))",
    ]
