"""Suspects as they are kept of a run, written without TensorFlow."""

from __future__ import annotations

import array
from collections.abc import Sequence

from cnn_tui.artifacts import suspects
from cnn_tui.artifacts.suspects import SuspectsHeader, suspects_path
from cnn_tui.data import images, raw_file
from cnn_tui.data.images import ImagesHeader, images_path

NAMES = ("bag", "coat", "=shirt")
OF_IMAGES = "digest-of-training-images"


def keep_suspects(run_id: int, places: Sequence[int], total: int = 240, size: int = 12) -> None:
    """Keep suspects: images of those numbers, labelled bag, coat, … in turn, that are rather the class after that."""
    count = len(places)
    labels = [at % 3 for at in range(count)]
    suspected = [(label + 1) % 3 for label in labels]
    rows = [[0.09, 0.09, 0.09] for _ in places]
    for at, (label, rather) in enumerate(zip(labels, suspected, strict=True)):
        rows[at][label], rows[at][rather] = 0.01 * (at + 1), 0.9 - 0.01 * at
    own, other = ([rows[at][one[at]] for at in range(count)] for one in (labels, suspected))
    header = SuspectsHeader(
        suspects.FORMAT, count, total, total - 2 * count, total, 3, NAMES, OF_IMAGES, f"{run_id}-suspects"
    )
    numbers = [array.array("i", one).tobytes() for one in (places, labels, suspected)]
    shares = [array.array("f", one).tobytes() for one in (own, other, [share for row in rows for share in row])]
    raw_file.write(suspects_path(run_id), header, [*numbers, *shares])
    pixels = bytes((at * 37 + pixel) % 256 for at in range(count) for pixel in range(size * size))
    of_them = ImagesHeader(images.FORMAT, count, count, (size, size, 1), NAMES)
    raw_file.write(images_path(header.pictures), of_them, [numbers[1], pixels])
