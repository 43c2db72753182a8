"""Arithmetic does the same to all numbers in a script: of a dataset, of pictures, of a tensor, and unknown ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Rescaling
from tests.keras_io.scripts import pets, read

CODE = """
import os, cv2
import numpy as np
from elsewhere import photos, labels
from tensorflow import keras
from tensorflow.keras import layers
DATA
model = keras.Sequential([keras.Input((28, 28, 1)), IN_IT layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(DONE, y, epochs=2)
"""
DATASET = "(x, y), _ = keras.datasets.mnist.load_data()"
UNKNOWN = "x, y = photos.reshape(-1, 28, 28, 1) / 255, labels"
IN_IT = "layers.Lambda(lambda x: {}),"
BY_HAND = """
x, y = [], []
for kind in os.listdir("pets/train"):
    for name in os.listdir(os.path.join("pets/train", kind)):
        x.append({})
        y.append(kind)
x = np.array(x)
"""
PICTURE = 'cv2.resize(cv2.imread(os.path.join("pets/train", kind, name), 0), (28, 28))'


@pytest.mark.parametrize(
    ("data", "in_it", "done"),
    [
        (DATASET, "", "1 - x / 255"),
        (DATASET, IN_IT.format("1 - x"), "x / 255"),
        (UNKNOWN, "", "1 - x"),
        (BY_HAND.format(PICTURE), "", "x * (-1 / 255) + 1"),
        (BY_HAND.format(f"{PICTURE} / -255 + 1"), "", "x"),
    ],
    ids=["dataset", "tensor", "unknown", "by hand", "each by hand"],
)
def test_images_that_are_turned_into_their_negatives_come_as_those(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, in_it: str, done: str
) -> None:
    pets(tmp_path)
    monkeypatch.chdir(tmp_path)
    code = CODE.replace("DATA", data).replace("IN_IT", in_it).replace("DONE", done)
    black, white = 0.0, 1.0
    for layer in read(tmp_path, code).experiment.layers[:-2]:
        assert isinstance(layer, Rescaling)
        black, white = (end * layer.scale + layer.offset for end in (black, white))
    assert (black, white) == (1, 0)
