"""Where the folders and the tables lie that a script names, as it says or beside it, and why they are not taken.

Of files of which a script takes several together, a line of Python makes the one that a dataset is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures.folder_parts import part_of
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.files.classes_asked import places
from cnn_tui.keras_io.code.values import Unknown
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.tested import place_of, places_of_both
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import quiet

_USUAL_NAMES = ("data", "dataset", "images")
ARRAYS_IN_ONE = 'np.savez("data.npz", x_train=x, y_train=y, x_test=v, y_test=w) writes one'
"""What NumPy is told, whatever the script calls its arrays."""
_WHERE = "where the first line of each names its columns"
_MOST = 4


def with_both(code: CodeImport, options: DataOptions, beside: Path) -> Iterator[tuple[Path, DataOptions]]:
    """Where what a script tests on lies, and options with where that lies which it validates on alone.

    Nothing where it does not do both in two places, or one of them is not here.
    """
    both = places_of_both(code)
    watched, tested = (place_of(one) for one in both[1:]) if both is not None else (None, None)
    if watched is None or tested is None:
        return
    for third in filter(os.path.exists, places(watched, beside)):
        for test in filter(os.path.exists, places(tested, beside)):
            yield test, msgspec.structs.replace(options, validation=str(third))


def why_not(found: Sequence[Path], options: DataOptions) -> str:
    """Why the pictures of a folder, or of a table, that is there cannot be taken; "" where none is there."""
    for place in (one for one in found if one.exists()):
        try:
            describe(str(place), options)
        except DatasetError as error:
            return f"are there, but not taken: {quiet(str(error).rstrip('.'), 240)}"
    return ""


def note_other_place(path: str, taken: Path, beside: Path, notes: Notes) -> None:
    """Note where nothing but the name of a folder is as a script has it, and many are called so, as `train`."""
    whole = Path(path.replace("\\", "/")).expanduser()
    is_usual = part_of(whole.name) is not None or whole.name.lower() in _USUAL_NAMES
    if is_usual and taken == (beside / whole.name).absolute() != (beside / whole).absolute():
        instead = f"the folder {quiet(whole.name, 40)} beside the file is taken"
        notes.to_know.append(f"{quiet(path, 80)} is not there: {instead}")


def tables_in_one(table: CodeTable) -> str:
    """What is said of tables that a script puts together, with what pandas is told to make one file of them."""
    shown = quiet(str(table), 160)
    words = f"the tables that it trains on are put together there, {shown}: set the dataset to one file of all"
    if not 1 < len(table.paths) <= _MOST:
        return words
    axis = ", axis=1" if table.is_beside else ""
    line = f'pd.concat([{_read(table.paths)}]{axis}).to_csv("all.csv", index=False)'
    return f"{words}, as {line} writes it {_WHERE}"


def labels_elsewhere(images: Unknown, table: CodeTable, labels: object) -> str:
    """What is said of images whose labels are in another table; "" where they are not, or that is not known."""
    other = labels.table if isinstance(labels, Unknown) else None
    if other is None or table.joined_at or other.joined_at or len(table.paths) != 1 or len(other.paths) != 1:
        return ""
    if other.paths == table.paths:
        return ""
    pixels, kinds = _read(table.paths), _read(other.paths)
    return (
        f"the images that it trains on are in {quiet(str(table), 60)} ({images.place}) and their labels in "
        f"{quiet(str(other), 60)}: set the dataset to one file of both, as "
        f'pd.concat([{kinds}.iloc[:, -1].rename("label"), {pixels}], axis=1).to_csv("all.csv", index=False) writes it '
        f"{_WHERE}"
    )


def _read(paths: Sequence[str]) -> str:
    names = (quiet(PurePosixPath(path.replace("\\", "/")).name, 40) for path in paths)
    return ", ".join(f'pd.read_{"parquet" if name.endswith(".parquet") else "csv"}("{name}")' for name in names)
