"""What a person says of the labels of training images: that one is wrong, or that it is fine after all.

Images are known by the digest of their set (`training/data/image_store.py`) and their place in it, from 0: what was
said once counts for all runs on the same images, and not for others that take the place of the file.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from cnn_tui.history.history import History

ImageMark: TypeAlias = Literal["wrong label", "fine"]
WRONG: Final = "wrong label"
FINE: Final = "fine"


def mark_images(history: History, images: str, places: Iterable[int], mark: ImageMark | None) -> None:
    """Mark images of a set; None takes their marks away."""
    with history.transaction():
        for place in places:
            if mark is None:
                history.store.execute("DELETE FROM image_marks WHERE images = ? AND image = ?", (images, place))
                continue
            history.store.execute(
                "INSERT INTO image_marks (images, image, mark, marked) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET mark = excluded.mark, marked = excluded.marked",
                (images, place, mark, time.time()),
            )


def image_marks(history: History, images: str) -> dict[int, ImageMark]:
    """The marks of a set by the images' places, in their order."""
    query = "SELECT image, mark FROM image_marks WHERE images = ? ORDER BY image"
    return dict(history.store.execute(query, (images,)).fetchall())


def wrongly_labelled(history: History, images: str) -> tuple[int, ...]:
    """The places of the images that are marked as wrong, in order."""
    return tuple(place for place, mark in image_marks(history, images).items() if mark == WRONG)
