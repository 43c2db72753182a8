"""The images that a script tests its model on, where those are other ones than it validates on."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from cnn_tui.data.dataset import TRAIN, DatasetError
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_ranges import apart
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed, images_in
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of, table_of
from cnn_tui.keras_io.code.data.pictures.unknown_images import numbers_read
from cnn_tui.keras_io.code.values import Tested, Unknown
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.parts import are_same, holds_out
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import enumerated, quiet

_KINDS_OF_LABELS = ("class_mode", "label_mode", "labels")
_STAND_IN = "the images to test on stand in"
_FIT_ON = ("validation_data", "validation_split")


class _Which(enum.Enum):
    """Which images a script measures its model on: those that are tested on here, some of them, or others."""

    HERE, PART, HELD, LEARNED, WATCHED, UNKNOWN = range(6)


def tested_apart(code: CodeImport) -> Folder | None:
    """The last folder with labels that a script tests on, of those that it does not train with; None for none."""
    return next(iter(_all_apart(code)), None)


def tested_table(code: CodeImport) -> Unknown | None:
    """The table of pixels that a script measures its model on, where it is another one; None for none."""
    learned = table_of(code.data)
    for tested in reversed(code.tested):
        table, images = table_of(tested.images), images_in(tested.images)
        is_other = table is not None and learned is not None and table.origin != learned.origin
        if is_other and tested.is_measured and isinstance(images, Unknown) and table is not None and table.paths:
            return images
    return None


def is_watched_too(code: CodeImport) -> bool:
    """Whether it validates on another folder than it trains on."""
    return isinstance(code.validation, Folder) and not holds_out(code)


def keeps_none(code: CodeImport) -> bool:
    """Whether a script learns from all images that it has, and neither validates nor tests on others."""
    data, table = code.data, table_of(code.data)
    images, watched = images_in(data), images_in(code.validation)
    is_part = isinstance(data, Folder) and (data.is_part or "subset" in data.arguments)
    is_part |= isinstance(images, Listed) and (bool(images.some_at) or code.validation is not None)
    if not code.fitted or is_part or isinstance(images, DatasetArrays) or code.fitted.get("validation_split"):
        return False
    numbers = table.numbers if table is not None else numbers_read(data)
    if (table is not None and (table.share < 1 or table.is_cut)) or (numbers is not None and numbers.some_at):
        return False
    may_differ = isinstance(images, Unknown) and "(" in images.what and watched is not images  # of two like calls
    if code.fitted.get("validation_data") is not None and (may_differ or not are_same(watched, images)):
        return False
    if tested_apart(code) is not None or tested_table(code) is not None:
        return False
    return all(_which(code, one) in (_Which.HERE, _Which.LEARNED) for one in code.tested if one.is_measured)


def note_all_learned(experiment: Experiment, code: CodeImport, notes: Notes) -> None:
    """Note that a script that keeps no images apart is tested on those that it learns from, or on a stand-in's own."""
    arrays = arrays_of(code.data)
    if arrays is not None and arrays.options.test == TRAIN and not any(one.is_measured for one in code.tested):
        notes.to_know.append(f"{quiet(Path(arrays.dataset).name, 60)} has none to test on: the training images are")
    if not keeps_none(code):
        return
    if experiment.test != TRAIN:
        _note_learned(code, notes)
        return
    there = place_of(code.data)
    name = PurePosixPath(str(there).replace("\\", "/")).name if there is not None else ""
    of = f" of {quiet(name, 60)}" if name else " that it has"
    notes.to_know.append(
        f"it learns from all images{of}, and keeps none to test on: here too, so what it learned from is tested on"
    )


def note_both(code: CodeImport, dataset: str | None, test: str | float | None, notes: Notes) -> None:
    """Note what a script validates on and what it tests on, where they are two places of which not both are here.

    `dataset` is what it trains on here and `test` what is tested on, where that is not in the dataset.
    """
    if (both := places_of_both(code)) is None:
        return
    kind, watched, tested = both
    does = f"it validates on {_shown(watched)} ({watched.place}), and tests on {_shown(tested)} ({tested.place}) in the"
    if dataset is None:
        to_do = "set validation to the one, and test to the other where it is no part of the dataset"
        notes.to_know.append(f"{does} end: {to_do}")
        return
    here = _tested_here(dataset, test)
    names = {PurePosixPath((place_of(one) or "").replace("\\", "/")).name: one for one in (tested, watched)}
    which = (
        "" if here is None else _shown(names[here.name]) if here.name in names else f"{here.parent.name}/{here.name}"
    )
    notes.append(f"{does} end: here one {kind} is for both{which and f', which is {quiet(which, 80)}'}")


def _tested_here(dataset: str, test: str | float | None) -> Path | None:
    """The folder, or the table, that is tested on here; None where it is a part of the dataset without a name."""
    if isinstance(test, str):
        return Path(test)
    try:
        learned, tested = list_pictures(Path(dataset)).halves if Path(dataset).is_dir() else (None, None)
    except (DatasetError, OSError):
        return None
    return tested if tested != learned else None


def note_tested(code: CodeImport, notes: Notes) -> None:
    """Note what a script tests on besides, and what it measures its model on where others stand in for that."""
    _note_others(code, notes)
    _note_read_too(code, notes)
    _note_measured(code, notes)


def note_not_there(tested: Folder | Unknown | None, code: CodeImport, notes: Notes) -> None:
    """Note what a script tests on alone, where the images that it trains on are not there."""
    if tested is not None:
        is_folder = isinstance(tested, Folder) and isinstance(tested.path, str | Unknown)
        kind = "folder" if is_folder and table_of(tested) is None else "table"
        does = "validates" if tested is code.validation else "tests"
        shown = f"{_shown(tested)} ({tested.place})"
        notes.to_know.append(f"it {does} on {shown}: set test to that {kind}, where it is no part of the dataset")


def places_of_both(code: CodeImport) -> tuple[str, Any, Any] | None:
    """Two folders, or tables, of which one is validated and the other tested on, and what they are; None for others."""
    if is_watched_too(code) and (tested := tested_apart(code)) is not None:
        return "folder", code.validation, tested
    last = tested_table(code)
    tables = [table_of(one) for one in (code.data, code.validation, last)]
    origins = {one.origin for one in tables if one is not None and one.paths}
    return ("table", code.validation, last) if len(origins) == len(tables) else None


def _all_apart(code: CodeImport) -> Iterator[Folder]:
    """The folders with labels that a script tests on and does not train with, from the last."""
    known = [one for one in (code.data, code.validation) if isinstance(one, Folder)]
    if not isinstance(code.data, Folder) or not all(map(_is_path, (one.path for one in known))):
        return
    for tested in reversed(code.tested):
        images = tested.images
        is_measured = isinstance(images, Folder) and tested.is_measured and _is_read_by_hand(images)
        has_labels = is_measured or (tested.has_labels and isinstance(images, Folder) and _has_labels(images))
        if isinstance(images, Folder) and has_labels and not _is_among(images, known):
            known.append(images)
            yield images


def _note_others(code: CodeImport, notes: Notes) -> None:
    """Note the folders that it tests on besides the last one."""
    apart_from_training = [*_all_apart(code)]
    if len(apart_from_training) > 1:
        last, *others = apart_from_training
        shown = enumerated([f"{_shown(one)} ({one.place})" for one in reversed(others)], "and")
        which = "" if is_watched_too(code) else f", which is {_shown(last)}"
        notes.append(f"it tests on {shown} as well: here one folder is for that{which}")


def _note_read_too(code: CodeImport, notes: Notes) -> None:
    """Note the folders with labels that it reads, and neither learns from nor measures the model on as it stands."""
    if not isinstance(code.data, Folder) or not _is_path(code.data.path):
        return
    known = [one for one in (code.data, code.validation, *_all_apart(code)) if isinstance(one, Folder)]
    others: list[Folder] = []
    tested = table_of(tested_table(code))
    for folder in code.read_too:
        table = table_of(folder)
        if tested is not None and table is not None and table.origin == tested.origin:
            continue
        if _has_labels(folder) and not _is_among(folder, [*known, *others]):
            others.append(folder)
    if others:
        shown = enumerated([f"{_shown(one)} ({one.place})" for one in others], "and")
        which = "one of them" if len(others) > 1 else "it"
        validated = f" and validation to {_shown(code.validation)}" if is_watched_too(code) else ""
        notes.to_know.append(
            f"it reads {shown} too, and does not train with that: set test to {which}{validated}, if it is to test on"
        )


def _note_learned(code: CodeImport, notes: Notes) -> None:
    """Note where a script measures its model on what it learns from, and others stand in for that here."""
    places = [one.place for one in code.tested if one.is_measured and _which(code, one) is _Which.LEARNED]
    if places:
        notes.to_know.append(f"it tests on images that it learns from there ({places[0]}): {_STAND_IN}")


def _note_measured(code: CodeImport, notes: Notes) -> None:
    """Note images that it measures its model on, and nothing but those, for which others stand in here."""
    every = {_which(code, one): one for one in reversed(code.tested) if one.is_measured}
    if not every.keys() & {_Which.HERE, _Which.PART}:
        if (tested := every.get(_Which.HELD)) is not None and (images := arrays_of(tested.images)) is not None:
            many = f"{images.count:,} of the training images" if images.count else "some of the training images"
            notes.to_know.append(f"it tests on {many} there ({tested.place}): {_STAND_IN}")
        elif (tested := every.get(_Which.UNKNOWN)) is not None:
            images = images_in(tested.images)
            if isinstance(images, DatasetArrays):  # as a file has them beside those to test on
                shown = f"the images to validate on of {images.dataset} ({tested.place})"
            else:
                shown = (
                    _words_of(images) if isinstance(images, Unknown) else f"{_shown(tested.images)} ({tested.place})"
                )
            notes.to_know.append(f"it tests on {quiet(shown, 80)} there: {_STAND_IN}")
        elif every.keys() == {_Which.LEARNED} and not any(map(code.fitted.get, _FIT_ON)) and not keeps_none(code):
            _note_learned(code, notes)
    elif every.keys() & {_Which.HERE, _Which.PART} == {_Which.PART}:
        tested = every[_Which.PART]
        images = arrays_of(tested.images)
        if images is not None and images.count:
            count = f"{images.count:,} of the {images.whole:,} images to test on"
            notes.to_know.append(f"it tests on {count} there ({tested.place}), and on all of them here")


def _words_of(images: Unknown) -> str:
    """Images that are not known, as a script has them, or the rows of a table that they are."""
    table = images.table
    is_part = table is not None and table.paths and table.numbers.is_chosen
    return f"some rows of {table} ({table.numbers.some_at})" if table is not None and is_part else str(images)


def _which(code: CodeImport, tested: Tested) -> _Which:
    """Whether images that a script tests on are tested on here too, a part of those, or which others they are."""
    images = images_in(tested.images)
    if isinstance(images, DatasetArrays):
        return _which_arrays(code, images)
    if isinstance(images, Listed) and not images.table and images != images_in(code.data):
        return _Which.WATCHED if images == images_in(code.validation) else _Which.UNKNOWN
    if isinstance(tested.images, Folder):
        return _Which.HERE
    learned = table_of(code.data)
    if isinstance(images, Unknown) and images.table is not None and learned is not None:
        are_others = images.table.origin == learned.origin and images.table.numbers.some_at != learned.numbers.some_at
        if images.table.numbers.is_chosen and are_others and images != images_in(code.validation):
            return _Which.UNKNOWN
    if not isinstance(images, Unknown) or images.table is not None:
        return _Which.HERE  # or said where a folder or a table is
    if are_same(images, images_in(code.data)):
        return _Which.LEARNED
    return _Which.WATCHED if are_same(images, images_in(code.validation)) else _Which.UNKNOWN


def _which_arrays(code: CodeImport, images: DatasetArrays) -> _Which:
    learned, watched = arrays_of(code.data), arrays_of(code.validation)
    if images.is_of_halves or learned is None or (images.options.test == TRAIN and images.count == images.whole):
        return _Which.HERE  # as is said of the images that it learns from
    if watched is not None and images == watched and images.half == "test":
        return _Which.HERE
    if images.half == "test":
        return _Which.PART if images.count not in (None, images.whole) else _Which.HERE
    if watched is not None and images == watched:
        return _Which.WATCHED
    if images.half == "validation":
        return _Which.UNKNOWN
    if images.places is None or learned.places is None:
        counts = (images.count or 0) + (learned.count or 0)
        return _Which.HELD if counts <= learned.whole else _Which.LEARNED
    return _Which.HELD if list(apart(images.places, learned.places)) == [*images.places] else _Which.LEARNED


def _has_labels(folder: Folder) -> bool:
    """Whether the pictures of a folder come with their classes, by one of Keras's readers."""
    if not _is_path(folder.path) or BY_HAND in folder.arguments:
        return False
    return all(folder.arguments.get(name, "") is not None for name in _KINDS_OF_LABELS)


def _is_read_by_hand(folder: Folder) -> bool:
    """Whether a script reads the pictures of a folder of classes file by file."""
    return BY_HAND in folder.arguments and isinstance(folder.path, str)


def _is_among(folder: Folder, others: list[Folder]) -> bool:
    return any(are_same(folder.path, one.path) for one in others)


def _is_path(path: Any) -> bool:
    return isinstance(path, str | Unknown) or (isinstance(path, Listed) and bool(path.table))


def place_of(images: Any) -> str | None:
    """The path of the folder or of the table that images are in, as a script has it; None where only running tells."""
    path = images_in(images)
    if (table := table_of(images)) is not None:
        return table.paths[0] if table.paths and not table.joined_at else None
    found = path.table if isinstance(path, Listed) else path
    return found if isinstance(found, str) and found else None


def _shown(images: Folder | Unknown) -> str:
    """Where images lie, as a script has it."""
    if (table := table_of(images)) is not None and table.paths:
        return quiet(str(table), 80)
    path = images_in(images)
    if isinstance(path, Listed):
        return quiet(path.table or path.folder, 80)
    return quiet(path.what if isinstance(path, Unknown) else path, 80)
