"""Reads a folder of image folders into memory, and counts what had to be done to its pictures."""

from __future__ import annotations

import functools
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnn_tui.data import picture_survey
from cnn_tui.data.dataset import DataOptions, DatasetError, shown
from cnn_tui.data.image_folder import list_pictures
from cnn_tui.data.left_out import FilesLeftOut, LeftOutCounter
from cnn_tui.data.picture import Form, Made, PictureError, is_deep, make, open_picture, without_warnings
from cnn_tui.text import counted, escaped
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Say, check_room


class ReadPictures(NamedTuple):
    """Images and labels of the pictures that could be read."""

    images: Pixels
    labels: Labels


def read_folder(
    folder: Path, shape: tuple[int, int, int], options: DataOptions, say: Say
) -> tuple[Arrays, tuple[FilesLeftOut, ...]]:
    """Read a folder of image folders, each picture made an image of `shape`, and what is left out, as broken ones are.

    `say` is told what was done to how many. Raises DatasetError where a part has no picture left.
    """
    listing = list_pictures(folder, options.test)
    check_room(folder, len(listing.train) + len(listing.test), shape)
    reader = PictureReader(folder, shape, options.fit == "crop", listing.paths)
    left_out = LeftOutCounter(listing.left_out)
    parts = [reader.read(pictures, left_out) for pictures in (listing.train, listing.test)]
    for sentence in reader.sentences():
        say(sentence)
    (x_train, y_train), (x_test, y_test) = parts
    return Arrays(x_train, y_train, x_test, y_test), left_out.result()


class PictureReader:
    """Makes the pictures of a folder images of one shape, and counts what that took."""

    def __init__(self, folder: Path, shape: tuple[int, int, int], crop: bool, every: list[str]) -> None:
        """`every` picture of the folder counts for what is white in those of more than 8 bits."""
        self.folder, self.shape, self._crop, self._every = folder, shape, crop, every
        self._done: Counter[str] = Counter()

    @functools.cached_property
    def top(self) -> int:
        """What is white in the folder's pictures of more than 8 bits; asked for when the first of them is met."""
        return picture_survey.top_in(self.folder, self._every)

    def read(self, pictures: list[tuple[str, int]], left_out: LeftOutCounter) -> ReadPictures:
        """The images of some pictures, pairs of (path, label), without those that cannot be read."""
        images = np.empty((len(pictures), *self.shape), np.uint8)
        labels: list[int] = []
        with without_warnings():
            for path, label in pictures:
                try:
                    images[len(labels)] = self._made(path).pixels
                    labels.append(label)
                except PictureError as error:
                    left_out.add(error.kind, escaped(os.path.relpath(path, self.folder)))
        if not labels:
            raise DatasetError(
                f"None of {counted(len(pictures), 'picture')} in {shown(self.folder)}, of which the first is "
                f"{shown(pictures[0][0])}, can be read. Save them again as PNG or JPEG."
            )
        return ReadPictures(images[: len(labels)], np.array(labels, np.int64))

    def _made(self, path: str) -> Made:
        opened = open_picture(path)
        made = make(opened, Form(self.shape, self.top if is_deep(opened.picture) else None, self._crop))
        height, width, _ = self.shape
        done = {
            "turned": opened.turned,
            "moves": opened.frames > 1,
            "deep": made.top is not None,
            "white": made.ground == "white",
            "black": made.ground == "black",
            "recoloured": made.recoloured,
            "resized": made.size != (width, height),
        }
        self._done.update(name for name, was in done.items() if was)
        return made

    def sentences(self) -> list[str]:
        """What was done to how many pictures, in the order in which it was done to each."""
        height, width, channels = self.shape
        how = "the middle taken" if self._crop else "stretched"
        kind, became = ("in colour", "made grey")
        if channels == 3:
            kind, became = ("of greys", "given three channels, as those in colour have")
        words = {
            "moves": "of more than one frame {was} taken by the first",
            "turned": "{was} turned upright, as the camera noted",
            "deep": f"of more than 8 bits a pixel {{was}} brought to 8, with {self._white():,} as white",
            "white": "with transparent parts {was} put on white",
            "black": "with transparent parts, and nothing but bright ones beside them, {was} put on black",
            "recoloured": f"{kind} {{was}} {became}",
            "resized": f"of another size {{was}} resized to {width} × {height}, {how} where the proportions differ",
        }
        return [
            f"{counted(count, 'picture')} {said.format(was='was' if count == 1 else 'were')}."
            for name, said in words.items()
            if (count := self._done[name])
        ]

    def _white(self) -> int:
        return self.top if self._done["deep"] else 0
