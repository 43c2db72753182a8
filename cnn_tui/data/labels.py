"""Sentences on labels: which classes have no images, and how to make whole numbers from 0 of the labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from cnn_tui.data.dataset import shown
from cnn_tui.text import enumerated, quiet

TO_NUMBERS = (
    "`names, numbers = numpy.unique(numpy.concatenate([y_train, y_test]), return_inverse=True); "
    "y_train, y_test = numpy.split(numbers, [len(y_train)])`"
)
"""Python code that numbers words, or numbers with gaps, from 0; `names` are then the classes in their order."""

COLUMN_TO_NUMBERS = "`table['label'] = table['label'].factorize(sort=True)[0]`"
"""The same for the column of a table that pandas has read, numbered in the order of the words."""

_TELLS_PART = re.compile(r"usage|split|subset|fold|\bset\b", re.IGNORECASE)
"""What is in the name of a column that tells what a row is used for."""


def pixels_in_text(path: Path, names: Sequence[str], at: int) -> str:
    """What is wrong with a table that has all pixels of an image in one text, and what pandas is told to part them.

    Where a column tells what rows are used for, as Usage does, each part becomes a table of its own.
    """
    words = f"{shown(path)} has all pixels of an image in one text, in its column {at + 1}. Write each into its own"
    others = [quiet(name, 40) for place, name in enumerate(names) if place != at and not _TELLS_PART.search(name)]
    pixels = quiet(names[at], 40) if others else ""
    if not others:
        return f"{words} column, behind one called label."
    part = next((quiet(name, 40) for name in names if _TELLS_PART.search(name)), None)
    rows, file = ("rows", "f'{part}.csv'") if part is not None else ("table", f"'{quiet(path.stem, 40)}-pixels.csv'")
    table = f"pandas.concat([{rows}[{others[0]!r}].rename('label'), {rows}[{pixels!r}].str.split(expand=True)]"
    each = f"for part, rows in table.groupby({part!r}): " if part is not None else ""
    return (
        f"{words} column, where `table` is what pandas has read: `{each}{table}, axis=1).to_csv({file}, index=False)`."
    )


def odd_numbers(unused: Sequence[int], classes: int, in_table: bool = False) -> str:
    """What is odd about labels from 0 to `classes` - 1 when no image has those in `unused`, and what to do.

    Labels stand in a column of a table, or else in the arrays of a `.npz` file.
    """
    if not unused:
        return ""
    first = len(unused)
    if unused[-1] == first - 1:
        none = "0" if first == 1 else f"0 to {first - 1}"
        remedy = (
            f"take {first} from each, in pandas with `table['label'] -= {first}`"
            if in_table
            else f"save y_train - {first} and y_test - {first} in their place"
        )
        return f"labels seem to start at {first}, for no image has the label {none}: {remedy}"
    missing = enumerated(map(str, unused), "or")
    remedy = f"number them anew with {TO_NUMBERS} and save both"
    if in_table:
        remedy = f"that class is never found, and the network still needs {classes} outputs; or number "
        remedy += f"them anew, in pandas with {COLUMN_TO_NUMBERS}"
    return f"labels have gaps, for they go up to {classes - 1} and no image has the label {missing}: {remedy}"


def unknown_label(where: Path, label: int, classes: int) -> str:
    """What is wrong with a label of what is validated on that nothing which is learned from has."""
    return (
        f"{shown(where)} has the label {label}, and what is learned from and tested on has the labels 0 to "
        f"{classes - 1}. What is validated on needs the same classes."
    )


def without_images(names: Sequence[str], train: Sequence[int], test: Sequence[int]) -> list[str]:
    """Sentences that name the classes without training images, and those without test images.

    `train` and `test` count the images of each class. A class without any image is left to `odd_numbers`.
    """
    every = list(zip(names, train, test, strict=True))
    unseen = [name for name, seen, tested in every if tested and not seen]
    untested = [name for name, seen, tested in every if seen and not tested]
    found = []
    if unseen:
        found.append(f"No training image is of the class {_classes(unseen)}, so that cannot be learned.")
    if untested:
        found.append(f"No test image is of the class {_classes(untested)}, so how well that is found cannot be told.")
    return found


def _classes(names: Sequence[str]) -> str:
    return enumerated((quiet(name, 40) for name in names), "or")
