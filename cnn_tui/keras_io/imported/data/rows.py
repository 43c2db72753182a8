"""Models that take each image as one row of numbers: here a Flatten in front makes such a row of the image."""

from __future__ import annotations

import math
from typing import Any

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.images.unset_dataset import InputShape
from cnn_tui.keras_io.imported.chain import IN_FRONT, Chain
from cnn_tui.keras_io.notes import Notes

_ARRANGING = ("Flatten", "Reshape")
"""Layers that take images and rows alike."""
_OF_ROWS = (
    "Dense",
    "Dropout",
    "Rescaling",
    "BatchNormalization",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "PReLU",
    "Softmax",
)
"""Layers of a model that, without any others, tells rows apart and no maps."""
_LEAST_SIDE = 8
"""Pixels: fewer numbers than those of so small an image are measurements."""


def with_flatten(chain: Chain, notes: Notes, at: int = 0, is_row: bool = False) -> Chain:
    """The layers with a Flatten at a place, in front of those of a model that takes rows.

    `is_row` is whether the images are known to go in so; else it is told by the shape that the model takes, or, where
    there is none, by its layers.
    """
    kinds = [layer.get("class_name") for layer in chain.layers[at:]]
    shape = chain.input_shape
    is_row = is_row or (all(kind in _OF_ROWS for kind in kinds) if shape is None else len(shape) == 1)
    in_front = [layer.get("class_name") for layer in chain.layers[:at]]
    if not is_row or not kinds or kinds[0] in _ARRANGING or "Flatten" in in_front:
        return chain
    notes.to_know.append("each image goes in as one row of numbers there: here a Flatten in front makes a row of it")
    flatten = {"class_name": "Flatten", "config": {}, "place": IN_FRONT}
    return Chain((*chain.layers[:at], flatten, *chain.layers[at:]), shape)


def image_of_row(numbers: int) -> InputShape | None:
    """The shape of an image with so many numbers: of a built-in dataset's, else a square one, grey or in colours."""
    for dataset in BUILT_IN.values():
        if math.prod(dataset.input_shape) == numbers:
            return dataset.input_shape
    for channels in (1, 3):
        side = math.isqrt(numbers // channels) if numbers > 0 else 0
        if side >= _LEAST_SIDE and side * side * channels == numbers:
            return side, side, channels
    return None


def note_other_row(wanted: tuple[Any, ...] | None, images: InputShape, notes: Notes) -> None:
    """Note where a model takes rows of another length than the images have numbers."""
    numbers = math.prod(images)
    if wanted is not None and len(wanted) == 1 and type(wanted[0]) is int and wanted[0] != numbers:
        notes.append(f"the model takes rows of {found(wanted[0])} numbers, and an image has {numbers:,} here")
