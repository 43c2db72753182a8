"""What a script asks of the data that it trains on: the dataset, or what is known of one that is not here."""

from __future__ import annotations

from typing import Any

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, MOST_SIDE, Color, DataOptions
from cnn_tui.experiment.images.image_ranges import ImageNumbers
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.text import quiet

KERAS_SIZE = (256, 256)
"""What Keras's readers of folders bring pictures to when they are told nothing."""


class DataAsked(msgspec.Struct, frozen=True):
    """The dataset that a script trains on; where that is not here, None, and `options` say how pictures go in."""

    dataset: str | None = None
    options: DataOptions = AS_THEY_ARE
    is_elsewhere: bool = False
    """Whether the script names a table of its own that is not here, so that none can stand in for it."""
    is_unread: bool = False
    """Whether the script reads images in a way that is not known."""
    share: str | float | None = None
    """How much is tested on of a dataset that is not here, once it is set; TRAIN for what it learns from."""
    leave_out: ImageNumbers = ()
    """The numbers of the training images that it does not learn from."""
    sides: tuple[str, ...] = ()
    """What the script has for the sides of images that only running tells."""
    loaded: tuple[str, ...] = ()
    """The built-in datasets that the script loads."""
    printed_classes: int | None = None
    """How many classes a notebook printed that the images have, where those are not here."""


NO_DATA = DataAsked()


def name_of_size(folder: Folder) -> str:
    """What the reader of a folder calls the size that it brings pictures to."""
    return "target_size" if folder.generator is not None else "image_size"


def picture_options(folder: Folder, shape: Any, notes: list[str]) -> DataOptions:
    """In which size and colours the pictures go into the model there."""
    arguments, place = folder.arguments, folder.place
    height, width, channels = shape if isinstance(shape, tuple) and len(shape) == 3 else (None, None, None)
    wanted: Any = arguments.get(name_of_size(folder))
    size = wanted
    if not is_size(size):
        size = (height, width) if is_size((height, width)) else KERAS_SIZE
    height, width = size
    if wanted is not None and not is_size(wanted):
        notes.append(
            f"the size of the pictures is {quiet(_size_in_words(wanted), 80)}, which is not known: {height}x{width} "
            "stands in"
        )
    mode = arguments.get("color_mode", "rgb")
    if mode not in ("rgb", "grayscale"):
        notes.append(
            f"{place}: color_mode {quiet(str(mode), 40)} is left out: pictures are grey, or red, green and blue"
        )
        mode = "grayscale" if channels == 1 else "rgb"
    color: Color = "grayscale" if mode == "grayscale" else "rgb"
    crops = arguments.get("crop_to_aspect_ratio") is True or arguments.get("keep_aspect_ratio") is True
    if arguments.get("pad_to_aspect_ratio") is True:
        notes.append(f"{place}: pad_to_aspect_ratio is left out: pictures of other proportions are stretched")
    return DataOptions((height, width), color, "crop" if crops else "stretch")


def _size_in_words(size: Any) -> str:
    parts = size if isinstance(size, tuple | list) else (size,)
    return " by ".join(dict.fromkeys(map(words_of, parts)))


def is_size(size: Any) -> bool:
    return (
        isinstance(size, tuple | list)
        and len(size) == 2
        and all(type(side) is int and 1 <= side <= MOST_SIDE for side in size)
    )
