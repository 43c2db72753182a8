"""Reads a folder of image folders into memory, and counts what had to be done to its pictures.

Pictures are unpacked by several threads, which Pillow lets work at once, and written into an array that is made for
all of them before the first: at no time is more than a picture a thread there at its whole size.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnn_tui.data import picture_survey
from cnn_tui.data.dataset import DataOptions, DatasetError, shown
from cnn_tui.data.image_folder import FolderPictures, list_pictures
from cnn_tui.data.left_out import FilesLeftOut, LeftOutCounter
from cnn_tui.data.picture import Form, Made, Opened, PictureError, is_deep, make, open_picture, without_warnings
from cnn_tui.jobs.devices import cores
from cnn_tui.text import counted, escaped
from cnn_tui.training.data import folder_store
from cnn_tui.training.data.folder_store import KeptFolder
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Reading, Say, check_room

AT_ONCE = 64
"""Pictures that are given to the threads at a time: then what is read is told, and a wish to stop is heard."""

MOST_THREADS = 8
"""Each may hold a picture of `MOST_PIXELS` that is no JPEG: 150 MB."""


class ReadPictures(NamedTuple):
    """Images and labels of the pictures that could be read."""

    images: Pixels
    labels: Labels


def read_folder(
    folder: Path, shape: tuple[int, int, int], options: DataOptions, say: Say, reading: Reading
) -> tuple[Arrays, tuple[FilesLeftOut, ...]]:
    """Read a folder of image folders, each picture made an image of `shape`, and what is left out, as broken ones are.

    They are kept, and not unpacked again before a file or what is asked of it changes. `say` is told what was done to
    how many. Raises DatasetError where a part has no picture left.
    """
    listing = list_pictures(folder, options.test)
    check_room(folder, len(listing.train) + len(listing.test), shape)
    crop = options.fit == "crop"
    digest = folder_store.digest_of(listing, shape, crop)
    kept = folder_store.read(digest)
    if kept is None:
        kept = _unpack(listing, PictureReader(folder, shape, crop, listing.paths, reading))
        folder_store.keep(digest, kept)
    for sentence in kept.said:
        say(sentence)
    return kept.arrays, kept.left_out


def _unpack(listing: FolderPictures, reader: PictureReader) -> KeptFolder:
    left_out = LeftOutCounter(listing.left_out)
    (x_train, y_train), (x_test, y_test) = (reader.read(half, left_out) for half in (listing.train, listing.test))
    return KeptFolder(Arrays(x_train, y_train, x_test, y_test), left_out.result(), tuple(reader.sentences()))


class PictureReader:
    """Makes the pictures of a folder images of one shape, and counts what that took."""

    def __init__(
        self, folder: Path, shape: tuple[int, int, int], crop: bool, every: list[str], reading: Reading
    ) -> None:
        """`every` picture of the folder counts for what is white in those of more than 8 bits."""
        self.folder, self.shape, self._crop, self._every, self._reading = folder, shape, crop, every, reading
        self._done: Counter[str] = Counter()
        self._read = 0
        self._top: int | None = None
        self._finding_top = threading.Lock()

    def top(self) -> int:
        """What is white in the folder's pictures of more than 8 bits; looked for when the first of them is met."""
        with self._finding_top:
            if self._top is None:
                self._top = picture_survey.top_in(self.folder, self._every)
            return self._top

    def read(self, pictures: list[tuple[str, int]], left_out: LeftOutCounter) -> ReadPictures:
        """The images of some pictures, pairs of (path, label), without those that cannot be read."""
        images = np.empty((len(pictures), *self.shape), np.uint8)
        labels: list[int] = []
        for (path, label), made in self._made(pictures):
            if isinstance(made, PictureError):
                left_out.add(made.kind, escaped(os.path.relpath(path, self.folder)))
            else:
                images[len(labels)] = made.pixels
                labels.append(label)
        if not labels:
            raise DatasetError(
                f"None of {counted(len(pictures), 'picture')} in {shown(self.folder)}, of which the first is "
                f"{shown(pictures[0][0])}, can be read. Save them again as PNG or JPEG."
            )
        return ReadPictures(images[: len(labels)], np.array(labels, np.int64))

    def _made(self, pictures: list[tuple[str, int]]) -> Iterator[tuple[tuple[str, int], Made | PictureError]]:
        """What each picture becomes, in their order."""
        with without_warnings(), ThreadPoolExecutor(min(cores(), MOST_THREADS)) as threads:
            for start in range(0, len(pictures), AT_ONCE):
                some = pictures[start : start + AT_ONCE]
                for picture, (made, done) in zip(some, threads.map(self._make, some), strict=True):
                    self._done.update(done)
                    yield picture, made
                self._read += len(some)
                self._reading(self._read, len(self._every))

    def _make(self, picture: tuple[str, int]) -> tuple[Made | PictureError, list[str]]:
        """Run by several threads: what a picture becomes, and what was done to it."""
        try:
            opened = open_picture(picture[0], self.shape)
            made = make(opened, Form(self.shape, self.top() if is_deep(opened.picture) else None, self._crop))
        except PictureError as error:
            return error, []
        return made, self._what_was_done(opened, made)

    def _what_was_done(self, opened: Opened, made: Made) -> list[str]:
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
        return [name for name, was in done.items() if was]

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
        return self.top() if self._done["deep"] else 0
