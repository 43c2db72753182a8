"""The folders of pictures that a script reads, as a dataset: where they lie, how large and in which colours they are
wanted, and what is tested on.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from cnn_tui.data import csv_file, picture_names
from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions, DatasetError, form_of
from cnn_tui.data.describe import describe
from cnn_tui.data.folder_parts import part_of
from cnn_tui.data.image_folder import list_pictures
from cnn_tui.experiment.image_ranges import ImageNumbers
from cnn_tui.experiment.unset_dataset import pictures_for
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed, images_in
from cnn_tui.keras_io.code.data.unknown_images import numbers_read
from cnn_tui.keras_io.code.values import Named, Unknown
from cnn_tui.keras_io.imported.choice import labels_of
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.listed import note_gone, table_here
from cnn_tui.keras_io.imported.one_file import ARRAYS_IN_ONE, labels_elsewhere, tables_in_one
from cnn_tui.keras_io.imported.parts import holds_out, named_classes, share_tested
from cnn_tui.keras_io.imported.picture_options import is_size, picture_options
from cnn_tui.keras_io.imported.places import note_other_place, places, why_not, with_both
from cnn_tui.keras_io.imported.ranges import parts_of
from cnn_tui.keras_io.imported.table import table_split
from cnn_tui.keras_io.imported.tested import (
    is_watched_too,
    note_both,
    note_not_there,
    note_tested,
    tested_apart,
    tested_table,
)
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import counted, quiet

_COUNTED = re.compile(r"\b(ones|zeros|full|repeat|arange|tile)\(|\] \* \d")
"""What is in words that make so many labels of each class."""


class DataAsked(msgspec.Struct, frozen=True):
    """The dataset that a script trains on; where that is not here, None, and `options` say how pictures go in."""

    dataset: str | None = None
    options: DataOptions = AS_THEY_ARE
    is_elsewhere: bool = False
    """Whether the script names a table of its own that is not here, so that none can stand in for it."""
    is_unread: bool = False
    """Whether the script reads images in a way that is not known."""
    share: float | None = None
    """How much is tested on of a dataset that is not here, once it is set."""
    leave_out: ImageNumbers = ()
    """The numbers of the training images that it does not learn from."""
    sides: tuple[str, ...] = ()
    """What the script has for the sides of images that only running tells."""
    loaded: tuple[str, ...] = ()
    """The built-in datasets that the script loads."""
    printed_classes: int | None = None
    """How many classes a notebook printed that the images have, where those are not here."""


NO_DATA = DataAsked()


def data_asked(code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
    """The dataset that a script trains on: a built-in one, or folders that lie where the script says or beside it.

    Of a pair of folders, as `pets/train` and `pets/test`, it is the folder that both are in, if that has no others.
    A third one, or a third table, is what is validated on alone.
    """
    asked = _data_asked(code, beside, notes)
    if asked.options.validation is None:
        note_both(code, asked.dataset, asked.options.test, notes)
    is_read = code.fitted and not isinstance(images_in(code.data), DatasetArrays)
    if is_read and asked.dataset is not None and asked.options.test is None and _is_undivided(asked):
        notes.to_know.append(
            f"it learns from all images of {quiet(Path(asked.dataset).name, 60)} there: here every fifth of a class is "
            "tested on, and not learned from"
        )
    return asked


def _is_undivided(asked: DataAsked) -> bool:
    """Whether a dataset is one folder, or one table, of which nothing says what is to be tested on."""
    name = str(asked.dataset)
    if form_of(name) == "csv":
        return not picture_names.names_pictures(Path(name)) and csv_file.halves(Path(name), asked.options).test is None
    halves = _halves(Path(name)) if form_of(name) == "folder" else None
    return halves is not None and halves[0] == halves[1]


def _data_asked(code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
    there = images_in(code.data)
    apart = None if is_watched_too(code) else tested_apart(code)
    is_split = apart is None and isinstance(code.data, Folder) and _is_split(code, code.data)
    share = share_tested(code) if is_split else None
    note_tested(code, notes)
    if isinstance(there, DatasetArrays):
        return DataAsked(there.dataset, there.options, leave_out=parts_of(code).leave_out)
    if isinstance(there, Unknown) and there.table and there.table.paths:
        return _table_asked(there, there.table, code, beside, notes)
    if isinstance(code.data, Folder) and isinstance(there, Listed) and there.table:
        return _listed_asked(there, apart, share, code, beside, notes)
    if isinstance(code.data, Folder) and isinstance(there, Listed):
        place = f", {quiet(there.folder, 80)} ({code.data.place})," if there.folder else f" ({code.data.place})"
        counted_out = isinstance(labels := labels_of(code.fitted), Unknown) and _COUNTED.search(labels.what)
        classes_from = f"labels that it counts out ({labels.place})" if counted_out else there.classes_from
        notes.append(
            f"the pictures that it trains on{place} have their classes from {classes_from}: set the dataset to a "
            "folder with a folder for each class, or to a .csv file of their names and classes"
        )
        return DataAsked(options=picture_options(code.data, code.chain.input_shape, notes), share=share)
    if isinstance(code.data, Folder) and BY_HAND in code.data.arguments and isinstance(there, Unknown):
        notes.to_know.append(f"the folder that it trains on, {there}, is given when the script is called")
        options = picture_options(code.data, code.chain.input_shape, notes)
        return DataAsked(options=options, is_elsewhere=True, share=share)
    if not isinstance(there, str) and code.fitted:
        notes.append(_not_known(there, code.places_read))
    split = table_split(code)
    share = split.test if split is not None else share
    if not isinstance(code.data, Folder):
        return DataAsked(share=share, is_unread=isinstance(there, Unknown) and not there.is_free)
    is_said = code.chain.input_shape is None and {"target_size", "image_size"} & code.data.arguments.keys()
    said = notes if isinstance(there, str) or is_said else Notes()
    options = picture_options(code.data, code.chain.input_shape, said)
    if not isinstance(there, str):
        return DataAsked(options=options, share=share) if is_said else DataAsked(share=share)
    tested = apart.path if apart is not None else code.validation.path if is_watched_too(code) else None
    gone = f"the pictures that it tests on, {quiet(str(tested), 80)}, are not there or of other classes"
    tests = [*places(tested, beside)] if isinstance(tested, str) and tested != there else [None]
    ways: list[tuple[Path | None, DataOptions, str]] = [
        (test, wanted, "") for test, wanted in with_both(code, options, beside)
    ]
    ways += [(test, options, "") for test in tests] + [(None, options, gone)]
    for folder, (test, wanted, other) in itertools.product(places(there, beside), ways):
        if (asked := _asked(folder, test, share_tested(code), wanted)) is not None:
            notes += [other] if other else []
            note_other_place(there, folder, beside, notes)
            _note_classes(asked, code.data, notes)
            return asked
    why = why_not([*places(there, beside)], msgspec.structs.replace(options, test=share_tested(code)))
    notes.append(f"the pictures that it trains on, {quiet(there, 80)} ({code.data.place}), {why or 'are not there'}")
    note_not_there(apart, code, notes)
    _note_classes(DataAsked(), code.data, notes)
    return DataAsked(options=options, share=share)


def _not_known(images: Any, places_read: str) -> str:
    """What is said of images that a script trains on in a way that is not known, and of where it reads pictures."""
    numbers = numbers_read(images)
    if numbers is None or not numbers.file:
        read = f"; it reads pictures in {places_read}" if places_read else ""
        return f"the images that it trains on{_shown(images)} are not known: set the dataset to them{read}"
    name = PurePosixPath(numbers.file.replace("\\", "/")).name
    return (
        f"the images that it trains on ({images.place}) are read from {quiet(name, 60)}, which is no dataset as it is: "
        "set the dataset to a .npz file that has them, their labels, and those to test on as x_train, y_train, x_test "
        f"and y_test; {ARRAYS_IN_ONE}"
    )


def _listed_asked(
    listed: Listed, apart: Folder | None, share: float | None, code: CodeImport, beside: Path, notes: Notes
) -> DataAsked:
    """The table that names the pictures which a script trains on, and the one that it tests on where it has two."""
    options = picture_options(code.data, code.chain.input_shape, notes)
    tested = apart if apart is not None else code.validation if is_watched_too(code) else None
    other = tested.path.table if isinstance(tested, Folder) and isinstance(tested.path, Listed) else ""
    tests = [*places(other, beside)] if other and other != listed.table else []
    wanted, said = msgspec.structs.replace(options, test=share), len(notes)
    for test, of_both in with_both(code, options, beside):
        if (here := table_here(code, places(listed.table, beside), [test], of_both, notes)) is not None:
            return DataAsked(*here)
    here = table_here(code, places(listed.table, beside), [one for one in tests if one.is_file()][:1], wanted, notes)
    if here is not None:
        return DataAsked(*here)
    note_not_there(apart, code, notes)
    if len(notes) == said:
        there = [place for place in places(listed.table, beside) if place.is_file()]
        none_found = "are not found beside it, nor in a folder there"
        is_without = bool(there) and not picture_names.names_pictures(there[0])
        note_gone(code, none_found if is_without else why_not(there, wanted), notes, there)
    return DataAsked(options=options, share=share)


def _note_classes(asked: DataAsked, folder: Folder, notes: Notes) -> None:
    """Note where a script names the classes that it reads, and the folder has others, or not all of them.

    Of a folder that is not here, what it is to have is said.
    """
    names = named_classes(folder)
    if names is None:
        return
    if asked.dataset is None:
        notes.to_know.append(f"it reads the classes {quiet(', '.join(names), 80)}: the folder is to have no others")
        return
    here = describe(asked.dataset, asked.options).class_names
    if others := set(here) - set(names):
        are, classes = "is" if len(others) == 1 else "are", counted(len(others), "class", "classes")
        notes.append(f"{classes} of the folder {are} not read there, and {are} here")
    elif [*here] != names and set(here) == set(names):
        notes.to_know.append(f"the classes are numbered in another order there: {quiet(', '.join(names), 80)}")


def _table_asked(images: Unknown, table: CodeTable, code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
    """The table of labels and pixels that a script trains on, and the one that it tests on where it names another."""
    tested = images_in(code.validation)
    other = tested.table if isinstance(tested, Unknown) else None
    if other is None or other.origin == table.origin or not other.paths:
        tested = tested_table(code)
        other = tested.table if tested is not None else None
    if table.joined_at:
        notes.append(tables_in_one(table))
        split = table_split(code)
        return DataAsked(is_elsewhere=True, share=split.test if split is not None else None)
    others = [*map(str, places(other.paths[0], beside))] if other is not None and not other.joined_at else []
    of_both = [(str(test), wanted.validation) for test, wanted in with_both(code, AS_THEY_ARE, beside)]
    for path in places(table.paths[0], beside):
        both_here = () if picture_names.names_pictures(path) else of_both
        for test, third in (*both_here, *((other, None) for other in (*others, None))):
            options = DataOptions(test=test, validation=third)
            try:
                describe(str(path), options)
            except DatasetError:
                continue
            if third is not None:
                return DataAsked(str(path), options)
            if other is not None and test is None:
                shown = quiet(f"{other} ({tested.place})", 160)
                notes.append(f"the table that it tests on, {shown}, is not there, or not of such images")
            if picture_names.names_pictures(path):
                return _names_asked(path, test, code)
            is_split = test is None and csv_file.halves(path, DataOptions()).test is None
            split = table_split(code) if is_split else None
            return DataAsked(str(path), DataOptions(test=split.test if split is not None else test))
    there = f"{quiet(str(table), 80)} ({images.place})"
    gone = f"the table that it trains on, {there}, is not there, or has no images: set the dataset to it"
    notes.append(labels_elsewhere(images, table, labels_of(code.fitted)) or gone)
    if other is not None and not other.joined_at:
        note_not_there(tested, code, notes)
        return DataAsked(is_elsewhere=True)
    split = table_split(code)
    return DataAsked(is_elsewhere=True, share=split.test if split is not None else None)


def _names_asked(path: Path, test: str | None, code: CodeImport) -> DataAsked:
    """A table that names pictures, of which a script learns in a way that is followed no further."""
    shape, split = code.chain.input_shape, table_split(code)
    options = AS_THEY_ARE
    if shape is not None and len(shape) == 3 and is_size(shape[:2]):
        options = pictures_for((shape[0], shape[1], shape[2]), options)
    share = split.test if split is not None else None
    return DataAsked(str(path), msgspec.structs.replace(options, test=test if test is not None else share))


def _shown(images: Any) -> str:
    return f", {quiet(str(images), 80)}," if isinstance(images, Unknown | Named) else ""


def _is_split(code: CodeImport, data: Folder) -> bool:
    """Whether a script keeps some of the pictures of one folder apart, to validate or to test on them."""
    return holds_out(code) or "validation_split" in code.fitted or (data.is_part and code.validation is None)


def _asked(folder: Path, test: Path | None, share: float | None, options: DataOptions) -> DataAsked | None:
    """The dataset of a folder to learn from and one to test on; None where there is none."""
    halves = _halves(folder.parent) if part_of(folder.name) == "train" else None
    is_half = halves is not None and halves[0] == folder and test in (halves[1], None)
    if is_half and (options.validation is None or _is_described(folder.parent, options)):
        return DataAsked(str(folder.parent), options)
    wanted = msgspec.structs.replace(options, test=str(test) if test is not None else share)
    return DataAsked(str(folder), wanted) if _is_described(folder, wanted) else None


def _is_described(folder: Path, options: DataOptions) -> bool:
    try:
        describe(str(folder), options)
    except DatasetError:
        return False
    return True


def _halves(folder: Path) -> tuple[Path, Path] | None:
    try:
        return list_pictures(folder).halves
    except (DatasetError, OSError):
        return None
