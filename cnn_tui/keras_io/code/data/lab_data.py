"""Pictures and tables as a script that the lab wrote loads them (`script/folder.py`, `script/data.py`): its dataset."""

from __future__ import annotations

import ast
import contextlib
import itertools
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data import csv_file
from cnn_tui.data.dataset import MOST_SIDE, TEST_SHARE, TRAIN, DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures import picture_names
from cnn_tui.data.pictures.picture_list import label_at
from cnn_tui.keras_io.code.data.array_values import DatasetArrays, HeldOutMask, half_of
from cnn_tui.keras_io.code.values import Function, Value
from cnn_tui.keras_io.script import held_out, named_pictures
from cnn_tui.keras_io.script.data import data_code

_LOADS_TABLE = "load_table"
_IS_TESTED = ast.unparse(ast.parse("\n".join(held_out.FUNCTION)))
_LOADS = "load_pictures"
_LOADS_ONE = "load_picture"
_OF_FOLDERS = ("folder", "test_folder", "validation_folder")
_OF_TABLES = tuple(named_pictures.VARIABLES.values())


def lab_table(function: Function, script: Sequence[ast.stmt], unnamed: Sequence[Value]) -> Value:
    """The images and labels, or which images are tested on, that a call of a function of a lab's script gives.

    None where the script is none that the lab writes of a table that is there.
    """
    name = function.node.name
    if name == held_out.ARE_TESTED and len(unnamed) == 2 and isinstance(unnamed[0], DatasetArrays):
        return HeldOutMask() if ast.unparse(function.node) == _IS_TESTED else None
    loaded = _loaded(script) if name == _LOADS_TABLE else []
    if tuple(unnamed) not in loaded:
        return None
    written = {ast.unparse(node) for node in script}
    for path, options in _candidates(loaded, script, function):
        half = "train" if tuple(unnamed) == loaded[0] else "test"
        if options.validation is not None and tuple(unnamed) == loaded[-1]:
            half = "validation"
        with contextlib.suppress(DatasetError, OSError):
            if _statements(path, options) <= written:
                images = half_of(path, half, options, has_channel=True)
                return images, images.labels()
    return None


def _statements(path: str, options: DataOptions) -> set[str]:
    """The statements of the script that the lab writes of a dataset. Raises DatasetError and OSError."""
    lines = (line for part in data_code(path, options).parts for line in part)
    return {ast.unparse(node) for node in ast.parse(textwrap.dedent("\n".join(lines))).body}


def _loaded(script: Sequence[ast.stmt]) -> list[tuple[Any, ...]]:
    """What the script gives its function that loads tables, each time."""
    calls = [node.value for node in script if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
    ours = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == _LOADS_TABLE]
    given = [tuple(one.value for one in call.args if isinstance(one, ast.Constant)) for call in ours]
    return [paths for paths in given if paths and all(isinstance(path, str) for path in paths)]


def _candidates(
    loaded: Sequence[tuple[Any, ...]], script: Sequence[ast.stmt], function: Function
) -> Iterator[tuple[str, DataOptions]]:
    """Datasets that the script may have been written of: the paths that it names, and how its images are wanted."""
    others = [str(place) for paths in loaded[1:] for place in _places(paths)]
    tests: list[Any] = [None, *others, *_shares(script), TRAIN]
    # What is validated on comes last, and without it a script's statements would be some of those with it.
    places = _places(loaded[-1]) if loaded[1:] and _validates_apart(script) else []
    validations: list[Any] = [*map(str, places), None]
    one = function.names.get(_LOADS_ONE)
    shape = shape_of_picture(one) if isinstance(one, Function) else _shape_of_rows(function)
    fits: tuple[Any, ...] = ("crop",) if isinstance(one, Function) and is_cropped(one) else ("stretch",)
    wanted: list[dict[str, Any]] = [{}]
    if shape is not None:
        size, color = shape[:2], "grayscale" if shape[2] == 1 else "rgb"
        wanted += [{"image_size": size}, {"color": color}, {"image_size": size, "color": color}]
    for path in _places(loaded[0]):
        columns = [None, *_label_columns(script, path)]
        for validation, test, more, fit, column in itertools.product(validations, tests, wanted, fits, columns):
            if test != validation or test is None:
                yield str(path), DataOptions(test=test, validation=validation, fit=fit, label_column=column, **more)


def _label_columns(script: Sequence[ast.stmt], path: Path) -> Iterator[str]:
    """The columns of a table that the script takes by themselves: by their names, or by their places."""
    for part in (part for node in script for part in ast.walk(node)):
        match part:
            case ast.Subscript(value=ast.Name(id="table"), slice=ast.Constant(value=str(name))):
                yield name
            case ast.Subscript(value=ast.Name(id="table"), slice=ast.Tuple(elts=[_, ast.Constant(value=int(at))])):
                yield from csv_file.header_of(path)[at : at + 1]


def _validates_apart(script: Sequence[ast.stmt]) -> bool:
    """Whether the script has images of another name to validate on."""
    names = (part.id for node in script for part in ast.walk(node) if isinstance(part, ast.Name))
    return "validation_images" in names


def _places(paths: Sequence[Any]) -> list[Path]:
    """What a dataset may be called whose parts are these files: the first of them, or the folder that it is in."""
    first = Path(paths[0])
    return [first] if first.suffix == ".csv" else [first, first.parent, first.parent.parent]


def _shares(script: Sequence[ast.stmt]) -> list[float]:
    """The shares that the script holds out of each class."""
    found = []
    for node in script:
        match node:
            case ast.Assign(value=ast.Call(func=ast.Name(id=name), args=[_, ast.Constant(value=float(share))])):
                found += [share] if name == held_out.ARE_TESTED else []
    return found


def _shape_of_rows(function: Function) -> tuple[int, int, int] | None:
    """The shape that the function gives each image, from `images.reshape(-1, 28, 28, 1)`."""
    for part in ast.walk(function.node):
        match part:
            case ast.Call(func=ast.Attribute(attr="reshape"), args=[_, *sizes]) if len(sizes) == 3:
                shape = [size.value for size in sizes if isinstance(size, ast.Constant) and type(size.value) is int]
                return (shape[0], shape[1], shape[2]) if len(shape) == 3 else None
    return None


def lab_pictures(
    function: Function, listed: Value, script: Sequence[ast.stmt]
) -> tuple[DatasetArrays, DatasetArrays] | None:
    """The images and labels that a call of a script's function gives; None where it is not one that the lab writes.

    `listed` is what the function was given: the pictures to train on, or those to test or to validate on.
    """
    names = function.names
    variables = _OF_TABLES if isinstance(names.get(named_pictures.FUNCTION), Function) else _OF_FOLDERS
    (folder, *others), one = map(names.get, variables), names.get(_LOADS_ONE)
    if function.node.name != _LOADS or not isinstance(folder, str) or not isinstance(one, Function):
        return None
    shape = shape_of_picture(one)
    if shape is None:
        return None
    half = next((half for half in ("test", "validation") if listed is names.get(half)), "train")
    try:
        share = names.get("share") if "test" in names else TRAIN
        column = _column_in(script, Path(folder)) if variables is _OF_TABLES else None
        options = _options(folder, shape, is_cropped(one), column, share, *others)
        images = half_of(folder, half, options, has_channel=True)
    except DatasetError:
        return None
    return images, images.labels()


def _column_in(script: Sequence[ast.stmt], path: Path) -> str | None:
    """The column of a table of names that has the classes, where the script takes another than the likeliest."""
    table = picture_names.look(path)
    for node in script if table is not None else ():
        match node:
            case ast.Assign(
                targets=[ast.Name(id="listed")], value=ast.Call(args=[*_, ast.Constant(value=int(at)), _, _])
            ) if table is not None and 0 <= at < len(table.header):
                try:
                    return None if label_at(table) == at else table.header[at]
                except DatasetError:  # which of several it is, nobody else knows
                    return table.header[at]
    return None


def _options(
    folder: str,
    shape: tuple[int, int, int],
    crops: bool,
    column: str | None,
    share: Value,
    apart: Value,
    third: Value,
) -> DataOptions:
    """How the pictures are wanted: a size or a colour is left open where the folder's own is the same.

    `share` is what is tested on of each class, or TRAIN; `apart` and `third` are where the pictures to test and to
    validate on are.
    """
    share = share if isinstance(share, float | str) else None
    test = apart if isinstance(apart, str) else None if share == TEST_SHARE else share
    validation = third if isinstance(third, str) else None
    plain = DataOptions(fit="crop" if crops else "stretch", test=test, validation=validation, label_column=column)
    size, color = shape[:2], "grayscale" if shape[2] == 1 else "rgb"
    for more in ({}, {"image_size": size}, {"color": color}):
        options = msgspec.structs.replace(plain, **more)
        if describe(folder, options).input_shape == shape:
            return options
    return msgspec.structs.replace(plain, image_size=size, color=color)


def shape_of_picture(one: Function) -> tuple[int, int, int] | None:
    """Height, width and channels, from `picture.convert("RGB")` and `picture.resize((24, 20))`."""
    mode, size = _argument(one, "convert"), _argument(one, "resize")
    match size:
        case ast.Tuple(elts=[ast.Constant(value=int(width)), ast.Constant(value=int(height))]):
            is_grey = isinstance(mode, ast.Constant) and mode.value == "L"
            in_bounds = 1 <= height <= MOST_SIDE and 1 <= width <= MOST_SIDE
            return (height, width, 1 if is_grey else 3) if in_bounds else None
    return None


def is_cropped(one: Function) -> bool:
    """Whether the function that reads a picture cuts its edges off, and does not stretch it."""
    return any(keyword.arg == "box" for call in _calls(one, "resize") for keyword in call.keywords)


def _argument(one: Function, method: str) -> ast.expr | None:
    return next((call.args[0] for call in _calls(one, method) if call.args), None)


def _calls(one: Function, method: str) -> list[ast.Call]:
    parts = [part for part in ast.walk(one.node) if isinstance(part, ast.Call)]
    return [part for part in parts if isinstance(part.func, ast.Attribute) and part.func.attr == method]
