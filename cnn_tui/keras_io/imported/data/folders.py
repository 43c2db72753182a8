"""The folders of pictures that a script reads, as a dataset: where they lie, how large and in which colours they are
wanted, and what is tested on.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, TABLES, TRAIN, DataOptions, DatasetError, form_of
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures import picture_names
from cnn_tui.data.pictures.folder_parts import part_of
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed, images_in
from cnn_tui.keras_io.code.data.files.classes_asked import places
from cnn_tui.keras_io.code.data.files.copied import Copied, copied_to
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of, table_of
from cnn_tui.keras_io.code.data.pictures.unknown_images import numbers_read
from cnn_tui.keras_io.code.values import Named, Unknown
from cnn_tui.keras_io.imported.choice import labels_of
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.data_asked import DataAsked, picture_options
from cnn_tui.keras_io.imported.data.parts import holds_out, share_tested
from cnn_tui.keras_io.imported.data.places import ARRAYS_IN_ONE, note_other_place, why_not, with_both
from cnn_tui.keras_io.imported.data.ranges import parts_of
from cnn_tui.keras_io.imported.data.script_tables import has_no_half, listed_asked, table_asked
from cnn_tui.keras_io.imported.data.table import table_split
from cnn_tui.keras_io.imported.data.tested import (
    is_watched_too,
    keeps_none,
    note_both,
    note_not_there,
    note_tested,
    tested_apart,
)
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import counted, quiet

_COUNTED = re.compile(r"\b(ones|zeros|full|repeat|arange|tile)\(|\] \* \d")
"""What is in words that make so many labels of each class."""


def data_asked(code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
    """The dataset that a script trains on: a built-in one, or folders that lie where the script says or beside it.

    Of a pair of folders, as `pets/train` and `pets/test`, it is the folder that both are in, if that has no others.
    A third one, or a third table, is what is validated on alone.
    """
    asked = _data_asked(code, beside, notes)
    if asked.options.validation is None:
        note_both(code, asked.dataset, asked.options.test, notes)
    dataset = asked.dataset
    is_here = dataset is not None
    if (asked.options.test if is_here else asked.share) is not None or (is_here and not _is_undivided(asked)):
        return asked
    if keeps_none(code):
        if not is_here:
            return msgspec.structs.replace(asked, share=TRAIN)
        return msgspec.structs.replace(asked, options=msgspec.structs.replace(asked.options, test=TRAIN))
    if dataset is not None and code.fitted and not isinstance(images_in(code.data), DatasetArrays):
        name, table = quiet(Path(dataset).name, 60), table_of(code.data)
        learns_from = "some" if table is not None and (table.numbers.some_at or table.share < 1) else "all"
        notes.to_know.append(
            f"it learns from {learns_from} images of {name} there: here every fifth of a class is tested on, and not "
            "learned from"
        )
    return asked


def _is_undivided(asked: DataAsked) -> bool:
    """Whether a dataset is one folder, or one table, of which nothing says what is to be tested on."""
    name = str(asked.dataset)
    if form_of(name) in TABLES:
        return not picture_names.names_pictures(Path(name)) and has_no_half(Path(name), asked.options)
    halves = _halves(Path(name), asked.options) if form_of(name) == "folder" else None
    return halves is not None and halves[0] == halves[1]


def _data_asked(code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
    there = images_in(code.data)
    note_tested(code, notes)
    if isinstance(there, DatasetArrays):
        options, watched = there.options, arrays_of(code.validation)
        if watched is not None and watched.half == "validation":
            options = msgspec.structs.replace(options, validation=watched.options.validation)
        return DataAsked(there.dataset, options, leave_out=parts_of(code).leave_out)
    if isinstance(there, Unknown) and there.table and there.table.paths:
        return table_asked(there, there.table, code, beside, notes)
    if isinstance(code.data, Folder):
        return _pictures_asked(code.data, there, code, beside, notes)
    split = table_split(code)
    if code.fitted and not isinstance(there, str):
        notes.append(_not_known(there, code, is_split=split is not None))
    is_unread = isinstance(there, Unknown) and not there.is_free
    return DataAsked(share=split.test if split is not None else None, is_unread=is_unread)


def _pictures_asked(pictures: Folder, there: Any, code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
    """Pictures that a script learns from, which it finds in a folder, in a table of their names, or in a list."""
    _note_other_numbers(code, notes)
    apart = None if is_watched_too(code) else tested_apart(code)
    share = share_tested(code) if apart is None and _is_split(code, pictures) else None
    if isinstance(there, Listed) and there.table:
        return listed_asked(there, apart, share, code, beside, notes)
    size = code.chain.input_shape
    if isinstance(there, Listed):
        notes.append(_classes_from(there, pictures, code))
        if share is None:
            _note_others_listed(pictures, code.validation, notes)
        return DataAsked(options=picture_options(pictures, size, notes), share=share)
    if isinstance(there, Unknown) and BY_HAND in pictures.arguments:
        notes.to_know.append(f"the folder that it trains on, {there}, is given when the script is called")
        return DataAsked(options=picture_options(pictures, size, notes), is_elsewhere=True, share=share)
    if (split := table_split(code)) is not None:
        share = split.test
    if isinstance(there, str):
        return _folder_asked(pictures, apart, share, code, beside, notes)
    if code.fitted:
        notes.append(_not_known(there, code))
    has_size = size is None and {"target_size", "image_size"} & pictures.arguments.keys()
    options = picture_options(pictures, size, notes) if has_size else AS_THEY_ARE
    return DataAsked(options=options, share=share, is_unread=isinstance(there, Unknown) and not there.is_free)


def _folder_asked(
    pictures: Folder, apart: Folder | None, share: float | None, code: CodeImport, beside: Path, notes: Notes
) -> DataAsked:
    """A folder of pictures and the one to test on, as they lie here; of one that does not, `share` is tested on."""
    there, options = str(pictures.path), picture_options(pictures, code.chain.input_shape, notes)
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
            _note_classes(asked, pictures, notes)
            return asked
    why = why_not([*places(there, beside)], msgspec.structs.replace(options, test=share_tested(code)))
    if not why and (copied := copied_to(there, code.copied)) is not None:
        is_whole = copied.share is not None and share is None  # and none of those are held out in turn
        share = round(1 - copied.share, 4) if copied.share is not None and is_whole else share
        wanted = msgspec.structs.replace(options, test=share)
        here = (one for one in places(copied.source, beside) if is_whole and _is_described(one, wanted))
        if (taken := next(here, None)) is not None:
            notes.append(
                f"it copies {copied.share:.3g} of the pictures in {quiet(copied.source, 60)} to {quiet(there, 60)} "
                f"({copied.place}): here as many of each class are learned from, which may be others"
            )
            return DataAsked(str(taken), wanted)
        why = _copied_in_words(copied)
    notes.append(f"the pictures that it trains on, {quiet(there, 80)} ({pictures.place}), {why or 'are not there'}")
    note_not_there(apart, code, notes)
    _note_validated_apart(apart, code, notes)
    _note_classes(DataAsked(), pictures, notes)
    return DataAsked(options=options, share=share)


def _note_validated_apart(apart: Folder | None, code: CodeImport, notes: Notes) -> None:
    """Note a folder to validate on which is not here, beside which others may lie that a dataset is tested on."""
    watched = code.validation.path if apart is None and is_watched_too(code) else None
    if isinstance(watched, str) and part_of(PurePosixPath(watched.replace("\\", "/")).name) == "validation":
        shown = f"{quiet(watched, 80)} ({code.validation.place})"
        notes.to_know.append(
            f"it validates on {shown}: where the dataset has a folder to test on besides, set test to this one"
        )


def _note_others_listed(pictures: Folder, watched: Any, notes: Notes) -> None:
    """Note other pictures in a list that are validated on, of which it is not known what share of all they are."""
    is_other = isinstance(watched, Folder) and watched.place != pictures.place and "subset" not in watched.arguments
    if is_other and isinstance(watched.path, Listed) and not watched.path.table:
        other = f"pictures that have their classes from {watched.path.classes_from} ({watched.place})"
        notes.to_know.append(f"it validates on other {other}: the images to test on stand in")


def _copied_in_words(copied: Copied) -> str:
    """The end of a sentence on pictures that are not there, and that a script copies there itself."""
    source = quiet(copied.source, 80)
    if copied.share is None:
        return f"are not there: it copies them there itself, from {source} ({copied.place})"
    return (
        f"are not there: it copies {copied.share:.3g} of those in {source} there itself ({copied.place}), to which the "
        "dataset may be set"
    )


def _classes_from(listed: Listed, pictures: Folder, code: CodeImport) -> str:
    """What is said of pictures in a list whose classes come from neither their folders nor a table."""
    place = f", {quiet(listed.folder, 80)} ({pictures.place})," if listed.folder else f" ({pictures.place})"
    counted_out = isinstance(labels := labels_of(code.fitted), Unknown) and _COUNTED.search(labels.what)
    classes_from = f"labels that it counts out ({labels.place})" if counted_out else listed.classes_from
    return (
        f"the pictures that it trains on{place} have their classes from {classes_from}: set the dataset to a "
        "folder with a folder for each class, or to a .csv file of their names and classes"
    )


def _not_known(images: Any, code: CodeImport, *, is_split: bool = False) -> str:
    """What is said of images that a script trains on in a way that is not known, and of where it reads pictures.

    Where it splits them as is done here too, `is_split`, they are to be the whole that it splits.
    """
    numbers = numbers_read(images)
    if numbers is None or not numbers.file:
        read = f"; it reads pictures in {code.places_read}" if code.places_read else ""
        table = images.table if is_split and isinstance(images, Unknown) else None
        if table is not None and table.share < 1:
            part = f"{table.share:.3g} of {quiet(table.split_of, 80)}"
            return f"the images that it trains on, {part}, are not known: set the dataset to all of those{read}"
        return f"the images that it trains on{_shown(images)} are not known: set the dataset to them{read}"
    name = PurePosixPath(numbers.file.replace("\\", "/")).name
    without = f', or without those and with test = "{TRAIN}"' if keeps_none(code) else ""
    return (
        f"the images that it trains on ({images.place}) are read from {quiet(name, 60)}, which is no dataset as it is: "
        "set the dataset to a .npz file that has them, their labels, and those to test on as x_train, y_train, x_test "
        f"and y_test{without}; {ARRAYS_IN_ONE}"
    )


def _note_classes(asked: DataAsked, folder: Folder, notes: Notes) -> None:
    """Note where a script names the classes that it reads, and the folder has others, or not all of them.

    Of a folder that is not here, what it is to have is said.
    """
    names = folder.named_classes
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


def _note_other_numbers(code: CodeImport, notes: Notes) -> None:
    """Note pictures to validate or to test on whose classes have other numbers there than those of the training."""
    others = [("validate", code.validation), *(("test", one.images) for one in code.tested if one.is_measured)]
    for does, other in others:
        both = [one for one in (code.data, other) if isinstance(one, Folder) and isinstance(one.path, str)]
        if len(both) < 2 or any(BY_HAND in one.arguments for one in both):
            continue
        learned, named = (one.named_classes for one in both)
        first, second = learned or sorted(named or ()), named or sorted(learned or ())
        if first != second:
            order = quiet(f"{', '.join(second)} ({other.place}), and not {', '.join(first)}", 160)
            note = (
                f"the classes of the pictures to {does} on are numbered as {order} there: here as those to learn from"
            )
            notes += [] if note in notes else [note]


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


def _halves(folder: Path, options: DataOptions = AS_THEY_ARE) -> tuple[Path, Path] | None:
    try:
        return list_pictures(folder, options).halves
    except (DatasetError, OSError):
        return None
