"""Writes images where `data/images.py` finds them: by what is in them, so that the same ones are kept once."""

from __future__ import annotations

import contextlib
import hashlib

import numpy as np

from cnn_tui.data import images, raw_file
from cnn_tui.data.images import ImagesHeader, StoredImages, images_path
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.training.data.readers import Labels, Pixels


def keep_images(pixels: Pixels, labels: Labels, class_names: tuple[str, ...]) -> str:
    """Keep images and labels, unless they are kept already; gives the digest that names their file. Raises OSError."""
    digest = digest_of(pixels, labels)
    with contextlib.suppress(RawFileError):
        StoredImages(digest)
        return digest
    kept = min(len(pixels), images.MOST_BYTES // max(1, pixels[0].size))
    header = ImagesHeader(images.FORMAT, len(pixels), kept, shape_of(pixels), class_names)
    raw_file.write(images_path(digest), header, [labels[:kept].astype("<i4").tobytes(), pixels[:kept].tobytes()])
    return digest


def digest_of(pixels: Pixels, labels: Labels) -> str:
    """What tells images and labels from all others."""
    made = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
    made.update(np.ascontiguousarray(labels.astype("<i4")).data)
    made.update(np.ascontiguousarray(pixels).data)
    return made.hexdigest()


def shape_of(images: Pixels) -> tuple[int, int, int]:
    """(height, width, channels) of images."""
    _, height, width, channels = images.shape
    return height, width, channels
