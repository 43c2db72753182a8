"""The tables that a script reads, as a dataset: of labels and pixels, and of the names of pictures."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cnn_tui.data import csv_file
from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.parquet import parquet_file
from cnn_tui.data.pictures import picture_names
from cnn_tui.experiment.images.unset_dataset import pictures_for
from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.data.data_values import Folder, Listed, images_in
from cnn_tui.keras_io.code.data.files.classes_asked import places
from cnn_tui.keras_io.code.values import Unknown
from cnn_tui.keras_io.imported.choice import labels_of
from cnn_tui.keras_io.imported.code import CodeImport
from cnn_tui.keras_io.imported.data.data_asked import DataAsked, is_size, picture_options
from cnn_tui.keras_io.imported.data.listed import column_to_name, note_gone, table_here, with_column
from cnn_tui.keras_io.imported.data.places import labels_elsewhere, tables_in_one, why_not, with_both
from cnn_tui.keras_io.imported.data.table import table_split
from cnn_tui.keras_io.imported.data.tested import is_watched_too, note_not_there, tested_table
from cnn_tui.keras_io.notes import Notes
from cnn_tui.text import quiet


def listed_asked(
    listed: Listed, apart: Folder | None, share: float | None, code: CodeImport, beside: Path, notes: Notes
) -> DataAsked:
    """The table that names the pictures which a script trains on, and the one that it tests on where it has two."""
    options = picture_options(code.data, code.chain.input_shape, notes)
    if listed.table.lower().endswith(".parquet"):
        return _held_asked(listed.table, options, share, beside, notes)
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
        wanted = with_column(wanted, code, there[0]) if there and not is_without else wanted
        note_gone(code, none_found if is_without else why_not(there, wanted), notes)
    return DataAsked(options=msgspec.structs.replace(options, label_column=column_to_name(code)), share=share)


def _held_asked(table: str, options: DataOptions, share: float | None, beside: Path, notes: Notes) -> DataAsked:
    """The table that has the pictures in it which a script trains on, and in its columns no names of them."""
    wanted = msgspec.structs.replace(options, test=share)
    there = [place for place in places(table, beside) if place.is_file()]
    why = why_not(there, wanted)
    if there and not why:
        return DataAsked(str(there[0]), wanted)
    words = f"the pictures of {quiet(table, 80)}, which it trains on, {why or 'are not there: set the dataset to it'}"
    notes.append(words)
    return DataAsked(options=options, share=share, is_elsewhere=not there)


def table_asked(images: Unknown, table: CodeTable, code: CodeImport, beside: Path, notes: Notes) -> DataAsked:
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
    in_text = ""
    for path in places(table.paths[0], beside):
        both_here = () if picture_names.names_pictures(path) else of_both
        for test, third in (*both_here, *((other, None) for other in (*others, None))):
            options = DataOptions(test=test, validation=third)
            try:
                describe(str(path), options)
            except csv_file.PixelsInTextError as error:
                in_text = str(error).rstrip(".")
                continue
            except DatasetError:
                continue
            if third is not None:
                return DataAsked(str(path), options)
            if other is not None and test is None:
                shown = quiet(f"{other} ({tested.place})", 160)
                notes.append(f"the table that it tests on, {shown}, is not there, or not of such images")
            if picture_names.names_pictures(path):
                return _names_asked(path, test, code)
            is_split = test is None and has_no_half(path, AS_THEY_ARE)
            split = table_split(code) if is_split else None
            return DataAsked(str(path), DataOptions(test=split.test if split is not None else test))
    there = f"{quiet(str(table), 80)} ({images.place})"
    gone = f"the table that it trains on, {there}, is not there, or has no images: set the dataset to it"
    notes.append(in_text or labels_elsewhere(images, table, labels_of(code.fitted)) or gone)
    if other is not None and not other.joined_at:
        note_not_there(tested, code, notes)
        return DataAsked(is_elsewhere=True)
    split = table_split(code)
    return DataAsked(is_elsewhere=True, share=split.test if split is not None else None)


def has_no_half(path: Path, options: DataOptions) -> bool:
    """Whether nothing lies beside a table of images that is tested on, so that a share of it is."""
    halves = (parquet_file if path.suffix.lower() == ".parquet" else csv_file).halves(path, options)
    return halves.test is None


def _names_asked(path: Path, test: str | None, code: CodeImport) -> DataAsked:
    """A table that names pictures, of which a script learns in a way that is followed no further."""
    shape, split = code.chain.input_shape, table_split(code)
    options = AS_THEY_ARE
    if shape is not None and len(shape) == 3 and is_size(shape[:2]):
        options = pictures_for((shape[0], shape[1], shape[2]), options)
    share = split.test if split is not None else None
    return DataAsked(str(path), msgspec.structs.replace(options, test=test if test is not None else share))
