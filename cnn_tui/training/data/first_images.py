"""Keeps a few images of a dataset, as `python -m cnn_tui.training.data.first_images NAME OPTIONS`, and says which.

The lab shows one of each class before the first run. Of a folder of pictures only the first one of each class is read,
and of Fashion-MNIST the images of the built-in sample, which are a tenth of it. Any other dataset is looked at as a
whole, which takes a second or a few and is kept for Explain. Prints the digest by which
`data/images.py` finds the images. It needs NumPy and no TensorFlow. Where it cannot, it prints a sentence and ends with
exit status 1.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import sys
from pathlib import Path

import msgspec

from cnn_tui.data import images
from cnn_tui.data.course import resolved
from cnn_tui.data.dataset import SAMPLE, DataOptions, DatasetError, shown, too_large
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures import picture_survey
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.data.pictures.left_out import LeftOutCounter
from cnn_tui.training.data.image_store import keep_images
from cnn_tui.training.data.inspect import look
from cnn_tui.training.data.picture_reader import PictureReader, PictureSource
from cnn_tui.training.data.readers import not_told
from cnn_tui.training.data.sources import find

MOST_CLASSES = 24
"""Of a folder of more, the first ones."""


def first_images(name: str, options: DataOptions) -> str:
    """Keep images of a dataset that is on this machine; gives their digest. Raises DatasetError, OSError."""
    name = SAMPLE if name == "fashion_mnist" else resolved(name)
    source = find(name)
    if source is None or source.layout != "pictures":
        return look(name, options).test_images
    return _of_folder(name, source.path, options)


def _of_folder(name: str, folder: Path, options: DataOptions) -> str:
    listing = list_pictures(folder, options)
    first: dict[int, str] = {}
    for path, label in (*listing.test, *listing.train):
        first.setdefault(label, path)
    described = describe(name, options)
    if why := too_large(name, described.input_shape, options):
        raise DatasetError(f"{shown(folder)} cannot be shown as it is: its {why}.")
    most = min(MOST_CLASSES, max(1, images.MOST_BYTES // math.prod(described.input_shape)))
    chosen = [PictureSource(first[label], label) for label in sorted(first)[:most]]
    find_top = functools.partial(picture_survey.top_in, folder, listing.paths)
    reader = PictureReader(folder, described.input_shape, options.fit == "crop", len(chosen), not_told, find_top)
    found = reader.read(chosen, len(chosen), LeftOutCounter())
    return keep_images(found.images, found.labels, described.class_names)


def main(arguments: list[str]) -> int:
    """Keep images of the dataset that the first argument names, wanted as the second, JSON, says; the exit status."""
    if len(arguments) != 2:
        print("usage: python -m cnn_tui.training.data.first_images NAME OPTIONS")
        return 2
    with contextlib.suppress(OSError):
        os.nice(10)  # whoever edits or trains meanwhile comes first
    try:
        print(first_images(arguments[0], msgspec.json.decode(arguments[1], type=DataOptions)))
    except (DatasetError, OSError, MemoryError) as error:
        print(str(error) or "there is not enough memory for it")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
