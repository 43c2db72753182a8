"""Where the folders and the tables lie that a script names, as it says or beside it, and why they are not taken."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures.folder_parts import part_of
from cnn_tui.keras_io.code.data.classes_asked import places
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.tested import place_of, places_of_both
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import quiet

_USUAL_NAMES = ("data", "dataset", "images")


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
