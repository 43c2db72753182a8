"""The marks of training images, as the lab reads and writes them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable

from cnn_tui.history import image_marks
from cnn_tui.history.history import History
from cnn_tui.history.image_marks import FINE, WRONG, ImageMark
from cnn_tui.ui.history_writer import HistoryWriter

_FOLLOWING: dict[ImageMark | None, ImageMark | None] = {None: WRONG, WRONG: FINE, FINE: None}


class ImageMarks:
    """What is marked of a set of images, with what is not written yet."""

    def __init__(self, history: History, writer: HistoryWriter) -> None:
        self._history, self._writer = history, writer
        self._read: dict[int, ImageMark] = {}

    def of(self, images: str) -> dict[int, ImageMark]:
        """The marks of a set, known by its digest, by the images' places."""
        with contextlib.suppress(sqlite3.Error):  # while it cannot be read, it is what it was
            self._read = image_marks.image_marks(self._history, images)
        marks: dict[int, ImageMark | None] = {**self._read}
        marks |= {int(place): mark for place, mark in self._writer.expected_fields(("image marks", images)).items()}
        return {place: mark for place, mark in marks.items() if mark is not None}

    def change(self, images: str, place: int, after: Callable[[], object]) -> None:
        """Mark an image as wrong, then as fine, then not at all; `after` is called when it is written."""
        mark = _FOLLOWING[self.of(images).get(place)]
        self._writer.write(
            f"the mark of image {place}",
            lambda history: image_marks.mark_images(history, images, (place,), mark),
            lambda _: after(),
            subject=("image marks", images),
            leaves={str(place): mark},
        )
