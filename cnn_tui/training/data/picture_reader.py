"""Reads a folder of image folders into memory, and counts what had to be done to its pictures.

Pictures are unpacked by several threads, which Pillow lets work at once, and written into an array that is made for
all of them before the first: at no time is more than a picture a thread there at its whole size.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnn_tui.data.dataset import DataOptions, DatasetError, is_file, shown, size_in_words
from cnn_tui.data.pictures import picture_survey
from cnn_tui.data.pictures.folder_pictures import FolderPictures
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.data.pictures.left_out import FilesLeftOut, LeftOutCounter
from cnn_tui.data.pictures.picture import (
    Form,
    Made,
    Opened,
    PictureError,
    is_deep,
    make,
    open_picture,
    without_warnings,
)
from cnn_tui.jobs.devices import cores
from cnn_tui.text import counted, escaped
from cnn_tui.training.data import folder_store
from cnn_tui.training.data.folder_store import KeptFolder
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Reading, Say, check_room

TOLD_EVERY = 64
"""Pictures after which what is read is told, and a wish to stop is heard."""

AT_ONCE = 16
"""Pictures that a thread takes at a time, at most: to hand each over by itself takes a fifth of the time of a small
one. Of few pictures it takes fewer, so that all threads have some."""

MOST_THREADS = 8
LARGE = 10_000_000
"""Pixels from which on a picture is unpacked by one thread alone, so that threads do not multiply what it takes: 80 MB
at least, and 800 MB for a WebP of `MOST_PIXELS`.
"""
BYTES_AT_ONCE = 4_000_000
"""Of pictures that are no files by themselves and come from a table: a handful has no more, or is a single one."""


class ReadPictures(NamedTuple):
    """Images and labels of the pictures that could be read."""

    images: Pixels
    labels: Labels


def _name_of(picture: PictureSource) -> str:
    return picture.name or str(picture.place)


def handfuls(pictures: Iterable[PictureSource], most: int = AT_ONCE) -> Iterator[list[PictureSource]]:
    """Pictures as they are handed to a thread: `most` or, where they are in memory, `BYTES_AT_ONCE`."""
    handful: list[PictureSource] = []
    size = 0
    for picture in pictures:
        more = len(picture.place) if isinstance(picture.place, bytes) else 0
        if handful and size + more > BYTES_AT_ONCE:
            yield handful
            handful, size = [], 0
        handful.append(picture)
        size += more
        if len(handful) == most:
            yield handful
            handful, size = [], 0
    if handful:
        yield handful


def read_folder(
    folder: Path, shape: tuple[int, int, int], options: DataOptions, say: Say, reading: Reading
) -> tuple[Arrays, tuple[FilesLeftOut, ...]]:
    """Read a folder of image folders, each picture made an image of `shape`, and what is left out, as broken ones are.

    They are kept, and not unpacked again before a file or what is asked of it changes. `say` is told what was done to
    how many. Raises DatasetError where a part has no picture left.
    """
    listing = list_pictures(folder, options)
    check_room(folder, len(listing.paths), shape)
    crop = options.fit == "crop"
    digest = folder_store.digest_of(listing, shape, crop)
    kept = folder_store.read(digest)
    if kept is None:
        every = listing.paths
        find_top = functools.partial(picture_survey.top_in, folder, every)
        kept = _unpack(listing, PictureReader(folder, shape, crop, len(every), reading, find_top))
        folder_store.keep(digest, kept)
    for sentence in kept.said:
        say(sentence)
    return kept.arrays, kept.left_out


def _unpack(listing: FolderPictures, reader: PictureReader) -> KeptFolder:
    left_out = LeftOutCounter(listing.left_out)
    parts = [listing.train, listing.test, *([listing.validation] if listing.validation else [])]
    pictures = ([PictureSource(*picture) for picture in part] for part in parts)
    train, test, *validated = [reader.read(part, len(part), left_out) for part in pictures]
    arrays = Arrays(*train, *test, *(validated[0] if validated else ()))
    return KeptFolder(arrays, left_out.result(), tuple(reader.sentences()))


class PictureSource(NamedTuple):
    """A picture that is to be read: where it is, its label and, where it is no file by itself, what it is called."""

    place: str | bytes
    label: int
    name: str = ""


class PictureRead(NamedTuple):
    """A picture, why it could not be read, None where it was, and what was done to it."""

    source: PictureSource
    fault: PictureError | None
    done: tuple[str, ...]


class PictureReader:
    """Makes the pictures of a dataset images of one shape, and counts what that took."""

    def __init__(
        self,
        place: Path,
        shape: tuple[int, int, int],
        crop: bool,
        total: int,
        reading: Reading,
        find_top: Callable[[], int],
    ) -> None:
        """`place` is the folder, or the file, that the pictures, `total` in number, are in.

        `find_top` finds out what is white in those of more than 8 bits.
        """
        self.place, self.shape, self._crop, self._total, self._reading = place, shape, crop, total, reading
        self._find_top = find_top
        self._begins_in = place.parent if is_file(place) else place
        self._done: Counter[str] = Counter()
        self._read = 0
        self._top: int | None = None
        self._finding_top = threading.Lock()
        self.large = threading.Lock()

    def top(self) -> int:
        """What is white in pictures of more than 8 bits; looked for when the first of them is met."""
        with self._finding_top:
            if self._top is None:
                self._top = self._find_top()
            return self._top

    def read(self, pictures: Iterable[PictureSource], count: int, left_out: LeftOutCounter) -> ReadPictures:
        """The images of `count` pictures, without those that cannot be read. Raises DatasetError where none can."""
        images = np.empty((count, *self.shape), np.uint8)
        labels: list[int] = []
        first = ""
        for at, (picture, fault) in enumerate(self._made(pictures, images)):
            first = first or _name_of(picture)
            if fault is not None:
                name = picture.name or os.path.relpath(_name_of(picture), self._begins_in)
                left_out.add(fault.kind, escaped(name))
                continue
            if len(labels) < at:  # the images behind one that is left out move up
                images[len(labels)] = images[at]
            labels.append(picture.label)
        if count and not labels:
            raise DatasetError(
                f"None of {counted(count, 'picture')} in {shown(self.place)}, of which the first is "
                f"{shown(first)}, can be read. Save them again as PNG or JPEG."
            )
        return ReadPictures(images[: len(labels)], np.array(labels, np.int64))

    def _made(
        self, pictures: Iterable[PictureSource], images: Pixels
    ) -> Iterator[tuple[PictureSource, PictureError | None]]:
        """Each picture in its order, once its image is at its place in `images` or it is known why it has none."""
        count, before = min(cores(), MOST_THREADS), self._read
        with without_warnings(), ThreadPoolExecutor(count) as threads:
            try:
                for picture, fault, done in self._in_turn(pictures, images, threads, 2 * count):
                    self._done.update(done)
                    yield picture, fault
                    self._read += 1
                    if (self._read - before) % TOLD_EVERY == 0:
                        self._reading(self._read, self._total)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
        if (self._read - before) % TOLD_EVERY:
            self._reading(self._read, self._total)

    def _in_turn(
        self, pictures: Iterable[PictureSource], images: Pixels, threads: ThreadPoolExecutor, ahead: int
    ) -> Iterator[PictureRead]:
        """Each as it is wanted, with `ahead` handfuls of the next ones given to the threads, so that none waits."""
        begun: deque[Future[list[PictureRead]]] = deque()
        at = 0
        for handful in handfuls(pictures, min(AT_ONCE, 1 + len(images) // (2 * ahead))):
            begun.append(threads.submit(self._make_all, handful, images[at : at + len(handful)]))
            at += len(handful)
            if len(begun) > ahead:
                yield from begun.popleft().result()
        while begun:
            yield from begun.popleft().result()

    def _make_all(self, pictures: list[PictureSource], places: Pixels) -> list[PictureRead]:
        return [self._make(picture, places[at]) for at, picture in enumerate(pictures)]

    def _make(self, picture: PictureSource, place: Pixels) -> PictureRead:
        """Run by several threads: writes a picture's image to its place."""
        where = picture.place
        with contextlib.ExitStack() as held:

            def make_room(pixels: int) -> None:
                if pixels > LARGE:
                    held.enter_context(self.large)

            try:
                opened = open_picture(where if isinstance(where, str) else io.BytesIO(where), self.shape, make_room)
                made = make(opened, Form(self.shape, self.top() if is_deep(opened.picture) else None, self._crop))
            except PictureError as error:
                return PictureRead(picture, error, ())
            place[:] = made.pixels
            return PictureRead(picture, None, self._what_was_done(opened, made))

    def _what_was_done(self, opened: Opened, made: Made) -> tuple[str, ...]:
        height, width, _ = self.shape
        done = {
            "turned": opened.turned,
            "moves": opened.moves,
            "deep": made.top is not None,
            "white": made.ground == "white",
            "black": made.ground == "black",
            "recoloured": made.recoloured,
            "resized": made.size != (width, height),
        }
        return tuple(name for name, was in done.items() if was)

    def sentences(self) -> list[str]:
        """What was done to how many pictures, in the order in which it was done to each."""
        *sides, channels = self.shape
        size = size_in_words(*sides)
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
            "resized": f"of another size {{was}} resized to {size}, {how} where the proportions differ",
        }
        return [
            f"{counted(count, 'picture')} {said.format(was='was' if count == 1 else 'were')}."
            for name, said in words.items()
            if (count := self._done[name])
        ]

    def _white(self) -> int:
        return self.top() if self._done["deep"] else 0
