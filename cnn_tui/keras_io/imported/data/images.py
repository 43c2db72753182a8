"""The images that an imported model is for: a dataset, or the shape and the classes alone, until the user sets one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cnn_tui.data.dataset import AS_THEY_ARE, BUILT_IN, MOST_SIDE, DataOptions
from cnn_tui.data.describe import describe
from cnn_tui.data.npz_file import MOST_CLASSES
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.images.unset_dataset import InputShape, images_in_words
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import ClassNames
from cnn_tui.keras_io.imported.chain import Chain, config_of
from cnn_tui.keras_io.imported.data.data_asked import DataAsked
from cnn_tui.keras_io.imported.data.rows import image_of_row, note_other_row
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.layers import AnyLayer, Dense, Flatten
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.summary import summarize
from cnn_tui.text import enumerated, quiet

LIKELY = ("fashion_mnist", "mnist", "cifar10", "cifar100")
"""The datasets that a model may be for; of those with one shape, the likelier comes first."""
_ANY_CLASSES = 10
_ROW_IMAGE = (28, 28, 1)
"""What stands in for the images of a table of pixels."""
_ANY_SIDE = 224
"""Pixels: what stands in where a model takes pictures of any size; most networks were trained on such."""


def images_for(
    asked: DataAsked, shape: tuple[Any, ...] | None, layers: Sequence[AnyLayer], called: str, notes: Notes
) -> dict[str, Any]:
    """What an Experiment says of its images: the dataset that is asked for, a built-in one that fits, or none yet.

    `shape` is what the model takes, without the batch, and None where its file does not say; `called` is the name of
    the file, which tells MNIST from Fashion-MNIST, whose images and classes are as many.
    """
    if asked.dataset is not None:
        note_other_row(shape, describe(asked.dataset, asked.options).input_shape, notes)
        return {"dataset": asked.dataset, **asked.options.of_file, "leave_out": asked.leave_out}
    if asked.options != AS_THEY_ARE:
        more = {"fit": asked.options.fit, "label_column": asked.options.label_column}
        return _not_set(_shape_of(asked.options), layers, asked, notes) | more
    if shape in (None, (None,)) and (asked.is_elsewhere or asked.is_unread):
        stand_in = _ROW_IMAGE if asked.is_elsewhere else (_ANY_SIDE, _ANY_SIDE, 3)
        words = "x".join(map(str, stand_in))
        notes.append(f"the file does not say of what shape the images are that the model takes: {words} stands in")
        return _not_set(stand_in, layers, asked, notes)
    if shape in (None, (None,)):
        notes.to_know.append(f"the file does not say what images the model takes: the dataset is {LIKELY[0]}")
        return {"dataset": LIKELY[0]}
    sizes: Shape = tuple(size if type(size) is int else 0 for size in shape)
    if len(sizes) == 1:
        sizes = image_of_row(sizes[0]) or sizes
    if len(sizes) == 2 and layers and isinstance(layers[0], Flatten):  # flattened, both give the same row of numbers
        sizes = (*sizes, 1)
    if asked.sides and len(sizes) == 3 and not all(sizes):
        sizes = _with_sides(sizes, asked.sides, notes)
    fitting = [name for name in LIKELY if BUILT_IN[name].input_shape == sizes and not asked.is_elsewhere]
    if fitting:
        classes = _classes(sizes, layers)
        by_classes = [name for name in fitting if BUILT_IN[name].classes == classes]
        digits = re.search(r"mnist|digit", called.lower()) is not None and "fashion" not in called.lower()
        if by_classes:
            by_classes = [name for name in by_classes if name in asked.loaded] or by_classes
            return {"dataset": "mnist" if digits and "mnist" in by_classes else by_classes[0]}
        if not asked.is_unread:
            why = f"the model tells {classes:,} classes apart, and {fitting[0]} has {BUILT_IN[fitting[0]].classes}"
            notes.to_know.append(f"{fitting[0]}, whose images are as large, is not taken: {why}")
    images = _images(sizes, notes)
    if images is None:
        wanted = "x".join(found(size) if size is not None else "any" for size in shape)
        notes.append(f"the model takes {wanted or 'single numbers'}, which no images are: the dataset is {LIKELY[0]}")
        return {"dataset": LIKELY[0]}
    return _not_set(images, layers, asked, notes)


def with_units(chain: Chain, classes: Any, asked: DataAsked, trained_on: Any, notes: Notes) -> Chain:
    """The layers with a unit of the last Dense for each class, where only running tells how many `classes` there are.

    `trained_on` is where the script's pictures lie, as it says: of that folder's own classes nothing is in doubt.
    """
    if classes is None:
        return chain
    name = asked.dataset or (trained_on.dataset if isinstance(trained_on, DatasetArrays) else None)
    options = asked.options if asked.dataset else AS_THEY_ARE
    named = classes.named if isinstance(classes, ClassNames) and name is None else None
    said = named or asked.printed_classes
    units = (said or _ANY_CLASSES) if name is None else describe(name, options).classes
    if named is None and (name is None or not isinstance(classes, ClassNames) or classes.path != trained_on):
        whose = f"the {units} of {quiet(name, 80)} stand in" if name is not None else f"{units} stand in"
        whose = f"the notebook printed {units}" if name is None and said else whose
        notes.to_know.append(f"how many classes there are, {classes}, only running tells: {whose}")
    at = max(at for at, layer in enumerate(chain.layers) if layer.get("class_name") == "Dense")
    dense = {**chain.layers[at], "config": {**config_of(chain.layers[at]), "units": units}}
    return Chain((*chain.layers[:at], dense, *chain.layers[at + 1 :]), chain.input_shape)


def with_unused_labels(chain: Chain, asked: DataAsked, notes: Notes) -> Chain:
    """The layers with a unit of the last Dense for each label up to the highest, of a dataset whose labels have gaps.

    A script that has one for each label that there is, as LabelBinarizer does, numbers them anew.
    """
    dense = [at for at, layer in enumerate(chain.layers) if layer.get("class_name") == "Dense"]
    here = describe(asked.dataset, asked.options) if asked.dataset is not None else None
    if here is None or not here.unused or not dense:
        return chain
    at, units = dense[-1], here.classes - len(here.unused)
    layer = chain.layers[at]
    if config_of(layer).get("units") != units:
        return chain
    missing = quiet(enumerated(list(map(str, here.unused)), "or"), 80)
    notes.append(
        f"the last Dense has {units} units there, one for each label that there is, and {here.classes} here: labels go "
        f"up to {here.classes - 1}, and no image has the label {missing}"
    )
    changed = {**layer, "config": {**config_of(layer), "units": here.classes}}
    return Chain((*chain.layers[:at], changed, *chain.layers[at + 1 :]), chain.input_shape)


def _not_set(shape: InputShape, layers: Sequence[AnyLayer], asked: DataAsked, notes: Notes) -> dict[str, Any]:
    """No dataset, but what it has to have, and how much of it is tested on."""
    classes = min(asked.printed_classes or _classes(shape, layers), MOST_CLASSES)
    notes.to_know.append(
        f"no dataset is set: the network is for {images_in_words(shape, classes)}; "
        "set the dataset to a folder, or a .npz, .csv or .parquet file, of your own"
    )
    return {"dataset": "", "input_shape": shape, "classes": classes, "test": asked.share}


def _shape_of(options: DataOptions) -> InputShape:
    height, width = options.image_size or (_ANY_SIDE, _ANY_SIDE)
    return height, width, 1 if options.color == "grayscale" else 3


def _with_sides(sizes: Shape, sides: Sequence[str], notes: Notes) -> Shape:
    """The shape of images with sides for those, 0 here, that only running tells: as of a built-in dataset, or usual."""
    usual = (_ANY_SIDE, _ANY_SIDE, 3)
    if all(sizes[:2]):
        usual = next(
            (BUILT_IN[name].input_shape for name in LIKELY if BUILT_IN[name].input_shape[:2] == sizes[:2]), usual
        )
    whole = tuple(size or side for size, side in zip(sizes, usual, strict=True))
    words = enumerated([quiet(side, 80) for side in sides], "and")
    notes.to_know.append(
        f"of what shape the images are, {words}, only running tells: {'x'.join(map(str, whole))} stands in"
    )
    return whole


def _images(sizes: Shape, notes: Notes) -> InputShape | None:
    """The shape of the images that a model takes, whose open sides are 0; None where those cannot be images."""
    if len(sizes) != 3 or not all(0 <= size <= MOST_SIDE for size in sizes) or not sizes[2]:
        return None
    if not sizes[0] or not sizes[1]:
        notes.to_know.append(f"the model takes pictures of any size: {_ANY_SIDE}x{_ANY_SIDE} stands in")
    return sizes[0] or _ANY_SIDE, sizes[1] or _ANY_SIDE, sizes[2]


def _classes(shape: Shape, layers: Sequence[AnyLayer]) -> int:
    """How many classes the network tells apart: what comes out of it; one number tells two apart."""
    output = summarize(Stack(shape, tuple(layers))).output_shape
    dense = [layer.units for layer in layers if isinstance(layer, Dense)]
    answers = output[-1] if output else dense[-1] if dense else 2
    return min(max(answers, 2), MOST_CLASSES)
