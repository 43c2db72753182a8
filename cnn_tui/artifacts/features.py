"""The features that a run's network has of its training images, as they are kept.

They are the numbers that its last Dense layer weighs.
Only training/ reads them, with NumPy; here is where they lie, and what the file says of itself.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from cnn_tui.home import run_folder

FORMAT = "cnn-tui features 1"
MOST_NUMBERS = 100_000_000
"""Numbers that are kept for a run, as float16; the images after them are not searched."""


class FeaturesHeader(msgspec.Struct, frozen=True):
    """Behind it are `count` rows of `size` numbers, float16, each row of length 1.

    `images` is the digest of the training images and their labels, `model` the stamp of the model. `layer` is the layer
    that the features go into or, without `goes_in`, that gives them.
    """

    format: str
    count: int
    size: int
    layer: str
    goes_in: bool
    images: str
    model: tuple[int, int] | None


def features_path(run_id: int) -> Path:
    return run_folder(run_id) / "features.bin"
