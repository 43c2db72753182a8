"""Loops over what lies in a folder, or over lists with something of each: they are followed once, with any of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import msgspec

from cnn_tui.keras_io.code.branches import changed_lists, parts_of
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.arrays.any_image import AnyImage, AnyNumber, each_of_pipeline, goes_over_data
from cnn_tui.keras_io.code.data.data_values import (
    BY_HAND,
    AnyEntry,
    AnyPlace,
    Below,
    ClassNames,
    Folder,
    Listed,
    OfEach,
    OfName,
    PictureCount,
    ReadPicture,
)
from cnn_tui.keras_io.code.data.files.below import any_in, as_name
from cnn_tui.keras_io.code.data.files.each_picture import any_of_batches
from cnn_tui.keras_io.code.effects import called_name
from cnn_tui.keras_io.code.scope import Scope
from cnn_tui.keras_io.code.values import Function, Names, Unknown, Value
from cnn_tui.text import quiet

BY_PLACE = "place"
"""What a loop over the numbers of the classes, as `range(len(names))`, gets of each entry of a folder."""
_KEEPS = ("append", "numpy", "astype", "array", "asarray", "cast", "print", "len")


def reads_all(body: Sequence[ast.stmt]) -> bool:
    """Whether nothing ends a loop over the files of a folder, and no model is in it."""
    parts = [*parts_of(body)]
    ends = (ast.Break, ast.Return, ast.While)
    models = any(isinstance(part, ast.Attribute) and part.attr in ("fit", "add", "compile") for part in parts)
    return not models and not any(isinstance(part, ends) for part in parts)


def each_of(over: Value) -> list[Value] | None:
    """What a loop over a folder, or over a list of something of each file, goes through; None for any other."""
    if isinstance(over, ClassNames) and not over.is_number:
        below = any_in(over.path)
        files = ClassNames(below, False, over.what)
        ways: dict[str, Value] = {"name": AnyEntry(over.path), "path": below, "walk": (below, files, files)}
        return [AnyPlace(over.path) if over.each == BY_PLACE else ways[over.each]]
    if isinstance(over, DatasetArrays):
        return [AnyImage(over)]
    if isinstance(over, Folder) and isinstance(over.path, DatasetArrays):
        return each_of_pipeline(over)
    return [_plain(one) for one in over] if is_of_files(over) else None


def turns_of(over: Value, body: Sequence[ast.AST], names: Names) -> list[Value] | None:
    """What a loop goes through once for all: that of `each_of`, the numbers of all images, and rows that name files."""
    statements = [node for node in body if isinstance(node, ast.stmt)]
    only_looks = isinstance(over, Folder) and bool(statements) and not changed_lists(statements)
    if not only_looks and (files := each_of(over)) is not None:
        return files
    if not only_looks and (picture := any_of_batches(over)) is not None and _only_keeps(statements):
        return [(picture, Unknown("labels", picture.place))]
    named = {part.id for part in parts_of(body) if isinstance(part, ast.Name)}
    if isinstance(over, Unknown) and over.table is not None and over.table.paths:
        functions = [one.node for name in named if isinstance(one := names.get(name), Function)]
        return [over] if _reads_rows([*body, *functions]) else None
    number = goes_over_data(over, [names.get(name) for name in named])
    return None if number is None else [number]


def _only_keeps(body: Sequence[ast.stmt]) -> bool:
    """Whether a loop only puts what it goes through into lists."""
    return all(called_name(part) in _KEEPS for part in parts_of(body) if isinstance(part, ast.Call))


def _reads_rows(nodes: Sequence[ast.AST]) -> bool:
    """Whether statements read a picture from a file, or take apart the pixels of a row, which stand in one text."""
    calls = [part for part in parts_of(nodes) if isinstance(part, ast.Call)]
    opened = any(called_name(one) == "open" and "Image" in ast.unparse(one.func) for one in calls)
    return opened or any(called_name(one) in ("imread", "load_img", "split", "fromstring") for one in calls)


def is_of_row(asked: Value, loops: Sequence[Value]) -> bool:
    """Whether a condition in a loop is on what a row of a table has."""
    return bool(loops) and isinstance(asked, Unknown) and asked.table is not None and bool(asked.table.paths)


def counts_along(turns: Sequence[Value], body: Sequence[ast.stmt], scope: Scope) -> dict[str, Value]:
    """What each turn of such a loop makes of what the one before left: unknown, but for the numbers of its classes."""
    counts = [part for part in _carried(body) if type(scope.names.get(part.id)) in (int, float, str, bool, type(None))]
    return {part.id: counted_along(turns, scope.names.get(part.id)) or scope.unknown(part) for part in counts}


def _carried(body: Sequence[ast.stmt]) -> Iterator[ast.Name]:
    """What each turn of a loop makes of what the one before left, as a count."""
    for part in parts_of(body):
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            yield part.target


def side_by_side(lists: Sequence[Value]) -> list[Value] | None:
    """What zip makes of arrays, of which some are a dataset's; None where none is."""
    turns = [each_of(one) for one in lists]
    if not any(isinstance(one, DatasetArrays) for one in lists) or not all(turn and len(turn) == 1 for turn in turns):
        return None
    return [tuple(turn[0] for turn in turns if turn)]


def _plain(value: Value) -> Value:
    """What an OfEach stands for, also inside of lists."""
    if isinstance(value, OfEach):
        return value.value
    return type(value)(_plain(part) for part in value) if isinstance(value, list | tuple) else value


def of_each(value: Value, loop: Value) -> Value:
    """What a loop over all files appends: what is no picture is a label of each of them.

    `loop` is what the innermost loop goes over.
    """
    if isinstance(value, list | tuple):
        return [of_each(part, loop) for part in value]
    return value if isinstance(value, ReadPicture) else OfEach(value, isinstance(value, AnyEntry) and value == loop)


def is_of_files(value: Value) -> bool:
    """Whether a list has something of each of the files of a folder, so that only running tells how long it is."""
    parts = value if isinstance(value, list | tuple) else ()
    return any(isinstance(part, OfEach | ReadPicture | AnyImage | AnyNumber) or is_of_files(part) for part in parts)


def numbered(over: Value, place: str) -> list[Value] | None:
    """What enumerate makes of what such a loop goes over; None for anything else."""
    if isinstance(over, ClassNames) and not over.is_number:
        over = [OfEach(one, over.each == "name") for one in each_of(over) or ()]
    if isinstance(over, DatasetArrays) and over.count is not None:
        return [(OfEach(AnyNumber(range(over.count))), AnyImage(over))]
    return [(OfEach(Unknown("a number", place)), one) for one in over] if is_of_files(over) else None


def folder_of(listed: Value) -> Value:
    """The folder whose entries' names a list has, each once; None for any other list."""
    one = single_of_each(listed)
    return one.value.folder if one is not None and one.is_all_of_folder else None


def single_of_each(listed: Value) -> OfEach | None:
    """What a list has of each file, where it has nothing else; None for any other list."""
    one = listed[0] if isinstance(listed, list | tuple) and len(listed) == 1 else None
    return one if isinstance(one, OfEach) else None


def note_of_names(asked: OfName | Unknown, branches: Sequence[Sequence[ast.stmt]], cell: CodeCell) -> dict[str, Value]:
    """A note on a condition on the name of any file, where one of its branches leaves the file out, with the folder.

    So too of a condition on any row of a table.
    """
    parts = [part for branch in branches for part in parts_of(branch)]
    adds = {bool(changed_lists(branch)) for branch in branches}
    if isinstance(asked, Unknown):
        table = asked.table.paths[0] if asked.table is not None else ""
        words = (
            f"a condition on the rows of {quiet(table, 80)} ({asked.place}) leaves some out there: here all are taken"
        )
        return {words: asked} if len(adds) > 1 else {}
    folder = asked.entry.folder
    if (not any(isinstance(part, ast.Continue) for part in parts) and len(adds) == 1) or isinstance(folder, Unknown):
        return {}
    place, shown = cell.place(branches[0][0].lineno - 1), folder.root if isinstance(folder, Below) else folder
    return {f"a condition on the names of files in {shown} ({place}) leaves some out there: here all are read": shown}


def is_read_by_hand(data: Value, folder: Value) -> bool:
    """Whether pictures may be those that a script's loop over a folder finds, or are in no way known to be others."""
    path = data.path if isinstance(data, Folder) else None
    if isinstance(data, DatasetArrays) or (isinstance(path, str) and BY_HAND not in data.arguments):
        return False
    path = path.folder if isinstance(path, Listed) else path.root if isinstance(path, Below) else path
    if not isinstance(path, str) or not isinstance(folder, str):
        return data is not None
    ways = [PurePosixPath(one).parts for one in (path, folder)]
    return all(one == other for one, other in zip(*ways, strict=False))


def counted_at_once(files: Value) -> PictureCount | None:
    """How many a list has of the paths of all pictures in the folders of a folder; None for other lists."""
    one = single_of_each(files)
    path = None if one is None else one.value
    return PictureCount(path.root) if isinstance(path, Below) and path.names == (None, None) else None


def counted_together(counts: Sequence[Value]) -> PictureCount | None:
    """The sum of how many files there are in each folder of a folder; None for other sums."""
    of = [one.value if isinstance(one, OfEach) else one for one in counts]
    if not of or not all(isinstance(one, ClassNames) and one.is_number for one in of):
        return None
    if len(of) == 1:
        path = of[0].path
        return PictureCount(path.root) if isinstance(path, Below) and path.names == (None,) else None
    folders = {str(PurePosixPath(one.path).parent) if isinstance(one.path, str) else None for one in of}
    return PictureCount(folders.pop()) if len(folders) == 1 and None not in folders else None


def names_in(value: Value) -> Iterator[OfName]:
    """What of names there is in something that is put into a list."""
    if isinstance(value, OfName):
        yield value
    for part in value if isinstance(value, list | tuple) else ():
        yield from names_in(part)


def of_places(name: str, unnamed: Sequence[Value]) -> Value:
    """What `range`, `str` and `format` make of how many names a folder has, or of the number of any; else None."""
    if name in ("str", "format") and unnamed and isinstance(unnamed[0], AnyPlace):
        return as_name(unnamed[0])
    return _places_in(unnamed) if name == "range" else None


def _places_in(ends: Sequence[Value]) -> ClassNames | None:
    """What `range` gives of how many names a folder has; None for any other range."""
    last = ends[-1] if len(ends) == 1 or (len(ends) == 2 and ends[0] == 0) else None
    if not isinstance(last, ClassNames) or not last.is_number:
        return None
    return msgspec.structs.replace(last, is_number=False, each=BY_PLACE)


def counted_along(turns: Sequence[Value], start: Value) -> AnyPlace | None:
    """What a count from 0 is in such a loop, which adds one to it each time; None in any other loop."""
    first = turns[0] if turns else None
    return first if isinstance(first, AnyPlace) and type(start) is int and start == 0 else None


def name_at(names: ClassNames, place: AnyPlace) -> AnyEntry:
    """The name at any place of a folder. Raises TypeError where the places are those of another."""
    if names.path != place.folder:
        raise TypeError("only known once it is run")
    return AnyEntry(names.path)
