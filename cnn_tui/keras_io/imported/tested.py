"""The folder of pictures that a script tests its model on, where it neither learns from it nor validates on it."""

from __future__ import annotations

from typing import Any

from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed
from cnn_tui.keras_io.code.values import Unknown
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.parts import are_same, holds_out
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import quiet

_KINDS_OF_LABELS = ("class_mode", "label_mode", "labels")


def tested_apart(code: CodeImport) -> Folder | None:
    """The last folder with labels that a script tests on, of those that it does not train with; None for none."""
    known = [one for one in (code.data, code.validation) if isinstance(one, Folder)]
    if not isinstance(code.data, Folder) or not all(map(_is_path, (one.path for one in known))):
        return None
    for tested in reversed(code.tested):
        if not isinstance(tested, Folder) or not _is_path(tested.path) or BY_HAND in tested.arguments:
            continue
        has_labels = all(tested.arguments.get(name, "") is not None for name in _KINDS_OF_LABELS)
        if has_labels and not any(are_same(tested.path, one.path) for one in known):
            return tested
    return None


def is_watched_too(code: CodeImport) -> bool:
    """Whether it validates on another folder as well, where only one folder can be for both."""
    return isinstance(code.validation, Folder) and not holds_out(code)


def note_tested(code: CodeImport, notes: Notes) -> None:
    """Note the folder that a script tests on in the end, where here another one is for that."""
    tested = tested_apart(code)
    if tested is not None and is_watched_too(code):
        watched = _shown(code.validation.path)
        notes.append(
            f"it validates on {watched} ({code.validation.place}), and tests on {_shown(tested.path)} ({tested.place}) "
            f"in the end: here one folder is for both, which is {watched}"
        )


def note_not_there(tested: Folder | None, notes: Notes) -> None:
    """Note the folder that a script tests on alone, where the pictures that it trains on are not there."""
    if tested is not None:
        kind = "table" if isinstance(tested.path, Listed) else "folder"
        notes.to_know.append(
            f"it tests on {_shown(tested.path)} ({tested.place}): set test to that {kind}, where it is no part of the "
            "dataset"
        )


def _is_path(path: Any) -> bool:
    return isinstance(path, str | Unknown) or (isinstance(path, Listed) and bool(path.table))


def _shown(path: Any) -> str:
    return quiet(path if isinstance(path, str) else path.table if isinstance(path, Listed) else path.what, 80)
