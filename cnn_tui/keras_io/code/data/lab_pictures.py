"""Pictures as a script that the lab wrote loads them (`script/folder.py`): from its functions back to the dataset."""

from __future__ import annotations

import ast

import msgspec

from cnn_tui.data.dataset import MOST_SIDE, TEST_SHARE, TRAIN, DataOptions, Dataset, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.values import Function, Value
from cnn_tui.keras_io.script.named_pictures import FUNCTION, VARIABLES

_LOADS = "load_pictures"
_LOADS_ONE = "load_picture"
_OF_FOLDERS = ("folder", "test_folder", "validation_folder")
_OF_TABLES = tuple(VARIABLES.values())


def lab_pictures(function: Function, listed: Value) -> tuple[DatasetArrays, DatasetArrays] | None:
    """The images and labels that a call of a script's function gives; None where it is not one that the lab writes.

    `listed` is what the function was given: the pictures to train on, or those to test or to validate on.
    """
    names = function.names
    variables = _OF_TABLES if isinstance(names.get(FUNCTION), Function) else _OF_FOLDERS
    (folder, *others), one = map(names.get, variables), names.get(_LOADS_ONE)
    if function.node.name != _LOADS or not isinstance(folder, str) or not isinstance(one, Function):
        return None
    shape = shape_of_picture(one)
    if shape is None:
        return None
    half = next((half for half in ("test", "validation") if listed is names.get(half)), "train")
    try:
        share = names.get("share") if "test" in names else TRAIN
        options = _options(folder, shape, is_cropped(one), share, *others)
        dataset = describe(folder, options)
    except DatasetError:
        return None
    count = images_of_half(dataset, half)
    images = DatasetArrays(folder, half, "images", dataset.input_shape, count, count, options=options)
    return images, images.labels()


def images_of_half(dataset: Dataset, half: str) -> int:
    """How many images a half of a dataset has, of which what is validated on alone is a third."""
    counts = {"train": dataset.train_images, "test": dataset.test_images, "validation": dataset.validation_images}
    return counts[half]


def _options(
    folder: str, shape: tuple[int, int, int], crops: bool, share: Value, apart: Value, third: Value
) -> DataOptions:
    """How the pictures are wanted: a size or a colour is left open where the folder's own is the same.

    `share` is what is tested on of each class, or TRAIN; `apart` and `third` are where the pictures to test and to
    validate on are.
    """
    share = share if isinstance(share, float | str) else None
    test = apart if isinstance(apart, str) else None if share == TEST_SHARE else share
    validation = third if isinstance(third, str) else None
    plain = DataOptions(fit="crop" if crops else "stretch", test=test, validation=validation)
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
