"""Pictures read by several threads at once: each image is at its place, whatever is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from cnn_tui.data.dataset import DataOptions
from cnn_tui.training.data.datasets import load
from cnn_tui.training.data.picture_reader import AT_ONCE
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses


def test_images_keep_their_order_where_any_of_them_are_left_out(tmp_path: Path) -> None:
    count, rng = 20 * AT_ONCE + 3, np.random.default_rng(5)
    broken = {0, 1, count - 1, *rng.integers(0, count, 12).tolist()}
    for label, name in enumerate(("ape", "bee")):
        for part in ("train", "test"):
            place = tmp_path / "zoo" / part / name
            place.mkdir(parents=True)
            for at in range(count):
                side = 3 + at % 5  # so that some take longer than others
                Image.new("L", (side, side), at + label).save(place / f"{at:03}.png")
                if at in broken:
                    (place / f"{at:03}.png").write_bytes(b"")
    images = load(str(tmp_path / "zoo"), DataOptions((4, 4)), say=lambda _: None)
    shades = [at + label for label in range(2) for at in range(count) if at not in broken]
    for found, labels in ((images.x_train, images.y_train), (images.x_test, images.y_test)):
        assert found[:, 0, 0, 0].tolist() == found[:, 3, 3, 0].tolist() == shades
        assert labels.tolist() == sorted([0, 1] * (count - len(broken)))
